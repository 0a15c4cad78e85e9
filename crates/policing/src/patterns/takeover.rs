//! What the patterns of plain takeover share: one assessment of the predicate becomes one sighting.

use domain::account::gain::GainKind;
use domain::event::case::Severity;
use domain::event::partner::AffiliationBasis;
use domain::id::EventId;
use domain::protection::{Assessment, Outcome, Violation, act::Judged as Act, words};

use crate::judged::{About, Breach, Seen, Sighting};
use crate::scene::Scene;

/// Sightings of the assessments a pattern is about, at its severity.
pub(super) fn sightings<'a>(
    scene: &Scene<'a>,
    severity: Severity,
    concerns: impl Fn(&Assessment<'a>) -> bool,
) -> Vec<Sighting<'a>> {
    let concerned = scene.assessments.iter().filter(|assessment| concerns(assessment));
    concerned.filter_map(|assessment| sighting(scene, severity, assessment)).collect()
}

fn sighting<'a>(scene: &Scene<'a>, severity: Severity, assessment: &Assessment<'a>) -> Option<Sighting<'a>> {
    let gain = assessment.gain;
    let (seen, severity) = match &assessment.outcome {
        Outcome::NotConcerned(_) => return None,
        Outcome::Cleared { by, because } => (Seen::Cleared { by: *by, because: because.clone() }, severity),
        Outcome::Violation(violation) => {
            (Seen::Breach(breach(scene, assessment, violation)), capped(severity, violation))
        }
    };
    Some(Sighting {
        act: gain.event,
        at: gain.at,
        actor: gain.partner.clone(),
        respondent: gain.partner.to_string(),
        severity,
        about: About::Handoff(assessment.handoff),
        seen,
    })
}

/// A family that was only guessed is no ground to hold an account.
fn capped(severity: Severity, violation: &Violation) -> Severity {
    let guessed =
        violation.kinship.as_ref().is_some_and(|kinship| kinship.basis == AffiliationBasis::Inferred);
    if guessed { severity.min(Severity::S2) } else { severity }
}

fn breach(scene: &Scene<'_>, assessment: &Assessment<'_>, violation: &Violation) -> Breach {
    let (gain, handoff) = (assessment.gain, assessment.handoff);
    let act = Act::from(gain);
    let kin = violation.kinship.as_ref().map(|kinship| {
        let guest = handoff.guest.as_ref().map(ToString::to_string).unwrap_or_default();
        format!(", of the family of {guest} ({}),", kinship.basis.as_str())
    });
    let sentence = format!(
        "{}{} {} {} on {}, which handoff {} protects for {} until {}, and no basis allows it",
        gain.partner,
        kin.unwrap_or_default(),
        act.act.words(),
        words::region(&violation.touched),
        words::day(gain.at),
        handoff.handoff,
        handoff.host,
        handoff.protected_until.map(words::day).unwrap_or_default(),
    );
    Breach {
        unknown: violation.unknown,
        proof: violation.proof.clone(),
        context: context(scene, assessment),
        grounds: violation.grounds.clone(),
        clearing: violation.clearing.clone(),
        sentence,
    }
}

/// The request and papers of a change, the order that is renewed, the terms as they stood.
fn context(scene: &Scene<'_>, assessment: &Assessment<'_>) -> Vec<EventId> {
    let (account, gain) = (scene.known.account, assessment.gain);
    let change = Act::from(gain).change().and_then(|change| account.change(change));
    let mut context: Vec<EventId> = change.and_then(|change| change.requested).into_iter().collect();
    if let Some(change) = change {
        let letter = change.letter.as_ref().and_then(|letter| account.letter(letter));
        context.extend(letter.map(|letter| letter.event));
        context.extend(change.verifications.iter().map(|verification| verification.event));
    }
    if let GainKind::RenewalBooked { renews, .. } = &gain.kind {
        let original = account.gains.iter().find(|known| known.order() == Some(renews));
        context.extend(original.map(|original| original.event));
    }
    context.extend(assessment.handoff.grant_at(gain.at).map(|grant| grant.event));
    context
}

/// Whether the gain is the guest's own, not an affiliate's.
pub(super) fn is_guests_own(assessment: &Assessment<'_>) -> bool {
    assessment.handoff.guest.as_ref() == Some(&assessment.gain.partner)
}
