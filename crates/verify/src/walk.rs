//! What earlier acts left behind under a handoff: lawful changes that ended protection, orders that may be renewed,
//! third parties that won.

use domain::event::case::ClearedBy;
use domain::event::change::Basis;
use domain::id::{DealId, EventId, OrderId, PartnerId};
use domain::scope::Scope;
use domain::time::Instant;

use crate::bases::Support;
use crate::gains::{Gain, Kind};
use crate::parts::{Part, covers};
use crate::question::{Answer, Question};
use crate::scene::Scene;
use crate::terms::Terms;

#[derive(Debug, Default)]
pub(crate) struct Ledger<'a> {
    exits: Vec<Exit>,
    inherited: Vec<Inherited<'a>>,
    thirds: Vec<Third>,
    taken: Vec<(&'a PartnerId, EventId, Option<Scope>)>,
}

#[derive(Debug)]
struct Exit {
    from: Instant,
    until: Option<Instant>,
    support: Support,
}

#[derive(Debug)]
struct Inherited<'a> {
    order: Option<&'a OrderId>,
    deal: Option<&'a DealId>,
    support: Support,
}

#[derive(Debug)]
struct Third {
    from: Instant,
    until: Option<Instant>,
    held: Part,
}

/// Every gain that `wanted` lets through, in the order they took effect, each with its answer.
pub(crate) fn walk<'a>(
    scene: &Scene<'a>,
    terms: &Terms<'a>,
    wanted: &dyn Fn(&Gain<'a>) -> bool,
) -> (Ledger<'a>, Vec<(EventId, Answer)>) {
    let mut ledger = Ledger::default();
    let mut answers = Vec::new();
    for gain in scene.gains.iter().filter(|gain| wanted(gain)) {
        let question = Question::new(scene, terms, gain, &ledger);
        let answer = question.answer(&|_| true);
        let left = Left::of(&question, &answer);
        ledger.keep(left, gain);
        answers.push((gain.event, answer));
    }
    (ledger, answers)
}

/// What the formula says of a gain, after all that took effect before it.
pub(crate) fn ask<'a>(
    scene: &Scene<'a>,
    terms: &Terms<'a>,
    gain: &Gain<'a>,
    counts: &dyn Fn(Basis) -> bool,
) -> Answer {
    let before =
        |other: &Gain<'a>| if gain.tried { other.at <= gain.at } else { other.effect() < gain.effect() };
    let (ledger, _) = walk(scene, terms, &before);
    Question::new(scene, terms, gain, &ledger).answer(counts)
}

struct Left<'a> {
    exit: Option<Exit>,
    inherited: Option<Inherited<'a>>,
    is_taken: bool,
    third: Option<Third>,
    /// The host has it back.
    is_hosts: bool,
    moves: bool,
}

impl<'a> Left<'a> {
    fn of(question: &Question<'_, 'a>, answer: &Answer) -> Self {
        let act = question.act;
        let moves = act.moves() && act.at >= question.terms.accepted_at() && act.scope.is_some();
        let is_hosts = moves && question.is_hosts(act.partner);
        let mut left = Self { exit: None, inherited: None, is_taken: false, third: None, is_hosts, moves };
        if let Some(scope) = act.scope.as_ref().filter(|_| moves && !is_hosts) {
            let touched = Part::of(scope);
            if question.guests(act.partner, &touched).is_none() {
                let from = question.days_after(act.at, question.procedure.policing.relay_days);
                left.third = Some(Third { from, until: reversed_at(question), held: touched });
            }
        }
        match answer {
            Answer::Unconcerned(_) => {}
            Answer::Open(_) => left.is_taken = act.moves(),
            Answer::Cleared(ClearedBy::Basis(Basis::Correction)) => {}
            Answer::Cleared(by) => {
                let support = Support { by: *by, scope: act.scope.clone() };
                let of_basis = matches!(by, ClearedBy::Basis(_));
                if act.moves() && (of_basis || *by == ClearedBy::UniformAction) {
                    left.exit = Some(Exit { from: act.at, until: reversed_at(question), support });
                } else if of_basis {
                    left.inherited = inherited(act, support);
                }
            }
        }
        left
    }
}

