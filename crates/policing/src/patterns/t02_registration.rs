//! T02: the guest's registration over a protected account is approved, or tried again after a refusal.

use domain::account::Refused;
use domain::account::gain::GainKind;
use domain::account::guest::Handoff;
use domain::calendar::zone_or_utc;
use domain::event::case::{Ground, Severity};
use domain::id::EventId;
use domain::protection::{self, Act, Attempt, Outcome, words};

use super::takeover::{is_guests_own, sightings};
use crate::judged::{About, Breach, Seen, Sighting};
use crate::scene::Scene;

/// Approvals, and refused attempts that were repeated or are disputed.
pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    let mut seen = sightings(scene, Severity::S3, |assessment| {
        matches!(assessment.gain.kind, GainKind::DealApproved { .. }) && is_guests_own(assessment)
    });
    seen.extend(scene.known.account.refusals.iter().filter_map(|refused| attempted(scene, refused)));
    seen
}

/// A refusal alone is a signal and no finding: a second within the months the program names makes it one,
/// or a dispute.
fn attempted<'a>(scene: &Scene<'a>, refused: &'a Refused) -> Option<Sighting<'a>> {
    refused.refused.deal.as_ref()?;
    let handoff = scene.known.account.handoff(&refused.refused.handoff)?;
    let witness = earlier(scene, refused).or(refused.disputed)?;
    let attempt = Attempt {
        partner: &refused.refused.gaining,
        scope: &refused.refused.scope,
        act: Act::Register,
        at: refused.at,
    };
    let seen = match protection::ask(scene.known, handoff, &attempt)? {
        Outcome::NotConcerned(_) => return None,
        Outcome::Cleared { by, because } => Seen::Cleared { by, because },
        Outcome::Violation(violation) => {
            let mut proof = violation.proof;
            proof.extend([witness, refused.event]);
            let mut grounds = violation.grounds;
            grounds.push(repeated(refused, witness));
            let (unknown, clearing) = (violation.unknown, violation.clearing);
            let sentence = sentence(handoff, refused);
            Seen::Breach(Breach { unknown, proof, context: Vec::new(), grounds, clearing, sentence })
        }
    };
    Some(Sighting {
        act: refused.event,
        at: refused.at,
        actor: refused.refused.gaining.clone(),
        respondent: refused.refused.gaining.to_string(),
        severity: Severity::S2,
        about: About::Handoff(handoff),
        seen,
    })
}

/// The last attempt before this one under the same handoff, not longer ago than the program's months. An
/// approval that was refused to an officer is the vendor's doing, and no attempt of the guest.
fn earlier(scene: &Scene<'_>, refused: &Refused) -> Option<EventId> {
    let is_guests = |refused: &Refused| refused.refused.command == "deal.submit";
    if !is_guests(refused) {
        return None;
    }
    let policy = &scene.policy_at(refused.at).policy;
    let zone = zone_or_utc(&policy.zone);
    let recent = |other: &&Refused| {
        is_guests(other)
            && other.refused.handoff == refused.refused.handoff
            && (other.at, other.event) < (refused.at, refused.event)
            && refused.at < other.at.plus_civil_months(policy.policing.attempt_months, &zone)
    };
    let before = scene.known.account.refusals.iter().filter(recent);
    before.map(|other| (other.at, other.event)).max().map(|(_, event)| event)
}

fn repeated(refused: &Refused, witness: EventId) -> Ground {
    let disputed = refused.disputed == Some(witness);
    let words = if disputed { "the refusal is disputed" } else { "an earlier attempt was refused" };
    Ground::new("attempt", words, vec![refused.event, witness])
}

fn sentence(handoff: &Handoff, refused: &Refused) -> String {
    let attempt = &refused.refused;
    format!(
        "{} tried on {} to register {}, which handoff {} protects for {}, and was refused",
        attempt.gaining,
        words::day(refused.at),
        words::scope(&attempt.scope),
        handoff.handoff,
        handoff.host,
    )
}
