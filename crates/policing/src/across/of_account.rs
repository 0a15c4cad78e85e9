//! The records an account adds, from its gains as they are judged under its handoffs.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::account::gain::{Gain, GainKind};
use domain::account::guest::Handoff;
use domain::event::case::ClearedBy;
use domain::event::change::Basis;
use domain::event::consent::{Authority, Inducement};
use domain::event::partner::AffiliationBasis;
use domain::id::{EventId, PartnerId};
use domain::protection::act::Judged as Act;
use domain::protection::{Assessment, Outcome, Violation};

use super::{Allowed, Closing, Departure, Handed, OfAccount, Taking};
use crate::guard::is_looked_for;
use crate::scene::Scene;
use crate::tied::Tied;

pub(crate) fn of_account(scene: &Scene<'_>) -> OfAccount {
    let handoffs = scene.known.account.handoffs.iter();
    let follows = is_looked_for(scene.known.program, "T23");
    OfAccount {
        handed: handoffs.filter_map(|handoff| handed(scene, handoff)).map(Arc::new).collect(),
        departures: if follows { departures(scene) } else { Vec::new() },
    }
}

/// What the handoff came to; `None` while it came to nothing.
fn handed(scene: &Scene<'_>, handoff: &Handoff) -> Option<Handed> {
    handoff.accepted_at?;
    let guest = handoff.guest.clone()?;
    let of_this = scene.assessments.iter().filter(|one| one.handoff.handoff == handoff.handoff);
    let takings = of_this.filter_map(|assessment| taking(scene, assessment));
    // One for each handoff: a possible takeover before what was allowed, the first of each.
    let taking = takings.min_by_key(|taking| (taking.allowed.is_some(), taking.at, taking.event));
    let closed = handoff.closed.map(|(at, outcome, event)| Closing { at, event, outcome });
    (taking.is_some() || closed.is_some()).then(|| Handed {
        account: scene.known.account_id.clone(),
        handoff: handoff.handoff.clone(),
        host: handoff.host.clone(),
        guest,
        bound_by: [handoff.invited, handoff.accepted].into_iter().flatten().collect(),
        taking,
        closed,
    })
}

fn taking(scene: &Scene<'_>, assessment: &Assessment<'_>) -> Option<Taking> {
    let Assessment { gain, handoff, outcome } = assessment;
    if is_reversed(scene, gain) {
        return None;
    }
    let (allowed, proof) = match outcome {
        Outcome::Violation(violation) if is_sure(violation) => (None, violation.proof.clone()),
        Outcome::Cleared { by: by @ ClearedBy::Basis(basis), because }
            if is_change(gain) && moves(*basis) =>
        {
            let proof = [handoff.invited, handoff.accepted, Some(gain.event)].into_iter().flatten();
            (Some(Allowed { by: *by, because: because.last().copied() }), proof.collect())
        }
        Outcome::Violation(_) | Outcome::Cleared { .. } | Outcome::NotConcerned(_) => return None,
    };
    Some(Taking {
        by: gain.partner.clone(),
        at: gain.at,
        event: gain.event,
        position: gain.position,
        allowed,
        proof: with_ties(scene, proof),
    })
}

/// The same with the decisions by which what stands on the stream of another account is an act on this one.
fn with_ties(scene: &Scene<'_>, mut proof: Vec<EventId>) -> Vec<EventId> {
    let ties = proof.iter().filter_map(|event| scene.tie_of(*event));
    let decided: BTreeSet<EventId> = ties.flat_map(Tied::decided).collect();
    proof.extend(decided);
    proof
}

/// Whether somebody's choice allowed it: an earlier relationship, the end of a right or a mistake put right is no
/// account that was passed on.
fn moves(basis: Basis) -> bool {
    match basis {
        Basis::CustomerLetter | Basis::HostRelease | Basis::Forfeiture | Basis::Override => true,
        Basis::WindowOver
        | Basis::HostDeauthorised
        | Basis::Inheritance
        | Basis::DeclaredPrior
        | Basis::Correction => false,
    }
}

