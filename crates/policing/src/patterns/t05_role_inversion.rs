//! T05: the guest signs with the customer as prime, though host and guest never both agreed to that.
//!
//! Trigger: a contract with the guest as prime, over what the handoff protects, that no basis allows. It is an
//! inversion of roles, and more than a contract outside the terms (T04), where terms were changed in the guest's
//! favour without the host's signature, or where the host now stands among the subcontractors. The changed terms
//! alone are a proposal that changes no right, and no finding. Terms that name the guest prime and that both
//! signed grant the contract. One contract is reported by T05 or by T04, never by both.

use domain::account::gain::GainKind;
use domain::account::guest::{Amendment, Handoff};
use domain::event::case::{Clearing, Ground, Severity};
use domain::event::handoff::GrantedAct;
use domain::protection::{Assessment, kin, words};

use super::takeover::{is_guests_own, sighting};
use crate::judged::{Breach, Seen, Sighting};
use crate::scene::Scene;

pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    scene.assessments.iter().filter_map(|assessment| inverted(scene, assessment)).collect()
}

/// What shows that the roles were turned round.
enum Inversion<'a> {
    /// The host works under the guest by this very contract.
    HostBelow,
    /// Terms that only the guest's side wanted.
    OneSided(&'a Amendment),
}

/// Whether a gain of the guest is reported here, and by no weaker pattern.
pub(super) fn is_inversion(scene: &Scene<'_>, assessment: &Assessment<'_>) -> bool {
    inversion(scene, assessment).is_some()
}

fn inversion<'a>(scene: &Scene<'a>, assessment: &Assessment<'a>) -> Option<Inversion<'a>> {
    let (gain, handoff) = (assessment.gain, assessment.handoff);
    let GainKind::ContractSigned { subcontractors, .. } = &gain.kind else { return None };
    if !is_guests_own(assessment) {
        return None;
    }
    if subcontractors.iter().any(|below| kin::of_host(scene.known, handoff, below, gain.at)) {
        return Some(Inversion::HostBelow);
    }
    let one_sided = |amendment: &&Amendment| {
        amendment.at <= gain.at
            && !amendment.effective
            && Some(amendment.terms) != handoff.terms
            && favours_guest(handoff, amendment)
    };
    let last = handoff.amendments.iter().filter(one_sided).max_by_key(|known| (known.at, known.event));
    last.map(Inversion::OneSided)
}

/// Whether the terms would let the guest sign as prime.
fn favours_guest(handoff: &Handoff, amendment: &Amendment) -> bool {
    let prime = amendment.prime.as_ref().and_then(|prime| handoff.partner_of(prime));
    let contract = amendment.granted_acts.as_ref().is_some_and(|acts| acts.contains(&GrantedAct::Contract));
    contract || (prime.is_some() && prime == handoff.guest)
}

fn inverted<'a>(scene: &Scene<'a>, assessment: &Assessment<'a>) -> Option<Sighting<'a>> {
    let inversion = inversion(scene, assessment)?;
    let mut sighting = sighting(scene, Severity::S4, assessment)?;
    if let Seen::Breach(breach) = &mut sighting.seen {
        tell(assessment, &inversion, breach);
    }
    Some(sighting)
}

fn tell(assessment: &Assessment<'_>, inversion: &Inversion<'_>, breach: &mut Breach) {
    let (gain, handoff) = (assessment.gain, assessment.handoff);
    let (because, events) = match inversion {
        Inversion::HostBelow => ("the contract puts the host under the guest".to_owned(), vec![gain.event]),
        Inversion::OneSided(amendment) => {
            let terms = handoff.terms.map(|terms| terms.to_string()).unwrap_or_default();
            let because = format!(
                "terms {} of {} in the guest's favour bear no signature of the host, who signed {terms}",
                amendment.terms,
                words::day(amendment.at),
            );
            breach.proof.push(amendment.event);
            (because, vec![amendment.event])
        }
    };
    breach.grounds.push(Ground::new("roles_inverted", because.clone(), events));
    breach.sentence = format!(
        "{} signed as prime on {} for what handoff {} protects for {}: {because}",
        gain.partner,
        words::day(gain.at),
        handoff.handoff,
        handoff.host,
    );
    let missing = format!(
        "terms that grant {} the contract, signed by {} before {}",
        gain.partner,
        handoff.host,
        words::day(gain.at)
    );
    breach.clearing.insert(0, Clearing { basis: "granted".to_owned(), missing });
}
