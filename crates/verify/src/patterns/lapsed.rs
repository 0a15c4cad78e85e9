//! T11 and T12: a gain that only the end of window and tail clears as a takeover.

use domain::event::Party;
use domain::event::case::{ClearedBy, Severity};
use domain::event::change::Basis;
use domain::event::handoff::{Commitment, ProgressKind, Progressed};
use domain::event::notice::{About, Answer};
use domain::time::Instant;

use super::takeover::{gain_of, stands};
use super::{Claim, Shown};
use crate::bases;
use crate::gains::{Gain, Touch};
use crate::parts::{Part, meet};
use crate::question::{Answer as Outcome, Open};
use crate::scene::Scene;
use crate::terms::Terms;
use crate::told::On;
use crate::walk;

/// What nothing but the end of the window clears.
fn beyond(scene: &Scene<'_>, terms: &Terms<'_>, gain: &Gain<'_>) -> Result<Open, String> {
    match walk::ask(scene, terms, gain, &|_| true) {
        Outcome::Cleared(ClearedBy::Basis(Basis::WindowOver)) => {}
        Outcome::Cleared(_) | Outcome::Unconcerned(_) | Outcome::Open(_) => {
            return Err("it is not the end of the window that clears it".to_owned());
        }
    }
    if has_declined(scene, terms, gain.at) {
        return Err("the host did not want to extend it".to_owned());
    }
    if is_granted(terms, gain) {
        return Err("the terms as they last stood grant it".to_owned());
    }
    stands(walk::ask(scene, terms, gain, &|basis| basis != Basis::WindowOver))
}

fn has_declined(scene: &Scene<'_>, terms: &Terms<'_>, by: Instant) -> bool {
    let about = About::Handoff(terms.id().clone());
    scene.told.answered.iter().any(|on| {
        let sent = scene.told.sent.iter().find(|sent| sent.said.notice == on.said.notice);
        let to_host = sent.is_some_and(|sent| sent.said.about == about && terms.is_host(&sent.said.to));
        to_host && on.said.answer == Answer::Waives && on.said.at <= by
    })
}

fn is_granted(terms: &Terms<'_>, gain: &Gain<'_>) -> bool {
    let (Some(grant), Some(word), Some(scope)) = (terms.grant_at(gain.at), gain.granted_as(), &gain.scope)
    else {
        return false;
    };
    let left = Part::of(terms.protects()).and(scope).minus(&grant.scope);
    grant.acts.contains(&word) && left.is_empty()
}

pub(super) fn pounce(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let (terms, gain) = gain_of(scene, claim)?;
    let (program, tail_until) = (&scene.known.program, terms.tail_until());
    let until = program.days_after(tail_until, scene.policy_at(gain.at).policing.pounce_days);
    if gain.at < tail_until || until <= gain.at {
        return Err("it does not lie in the days after the tail".to_owned());
    }
    let cited = program.cited(terms.accepted.said.policy.digest);
    let rights = cited.unwrap_or_else(|| scene.policy_at(terms.accepted_at()));
    let from = program.days_after(tail_until, -i64::from(rights.handoff.touch_days));
    let worked = scene.touches.iter().any(|touch| {
        let both = touch.scope.as_ref().zip(gain.scope.as_ref());
        from <= touch.at
            && touch.at < tail_until
            && both.is_none_or(|(worked, gained)| meet(worked, gained))
            && is_unreported(scene, terms, touch)
    });
    if !worked {
        return Err("no unreported work in the last days of the tail is shown".to_owned());
    }
    let open = beyond(scene, terms, gain)?;
    let shown = Shown::of(Severity::S2, open.kin, gain.at, gain.partner);
    Ok(Shown { unknown: open.unknown, ..shown })
}

/// A sales act of the guest's family on what is protected, unreported, outside the terms, not at the customer's wish.
fn is_unreported(scene: &Scene<'_>, terms: &Terms<'_>, touch: &Touch<'_>) -> bool {
    let of_guest = |partner| scene.of_guest(terms, partner, touch.at).is_some();
    let invited = touch.customer_initiated && !touch.by.is_some_and(of_guest);
    let granted = terms.grant_at(touch.at).zip(touch.scope.as_ref());
    !touch.submission
        && touch.reported_under.is_none()
        && !invited
        && touch.scope.as_ref().is_none_or(|scope| meet(terms.protects(), scope))
        && of_guest(touch.partner)
        && !granted.is_some_and(|(grant, scope)| crate::parts::covers(&grant.scope, scope))
}

pub(super) fn stall(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let (terms, gain) = gain_of(scene, claim)?;
    let program = &scene.known.program;
    let from = terms.protected_until();
    let until = program.days_after(from, scene.policy_at(gain.at).policing.stall_days);
    if gain.at < from || until <= gain.at {
        return Err("it does not lie in the days after the window".to_owned());
    }
    let promises = terms.invited.said.commitments.iter();
    let mut broken: Vec<(Instant, &Commitment)> = promises
        .map(|promise| (program.days_after(terms.accepted_at(), promise.due_days), promise))
        .filter(|(due, promise)| is_broken(scene, terms, promise, *due, gain.at))
        .collect();
    broken.sort_by_key(|(due, promise)| (*due, promise.commitment.clone()));
    let (due, _) = broken.first().ok_or("no promise of the guest is shown as missed after a reminder")?;
    let sides = [terms.host(), terms.guest()];
    if bases::emergency(scene, &sides, terms.guest(), terms.protects(), *due).is_some() {
        return Err("an override held when the promise fell due".to_owned());
    }
    let open = beyond(scene, terms, gain)?;
    let shown = Shown::of(Severity::S3, open.kin, gain.at, gain.partner);
    Ok(Shown { unknown: open.unknown, ..shown })
}

/// A promise of the guest's side that fell due, on which nothing was done, though the guest was reminded of it.
fn is_broken(
    scene: &Scene<'_>,
    terms: &Terms<'_>,
    promise: &Commitment,
    due: Instant,
    before: Instant,
) -> bool {
    let is_guests =
        |by: &Party, at| terms.partner(by).is_some_and(|by| scene.of_guest(terms, by, at).is_some());
    let excused = |on: &On<'_, Progressed>| {
        let by_guest = on.by().is_some_and(|by| scene.of_guest(terms, by, on.said.at).is_some());
        on.said.at <= due && (!by_guest || on.told_at() <= scene.papers_until(on.said.at))
    };
    let kept = terms.progressed.iter().any(|on| {
        let said = on.said;
        let concerns = said.commitment.as_ref().is_none_or(|named| *named == promise.commitment);
        let does = match said.kind {
            ProgressKind::BlockedByCustomer => excused(on),
            ProgressKind::Contacted | ProgressKind::Quoted | ProgressKind::Met | ProgressKind::Delivered => {
                is_guests(&said.by, said.at)
            }
        };
        said.at < before && concerns && does
    });
    let about = [About::Handoff(terms.id().clone()), About::Commitment(promise.commitment.clone())];
    let in_time = |at: Instant| due <= at && at < before;
    let told = scene.notices().any(|notice| {
        let to_guest = terms.partner(&notice.sent.said.to) == Some(terms.guest());
        let reached = notice.delivered.is_some_and(|on| in_time(on.said.at));
        to_guest && about.contains(&notice.sent.said.about) && reached
    });
    let host_worked = terms.progressed.iter().any(|on| terms.is_host(&on.said.by) && in_time(on.said.at));
    is_guests(&promise.by, terms.accepted_at()) && due < before && !kept && (told || host_worked)
}
