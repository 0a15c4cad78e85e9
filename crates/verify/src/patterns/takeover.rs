//! T01 to T08: plain takeover, by whom, of what and on which account.

use domain::event::case::Severity;
use domain::event::handoff::GrantedAct;
use domain::id::{EventId, PartnerId};
use domain::time::Instant;

use super::{Claim, Shown, capped};
use crate::family::Kin;
use crate::gains::{Gain, Kind};
use crate::known::Other;
use crate::parts::meet;
use crate::question::{Answer, Open};
use crate::scene::Scene;
use crate::terms::Terms;
use crate::ties::Bond;
use crate::walk;

/// The act as a gain, under the handoff of the case.
pub(super) fn gain_of<'s, 'a>(
    scene: &'s Scene<'a>,
    claim: &Claim<'_>,
) -> Result<(&'s Terms<'a>, &'s Gain<'a>), String> {
    let terms = claim.terms(scene)?;
    let gain = scene.gain(claim.act).ok_or("its act is not shown to be a gain of a known partner")?;
    Ok((terms, gain))
}

/// What of the act no basis lets go of.
pub(super) fn violation(scene: &Scene<'_>, terms: &Terms<'_>, gain: &Gain<'_>) -> Result<Open, String> {
    let open = stands(walk::ask(scene, terms, gain, &|_| true))?;
    if is_served_buyer(scene, terms, gain) {
        return Err("the guest served the buyer of this customer before".to_owned());
    }
    Ok(open)
}

pub(super) fn stands(answer: Answer) -> Result<Open, String> {
    match answer {
        Answer::Open(open) => Ok(open),
        Answer::Cleared(by) => Err(format!("it is cleared: {by:?}")),
        Answer::Unconcerned(why) => Err(why.to_owned()),
    }
}

/// A customer of the guest bought this one.
fn is_served_buyer(scene: &Scene<'_>, terms: &Terms<'_>, gain: &Gain<'_>) -> bool {
    let Some(scope) = &gain.scope else { return false };
    let buyers = scene.known.others.iter().filter(|other| {
        matches!(other.tie.bond, Bond::Related { buyer: true, guessed: false, .. })
            && other.tie.during.contains(gain.at)
    });
    buyers.into_iter().any(|buyer| {
        Scene::there(scene.known, buyer).gains.iter().any(|earlier| {
            earlier.at < buyer.tie.during.from
                && earlier.is_business()
                && earlier.scope.as_ref().is_some_and(|of| meet(of, scope))
                && scene.of_guest(terms, earlier.partner, earlier.at).is_some()
        })
    })
}

fn shown(severity: Severity, gain: &Gain<'_>, open: &Open) -> Shown {
    Shown { unknown: open.unknown, ..Shown::of(severity, open.kin, gain.at, gain.partner) }
}

fn must(is_so: bool, why: &str) -> Result<(), String> {
    if is_so { Ok(()) } else { Err(why.to_owned()) }
}

fn must_be_plain(scene: &Scene<'_>, terms: &Terms<'_>, gain: &Gain<'_>) -> Result<(), String> {
    must(alias_of(scene, terms, gain.event).is_none(), "it stands on an alias account")
}

fn is_own(terms: &Terms<'_>, gain: &Gain<'_>) -> bool {
    gain.partner == terms.guest()
}

pub(super) fn direct_grab(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let (terms, gain) = gain_of(scene, claim)?;
    must(gain.moves(), "it is no change of holder")?;
    must(is_own(terms, gain), "it is not the guest's own")?;
    must(first_hop(scene, terms, gain).is_none(), "it is the second step of a relay")?;
    must_be_plain(scene, terms, gain)?;
    Ok(shown(Severity::S4, gain, &violation(scene, terms, gain)?))
}

