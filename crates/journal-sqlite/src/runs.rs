//! Index entries in the file: sorted runs, each written once, of leaves that hold a few hundred entries.
//!
//! A B-tree over random keys dirties a page per event. A run is written from memory when there are enough
//! entries, in one go and in order; runs of one level are merged into one of the next (`merging.rs`), so that
//! an entry is written a few times in its life and a key is sought in a few dozen runs at most. Entries are
//! bytes of fixed length, so that SQLite handles a leaf and not an entry at a time.

use std::ops::RangeInclusive;

use rusqlite::{Connection, params};

use crate::pending::Pending;

/// Entries of a leaf: as many as fit a page of 4 KiB with its header.
const LEAF_ENTRIES: usize = 288;
const KEY_BYTES: usize = 8;
/// Positions and receipt numbers need no more for the next 2^48 of them.
const VALUE_BYTES: usize = 6;
const ENTRY_BYTES: usize = KEY_BYTES + VALUE_BYTES;

/// One of the three indexes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Index {
    /// Stream and revision to position.
    Stream = 1,
    /// Event id to position.
    Id = 2,
    /// Input key to receipt number.
    Key = 3,
}

/// What is sought, and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub(crate) key: u64,
    pub(crate) value: u64,
}

impl Entry {
    fn to_bytes(self) -> [u8; ENTRY_BYTES] {
        let mut bytes = [0; ENTRY_BYTES];
        let (key, value) = bytes.split_at_mut(KEY_BYTES);
        key.copy_from_slice(&self.key.to_be_bytes());
        value.copy_from_slice(&self.value.to_be_bytes()[8 - VALUE_BYTES..]);
        bytes
    }

    fn of_bytes(bytes: &[u8; ENTRY_BYTES]) -> Self {
        let (mut key, mut value) = ([0; 8], [0; 8]);
        key.copy_from_slice(&bytes[..KEY_BYTES]);
        value[8 - VALUE_BYTES..].copy_from_slice(&bytes[KEY_BYTES..]);
        Self { key: u64::from_be_bytes(key), value: u64::from_be_bytes(value) }
    }
}

/// The entries of a leaf as stored, in order.
pub(crate) fn entries(leaf: &[u8]) -> impl Iterator<Item = Entry> {
    leaf.as_chunks().0.iter().map(Entry::of_bytes)
}

/// A key as SQLite sorts it: signed.
fn stored(key: u64) -> i64 {
    (key ^ 1 << 63).cast_signed()
}

/// The number of a run's first leaf; the others follow.
pub(crate) fn first_leaf(run: i64) -> i64 {
    run << 32
}

/// A run that is being written. Nobody reads it before its end.
#[derive(Debug)]
pub(crate) struct Run {
    number: i64,
    next_leaf: i64,
    leaf: Vec<u8>,
    first: u64,
    last: u64,
}

impl Run {
    pub(crate) fn begin(connection: &Connection, index: Index) -> rusqlite::Result<Self> {
        connection.prepare_cached("INSERT INTO runs(of, upto) VALUES(?, 0)")?.execute([index as i64])?;
        let number = connection.last_insert_rowid();
        let leaf = Vec::with_capacity(LEAF_ENTRIES * ENTRY_BYTES);
        Ok(Self { number, next_leaf: first_leaf(number), leaf, first: 0, last: 0 })
    }

    /// Takes the next entry, in order.
    pub(crate) fn add(&mut self, connection: &Connection, entry: Entry) -> rusqlite::Result<()> {
        // Equal keys stay in one leaf, so that a seek finds all of them.
        if self.leaf.len() >= LEAF_ENTRIES * ENTRY_BYTES && entry.key != self.last {
            self.write_leaf(connection)?;
        }
        if self.leaf.is_empty() {
            self.first = entry.key;
        }
        self.last = entry.key;
        self.leaf.extend_from_slice(&entry.to_bytes());
        Ok(())
    }

    fn write_leaf(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        connection
            .prepare_cached("INSERT INTO leaves VALUES(?, ?)")?
            .execute(params![self.next_leaf, self.leaf])?;
        connection.prepare_cached("INSERT INTO fences VALUES(?, ?, ?)")?.execute(params![
            self.number,
            stored(self.first),
            self.next_leaf
        ])?;
        self.next_leaf += 1;
        self.leaf.clear();
        Ok(())
    }

