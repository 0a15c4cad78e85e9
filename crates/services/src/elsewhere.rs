//! What stands on the streams of other accounts that identity decisions tie to one: gathered before it is judged.

pub(crate) mod customers;
pub(crate) mod ledger;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use domain::account::{Account, history};
use domain::fact::Fact;
use domain::id::{AccountId, Key, VendorId};
use domain::identity::{Bond, Identities, Tie};
use domain::protection::Known;
use domain::stream::Stream;
use policing::tied::{self, Tied};
use policing::{Judged, OfAccount, Watermark};

use crate::book::{Book, Shelf};
use crate::replay::capped::Refused;
use crate::replay::{Gathered, Under};
use crate::sentinel::registration;
use crate::world::World;
use ledger::Ledger;

/// Facts of other accounts, and which account was opened under a key that was linked to another.
#[derive(Debug, Default)]
pub(crate) struct Elsewhere {
    facts: HashMap<Stream, Vec<Fact>>,
    opened_under: HashMap<(VendorId, Key), AccountId>,
    /// What all accounts add to what each is judged by.
    ledger: Arc<Ledger>,
    /// The same under the policy that is tried.
    what_if: Option<Arc<Ledger>>,
    /// What a cap of the policy that is tried refuses.
    refused: Option<Refused>,
}

impl Elsewhere {
    /// What concerns one account with these facts.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub(crate) async fn of(book: &Book, stream: &Stream, facts: &[Fact]) -> anyhow::Result<Self> {
        let ledger = Arc::clone(&book.ledger);
        if policing::may_add(facts, &book.world(stream.vendor()).program) {
            ledger.read(book).await?;
        }
        let world = book.world(stream.vendor());
        let mut elsewhere = Self::tied_to(book, stream, &world).await?;
        if facts.iter().any(registration::may_be_reviewed) {
            elsewhere.add_surely_with(book, stream, &world).await?;
        }
        Ok(Self { ledger, ..elsewhere })
    }

    /// Adds what stands on the streams of the accounts that are surely the same customer.
    async fn add_surely_with(&mut self, book: &Book, stream: &Stream, world: &World) -> anyhow::Result<()> {
        let Stream::Account(vendor, account) = stream else { return Ok(()) };
        for home in homes(&world.identities, account) {
            let home = Stream::Account(vendor.clone(), home.clone());
            if home != *stream && !self.facts.contains_key(&home) {
                let facts = book.load(&home).await?.facts.clone();
                self.facts.insert(home, facts);
            }
        }
        Ok(())
    }

    /// What was gathered of a stream.
    pub(crate) fn recorded(&self, stream: &Stream) -> &[Fact] {
        self.facts.get(stream).map(Vec::as_slice).unwrap_or_default()
    }

    /// What is known of the other accounts that are surely the same customer, each with what is its own; of the
    /// account itself only where splits moved something from it or to it.
    pub(crate) fn surely_with(
        &self,
        subject: &Subject<'_>,
        world: &World,
        told: &dyn Fn(&Stream, &[Fact]) -> Vec<Fact>,
    ) -> Vec<(AccountId, Vec<Fact>)> {
        let Subject { vendor, account_id, facts, .. } = *subject;
        let identities = &world.identities;
        if !identities.reach(account_id) {
            return Vec::new();
        }
        let home = |id: &AccountId| {
            let stream = Stream::Account(vendor.clone(), id.clone());
            if id == account_id {
                Some(facts.to_vec())
            } else {
                Some(told(&stream, self.facts.get(&stream)?))
            }
        };
        let of = |id: &AccountId| {
            let own = home(id)?;
            match moved(identities, id, &own, &home) {
                Some((facts, _)) => Some((id.clone(), facts)),
                None => (id != account_id).then(|| (id.clone(), own)),
            }
        };
        identities.surely_with(account_id).into_iter().filter_map(of).collect()
    }

    /// The same without the account itself.
    pub(crate) fn surely_beside(
        &self,
        subject: &Subject<'_>,
        world: &World,
        told: &dyn Fn(&Stream, &[Fact]) -> Vec<Fact>,
    ) -> Vec<Vec<Fact>> {
        let surely = self.surely_with(subject, world, told).into_iter();
        surely.filter(|(account, _)| account != subject.account_id).map(|(_, facts)| facts).collect()
    }

    /// What stands on the streams of accounts that are tied to one.
    async fn tied_to(book: &Book, stream: &Stream, world: &World) -> anyhow::Result<Self> {
        let Stream::Account(vendor, account) = stream else { return Ok(Self::default()) };
        if !world.identities.concern(account) {
            return Ok(Self::default());
        }
        let mut elsewhere =
            Self { opened_under: opened_under(&book.shelf(), vendor, &world.identities), ..Self::default() };
        let bonds = elsewhere.bonds(vendor, account, &world.identities);
        let tied: BTreeSet<AccountId> = bonds.into_iter().map(|bond| bond.other).collect();
        // What a split moved stands on the stream of the account that stood for both.
        let given =
            [account].into_iter().chain(&tied).flat_map(|one| world.identities.given_by(one)).cloned();
        let given: Vec<AccountId> = given.filter(|home| home != account).collect();
        for other in tied.into_iter().chain(given) {
            let other = Stream::Account(vendor.clone(), other);
            let facts = book.load(&other).await?.facts.clone();
            elsewhere.facts.insert(other, facts);
        }
        Ok(elsewhere)
    }

    /// What is wanted of what was gathered of the journal. It blocks.
    ///
    /// # Errors
    /// What was gathered cannot be read, or holds something that is not ours.
    pub(crate) fn gather(wanted: Wanted, gathered: &Gathered<'_>) -> anyhow::Result<Self> {
        let Wanted { names, mut elsewhere } = wanted;
        if names.is_empty() {
            return Ok(elsewhere);
        }
        let is_wanted = |name: &str| names.contains(name);
        let facts = |stream, facts| Ok((stream, facts));
        gathered.map_apart(&is_wanted, facts, &mut |(stream, facts)| {
            elsewhere.facts.insert(stream, facts);
            Ok(())
        })?;
        Ok(elsewhere)
    }

    /// The same with what all accounts add, as a replay found it.
    pub(crate) fn with(self, under: Under, ledger: Ledger) -> Self {
        match under {
            Under::Published => Self { ledger: Arc::new(ledger), ..self },
            Under::WhatIf => Self { what_if: Some(Arc::new(ledger)), ..self },
        }
    }

    /// What all accounts add under these rules.
    pub(crate) fn ledger(&self, under: Under) -> &Ledger {
        match under {
            Under::Published => &self.ledger,
            Under::WhatIf => self.what_if.as_ref().unwrap_or(&self.ledger),
        }
    }

    /// The same with what a cap of the policy that is tried refuses.
    pub(crate) fn refusing(self, refused: Refused) -> Self {
        Self { refused: Some(refused), ..self }
    }

    /// What a cap refuses anew under these rules.
    pub(crate) fn refused(&self, under: Under) -> Option<&Refused> {
        match under {
            Under::Published => None,
            Under::WhatIf => self.refused.as_ref(),
        }
    }

    fn bonds(&self, vendor: &VendorId, account: &AccountId, identities: &Identities) -> Vec<Bond> {
        let opened_under = |key: &Key| self.opened_under.get(&(vendor.clone(), key.clone())).cloned();
        identities.bonds(account, opened_under)
    }
}

