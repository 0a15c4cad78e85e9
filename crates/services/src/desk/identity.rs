//! Commands about which accounts are one customer: decided with what comparing them shows.

use std::collections::BTreeSet;

use domain::command::{Command, IdentityCommand};
use domain::decide::Decided;
use domain::decide::identity::{Evidence, Ground, decide};
use domain::fact::Actor;
use domain::id::{AccountId, EventId, VendorId};
use domain::policy::IdentityPolicy;
use domain::program::Published;
use domain::refusal::Refusal;
use domain::stream::Stream;
use domain::time::Instant;
use identity::{Comparison, compare};
use wire::command::CommandInput;

use crate::book::Book;
use crate::world::World;

/// What a command about two accounts is decided on, beside the decisions made so far.
pub(super) struct Compared {
    evidence: Evidence,
    known: BTreeSet<AccountId>,
    /// The events on the accounts' own streams.
    events: BTreeSet<(AccountId, EventId)>,
}

/// Looks at the two accounts of a command about identity; nothing for any other command.
///
/// # Errors
/// The journal cannot be read.
pub(super) async fn compared(
    book: &Book,
    input: &CommandInput,
    world: &World,
    now: Instant,
) -> anyhow::Result<Option<Compared>> {
    let Command::Identity(command) = &input.command else { return Ok(None) };
    let vendor = input.stream.vendor();
    let accounts = command.accounts();
    let comparison = comparison(book, vendor, accounts, &world.program.policy_at(now).policy.identity);
    let mut compared =
        Compared { evidence: evidence(comparison), known: BTreeSet::new(), events: BTreeSet::new() };
    for account in accounts {
        if book.shelf().directory.account(vendor, account).is_some() {
            compared.known.insert(account.clone());
        }
        if let IdentityCommand::Part { .. } = command {
            let loaded = book.load(&Stream::Account(vendor.clone(), account.clone())).await?;
            compared.events.extend(loaded.facts.iter().map(|fact| (account.clone(), fact.meta.id)));
        }
    }
    Ok(Some(compared))
}

/// What comparing two accounts shows; nothing where one of them is not described.
pub(crate) fn comparison(
    book: &Book,
    vendor: &VendorId,
    [a, b]: [&AccountId; 2],
    policy: &IdentityPolicy,
) -> Option<Comparison> {
    let mut customers = book.customers();
    let index = customers.of(vendor).index();
    Some(compare(index.fingerprint(a)?, index.fingerprint(b)?, policy))
}

fn evidence(comparison: Option<Comparison>) -> Evidence {
    comparison.map_or_else(Evidence::default, |found| Evidence {
        weights: found.weights,
        hard_keys: found.hard_keys,
    })
}

/// What follows from a command about two accounts.
pub(super) fn decided(
    compared: Option<&Compared>,
    world: &World,
    (actor, published): (&Actor, &Published),
    command: &IdentityCommand,
) -> Result<Vec<Decided>, Refusal> {
    let nothing = Compared { evidence: Evidence::default(), known: BTreeSet::new(), events: BTreeSet::new() };
    let compared = compared.unwrap_or(&nothing);
    let ground = Ground {
        actor,
        identities: &world.identities,
        policy: &published.name,
        evidence: &compared.evidence,
        is_known: &|account| compared.known.contains(account),
        stands_on: &|account, event| compared.events.contains(&(account.clone(), event)),
    };
    decide(ground, command)
}
