//! Settling: what the rules derive from what was recorded is written beside it, once.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::event::Event;
use domain::event::account::AccountEvent;
use domain::event::change::ChangeEvent;
use domain::event::deal::DealEvent;
use domain::event::handoff::HandoffEvent;
use domain::event::trade::TradeEvent;
use domain::fact::{Actor, Class, Context, Fact, Origin, Producer};
use domain::id::{AccountId, EventId, PartnerId, VendorId};
use domain::settle::{self, Settled};
use domain::stream::Stream;
use ports::AppendError;

use crate::accounts::Loaded;
use crate::book::{Book, CONFLICT_TRIES_MAX};
use crate::intake::own_source;
use crate::pen::{Entry, Line};
use crate::roles::duty::Duty;
use crate::world::{World, batch, house};
use crate::{customers, elsewhere, resolving};

/// Brings everything that follows from a write to `stream` up to date, as far as this process does so at once:
/// derived events, then findings.
///
/// # Errors
/// The journal cannot be read or written now; settling again later has the same outcome.
pub async fn after(book: &Book, stream: &Stream) -> anyhow::Result<()> {
    let mut changed = BTreeSet::new();
    if book.does_at_once(Duty::Settle) {
        settle(book, stream).await?;
        changed = resolving::after(book, stream).await?;
    }
    if book.does_at_once(Duty::Judge) {
        judge(book, stream).await?;
        for account in &changed {
            crate::sentinel::look(book, account).await?;
        }
        for account in decided_with(book, &changed).await? {
            crate::sentinel::look(book, &account).await?;
        }
    }
    Ok(())
}

/// Judges every account that a write to `stream` may have put in another light.
///
/// # Errors
/// The journal cannot be read or written now.
pub(crate) async fn judge(book: &Book, stream: &Stream) -> anyhow::Result<()> {
    let stands = book.load(stream).await?.version;
    match stream {
        Stream::Account(..) => {
            crate::sentinel::look(book, stream).await?;
            for account in covered_alike(book, stream).await?.into_iter().chain(counted_for(book, stream)) {
                crate::sentinel::look(book, &account).await?;
            }
        }
        Stream::Partner(..) | Stream::Program(_) | Stream::Identity(_) => {
            for account in concerned(book, stream) {
                crate::sentinel::look(book, &account).await?;
            }
        }
        Stream::Case(..) | Stream::Partnership(..) => {}
    }
    for account in decided_with(book, [stream]).await? {
        crate::sentinel::look(book, &account).await?;
    }
    if let Some(version) = stands {
        book.attended.note(Duty::Judge, stream, version.revision);
    }
    Ok(())
}

/// The accounts that may be decided or judged differently under other families or rules. Families matter where
/// a handoff protects; rules, wherever something was registered.
pub(crate) fn concerned(book: &Book, stream: &Stream) -> Vec<Stream> {
    let shelf = book.shelf();
    let of_vendor = |vendor: &VendorId| *stream.vendor() == house() || vendor == stream.vendor();
    match stream {
        Stream::Program(_) => {
            let accounts = shelf.directory.accounts().filter(|(vendor, _, _)| of_vendor(vendor));
            accounts.map(|(vendor, account, _)| Stream::Account(vendor.clone(), account.clone())).collect()
        }
        Stream::Partner(..) => {
            let follows = policing::follows_persons(&book.world(stream.vendor()).program);
            let moved = shelf.moved.iter().filter(|_| follows);
            let concerned = shelf.guarded.iter().chain(moved);
            let concerned: BTreeSet<&Stream> = concerned.filter(|one| of_vendor(one.vendor())).collect();
            concerned.into_iter().cloned().collect()
        }
        // What is tied to an account matters where a handoff protects it, or did when a case was opened.
        Stream::Identity(vendor) => {
            let world = book.world(vendor);
            let stream = |account: &AccountId| Stream::Account(vendor.clone(), account.clone());
            let is_judged = |account: &AccountId| {
                let account = stream(account);
                shelf.guarded.contains(&account) || shelf.cases.concern(&account)
            };
            let counts = |account: &&AccountId| {
                let others = || world.identities.bonds(account, |_| None);
                is_judged(account) || others().iter().any(|bond| is_judged(&bond.other))
            };
            let named = world.identities.accounts().filter(counts);
            let merged = world.identities.merged().filter(|account| is_judged(account));
            named.chain(merged).map(stream).collect::<BTreeSet<Stream>>().into_iter().collect()
        }
        Stream::Account(..) | Stream::Case(..) | Stream::Partnership(..) => Vec::new(),
    }
}

