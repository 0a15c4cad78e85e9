//! Which accounts are one customer: a person decides, and what a person decided the rules do not undo.

use crate::command::{Answer, IdentityCommand};
use crate::decide::Decided;
use crate::decide::authority::ruling_person;
use crate::event::identity::{Band, FieldWeight, IdentityEvent, KeptApart, Linked, Merged, Split};
use crate::event::{DecidedBy, Event, PolicyRef};
use crate::fact::{Actor, Class};
use crate::id::{AccountId, EventId, Key};
use crate::identity::{Decider, Identities};
use crate::refusal::Refusal;

/// What was found when the two accounts of a command were compared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evidence {
    pub weights: Vec<FieldWeight>,
    pub hard_keys: Vec<Key>,
}

/// What is read to decide about two accounts.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    pub actor: &'a Actor,
    pub identities: &'a Identities,
    /// The policy in force, which the decision names.
    pub policy: &'a PolicyRef,
    pub evidence: &'a Evidence,
    /// Whether there is such an account.
    pub is_known: &'a dyn Fn(&AccountId) -> bool,
    /// Whether an event stands on an account's own stream.
    pub stands_on: &'a dyn Fn(&AccountId, EventId) -> bool,
}

/// What follows from a command about two accounts.
///
/// # Errors
/// The rule the command breaks.
pub fn decide(ground: Ground<'_>, command: &IdentityCommand) -> Result<Vec<Decided>, Refusal> {
    let person = ruling_person(ground.actor)?.clone();
    let [one, other] = command.accounts();
    if one == other {
        return Err(Refusal::ComparedWithItself);
    }
    if let Some(unknown) = [one, other].into_iter().find(|account| !(ground.is_known)(account)) {
        return Err(Refusal::UnknownAccount { account: unknown.clone() });
    }
    let by = DecidedBy { policy: ground.policy.clone(), person: Some(person) };
    match command {
        IdentityCommand::Link { account, other } => link(ground, account, other, by),
        IdentityCommand::Merge { survivor, absorbed } => merge(ground, survivor, absorbed, by),
        IdentityCommand::Part { account, other, moved, reason } => {
            part(ground, account, other, (moved, reason), by)
        }
        IdentityCommand::Decide { account, other, answer, reason } => {
            answered(ground, (account, other), *answer, reason, by)
        }
    }
}

/// `other` is the customer of `account`; what the rules linked is confirmed, so that they do not take it back.
fn link(
    ground: Ground<'_>,
    account: &AccountId,
    other: &AccountId,
    by: DecidedBy,
) -> Result<Vec<Decided>, Refusal> {
    let identities = ground.identities;
    if identities.are_one(account, other) {
        let of_rules = [account, other].into_iter().filter_map(|one| {
            let joined = identities.joined(one).filter(|joined| joined.decider == Decider::Rules)?;
            Some(linked(ground, one, &joined.into, by.clone()))
        });
        return Ok(of_rules.collect());
    }
    Ok(vec![linked(ground, identities.customer(other), identities.customer(account), by)])
}

fn linked(ground: Ground<'_>, account: &AccountId, survivor: &AccountId, decided_by: DecidedBy) -> Decided {
    let Evidence { weights, hard_keys } = ground.evidence.clone();
    ruled(IdentityEvent::Linked(Linked {
        key: account.as_str().parse().expect("an id has 1 to 63 plain characters"),
        account: Some(account.clone()),
        survivor: survivor.clone(),
        band: Band::Clerical,
        weights,
        hard_keys,
        decided_by,
    }))
}

