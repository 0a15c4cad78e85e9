//! Index entries that are recorded but not yet in their B-tree: kept in memory, merged sorted, slice by slice.
//!
//! New entries gather in `young`. When there are enough of them they become `aging`, sorted as the B-tree is,
//! and each group commit merges a slice: neighbours in the slice share pages, so the index costs a fraction of
//! a page per event instead of a page. Entries stay readable here until the whole generation is in the table.
//! After a crash what was young or aging is read again from the end of the tables.

use rustc_hash::FxHashMap;

use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::schema::set_indexed;

/// The most entries of a generation: about 10 MB of memory an index, and 0.1 s of reading at the next start.
const GENERATION_MAX: usize = 128 * 1024;
/// A generation is this part of what the index already holds, so that a merge touches each page about once
/// for two dozen entries: a leaf of 4 KiB holds about 200.
const GENERATION_SHARE: u64 = 8;
/// Entries merged per new one: two, so that a generation is merged before the next is full.
const MERGED_PER_NEW: usize = 2;

/// An entry's key, in the order of its B-tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct EntryKey(u64, u64);

const SIGN: u64 = 1 << 63;

impl EntryKey {
    /// For `by_id` and `by_key`: the low half leads, since it is the column; SQLite sorts it signed.
    pub(crate) fn of_uuid(id: Uuid) -> Self {
        let (high, low) = id.as_u64_pair();
        Self(low ^ SIGN, high)
    }

    /// For `by_stream`.
    pub(crate) fn of_revision(stream: u32, revision: u64) -> Self {
        Self(u64::from(stream), revision)
    }
}

/// The value of an id's `hash` column.
pub(crate) fn hash_of(id: Uuid) -> i64 {
    id.as_u64_pair().1.cast_signed()
}

/// One of the three indexes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Index {
    Stream,
    Id,
    Key,
}

impl Index {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Index::Stream => "by_stream",
            Index::Id => "by_id",
            Index::Key => "by_key",
        }
    }

    /// "Or ignore", because after a crash a part of a generation may be in the table already.
    fn insert(self) -> &'static str {
        match self {
            Index::Stream => "INSERT OR IGNORE INTO by_stream VALUES(?, ?, ?)",
            Index::Id => "INSERT OR IGNORE INTO by_id VALUES(?, ?)",
            Index::Key => "INSERT OR IGNORE INTO by_key VALUES(?, ?)",
        }
    }
}

/// The entries of one index that its table may not hold yet. Values are positions or receipt numbers.
#[derive(Debug)]
pub(crate) struct Pending {
    index: Index,
    young: FxHashMap<EntryKey, u64>,
    /// The largest value in `young`, zero if there is none.
    young_upto: u64,
    /// In the order of the B-tree.
    aging: Vec<(EntryKey, u64)>,
    aging_upto: u64,
    /// How many of `aging` are in the table.
    merged: usize,
    /// The fewest entries of a generation.
    generation_min: usize,
}

/// What a merge did, to be applied once it is committed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Merged {
    merged: usize,
}

impl Pending {
    pub(crate) fn new(index: Index, generation_min: usize) -> Self {
        Self {
            index,
            young: FxHashMap::default(),
            young_upto: 0,
            aging: Vec::new(),
            aging_upto: 0,
            merged: 0,
            generation_min,
        }
    }

    /// The value of the key, if it is pending; the first one recorded, should there be two.
    pub(crate) fn get(&self, key: EntryKey) -> Option<u64> {
        match self.aging.binary_search_by_key(&key, |(aging, _)| *aging) {
            Ok(place) => Some(self.aging[place].1),
            Err(_) => self.young.get(&key).copied(),
        }
    }

    pub(crate) fn add(&mut self, key: EntryKey, value: u64) {
        self.young.entry(key).or_insert(value);
        self.young_upto = self.young_upto.max(value);
    }

    /// Drops what the table holds by now: for readers beside the writer.
    pub(crate) fn forget_upto(&mut self, upto: u64) {
        self.young.retain(|_, value| *value > upto);
    }

    /// Writes the next slice into the table, inside the caller's transaction.
    pub(crate) fn merge(&self, connection: &Connection, new_entries: usize) -> rusqlite::Result<Merged> {
        let end = self.aging.len().min(self.merged + new_entries * MERGED_PER_NEW);
        if end == self.merged {
            return Ok(Merged { merged: end });
        }
        let mut insert = connection.prepare_cached(self.index.insert())?;
        for (key, value) in &self.aging[self.merged..end] {
            match self.index {
                Index::Stream => insert.execute(params![key.0, key.1, value])?,
                Index::Id | Index::Key => insert.execute(params![(key.0 ^ SIGN).cast_signed(), value])?,
            };
        }
        if end == self.aging.len() {
            set_indexed(connection, self.index.name(), self.aging_upto)?;
        }
        Ok(Merged { merged: end })
    }

    /// After the commit: forgets a generation that is in the table and starts the next when it is due.
    pub(crate) fn committed(&mut self, merged: Merged) {
        self.merged = merged.merged;
        if self.merged < self.aging.len() {
            return;
        }
        self.aging = Vec::new();
        self.merged = 0;
        if self.young.len() >= generation_entries(self.aging_upto, self.generation_min) {
            self.aging = std::mem::take(&mut self.young).into_iter().collect();
            self.aging.sort_unstable();
            self.aging_upto = std::mem::take(&mut self.young_upto);
        }
    }
}

fn generation_entries(indexed: u64, min: usize) -> usize {
    let share = usize::try_from(indexed / GENERATION_SHARE).unwrap_or(GENERATION_MAX);
    share.clamp(min.min(GENERATION_MAX), GENERATION_MAX)
}
