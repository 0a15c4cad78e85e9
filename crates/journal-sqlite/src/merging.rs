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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::pending::{EntryKey, Pending};

    /// Entries of a run, which are three leaves.
    const RUN_ENTRIES: u64 = 700;

    fn tables() -> Connection {
        let connection = Connection::open_in_memory().expect("memory");
        connection.execute_batch(crate::schema::TABLES).expect("the tables");
        connection
    }

    /// Spread over the keys there are, each once.
    fn key(value: u64) -> EntryKey {
        let [stream, revision] = [value.wrapping_mul(0x9E37_79B9) & 0xFFFF_FFFF, value % 7];
        EntryKey::of_revision(u32::try_from(stream).expect("32 bits"), revision)
    }

    /// Writes the `number`th run and returns what it holds.
    fn write(connection: &Connection, number: u64) -> BTreeMap<u64, u64> {
        let mut pending = Pending::default();
        let values = number * RUN_ENTRIES + 1..=(number + 1) * RUN_ENTRIES;
        values.clone().for_each(|value| pending.add(key(value), value));
        runs::write(connection, Index::Id, &pending).expect("memory takes it");
        values.map(|value| (key(value).in_run(), value)).collect()
    }

    fn levels(connection: &Connection) -> Vec<Option<u32>> {
        let mut select = connection.prepare("SELECT level FROM runs ORDER BY level").expect("the table");
        let levels = select.query_map([], |row| row.get(0)).expect("the table");
        levels.collect::<rusqlite::Result<_>>().expect("levels are numbers")
    }

    fn assert_found(connection: &Connection, written: &BTreeMap<u64, u64>) {
        for (key, value) in written.iter().step_by(97) {
            let found = runs::find(connection, Index::Id, *key..=*key).expect("memory is read");
            assert_eq!(found, [Entry { key: *key, value: *value }]);
            let absent = runs::find(connection, Index::Id, key + 1..=key + 1).expect("memory is read");
            assert_eq!(absent.first().map(|entry| entry.value), written.get(&(key + 1)).copied());
        }
        let mut all = Vec::new();
        runs::each(connection, Index::Id, |entry| all.push((entry.key, entry.value)))
            .expect("memory is read");
        all.sort_unstable();
        assert!(all.iter().copied().eq(written.iter().map(|(key, value)| (*key, *value))));
        let (middle, end) = (u64::MAX / 3, u64::MAX / 3 * 2);
        let mut range = runs::find(connection, Index::Id, middle..=end).expect("memory is read");
        range.sort_unstable();
        let expected: Vec<Entry> =
            written.range(middle..=end).map(|(key, value)| Entry { key: *key, value: *value }).collect();
        assert_eq!(range, expected);
        let last = runs::last(connection, Index::Id, middle..=end).expect("memory is read");
        assert_eq!(last, expected.last().copied());
    }

    #[test]
    fn everything_is_found_before_during_and_after_every_merge() {
        let connection = tables();
        let mut merging = Merging::new(Index::Id);
        let mut written = BTreeMap::new();
        for number in 0..100 {
            written.extend(write(&connection, number));
            for _ in 0..7 {
                merging.step(&connection, 100).expect("memory takes it");
            }
            if number % 9 == 0 {
                assert_found(&connection, &written);
            }
        }
        assert_found(&connection, &written);
        assert!(levels(&connection).contains(&Some(2)), "{:?}", levels(&connection));
        assert!(levels(&connection).len() < 20, "{:?}", levels(&connection));
        assert_eq!(runs::upto(&connection, Index::Id), Ok(100 * RUN_ENTRIES));
    }

    #[test]
    fn a_merge_that_was_cut_off_begins_anew_and_leaves_nothing_behind() {
        let connection = tables();
        let mut written = BTreeMap::new();
        (0..8).for_each(|number| written.extend(write(&connection, number)));
        for _ in 0..3 {
            Merging::new(Index::Id).step(&connection, 400).expect("memory takes it");
            assert_found(&connection, &written);
        }
        Merging::new(Index::Id).step(&connection, 8 * 700).expect("memory takes it");
        assert_eq!(levels(&connection), [Some(1)]);
        assert_found(&connection, &written);
        let count = |table: &str| -> u64 {
            let sql = format!("SELECT count(*) FROM {table}");
            connection.query_row(&sql, [], |row| row.get(0)).expect("the table")
        };
        assert_eq!(count("leaves"), (8 * RUN_ENTRIES).div_ceil(288));
        assert_eq!(count("fences"), count("leaves"));
    }

    #[test]
    fn equal_keys_stay_together_however_many_there_are() {
        let connection = tables();
        let mut run = Run::begin(&connection, Index::Key).expect("memory takes it");
        for value in 1..=1_000 {
            let key = if value <= 200 { value } else { 200 };
            run.add(&connection, Entry { key, value }).expect("memory takes it");
        }
        run.end(&connection, 0, 1_000).expect("memory takes it");
        let found = runs::find(&connection, Index::Key, 200..=200).expect("memory is read");
        assert_eq!(found.len(), 801);
    }
}
