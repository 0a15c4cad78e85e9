//! Going through the gains in the order they took effect, keeping what each leaves behind: a lawful change
//! ends protection for its scope, a lawful order may be renewed, a third party's win suspends protection.

use crate::account::gain::{Gain, GainKind};
use crate::account::guest::Handoff;
use crate::event::case::ClearedBy;
use crate::event::change::Basis;
use crate::id::*;
use crate::protection::Known;
use crate::protection::act::{Act, Judged};
use crate::protection::basis::Support;
use crate::protection::kin;
use crate::protection::outcome::{Assessment, Outcome};
use crate::protection::question::Question;
use crate::scope::{Region, Scope};
use crate::time::{Instant, Interval};

/// What the acts judged so far leave behind under one handoff.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ledger {
    exits: Vec<Exit>,
    inherited: Vec<Inheritance>,
    thirds: Vec<Third>,
    taken: Vec<Taken>,
}

/// A change that had a basis: from then on its scope is no longer protected, unless it is reversed.
#[derive(Debug, Clone, PartialEq)]
struct Exit {
    during: Interval,
    support: Support,
}

/// An order or registration that had a basis: what follows from it has the same.
#[derive(Debug, Clone, PartialEq)]
struct Inheritance {
    from: Source,
    support: Support,
}

#[derive(Debug, Clone, PartialEq)]
enum Source {
    Order(OrderId),
    Deal(DealId),
}

/// A third party that won part of the account.
#[derive(Debug, Clone, PartialEq)]
struct Third {
    during: Interval,
    held: Region,
    event: EventId,
}

/// A change that was a violation: recording it once more is no other one.
#[derive(Debug, Clone, PartialEq)]
struct Taken {
    partner: PartnerId,
    event: EventId,
    scope: Option<Scope>,
}

/// Judges every gain that `wanted` lets through under `handoff`, and tells `sink` each answer.
///
/// The order is that of taking effect and no other: by instant, changes before orders, then by event id.
pub fn walk<'a>(
    known: Known<'a>,
    handoff: &'a Handoff,
    wanted: impl Fn(&Gain) -> bool,
    mut sink: impl FnMut(Assessment<'a>),
) -> Ledger {
    let mut gains: Vec<&Gain> = known.account.gains.iter().filter(|gain| wanted(gain)).collect();
    gains.sort_by_key(|gain| taking_effect(gain));
    let mut ledger = Ledger::default();
    for gain in gains {
        let Some(question) = Question::new(known, handoff, Judged::from(gain), &ledger) else { break };
        let outcome = question.answer();
        let left = Left::behind(&question, &outcome);
        ledger.keep(left);
        sink(Assessment { gain, handoff, outcome });
    }
    ledger
}

fn taking_effect(gain: &Gain) -> (Instant, u8, EventId) {
    (gain.at, step(&gain.kind), gain.event)
}

/// Whether `gain` took effect before `other`.
pub fn precedes(gain: &Gain, other: &Gain) -> bool {
    taking_effect(gain) < taking_effect(other)
}

fn step(kind: &GainKind) -> u8 {
    match kind {
        GainKind::ChangeExecuted { .. } => 0,
        GainKind::HolderRecorded { .. } => 1,
        GainKind::DealApproved { .. } => 2,
        GainKind::OrderBooked { .. } => 3,
        GainKind::RenewalBooked { .. } => 4,
        GainKind::ContractSigned { .. } => 5,
    }
}

/// What one act leaves behind.
#[derive(Default)]
struct Left {
    exit: Option<Exit>,
    inheritance: Option<Inheritance>,
    taken: Option<Taken>,
    moved: Option<Moved>,
}

/// The account moved: who held parts of it before no longer does.
struct Moved {
    at: Instant,
    scope: Scope,
    to: Mover,
}

enum Mover {
    Host,
    Guest,
    Third(Third),
}

impl Left {
    fn behind(question: &Question<'_>, outcome: &Outcome) -> Self {
        let mut left = Self { moved: moved(question), ..Self::default() };
        let act = question.act;
        match outcome {
            Outcome::NotConcerned(_) => {}
            Outcome::Violation(_) if act.is_change() => {
                let (partner, scope) = (act.partner.clone(), act.scope.cloned());
                left.taken = act.event().map(|event| Taken { partner, event, scope });
            }
            Outcome::Violation(_) => {}
            // What was put right is as if it had not been: nothing follows from it.
            Outcome::Cleared { by: ClearedBy::Basis(Basis::Correction), .. } => {}
            Outcome::Cleared { by, because } => {
                let support = Support { by: *by, scope: act.scope.cloned(), events: because.clone() };
                let lasts = matches!(by, ClearedBy::Basis(_) | ClearedBy::UniformAction);
                if act.is_change() && lasts {
                    let during = Interval { from: act.at, until: reversed_at(question) };
                    left.exit = Some(Exit { during, support });
                } else if matches!(by, ClearedBy::Basis(_)) {
                    left.inheritance = source(question).map(|from| Inheritance { from, support });
                }
            }
        }
        left
    }
}

