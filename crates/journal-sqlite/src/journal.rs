//! The journal's handle: appends go to the writer's queue, reads to connections of their own.

mod handle;
mod readers;

use std::ops::{ControlFlow, Range};
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use ports::{
    Append, AppendError, Clock, FactRow, Head, ImportError, InOrder, Journal, PAGE_EVENTS_MAX, Page,
    PastAppend, Position, ReadError, Receipt, Recorded, Scan, Select, StreamNumber, StreamShare, TailStream,
    Version, follow,
};
use rusqlite::{Connection, params};
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::memory::StreamHead;
use crate::open::OpenError;
use crate::options::{GROUP_EVENTS_MAX, Options};
use crate::past;
use crate::pending::EntryKey;
use crate::read::{self, Numbered};
use crate::writer::{self, Bulk, Failure, Work};
pub(crate) use handle::{Handle, QueueError};

/// After how long a refused append should come again, in milliseconds: what a full queue of the default
/// length needs to drain.
const RETRY_AFTER_MS: u64 = 200;
/// Rows a scan reads in one statement, so that none holds the checkpoint back for long: some 20 ms.
const SCAN_ROWS: u64 = 65_536;

/// A journal and quarantine in one directory; clones share it, and the last one to go closes it.
#[derive(Clone)]
pub struct SqliteJournal {
    handle: Arc<Handle>,
}

impl SqliteJournal {
    /// Opens the journal for reading and writing, making it if there is none. Blocks while it reads the
    /// stream names and the rows behind the indexes.
    ///
    /// # Errors
    /// `Held` when another process owns it; see [`OpenError`].
    pub fn open_owner(dir: &Path, options: Options, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        Handle::owner(dir, options, clock).map(|handle| Self { handle: Arc::new(handle) })
    }

    /// Opens the journal for reading beside its owner, or without one. Appends are answered `Unavailable`.
    ///
    /// # Errors
    /// `Missing` when there is no journal; see [`OpenError`].
    pub fn open_reader(dir: &Path) -> Result<Self, OpenError> {
        Handle::reader(dir).map(|handle| Self { handle: Arc::new(handle) })
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Hands work to the writer and waits for the answer.
    pub(crate) async fn ask<T>(
        &self,
        work: impl FnOnce(oneshot::Sender<T>) -> Work,
    ) -> Result<T, QueueError> {
        let (reply, answer) = oneshot::channel();
        self.handle.queue(work(reply))?;
        answer.await.map_err(|_| QueueError::Gone)
    }

    /// Makes a short read on a thread that may block.
    pub(crate) async fn blocking<T, F>(&self, read: F) -> Result<T, ReadError>
    where
        T: Send + 'static,
        F: FnOnce(&Handle) -> Result<T, ReadError> + Send + 'static,
    {
        let handle = self.handle.clone();
        self.handle.readers().run(move || read(&handle)).await
    }
}

#[async_trait]
impl Journal for SqliteJournal {
    fn id(&self) -> Uuid {
        self.handle.id()
    }

    async fn append(&self, append: Append) -> Result<Receipt, AppendError> {
        append.check_limits()?;
        match self.ask(|reply| Work::Append(append, reply)).await {
            Ok(result) => result,
            Err(error) => Err(Unrecorded::Unqueued(error).of_append()),
        }
    }

    async fn append_all(&self, appends: Arc<[Append]>) -> Vec<Result<Receipt, AppendError>> {
        let total = appends.len();
        let mut answers = Vec::with_capacity(total);
        let mut order = InOrder::default();
        for group in groups(&appends) {
            let bulk = Bulk { appends: Arc::clone(&appends), group, order: std::mem::take(&mut order) };
            let asked = self.ask(|reply| Work::AppendAll(bulk, reply)).await;
            let answered = asked.map_err(Unrecorded::Unqueued);
            match answered.and_then(|recorded| recorded.map_err(Unrecorded::Failed)) {
                Ok(answered) => {
                    order = answered.order;
                    answers.extend(answered.answers);
                }
                // Nothing later overtakes what was not recorded.
                Err(why) => {
                    answers.resize_with(total, || Err(why.of_append()));
                    break;
                }
            }
        }
        answers
    }

    async fn find(&self, key: Uuid) -> Result<Option<Receipt>, ReadError> {
        self.blocking(move |handle| {
            handle.with(|connection| {
                let pending = handle.memory().by_key.get(EntryKey::of_uuid(key));
                read::receipt(connection, pending, key)
            })
        })
        .await
    }

    async fn event(&self, id: Uuid) -> Result<Option<Recorded>, ReadError> {
        self.blocking(move |handle| {
            let found = handle.with(|connection| {
                let pending = handle.memory().by_id.get(EntryKey::of_uuid(id));
                let position = match pending {
                    Some(position) => Some(position),
                    None => read::position_of_id(connection, id)?,
                };
                let Some(position) = position else { return Ok(None) };
                read::event_at(connection, position, Select::Both)
            })?;
            found.map(|event| named(handle, event)).transpose()
        })
        .await
    }