/// What concerns any account that policing looks at; nothing where nothing is tied to any of them.
pub(crate) struct Wanted {
    /// The names of the streams to be read.
    pub(crate) names: HashSet<String>,
    /// What is known without them.
    elsewhere: Elsewhere,
}

impl Wanted {
    pub(crate) fn of(book: &Book) -> Self {
        let vendors: Vec<VendorId> = book.shelf().directory.vendors().cloned().collect();
        let mut elsewhere = Elsewhere::default();
        let mut names: HashSet<String> = HashSet::new();
        for vendor in vendors {
            let world = book.world(&vendor);
            let shelf = book.shelf();
            elsewhere.opened_under.extend(opened_under(&shelf, &vendor, &world.identities));
            let stream = |account: &AccountId| Stream::Account(vendor.clone(), account.clone());
            names.extend(world.identities.givers().into_iter().map(|home| stream(home).to_string()));
            // Where a registration was asked for, it was decided by all that is surely about the customer.
            let several = world.identities.of_several().into_iter();
            for account in several.filter(|account| shelf.asked.contains(&stream(account))) {
                let homes = homes(&world.identities, account).into_iter();
                names.extend(homes.map(|home| stream(home).to_string()));
            }
            for account in world.identities.accounts() {
                let is_judged = shelf.guarded.contains(&stream(account));
                for bond in elsewhere.bonds(&vendor, account, &world.identities) {
                    let other = stream(&bond.other);
                    if is_judged || shelf.guarded.contains(&other) {
                        names.insert(other.to_string());
                        // What protects it is asked about before an act on the duplicate, too.
                        let is_same = matches!(bond.tie, Tie::Same(_));
                        names.extend(is_same.then(|| stream(account).to_string()));
                    }
                }
            }
        }
        Self { names, elsewhere }
    }
}

fn opened_under(
    shelf: &Shelf,
    vendor: &VendorId,
    identities: &Identities,
) -> HashMap<(VendorId, Key), AccountId> {
    let known = |key: &Key| {
        let account = shelf.directory.with_key(vendor, key)?;
        Some(((vendor.clone(), key.clone()), account.clone()))
    };
    identities.linked_keys().filter_map(known).collect()
}

/// The accounts on whose streams something may stand that is surely about the customer of `account`.
pub(crate) fn homes<'i>(identities: &'i Identities, account: &'i AccountId) -> BTreeSet<&'i AccountId> {
    let surely = identities.surely_with(account);
    let given: Vec<&AccountId> = surely.iter().flat_map(|one| identities.given_by(one)).collect();
    surely.into_iter().chain(given).collect()
}

