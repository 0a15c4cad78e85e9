//! What the journal keeps in memory: stream names, stream heads, pending index entries, the head and the events before it.

use rustc_hash::FxHashMap;
use std::sync::Arc;

use ports::{Head, Position, Version};
use rusqlite::Connection;
use uuid::Uuid;

use crate::key_filter::KeyFilter;
use crate::pending::{EntryKey, Pending};
use crate::recent::Recent;
use crate::runs::{self, Index};

/// Everything derived from the file that reads and judgements ask for first.
#[derive(Debug)]
pub(crate) struct Memory {
    names: FxHashMap<Arc<str>, u32>,
    /// By number - 1, as rows count from 1.
    streams: Vec<Stream>,
    pub(crate) by_stream: Pending,
    pub(crate) by_id: Pending,
    pub(crate) by_key: Pending,
    /// Made when the first bulk load comes, and kept current from then on.
    pub(crate) keys: Option<KeyFilter>,
    pub(crate) last_receipt: u64,
    pub(crate) head: Head,
    /// What this process recorded last.
    pub(crate) recent: Recent,
}

#[derive(Debug)]
struct Stream {
    name: Arc<str>,
    head: StreamHead,
}

/// What is known of a stream's last event without asking the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StreamHead {
    /// Only the index knows.
    Unread,
    /// There is no event.
    Empty,
    /// The last event.
    At(Version),
}

impl From<Option<Version>> for StreamHead {
    fn from(version: Option<Version>) -> Self {
        version.map_or(StreamHead::Empty, StreamHead::At)
    }
}

impl Memory {
    /// Reads what a start needs: the names, and the rows behind the indexes.
    pub(crate) fn load(connection: &Connection) -> rusqlite::Result<Self> {
        let snapshot = connection.unchecked_transaction()?;
        Self::load_within(&snapshot)
    }

    /// The same inside the caller's transaction.
    pub(crate) fn load_within(snapshot: &Connection) -> rusqlite::Result<Self> {
        let mut memory = Self {
            names: FxHashMap::default(),
            streams: Vec::new(),
            by_stream: Pending::default(),
            by_id: Pending::default(),
            by_key: Pending::default(),
            keys: None,
            last_receipt: 0,
            head: Head { position: Position::START, recorded_ms: 0 },
            recent: Recent::default(),
        };
        memory.catch_up_within(snapshot)?;
        Ok(memory)
    }

    /// Reads what another process recorded since. One transaction, so that the parts agree.
    pub(crate) fn catch_up(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let snapshot = connection.unchecked_transaction()?;
        self.catch_up_within(&snapshot)
    }

    fn catch_up_within(&mut self, snapshot: &Connection) -> rusqlite::Result<()> {
        self.catch_up_streams(snapshot)?;
        self.catch_up_events(snapshot)?;
        self.catch_up_receipts(snapshot)
    }

    fn catch_up_streams(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let known = self.streams.len();
        let mut select =
            connection.prepare_cached("SELECT name FROM streams WHERE number > ? ORDER BY number")?;
        let mut rows = select.query([known])?;
        while let Some(row) = rows.next()? {
            self.add_stream(Arc::from(row.get_ref(0)?.as_str()?), StreamHead::Unread);
        }
        Ok(())
    }

    fn catch_up_events(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let by_stream = runs::upto(connection, Index::Stream)?;
        let by_id = runs::upto(connection, Index::Id)?;
        self.by_stream.forget_upto(by_stream);
        self.by_id.forget_upto(by_id);
        let last: Option<u64> =
            connection.query_row("SELECT max(position) FROM events", [], |row| row.get(0))?;
        // The first time everything behind the indexes, and at least the last row, which is the head; later
        // everything new, since a skipped row would leave a stale stream head.
        let seen = match self.head.position {
            Position::START => by_stream.min(by_id).min(last.unwrap_or(0).saturating_sub(1)),
            head => head.lo(),
        };
        let mut select = connection.prepare_cached(
            "SELECT position, stream, revision, id, recorded_ms FROM events WHERE position > ?
             ORDER BY position",
        )?;
        let mut rows = select.query([seen])?;
        while let Some(row) = rows.next()? {
            let (position, stream, revision) = (row.get(0)?, row.get(1)?, row.get(2)?);
            if position > by_stream {
                self.by_stream.add(EntryKey::of_revision(stream, revision), position);
            }
            if position > by_id {
                self.by_id.add(EntryKey::of_uuid(Uuid::from_bytes(row.get(3)?)), position);
            }
            self.set_head(stream, StreamHead::At(Version { revision, token: position }));
            self.advance(Position::new(0, position), row.get(4)?);
        }
        Ok(())
    }

    fn catch_up_receipts(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let by_key = runs::upto(connection, Index::Key)?;
        self.by_key.forget_upto(by_key);
        let last: Option<u64> =
            connection.query_row("SELECT max(number) FROM receipts", [], |row| row.get(0))?;
        let seen = self.last_receipt.max(by_key).min(last.unwrap_or(0).saturating_sub(1));
        let mut select = connection.prepare_cached(
            "SELECT number, key, recorded_ms FROM receipts WHERE number > ? ORDER BY number",
        )?;
        let mut rows = select.query([seen])?;
        while let Some(row) = rows.next()? {
            let number = row.get(0)?;
            if number > by_key {
                self.by_key.add(EntryKey::of_uuid(Uuid::from_bytes(row.get(1)?)), number);
            }
            self.last_receipt = number;
            self.advance(self.head.position, row.get(2)?);
        }
        Ok(())
    }

    /// Moves the head; recorded time never goes back.
    pub(crate) fn advance(&mut self, position: Position, recorded_ms: i64) {
        self.head.position = position;
        self.head.recorded_ms = self.head.recorded_ms.max(recorded_ms);
    }

    pub(crate) fn stream_count(&self) -> u32 {
        u32::try_from(self.streams.len()).expect("stream numbers have 32 bits")
    }

    /// The number of a stream, counting from 1.
    pub(crate) fn number(&self, name: &str) -> Option<u32> {
        self.names.get(name).copied()
    }

    pub(crate) fn name(&self, number: u32) -> Option<&Arc<str>> {
        let index = usize::try_from(number.checked_sub(1)?).expect("32 bits fit");
        self.streams.get(index).map(|stream| &stream.name)
    }

    pub(crate) fn add_stream(&mut self, name: Arc<str>, head: StreamHead) {
        self.names.insert(name.clone(), self.stream_count() + 1);
        self.streams.push(Stream { name, head });
    }

    pub(crate) fn stream_head(&self, number: u32) -> StreamHead {
        number
            .checked_sub(1)
            .and_then(|index| self.streams.get(usize::try_from(index).expect("32 bits fit")))
            .map_or(StreamHead::Empty, |stream| stream.head)
    }

    pub(crate) fn set_head(&mut self, number: u32, head: StreamHead) {
        let index = number.checked_sub(1).expect("stream numbers count from 1");
        if let Some(stream) = self.streams.get_mut(usize::try_from(index).expect("32 bits fit")) {
            stream.head = head;
        }
    }
}
