//! The book: journal, quarantine and clock, and what is kept folded of them for the roles to share.

pub mod cases;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use anyhow::Context as _;
use domain::event::Event;
use domain::event::account::AccountEvent;
use domain::event::change::ChangeEvent;
use domain::event::consent::ConsentEvent;
use domain::event::handoff::HandoffEvent;
use domain::event::notice::NoticeEvent;
use domain::fact::Fact;
use domain::id::VendorId;
use domain::stream::Stream;
use domain::time::Instant;
use ports::{
    Append, AppendError, Clock, Expect, Journal, KindSet, Position, Quarantine, Receipt, Scan, StreamNumber,
    StreamShare, Version,
};
use views::directory::Directory;

use crate::accounts::{Accounts, Loaded};
use crate::attended::Attended;
use crate::book::cases::Cases;
use crate::customers::{Customers, redescribes};
use crate::elsewhere::ledger::Ledger;
use crate::horizon::{Horizon, WhatIf};
use crate::pen::{self, Entry};
use crate::registrations::Registrations;
use crate::roles::duty::Duty;
use crate::roles::follower::Shelved;
use crate::sentinel::registration::may_be_reviewed;
use crate::world::{World, Worlds, batch};

/// How often a write is tried again after somebody else wrote to the same stream first. Each try loses to a
/// writer that won, so 64 covers 64 writers on one account.
pub const CONFLICT_TRIES_MAX: u32 = 64;

/// Types after which time alone may bring something to light: an order owes a commission, an override word to both
/// sides, a registration activity.
const AWAITED: [&str; 4] =
    ["trade.order_booked", "trade.renewal_booked", "account.override_recorded", "deal.approved"];
/// How long that may take at most with the built-in policy, in milliseconds: 90 days of a registration's protection
/// and one extension of 30.
const AWAITED_MS: i64 = 120 * 24 * 60 * 60 * 1_000;

/// The journal with everything folded from it that the roles share.
pub struct Book {
    pub journal: Arc<dyn Journal>,
    pub quarantine: Arc<dyn Quarantine>,
    pub clock: Arc<dyn Clock>,
    pub(crate) attended: Attended,
    pub(crate) registrations: Registrations,
    /// What accounts add to what others are judged by.
    pub(crate) ledger: Arc<Ledger>,
    /// Whoever lost a case to another who judged looks again in turn.
    pub(crate) looking_again: tokio::sync::Mutex<()>,
    accounts: Accounts,
    worlds: Mutex<Worlds>,
    customers: Mutex<Customers>,
    shelf: RwLock<Shelf>,
    /// What this process does as part of recording something.
    at_once: Vec<Duty>,
    shelved: Option<Mutex<Shelved>>,
    /// How far the journal was read when the book was opened.
    read_upto: Position,
}

/// Small views kept in memory while the book is open.
#[derive(Debug, Default)]
pub struct Shelf {
    pub directory: Directory,
    pub cases: Cases,
    /// Account streams that policing has to look at: those with an accepted handoff, a change of holder, an
    /// override, or a word of the customer.
    pub guarded: BTreeSet<Stream>,
    /// Account streams on which the holder changed from one partner to another.
    pub moved: BTreeSet<Stream>,
    /// Account streams on which a registration was asked for here: those are looked at again when more is known of the
    /// customer.
    pub(crate) asked: BTreeSet<Stream>,
    /// When time alone may bring something to light on an account.
    awaited: BTreeMap<Stream, Instant>,
    /// Accounts of which people were reminded, with the last instant something is due on them.
    reminded: BTreeMap<Stream, Instant>,
}

impl Shelf {
    /// Accounts of which people were reminded that something is due on them at `since` or later.
    pub(crate) fn reminded(&self, since: Instant) -> impl Iterator<Item = &Stream> {
        self.reminded.iter().filter(move |(_, due_at)| since <= **due_at).map(|(stream, _)| stream)
    }

    /// Accounts on which something may have come to light by `until`.
    pub(crate) fn awaited(&self, until: Instant) -> impl Iterator<Item = &Stream> {
        self.awaited.iter().filter(move |(_, at)| **at <= until).map(|(stream, _)| stream)
    }
}