/// An account about to be judged.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) vendor: &'a VendorId,
    pub(crate) account_id: &'a AccountId,
    pub(crate) account: &'a Account,
    pub(crate) facts: &'a [Fact],
}

/// What was found in an account, and what it is together with its duplicates, if it has any.
pub(crate) struct Reviewed {
    pub(crate) judged: Vec<Judged>,
    pub(crate) joined: Option<(Vec<Fact>, Account)>,
    /// What the account adds to what others are judged by.
    pub(crate) adds: OfAccount,
}

/// Judges an account with what stands elsewhere and what all accounts add, as far as that was recorded up to a
/// position; `told` says what of another account's facts is known. What was merged into another account is judged
/// there.
pub(crate) fn review(
    subject: &Subject<'_>,
    world: &World,
    (elsewhere, ledger, upto): (&Elsewhere, &Ledger, u64),
    told: &dyn Fn(&Stream, &[Fact]) -> Vec<Fact>,
    watermark: Watermark,
) -> Reviewed {
    let judge = |known: Known<'_>, ties: &[Tied<'_>]| {
        ledger.ask(subject.vendor, upto, |others| policing::review_among(known, ties, watermark, others))
    };
    let (reviewed, joined) = with_ties(subject, world, elsewhere, told, judge);
    let policing::Reviewed { judged, adds } = reviewed.unwrap_or_default();
    Reviewed { judged, joined, adds }
}

/// What an account adds to what others are judged by, without judging it.
pub(crate) fn adds(
    subject: &Subject<'_>,
    world: &World,
    elsewhere: &Elsewhere,
    told: &dyn Fn(&Stream, &[Fact]) -> Vec<Fact>,
    watermark: Watermark,
) -> OfAccount {
    let adds = |known: Known<'_>, ties: &[Tied<'_>]| policing::adds(known, ties, watermark);
    with_ties(subject, world, elsewhere, told, adds).0.unwrap_or_default()
}

/// What `look` makes of an account with those that are tied to it, and the account as it is together with its
/// duplicates, if it has any. Nobody looks at what was merged into another account.
fn with_ties<T>(
    subject: &Subject<'_>,
    world: &World,
    elsewhere: &Elsewhere,
    told: &dyn Fn(&Stream, &[Fact]) -> Vec<Fact>,
    look: impl FnOnce(Known<'_>, &[Tied<'_>]) -> T,
) -> (Option<T>, Option<(Vec<Fact>, Account)>) {
    let Subject { vendor, account_id, account, facts } = *subject;
    if world.identities.survivor(account_id).is_some() {
        return (None, None);
    }
    let look = |account: &Account, ties: &[Tied<'_>]| {
        look(Known { account, account_id, families: &world.families, program: &world.program }, ties)
    };
    if !world.identities.concern(account_id) {
        return (Some(look(account, &[])), None);
    }
    let identities = &world.identities;
    let home = |id: &AccountId| {
        let stream = Stream::Account(vendor.clone(), id.clone());
        Some(told(&stream, elsewhere.facts.get(&stream)?))
    };
    let own = moved(identities, account_id, facts, &home);
    let (facts, account) = own.as_ref().map_or((facts, account), |(facts, account)| (facts, account));
    let bonds = elsewhere.bonds(vendor, account_id, identities);
    let others: Vec<(&Bond, Vec<Fact>, Account)> = bonds
        .iter()
        .filter_map(|bond| {
            let facts = home(&bond.other)?;
            if let Some((facts, account)) = moved(identities, &bond.other, &facts, &home) {
                return Some((bond, facts, account));
            }
            let account = history::fold(&facts);
            Some((bond, facts, account))
        })
        .collect();
    let ties =
        others.iter().map(|(bond, facts, account)| Tied { account_id: &bond.other, account, facts, bond });
    let ties: Vec<Tied<'_>> = ties.collect();
    let joined = tied::joined(facts, &ties).map(|facts| {
        let account = history::fold(&facts);
        (facts, account)
    });
    let account = joined.as_ref().map_or(account, |(_, account)| account);
    (Some(look(account, &ties)), joined.or(own))
}

/// What is an account's once splits moved events from it and to it, and what that adds up to; `None` where none did.
fn moved(
    identities: &Identities,
    account: &AccountId,
    own: &[Fact],
    home: &dyn Fn(&AccountId) -> Option<Vec<Fact>>,
) -> Option<(Vec<Fact>, Account)> {
    let given_by = identities.given_by(account);
    let stays = |fact: &&Fact| identities.belongs_to(fact.meta.id, account) == account;
    if given_by.is_empty() && own.iter().all(|fact| stays(&fact)) {
        return None;
    }
    let mut facts: Vec<Fact> = own.iter().filter(stays).cloned().collect();
    for from in given_by {
        let given = home(from).unwrap_or_default().into_iter();
        facts.extend(given.filter(|fact| identities.belongs_to(fact.meta.id, from) == account));
    }
    let account = history::fold(&facts);
    Some((facts, account))
}
