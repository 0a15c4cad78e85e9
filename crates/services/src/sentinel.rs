//! The sentinel: judges an account whenever something about it changed, and keeps its cases.

pub(crate) mod registration;

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::event::Event;
use domain::event::case::Finding;
use domain::fact::{Actor, Class, Context, Fact, Origin, Producer};
use domain::id::{CaseId, VendorId};
use domain::program::Program;
use domain::stream::Stream;
use domain::time::Instant;
use policing::{CaseKey, OfAccount, Standing, Transition, Watermark, transitions};
use ports::{AppendError, Outcome};
use views::cases::Case;

use crate::accounts::Loaded;
use crate::book::{Book, CONFLICT_TRIES_MAX, Shelf};
use crate::elsewhere::{self, Elsewhere, Reviewed, Subject};
use crate::intake::own_source;
use crate::pen::{Entry, Line};
use crate::replay::Under;
use crate::rules;
use crate::settling::is_guarded;

/// Judges the account and records what changed about its findings.
///
/// # Errors
/// The journal cannot be read or written now; looking again later has the same outcome.
pub async fn look(book: &Book, stream: &Stream) -> anyhow::Result<()> {
    let mut waiting = look_at(book, stream).await?;
    while let Some(concerned) = waiting.pop_first() {
        waiting.extend(look_at(book, &concerned).await?);
    }
    Ok(())
}

/// Judges one account; the accounts that have to be looked at again because of what it adds to them.
async fn look_at(book: &Book, stream: &Stream) -> anyhow::Result<BTreeSet<Stream>> {
    let mut concerned = BTreeSet::new();
    let mut turn = None;
    for _ in 0..CONFLICT_TRIES_MAX {
        let loaded = book.load(stream).await?;
        let Some(watermark) = watermark(book, &loaded).await? else { return Ok(concerned) };
        let elsewhere = Elsewhere::of(book, stream, &loaded.facts).await?;
        let Due { told, concerned: others } = due(book, stream, &loaded, &elsewhere, watermark);
        concerned.extend(others);
        let is_quiet = told.is_empty();
        // What was found holds for the account as it was loaded: if it moved meanwhile, it is looked at again.
        let is_current = record(book, told, watermark).await?
            && (is_quiet || book.load(stream).await?.version == loaded.version);
        if is_current {
            return Ok(concerned);
        }
        // Of many who are told something of one case only one can be first: the others go one after the other.
        if turn.is_none() {
            turn = Some(book.looking_again.lock().await);
        }
        tokio::task::yield_now().await;
    }
    Err(AppendError::Overloaded { retry_after_ms: 10 }.into())
}

