//! Rulings of persons that a policy would forbid: they stand, and are listed.

use domain::account::history;
use domain::command::{AccountCommand, ChangeCommand, Command, DealCommand};
use domain::event::Event;
use domain::event::account::AccountEvent;
use domain::event::change::{ChangeEvent, ReversalReason};
use domain::event::deal::DealEvent;
use domain::fact::{Class, Fact};
use domain::id::DealId;
use wire::answers::RulingRow;
use wire::shape::Words as _;

use super::again::{Others, before, decide};
use super::standing::{Ground, with_derived};

/// The rulings that would not have been possible under the rules of `other` and are under those of `own`.
pub(super) fn rulings(own: Ground<'_>, other: Ground<'_>, recorded: &[Fact]) -> Vec<RulingRow> {
    let told: Vec<Fact> = recorded.iter().filter(|fact| !fact.is_settled()).cloned().collect();
    let effective = history::effective(&told);
    let ruled =
        effective.iter().filter(|fact| fact.meta.class == Class::Ruled && fact.meta.valid_at <= own.as_of);
    let otherwise = match other.refused {
        Some(refused) => refused.kept(other.stream, told.clone()),
        None => told.clone(),
    };
    let outside = ruled.filter_map(|fact| {
        let command = command(&fact.event)?;
        let because = forbidden(other, &otherwise, fact, &command)?;
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
    let before = before(ground, told, &ruling.meta);
    match decide(ground, &Others::new(), &before, &ruling.meta, command) {
        Err(refusal) => Some(refusal.to_string()),
        Ok(decided) => {
            let refused = decided.iter().find_map(|decided| {
                let Event::Account(AccountEvent::TakeoverRefused(refused)) = &decided.event else {
                    return None;
                };
                Some(refused.rule.clone())
            });
            refused.map(|rule| format!("refused by {rule}")).or_else(|| rejected(ground, told, ruling))
        }
    }
}

/// Why the rules themselves would reject the registration that a person approved.
fn rejected(ground: Ground<'_>, told: &[Fact], ruling: &Fact) -> Option<String> {
    let Event::Deal(DealEvent::Approved(approved)) = &ruling.event else { return None };
    let is_answer = |fact: &Fact| fact.meta.class == Class::Ruled && is_about(&fact.event, &approved.deal);
    let unruled: Vec<Fact> = told.iter().filter(|fact| !is_answer(fact)).cloned().collect();
    let position = unruled.last().map_or(0, |fact| fact.meta.position);
    let derived = with_derived(ground.stream, unruled, ground.world);
    derived.iter().filter(|fact| fact.meta.position > position).find_map(|fact| {
        let Event::Deal(DealEvent::Rejected(rejected)) = &fact.event else { return None };
        (rejected.deal == approved.deal).then(|| format!("rejected as {}", rejected.reason.word()))
    })
}

fn is_about(event: &Event, deal: &DealId) -> bool {
    let Event::Deal(event) = event else { return false };
    matches!(event, DealEvent::Approved(ruled) if ruled.deal == *deal)
        || matches!(event, DealEvent::Rejected(ruled) if ruled.deal == *deal)
        || matches!(event, DealEvent::Returned(ruled) if ruled.deal == *deal)
}

/// The command a ruling followed from; `None` for rulings no policy has a say in.
fn command(event: &Event) -> Option<Command> {
    if let Event::Deal(event) = event {
        return of_deal(event).map(Command::Deal);
    }
    if let Event::Account(AccountEvent::OverrideRecorded(ruled)) = event {
        return Some(Command::Account(AccountCommand::Override(ruled.clone())));
    }
    let Event::Change(event) = event else { return None };
    if let ChangeEvent::Executed(ruled) = event {
        let (change, effective_from) = (ruled.change.clone(), Some(ruled.effective_from));
        return Some(Command::Change(ChangeCommand::Execute { change, effective_from }));
    }
    let ChangeEvent::Reversed(ruled) = event else { return None };
    let (change, reason) = (ruled.change.clone(), ruled.reason);
    (reason == ReversalReason::Ruling).then_some(Command::Change(ChangeCommand::Reverse { change, reason }))
}

fn of_deal(event: &DealEvent) -> Option<DealCommand> {
    if let DealEvent::Approved(ruled) = event {
        return Some(DealCommand::Approve { deal: ruled.deal.clone() });
    }
    if let DealEvent::Rejected(ruled) = event {
        return Some(DealCommand::Reject { deal: ruled.deal.clone(), reason: ruled.reason });
    }
    let DealEvent::Cancelled(ruled) = event else { return None };
    Some(DealCommand::Cancel { deal: ruled.deal.clone(), reason: ruled.reason.clone() })
}
