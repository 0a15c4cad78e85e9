//! T24: the host's side abuses what protects it.

use domain::event::Party;
use domain::event::case::Severity;
use domain::event::change::{
    Objected, ObjectionDecided, ObjectionGround, ObjectionOutcome, VerificationOutcome, Verifier,
};
use domain::event::consent::{AskedAbout, CustomerAsked};
use domain::id::PartnerId;
use domain::time::Instant;

use super::{Claim, Shown};
use crate::changes::Change;
use crate::deals::{Deal, Outcome, Standing};
use crate::family::Kin;
use crate::gains::Kind;
use crate::scene::Scene;
use crate::told::On;

pub(super) fn abuse(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    if scene.told.objected.iter().any(|on| on.id() == claim.act) {
        return baseless(scene, claim);
    }
    if scene.told.decided.iter().any(|on| on.id() == claim.act) {
        return in_vain(scene, claim);
    }
    if scene.told.asked.iter().any(|on| on.id() == claim.act) {
        return denied(scene, claim);
    }
    idle(scene, claim)
}

fn shown(at: Instant, by: &PartnerId) -> Shown {
    Shown::of(Severity::S3, Kin::Known, at, by)
}

/// An objection of the side that would lose.
struct Objection<'a> {
    on: On<'a, Objected>,
    decided: Option<On<'a, ObjectionDecided>>,
    by: &'a PartnerId,
}

fn objections<'a>(scene: &Scene<'a>) -> Vec<Objection<'a>> {
    let mut all: Vec<Objection<'a>> = Vec::new();
    for change in Change::all(scene) {
        for (on, decided) in &change.objected {
            let by = match &on.said.by {
                Party::Partner(partner) => Some(partner),
                Party::Host => on.by().or(change.losing()),
                Party::Customer | Party::Vendor | Party::Guest => None,
            };
            let Some(by) = by else { continue };
            let own = change.gaining().is_some_and(|gaining| scene.kin(gaining, by, on.at()).is_some());
            if !own {
                all.push(Objection { on: *on, decided: *decided, by });
            }
        }
    }
    all
}

fn baseless(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let all = objections(scene);
    let known = all.iter().find(|known| known.on.id() == claim.act);
    let known = known.ok_or("it is not shown to be an objection of the losing side")?;
    let said = known.on.said;
    if said.ground != ObjectionGround::Other && said.inquiry_attested {
        return Err("it has a ground on the list and attests an inquiry".to_owned());
    }
    if known.decided.is_some_and(|on| on.said.outcome == ObjectionOutcome::Upheld) {
        return Err("it was upheld".to_owned());
    }
    Ok(shown(known.on.at(), known.by))
}

fn in_vain(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let all = objections(scene);
    let rejected = all.iter().filter_map(|known| {
        let decided = known.decided.filter(|on| on.said.outcome == ObjectionOutcome::Rejected)?;
        Some((decided.at(), decided.id(), known.by))
    });
    let mut rejected: Vec<_> = rejected.collect();
    rejected.sort();
    let ruling = rejected.iter().find(|(_, ruling, _)| *ruling == claim.act);
    let (at, _, by) = *ruling.ok_or("its act rejects no objection of the losing side")?;
    rejected.retain(|(.., other)| *other == by);
    let (first_at, ..) = *rejected.first().ok_or("no objection was rejected")?;
    let least = usize::from(scene.policy_at(first_at).policing.objections_rejected_min);
    let last = least.checked_sub(1).and_then(|place| rejected.get(place));
    if last.is_none_or(|(_, ruling, _)| *ruling != claim.act) {
        return Err(format!("it is not the one that makes {least} rejected objections"));
    }
    Ok(shown(at, by))
}

