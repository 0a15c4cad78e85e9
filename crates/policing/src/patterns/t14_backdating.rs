//! T14: a paper or record that favours the gaining side is dated before the act and told long after it.
//!
//! Trigger: a gain of the guest's family that no basis allows, and a fact that would allow it if it could be
//! believed: a customer's letter naming the gaining partner, a release by the host, or an order or holding older
//! than the handoff. It was told by the guest's side, is dated before the act (or before acceptance), was recorded
//! later than papers may arrive, and nothing laid its digest down in time. It clears nothing until a person
//! decides; the act of the finding is the telling, the respondent whoever told it.
//!
//! What is told in time, by anybody else, or with an anchor, is believed elsewhere and not found here. Nor is a
//! migration: a fact that came with the record of the act or the acceptance itself, and not long after it, or in a
//! uniform batch.

use std::collections::HashSet;

use domain::account::gain::{Gain, GainKind};
use domain::account::guest::{Handoff, Letter, Release};
use domain::event::case::{Clearing, Ground, Severity};
use domain::id::{EventId, PartnerId};
use domain::protection::credible::{anchored, proves};
use domain::protection::{Assessment, Outcome, Violation, kin, words};
use domain::time::Instant;

use super::takeover::capped_by;
use crate::judged::{About, Breach, Seen, Sighting};
use crate::scene::Scene;

pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    let mut seen = HashSet::new();
    let violations = scene.assessments.iter().filter_map(|assessment| match &assessment.outcome {
        Outcome::Violation(violation) => Some((assessment, violation.as_ref())),
        Outcome::NotConcerned(_) | Outcome::Cleared { .. } => None,
    });
    let backdated = violations.flat_map(|(assessment, violation)| {
        let late = late_facts(scene, assessment, violation).into_iter();
        late.filter_map(move |late| sighting(scene, assessment, violation, &late))
    });
    let mut found: Vec<Sighting<'a>> = backdated.collect();
    // One telling is one finding, whatever it would have allowed.
    found.retain(|sighting| match sighting.about {
        About::Handoff(handoff) => seen.insert((&handoff.handoff, sighting.act)),
        About::Subject { .. } => true,
    });
    found
}

/// A fact that came late from the side it favours.
struct Late<'a> {
    event: EventId,
    teller: &'a PartnerId,
    /// What it is, as in "a customer's letter".
    what: &'static str,
    dated: Instant,
    told: Instant,
    /// What it is dated before: the act, or the acceptance.
    undercuts: Instant,
}

fn late_facts<'a>(scene: &Scene<'a>, assessment: &Assessment<'a>, violation: &Violation) -> Vec<Late<'a>> {
    let account = scene.known.account;
    let letters = account.letters.iter().filter_map(|letter| late_letter(assessment.gain, violation, letter));
    let releases = assessment.handoff.releases.iter();
    let releases = releases.filter_map(|release| late_release(assessment.gain, violation, release));
    let ties = account.gains.iter().filter_map(|tie| late_tie(scene, assessment, violation, tie));
    let late = letters.chain(releases).chain(ties).filter(|(late, known)| {
        is_self_serving(scene, assessment.handoff, late)
            && scene.provisional_until(late.undercuts.max(*known)) < late.told
            && !is_laid_down(scene, late)
    });
    late.map(|(late, _)| late).collect()
}

/// With when the act it would allow was recorded.
fn late_letter<'a>(gain: &Gain, violation: &Violation, letter: &'a Letter) -> Option<(Late<'a>, Instant)> {
    let terms = &letter.terms;
    let dated = letter.valid_at.min(terms.signed_at);
    let favours = terms.gaining == gain.partner && violation.touched.overlaps(&terms.scope);
    let late = Late {
        event: letter.event,
        teller: letter.reported_by.as_ref()?,
        what: "a customer's letter",
        dated,
        told: letter.recorded_at,
        undercuts: gain.at,
    };
    (favours && dated < gain.at).then_some((late, gain.recorded_at))
}

fn late_release<'a>(gain: &Gain, violation: &Violation, release: &'a Release) -> Option<(Late<'a>, Instant)> {
    let favours = release.during.from <= gain.at && violation.touched.overlaps(&release.scope);
    let late = Late {
        event: release.event,
        teller: release.reported_by.as_ref()?,
        what: "a release by the host",
        dated: release.during.from.min(release.valid_at),
        told: release.recorded_at.max(release.valid_at),
        undercuts: gain.at,
    };
    favours.then_some((late, gain.recorded_at))
}

