//! What the patterns about the end of protection share: a gain that the end of window and tail clears as a
//! takeover, and whether anything else clears it too.

use domain::account::guest::Handoff;
use domain::event::Party;
use domain::event::case::{ClearedBy, Clearing, Ground, Severity};
use domain::event::change::Basis;
use domain::event::notice::{About, Answer};
use domain::id::EventId;
use domain::protection::act::Judged as Act;
use domain::protection::{self, Assessment, Outcome, Violation, words};
use domain::scope::Region;
use domain::time::Instant;

use super::takeover::capped_by;
use crate::judged::{About as Concerns, Breach, Seen, Sighting};
use crate::scene::Scene;

/// Gains of the guest's family that nothing but the end of window and tail clears.
pub(super) fn gains<'s, 'a>(scene: &'s Scene<'a>) -> impl Iterator<Item = &'s Assessment<'a>> {
    scene.assessments.iter().filter(|assessment| {
        matches!(assessment.outcome, Outcome::Cleared { by: ClearedBy::Basis(Basis::WindowOver), .. })
    })
}

/// What a pattern adds to the gain.
pub(super) struct Shown {
    pub severity: Severity,
    pub proof: Vec<EventId>,
    pub context: Vec<EventId>,
    pub grounds: Vec<Ground>,
    /// Nearer than any basis.
    pub clearing: Vec<Clearing>,
    /// What goes before: "..., and no other basis allows it".
    pub sentence: String,
}

/// The sighting of such a gain. The host's word that it does not want to go on clears it, as do the terms as
/// they last stood and every basis but the end of the window.
pub(super) fn sighting<'a>(
    scene: &Scene<'a>,
    assessment: &Assessment<'a>,
    shown: Shown,
) -> Option<Sighting<'a>> {
    let (gain, handoff) = (assessment.gain, assessment.handoff);
    let severity = shown.severity;
    let (seen, severity) = match declined(scene, handoff, gain.at).or_else(|| granted(assessment)) {
        Some((by, event)) => (Seen::Cleared { by, because: vec![event] }, severity),
        None => match protection::beyond_window(scene.known, handoff, gain)? {
            Outcome::NotConcerned(_) => return None,
            Outcome::Cleared { by, because } => (Seen::Cleared { by, because }, severity),
            Outcome::Violation(violation) => {
                let severity = capped_by(severity, violation.kinship.as_ref());
                (Seen::Breach(breach(handoff, *violation, shown)), severity)
            }
        },
    };
    Some(Sighting {
        act: gain.event,
        at: gain.at,
        actor: gain.partner.clone(),
        respondent: gain.partner.to_string(),
        severity,
        about: Concerns::Handoff(handoff),
        seen,
    })
}

fn breach(handoff: &Handoff, violation: Violation, shown: Shown) -> Breach {
    let Violation { unknown, mut grounds, mut proof, clearing: bases, .. } = violation;
    grounds.retain(|ground| ground.part != "protected");
    let until = handoff.protected_until.map(words::day).unwrap_or_default();
    let tail = handoff.tail_until.map(words::day).unwrap_or_default();
    let over = format!("handoff {} protected it until {until}, with a tail until {tail}", handoff.handoff);
    let events = [handoff.invited, handoff.accepted].into_iter().flatten().collect();
    grounds.insert(1, Ground::new("window_over", over, events));
    grounds.extend(shown.grounds);
    proof.extend(shown.proof);
    let mut seen = std::collections::HashSet::new();
    proof.retain(|event| seen.insert(*event));
    let mut clearing = shown.clearing;
    clearing.extend(bases);
    let sentence = format!("{}, and no other basis allows it", shown.sentence);
    Breach { unknown, proof, context: shown.context, grounds, clearing, sentence }
}

/// The host waived what was left when it was asked about the handoff: it did not want to extend it.
fn declined(scene: &Scene<'_>, handoff: &Handoff, by: Instant) -> Option<(ClearedBy, EventId)> {
    let about = About::Handoff(handoff.handoff.clone());
    let to_host = scene.known.account.notices_about(&about).filter(|notice| match &notice.to {
        Party::Host => true,
        Party::Partner(partner) => *partner == handoff.host,
        Party::Customer | Party::Guest | Party::Vendor => false,
    });
    let answers = to_host.flat_map(|notice| &notice.answers);
    let waived = answers.filter(|(at, answer, _)| *at <= by && *answer == Answer::Waives);
    let first = waived.map(|(at, _, event)| (*at, *event)).min();
    first.map(|(_, event)| (ClearedBy::Basis(Basis::HostRelease), event))
}

/// The terms, as they last stood, let the guest do this: what it was brought in for does not end with the tail.
fn granted(assessment: &Assessment<'_>) -> Option<(ClearedBy, EventId)> {
    let (gain, handoff) = (assessment.gain, assessment.handoff);
    let grant = handoff.grant_at(gain.at)?;
    let word = Act::from(gain).act.granted_as()?;
    let touched = Region::from(handoff.protected_scope.clone()).and(gain.scope.as_ref()?);
    let within = grant.acts.contains(&word) && touched.minus(&grant.scope).is_empty();
    within.then_some((ClearedBy::Granted, grant.event))
}
