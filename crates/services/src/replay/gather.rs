//! Every account's facts from the journal, each account once, on as many threads as there are cores to use.
//!
//! Rows of many accounts stand mixed in the journal. One scan sorts them into shares of the streams, each small
//! enough to be taken apart in memory; what memory shall not hold of them stands in a file meanwhile. So an event
//! costs the same and memory stays bounded however long the journal. Then each thread takes a share at a time.

mod scratch;

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

use scratch::{Piece, Scratch};

/// Accounts whose results a thread hands over together, in accounts: enough that it costs nothing, few enough
/// that a batch of facts stays below two megabytes.
const BATCH_ACCOUNTS: usize = 32;
/// Batches the threads may be ahead of what takes them.
const BATCHES_AHEAD: usize = 2;
/// Events in a share, in events: some 13 MB for each thread, and small beside what a core caches no longer anyway.
const SHARE_EVENTS: u64 = 64 * 1_024;
/// Shares of a journal of any length: each has a piece being filled by each thread, 32 MB of them for a thread.
const SHARES_MAX: u64 = 1_024;
/// One share of accounts apart for so many of others: they are fewer.
const APART_SHARE: usize = 4;
/// Shares for each thread at least, where there are several, so that none is left with the last big one.
const SHARES_PER_THREAD: u64 = 8;
/// Bytes put away together: 32 KiB, so that writing them costs a system call for 150 events.
const PIECE_BYTES: usize = 32 * 1_024;

/// Which accounts are gathered, and how.
pub struct Gathering<'a> {
    /// Events after this one are not seen.
    pub upto: Position,
    /// Whether an account stream of this name is wanted.
    pub wanted: &'a (dyn Fn(&str) -> bool + Sync),
    /// Which of them can be asked for without reading the others.
    pub apart: Option<&'a (dyn Fn(&str) -> bool + Sync)>,
    /// How many threads work; on one, accounts come in the order of their names within a share.
    pub threads: u32,
    /// Bytes of what is gathered that are kept in memory, some 200 an event.
    pub memory_bytes: u64,
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
    Gathered::scan(journal, gathering)?.map(&|_| true, work, take)
}

/// The rows of all wanted accounts, in shares of the streams.
pub(crate) struct Gathered<'j> {
    journal: &'j dyn Journal,
    threads: u32,
    shares: Vec<Share>,
    /// How many of the shares, the first ones, are of the accounts apart.
    apart: usize,
    scratch: Scratch,
}

/// How many shares there are.
#[derive(Clone, Copy)]
struct Shares {
    apart: usize,
    others: usize,
}

impl Shares {
    /// The share of a stream that is wanted.
    fn of(self, stream: StreamNumber, is_apart: bool) -> usize {
        let number = stream.0 as usize;
        if is_apart { number % self.apart } else { self.apart + number % self.others }
    }
}

/// Rows of some streams in journal order.
type Share = Vec<Piece>;

impl<'j> Gathered<'j> {
    /// Scans the journal once, each thread a range of it.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub(crate) fn scan(journal: &'j dyn Journal, gathering: &Gathering<'_>) -> anyhow::Result<Self> {
        let upto = gathering.upto.lo();
        let threads = gathering.threads.max(1);
        let shares_min = if threads == 1 { 1 } else { u64::from(threads) * SHARES_PER_THREAD };
        let shares = upto.div_ceil(SHARE_EVENTS).clamp(shares_min, SHARES_MAX);
        let others = usize::try_from(shares).context("shares are few")?;
        let apart = gathering.apart.map_or(0, |_| others.div_ceil(APART_SHARE));
        let shares = Shares { apart, others };
        let scratch = Scratch::new(gathering.memory_bytes);
        let bound = |part: u32| Position::new(0, upto / u64::from(threads) * u64::from(part));
        let ranges = (0..threads).map(|part| {
            let end = if part + 1 == threads { gathering.upto } else { bound(part + 1) };
            Scan { after: bound(part), upto: end, kinds: &KindSet::ALL, streams: StreamShare::ALL }
        });
        let parts: Vec<Vec<Share>> = std::thread::scope(|scope| {
            let scratch = &scratch;
            let scanning: Vec<_> = ranges
                .map(|range| scope.spawn(move || Sorting::scan(journal, gathering, range, (shares, scratch))))
                .collect();
            let parts = scanning.into_iter();
            parts
                .map(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect::<anyhow::Result<_>>()
        })?;
        let mut shares: Vec<Share> = Vec::new();
        shares.resize_with(parts.first().map_or(0, Vec::len), Share::new);
        // The ranges come in journal order.
        for part in parts {
            shares.iter_mut().zip(part).for_each(|(share, mut pieces)| share.append(&mut pieces));
        }
        Ok(Self { journal, threads, shares, apart, scratch })
    }