/// The accounts for which what was written to `stream` may count, by the identity decisions.
fn counted_for(book: &Book, stream: &Stream) -> Vec<Stream> {
    let Stream::Account(vendor, account) = stream else { return Vec::new() };
    let world = book.world(vendor);
    let shelf = book.shelf();
    let entry = shelf.directory.account(vendor, account);
    let keys = entry.into_iter().flat_map(|entry| entry.keys.iter().map(|known| &known.key));
    let counts = world.identities.counts_for(account, keys);
    counts.into_iter().map(|id| Stream::Account(vendor.clone(), id.clone())).collect()
}

/// The accounts whose live submissions may have been decided otherwise by what was written to `streams`: those that
/// are surely one customer with an account written to, or named by a decision on who is one.
///
/// # Errors
/// The journal cannot be read.
pub(crate) async fn decided_with<'s>(
    book: &Book,
    streams: impl IntoIterator<Item = &'s Stream>,
) -> anyhow::Result<BTreeSet<Stream>> {
    let mut concerned = BTreeSet::new();
    for stream in streams {
        let vendor = stream.vendor();
        let world = book.world(vendor);
        let identities = &world.identities;
        let of = |account: &AccountId| Stream::Account(vendor.clone(), account.clone());
        match stream {
            Stream::Account(_, account) if identities.reach(account) => {
                let homes = elsewhere::homes(identities, account).into_iter().filter(|home| *home != account);
                concerned.extend(homes.map(of));
            }
            Stream::Identity(_) => {
                let loaded = book.load(stream).await?;
                let judged = book.attended.upto(Duty::Judge, stream);
                let is_news = |fact: &&Fact| Some(fact.meta.revision) > judged;
                let named = loaded.facts.iter().filter(is_news).flat_map(|fact| named(fact, &loaded.facts));
                let named: BTreeSet<AccountId> = named.collect();
                let surely = named.iter().flat_map(|account| identities.surely_with(account));
                concerned.extend(surely.map(of));
            }
            Stream::Account(..)
            | Stream::Partner(..)
            | Stream::Program(_)
            | Stream::Case(..)
            | Stream::Partnership(..) => {}
        }
    }
    let asked = &book.shelf().asked;
    Ok(concerned.into_iter().filter(|stream| asked.contains(stream)).collect())
}

/// The accounts that a fact on an identity stream with these facts says are one customer, or are not.
fn named(fact: &Fact, facts: &[Fact]) -> Vec<AccountId> {
    let decision = if let Event::Correction(correction) = &fact.event {
        facts.iter().find(|known| Some(known.meta.id) == correction.target())
    } else {
        Some(fact)
    };
    let Some(Event::Identity(event)) = decision.map(|decision| &decision.event) else { return Vec::new() };
    customers::named(event)
}

/// Guarded accounts that the uniform act recorded last covers too: with each more of them it is more uniform.
async fn covered_alike(book: &Book, stream: &Stream) -> anyhow::Result<Vec<Stream>> {
    let loaded = book.load(stream).await?;
    let Some(batch) = loaded.facts.last().and_then(|last| batch(&last.event)) else { return Ok(Vec::new()) };
    let world = book.world(stream.vendor());
    let shelf = book.shelf();
    let covered = world.program.covered(batch).map(|id| Stream::Account(stream.vendor().clone(), id.clone()));
    Ok(covered.filter(|account| account != stream && shelf.guarded.contains(account)).collect())
}

/// Writes what the rules derive from an account's facts and is not recorded yet; of every account concerned,
/// where families or rules changed.
///
/// # Errors
/// The journal cannot be read or written now.
pub(crate) async fn settle(book: &Book, stream: &Stream) -> anyhow::Result<()> {
    for account in concerned(book, stream) {
        settle_one(book, &account).await?;
    }
    settle_one(book, stream).await
}

async fn settle_one(book: &Book, stream: &Stream) -> anyhow::Result<()> {
    for _ in 0..CONFLICT_TRIES_MAX {
        let mut loaded = book.load(stream).await?;
        let world = book.world(stream.vendor());
        let mut entries = due(stream, &loaded.facts, &world).into_iter();
        let lost = loop {
            let Some(entry) = entries.next() else { break false };
            match book.write(entry, Arc::clone(&loaded)).await {
                Ok(written) => loaded = written.loaded,
                // Decided before, under what held then: that decision stands.
                Err(AppendError::KeyMismatch { .. }) => loaded = book.load(stream).await?,
                Err(AppendError::Conflict { .. }) => break true,
                Err(error) => return Err(error.into()),
            }
        };
        if !lost {
            if let Some(version) = loaded.version {
                book.attended.note(Duty::Settle, stream, version.revision);
            }
            return Ok(());
        }
    }
    Err(AppendError::Overloaded { retry_after_ms: 10 }.into())
}

