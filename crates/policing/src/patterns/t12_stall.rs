//! T12: the guest never did what it had promised, let the window lapse in spite of reminders, and then gains.
//!
//! Trigger: a gain of the guest's family after the end of protection, within the days the policy names, where a
//! commitment of the guest fell due and nothing was done on it before the gain, and the host had reminded it
//! since: by a delivered notice to the guest about handoff or commitment, or by progress of its own. The end of
//! the window does not clear it; every other basis does, as do the terms as they last stood, the host's word that
//! it would not extend, and an override in force when the promise fell due (force majeure). It is no stall while
//! the customer stood in the way: work it blocked before the due day excuses the promise, told by anybody in time,
//! or by somebody outside the guest's family at any time.

use domain::account::guest::{Handoff, Notice, Progress};
use domain::event::Party;
use domain::event::case::{ClearedBy, Clearing, Ground, Severity};
use domain::event::change::Basis;
use domain::event::handoff::{Commitment, ProgressKind};
use domain::event::notice::About;
use domain::id::EventId;
use domain::protection::basis::overriding;
use domain::protection::{Assessment, kin, words};
use domain::scope::Region;
use domain::time::{Instant, Interval};

use super::lapsed::{self, Shown};
use crate::judged::{About as Concerns, Seen, Sighting};
use crate::scene::Scene;

pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    lapsed::gains(scene).filter_map(|assessment| stalled(scene, assessment)).collect()
}

/// A promise not kept, and the reminder that followed.
struct Stall<'a> {
    promise: &'a Commitment,
    due: Instant,
    /// What reminded the guest.
    reminded: (Instant, Vec<EventId>),
}

fn stalled<'a>(scene: &Scene<'a>, assessment: &Assessment<'a>) -> Option<Sighting<'a>> {
    let (gain, handoff) = (assessment.gain, assessment.handoff);
    let until = handoff.protected_until?;
    let days = i64::from(scene.policy_at(gain.at).policy.policing.stall_days);
    if !Interval::new(until, scene.days_after(until, days)).contains(gain.at) {
        return None;
    }
    let stall = stall(scene, handoff, gain.at)?;
    if let Some(event) = force_majeure(scene, handoff, stall.due) {
        let by = ClearedBy::Basis(Basis::Override);
        return Some(Sighting {
            act: gain.event,
            at: gain.at,
            actor: gain.partner.clone(),
            respondent: gain.partner.to_string(),
            severity: Severity::S3,
            about: Concerns::Handoff(handoff),
            seen: Seen::Cleared { by, because: vec![event] },
        });
    }
    let Stall { promise, due, reminded: (reminded_at, reminder) } = stall;
    let (due, reminded_on) = (words::day(due), words::day(reminded_at));
    let missed = format!("nothing is on record of {} ({}), due on {due}", promise.commitment, promise.what);
    let shown = Shown {
        severity: Severity::S3,
        proof: reminder.clone(),
        context: Vec::new(),
        grounds: vec![
            Ground::new("no_progress", missed.clone(), handoff.invited.into_iter().collect()),
            Ground::new("reminded", format!("the guest was reminded on {reminded_on}"), reminder),
        ],
        clearing: vec![Clearing {
            basis: "performance".to_owned(),
            missing: format!(
                "progress on {} before {}, or the customer's word that it stood in the way before {due}",
                promise.commitment,
                words::day(gain.at),
            ),
        }],
        sentence: format!(
            "{} gained on {} what handoff {} protected until {}, though {missed}, and it was reminded on \
             {reminded_on}",
            gain.partner,
            words::day(gain.at),
            handoff.handoff,
            words::day(until),
        ),
    };
    lapsed::sighting(scene, assessment, shown)
}

/// The promise of the guest's side that fell due first and was never kept, if the guest was reminded of it.
fn stall<'a>(scene: &Scene<'a>, handoff: &'a Handoff, before: Instant) -> Option<Stall<'a>> {
    let accepted = handoff.accepted_at?;
    let due = |promise: &Commitment| scene.days_after(accepted, i64::from(promise.due_days));
    let is_guests = |promise: &&Commitment| is_guests_side(scene, handoff, &promise.by, accepted);
    let broken = handoff.commitments.iter().filter(is_guests).filter_map(|promise| {
        let due = due(promise);
        let kept = handoff.progress.iter().any(|done| {
            done.at < before
                && (keeps(scene, handoff, promise, done) || excuses(scene, handoff, promise, due, done))
        });
        let reminded = reminder(scene, handoff, promise, &Interval::new(due, before))?;
        (due < before && !kept).then_some(Stall { promise, due, reminded })
    });
    broken.min_by_key(|stall| (stall.due, stall.promise.commitment.clone()))
}

fn is_guests_side(scene: &Scene<'_>, handoff: &Handoff, by: &Party, at: Instant) -> bool {
    let partner = handoff.partner_of(by);
    partner.is_some_and(|partner| kin::of_guest(scene.known, handoff, &partner, at).is_some())
}

/// Whether it is work of the guest's side on the promise, or on the handoff at large.
fn keeps(scene: &Scene<'_>, handoff: &Handoff, promise: &Commitment, done: &Progress) -> bool {
    let concerns = done.commitment.as_ref().is_none_or(|named| *named == promise.commitment);
    concerns
        && done.kind != ProgressKind::BlockedByCustomer
        && is_guests_side(scene, handoff, &done.by, done.at)
}

/// Whether the customer stood in the way before the promise fell due. Late, the guest's own word does not do.
fn excuses(
    scene: &Scene<'_>,
    handoff: &Handoff,
    promise: &Commitment,
    due: Instant,
    done: &Progress,
) -> bool {
    let concerns = done.commitment.as_ref().is_none_or(|named| *named == promise.commitment);
    let by_guest = |teller| kin::of_guest(scene.known, handoff, teller, done.at).is_some();
    let credible = !done.reported_by.as_ref().is_some_and(by_guest)
        || done.recorded_at <= scene.provisional_until(done.at);
    done.kind == ProgressKind::BlockedByCustomer && concerns && done.at <= due && credible
}

/// The first reminder in `during`: a notice that reached the guest, or progress by the host.
fn reminder(
    scene: &Scene<'_>,
    handoff: &Handoff,
    promise: &Commitment,
    during: &Interval,
) -> Option<(Instant, Vec<EventId>)> {
    let about = [About::Handoff(handoff.handoff.clone()), About::Commitment(promise.commitment.clone())];
    let to_guest = |notice: &&Notice| match &notice.to {
        Party::Guest => true,
        Party::Partner(partner) => handoff.guest.as_ref() == Some(partner),
        Party::Customer | Party::Host | Party::Vendor => false,
    };
    let notices = scene.known.account.notices.iter().filter(|notice| about.contains(&notice.about));
    let reached = notices.filter(to_guest).filter_map(|notice| {
        let (at, delivery) = notice.delivered?;
        Some((at, vec![notice.sent, delivery]))
    });
    let by_host =
        handoff.progress.iter().filter(|done| handoff.partner_of(&done.by).as_ref() == Some(&handoff.host));
    let active = by_host.map(|done| (done.at, vec![done.event]));
    reached.chain(active).filter(|(at, _)| during.contains(*at)).min()
}

/// An override that held for the scope when the promise fell due.
fn force_majeure(scene: &Scene<'_>, handoff: &Handoff, due: Instant) -> Option<EventId> {
    let guest = handoff.guest.as_ref()?;
    let sides = [&handoff.host, guest];
    let protected = Region::from(handoff.protected_scope.clone());
    let held = overriding::emergency(scene.known.account, &sides, guest, &protected, due)?;
    Some(held.event)
}