fn source(question: &Question<'_>) -> Option<Source> {
    match question.act.act {
        Act::Register => question.act.deal().cloned().map(Source::Deal),
        Act::Order { .. } | Act::Renew { .. } => {
            question.act.gain.and_then(Gain::order).cloned().map(Source::Order)
        }
        Act::ChangeHolder { .. } | Act::Contract => None,
    }
}

fn reversed_at(question: &Question<'_>) -> Option<Instant> {
    let change = question.known.account.change(question.act.change()?)?;
    change.reversed.map(|(at, _)| at)
}

fn moved(question: &Question<'_>) -> Option<Moved> {
    let act = question.act;
    if !act.is_change() || act.at < question.accepted_at {
        return None;
    }
    let scope = act.scope?.clone();
    let touched = Region::from(scope.clone());
    let to = if kin::is_hosts(question, act.partner, act.at) {
        Mover::Host
    } else if kin::guests(question, act.partner, &touched).is_some() {
        Mover::Guest
    } else {
        let days = i64::from(question.procedure.policing.relay_days);
        let from = act.at.plus_civil_days(days, &question.zone);
        let during = Interval { from, until: reversed_at(question) };
        Mover::Third(Third { during, held: touched, event: act.event()? })
    };
    Some(Moved { at: act.at, scope, to })
}

impl Ledger {
    fn keep(&mut self, left: Left) {
        self.exits.extend(left.exit);
        self.inherited.extend(left.inheritance);
        self.taken.extend(left.taken);
        let Some(moved) = left.moved else { return };
        for third in &mut self.thirds {
            // A third party that lost it within the relay window was none that won.
            if matches!(moved.to, Mover::Host) || moved.at < third.during.from {
                third.held = std::mem::take(&mut third.held).minus(&moved.scope);
            }
        }
        if let Mover::Third(third) = moved.to {
            self.thirds.push(third);
        }
    }

    /// What lawful changes until `at` let go of.
    pub fn exits(&self, at: Instant) -> impl Iterator<Item = &Support> {
        self.exits.iter().filter(move |exit| exit.during.contains(at)).map(|exit| &exit.support)
    }

    /// What the act inherits from the order it renews, or the registration it fulfils.
    pub fn inherited(&self, act: &Judged<'_>) -> impl Iterator<Item = &Support> {
        let act = *act;
        self.inherited.iter().filter(move |left| left.passes_to(&act)).map(|left| &left.support)
    }

    /// Takes out of `open` what third parties won and kept; the event of one when nothing is left.
    pub fn held_by_third(&self, at: Instant, open: &mut Region) -> Option<EventId> {
        for third in self.thirds.iter().filter(|third| third.during.contains(at)) {
            for scope in third.held.scopes() {
                *open = std::mem::take(open).minus(scope);
            }
            if open.is_empty() {
                return Some(third.event);
            }
        }
        None
    }

    /// The change that `question`'s act only reports once more, if it does.
    pub fn restates(&self, question: &Question<'_>) -> Option<EventId> {
        let gain = question.act.gain?;
        let GainKind::HolderRecorded { change, .. } = &gain.kind else { return None };
        let covers =
            |of: Option<&Scope>| of.zip(gain.scope.as_ref()).is_some_and(|(whole, part)| whole.covers(part));
        let executed = question.known.account.gains.iter().find(|other| match &other.kind {
            GainKind::ChangeExecuted { change: executed, effective_from, .. } => {
                let reversed = question.known.account.change(executed).and_then(|change| change.reversed);
                other.partner == gain.partner
                    && reversed.is_none_or(|(at, _)| gain.at < at)
                    && covers(other.scope.as_ref())
                    && (Some(executed) == change.as_ref()
                        || *effective_from == gain.at
                        || other.at == gain.at)
            }
            GainKind::HolderRecorded { .. }
            | GainKind::DealApproved { .. }
            | GainKind::OrderBooked { .. }
            | GainKind::RenewalBooked { .. }
            | GainKind::ContractSigned { .. } => false,
        });
        let held = |taken: &&Taken| {
            let unbroken = |event: EventId| {
                question.known.account.holdings.iter().any(|holding| {
                    holding.event == event
                        && holding.during.until.is_none_or(|until| until >= gain.at)
                        && covers(Some(&holding.scope))
                })
            };
            taken.partner == gain.partner && covers(taken.scope.as_ref()) && unbroken(taken.event)
        };
        executed.map(|other| other.event).or_else(|| self.taken.iter().find(held).map(|taken| taken.event))
    }
}

impl Inheritance {
    fn passes_to(&self, act: &Judged<'_>) -> bool {
        match (&self.from, act.act) {
            (Source::Order(order), Act::Renew { renews }) => order == renews,
            (Source::Deal(deal), Act::Order { deal: Some(fulfilled) }) => deal == fulfilled,
            (Source::Order(_) | Source::Deal(_), _) => false,
        }
    }
}