/// What is due for a stream with these facts: one entry for each fact that something follows from.
pub fn due(stream: &Stream, facts: &[Fact], world: &World) -> Vec<Entry> {
    let Stream::Account(_, account) = stream else { return Vec::new() };
    if !may_be_due(facts) {
        return Vec::new();
    }
    let mut settled = settle::settle(account, facts, &world.families, &world.program).into_iter().peekable();
    let mut entries = Vec::new();
    while let Some(first) = settled.next() {
        let cause = first.causation;
        let mut of_one_cause = vec![first];
        while let Some(next) = settled.next_if(|next| next.causation == cause) {
            of_one_cause.push(next);
        }
        let earlier =
            facts.iter().filter(|fact| fact.is_settled() && fact.meta.causation == Some(cause)).count();
        entries.push(entry(stream, cause, earlier, of_one_cause, world));
    }
    entries
}

/// Whether anything recorded is of a kind that the rules answer.
fn may_be_due(facts: &[Fact]) -> bool {
    facts.iter().any(|fact| {
        matches!(fact.event, Event::Deal(DealEvent::Submitted(_)) | Event::Notice(_) | Event::Change(_))
            || fact.is_settled()
    })
}

/// One entry for what follows from one fact, of which `earlier` facts were derived before.
fn entry(stream: &Stream, cause: EventId, earlier: usize, settled: Vec<Settled>, world: &World) -> Entry {
    let first = settled.first().map(|first| (wire::event::name(&first.event), first.valid_at.unix_ms()));
    let (name, at) = first.unwrap_or_default();
    // A fact is answered anew when what was known before it changed, under a key of its own each time.
    let id = match earlier {
        0 => format!("settle:{cause}:{name}:{at}"),
        earlier => format!("settle:{cause}:{name}:{at}:{earlier}"),
    };
    let lines = settled.into_iter().map(|settled| Line {
        class: Class::Derived,
        valid_at: settled.valid_at,
        causation: Some(settled.causation),
        policy: Some(world.program.policy_at(settled.valid_at).name.digest),
        context: Context::default(),
        event: settled.event,
    });
    let lines: Vec<Line> = lines.collect();
    Entry {
        stream: stream.clone(),
        producer: Producer {
            source: own_source(),
            id: id.parse().expect("a UUID, a name and a number are an input id"),
        },
        // The key alone decides: what follows from a fact is derived once, as the facts stood then.
        digest: wire::ids::digest(id.as_bytes()),
        actor: Actor::system(),
        origin: Origin::Live,
        lines,
    }
}

/// Whether the loaded account may hold anything that policing looks at.
pub fn is_guarded(loaded: &Loaded) -> bool {
    !policing::is_quiet(&loaded.account)
}

/// The partners an event names as doing or getting something.
pub(crate) fn partners_of(event: &Event) -> Vec<&PartnerId> {
    match event {
        Event::Deal(DealEvent::Submitted(submitted)) => vec![&submitted.partner],
        Event::Handoff(HandoffEvent::Requested(requested)) => vec![&requested.host],
        Event::Handoff(HandoffEvent::Invited(invited)) => vec![&invited.host, &invited.guest],
        Event::Account(AccountEvent::HolderRecorded(recorded)) => vec![&recorded.holder],
        Event::Change(ChangeEvent::Executed(executed)) => vec![&executed.holder],
        Event::Trade(TradeEvent::OrderBooked(order)) => vec![&order.partner],
        Event::Trade(TradeEvent::RenewalBooked(renewal)) => vec![&renewal.order.partner],
        Event::Trade(TradeEvent::ContractSigned(contract)) => vec![&contract.partner],
        Event::Deal(_)
        | Event::Handoff(_)
        | Event::Account(_)
        | Event::Change(_)
        | Event::Trade(_)
        | Event::Consent(_)
        | Event::Notice(_)
        | Event::Commission(_)
        | Event::Partner(_)
        | Event::Identity(_)
        | Event::Case(_)
        | Event::Program(_)
        | Event::Correction(_) => Vec::new(),
    }
}
