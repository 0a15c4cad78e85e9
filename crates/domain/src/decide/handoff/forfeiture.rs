//! Claiming that a host has abandoned the account (basis V3): reminded in vain, with time to answer.

use jiff::tz::TimeZone;

use super::asked;
use super::progress::accepted;
use crate::account::Account;
use crate::account::guest::{Handoff, Notice};
use crate::calendar::zone_or_utc;
use crate::decide::parties::{is_vendor, speaks_as, visible};
use crate::decide::{Context, Decided};
use crate::event::Party;
use crate::event::handoff::{ForfeitureClaimed, HandoffEvent};
use crate::event::notice::About;
use crate::id::{HandoffId, NoticeId, PartnerId};
use crate::refusal::Refusal;
use crate::scope::Scope;
use crate::time::Instant;

/// What is claimed, by whom, and on which notices.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claim<'a> {
    pub(super) scope: &'a Scope,
    pub(super) claimed_by: &'a Party,
    pub(super) notices: &'a [NoticeId],
}

/// Records the claim with the end of the host's time to answer; before that it clears nothing.
pub(super) fn claim(
    account: &Account,
    context: &Context<'_>,
    handoff: &HandoffId,
    claim: &Claim<'_>,
) -> Result<Vec<Decided>, Refusal> {
    let known = visible(account, context, handoff)?;
    let claims_for_host = known.partner_of(claim.claimed_by).as_ref() == Some(&known.host);
    let speaks = speaks_as(context, known, claim.claimed_by) || is_vendor(context.actor);
    if claims_for_host || !speaks {
        return Err(Refusal::NotAuthorised { needs: "the guest, the customer or the vendor" });
    }
    accepted(known)?;
    let same = |earlier: &crate::account::guest::Forfeiture| {
        earlier.scope == *claim.scope && earlier.notices == claim.notices
    };
    if known.forfeitures.iter().any(same) {
        return Ok(Vec::new());
    }
    if claim.scope.is_empty() || !claim.scope.overlaps(&known.protected_scope) {
        return Err(Refusal::EmptyScope);
    }
    let (first, cure_until) = cure(account, context, known, claim)?;
    if let Some(at) = responded(account, known, claim.notices, first, context.now.min(cure_until)) {
        return Err(Refusal::HostResponded { at });
    }
    Ok(asked(HandoffEvent::ForfeitureClaimed(ForfeitureClaimed {
        handoff: handoff.clone(),
        scope: claim.scope.clone(),
        claimed_by: claim.claimed_by.clone(),
        notices: claim.notices.to_vec(),
        cure_until,
    })))
}

/// From the first delivered notice until the end of the host's time to answer.
///
/// Silence takes several notices, spaced as the policy says. A commitment of the host that is overdue takes
/// one, and the business days in which a host may put things right.
fn cure(
    account: &Account,
    context: &Context<'_>,
    known: &Handoff,
    claim: &Claim<'_>,
) -> Result<(Instant, Instant), Refusal> {
    let policy = &context.program.policy_at(context.now).policy;
    let (rules, zone) = (&policy.handoff, zone_or_utc(&policy.zone));
    let deliveries = deliveries(account, known, claim.notices)?;
    let needed = rules.forfeiture_notices;
    let (Some(first), Some(last)) = (deliveries.first(), deliveries.last()) else {
        return Err(Refusal::TooFewNotices { needed });
    };
    let broken =
        |id: &NoticeId| account.notices.iter().any(|n| n.notice == *id && is_overdue(known, n, &zone));
    if claim.notices.iter().all(broken) {
        let calendar = context.program.calendar_at(*first);
        return Ok((*first, calendar.end_of_business_day(*first, rules.ratify_days_business)));
    }
    if deliveries.len() < usize::from(needed) {
        return Err(Refusal::TooFewNotices { needed });
    }
    let gap_days = rules.forfeiture_notice_gap_days;
    if *last < first.plus_civil_days(i64::from(gap_days), &zone) {
        return Err(Refusal::NoticesTooClose { days: gap_days });
    }
    Ok((*first, first.plus_civil_days(i64::from(rules.forfeiture_cure_days), &zone)))
}

