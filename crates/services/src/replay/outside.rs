//! Rulings of persons that a policy would forbid: they stand, and are listed.

use domain::account::history;
use domain::command::{AccountCommand, ChangeCommand, Command, DealCommand};
use domain::event::Event;
use domain::event::account::AccountEvent;
use domain::event::change::{ChangeEvent, ReversalReason};
use domain::event::deal::DealEvent;
use domain::fact::{Class, Fact};
use domain::id::DealId;
use domain::refusal::Refusal;
use wire::answers::RulingRow;
use wire::shape::Words as _;

use super::again::{before, decide};
use super::standing::{Ground, with_derived};

/// The rulings that would not have been possible under the rules of `other` and are under those of `own`.
pub(super) fn rulings(own: Ground<'_>, other: Ground<'_>, recorded: &[Fact]) -> Vec<RulingRow> {
    let told: Vec<Fact> = recorded.iter().filter(|fact| !fact.is_settled()).cloned().collect();
    let effective = history::effective(&told);
    let ruled =
        effective.iter().filter(|fact| fact.meta.class == Class::Ruled && fact.meta.valid_at <= own.as_of);
    let outside = ruled.filter_map(|fact| {
        let command = command(&fact.event)?;
        let because = forbidden(other, &told, fact, &command)?;
        forbidden(own, &told, fact, &command).is_none().then(|| RulingRow {
            account: own.stream.to_string(),
            event: fact.meta.id.to_string(),
            kind: wire::event::name(&fact.event).to_owned(),
            forbidden_because: because,
        })
    });
    outside.collect()
}

/// Why the rules would not let the ruling pass; `None` when they would.
fn forbidden(ground: Ground<'_>, told: &[Fact], ruling: &Fact, command: &Command) -> Option<String> {
    let account = before(ground, told, &ruling.meta);
    match decide(ground, &account, &ruling.meta, command) {
        Err(refusal) => Some(in_words(&refusal)),
        Ok(decided) => {
            let refused = decided.iter().find_map(|decided| match &decided.event {
                Event::Account(AccountEvent::TakeoverRefused(refused)) => Some(refused.rule.clone()),
                _other => None,
            });
            refused.map(|rule| format!("refused by {rule}")).or_else(|| rejected(ground, told, ruling))
        }
    }
}

fn in_words(refusal: &Refusal) -> String {
    refusal.to_string()
}

/// Why the rules themselves would reject the registration that a person approved.
fn rejected(ground: Ground<'_>, told: &[Fact], ruling: &Fact) -> Option<String> {
    let Event::Deal(DealEvent::Approved(approved)) = &ruling.event else { return None };
    let is_answer = |fact: &Fact| fact.meta.class == Class::Ruled && is_about(&fact.event, &approved.deal);
    let unruled: Vec<Fact> = told.iter().filter(|fact| !is_answer(fact)).cloned().collect();
    let position = unruled.last().map_or(0, |fact| fact.meta.position);
    let derived = with_derived(ground.stream, unruled, ground.world);
    derived.iter().filter(|fact| fact.meta.position > position).find_map(|fact| match &fact.event {
        Event::Deal(DealEvent::Rejected(rejected)) if rejected.deal == approved.deal => {
            Some(format!("rejected as {}", rejected.reason.word()))
        }
        _other => None,
    })
}

fn is_about(event: &Event, deal: &DealId) -> bool {
    let Event::Deal(event) = event else { return false };
    match event {
        DealEvent::Approved(approved) => approved.deal == *deal,
        DealEvent::Rejected(rejected) => rejected.deal == *deal,
        DealEvent::Returned(returned) => returned.deal == *deal,
        _other => false,
    }
}

/// The command a ruling followed from.
fn command(event: &Event) -> Option<Command> {
    Some(match event {
        Event::Deal(DealEvent::Approved(ruled)) => {
            Command::Deal(DealCommand::Approve { deal: ruled.deal.clone() })
        }
        Event::Deal(DealEvent::Rejected(ruled)) => {
            Command::Deal(DealCommand::Reject { deal: ruled.deal.clone(), reason: ruled.reason })
        }
        Event::Deal(DealEvent::Cancelled(ruled)) => {
            Command::Deal(DealCommand::Cancel { deal: ruled.deal.clone(), reason: ruled.reason.clone() })
        }
        Event::Account(AccountEvent::OverrideRecorded(ruled)) => {
            Command::Account(AccountCommand::Override(ruled.clone()))
        }
        Event::Change(ChangeEvent::Reversed(ruled)) if ruled.reason == ReversalReason::Ruling => {
            Command::Change(ChangeCommand::Reverse { change: ruled.change.clone(), reason: ruled.reason })
        }
        Event::Change(ChangeEvent::Executed(ruled)) => Command::Change(ChangeCommand::Execute {
            change: ruled.change.clone(),
            effective_from: Some(ruled.effective_from),
        }),
        _other => return None,
    })
}
