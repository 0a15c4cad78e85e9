//! T10 and R1: what the handoffs of several accounts came to.

use domain::event::case::{ClearedBy, Severity};
use domain::event::change::Basis;
use domain::event::handoff::HandoffOutcome;
use domain::id::{EventId, PartnerId};
use domain::time::Instant;

use super::chance::exceeded_after;
use super::takeover::violation;
use super::{Claim, Evidence, Shown};
use crate::family::Kin;
use crate::gains::Gain;
use crate::question::Answer;
use crate::scene::Scene;
use crate::terms::Terms;
use crate::walk;

/// Gains without a basis that make a ring of handoffs one of swaps.
const WITHOUT_BASIS_MIN: usize = 2;

/// What an accepted handoff came to.
#[derive(Debug, Clone)]
struct Handed {
    host: PartnerId,
    guest: PartnerId,
    /// Its invitation and acceptance.
    bound_by: [EventId; 2],
    taking: Option<Taking>,
    closed: Option<(Instant, EventId, HandoffOutcome)>,
}

/// The guest's family gained what the handoff protected.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Taking {
    by: PartnerId,
    at: Instant,
    event: EventId,
    /// Whether nothing allowed it.
    is_bare: bool,
}

impl Handed {
    /// Whether the family had gained the account without a basis when the handoff was closed.
    fn is_kept(&self) -> bool {
        let Some((closed_at, _, outcome)) = self.closed else { return false };
        match &self.taking {
            Some(taking) => taking.is_bare && taking.at <= closed_at,
            None => outcome == HandoffOutcome::MovedWithoutBasis,
        }
    }
}

/// What the handoffs of this account, and of the others that are cited, came to.
fn all_handed(scene: &Scene<'_>) -> Vec<Handed> {
    let mut all: Vec<Handed> = scene.terms.iter().map(|terms| handed(scene, terms)).collect();
    for apart in &scene.known.apart {
        let there = Scene::of(apart);
        all.extend(there.terms.iter().map(|terms| handed(&there, terms)));
    }
    all
}

fn handed(scene: &Scene<'_>, terms: &Terms<'_>) -> Handed {
    let takings = scene.gains.iter().filter_map(|gain| taking(scene, terms, gain));
    Handed {
        host: terms.host().clone(),
        guest: terms.guest().clone(),
        bound_by: [terms.invited.id(), terms.accepted.id()],
        taking: takings.min_by_key(|taking| (!taking.is_bare, taking.at, taking.event)),
        closed: terms.closed.map(|on| (on.said.at, on.id(), on.said.outcome)),
    }
}

fn taking(scene: &Scene<'_>, terms: &Terms<'_>, gain: &Gain<'_>) -> Option<Taking> {
    let reversed =
        gain.change().is_some_and(|change| scene.told.reversed.iter().any(|on| on.said.change == *change));
    if reversed {
        return None;
    }
    let is_bare = match walk::ask(scene, terms, gain, &|_| true) {
        Answer::Open(open) => {
            let is_sure = open.unknown.is_none() && open.kin == Kin::Known;
            violation(scene, terms, gain).ok().filter(|_| is_sure)?;
            true
        }
        Answer::Cleared(ClearedBy::Basis(
            Basis::CustomerLetter | Basis::HostRelease | Basis::Forfeiture | Basis::Override,
        )) if gain.moves() => false,
        Answer::Cleared(_) | Answer::Unconcerned(_) => return None,
    };
    Some(Taking { by: gain.partner.clone(), at: gain.at, event: gain.event, is_bare })
}