/// Whether a notice reminds the host of a commitment it should have kept when the notice was sent.
fn is_overdue(known: &Handoff, notice: &Notice, zone: &TimeZone) -> bool {
    let About::Commitment(about) = &notice.about else { return false };
    known.commitments.iter().any(|commitment| {
        let of_host = known.partner_of(&commitment.by).as_ref() == Some(&known.host);
        let due = known.accepted_at.map(|at| at.plus_civil_days(i64::from(commitment.due_days), zone));
        commitment.commitment == *about && of_host && due.is_some_and(|due| due <= notice.sent_at)
    })
}

/// When each named notice reached the host at an address of its own, earliest first; a notice counts once.
fn deliveries(account: &Account, known: &Handoff, ids: &[NoticeId]) -> Result<Vec<Instant>, Refusal> {
    let mut ids: Vec<&NoticeId> = ids.iter().collect();
    ids.sort();
    ids.dedup();
    let mut deliveries = Vec::with_capacity(ids.len());
    for id in ids {
        let named = account.notices.iter().find(|notice| notice.notice == *id);
        let notice = named.filter(|notice| is_about(known, &notice.about)).ok_or(Refusal::UnknownNotice)?;
        let to_host = known.partner_of(&notice.to).as_ref() == Some(&known.host);
        if !to_host || !is_on_file(account, known, notice) {
            return Err(Refusal::NotTheHostsAddress);
        }
        let (at, _) = notice.delivered.ok_or(Refusal::NotDelivered)?;
        deliveries.push(at);
    }
    deliveries.sort();
    Ok(deliveries)
}

fn is_about(known: &Handoff, about: &About) -> bool {
    match about {
        About::Forfeiture(handoff) => *handoff == known.handoff,
        About::Commitment(about) => known.commitments.iter().any(|known| known.commitment == *about),
        About::Change(_)
        | About::Handoff(_)
        | About::Override(_)
        | About::Token(_)
        | About::Registration(_) => false,
    }
}

/// Whether the host itself gave the address it was written to. With no address of the host in this account,
/// the vendor's directory counts, from which the notice says since when it knows the address.
fn is_on_file(account: &Account, known: &Handoff, notice: &Notice) -> bool {
    let of_host = |party: &Party| known.partner_of(party).as_ref() == Some(&known.host);
    let guests = |by: &PartnerId| known.guest.as_ref() == Some(by);
    let mut contacts = account.contacts.iter().filter(|contact| of_host(&contact.party)).peekable();
    if contacts.peek().is_none() {
        return notice.address_on_file_since <= notice.sent_at;
    }
    contacts.any(|contact| {
        contact.contact == notice.address
            && contact.during.contains(notice.sent_at)
            && !contact.by.as_ref().is_some_and(guests)
    })
}

/// The first sign of life of the host after `from`: an answer, a report, a sales act or an order.
fn responded(
    account: &Account,
    known: &Handoff,
    ids: &[NoticeId],
    from: Instant,
    until: Instant,
) -> Option<Instant> {
    let answers = account
        .notices
        .iter()
        .filter(|notice| ids.contains(&notice.notice))
        .flat_map(|notice| notice.answers.iter().map(|(at, _, _)| *at));
    let reports = known
        .progress
        .iter()
        .filter(|progress| known.partner_of(&progress.by).as_ref() == Some(&known.host))
        .map(|progress| progress.at);
    let touches = account.touches.iter().filter(|touch| touch.partner == known.host).map(|touch| touch.at);
    let gains = account.gains.iter().filter(|gain| gain.partner == known.host).map(|gain| gain.at);
    answers.chain(reports).chain(touches).chain(gains).filter(|at| from <= *at && *at <= until).min()
}
