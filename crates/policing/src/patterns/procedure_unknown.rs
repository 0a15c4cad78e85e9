//! A change of holder that only another system reports, without any step on record: no request, no notice, no
//! window. The steps may have been taken elsewhere, so it is one question to the vendor and no more.

use domain::account::gain::GainKind;
use domain::event::case::{Ground, Severity};
use domain::protection::{Assessment, Outcome, words};

use super::t15_haste;
use crate::judged::{About, Breach, Seen, Sighting};
use crate::scene::Scene;

/// Recorded changes to the guest's family inside the window of which no step is known.
///
/// Where something clears the gain itself the host had nothing left to lose by it, and no step was owed.
pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    scene.assessments.iter().filter_map(|assessment| unknown_steps(scene, assessment)).collect()
}

fn unknown_steps<'a>(scene: &Scene<'a>, assessment: &Assessment<'a>) -> Option<Sighting<'a>> {
    let (gain, handoff) = (assessment.gain, assessment.handoff);
    if !matches!(gain.kind, GainKind::HolderRecorded { .. }) || has_steps(scene, assessment) {
        return None;
    }
    let seen = match &assessment.outcome {
        Outcome::NotConcerned(_) => return None,
        Outcome::Cleared { by, because } => Seen::Cleared { by: *by, because: because.clone() },
        Outcome::Violation(violation) => {
            let scope = gain.scope.as_ref().map(words::scope).unwrap_or_default();
            let sentence = format!(
                "{scope} is recorded as moved to {} on {} while handoff {} protects it, and no request, notice or window is on record",
                gain.partner,
                words::day(gain.at),
                handoff.handoff,
            );
            let proof = violation.proof.clone();
            let grounds = vec![Ground::new("no_step_on_record", sentence.clone(), vec![gain.event])];
            let unknown = None;
            Seen::Breach(Breach {
                unknown,
                proof,
                context: Vec::new(),
                grounds,
                clearing: t15_haste::clearing(),
                sentence,
            })
        }
    };
    Some(Sighting {
        act: gain.event,
        at: gain.at,
        actor: gain.partner.clone(),
        respondent: "vendor".to_owned(),
        severity: Severity::S2,
        about: About::Handoff(handoff),
        seen,
    })
}

/// Whether any step of a change to this partner in this scope is on record.
fn has_steps(scene: &Scene<'_>, assessment: &Assessment<'_>) -> bool {
    let gain = assessment.gain;
    scene.known.account.changes.iter().any(|change| {
        let concerns = gain.scope.as_ref().is_none_or(|scope| change.scope.overlaps(scope));
        change.gaining.as_ref() == Some(&gain.partner) && concerns
    })
}