fn inherited<'a>(act: &Gain<'a>, support: Support) -> Option<Inherited<'a>> {
    match act.kind {
        Kind::Approved { deal, .. } => Some(Inherited { order: None, deal, support }),
        Kind::Ordered { order, .. } | Kind::Renewed { order, .. } => {
            Some(Inherited { order: Some(order), deal: None, support })
        }
        Kind::Executed { .. } | Kind::Held { .. } | Kind::Contracted { .. } => None,
    }
}

fn reversed_at(question: &Question<'_, '_>) -> Option<Instant> {
    let change = question.act.change()?;
    question.scene.told.reversed.iter().rfind(|on| on.said.change == *change).map(|on| on.at())
}

impl<'a> Ledger<'a> {
    fn keep(&mut self, left: Left<'a>, gain: &Gain<'a>) {
        self.exits.extend(left.exit);
        self.inherited.extend(left.inherited);
        if left.is_taken {
            self.taken.push((gain.partner, gain.event, gain.scope.clone()));
        }
        let Some(scope) = gain.scope.as_ref().filter(|_| left.moves) else { return };
        for third in &mut self.thirds {
            // One that lost it within the relay window had not won it.
            if left.is_hosts || gain.at < third.from {
                third.held = third.held.clone().minus(scope);
            }
        }
        self.thirds.extend(left.third);
    }

    /// What earlier lawful changes, and the basis of what the act follows from, let go of.
    pub(crate) fn left_behind(&self, act: &Gain<'_>) -> Vec<Support> {
        let in_force = |exit: &&Exit| exit.from <= act.at && exit.until.is_none_or(|until| act.at < until);
        let exits = self.exits.iter().filter(in_force).map(|exit| exit.support.clone());
        let follows = |from: &&Inherited<'_>| match act.kind {
            Kind::Renewed { renews, .. } => from.order == Some(renews),
            Kind::Ordered { deal, .. } => deal.is_some() && from.deal == deal,
            Kind::Executed { .. } | Kind::Held { .. } | Kind::Approved { .. } | Kind::Contracted { .. } => {
                false
            }
        };
        exits.chain(self.inherited.iter().filter(follows).map(|from| from.support.clone())).collect()
    }

    /// `open` without what third parties won and kept.
    pub(crate) fn minus_thirds(&self, at: Instant, open: Part) -> Part {
        let held =
            self.thirds.iter().filter(|third| third.from <= at && third.until.is_none_or(|until| at < until));
        held.fold(open, |open, third| open.minus_part(&third.held))
    }

    /// Whether the act only reports once more what is judged by itself.
    pub(crate) fn restates(&self, question: &Question<'_, '_>) -> bool {
        let act = question.act;
        let Kind::Held { change, .. } = act.kind else { return false };
        let Some(scope) = act.scope.as_ref().filter(|_| !act.tried) else { return false };
        let within = |of: &Option<Scope>| of.as_ref().is_some_and(|whole| covers(whole, scope));
        let executed = question.scene.gains.iter().any(|other| {
            let Kind::Executed { change: done, effective_from } = other.kind else { return false };
            let reversed = question.scene.told.reversed.iter().rfind(|on| on.said.change == *done);
            other.partner == act.partner
                && reversed.is_none_or(|on| act.at < on.at())
                && within(&other.scope)
                && (Some(done) == change || effective_from == act.at || other.at == act.at)
        });
        executed
            || self.taken.iter().any(|(partner, event, whole)| {
                *partner == act.partner
                    && within(whole)
                    && crate::holdings::is_unbroken(question.scene, *event, scope, act.at)
            })
    }
}
