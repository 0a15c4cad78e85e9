//! Resolving: accounts that are one customer are linked, and pairs that may be are put before a person.
//!
//! What follows from descriptions is worked out by [`identity::resolve()`] and recorded on the vendor's identity
//! stream, once; merged accounts are marked on their own streams, so that nothing is written to them any more.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::event::Event;
use domain::event::account::{Absorbed, AccountEvent, Restored};
use domain::event::correction::{CorrectionEvent, CorrectionReason, Retracted};
use domain::event::identity::IdentityEvent;
use domain::fact::{Actor, Class, Context, Fact, Meta, Origin, Producer};
use domain::id::{AccountId, EventId, VendorId};
use domain::identity::Identities;
use domain::stream::Stream;
use domain::time::Instant;
use identity::{Known, Resolved, resolve};
use ports::{AppendError, Outcome};

use crate::accounts::Loaded;
use crate::book::{Book, CONFLICT_TRIES_MAX};
use crate::customers::opened_last;
use crate::intake::own_source;
use crate::pen::{Entry, Line};

/// Decisions recorded together, in events: a quarter of what one append may hold, so that what one account adds
/// always fits.
const BATCH_EVENTS: usize = ports::EVENTS_PER_APPEND_MAX / 4;

/// Works out what follows from how these accounts are described, and records it; returns the accounts that are
/// another customer than before.
///
/// # Errors
/// The journal cannot be read or written now; resolving again later has the same outcome.
pub(crate) async fn accounts(
    book: &Book,
    vendor: &VendorId,
    accounts: &[AccountId],
) -> anyhow::Result<BTreeSet<AccountId>> {
    let stream = Stream::Identity(vendor.clone());
    let (mut open, mut changed, mut tries) = (accounts, BTreeSet::new(), 0);
    while !open.is_empty() {
        for account in open.iter().take(BATCH_EVENTS) {
            redescribe(book, vendor, account).await?;
        }
        let loaded = book.load(&stream).await?;
        let Batch { lines, named, done } = batch(book, vendor, open, &loaded);
        if !lines.is_empty() {
            match book.write(entry(&stream, &loaded, lines), loaded).await {
                Ok(written) if written.receipt.outcome == Outcome::Appended => changed.extend(named),
                // Another process was faster: what it found is taken in first.
                Ok(_) | Err(AppendError::Conflict { .. } | AppendError::KeyMismatch { .. }) => {
                    tries += 1;
                    if tries >= CONFLICT_TRIES_MAX {
                        return Err(AppendError::Overloaded { retry_after_ms: 10 }.into());
                    }
                    book.catch_up(&stream).await?;
                    tokio::task::yield_now().await;
                    continue;
                }
                Err(error) => return Err(error.into()),
            }
        }
        let mut customers = book.customers();
        let of_vendor = customers.of(vendor);
        open[..done].iter().for_each(|account| of_vendor.close(account));
        open = &open[done..];
    }
    Ok(changed)
}

/// What follows from something recorded on `stream`; returns the accounts that are another customer than before.
///
/// # Errors
/// The journal cannot be read or written now.
pub(crate) async fn after(book: &Book, stream: &Stream) -> anyhow::Result<BTreeSet<Stream>> {
    let vendor = stream.vendor();
    let open: Vec<AccountId> = match stream {
        Stream::Account(_, account) => {
            let is_open = book.customers().of(vendor).is_open(account);
            is_open.then(|| account.clone()).into_iter().collect()
        }
        Stream::Identity(_) => {
            let decided = book.customers().of(vendor).take_decided();
            if !decided.is_empty() {
                mark(book, vendor).await?;
            }
            decided.into_iter().collect()
        }
        Stream::Partner(..) | Stream::Program(_) | Stream::Case(..) | Stream::Partnership(..) => Vec::new(),
    };
    let changed = accounts(book, vendor, &open).await?;
    Ok(changed.into_iter().map(|account| Stream::Account(vendor.clone(), account)).collect())
}

/// The same for everything recorded on many streams: of the accounts that were described since they were last
/// resolved, those that are wanted.
///
/// # Errors
/// The journal cannot be read or written now.
pub(crate) async fn after_all(
    book: &Book,
    wanted: impl Fn(&Stream) -> bool,
) -> anyhow::Result<BTreeSet<Stream>> {
    let mut changed = BTreeSet::new();
    let vendors = book.customers().vendors();
    for vendor in vendors {
        let account = |id: &AccountId| Stream::Account(vendor.clone(), id.clone());
        changed.extend(after(book, &Stream::Identity(vendor.clone())).await?);
        let mut open = book.customers().of(&vendor).open();
        open.retain(|id| wanted(&account(id)));
        changed.extend(accounts(book, &vendor, &open).await?.iter().map(account));
    }
    Ok(changed)
}