pub(super) fn registration(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let terms = claim.terms(scene)?;
    if let Some(gain) = scene.gain(claim.act) {
        must(matches!(gain.kind, Kind::Approved { .. }), "it is no approved registration")?;
        must(is_own(terms, gain), "it is not the guest's own")?;
        must_be_plain(scene, terms, gain)?;
        return Ok(shown(Severity::S3, gain, &violation(scene, terms, gain)?));
    }
    let refused = scene.told.refusals.iter().find(|on| on.id() == claim.act);
    let refused = refused.ok_or("its act is no gain and no refused attempt")?;
    let said = refused.said;
    must(said.deal.is_some() && said.handoff == *terms.id(), "it is no refused registration of the case")?;
    let disputed = scene.told.disputes.iter().any(|on| on.said.refused == refused.id());
    must(disputed || is_repeated(scene, refused), "it was neither tried before nor disputed")?;
    let attempt = Gain {
        kind: Kind::Approved { deal: None, submission: None },
        partner: &said.gaining,
        scope: Some(said.scope.clone()),
        at: refused.at(),
        event: refused.id(),
        told_at: refused.told_at(),
        by: None,
        net: None,
        tried: true,
    };
    let open = stands(walk::ask(scene, terms, &attempt, &|_| true))?;
    let shown = Shown::of(Severity::S2, Kin::Known, refused.at(), &said.gaining);
    Ok(Shown { unknown: open.unknown, ..shown })
}

/// Whether the guest tried before under the same handoff, not longer ago than the program's months.
fn is_repeated(
    scene: &Scene<'_>,
    refused: &crate::told::On<'_, domain::event::account::TakeoverRefused>,
) -> bool {
    let months = scene.policy_at(refused.at()).policing.attempt_months;
    let zone = scene.known.program.zone_at(refused.at());
    let is_guests = |command: &str| command == "deal.submit";
    is_guests(&refused.said.command)
        && scene.told.refusals.iter().any(|other| {
            is_guests(&other.said.command)
                && other.said.handoff == refused.said.handoff
                && (other.at(), other.id()) < (refused.at(), refused.id())
                && refused.at() < crate::days::months_after(other.at(), months, &zone)
        })
}

pub(super) fn renewal(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let (terms, gain) = gain_of(scene, claim)?;
    must(renews_protected(scene, terms, gain), "it renews nothing the handoff protects")?;
    must_be_plain(scene, terms, gain)?;
    Ok(shown(Severity::S3, gain, &violation(scene, terms, gain)?))
}

/// Whether it renews an order in the handoff's scope; one that is not on record counts by the renewal's scope.
fn renews_protected(scene: &Scene<'_>, terms: &Terms<'_>, gain: &Gain<'_>) -> bool {
    let Kind::Renewed { renews, .. } = gain.kind else { return false };
    // Of several under one number the one that was told to be so first.
    let originals = scene.gains.iter().filter(|other| other.order() == Some(renews));
    let original = originals.min_by_key(|other| scene.place(other.event));
    let scope = original.and_then(|other| other.scope.as_ref());
    scope.is_none_or(|scope| meet(terms.protects(), scope))
}

pub(super) fn outside_terms(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let (terms, gain) = gain_of(scene, claim)?;
    let trades = match gain.kind {
        Kind::Ordered { .. } | Kind::Contracted { .. } => true,
        Kind::Renewed { .. } => !renews_protected(scene, terms, gain),
        Kind::Executed { .. } | Kind::Held { .. } | Kind::Approved { .. } => false,
    };
    must(trades, "it is no order and no contract")?;
    must(is_own(terms, gain), "it is not the guest's own")?;
    must(!is_inversion(scene, terms, gain), "it turns the roles round")?;
    must_be_plain(scene, terms, gain)?;
    Ok(shown(Severity::S3, gain, &violation(scene, terms, gain)?))
}

pub(super) fn role_inversion(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let (terms, gain) = gain_of(scene, claim)?;
    must(is_inversion(scene, terms, gain), "host stands below nobody, and no one-sided terms are shown")?;
    Ok(shown(Severity::S4, gain, &violation(scene, terms, gain)?))
}