pub(super) fn ring(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let mut links: Vec<(PartnerId, Taking)> =
        all_handed(scene).into_iter().filter_map(|one| Some((one.host, one.taking?))).collect();
    links.retain(|(_, taking)| claim.proof.contains(&taking.event));
    let place = links.iter().position(|(_, taking)| taking.event == claim.act);
    let (host, last) = links.remove(place.ok_or("its act is not shown to be a gain under a handoff")?);
    let policing = &scene.policy_at(last.at).policing;
    if !last.is_bare || links.len() + 1 > usize::from(policing.ring_partners_max) {
        return Err("its last gain is allowed, or there are too many partners".to_owned());
    }
    let bare = 1 + links.iter().filter(|(_, taking)| taking.is_bare).count();
    if bare < WITHOUT_BASIS_MIN {
        return Err("fewer than two of its gains are without a basis".to_owned());
    }
    let zone = scene.known.program.zone_at(last.at);
    let mut times: Vec<Instant> = links.iter().map(|(_, taking)| taking.at).chain([last.at]).collect();
    times.sort();
    let (first, latest) = (times[0], times[times.len() - 1]);
    if crate::days::months_after(first, policing.ring_months, &zone) <= latest {
        return Err("its gains lie too far from each other".to_owned());
    }
    // What allowed a gain is no part of the proof: only all that is known tells which of them were without a basis.
    let later = |taking: &Taking| taking.is_bare && (last.at, last.event) < (taking.at, taking.event);
    if claim.evidence == Evidence::All && links.iter().any(|(_, taking)| later(taking)) {
        return Err("another gain without a basis came later".to_owned());
    }
    let kin = closes(scene, &last.by, &host, links, last.at).ok_or("its gains lead to no ring")?;
    Ok(Shown::of(Severity::S3, kin, last.at, &last.by))
}

/// Whether the links, each used once, lead from `by` to the family of `host`, and how sure that is.
fn closes(
    scene: &Scene<'_>,
    by: &PartnerId,
    host: &PartnerId,
    links: Vec<(PartnerId, Taking)>,
    at: Instant,
) -> Option<Kin> {
    if links.is_empty() {
        return scene.kin(by, host, at);
    }
    let onward = (0..links.len()).filter_map(|place| {
        let kin = scene.kin(by, &links[place].0, at)?;
        let mut rest = links.clone();
        let (_, next) = rest.remove(place);
        Some(kin.min(closes(scene, &next.by, host, rest, at)?))
    });
    onward.max()
}

pub(super) fn repeated(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let mut closed: Vec<(Instant, EventId, Handed)> = all_handed(scene)
        .into_iter()
        .filter_map(|one| one.closed.map(|(at, event, _)| (at, event, one)))
        .collect();
    closed.retain(|(_, event, _)| claim.proof.contains(event));
    let is_bound = |one: &Handed| one.bound_by.iter().all(|event| claim.proof.contains(event));
    if !closed.iter().all(|(_, _, one)| is_bound(one)) {
        return Err("a handoff it counts is not shown as offered and accepted".to_owned());
    }
    closed.sort_by_key(|(at, event, _)| (*at, *event));
    let act = closed.iter().find(|(_, event, _)| *event == claim.act);
    let (at, _, last) = act.ok_or("its act closed no handoff")?.clone();
    let of_family = |guest: &PartnerId| scene.kin(&last.guest, guest, at).is_some();
    closed.retain(|(_, _, one)| of_family(&one.guest));
    let policing = &scene.policy_at(at).policing;
    let after = exceeded_after(policing, closed.iter().map(|(_, _, one)| one.is_kept()));
    let after = after.ok_or("as many were kept as chance has it")?;
    closed.truncate(after);
    let against = closed.iter().rfind(|(_, _, one)| one.is_kept());
    if against.is_none_or(|(_, event, _)| *event != claim.act) {
        return Err("it is not the last one that was kept".to_owned());
    }
    if claim.evidence == Evidence::All {
        let latest = closed.last().map(|(at, event, _)| (*at, *event));
        let left_out = scene.known.closings.iter().find(|one| {
            Some((one.at, one.event)) < latest && of_family(&one.guest) && !claim.proof.contains(&one.event)
        });
        if let Some(left_out) = left_out {
            return Err(format!("a handoff that was closed before by event {} is left out", left_out.event));
        }
    }
    let counted = closed.iter().filter(|(_, _, one)| one.is_kept()).count();
    Ok(Shown { counted, ..Shown::of(Severity::S2, Kin::Known, at, &last.guest) })
}