impl Book {
    /// Opens the book: reads programs, partners, names and cases from the journal.
    ///
    /// # Errors
    /// The journal cannot be read, or holds something that is not ours.
    pub fn open(
        journal: Arc<dyn Journal>,
        quarantine: Arc<dyn Quarantine>,
        clock: Arc<dyn Clock>,
    ) -> anyhow::Result<Self> {
        let mut book = Self {
            journal,
            quarantine,
            clock,
            attended: Attended::default(),
            registrations: Registrations::default(),
            ledger: Arc::default(),
            looking_again: tokio::sync::Mutex::default(),
            accounts: Accounts::default(),
            worlds: Mutex::default(),
            customers: Mutex::default(),
            shelf: RwLock::default(),
            at_once: vec![Duty::Settle, Duty::Judge],
            shelved: None,
            read_upto: Position::START,
        };
        book.know_accounts();
        book.read_upto = book.read_shelf()?;
        book.customers().opened();
        book.read_awaited()?;
        Ok(book)
    }

    /// The book where other processes write to the same journal: what they record is taken in by
    /// [`crate::roles::follower`].
    pub fn shared(self) -> Self {
        Self { shelved: Some(Mutex::new(Shelved::upto(self.read_upto))), ..self }
    }

    /// Whether other processes write to the same journal.
    pub fn is_shared(&self) -> bool {
        self.shelved.is_some()
    }

    /// The book of a process that does only these duties as part of recording something.
    pub fn doing_at_once(self, duties: impl IntoIterator<Item = Duty>) -> Self {
        Self { at_once: duties.into_iter().collect(), ..self }
    }

    pub(crate) fn does_at_once(&self, duty: Duty) -> bool {
        self.at_once.contains(&duty)
    }

