//! Objections outside the closed list or without a reasonable inquiry, and objections rejected again and again.

use domain::account::guest::{Change, Objection};
use domain::event::Party;
use domain::event::case::{ClearedBy, Severity};
use domain::event::change::{Basis, ObjectionGround, ObjectionOutcome};
use domain::id::{EventId, PartnerId};
use domain::protection::words;
use domain::time::Instant;

use super::breach;
use crate::judged::{Seen, Sighting};
use crate::patterns::of_change::{about, clearing, kin_of};
use crate::scene::Scene;

/// An objection of the side that would lose, and who that is.
struct Objected<'a> {
    change: &'a Change,
    objection: &'a Objection,
    by: PartnerId,
    /// What shows who objected, where the objection does not say so itself.
    shown_by: Option<EventId>,
}

pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    let changes = scene.known.account.changes.iter();
    let all = changes.flat_map(|change| change.objections.iter().map(move |objection| (change, objection)));
    let mut objected: Vec<Objected<'a>> =
        all.filter_map(|(change, objection)| by_losing_side(scene, change, objection)).collect();
    objected.sort_by_key(|known| (known.objection.at, known.objection.event));
    let mut seen: Vec<Sighting<'a>> = objected.iter().filter_map(|known| baseless(scene, known)).collect();
    seen.extend(in_vain(scene, &objected));
    seen
}

/// The objection with its objector, unless it is the customer's, the vendor's, or of the gaining family.
fn by_losing_side<'a>(
    scene: &Scene<'a>,
    change: &'a Change,
    objection: &'a Objection,
) -> Option<Objected<'a>> {
    let (by, shown_by) = match &objection.by {
        Party::Customer | Party::Vendor | Party::Guest => return None,
        Party::Partner(partner) => (partner.clone(), None),
        Party::Host => match &objection.reported_by {
            Some(partner) => (partner.clone(), None),
            None => (change.losing.clone()?, change.requested),
        },
    };
    let is_gainers = |gaining| kin_of(scene, gaining, &by, objection.at).is_some();
    let own = change.gaining.as_ref().is_some_and(is_gainers);
    (!own).then_some(Objected { change, objection, by, shown_by })
}

/// Outside the closed list of grounds, or without reasonable inquiry. Upheld all the same it was right, and how it
/// was put forward is no abuse.
fn baseless<'a>(scene: &Scene<'a>, known: &Objected<'a>) -> Option<Sighting<'a>> {
    let objection = known.objection;
    let why = match (objection.ground, objection.inquiry_attested) {
        (ObjectionGround::Other, _) => "on no ground the program knows",
        (_, false) => "without attesting that it had looked into the matter",
        (_, true) => return None,
    };
    let upheld = objection.decided.filter(|(_, outcome, _)| *outcome == ObjectionOutcome::Upheld);
    let sentence = format!(
        "{} objected to change {} on {} {why}",
        known.by,
        known.change.change,
        words::day(objection.at)
    );
    let proof = [Some(objection.event), known.shown_by].into_iter().flatten().collect();
    let open = vec![
        clearing("ruling", "a decision that upholds the objection"),
        clearing("correction", "a correction that names the objection's ground and the inquiry made"),
    ];
    let seen = match upheld {
        Some((_, _, ruling)) => {
            Seen::Cleared { by: ClearedBy::Basis(Basis::Override), because: vec![ruling] }
        }
        None => Seen::Breach(breach("objection", sentence, proof, open)),
    };
    Some(sighting(scene, known, objection.event, objection.at, seen))
}

/// As many objections of one partner were rejected on this account as the program lets pass, each counted once.
fn in_vain<'a>(scene: &Scene<'a>, objected: &[Objected<'a>]) -> Vec<Sighting<'a>> {
    let mut partners: Vec<&PartnerId> = objected.iter().map(|known| &known.by).collect();
    partners.sort();
    partners.dedup();
    partners.into_iter().filter_map(|partner| again_and_again(scene, objected, partner)).collect()
}

fn again_and_again<'a>(
    scene: &Scene<'a>,
    objected: &[Objected<'a>],
    partner: &PartnerId,
) -> Option<Sighting<'a>> {
    let own = objected.iter().filter(|known| known.by == *partner);
    let mut rejected: Vec<(Instant, EventId, &Objected<'a>)> = own
        .filter_map(|known| match known.objection.decided {
            Some((at, ObjectionOutcome::Rejected, ruling)) => Some((at, ruling, known)),
            Some((_, ObjectionOutcome::Upheld, _)) | None => None,
        })
        .collect();
    rejected.sort_by_key(|(at, ruling, _)| (*at, *ruling));
    let (first_at, _, _) = rejected.first()?;
    let min = usize::from(scene.policy_at(*first_at).policy.policing.objections_rejected_min);
    let counted = rejected.get(..min)?;
    let &(at, ruling, last) = counted.last()?;
    let shown = |(_, ruling, known): &(Instant, EventId, &Objected<'a>)| {
        [Some(known.objection.event), known.shown_by, Some(*ruling)]
    };
    let proof = counted.iter().flat_map(shown).flatten().collect();
    let sentence = format!(
        "{min} objections of {partner} to changes of this account were rejected, the last on {}",
        words::day(at)
    );
    let open = vec![clearing("ruling", "a decision on appeal that upholds one of the objections")];
    Some(sighting(scene, last, ruling, at, Seen::Breach(breach("rejected", sentence, proof, open))))
}

fn sighting<'a>(
    scene: &Scene<'a>,
    known: &Objected<'a>,
    act: EventId,
    at: Instant,
    seen: Seen,
) -> Sighting<'a> {
    let gaining = known.change.gaining.clone().unwrap_or_else(|| known.by.clone());
    Sighting {
        act,
        at,
        actor: known.by.clone(),
        respondent: known.by.to_string(),
        severity: Severity::S3,
        about: about(scene, known.change, &gaining, known.objection.at),
        seen,
    }
}