    async fn read_stream(
        &self,
        stream: &str,
        from_revision: u64,
        select: Select,
        max: usize,
    ) -> Result<Page, ReadError> {
        // Of a stream nobody wrote to, the owner knows that without reading.
        if self.handle.is_owner() && known_version(&self.handle, stream) == Some(None) {
            return Ok(Page::default());
        }
        let stream: Arc<str> = Arc::from(stream);
        self.blocking(move |handle| read_stream(handle, &stream, from_revision, select, max)).await
    }

    async fn read_all(
        &self,
        after: Position,
        upto: Position,
        select: Select,
        max: usize,
    ) -> Result<Page, ReadError> {
        if let Some(recent) = recent(&self.handle, after, upto, select, max) {
            return Ok(recent);
        }
        self.blocking(move |handle| read_all(handle, after, upto, select, max)).await
    }

    async fn version(&self, stream: &str) -> Result<Option<Version>, ReadError> {
        if self.handle.is_owner()
            && let Some(known) = known_version(&self.handle, stream)
        {
            return Ok(known);
        }
        let stream: Arc<str> = Arc::from(stream);
        self.blocking(move |handle| handle.with(|connection| version(handle, connection, &stream))).await
    }

    async fn head(&self) -> Result<Head, ReadError> {
        if self.handle.is_owner() {
            return Ok(self.handle.head());
        }
        self.blocking(|handle| handle.with(|_| Ok(handle.head()))).await
    }

    async fn position_at(&self, recorded_ms: i64) -> Result<Position, ReadError> {
        self.blocking(move |handle| handle.with(|connection| position_at(handle, connection, recorded_ms)))
            .await
    }

    fn tail(&self, after: Position, select: Select) -> TailStream {
        Handle::watch_other_process(&self.handle);
        follow(self.clone(), self.handle.subscribe(), after, select)
    }

