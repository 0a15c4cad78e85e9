//! Every account's facts from the journal, each account once, on as many threads as there are cores to use.
//!
//! Rows of many accounts stand mixed in the journal. They are gathered in passes over it, each pass those of a
//! share of the streams, so that memory stays bounded however long the journal. In each pass the threads scan a
//! part of the journal each, then take the gathered accounts in turn.

mod arena;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};

use anyhow::Context as _;
use domain::fact::Fact;
use domain::id::EventId;
use domain::stream::Stream;
use ports::{FactRow, Journal, KindSet, Position, Scan, StreamNumber, StreamShare};
use uuid::Uuid;
use wire::record::{self, Place};

use arena::{Arena, Slice};

/// Accounts a thread takes at a time, and results it hands over together, in accounts: enough that neither
/// costs anything, few enough that a batch of facts stays below two megabytes.
const BATCH_ACCOUNTS: usize = 32;
/// Batches the threads may be ahead of what takes them.
const BATCHES_AHEAD: usize = 2;

/// Which accounts are gathered, and how.
pub struct Gathering<'a> {
    /// Events after this one are not seen.
    pub upto: Position,
    /// Whether an account stream of this name is wanted.
    pub wanted: &'a (dyn Fn(&str) -> bool + Sync),
    /// How many threads work; on one, accounts come in the order of their names within a pass.
    pub threads: u32,
    /// Events gathered in one pass, in events, some 250 bytes each.
    pub pass_events: u64,
}

/// Hands every wanted account's facts to `work`, each account once, and what it makes of them to `take`.
///
/// It blocks: call it from a blocking thread.
///
/// # Errors
/// The journal cannot be read, holds something that is not ours, or `work` or `take` failed.
pub fn map_accounts<T: Send>(
    journal: &dyn Journal,
    gathering: &Gathering<'_>,
    work: impl Fn(Stream, Vec<Fact>) -> anyhow::Result<T> + Sync,
    take: &mut dyn FnMut(T) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let passes = gathering.upto.lo().div_ceil(gathering.pass_events).max(1);
    let passes = u32::try_from(passes).context("a journal is read in fewer passes")?;
    let mut pass = Pass::default();
    for number in 0..passes {
        pass.gather(journal, gathering, StreamShare { number, of: passes })?;
        let pass = &pass;
        let accounts = pass.accounts(journal)?;
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            let (send, batches) = sync_channel(BATCHES_AHEAD);
            for _ in 0..gathering.threads {
                let (send, accounts, next, work) = (send.clone(), &accounts, &next, &work);
                scope.spawn(move || {
                    if let Err(error) = hand_over(pass, accounts, next, work, &send) {
                        // Whoever stopped taking knows why.
                        let _ = send.send(Err(error));
                    }
                });
            }
            drop(send);
            batches.into_iter().try_for_each(|batch| batch?.into_iter().try_for_each(&mut *take))
        })?;
    }
    Ok(())
}

/// An account by its stream's name, and the rows of its facts in journal order.
type Account<'p> = (Arc<str>, &'p [Row]);

fn hand_over<T>(
    pass: &Pass,
    accounts: &[Account<'_>],
    next: &AtomicUsize,
    work: &impl Fn(Stream, Vec<Fact>) -> anyhow::Result<T>,
    send: &SyncSender<anyhow::Result<Vec<T>>>,
) -> anyhow::Result<()> {
    loop {
        let start = next.fetch_add(BATCH_ACCOUNTS, Ordering::Relaxed).min(accounts.len());
        let end = (start + BATCH_ACCOUNTS).min(accounts.len());
        if start == end {
            return Ok(());
        }
        let worked = accounts[start..end].iter().map(|(name, rows)| {
            let stream = name.parse().with_context(|| format!("reading stream name {name}"))?;
            work(stream, rows.iter().map(|row| pass.fact(row)).collect::<anyhow::Result<_>>()?)
        });
        let worked = worked.collect::<anyhow::Result<_>>()?;
        send.send(Ok(worked)).map_err(|_| anyhow::anyhow!("nobody takes the accounts any more"))?;
    }
}

/// One share of the streams, as gathered from the whole journal; the next one takes its room.
#[derive(Default)]
struct Pass {
    /// Rows of one stream stand together, in journal order.
    rows: Vec<Row>,
    /// What each thread scanned.
    parts: Vec<Part>,
}

/// What one thread found in its part of the journal.
#[derive(Default)]
struct Part {
    rows: Vec<Row>,
    facts: Arena,
}

/// One fact. Rows are ordered as the journal is, stream by stream.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    stream: StreamNumber,
    /// Who scanned it; the parts come in journal order.
    part: u32,
    /// Where its place and its compact form are.
    kept: Slice,
}