/// The host works under the guest, or the guest's side alone wanted terms that make it prime.
fn is_inversion(scene: &Scene<'_>, terms: &Terms<'_>, gain: &Gain<'_>) -> bool {
    let Kind::Contracted { below } = gain.kind else { return false };
    if !is_own(terms, gain) {
        return false;
    }
    let in_force = terms.amended.iter().rfind(|(_, effective)| *effective).map(|(on, _)| on.said.terms);
    let signed = in_force.unwrap_or(terms.invited.said.terms);
    let one_sided = terms.amended.iter().any(|(on, effective)| {
        let said = on.said;
        let prime = said.prime.as_ref().and_then(|prime| terms.partner(prime)) == Some(terms.guest());
        let contract = said.granted_acts.as_ref().is_some_and(|acts| acts.contains(&GrantedAct::Contract));
        on.at() <= gain.at && !effective && said.terms != signed && (prime || contract)
    });
    one_sided || below.iter().any(|below| scene.of_host(terms, below, gain.at))
}

pub(super) fn affiliate(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let (terms, gain) = gain_of(scene, claim)?;
    must(!is_own(terms, gain), "it is the guest's own")?;
    must(first_hop(scene, terms, gain).is_none(), "it is the second step of a relay")?;
    must_be_plain(scene, terms, gain)?;
    Ok(shown(Severity::S4, gain, &violation(scene, terms, gain)?))
}

pub(super) fn relay(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let (terms, gain) = gain_of(scene, claim)?;
    must(first_hop(scene, terms, gain).is_some(), "no third party is shown to have held it shortly before")?;
    Ok(shown(Severity::S4, gain, &violation(scene, terms, gain)?))
}

/// The step to a third party shortly before, since the handoff was accepted.
fn first_hop<'s, 'a>(scene: &'s Scene<'a>, terms: &Terms<'_>, second: &Gain<'_>) -> Option<&'s Gain<'a>> {
    let same_part = |gain: &&Gain<'_>| {
        gain.moves()
            && gain.at < second.at
            && gain.scope.as_ref().is_none_or(|scope| {
                meet(terms.protects(), scope)
                    && second.scope.as_ref().is_none_or(|second| meet(second, scope))
            })
    };
    let before = scene.gains.iter().filter(|_| second.moves()).filter(same_part);
    let first = before.max_by_key(|gain| (gain.at, gain.event))?;
    let third = !scene.of_host(terms, first.partner, first.at)
        && scene.of_guest(terms, first.partner, first.at).is_none();
    let reversed = first.change().and_then(|change| {
        scene.told.reversed.iter().rfind(|on| on.said.change == *change).map(|on| on.at())
    });
    let days = scene.policy_at(first.at).policing.relay_days;
    let won_from = scene.known.program.days_after(first.at, days);
    let kept = reversed.is_none_or(|at| second.at < at);
    (third && kept && terms.accepted_at() <= first.at && second.at < won_from).then_some(first)
}

pub(super) fn alias(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let (terms, gain) = gain_of(scene, claim)?;
    let founder = alias_of(scene, terms, gain.event);
    let (_, kin) = founder.ok_or("it stands on no account that the guest's family opened since")?;
    let open = violation(scene, terms, gain)?;
    let shown = shown(Severity::S4, gain, &open);
    Ok(Shown { severity: capped(shown.severity, kin), ..shown })
}

/// The duplicate an act stands on, if the guest's family opened it since the acceptance; and how it belongs to it.
fn alias_of<'s>(scene: &'s Scene<'_>, terms: &Terms<'_>, event: EventId) -> Option<(&'s Other, Kin)> {
    let other = scene.known.elsewhere(event)?;
    if !matches!(other.tie.bond, Bond::Same { .. }) {
        return None;
    }
    let there = Scene::there(scene.known, other);
    let (partner, at) = founder(&there)?;
    let kin = scene.of_guest(terms, partner, at)?;
    (terms.accepted_at() <= at).then_some((other, kin))
}

/// The first partner to open an account, or to register on it while nobody had.
fn founder<'a>(there: &Scene<'a>) -> Option<(&'a PartnerId, Instant)> {
    let opened = there.told.opened.iter().filter_map(|on| Some((there.place(on.id())?, on.by()?, on.at())));
    let first_opened = there.told.opened.iter().filter_map(|on| there.place(on.id())).min();
    let registered = there.told.submitted.iter().filter_map(|on| {
        let place = there.place(on.id())?;
        first_opened.is_none_or(|first| place < first).then_some((place, &on.said.partner, on.at()))
    });
    opened.chain(registered).min_by_key(|(place, ..)| *place).map(|(_, partner, at)| (partner, at))
}
