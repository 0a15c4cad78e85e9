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
use domain::id::EventId;
use domain::protection::act::Judged;
use domain::protection::question::Question;
use domain::protection::walk::Ledger;
use domain::protection::{Outcome, Unconcerned, kin};

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
        .filter_map(|known| Some((known.gain, covered(scene, handoff, known.gain, &known.outcome)?)))
        .collect()
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
    /// What shows it beside handoff and order. A letter needs the change that claims it, and that its request; where
    /// the letter alone does not carry the order, the change it moved the account by.
    pub(super) fn shown_by(&self, scene: &Scene<'_>, handoff: &Handoff, gain: &Gain) -> Vec<EventId> {
        let papers = match self {
            Self::Granted { by } => return vec![*by],
            Self::Later => return Vec::new(),
            Self::Moved(papers) => papers,
        };
        let account = scene.known.account;
        let alone = is_carried_alone(scene, handoff, gain);
        let moved = account.changes.iter().filter(|change| {
            let letter = change.letter.as_ref().and_then(|letter| account.letter(letter));
            let carries = !alone || change.gaining.as_ref() == Some(&gain.partner);
            carries && letter.is_some_and(|letter| papers.contains(&letter.event))
        });
        let steps = moved.flat_map(|change| {
            let done = change.executions.iter().filter(|_| !alone).map(|done| done.event);
            change.requested.into_iter().chain(done)
        });
        papers.iter().copied().chain(steps).collect()
    }
}

/// Whether the customer's will lets the order pass by itself, without the change that it led to.
fn is_carried_alone(scene: &Scene<'_>, handoff: &Handoff, gain: &Gain) -> bool {
    let nothing_before = Ledger::default();
    let question = Question::new(scene.known, handoff, Judged::from(gain), &nothing_before);
    question.is_some_and(|question| {
        matches!(question.answer(), Outcome::Cleared { by: ClearedBy::Basis(Basis::CustomerLetter), .. })
    })
}
