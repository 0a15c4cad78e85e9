//! One customer under several accounts: what is recorded on all of their streams, as known at a moment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::event::Event;
use domain::event::account::AccountEvent;
use domain::fact::Fact;
use domain::id::{AccountId, VendorId};
use domain::identity::Identities;
use domain::stream::Stream;
use ports::Position;

use super::{Moment, account_facts};
use crate::book::Book;
use crate::replay;
use crate::world::World;

/// A customer, by the account that stands for it.
pub(crate) struct Customer {
    pub(crate) account: AccountId,
    /// The other accounts that are this customer.
    pub(crate) others: Vec<AccountId>,
    /// What is recorded about it, by the stream it stands on.
    parts: Vec<(Stream, Vec<Fact>)>,
}

impl Customer {
    /// Everything recorded about the customer.
    pub(crate) fn into_facts(self) -> Vec<Fact> {
        self.parts.into_iter().flat_map(|(_, facts)| facts).collect()
    }

    /// Everything recorded, each with the stream it stands on.
    pub(crate) fn told(&self) -> impl Iterator<Item = (&Stream, &Fact)> {
        self.parts.iter().flat_map(|(stream, facts)| facts.iter().map(move |fact| (stream, fact)))
    }
}

/// The customer an account is known to be at a moment.
///
/// # Errors
/// The journal cannot be read.
pub(crate) async fn of(
    book: &Book,
    vendor: &VendorId,
    account: &AccountId,
    moment: Moment,
) -> anyhow::Result<Customer> {
    let world = book.world_known(vendor, moment.known);
    let identities = &world.identities;
    if !identities.reach(account) {
        let facts = account_facts(book, vendor, account).await?;
        let stream = Stream::Account(vendor.clone(), account.clone());
        return Ok(Customer { account: account.clone(), others: Vec::new(), parts: vec![(stream, facts)] });
    }
    let stands = identities.customer(account).clone();
    let others: Vec<AccountId> = identities.members(&stands).into_iter().cloned().collect();
    let mut parts = Vec::new();
    for home in homes(identities, &stands) {
        let facts = account_facts(book, vendor, &home).await?;
        let own = facts.into_iter().filter(|fact| owner(identities, &home, fact) == Some(&stands));
        parts.push((Stream::Account(vendor.clone(), home.clone()), own.collect()));
    }
    Ok(Customer { account: stands, others, parts })
}

/// The accounts on whose streams something stands that is about the customer of `stands`.
fn homes(identities: &Identities, stands: &AccountId) -> BTreeSet<AccountId> {
    let mut homes: BTreeSet<AccountId> = identities.members(stands).into_iter().cloned().collect();
    homes.insert(stands.clone());
    let given: Vec<AccountId> = homes.iter().flat_map(|home| identities.given_by(home)).cloned().collect();
    homes.extend(given);
    homes
}

/// The account that stands for the customer whose a fact on the stream of `home` is; `None` for the marks of
/// merges, which say what is joined here already.
fn owner<'a>(identities: &'a Identities, home: &'a AccountId, fact: &Fact) -> Option<&'a AccountId> {
    let is_mark = matches!(fact.event, Event::Account(AccountEvent::Absorbed(_) | AccountEvent::Restored(_)));
    (!is_mark).then(|| identities.customer(identities.belongs_to(fact.meta.id, home)))
}

/// Hands over every customer with everything known about it at a moment: each once, by the account that stands
/// for it. Customers of one account come as they are met, the others last. It blocks.
///
/// # Errors
/// The journal cannot be read, holds something that is not ours, or `each` failed.
pub(crate) fn each(
    book: &Book,
    upto: Position,
    each: &mut dyn FnMut(&Stream, Vec<Fact>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut worlds: BTreeMap<VendorId, Arc<World>> = BTreeMap::new();
    let mut joined: BTreeMap<Stream, Vec<Fact>> = BTreeMap::new();
    replay::each_account(book.journal.as_ref(), upto, &mut |stream, facts| {
        let Stream::Account(vendor, account) = stream else { return Ok(()) };
        let world = worlds.entry(vendor.clone()).or_insert_with(|| book.world_known(vendor, upto));
        if !world.identities.reach(account) {
            return each(stream, facts);
        }
        for fact in facts {
            let Some(owner) = owner(&world.identities, account, &fact) else { continue };
            joined.entry(Stream::Account(vendor.clone(), owner.clone())).or_default().push(fact);
        }
        Ok(())
    })?;
    joined.into_iter().try_for_each(|(stream, facts)| each(&stream, facts))
}