/// What was corrected about an account is read from its stream.
async fn redescribe(book: &Book, vendor: &VendorId, account: &AccountId) -> anyhow::Result<()> {
    let is_corrected = book.customers().of(vendor).is_corrected(account);
    if is_corrected {
        let loaded = book.load(&Stream::Account(vendor.clone(), account.clone())).await?;
        book.customers().of(vendor).redescribe(account, &loaded.facts);
    }
    Ok(())
}

/// What follows from the first accounts of a list.
struct Batch {
    lines: Vec<Line>,
    /// The accounts that links and what is taken back name.
    named: Vec<AccountId>,
    /// How many accounts of the list it settles.
    done: usize,
}

fn batch(book: &Book, vendor: &VendorId, open: &[AccountId], loaded: &Loaded) -> Batch {
    let world = book.world(vendor);
    let mut customers = book.customers();
    let index = customers.of(vendor).index();
    let id = producer(loaded);
    let mut identities: Option<Identities> = None;
    let mut batch = Batch { lines: Vec::new(), named: Vec::new(), done: 0 };
    for account in open.iter().take(BATCH_EVENTS) {
        let at = index.fingerprint(account).map_or_else(|| book.now(), |known| known.opened_at());
        let policy = world.program.policy_at(at);
        let known = Known {
            index,
            identities: identities.as_ref().unwrap_or(&world.identities),
            policy: &policy.policy.identity,
            policy_name: &policy.name,
        };
        let resolved = resolve(account, known);
        let takes_back = resolved.iter().any(|one| matches!(one, Resolved::TakenBack { .. }));
        // What is taken back may have been decided in this very batch: that is recorded first.
        if !batch.lines.is_empty() && (takes_back || batch.lines.len() >= BATCH_EVENTS) {
            break;
        }
        batch.done += 1;
        for one in resolved {
            batch.named.extend(named(&one));
            let line = line(one, index, policy.name.digest, book.now());
            let fact = fact(vendor, &id, batch.lines.len(), &line);
            let so_far = identities.take().unwrap_or_else(|| world.identities.clone());
            identities = Some(so_far.evolve(&fact));
            batch.lines.push(line);
        }
        if takes_back {
            break;
        }
    }
    batch
}

/// The accounts that may be another customer than before.
fn named(resolved: &Resolved) -> Vec<AccountId> {
    match resolved {
        Resolved::Linked(linked) => linked.account.iter().chain([&linked.survivor]).cloned().collect(),
        Resolved::TakenBack { accounts, .. } => accounts.to_vec(),
        Resolved::Suspected(_) => Vec::new(),
    }
}

/// A decision as it is recorded: it holds since the later of the two accounts was opened.
fn line(resolved: Resolved, index: &identity::Index, policy: domain::id::Digest, now: Instant) -> Line {
    let since = |a: &AccountId, b: &AccountId| opened_last(index, a, b).unwrap_or(now);
    let (valid_at, event) = match resolved {
        Resolved::Linked(linked) => {
            let account = linked.account.as_ref().unwrap_or(&linked.survivor);
            (since(account, &linked.survivor), Event::Identity(IdentityEvent::Linked(linked)))
        }
        Resolved::Suspected(suspected) => (
            since(&suspected.account, &suspected.other),
            Event::Identity(IdentityEvent::Suspected(suspected)),
        ),
        Resolved::TakenBack { event: target, .. } => {
            let reason = CorrectionReason::DecidedAnew;
            let retracted = Retracted { target, reason, approved_by: None, evidence: None };
            (now, Event::Correction(CorrectionEvent::Retracted(retracted)))
        }
    };
    Line {
        class: Class::Derived,
        valid_at,
        causation: None,
        policy: Some(policy),
        context: Context::default(),
        event,
    }
}

/// The key alone decides: what follows is recorded once for each state of the identity stream.
fn producer(loaded: &Loaded) -> Producer {
    let revision = loaded.version.map_or(0, |version| version.revision + 1);
    let id = format!("resolve:{revision}").parse().expect("a word and a number are an input id");
    Producer { source: own_source(), id }
}