/// What cannot be judged, and a family that was only guessed, count for nothing elsewhere.
fn is_sure(violation: &Violation) -> bool {
    let is_guessed =
        violation.kinship.as_ref().is_some_and(|kinship| kinship.basis == AffiliationBasis::Inferred);
    violation.unknown.is_none() && !is_guessed
}

fn is_change(gain: &Gain) -> bool {
    matches!(gain.kind, GainKind::ChangeExecuted { .. } | GainKind::HolderRecorded { .. })
}

fn is_reversed(scene: &Scene<'_>, gain: &Gain) -> bool {
    let change = Act::from(gain).change().and_then(|change| scene.known.account.change(change));
    change.is_some_and(|change| change.reversed.is_some())
}

/// Changes of holder from one partner to another, each pair once. What left a linked duplicate that account adds
/// itself: one customer that goes is not two.
fn departures(scene: &Scene<'_>) -> Vec<Arc<Departure>> {
    let is_added_there = |gain: &Gain| scene.tie_of(gain.event).is_some_and(Tied::is_looked_at);
    let gains = scene.known.account.gains.iter();
    let mut gains: Vec<&Gain> = gains.filter(|gain| is_change(gain) && !is_added_there(gain)).collect();
    gains.sort_by_key(|gain| (gain.at, gain.event));
    let mut departures: Vec<Arc<Departure>> = Vec::new();
    for gain in gains {
        let Some((from, shown_by)) = before(scene, gain) else { continue };
        let is_known = departures
            .iter()
            .any(|known| known.to == gain.partner && known.from == from && known.at <= gain.at);
        if from == gain.partner || is_known || is_reversed(scene, gain) || is_the_vendors(gain) {
            continue;
        }
        departures.push(Arc::new(Departure {
            account: scene.known.account_id.clone(),
            from,
            to: gain.partner.clone(),
            at: gain.at,
            event: gain.event,
            position: gain.position,
            because: cleared(scene, gain).or_else(|| letter(scene, gain)),
            proof: shown_by.into_iter().chain([gain.event]).collect(),
        }));
    }
    departures
}

/// Whoever held it before, and what shows that where the gain itself does not.
fn before(scene: &Scene<'_>, gain: &Gain) -> Option<(PartnerId, Option<EventId>)> {
    if let GainKind::HolderRecorded { previous: Some(previous), .. } = &gain.kind {
        return Some((previous.clone(), None));
    }
    let holdings = scene.known.account.holdings.iter().filter(|holding| {
        holding.event != gain.event
            && holding.during.from < gain.at
            && holding.during.until.is_none_or(|until| until >= gain.at)
            && gain.scope.as_ref().is_none_or(|scope| holding.covers(scope))
    });
    let last = holdings.max_by_key(|holding| (holding.during.from, holding.event))?;
    Some((last.holder.clone(), Some(last.event)))
}

/// Whether it is part of one act of the vendor on many accounts.
fn is_the_vendors(gain: &Gain) -> bool {
    matches!(gain.kind, GainKind::HolderRecorded { batch: Some(_), .. })
}

fn cleared(scene: &Scene<'_>, gain: &Gain) -> Option<EventId> {
    scene.assessments.iter().filter(|one| one.gain.event == gain.event).find_map(|one| match &one.outcome {
        Outcome::Cleared { because, .. } => Some(because.last().copied().unwrap_or(gain.event)),
        Outcome::Violation(_) | Outcome::NotConcerned(_) => None,
    })
}

/// The customer's letter naming whoever gained, good on that day.
fn letter(scene: &Scene<'_>, gain: &Gain) -> Option<EventId> {
    let days = i64::from(scene.policy_at(gain.at).policy.consent.letter_days);
    let is_good = |letter: &&domain::account::guest::Letter| {
        let terms = &letter.terms;
        terms.gaining == gain.partner
            && gain.scope.as_ref().is_none_or(|scope| terms.scope.covers(scope))
            && terms.signed_at <= gain.at
            && gain.at <= scene.days_after(terms.signed_at, days)
            && terms.authority != Authority::Unknown
            && terms.inducement == Inducement::None
            && letter.rescinded.is_none_or(|(at, _)| gain.at < at)
    };
    let good = scene.known.account.letters.iter().filter(is_good);
    good.map(|letter| letter.event).min()
}