/// Records what is told of each case; `false` when another sentinel was faster, so that it has to be looked at again.
async fn record(book: &Book, told: Vec<Told>, watermark: Watermark) -> anyhow::Result<bool> {
    for one in told {
        let standing = book.load(&one.case).await?;
        // Events recorded together are taken in one after the other: who looked in between saw half of them.
        if standing.version.map_or(0, |version| version.revision + 1) != one.so_far {
            book.catch_up(&one.case).await?;
            return Ok(false);
        }
        let case = one.case.clone();
        match book.write(entry(one, watermark), Arc::clone(&standing)).await {
            Ok(written) if written.receipt.outcome == Outcome::Appended => {}
            Ok(_) | Err(AppendError::Conflict { .. } | AppendError::KeyMismatch { .. }) => {
                book.catch_up(&case).await?;
                return Ok(false);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(true)
}

/// Whether [`told`] may have anything to say about an account with these facts.
pub(crate) fn looks_at(shelf: &Shelf, stream: &Stream, facts: &[Fact], program: &Program) -> bool {
    shelf.guarded.contains(stream)
        || (shelf.moved.contains(stream) && policing::follows_persons(program))
        || shelf.cases.concern(stream)
        || facts.iter().any(registration::may_be_reviewed)
        || policing::may_be_looked_at(facts)
}

/// What has to be recorded about the cases of an account that stands as `loaded`, one entry for each case, and the
/// accounts that have to be looked at again because of what it adds to them.
pub(crate) fn told(
    book: &Book,
    stream: &Stream,
    loaded: &Loaded,
    elsewhere: &Elsewhere,
    until: Instant,
) -> (Vec<Entry>, BTreeSet<Stream>) {
    let Some(last) = loaded.facts.last() else { return Default::default() };
    let watermark = Watermark { head: last.meta.id, until };
    let Due { told, concerned } = due(book, stream, loaded, elsewhere, watermark);
    (told.into_iter().map(|one| entry(one, watermark)).collect(), concerned)
}

/// Looks again at every account with a finding that was pending and need not be any longer, and at those on which
/// something may have come to light by the passing of time alone.
///
/// # Errors
/// The journal cannot be read or written now.
pub async fn look_at_ripe(book: &Book) -> anyhow::Result<()> {
    let until = recorded_until(book).await?;
    let ripe: Vec<Stream> = {
        let shelf = book.shelf();
        let ripe: BTreeSet<&Stream> = shelf.cases.ripe(until).chain(shelf.awaited(until)).collect();
        ripe.into_iter().cloned().collect()
    };
    for account in ripe {
        look(book, &account).await?;
    }
    Ok(())
}

/// How far the story is known: to the account's last event, and in time to the journal's head.
async fn watermark(book: &Book, loaded: &Loaded) -> anyhow::Result<Option<Watermark>> {
    let Some(last) = loaded.facts.last() else { return Ok(None) };
    Ok(Some(Watermark { head: last.meta.id, until: recorded_until(book).await? }))
}

pub(crate) async fn recorded_until(book: &Book) -> anyhow::Result<Instant> {
    let head = book.journal.head().await?;
    Ok(Instant::from_unix_ms(head.recorded_ms).unwrap_or(Instant::EARLIEST))
}

/// What follows from looking at an account.
#[derive(Default)]
struct Due {
    /// What has to be recorded about its cases, by case.
    told: Vec<Told>,
    /// The accounts that have to be looked at again because of what it adds to them.
    concerned: BTreeSet<Stream>,
}

fn due(book: &Book, stream: &Stream, loaded: &Loaded, elsewhere: &Elsewhere, watermark: Watermark) -> Due {
    let Stream::Account(vendor, account) = stream else { return Due::default() };
    // Findings and the number of events they are made of are read together: the number is the key of what
    // follows, so that of two who look at the same findings one is told to look again.
    let cases: Vec<(Stream, Case)> =
        book.shelf().cases.of(stream).map(|(stream, case)| (stream.clone(), case)).collect();
    let previous = previous(&cases);
    let world = book.world(vendor);
    let subject = Subject { vendor, account_id: account, account: &loaded.account, facts: &loaded.facts };
    let all = |_: &Stream, facts: &[Fact]| facts.to_vec();
    let surely = || elsewhere.surely_beside(&subject, &world, &all);
    let mut now = registration::review(account, &loaded.account, (&loaded.facts, &surely), &world, watermark);
    let is_tied = world.identities.concern(account);
    let ledger = elsewhere.ledger(Under::Published);
    let put = |adds: OfAccount| {
        let concerned = ledger.put(vendor, account, &world, adds).into_iter();
        concerned.map(|other| Stream::Account(vendor.clone(), other)).collect()
    };
    let is_guarded = is_guarded(loaded) || policing::may_follow(&loaded.account, &world.program);
    if now.is_empty() && previous.is_empty() && !is_tied && !is_guarded {
        return Due { told: Vec::new(), concerned: put(OfAccount::default()) };
    }
    let beyond = (elsewhere, ledger, u64::MAX);
    let Reviewed { judged, joined, adds } = elsewhere::review(&subject, &world, beyond, &all, watermark);
    now.extend(judged);
    let mut concerned: BTreeSet<Stream> = put(adds);
    concerned.extend(ledger.to_look_at(book));
    let (facts, known) = match &joined {
        Some((facts, account)) => (facts.as_slice(), account),
        None => (loaded.facts.as_slice(), &loaded.account),
    };
    book.await_until(stream, policing::look_again_at(known, &world.program, watermark.until));
    let now = rules::guarded(now, known, &world.program);
    let told = transitions(&previous, &now, facts, watermark, |key| case_id(vendor, key));
    let mut by_case: Vec<Told> = Vec::new();
    for transition in told {
        let case = Stream::Case(vendor.clone(), transition.case.clone());
        if let Some(known) = by_case.iter_mut().find(|known| known.case == case) {
            known.transitions.push(transition);
            continue;
        }
        // A case of this account that came since then does not count: whoever opened it was faster.
        let known = cases.iter().find(|(known, _)| *known == case).map(|(_, case)| case.events);
        let so_far = known.unwrap_or_else(|| book.shelf().cases.events_beside(&case, stream));
        by_case.push(Told { case, so_far, transitions: vec![transition] });
    }
    Due { told: by_case, concerned }
}

/// What has to be recorded about one case.
struct Told {
    case: Stream,
    /// How many events it had when that was found out.
    so_far: u64,
    transitions: Vec<Transition>,
}

/// The findings on record about an account, of all its cases.
fn previous(cases: &[(Stream, Case)]) -> Vec<Standing> {
    let mut previous = Vec::new();
    for (stream, case) in cases {
        let Some(id) = stream.case() else { continue };
        let standing = |finding: &Finding| Standing { case: id.clone(), finding: finding.clone() };
        previous.extend(case.findings.iter().map(standing));
    }
    previous
}

/// One case per handoff and guest; where no handoff is concerned, one per pattern and subject.
pub(crate) fn case_id(vendor: &VendorId, key: &CaseKey) -> CaseId {
    match key {
        CaseKey::Handoff { handoff, guest } => wire::ids::case_id(vendor, handoff.as_str(), guest.as_str()),
        CaseKey::Subject { pattern, subject } => wire::ids::case_id(vendor, subject, pattern),
    }
}

fn entry(told: Told, watermark: Watermark) -> Entry {
    let Told { case, so_far, transitions } = told;
    let id = format!("{case}:{so_far}");
    let lines = transitions.into_iter().map(|transition| Line {
        class: Class::Derived,
        valid_at: watermark.until,
        causation: Some(watermark.head),
        policy: None,
        context: Context::default(),
        event: Event::Case(transition.event),
    });
    Entry {
        lines: lines.collect(),
        stream: case,
        digest: wire::ids::digest(id.as_bytes()),
        producer: Producer {
            source: own_source(),
            id: id.parse().expect("a stream and a number are an input id"),
        },
        actor: Actor::system(),
        origin: Origin::Live,
    }
}
