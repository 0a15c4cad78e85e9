//! Queries: every answer the command line, HTTP and the dashboard show, each for an instant and a state of
//! knowledge.

pub mod accounts;
pub mod cases;
pub(crate) mod customers;
pub mod deals;
pub mod doctor;
pub mod explain;
pub mod identities;
pub mod journal;
pub mod notices;
pub mod partners;
pub(crate) mod words;

use anyhow::Context as _;
use domain::account::Account;
use domain::account::history;
use domain::fact::Fact;
use domain::id::{AccountId, VendorId};
use domain::stream::Stream;
use domain::time::Instant;
use ports::Position;

use crate::book::Book;

/// Which question is asked: how it was when, as known when. Both default to now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked {
    /// Valid time: the instant the answer is about.
    pub as_of: Option<Instant>,
    /// Recorded time: what was known at this instant or journal position.
    pub known_at: Option<KnownAt>,
}

/// A state of knowledge: a prefix of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownAt {
    Recorded(Instant),
    Position(u64),
}

impl std::str::FromStr for KnownAt {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(position) = text.parse() {
            return Ok(Self::Position(position));
        }
        let recorded = text.parse().map(Self::Recorded);
        recorded.map_err(|_| "an RFC 3339 instant or a journal position".to_owned())
    }
}

/// A question with both times resolved.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    pub as_of: Instant,
    pub known: Position,
}

impl Asked {
    /// The instant and the journal prefix the question is about.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn moment(&self, book: &Book) -> anyhow::Result<Moment> {
        let head = book.journal.head().await?.position;
        let known = match self.known_at {
            None => head,
            Some(KnownAt::Position(position)) => Position::new(0, position).min(head),
            Some(KnownAt::Recorded(at)) => book.journal.position_at(at.unix_ms()).await?,
        };
        Ok(Moment { as_of: self.as_of.unwrap_or_else(|| book.now()), known })
    }
}

impl Moment {
    /// The account that `facts` add up to at this moment.
    pub fn account(&self, facts: &[Fact]) -> Account {
        let known: Vec<Fact> = self.known(facts).cloned().collect();
        let effective = history::effective(&known);
        let so_far = effective.iter().filter(|fact| fact.meta.valid_at <= self.as_of);
        so_far.fold(Account::default(), |account, fact| account.evolve(fact))
    }

    /// The facts in force at this moment.
    pub(crate) fn facts(&self, facts: &[Fact]) -> Vec<Fact> {
        let known: Vec<Fact> = self.known(facts).cloned().collect();
        let effective =
            history::effective(&known).into_iter().filter(|fact| fact.meta.valid_at <= self.as_of);
        effective.map(std::borrow::Cow::into_owned).collect()
    }

    /// Up to which recorded time everything is known at this moment.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn known_until(&self, book: &Book) -> anyhow::Result<Instant> {
        let head = book.journal.head().await?;
        let before = Position::new(0, self.known.lo().saturating_sub(1));
        let last = book.journal.read_all(before, self.known, ports::Select::Facts, 1).await?;
        let recorded_ms = last.events.last().map_or(head.recorded_ms, |event| event.recorded_ms);
        Ok(Instant::from_unix_ms(recorded_ms).unwrap_or(Instant::EARLIEST))
    }

    /// The facts that are known at this moment.
    pub fn known<'a>(&self, facts: &'a [Fact]) -> impl Iterator<Item = &'a Fact> {
        let known = self.known.lo();
        facts.iter().filter(move |fact| fact.meta.position <= known)
    }
}

/// The account a text stands for: an id, a key such as `crm:1C1I7A6R`, or a name only one has.
pub fn find_account(book: &Book, text: &str) -> Option<(VendorId, AccountId)> {
    book.shelf().directory.find(text)
}

/// The facts of one account's stream.
pub(crate) async fn account_facts(
    book: &Book,
    vendor: &VendorId,
    account: &AccountId,
) -> anyhow::Result<Vec<Fact>> {
    let stream = Stream::Account(vendor.clone(), account.clone());
    let loaded = book.load(&stream).await.with_context(|| format!("reading {stream}"))?;
    Ok(loaded.facts.clone())
}
