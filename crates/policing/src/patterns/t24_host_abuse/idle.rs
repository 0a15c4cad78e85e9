//! Registrations that kept others out until they lapsed, without anything done about them.
//!
//! Idle is a registration that was approved, whose window is over, whose outcome is open, on which no activity was
//! reported, and since which its partner's family did nothing else in the account either. Where nobody ever
//! reports activity on an account, silence says nothing: somebody's must be on record.

use domain::account::Account;
use domain::account::gain::{GainKind, TouchKind};
use domain::account::guest::Handoff;
use domain::account::registration::{Deal, Outcome, Registration};
use domain::event::case::Severity;
use domain::id::{EventId, PartnerId};
use domain::protection::words;
use domain::time::Instant;

use super::{breach, subject};
use crate::judged::{Seen, Sighting};
use crate::patterns::of_change::{clearing, kin_of};
use crate::scene::Scene;

/// Whether registrations may have been kept without activity, though somebody is at work.
pub(crate) fn may_be_idle(account: &Account) -> bool {
    account.deals.iter().filter(|deal| is_kept(deal)).nth(1).is_some() && activity(account).is_some()
}

/// When the next registration lapses, after `until`.
pub(crate) fn due_after(account: &Account, until: Instant) -> Option<Instant> {
    let ends = account.deals.iter().filter(|deal| is_kept(deal)).filter_map(|deal| deal.protection?.until);
    ends.filter(|at| until < *at).min()
}

fn is_kept(deal: &Deal) -> bool {
    deal.registration == Registration::Approved && deal.outcome == Outcome::Open && deal.activity.is_empty()
}

/// Work on the account that is on record, whoever did it, with what it needs to be shown: the one that needs least, the
/// first of those. Work under a handoff is none without its invitation.
fn activity(account: &Account) -> Option<Vec<EventId>> {
    let under = |event: EventId| {
        let done = |handoff: &&Handoff| handoff.progress.iter().any(|done| done.event == event);
        account.handoffs.iter().find(done).and_then(|handoff| handoff.invited.or(handoff.requested))
    };
    let touches = account.touches.iter().filter(|touch| touch.kind != TouchKind::Submission);
    let touches = touches.map(|touch| (under(touch.event), touch.at, touch.event));
    let progress =
        account.deals.iter().flat_map(|deal| &deal.activity).map(|(at, event)| (None, *at, *event));
    let least = touches.chain(progress).min_by_key(|(under, at, event)| (under.is_some(), *at, *event));
    least.map(|(under, _, event)| under.into_iter().chain([event]).collect())
}

/// A registration that lapsed, and when.
type Lapsed<'a> = (Instant, &'a Deal);

pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    let account = scene.known.account;
    if !may_be_idle(account) {
        return Vec::new();
    }
    let lapsed = |deal: &'a Deal| {
        let until = deal.protection?.until.filter(|until| *until <= scene.watermark.until)?;
        Some((until, deal))
    };
    let mut lapsed: Vec<Lapsed<'a>> =
        account.deals.iter().filter(|deal| is_kept(deal)).filter_map(lapsed).collect();
    lapsed.sort_by_key(|(until, deal)| (*until, deal.submission));
    let mut partners: Vec<&PartnerId> = lapsed.iter().filter_map(|(_, deal)| deal.partner.as_ref()).collect();
    partners.sort();
    partners.dedup();
    partners.into_iter().filter_map(|partner| kept_idle(scene, &lapsed, partner)).collect()
}

fn kept_idle<'a>(scene: &Scene<'a>, lapsed: &[Lapsed<'a>], partner: &PartnerId) -> Option<Sighting<'a>> {
    let mut own = lapsed.iter().filter(|(_, deal)| deal.partner.as_ref() == Some(partner)).peekable();
    let (first, _) = own.peek()?;
    let min = usize::from(scene.policy_at(*first).policy.policing.idle_registrations_min);
    let idle: Vec<&Lapsed<'a>> = own.filter(|(_, deal)| !worked(scene, deal, partner)).collect();
    let kept = idle.get(..min)?;
    let &&(at, last) = kept.last()?;
    let shown = kept.iter().flat_map(|(_, deal)| [deal.submission, deal.decided]).flatten();
    let proof = shown.chain(activity(scene.known.account).into_iter().flatten()).collect();
    let sentence = format!(
        "{min} registrations of {partner} kept this customer without any activity, the last until {}",
        words::day(at)
    );
    let open = vec![
        clearing("activity", "a report of what was done about one of them while it ran"),
        clearing("V1", "the customer's confirmation that it wanted them"),
    ];
    Some(Sighting {
        act: last.decided?,
        at,
        actor: partner.clone(),
        respondent: partner.to_string(),
        severity: Severity::S3,
        about: subject(last.deal.to_string(), partner),
        seen: Seen::Breach(breach("idle", sentence, proof, open)),
    })
}

/// Whether the partner's family did anything in the account from the registration on, whatever it was.
fn worked(scene: &Scene<'_>, deal: &Deal, partner: &PartnerId) -> bool {
    let account = scene.known.account;
    let Some(from) = deal.submitted_at else { return true };
    let own = |other: &PartnerId, at: Instant| at >= from && kin_of(scene, partner, other, at).is_some();
    let touched = account
        .touches
        .iter()
        .any(|touch| touch.kind != TouchKind::Submission && own(&touch.partner, touch.at));
    let gained = || {
        account
            .gains
            .iter()
            .any(|gain| !matches!(gain.kind, GainKind::DealApproved { .. }) && own(&gain.partner, gain.at))
    };
    let invited =
        || account.handoffs.iter().any(|handoff| own(&handoff.host, handoff.invited_at.unwrap_or(from)));
    touched || gained() || invited()
}