    /// From now on the run is read; `upto` is the largest value up to which its index is complete.
    pub(crate) fn end(mut self, connection: &Connection, level: u32, upto: u64) -> rusqlite::Result<()> {
        if !self.leaf.is_empty() {
            self.write_leaf(connection)?;
        }
        connection
            .prepare_cached("UPDATE runs SET level = ?, upto = ? WHERE number = ?")?
            .execute(params![level, upto, self.number])?;
        Ok(())
    }
}

/// Writes everything pending as a run.
pub(crate) fn write(connection: &Connection, index: Index, pending: &Pending) -> rusqlite::Result<()> {
    let mut entries: Vec<Entry> = pending.entries().collect();
    entries.sort_unstable();
    let mut run = Run::begin(connection, index)?;
    for entry in entries {
        run.add(connection, entry)?;
    }
    run.end(connection, 0, pending.upto())
}

/// Takes a run away, finished or not.
pub(crate) fn remove(connection: &Connection, run: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM leaves WHERE number >= ? AND number < ?")?
        .execute([first_leaf(run), first_leaf(run + 1)])?;
    connection.prepare_cached("DELETE FROM fences WHERE run = ?")?.execute([run])?;
    connection.prepare_cached("DELETE FROM runs WHERE number = ?")?.execute([run])?;
    Ok(())
}

/// The last position, or receipt number, up to which an index is in runs.
pub(crate) fn upto(connection: &Connection, index: Index) -> rusqlite::Result<u64> {
    connection
        .prepare_cached("SELECT ifnull(max(upto), 0) FROM runs WHERE of = ?")?
        .query_row([index as i64], |row| row.get(0))
}

/// The leaves that may hold keys of a range: in each run those that begin inside it, and the one before.
const LEAVES: &str = "SELECT l.entries FROM runs r CROSS JOIN fences f CROSS JOIN leaves l
    WHERE r.of = ?1 AND r.level IS NOT NULL AND f.run = r.number AND l.number = f.leaf
      AND f.first BETWEEN ifnull((SELECT b.first FROM fences b WHERE b.run = r.number AND b.first <= ?2
                                  ORDER BY b.first DESC LIMIT 1), ?2) AND ?3";

/// The entries of all runs with a key of the range, in no order.
pub(crate) fn find(
    connection: &Connection,
    index: Index,
    keys: RangeInclusive<u64>,
) -> rusqlite::Result<Vec<Entry>> {
    let mut found = Vec::new();
    let mut leaves = connection.prepare_cached(LEAVES)?;
    let mut rows = leaves.query(params![index as i64, stored(*keys.start()), stored(*keys.end())])?;
    while let Some(row) = rows.next()? {
        let leaf = row.get_ref(0)?.as_blob()?.as_chunks().0;
        let from = leaf.partition_point(|bytes| Entry::of_bytes(bytes).key < *keys.start());
        let inside = leaf[from..].iter().map(Entry::of_bytes).take_while(|entry| keys.contains(&entry.key));
        found.extend(inside);
    }
    Ok(found)
}

/// The entry with the largest key of the range, looking only at the last leaf of each run.
pub(crate) fn last(
    connection: &Connection,
    index: Index,
    keys: RangeInclusive<u64>,
) -> rusqlite::Result<Option<Entry>> {
    let mut leaves = connection.prepare_cached(LEAVES)?;
    let end = stored(*keys.end());
    let mut rows = leaves.query(params![index as i64, end, end])?;
    let mut last: Option<Entry> = None;
    while let Some(row) = rows.next()? {
        let leaf = row.get_ref(0)?.as_blob()?.as_chunks().0;
        let upto = leaf.partition_point(|bytes| Entry::of_bytes(bytes).key <= *keys.end());
        let entry = leaf[..upto].last().map(Entry::of_bytes).filter(|entry| keys.contains(&entry.key));
        last = last.max(entry);
    }
    Ok(last)
}

/// Every entry of an index that is in a run, in no order.
pub(crate) fn each(
    connection: &Connection,
    index: Index,
    mut take: impl FnMut(Entry),
) -> rusqlite::Result<()> {
    let mut leaves = connection.prepare_cached(
        "SELECT l.entries FROM runs r CROSS JOIN leaves l WHERE r.of = ? AND r.level IS NOT NULL
           AND l.number >= r.number << 32 AND l.number < (r.number + 1) << 32",
    )?;
    let mut rows = leaves.query([index as i64])?;
    while let Some(row) = rows.next()? {
        entries(row.get_ref(0)?.as_blob()?).for_each(&mut take);
    }
    Ok(())
}