/// `absorbed` is the customer of `survivor` for good: nothing is written to it any more.
fn merge(
    ground: Ground<'_>,
    survivor: &AccountId,
    absorbed: &AccountId,
    decided_by: DecidedBy,
) -> Result<Vec<Decided>, Refusal> {
    let identities = ground.identities;
    match identities.survivor(absorbed) {
        Some(into) if into == survivor => return Ok(Vec::new()),
        Some(into) => return Err(Refusal::AccountAbsorbed { into: into.clone() }),
        None => {}
    }
    if let Some(into) = identities.survivor(survivor) {
        return Err(Refusal::AccountAbsorbed { into: into.clone() });
    }
    let joined = identities.joined(survivor).filter(|joined| joined.into != *absorbed);
    if let Some(joined) = joined.filter(|_| identities.customer(survivor) == identities.customer(absorbed)) {
        return Err(Refusal::JoinedThrough { account: joined.into.clone() });
    }
    let Evidence { weights, hard_keys } = ground.evidence.clone();
    Ok(vec![ruled(IdentityEvent::Merged(Merged {
        absorbed: absorbed.clone(),
        survivor: survivor.clone(),
        band: Band::Clerical,
        weights,
        hard_keys,
        decided_by,
    }))])
}

/// They are two customers: what joined them directly is undone, and the rules do not join them again.
fn part(
    ground: Ground<'_>,
    account: &AccountId,
    other: &AccountId,
    (moved, reason): (&[EventId], &str),
    decided_by: DecidedBy,
) -> Result<Vec<Decided>, Refusal> {
    if reason.trim().is_empty() {
        return Err(Refusal::ReasonMissing);
    }
    let identities = ground.identities;
    let joins =
        |one: &AccountId, into: &AccountId| identities.joined(one).is_some_and(|joined| joined.into == *into);
    let (restored, survivor) = match (joins(account, other), joins(other, account)) {
        (true, _) => (account, other),
        (_, true) => (other, account),
        (false, false) => return keep_apart(identities, account, other, (moved, reason), decided_by),
    };
    if let Some(stray) = moved.iter().find(|event| !(ground.stands_on)(survivor, **event)) {
        return Err(Refusal::NotOnTheSurvivor { event: *stray });
    }
    Ok(vec![ruled(IdentityEvent::Split(Split {
        survivor: survivor.clone(),
        restored: restored.clone(),
        decided_by,
        moved: moved.to_vec(),
        reason: Some(reason.to_owned()),
    }))])
}

fn keep_apart(
    identities: &Identities,
    account: &AccountId,
    other: &AccountId,
    (moved, reason): (&[EventId], &str),
    decided_by: DecidedBy,
) -> Result<Vec<Decided>, Refusal> {
    if identities.are_one(account, other) {
        let through = [account, other].into_iter().find_map(|one| identities.joined(one));
        let through = through.map_or(account, |joined| &joined.into);
        return Err(Refusal::JoinedThrough { account: through.clone() });
    }
    if let Some(event) = moved.first() {
        return Err(Refusal::NotOnTheSurvivor { event: *event });
    }
    if identities.kept_apart(account, other).is_some() {
        return Ok(Vec::new());
    }
    Ok(vec![ruled(IdentityEvent::KeptApart(KeptApart {
        account: account.clone(),
        other: other.clone(),
        reason: reason.to_owned(),
        decided_by,
    }))])
}

/// A person answers for a pair that waits.
fn answered(
    ground: Ground<'_>,
    (account, other): (&AccountId, &AccountId),
    answer: Answer,
    reason: &str,
    by: DecidedBy,
) -> Result<Vec<Decided>, Refusal> {
    let identities = ground.identities;
    if identities.suspicion(account, other).is_none() {
        return Err(Refusal::NotInQueue);
    }
    match answer {
        Answer::Same if identities.kept_apart(account, other).is_some() => Err(Refusal::AlreadyAnswered),
        Answer::Same => link(ground, account, other, by),
        Answer::Different if identities.are_one(account, other) => Err(Refusal::AlreadyAnswered),
        Answer::Different => part(ground, account, other, (&[], reason), by),
    }
}

fn ruled(event: IdentityEvent) -> Decided {
    Decided { class: Class::Ruled, event: Event::Identity(event) }
}