fn entry(stream: &Stream, loaded: &Loaded, lines: Vec<Line>) -> Entry {
    let producer = producer(loaded);
    Entry {
        stream: stream.clone(),
        digest: wire::ids::digest(producer.id.as_str().as_bytes()),
        producer,
        actor: Actor::system(),
        origin: Origin::Live,
        lines,
    }
}

/// A line as the fact it will be, for what is decided after it in the same batch.
fn fact(vendor: &VendorId, producer: &Producer, index: usize, line: &Line) -> Fact {
    let index = u32::try_from(index).expect("an append has fewer than 2^32 events");
    let meta = Meta {
        id: wire::ids::event_id(vendor, &producer.source, &producer.id, index),
        position: u64::MAX,
        revision: u64::MAX,
        valid_at: line.valid_at,
        recorded_at: line.valid_at,
        class: line.class,
        origin: Origin::Live,
        producer: producer.clone(),
        actor: Actor::system(),
        causation: None,
        policy: line.policy,
        context: Context::default(),
    };
    Fact { meta, event: line.event.clone() }
}

/// Marks accounts that were merged since, and takes the mark from those that were split off again.
async fn mark(book: &Book, vendor: &VendorId) -> anyhow::Result<()> {
    let decisions = book.load(&Stream::Identity(vendor.clone())).await?;
    for account in merged_ever(&decisions.facts) {
        mark_one(book, vendor, &account).await?;
    }
    Ok(())
}

/// Every account that some decision merged or split off, also where that was retracted since.
fn merged_ever(facts: &[Fact]) -> BTreeSet<AccountId> {
    let named = |fact: &Fact| {
        let Event::Identity(event) = &fact.event else { return None };
        match event {
            IdentityEvent::Merged(merged) => Some(merged.absorbed.clone()),
            IdentityEvent::Split(split) => Some(split.restored.clone()),
            IdentityEvent::Linked(_)
            | IdentityEvent::Related(_)
            | IdentityEvent::Suspected(_)
            | IdentityEvent::KeptApart(_) => None,
        }
    };
    facts.iter().filter_map(named).collect()
}

async fn mark_one(book: &Book, vendor: &VendorId, account: &AccountId) -> anyhow::Result<()> {
    let stream = Stream::Account(vendor.clone(), account.clone());
    for _ in 0..CONFLICT_TRIES_MAX {
        let loaded = book.load(&stream).await?;
        let world = book.world(vendor);
        let into = world.identities.survivor(account);
        let (id, event) = match (into, &loaded.account.into) {
            (Some(into), marked) if marked.as_ref() != Some(into) => {
                let Some(joined) = world.identities.joined(account) else { return Ok(()) };
                let absorbed = Absorbed { into: into.clone(), identity_event: joined.event };
                (marked_by("absorbed", joined.event, &loaded), AccountEvent::Absorbed(absorbed))
            }
            (None, Some(from)) => {
                let last = loaded.facts.last().map_or(EventId(uuid::Uuid::nil()), |fact| fact.meta.id);
                let restored = Restored { from: from.clone() };
                (marked_by("restored", last, &loaded), AccountEvent::Restored(restored))
            }
            _ => return Ok(()),
        };
        match book.write(marking(&stream, id, event, book.now()), Arc::clone(&loaded)).await {
            Ok(_) => return Ok(()),
            Err(AppendError::Conflict { .. } | AppendError::KeyMismatch { .. }) => book.forget(&stream),
            Err(error) => return Err(error.into()),
        }
    }
    Err(AppendError::Overloaded { retry_after_ms: 10 }.into())
}

fn marked_by(what: &str, event: EventId, loaded: &Loaded) -> String {
    format!("{what}:{event}:{}", loaded.version.map_or(0, |version| version.revision + 1))
}

fn marking(stream: &Stream, id: String, event: AccountEvent, now: Instant) -> Entry {
    let line = Line {
        class: Class::Derived,
        valid_at: now,
        causation: None,
        policy: None,
        context: Context::default(),
        event: Event::Account(event),
    };
    Entry {
        stream: stream.clone(),
        digest: wire::ids::digest(id.as_bytes()),
        producer: Producer {
            source: own_source(),
            id: id.parse().expect("a word, a UUID and a number are an input id"),
        },
        actor: Actor::system(),
        origin: Origin::Live,
        lines: vec![line],
    }
}
