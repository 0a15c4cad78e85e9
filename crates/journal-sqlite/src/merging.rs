//! Merges runs of one level into one of the next, a slice with each group, so that no append waits for it.

use rusqlite::{Connection, OptionalExtension};

use crate::runs::{self, Entry, Index, Run};

/// Runs of one level that are merged into one: more would mean more places to look for a key, fewer that
/// entries are written more often.
const MERGED_RUNS: usize = 8;
/// Entries merged per new one: one for each of four levels, which is as far as 2^28 entries go.
const MERGED_PER_NEW: usize = 4;

/// The merging of one index. It belongs to the writer, who drops it when a group fails: what was written of
/// the new run is taken away when the next merge begins.
#[derive(Debug)]
pub(crate) struct Merging {
    index: Index,
    under_way: Option<Merge>,
}

#[derive(Debug)]
struct Merge {
    sources: Vec<Source>,
    level: u32,
    upto: u64,
    into: Run,
}

/// A run that is read in order.
#[derive(Debug)]
struct Source {
    run: i64,
    next_leaf: i64,
    /// The rest of a leaf, the next entry last.
    entries: Vec<Entry>,
}

impl Merging {
    pub(crate) fn new(index: Index) -> Self {
        Self { index, under_way: None }
    }

    /// Merges a slice that keeps up with so many new entries, inside the caller's transaction.
    pub(crate) fn step(&mut self, connection: &Connection, new_entries: usize) -> rusqlite::Result<()> {
        if self.under_way.is_none() {
            self.under_way = Merge::begin(connection, self.index)?;
        }
        let Some(merge) = &mut self.under_way else { return Ok(()) };
        if merge.step(connection, new_entries * MERGED_PER_NEW)?
            && let Some(done) = self.under_way.take()
        {
            done.end(connection)?;
        }
        Ok(())
    }
}

impl Merge {
    fn begin(connection: &Connection, index: Index) -> rusqlite::Result<Option<Self>> {
        let full_level: Option<u32> = connection
            .prepare_cached(
                "SELECT level FROM runs WHERE of = ? AND level IS NOT NULL
                 GROUP BY level HAVING count(*) >= ? ORDER BY level LIMIT 1",
            )?
            .query_row((index as i64, MERGED_RUNS), |row| row.get(0))
            .optional()?;
        let Some(level) = full_level else { return Ok(None) };
        let mut unfinished =
            connection.prepare_cached("SELECT number FROM runs WHERE of = ? AND level IS NULL")?;
        let numbers: Vec<i64> =
            unfinished.query_map([index as i64], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        numbers.into_iter().try_for_each(|run| runs::remove(connection, run))?;
        let mut oldest = connection.prepare_cached(
            "SELECT number, upto FROM runs WHERE of = ? AND level = ? ORDER BY number LIMIT ?",
        )?;
        let oldest: Vec<(i64, u64)> = oldest
            .query_map((index as i64, level, MERGED_RUNS), |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        let upto = oldest.iter().map(|(_, upto)| *upto).max().unwrap_or_default();
        let source = |(run, _)| Source { run, next_leaf: runs::first_leaf(run), entries: Vec::new() };
        let sources = oldest.into_iter().map(source).collect();
        Ok(Some(Self { sources, level, upto, into: Run::begin(connection, index)? }))
    }

    /// Merges so many entries; says whether that was all.
    fn step(&mut self, connection: &Connection, entries: usize) -> rusqlite::Result<bool> {
        for _ in 0..entries {
            let mut least: Option<(Entry, usize)> = None;
            for (place, source) in self.sources.iter_mut().enumerate() {
                let next = source.next(connection)?.map(|entry| (entry, place));
                least = [least, next].into_iter().flatten().min();
            }
            let Some((entry, place)) = least else { return Ok(true) };
            self.sources[place].entries.pop();
            self.into.add(connection, entry)?;
        }
        Ok(false)
    }

    fn end(self, connection: &Connection) -> rusqlite::Result<()> {
        self.into.end(connection, self.level + 1, self.upto)?;
        self.sources.iter().try_for_each(|source| runs::remove(connection, source.run))
    }
}

impl Source {
    fn next(&mut self, connection: &Connection) -> rusqlite::Result<Option<Entry>> {
        if self.entries.is_empty() {
            let mut leaf = connection.prepare_cached("SELECT entries FROM leaves WHERE number = ?")?;
            let mut rows = leaf.query([self.next_leaf])?;
            if let Some(row) = rows.next()? {
                self.entries.extend(runs::entries(row.get_ref(0)?.as_blob()?));
                self.entries.reverse();
                self.next_leaf += 1;
            }
        }
        Ok(self.entries.last().copied())
    }
}