    /// Hands the facts of every account that is wanted now to `work`, each account once, and what it makes of them
    /// to `take`. It blocks.
    ///
    /// # Errors
    /// The rows hold something that is not ours, or `work` or `take` failed.
    pub(crate) fn map<T: Send>(
        &self,
        wanted: &(dyn Fn(&str) -> bool + Sync),
        work: impl Fn(Stream, Vec<Fact>) -> anyhow::Result<T> + Sync,
        take: &mut dyn FnMut(T) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        self.map_shares(&self.shares, wanted, work, take)
    }

    /// The same of the accounts that were gathered apart.
    ///
    /// # Errors
    /// As [`Gathered::map`].
    pub(crate) fn map_apart<T: Send>(
        &self,
        wanted: &(dyn Fn(&str) -> bool + Sync),
        work: impl Fn(Stream, Vec<Fact>) -> anyhow::Result<T> + Sync,
        take: &mut dyn FnMut(T) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        self.map_shares(&self.shares[..self.apart], wanted, work, take)
    }

    fn map_shares<T: Send>(
        &self,
        shares: &[Share],
        wanted: &(dyn Fn(&str) -> bool + Sync),
        work: impl Fn(Stream, Vec<Fact>) -> anyhow::Result<T> + Sync,
        take: &mut dyn FnMut(T) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let next = AtomicUsize::new(0);
        let next_share = || shares.get(next.fetch_add(1, Ordering::Relaxed));
        std::thread::scope(|scope| {
            let (send, batches) = sync_channel(BATCHES_AHEAD);
            for _ in 0..self.threads {
                let (send, next_share, work) = (send.clone(), &next_share, &work);
                scope.spawn(move || {
                    if let Err(error) = self.hand_over(wanted, next_share, work, &send) {
                        // Whoever stopped taking knows why.
                        let _ = send.send(Err(error));
                    }
                });
            }
            drop(send);
            batches.into_iter().try_for_each(|batch| batch?.into_iter().try_for_each(&mut *take))
        })
    }

    fn hand_over<'a, T>(
        &self,
        wanted: &dyn Fn(&str) -> bool,
        next_share: &dyn Fn() -> Option<&'a Share>,
        work: &impl Fn(Stream, Vec<Fact>) -> anyhow::Result<T>,
        send: &SyncSender<anyhow::Result<Vec<T>>>,
    ) -> anyhow::Result<()> {
        let mut opened = Opened::default();
        while let Some(share) = next_share() {
            opened.read(share, &self.scratch)?;
            let mut accounts = opened.accounts(self.journal)?;
            accounts.retain(|(name, _)| wanted(name));
            for batch in accounts.chunks(BATCH_ACCOUNTS) {
                let worked = batch.iter().map(|(name, rows)| {
                    let stream = name.parse().with_context(|| format!("reading stream name {name}"))?;
                    work(stream, rows.iter().map(|row| opened.fact(row)).collect::<anyhow::Result<_>>()?)
                });
                let worked = worked.collect::<anyhow::Result<_>>()?;
                send.send(Ok(worked)).map_err(|_| anyhow::anyhow!("nobody takes the accounts any more"))?;
            }
        }
        Ok(())
    }
}

/// One thread's rows as they are sorted into shares.
struct Sorting<'a> {
    scratch: &'a Scratch,
    /// The piece being filled of each share.
    filling: Vec<Vec<u8>>,
    shares: Vec<Share>,
}