fn denied(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let mut asked: Vec<On<'_, CustomerAsked>> =
        scene.told.asked.iter().filter(|on| counts(scene, on)).copied().collect();
    asked.sort_by_key(|on| (on.at(), on.id()));
    let denial = asked.iter().find(|on| on.id() == claim.act).copied();
    let denial = denial.ok_or("who asked is not independent, or the contact is not long on file")?;
    asked.retain(|on| on.said.about == denial.said.about);
    let first = asked.iter().find(|on| on.said.outcome == VerificationOutcome::Denied);
    if first.is_none_or(|on| on.id() != claim.act) {
        return Err("it is not the first denial".to_owned());
    }
    if asked.last().is_some_and(|on| on.said.outcome == VerificationOutcome::Confirmed) {
        return Err("the customer confirmed it since".to_owned());
    }
    let by = match &denial.said.about {
        AskedAbout::Handoff(id) => {
            let invited = scene.told.invited.iter().rfind(|on| on.said.handoff == *id);
            invited.map(|on| &on.said.host)
        }
        AskedAbout::Deal(id) => scene.deal(id).and_then(|deal| deal.partner),
    };
    let by = by.ok_or("what the customer was asked about is not on record")?;
    Ok(shown(denial.at(), by))
}

/// Whether an answer counts: on a contact long on file, and asked by nobody with a stake in it.
fn counts(scene: &Scene<'_>, on: &On<'_, CustomerAsked>) -> bool {
    let policy = scene.policy_at(on.at());
    let zone = crate::days::zone(&policy.zone);
    let days = i64::from(policy.consent.contact_on_file_days);
    let on_file = crate::days::after(on.said.contact_on_file_since, days, &zone) <= on.at();
    let guests = scene.told.invited.iter().map(|on| &on.said.guest);
    let claimants = scene.told.submitted.iter().map(|on| &on.said.partner);
    let interested: Vec<&PartnerId> = guests.chain(claimants).collect();
    let verifier = match &on.said.verifier {
        Verifier::Vendor => None,
        Verifier::Partner(partner) => Some(partner),
    };
    let is_biased =
        |partner: &PartnerId| interested.iter().any(|of| scene.kin(of, partner, on.at()).is_some());
    let biased = verifier.into_iter().chain(on.by()).any(is_biased);
    on_file && !biased && on.said.outcome != VerificationOutcome::Unreachable
}

fn idle(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let deals = scene.deals();
    let is_kept = |deal: &&Deal<'_>| {
        deal.standing == Standing::Approved && deal.outcome == Outcome::Open && deal.activity.is_empty()
    };
    let lapsed = deals.iter().filter(is_kept);
    let lapsed = lapsed.filter_map(|deal| Some((deal.until.filter(|at| *at <= claim.known_until)?, deal)));
    let mut lapsed: Vec<(Instant, &Deal<'_>)> = lapsed.collect();
    lapsed.sort_by_key(|(until, deal)| (*until, deal.submission));
    let last = lapsed.iter().find(|(_, deal)| deal.decided.map(|(_, event)| event) == Some(claim.act));
    let (at, last) = *last.ok_or("its act approved no registration that lapsed without activity")?;
    let partner = last.partner.ok_or("nobody is shown to have registered it")?;
    let active = scene.touches.iter().any(|touch| !touch.submission)
        || deals.iter().any(|deal| !deal.activity.is_empty());
    if !active {
        return Err("nobody ever reported activity on the account".to_owned());
    }
    lapsed.retain(|(_, deal)| deal.partner == Some(partner));
    let (first_at, _) = *lapsed.first().ok_or("no registration lapsed")?;
    let least = usize::from(scene.policy_at(first_at).policing.idle_registrations_min);
    lapsed.retain(|(_, deal)| !has_worked(scene, deal, partner));
    let kept = least.checked_sub(1).and_then(|place| lapsed.get(place));
    if kept.is_none_or(|(_, deal)| deal.id != last.id) {
        return Err(format!("it is not the one that makes {least} idle registrations"));
    }
    Ok(shown(at, partner))
}

/// Whether the partner's family did anything on the account since it registered.
fn has_worked(scene: &Scene<'_>, deal: &Deal<'_>, partner: &PartnerId) -> bool {
    let Some(from) = deal.submitted_at else { return true };
    let own = |other: &PartnerId, at: Instant| at >= from && scene.kin(partner, other, at).is_some();
    let touched = scene.touches.iter().any(|touch| !touch.submission && own(touch.partner, touch.at));
    let gained = scene
        .gains
        .iter()
        .any(|gain| !matches!(gain.kind, Kind::Approved { .. }) && own(gain.partner, gain.at));
    let invited = scene.told.invited.iter().any(|on| own(&on.said.host, on.at()));
    touched || gained || invited
}
