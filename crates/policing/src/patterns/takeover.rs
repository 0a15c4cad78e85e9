//! What the patterns of plain takeover share: one assessment of the predicate becomes one sighting.

use domain::account::gain::{GainKind, Touch, TouchKind};
use domain::account::guest::Handoff;
use domain::event::case::Severity;
use domain::event::partner::AffiliationBasis;
use domain::family::Kinship;
use domain::id::{EventId, PartnerId};
use domain::protection::question::Question;
use domain::protection::walk::Ledger;
use domain::protection::{Assessment, Outcome, Violation, act::Judged as Act, kin, words};

use crate::judged::{About, Breach, Seen, Sighting};
use crate::scene::Scene;

/// Signals cited in one finding, the last ones: more would hide the acts they lead to.
const SIGNALS_MAX: usize = 8;

/// Sightings of the assessments a pattern is about, at its severity.
pub(super) fn sightings<'a>(
    scene: &Scene<'a>,
    severity: Severity,
    concerns: impl Fn(&Assessment<'a>) -> bool,
) -> Vec<Sighting<'a>> {
    // What stands on an account the guest's family opened for the purpose is a pattern of its own.
    let is_alias =
        |assessment: &&Assessment<'a>| scene.alias_of(assessment.handoff, assessment.gain.event).is_some();
    let concerned = scene.assessments.iter().filter(|assessment| concerns(assessment));
    let concerned = concerned.filter(|assessment| !is_alias(assessment));
    concerned.filter_map(|assessment| sighting(scene, severity, assessment)).collect()
}

/// The sighting of one assessment, unless the handoff has nothing to say about it.
pub(super) fn sighting<'a>(
    scene: &Scene<'a>,
    severity: Severity,
    assessment: &Assessment<'a>,
) -> Option<Sighting<'a>> {
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

fn capped(severity: Severity, violation: &Violation) -> Severity {
    capped_by(severity, violation.kinship.as_ref())
}

/// A family that was only guessed is no ground to hold an account.
pub(super) fn capped_by(severity: Severity, kinship: Option<&Kinship>) -> Severity {
    let guessed = kinship.is_some_and(|kinship| kinship.basis == AffiliationBasis::Inferred);
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
    context.extend(signals(scene, assessment));
    context
}

/// What shows that a handoff protects against a gain, whatever cleared it.
pub(super) fn bare_proof(scene: &Scene<'_>, assessment: &Assessment<'_>) -> Vec<EventId> {
    let (gain, handoff) = (assessment.gain, assessment.handoff);
    let nothing_before = Ledger::default();
    let question = Question::new(scene.known, handoff, Act::from(gain), &nothing_before);
    if let Some(Outcome::Violation(violation)) = question.map(|question| question.answer_by(&|_| false)) {
        return violation.proof;
    }
    [handoff.invited, handoff.accepted, Some(gain.event)].into_iter().flatten().collect()
}

/// Sales acts of the guest's family before the gain that were not reported and that no terms allow: signals, and
/// evidence in a case there is anyway.
fn signals(scene: &Scene<'_>, assessment: &Assessment<'_>) -> Vec<EventId> {
    let (gain, handoff) = (assessment.gain, assessment.handoff);
    let signal = |touch: &&Touch| {
        touch.at < gain.at
            && handoff.accepted_at.is_some_and(|accepted| accepted <= touch.at)
            && is_unreported(scene, handoff, touch)
    };
    let mut signals: Vec<&Touch> = scene.known.account.touches.iter().filter(signal).collect();
    signals.sort_by_key(|touch| (touch.at, touch.event));
    let many = signals.len().saturating_sub(SIGNALS_MAX);
    signals.into_iter().skip(many).map(|touch| touch.event).collect()
}

/// Whether a sales act of the guest's family touches what the handoff protects, unreported, outside the terms,
/// and not at the customer's wish as somebody else tells it.
pub(super) fn is_unreported(scene: &Scene<'_>, handoff: &Handoff, touch: &Touch) -> bool {
    let of_guest = |partner: &PartnerId| kin::of_guest(scene.known, handoff, partner, touch.at).is_some();
    let invited = touch.customer_initiated && !touch.reported_by.as_ref().is_some_and(of_guest);
    let granted = || {
        let grant = handoff.grant_at(touch.at);
        grant.zip(touch.scope.as_ref()).is_some_and(|(grant, scope)| grant.scope.covers(scope))
    };
    touch.kind != TouchKind::Submission
        && touch.reported_under.is_none()
        && !invited
        && touch.scope.as_ref().is_none_or(|scope| handoff.protected_scope.overlaps(scope))
        && of_guest(&touch.partner)
        && !granted()
}

/// Whether the gain is the guest's own, not an affiliate's.
pub(super) fn is_guests_own(assessment: &Assessment<'_>) -> bool {
    assessment.handoff.guest.as_ref() == Some(&assessment.gain.partner)
}