impl Sorting<'_> {
    fn scan(
        journal: &dyn Journal,
        gathering: &Gathering<'_>,
        range: Scan<'_>,
        (shares, scratch): (Shares, &Scratch),
    ) -> anyhow::Result<Vec<Share>> {
        let mut sorting = Sorting { scratch, filling: Vec::new(), shares: Vec::new() };
        sorting.filling.resize_with(shares.apart + shares.others, Vec::new);
        sorting.shares.resize_with(shares.apart + shares.others, Share::new);
        // The share of each stream, `None` for one that is not wanted, as far as it was asked for.
        let mut known: Vec<Option<Option<u32>>> = Vec::new();
        let mut share_of = |stream: StreamNumber| {
            let index = stream.0 as usize;
            if known.len() <= index {
                known.resize(index + 1, None);
            }
            *known[index].get_or_insert_with(|| {
                let name = journal.stream_name(stream)?;
                let is_wanted = name.starts_with("account-") && (gathering.wanted)(&name);
                let is_apart = gathering.apart.is_some_and(|apart| apart(&name));
                is_wanted.then(|| u32::try_from(shares.of(stream, is_apart)).expect("shares are few"))
            })
        };
        journal.scan_facts(range, &mut |row| {
            if let Some(share) = share_of(row.stream) {
                sorting.keep(share as usize, &row);
            }
            ControlFlow::Continue(())
        })?;
        Ok(sorting.finish())
    }

    fn keep(&mut self, share: usize, row: &FactRow<'_>) {
        let filling = &mut self.filling[share];
        if !filling.is_empty() && filling.len() + row_bytes(row) > PIECE_BYTES {
            self.shares[share].push(self.scratch.put(filling));
        }
        if filling.capacity() == 0 {
            filling.reserve_exact(PIECE_BYTES);
        }
        write_row(row, filling);
    }

    fn finish(mut self) -> Vec<Share> {
        for (share, filling) in self.shares.iter_mut().zip(&mut self.filling) {
            if !filling.is_empty() {
                share.push(self.scratch.put(filling));
            }
        }
        self.shares
    }
}

/// A share taken apart; the next one takes its room.
#[derive(Default)]
struct Opened {
    bytes: Vec<u8>,
    /// Rows of one stream stand together, in journal order.
    rows: Vec<Row>,
}

/// Where one row is. Rows are ordered as the journal is, stream by stream.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    stream: StreamNumber,
    start: usize,
    end: usize,
}

/// An account by its stream's name, and the rows of its facts in journal order.
type Account<'p> = (Arc<str>, &'p [Row]);

impl Opened {
    fn read(&mut self, share: &Share, scratch: &Scratch) -> anyhow::Result<()> {
        self.bytes.clear();
        self.rows.clear();
        for piece in share {
            scratch.read(piece, &mut self.bytes).context("reading back what was gathered")?;
        }
        let mut start = 0;
        while start < self.bytes.len() {
            let row = read_row(&self.bytes, start);
            start = row.end;
            self.rows.push(row);
        }
        self.rows.sort_unstable();
        Ok(())
    }

    /// The accounts in the order of their names.
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
        let (place, fact) = self.bytes[row.start + HEAD_BYTES..row.end].split_at(PLACE_BYTES);
        let place = read_place(place);
        record::read_fact(fact, place).with_context(|| format!("reading event {}", place.id))
    }
}

/// The bytes before a row's place: its stream and how long it is.
const HEAD_BYTES: usize = 4 + 4;
/// The bytes of a fact's place, before its compact form: id, position, revision and recorded time.
const PLACE_BYTES: usize = 16 + 8 + 8 + 8;

fn row_bytes(row: &FactRow<'_>) -> usize {
    HEAD_BYTES + PLACE_BYTES + row.fact.len()
}

fn write_row(row: &FactRow<'_>, bytes: &mut Vec<u8>) {
    let length = u32::try_from(row_bytes(row)).expect("a fact has at most 48 KiB");
    bytes.extend_from_slice(&row.stream.0.to_le_bytes());
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(row.id.as_bytes());
    bytes.extend_from_slice(&row.position.lo().to_le_bytes());
    bytes.extend_from_slice(&row.revision.to_le_bytes());
    bytes.extend_from_slice(&row.recorded_ms.to_le_bytes());
    bytes.extend_from_slice(row.fact);
}

/// Where the row that begins at `start` is.
fn read_row(bytes: &[u8], start: usize) -> Row {
    let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes are four"));
    Row { stream: StreamNumber(number(start)), start, end: start + number(start + 4) as usize }
}

/// What [`write_row`] wrote of it.
fn read_place(place: &[u8]) -> Place {
    let number = |at: usize| place[at..at + 8].try_into().expect("eight bytes are eight");
    Place {
        id: EventId(Uuid::from_slice(&place[..16]).expect("an id has sixteen bytes")),
        position: u64::from_le_bytes(number(16)),
        revision: u64::from_le_bytes(number(24)),
        recorded_ms: i64::from_le_bytes(number(32)),
    }
}
