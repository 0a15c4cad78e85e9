//! As what customers an account is known: what protects any of them is asked about before an act on the account.

use domain::account::{Account, history};
use domain::decide::Customer;
use domain::event::Event;
use domain::event::account::AccountEvent;
use domain::fact::Fact;
use domain::id::{AccountId, Key};
use domain::stream::Stream;
use policing::Tied;

use super::{Elsewhere, Subject, with_ties};
use crate::accounts::Loaded;
use crate::book::Book;
use crate::world::World;

/// An account together with those that are known to be the same customer, as it is judged.
#[derive(Debug)]
pub(crate) struct KnownAs {
    account_id: AccountId,
    account: Account,
}

impl KnownAs {
    /// What a decider reads of it.
    pub(crate) fn read(&self) -> Customer<'_> {
        Customer { account_id: &self.account_id, account: &self.account }
    }
}

/// What is known of the customer of an account beyond the account; nothing where it is all there is.
#[derive(Debug, Default)]
pub(crate) struct Whole {
    /// As what customers the account is known.
    known: Vec<KnownAs>,
    /// The other accounts that are surely the same customer, each with what is its own.
    surely: Vec<KnownAs>,
}

/// The same as deciders read it.
#[derive(Default)]
pub(crate) struct Read<'a> {
    pub(crate) customers: Vec<Customer<'a>>,
    pub(crate) surely: Vec<Customer<'a>>,
}

impl Whole {
    pub(crate) fn is_empty(&self) -> bool {
        self.known.is_empty() && self.surely.is_empty()
    }

    /// What a decider reads of it.
    pub(crate) fn read(&self) -> Read<'_> {
        let [customers, surely] =
            [&self.known, &self.surely].map(|all| all.iter().map(KnownAs::read).collect());
        Read { customers, surely }
    }
}

/// What is known now of the customer of the account that stands as `loaded`.
///
/// # Errors
/// The journal cannot be read.
pub(crate) async fn of(
    book: &Book,
    stream: &Stream,
    loaded: &Loaded,
    world: &World,
) -> anyhow::Result<Whole> {
    let Stream::Account(vendor, account_id) = stream else { return Ok(Whole::default()) };
    let subject = Subject { vendor, account_id, account: &loaded.account, facts: &loaded.facts };
    let elsewhere = gathered(book, &subject, world).await?;
    Ok(elsewhere
        .map(|elsewhere| known(&subject, world, &elsewhere, &|_, facts| facts.to_vec()))
        .unwrap_or_default())
}

/// What [`known`] reads of the streams of other accounts; `None` where the account is all there is.
///
/// # Errors
/// The journal cannot be read.
pub(crate) async fn gathered(
    book: &Book,
    subject: &Subject<'_>,
    world: &World,
) -> anyhow::Result<Option<Elsewhere>> {
    let Subject { vendor, account_id, account, .. } = *subject;
    let keys = || account.keys.iter().map(|known| &known.key);
    if !may_be_known(world, account_id, keys()) {
        return Ok(None);
    }
    let own = Stream::Account(vendor.clone(), account_id.clone());
    let mut elsewhere = Elsewhere::tied_to(book, &own, world).await?;
    for home in world.identities.counts_for(account_id, keys()) {
        let home = Stream::Account(vendor.clone(), home.clone());
        let tied = Elsewhere::tied_to(book, &home, world).await?;
        elsewhere.opened_under.extend(tied.opened_under);
        elsewhere.facts.extend(tied.facts);
        let facts = book.load(&home).await?.facts.clone();
        elsewhere.facts.insert(home, facts);
    }
    elsewhere.add_surely_with(book, &own, world).await?;
    Ok(Some(elsewhere))
}

/// Whether an account with these keys may be known as more than itself.
pub(crate) fn may_be_known<'a>(
    world: &'a World,
    account: &AccountId,
    keys: impl Iterator<Item = &'a Key>,
) -> bool {
    world.identities.concern(account) || !world.identities.counts_for(account, keys).is_empty()
}

/// Whether an account with these facts may be known as more than itself: then a submission is decided with what
/// stands elsewhere, as the command was, and not by settling, which reads one account.
pub(crate) fn are_known(world: &World, account: &AccountId, facts: &[Fact]) -> bool {
    let opened = facts.iter().filter_map(|fact| {
        let Event::Account(AccountEvent::Opened(opened)) = &fact.event else { return None };
        Some(opened)
    });
    let keys = opened.flat_map(|opened| opened.keys.iter().map(|known| &known.key));
    may_be_known(world, account, keys)
}

/// What is known of the customer of an account: as what customers it is known, with its own duplicates and as a
/// duplicate of others by a hard id, and which accounts are surely the same. `told` says what of an account's facts is
/// known.
pub(crate) fn known(
    subject: &Subject<'_>,
    world: &World,
    elsewhere: &Elsewhere,
    told: &dyn Fn(&Stream, &[Fact]) -> Vec<Fact>,
) -> Whole {
    let (_, own) = with_ties(subject, world, elsewhere, told, |_, _| ());
    let own = own.map(|(_, account)| KnownAs { account_id: subject.account_id.clone(), account });
    let mut known: Vec<KnownAs> = own.into_iter().collect();
    let keys = subject.account.keys.iter().map(|known| &known.key);
    for survivor in world.identities.counts_for(subject.account_id, keys) {
        let stream = Stream::Account(subject.vendor.clone(), survivor.clone());
        let is_known = known.iter().any(|known| known.account_id == *survivor);
        let Some(facts) = elsewhere.facts.get(&stream).filter(|_| !is_known) else { continue };
        let facts = told(&stream, facts);
        let account = history::fold(&facts);
        let of = Subject { account_id: survivor, account: &account, facts: &facts, ..*subject };
        let is_held =
            |ties: &[Tied<'_>]| ties.iter().any(|tie| tie.account_id == subject.account_id && tie.is_held());
        let asked = with_ties(&of, world, elsewhere, told, |_, ties| is_held(ties));
        if let (Some(true), Some((_, account))) = asked {
            known.push(KnownAs { account_id: survivor.clone(), account });
        }
    }
    Whole { known, surely: surely(subject, world, elsewhere, told) }
}

/// The other accounts that are surely the same customer, each with what is its own; the account itself only where
/// splits moved something from it or to it.
fn surely(
    subject: &Subject<'_>,
    world: &World,
    elsewhere: &Elsewhere,
    told: &dyn Fn(&Stream, &[Fact]) -> Vec<Fact>,
) -> Vec<KnownAs> {
    let facts = elsewhere.surely_with(subject, world, told);
    let own = facts.into_iter().map(|(account_id, facts)| {
        let account = history::fold(&facts);
        KnownAs { account_id, account }
    });
    own.collect()
}
