//! T07: the account reaches the guest's family by way of a third party that held it only for a while.
//!
//! Trigger: a change of holder to the guest's family, over what the handoff protects, that no basis allows, where
//! a partner of neither family became holder of the same scope before it, within the relay window and since the
//! handoff was accepted, and nobody else in between. A basis of the first step is none of the second: what
//! clears is asked of the step to the guest alone (the customer's letter naming it, inheritance, and so on). A
//! third party that keeps the account past the relay window has won it, and nothing is found. The step to the
//! guest is reported here and not once more as T01 or T06.

use domain::account::gain::{Gain, GainKind};
use domain::event::case::{Ground, Severity};
use domain::protection::act::Judged as Act;
use domain::protection::{Assessment, kin, words};

use super::takeover::sighting;
use crate::judged::{Breach, Seen, Sighting};
use crate::scene::Scene;

pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    scene.assessments.iter().filter_map(|assessment| relayed(scene, assessment)).collect()
}

fn relayed<'a>(scene: &Scene<'a>, assessment: &Assessment<'a>) -> Option<Sighting<'a>> {
    let first = relay(scene, assessment)?;
    let mut sighting = sighting(scene, Severity::S4, assessment)?;
    if let Seen::Breach(breach) = &mut sighting.seen {
        tell(assessment, first, breach);
    }
    Some(sighting)
}

/// The step to the third party, where the gain is the second step of a relay.
pub(super) fn relay<'a>(scene: &Scene<'a>, assessment: &Assessment<'a>) -> Option<&'a Gain> {
    let (second, handoff, known) = (assessment.gain, assessment.handoff, scene.known);
    if !is_change(second) {
        return None;
    }
    let same_part = |gain: &&Gain| {
        is_change(gain)
            && gain.at < second.at
            && gain.scope.as_ref().is_none_or(|scope| {
                handoff.protected_scope.overlaps(scope)
                    && second.scope.as_ref().is_none_or(|second| second.overlaps(scope))
            })
    };
    let before = known.account.gains.iter().filter(same_part);
    let first = before.max_by_key(|gain| (gain.at, gain.event))?;
    let by_third = !kin::of_host(known, handoff, &first.partner, first.at)
        && kin::of_guest(known, handoff, &first.partner, first.at).is_none();
    let undone = Act::from(first).change().and_then(|change| known.account.change(change)?.reversed);
    let kept = undone.is_none_or(|(at, _)| second.at < at);
    let policy = &scene.policy_at(first.at).policy;
    let won_from = scene.days_after(first.at, i64::from(policy.policing.relay_days));
    let since_acceptance = handoff.accepted_at.is_some_and(|accepted| accepted <= first.at);
    (by_third && kept && since_acceptance && second.at < won_from).then_some(first)
}

fn is_change(gain: &Gain) -> bool {
    matches!(gain.kind, GainKind::ChangeExecuted { .. } | GainKind::HolderRecorded { .. })
}

fn tell(assessment: &Assessment<'_>, first: &Gain, breach: &mut Breach) {
    let (second, handoff) = (assessment.gain, assessment.handoff);
    let scope = second.scope.as_ref().map(words::scope).unwrap_or_default();
    let (from, to) = (words::day(first.at), words::day(second.at));
    breach.sentence = format!(
        "{} became holder of {scope} on {from} and {} on {to}, while handoff {} protects it for {}, and no basis \
         allows the two together",
        first.partner, second.partner, handoff.handoff, handoff.host,
    );
    let because = format!("{} held it only from {from} until {to}", first.partner);
    breach.grounds.push(Ground::new("relay", because, vec![first.event, second.event]));
    breach.proof.push(first.event);
}
