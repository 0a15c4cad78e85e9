//! T11: the guest's family gains right after the tail what it was already working on, unreported, before its end.
//!
//! Trigger: a gain in the days after the tail that the policy names (30), in the scope of the handoff, after a
//! quote, meeting or contact by the guest's family in the last days of the tail (60, by the policy at
//! acceptance) that was not reported under the handoff. Protection is over, so it is no takeover, and the end
//! of the window does not clear it; every other basis does, as do the terms as they last stood and the host's
//! word that it would not extend. A reported joint quote, and a meeting somebody outside the guest's family says
//! the customer asked for, are no unreported work.

use domain::account::gain::Touch;
use domain::account::guest::Handoff;
use domain::event::case::{Clearing, Ground, Severity};
use domain::protection::{Assessment, kin, words};
use domain::time::{Instant, Interval};

use super::lapsed::{self, Shown};
use super::takeover::is_unreported;
use crate::judged::Sighting;
use crate::scene::Scene;

pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    lapsed::gains(scene).filter_map(|assessment| pounced(scene, assessment)).collect()
}

fn pounced<'a>(scene: &Scene<'a>, assessment: &Assessment<'a>) -> Option<Sighting<'a>> {
    let (gain, handoff) = (assessment.gain, assessment.handoff);
    let tail_until = handoff.tail_until?;
    let days = i64::from(scene.policy_at(gain.at).policy.policing.pounce_days);
    if !Interval::new(tail_until, scene.days_after(tail_until, days)).contains(gain.at) {
        return None;
    }
    let mut worked = unreported(scene, assessment, tail_until);
    worked.sort_by_key(|touch| (touch.at, touch.event));
    let first = worked.first()?;
    let kinship = kin::of_guest(scene.known, handoff, &first.partner, first.at)?;
    let day = words::day(first.at);
    let scope = words::scope(&handoff.protected_scope);
    let because = format!("{} was at work on {day}, and reported it to nobody", first.partner);
    let reported = format!("a report of the work of {day} under handoff {}", handoff.handoff);
    let shown = Shown {
        severity: Severity::S2,
        proof: [first.event].into_iter().chain(kinship.path).collect(),
        context: worked.iter().map(|touch| touch.event).collect(),
        grounds: vec![Ground::new("unreported_work", because.clone(), vec![first.event])],
        clearing: vec![Clearing { basis: "reported".to_owned(), missing: reported }],
        sentence: format!(
            "{} gained on {}, {} after the tail of handoff {} over {scope}: {because}",
            gain.partner,
            words::day(gain.at),
            days_between(tail_until, gain.at),
            handoff.handoff,
        ),
    };
    lapsed::sighting(scene, assessment, shown)
}

/// Unreported work in the last days before the tail ended, in the scope of the gain.
fn unreported<'a>(scene: &Scene<'a>, assessment: &Assessment<'_>, tail_until: Instant) -> Vec<&'a Touch> {
    let (gain, handoff) = (assessment.gain, assessment.handoff);
    let last_days = Interval::new(scene.days_after(tail_until, -touch_days(scene, handoff)), tail_until);
    let touches = scene.known.account.touches.iter();
    let counts = |touch: &&Touch| {
        let same_part = touch
            .scope
            .as_ref()
            .zip(gain.scope.as_ref())
            .is_none_or(|(worked, gained)| worked.overlaps(gained));
        last_days.contains(touch.at) && same_part && is_unreported(scene, handoff, touch)
    };
    touches.filter(counts).collect()
}

/// Rights and their days follow the policy at acceptance.
fn touch_days(scene: &Scene<'_>, handoff: &Handoff) -> i64 {
    let cited = handoff.policy.as_ref().and_then(|name| scene.known.program.policy_by_digest(name.digest));
    let at_acceptance = handoff.accepted_at.map(|accepted| scene.policy_at(accepted));
    let rights = cited.or(at_acceptance).map(|published| published.policy.handoff.touch_days);
    i64::from(rights.unwrap_or_default())
}

fn days_between(from: Instant, until: Instant) -> String {
    match (until.unix_ms() - from.unix_ms()) / domain::time::DAY_MS {
        0 => "the day".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}