    /// What `ask` says of the facts in the small views; `None` where nobody else writes to the journal.
    pub(crate) fn shelved<T>(&self, ask: impl FnOnce(&mut Shelved) -> T) -> Option<T> {
        let shelved = self.shelved.as_ref()?;
        Some(ask(&mut shelved.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Somebody recorded an event on `stream`, its `revision`: what is kept of it from before is forgotten.
    pub(crate) fn moved(&self, stream: &Stream, revision: u64) {
        self.accounts.moved(stream, revision);
    }

    /// An account may have events and never have been opened: its stream alone tells that it is there.
    fn know_accounts(&self) {
        let name = |number| self.journal.stream_name(StreamNumber(number));
        // Streams are numbered in order of first use, by some journals from 0 and by others from 1.
        let names = name(0).into_iter().chain((1..).map_while(name));
        names.filter_map(|name| name.parse().ok()).for_each(|stream| self.know(&stream));
    }

    /// Reads the small views and returns how far the journal was read.
    fn read_shelf(&self) -> anyhow::Result<Position> {
        let prefixes = ["chaperone.partner.", "chaperone.program.", "chaperone.identity.", "chaperone.case."];
        let families = wire::event::TYPES
            .iter()
            .filter(|one| prefixes.iter().any(|prefix| one.name.starts_with(prefix)));
        let singles = [
            "account.opened",
            "account.holder_recorded",
            "account.override_recorded",
            "consent.letter_recorded",
            "consent.customer_asked",
            "handoff.accepted",
            "change.requested",
            "change.executed",
            "deal.submitted",
            "notice.reminded",
            "fact.corrected",
            "fact.retracted",
        ]
        .map(kind_of);
        let kinds = KindSet::only(families.map(|one| one.kind).chain(singles));
        let mut failed = None;
        let scan =
            Scan { after: Position::START, upto: Position::END, kinds: &kinds, streams: StreamShare::ALL };
        let upto = self.journal.scan_facts(scan, &mut |row| {
            let read = || {
                let name = self.journal.stream_name(row.stream).context("a scanned stream has a name")?;
                let stream: Stream = name.parse().with_context(|| format!("reading stream name {name}"))?;
                Ok((stream, pen::scanned(&row)?))
            };
            match read() {
                Ok((stream, fact)) => {
                    self.shelve(&stream, &fact);
                    ControlFlow::Continue(())
                }
                Err(error) => {
                    failed = Some(error);
                    ControlFlow::Break(())
                }
            }
        })?;
        failed.map_or(Ok(upto), Err)
    }

    /// Accounts with news of the last weeks are looked at once more when the next round is made: whether time alone
    /// brought something to light on them was known only to the process that wrote them.
    fn read_awaited(&self) -> anyhow::Result<()> {
        let guarded = self.shelf().guarded.clone();
        if guarded.is_empty() {
            return Ok(());
        }
        let kinds = KindSet::only(AWAITED.map(kind_of));
        let mut last: BTreeMap<Stream, i64> = BTreeMap::new();
        let mut known: BTreeMap<StreamNumber, Option<Stream>> = BTreeMap::new();
        let scan =
            Scan { after: Position::START, upto: Position::END, kinds: &kinds, streams: StreamShare::ALL };
        self.journal.scan_facts(scan, &mut |row| {
            let stream = known.entry(row.stream).or_insert_with(|| {
                let stream = self.journal.stream_name(row.stream)?.parse().ok()?;
                guarded.contains(&stream).then_some(stream)
            });
            if let Some(stream) = stream {
                last.insert(stream.clone(), row.recorded_ms);
            }
            ControlFlow::Continue(())
        })?;
        let newest = last.values().copied().max().unwrap_or_default();
        for (stream, _) in last.iter().filter(|(_, at)| newest - **at <= AWAITED_MS) {
            self.await_until(stream, Some(Instant::EARLIEST));
        }
        Ok(())
    }

    /// Keeps the small views current with one more fact.
    pub(crate) fn shelve(&self, stream: &Stream, fact: &Fact) {
        if self.shelved(|shelved| shelved.meets(fact.meta.position)) == Some(false) {
            return;
        }
        if Worlds::concerns(stream) {
            self.worlds().take(stream, fact.clone());
        } else if batch(&fact.event).is_some() {
            self.worlds().take_batch(stream, fact);
        }
        self.customers().take(stream, fact);
        let mut shelf = self.shelf.write().unwrap_or_else(PoisonError::into_inner);
        shelf.directory.take(stream, fact);
        if guards(&fact.event) {
            shelf.guarded.insert(stream.clone());
        }
        if moves(&fact.event) {
            shelf.moved.insert(stream.clone());
        }
        if may_be_reviewed(fact) {
            shelf.asked.insert(stream.clone());
        }
        if let Event::Notice(NoticeEvent::Reminded(reminded)) = &fact.event {
            let last = shelf.reminded.entry(stream.clone()).or_insert(reminded.due_at);
            *last = reminded.due_at.max(*last);
        }
        if let Stream::Case(..) = stream {
            shelf.cases.take(stream, fact);
        }
    }

    /// Knows an account of which nothing else is shelved.
    pub(crate) fn know(&self, stream: &Stream) {
        if let Stream::Account(vendor, account) = stream {
            let mut shelf = self.shelf.write().unwrap_or_else(PoisonError::into_inner);
            shelf.directory.know(vendor, account);
        }
    }

    /// How accounts are described; never hold it across an await.
    pub(crate) fn customers(&self) -> MutexGuard<'_, Customers> {
        self.customers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn worlds(&self) -> MutexGuard<'_, Worlds> {
        self.worlds.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The small views; never hold them across an await.
    pub fn shelf(&self) -> RwLockReadGuard<'_, Shelf> {
        self.shelf.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The vendor's program and families as known now.
    pub fn world(&self, vendor: &VendorId) -> Arc<World> {
        self.worlds().of(vendor)
    }

    /// The same as known at a journal position; kept where nothing was learned since.
    pub(crate) fn world_known(&self, vendor: &VendorId, position: Position) -> Arc<World> {
        let mut worlds = self.worlds();
        if worlds.is_known_by(vendor, position.lo()) {
            return worlds.of(vendor);
        }
        Arc::new(worlds.known_by(vendor, Horizon::at(position), None))
    }

    /// The vendor's program and families as known at a journal position.
    pub fn world_at(&self, vendor: &VendorId, position: u64) -> World {
        self.world_by(vendor, Horizon::at(Position::new(0, position)), None)
    }

    /// The vendor's program and families as far as `horizon` knows them, under another policy if told.
    pub fn world_by(&self, vendor: &VendorId, horizon: Horizon, what_if: Option<&WhatIf>) -> World {
        self.worlds().known_by(vendor, horizon, what_if)
    }

    /// What was published of programs, by stream.
    pub fn programs(&self) -> Vec<(Stream, Vec<Fact>)> {
        let worlds = self.worlds();
        worlds.programs().map(|(stream, facts)| (stream.clone(), facts.clone())).collect()
    }

    /// The time, by the book's clock.
    pub fn now(&self) -> Instant {
        Instant::from_unix_ms(self.clock.now_ms()).unwrap_or(Instant::EARLIEST)
    }

    /// The account as it stands.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn load(&self, stream: &Stream) -> anyhow::Result<Arc<Loaded>> {
        self.accounts.load(self.journal.as_ref(), stream).await
    }

    /// The account as kept in memory, when that includes `revision`.
    pub(crate) fn kept_since(&self, stream: &Stream, revision: u64) -> Option<Arc<Loaded>> {
        self.accounts.kept_since(stream, revision)
    }

    /// Writes `entry` to a stream that stands as `loaded`, and keeps everything folded current.
    ///
    /// # Errors
    /// As the journal answers; after a conflict what was kept of the stream is forgotten, so load it again.
    pub async fn write(&self, entry: Entry, loaded: Arc<Loaded>) -> Result<Written, AppendError> {
        let stream = entry.stream.clone();
        let mut penned = entry.pen();
        penned.append.expect = expect(loaded.version);
        let receipt = match self.append(penned.append).await {
            Ok(receipt) => receipt,
            Err(error) => {
                self.accounts.forget(&stream);
                return Err(error);
            }
        };
        if receipt.outcome == ports::Outcome::Repeated {
            return Ok(Written { receipt, facts: Vec::new(), loaded });
        }
        let facts =
            pen::placed(penned.facts, &receipt).map_err(|e| AppendError::Unavailable(e.to_string()))?;
        for fact in &facts {
            self.shelve(&stream, fact);
        }
        let version = receipt.version.or(loaded.version);
        let loaded = self.accounts.grow(&stream, loaded, facts.clone(), version);
        Ok(Written { receipt, facts, loaded })
    }

    /// Appends, and asks again with the same key when it is not known whether that was recorded.
    pub(crate) async fn append(&self, append: Append) -> Result<Receipt, AppendError> {
        match self.journal.append(append.clone()).await {
            Err(AppendError::Indeterminate) => self.journal.append(append).await,
            answer => answer,
        }
    }

    /// Remembers when the account has to be looked at again though nothing is told of it, or that it has not.
    pub(crate) fn await_until(&self, stream: &Stream, again: Option<Instant>) {
        if again.is_none() && !self.shelf().awaited.contains_key(stream) {
            return;
        }
        let mut shelf = self.shelf.write().unwrap_or_else(PoisonError::into_inner);
        match again {
            Some(at) => drop(shelf.awaited.insert(stream.clone(), at)),
            None => drop(shelf.awaited.remove(stream)),
        }
    }

    /// Takes in what somebody else recorded on a stream of which the small views are kept, before the follower does.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub(crate) async fn catch_up(&self, stream: &Stream) -> anyhow::Result<()> {
        self.forget(stream);
        let loaded = self.load(stream).await?;
        if self.is_shared() {
            loaded.facts.iter().for_each(|fact| self.shelve(stream, fact));
        }
        Ok(())
    }

    /// Forgets what is kept of `stream`.
    pub(crate) fn forget(&self, stream: &Stream) {
        self.accounts.forget(stream);
    }
}

/// Whether shelving a fact changes more than that its account is known.
pub(crate) fn is_shelved(stream: &Stream, event: &Event) -> bool {
    match stream {
        Stream::Account(..) => {
            let is_opened = matches!(event, Event::Account(AccountEvent::Opened(_)));
            let is_reminder = matches!(event, Event::Notice(NoticeEvent::Reminded(_)));
            let is_shelved = is_opened || is_reminder || redescribes(event) || guards(event) || moves(event);
            is_shelved || batch(event).is_some()
        }
        Stream::Partner(..) | Stream::Program(_) | Stream::Identity(_) | Stream::Case(..) => true,
        Stream::Partnership(..) => false,
    }
}

/// Whether policing has to look at an account with this fact.
fn guards(event: &Event) -> bool {
    matches!(
        event,
        Event::Handoff(HandoffEvent::Accepted(_))
            | Event::Change(ChangeEvent::Executed(_) | ChangeEvent::Requested(_))
            | Event::Account(AccountEvent::OverrideRecorded(_))
            | Event::Consent(ConsentEvent::LetterRecorded(_) | ConsentEvent::CustomerAsked(_))
    )
}

/// Whether it says that the account went from one partner to another.
fn moves(event: &Event) -> bool {
    if let Event::Account(AccountEvent::HolderRecorded(recorded)) = event {
        return recorded.previous.as_ref().is_some_and(|previous| *previous != recorded.holder);
    }
    matches!(event, Event::Change(ChangeEvent::Executed(_)))
}

/// What a write left: its receipt, the facts it added, and the stream as it stands now.
pub struct Written {
    pub receipt: Receipt,
    pub facts: Vec<Fact>,
    pub loaded: Arc<Loaded>,
}

/// The number of an event type by the short form of its name, such as `deal.submitted`.
pub(crate) fn kind_of(short: &str) -> u16 {
    wire::event::kind_of(&format!("chaperone.{short}.v1")).expect("the roles name types that wire publishes")
}

/// What an append expects of a stream read at `version`.
pub(crate) fn expect(version: Option<Version>) -> Expect {
    version.map_or(Expect::NoStream, Expect::At)
}