/// The bytes of a fact's place, before its compact form: id, position, revision and recorded time.
const PLACE_BYTES: usize = 16 + 8 + 8 + 8;

impl Pass {
    fn gather(
        &mut self,
        journal: &dyn Journal,
        gathering: &Gathering<'_>,
        streams: StreamShare,
    ) -> anyhow::Result<()> {
        let parts = u64::from(gathering.threads.max(1));
        let bound = |part: u64| Position::new(0, gathering.upto.lo() * part / parts);
        let scans = (0..parts).map(|part| Scan {
            after: bound(part),
            upto: bound(part + 1),
            kinds: &KindSet::ALL,
            streams,
        });
        self.parts.resize_with(gathering.threads.max(1) as usize, Part::default);
        std::thread::scope(|scope| {
            let scanning: Vec<_> = scans
                .zip((0..).zip(&mut self.parts))
                .map(|(scan, (number, part))| {
                    scope.spawn(move || part.scan(journal, gathering.wanted, scan, number))
                })
                .collect();
            scanning
                .into_iter()
                .try_for_each(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        })?;
        self.rows.clear();
        for part in &mut self.parts {
            self.rows.append(&mut part.rows);
        }
        self.rows.sort_unstable();
        Ok(())
    }

    /// The gathered accounts in the order of their names.
    fn accounts(&self, journal: &dyn Journal) -> anyhow::Result<Vec<Account<'_>>> {
        let of_streams = self.rows.chunk_by(|a, b| a.stream == b.stream);
        let mut named = of_streams
            .map(|rows| {
                let name = rows.first().and_then(|row| journal.stream_name(row.stream));
                Ok((name.context("a scanned stream has a name")?, rows))
            })
            .collect::<anyhow::Result<Vec<Account<'_>>>>()?;
        named.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        Ok(named)
    }

    fn fact(&self, row: &Row) -> anyhow::Result<Fact> {
        let kept = self.parts[row.part as usize].facts.slice(row.kept);
        let (place, fact) = kept.split_at(PLACE_BYTES);
        let place = read_place(place);
        record::read_fact(fact, place).with_context(|| format!("reading event {}", place.id))
    }
}

impl Part {
    fn scan(
        &mut self,
        journal: &dyn Journal,
        wanted: &dyn Fn(&str) -> bool,
        scan: Scan<'_>,
        number: u32,
    ) -> anyhow::Result<()> {
        self.facts.clear();
        let mut known: Vec<Option<bool>> = Vec::new();
        let mut is_wanted = |stream: StreamNumber| {
            let index = stream.0 as usize;
            if known.len() <= index {
                known.resize(index + 1, None);
            }
            *known[index].get_or_insert_with(|| {
                let name = journal.stream_name(stream);
                name.is_some_and(|name| name.starts_with("account-") && wanted(&name))
            })
        };
        journal.scan_facts(scan, &mut |row| {
            if is_wanted(row.stream) {
                self.keep(&row, number);
            }
            ControlFlow::Continue(())
        })?;
        Ok(())
    }

    fn keep(&mut self, row: &FactRow<'_>, part: u32) {
        let mut place = [0; PLACE_BYTES];
        let (id, numbers) = place.split_at_mut(16);
        id.copy_from_slice(row.id.as_bytes());
        numbers[..8].copy_from_slice(&row.position.lo().to_le_bytes());
        numbers[8..16].copy_from_slice(&row.revision.to_le_bytes());
        numbers[16..].copy_from_slice(&row.recorded_ms.to_le_bytes());
        let kept = self.facts.keep(&place, row.fact);
        self.rows.push(Row { stream: row.stream, part, kept });
    }
}

/// What [`Part::keep`] wrote.
fn read_place(place: &[u8]) -> Place {
    let number = |at: usize| place[at..at + 8].try_into().expect("eight bytes are eight");
    Place {
        id: EventId(Uuid::from_slice(&place[..16]).expect("an id has sixteen bytes")),
        position: u64::from_le_bytes(number(16)),
        revision: u64::from_le_bytes(number(24)),
        recorded_ms: i64::from_le_bytes(number(32)),
    }
}