    fn scan_facts(
        &self,
        scan: Scan<'_>,
        each: &mut dyn FnMut(FactRow<'_>) -> ControlFlow<()>,
    ) -> Result<Position, ReadError> {
        self.handle.with(|connection| scan_facts(&self.handle, connection, scan, each))
    }

    async fn appends(&self) -> Result<u64, ReadError> {
        self.blocking(|handle| handle.with(|_| Ok(handle.memory().last_receipt))).await
    }

    async fn past(&self, after: u64, max: usize) -> Result<Vec<PastAppend>, ReadError> {
        self.blocking(move |handle| past::past(handle, after, max)).await
    }

    async fn import(&self, past: Vec<PastAppend>) -> Result<Vec<Receipt>, ImportError> {
        match self.ask(|reply| Work::Import(past, reply)).await {
            Ok(result) => result,
            Err(error) => Err(Unrecorded::Unqueued(error).of_append().into()),
        }
    }

    fn stream_name(&self, number: StreamNumber) -> Option<Arc<str>> {
        self.handle.memory().name(number.0).cloned()
    }
}

/// Why a group of appends was not recorded, or may not have been.
enum Unrecorded {
    Unqueued(QueueError),
    Failed(Failure),
}

impl Unrecorded {
    fn of_append(&self) -> AppendError {
        match self {
            Self::Unqueued(QueueError::Full) => AppendError::Overloaded { retry_after_ms: RETRY_AFTER_MS },
            Self::Unqueued(error @ QueueError::ReadOnly) => AppendError::Unavailable(error.to_string()),
            Self::Unqueued(QueueError::Gone) => AppendError::Indeterminate,
            Self::Failed(failure) => failure.of_append(),
        }
    }
}

/// The appends in their order, in groups that one transaction takes.
fn groups(appends: &[Append]) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    let mut room = 0;
    for (index, append) in appends.iter().enumerate() {
        let rows = writer::rows(append);
        match groups.last_mut().filter(|_| rows <= room) {
            Some(group) => group.end = index + 1,
            None => {
                groups.push(index..index + 1);
                room = GROUP_EVENTS_MAX;
            }
        }
        room = room.saturating_sub(rows);
    }
    groups
}

fn named(handle: &Handle, (stream, event): Numbered) -> Result<Recorded, ReadError> {
    let name = handle.memory().name(stream).cloned();
    let stream = name.ok_or_else(|| damaged(format!("position {} names no stream", event.position)))?;
    Ok(Recorded { stream, ..event })
}

fn damaged(what: String) -> ReadError {
    ReadError::Damaged(what)
}

/// The version as far as memory knows it; the outer none means that the index has to be asked.
fn known_version(handle: &Handle, stream: &str) -> Option<Option<Version>> {
    let memory = handle.memory();
    let Some(number) = memory.number(stream) else { return Some(None) };
    match memory.stream_head(number) {
        StreamHead::Unread => None,
        StreamHead::Empty => Some(None),
        StreamHead::At(version) => Some(Some(version)),
    }
}

fn version(handle: &Handle, connection: &Connection, stream: &str) -> rusqlite::Result<Option<Version>> {
    let numbered = {
        let memory = handle.memory();
        memory.number(stream).map(|number| (number, memory.stream_head(number)))
    };
    numbered.map_or(Ok(None), |(number, head)| read::stream_version(connection, number, head))
}

fn read_stream(
    handle: &Handle,
    stream: &Arc<str>,
    from: u64,
    select: Select,
    max: usize,
) -> Result<Page, ReadError> {
    let page = handle.with(|connection| {
        let Some(version) = version(handle, connection, stream)? else { return Ok(Some(Page::default())) };
        let number = handle.memory().number(stream).expect("a stream with a version has a number");
        let end = from.saturating_add(max.min(PAGE_EVENTS_MAX) as u64).min(version.revision + 1);
        // What is not pending now is in the table already, so memory is asked first.
        let pending: Vec<Option<u64>> = {
            let memory = handle.memory();
            (from..end)
                .map(|revision| memory.by_stream.get(EntryKey::of_revision(number, revision)))
                .collect()
        };
        let from_table = pending.iter().rposition(Option::is_none).map_or(0, |last| last + 1);
        let table = match from_table {
            0 => Vec::new(),
            count => read::positions_of_stream(connection, number, from, from + count as u64 - 1)?,
        };
        if table.len() != from_table {
            return Ok(None);
        }
        let positions = table.iter().copied().chain(pending[from_table..].iter().copied().flatten());
        let found = read::events_at(connection, positions, select)?;
        let is_whole = found.len() == pending.len();
        let named = found.into_iter().map(|(_, event)| Recorded { stream: stream.clone(), ..event });
        let more = end <= version.revision && from <= version.revision;
        Ok(is_whole.then(|| Page { events: named.collect(), more }))
    })?;
    page.ok_or_else(|| damaged(format!("the index of stream {stream} lacks events")))
}

/// The page as far as the owner still has it in memory.
fn recent(handle: &Handle, after: Position, upto: Position, select: Select, max: usize) -> Option<Page> {
    let memory = handle.memory();
    let upto = upto.min(memory.head.position);
    memory.recent.between(after.lo(), upto.lo(), select, max.min(PAGE_EVENTS_MAX))
}

fn read_all(
    handle: &Handle,
    after: Position,
    upto: Position,
    select: Select,
    max: usize,
) -> Result<Page, ReadError> {
    let max = max.min(PAGE_EVENTS_MAX);
    let (events, upto) = handle.with(|connection| {
        let upto = upto.min(handle.head().position).lo();
        // A place behind the head may be too far behind it for the file to be asked.
        if after.lo() >= upto {
            return Ok((Vec::new(), upto));
        }
        Ok((read::events_between(connection, after.lo(), upto, select, max)?, upto))
    })?;
    let events: Vec<Recorded> =
        events.into_iter().map(|event| named(handle, event)).collect::<Result<_, _>>()?;
    let more = events.last().is_some_and(|last| last.position.lo() < upto);
    Ok(Page { events, more })
}

/// Recorded time grows with the position, so the last one at or before is found by halving.
fn position_at(handle: &Handle, connection: &Connection, at_ms: i64) -> rusqlite::Result<Position> {
    let (mut known, mut beyond) = (0, handle.head().position.lo() + 1);
    while beyond - known > 1 {
        let middle = known + (beyond - known) / 2;
        if read::recorded_ms(connection, middle)? <= at_ms {
            known = middle;
        } else {
            beyond = middle;
        }
    }
    Ok(Position::new(0, known))
}

fn scan_facts(
    handle: &Handle,
    connection: &Connection,
    scan: Scan<'_>,
    each: &mut dyn FnMut(FactRow<'_>) -> ControlFlow<()>,
) -> rusqlite::Result<Position> {
    let upto = scan.upto.min(handle.head().position).lo();
    let mut scanned = scan.after.lo();
    let StreamShare { number, of } = scan.streams;
    let mut select = connection.prepare_cached(
        "SELECT position, kind, stream, revision, recorded_ms, id, fact FROM events
         WHERE position > ? AND position <= ? AND stream % ? = ? ORDER BY position",
    )?;
    while scanned < upto {
        let end = upto.min(scanned + SCAN_ROWS);
        let mut rows = select.query(params![scanned, end, of, number])?;
        while let Some(row) = rows.next()? {
            scanned = row.get(0)?;
            let kind = row.get(1)?;
            if !scan.kinds.contains(kind) {
                continue;
            }
            let flow = each(FactRow {
                position: Position::new(0, scanned),
                stream: StreamNumber(row.get(2)?),
                revision: row.get(3)?,
                id: Uuid::from_bytes(row.get(5)?),
                recorded_ms: row.get(4)?,
                kind,
                fact: row.get_ref(6)?.as_blob()?,
            });
            if flow.is_break() {
                return Ok(Position::new(0, scanned));
            }
        }
        scanned = end;
    }
    Ok(Position::new(0, scanned))
}
