//! Which orders the commission terms cover: those in the granted scope, and any later one in the handoff's scope
//! until the commission ends.
//!
//! What the host released, forfeited or lost, and what the guest had before, earns the host nothing; what was taken
//! without a basis is a takeover and another pattern's.

use domain::account::gain::Gain;
use domain::account::guest::{Grant, Handoff};
use domain::event::case::ClearedBy;
use domain::event::change::Basis;
use domain::event::handoff::GrantedAct;
use domain::event::partner::AffiliationBasis;
use domain::id::{EventId, PartnerId};
use domain::protection::{Outcome, Unconcerned, kin};
use domain::time::Instant;

use super::needed::needed;
use super::overdue_at;
use crate::scene::Scene;

/// Why the terms cover an order.
#[derive(Debug, Clone)]
pub(super) enum Covered {
    /// It lies in the granted scope; the terms in force then, if they were amended since the invitation.
    Granted { by: EventId },
    /// The end of window and tail let it pass.
    Later,
    /// The customer's own will let it pass, by these papers.
    Moved(Vec<EventId>),
}

/// The orders of the guest's family that the terms of `handoff` cover, in the order they took effect.
pub(super) fn orders<'a>(scene: &Scene<'a>, handoff: &'a Handoff) -> Vec<(&'a Gain, Covered)> {
    let (Some(accepted), Some(until)) = (handoff.accepted_at, handoff.commission_until) else {
        return Vec::new();
    };
    let runs = |gain: &Gain| accepted <= gain.at && gain.at < until;
    let of_handoff = scene.assessments.iter().filter(|known| known.handoff.handoff == handoff.handoff);
    of_handoff
        .filter(|known| known.gain.order().is_some() && runs(known.gain))
        .filter(|known| !owes_itself(scene, handoff, known.gain))
        .filter_map(|known| Some((known.gain, covered(scene, handoff, known.gain, &known.outcome)?)))
        .collect()
}

/// Whether host and whoever ordered were one company when it was booked, or are when it falls due: nobody owes itself
/// a commission. One that both only have a share in is neither, and a guess makes no family here.
fn owes_itself(scene: &Scene<'_>, handoff: &Handoff, gain: &Gain) -> bool {
    let families = scene.known.families;
    let belongs = |one: &PartnerId, other: &PartnerId, at: Instant| {
        let kinship = families.kinship(one, other, at);
        kinship.is_some_and(|kinship| kinship.basis != AffiliationBasis::Inferred)
    };
    let (host, partner) = (&handoff.host, &gain.partner);
    let is_one = |at: Instant| belongs(host, partner, at) && belongs(partner, host, at);
    is_one(gain.at) || is_one(overdue_at(scene.known.program, gain.at))
}

fn covered(scene: &Scene<'_>, handoff: &Handoff, gain: &Gain, outcome: &Outcome) -> Option<Covered> {
    let granted = || grants(handoff, gain).map(|grant| Covered::Granted { by: grant.event });
    match outcome {
        Outcome::NotConcerned(Unconcerned::OutOfScope) => {
            kin::of_guest(scene.known, handoff, &gain.partner, gain.at).and_then(|_| granted())
        }
        Outcome::NotConcerned(_) | Outcome::Violation(_) => None,
        Outcome::Cleared { by, because } => granted().or_else(|| match by {
            ClearedBy::Basis(Basis::WindowOver) => Some(Covered::Later),
            ClearedBy::Basis(Basis::CustomerLetter) => Some(Covered::Moved(because.clone())),
            ClearedBy::Basis(_)
            | ClearedBy::Prior
            | ClearedBy::Granted
            | ClearedBy::UniformAction
            | ClearedBy::Acquired
            | ClearedBy::Stewardship
            | ClearedBy::Tender
            | ClearedBy::HeldBack => None,
        }),
    }
}

/// The terms in force at the order, if they let the guest sell in its scope.
fn grants<'a>(handoff: &'a Handoff, gain: &Gain) -> Option<&'a Grant> {
    let scope = gain.scope.as_ref()?;
    handoff.grant_at(gain.at).filter(|grant| {
        let sells = grant.acts.iter().any(|act| matches!(act, GrantedAct::Order | GrantedAct::Renew));
        sells && grant.scope.overlaps(scope)
    })
}

impl Covered {
    /// What shows it beside handoff and order.
    pub(super) fn shown_by(&self, scene: &Scene<'_>, handoff: &Handoff, gain: &Gain) -> Vec<EventId> {
        match self {
            Self::Granted { by } => vec![*by],
            Self::Later => Vec::new(),
            Self::Moved(papers) => needed(scene, handoff, gain, papers),
        }
    }
}