/// A holding or order said to be older than the handoff.
fn late_tie<'a>(
    scene: &Scene<'_>,
    assessment: &Assessment<'_>,
    violation: &Violation,
    tie: &'a Gain,
) -> Option<(Late<'a>, Instant)> {
    let handoff = assessment.handoff;
    let accepted = handoff.accepted_at?;
    let is_tie = match &tie.kind {
        GainKind::HolderRecorded { batch, .. } => batch.is_none(),
        GainKind::ChangeExecuted { .. } | GainKind::OrderBooked { .. } | GainKind::RenewalBooked { .. } => {
            true
        }
        GainKind::DealApproved { .. } | GainKind::ContractSigned { .. } => false,
    };
    let own = tie.partner == assessment.gain.partner
        || kin::of_guest(scene.known, handoff, &tie.partner, accepted).is_some();
    let concerns = tie.scope.as_ref().is_some_and(|scope| violation.touched.overlaps(scope));
    let late = Late {
        event: tie.event,
        teller: tie.reported_by.as_ref()?,
        what: "an earlier relationship",
        dated: tie.at,
        told: tie.recorded_at,
        undercuts: accepted,
    };
    let recorded = handoff.accepted_recorded_at?;
    (is_tie && own && concerns && tie.at < accepted).then_some((late, recorded))
}

fn is_self_serving(scene: &Scene<'_>, handoff: &Handoff, late: &Late<'_>) -> bool {
    kin::of_guest(scene.known, handoff, late.teller, late.told).is_some()
}

/// Whether a digest of it was laid down before what it undercuts.
fn is_laid_down(scene: &Scene<'_>, late: &Late<'_>) -> bool {
    let account = scene.known.account;
    let letter = account.letters.iter().find(|letter| letter.event == late.event);
    let release = account.handoffs.iter().flat_map(|handoff| &handoff.releases);
    let release = release.into_iter().find(|release| release.event == late.event);
    let anchors = letter.and_then(|letter| letter.terms.anchor.as_ref());
    let anchors = anchors.into_iter().chain(release.and_then(|release| release.anchor.as_ref()));
    let document = letter.map(|letter| letter.terms.document);
    anchors.into_iter().any(|anchor| proves(account, anchor, late.undercuts).is_some())
        || document.is_some_and(|digest| anchored(account, digest, late.undercuts).is_some())
}

fn sighting<'a>(
    scene: &Scene<'a>,
    assessment: &Assessment<'a>,
    violation: &Violation,
    late: &Late<'_>,
) -> Option<Sighting<'a>> {
    let handoff = assessment.handoff;
    let kinship = kin::of_guest(scene.known, handoff, late.teller, late.told)?;
    let severity = capped_by(capped_by(Severity::S3, Some(&kinship)), violation.kinship.as_ref());
    Some(Sighting {
        act: late.event,
        at: late.told,
        actor: late.teller.clone(),
        respondent: late.teller.to_string(),
        severity,
        about: About::Handoff(handoff),
        seen: Seen::Breach(breach(assessment, violation, late, &kinship.path)),
    })
}

fn breach(assessment: &Assessment<'_>, violation: &Violation, late: &Late<'_>, path: &[EventId]) -> Breach {
    let (gain, handoff) = (assessment.gain, assessment.handoff);
    let (dated, told, before) = (words::day(late.dated), words::day(late.told), words::day(late.undercuts));
    let sentence = format!(
        "{} told on {told} of {} of {dated} in favour of {}, dated before {before} under handoff {}, and nothing \
         shows that it existed then",
        late.teller, late.what, gain.partner, handoff.handoff,
    );
    let mut proof = violation.proof.clone();
    proof.extend(path.iter().copied());
    proof.push(late.event);
    let mut seen = HashSet::new();
    proof.retain(|event| seen.insert(*event));
    let self_serving = format!("{} stands on the side it favours", late.teller);
    let anchor = format!("its digest, laid down in an event recorded before {before}");
    let clearing = |basis: &str, missing: String| Clearing { basis: basis.to_owned(), missing };
    Breach {
        unknown: violation.unknown,
        proof,
        context: Vec::new(),
        grounds: vec![
            Ground::new("backdated", format!("dated {dated}, told {told}"), vec![late.event]),
            Ground::new("would_allow", "the act stands against the terms".to_owned(), vec![gain.event]),
            Ground::new("self_serving", self_serving, path.to_vec()),
            Ground::new("no_anchor", format!("there is not {anchor}"), Vec::new()),
        ],
        clearing: vec![
            clearing("anchor", anchor),
            clearing("ruling", "a person's decision that the paper is as old as it says".to_owned()),
        ],
        sentence,
    }
}
