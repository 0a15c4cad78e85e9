//! Whether everything is found: by stream, by id and by key.
//!
//! Entries stand in many runs, and to seek each event in all of them takes long. So entries are added up on
//! both sides, those that rows ask for and those that the index has; only where the sums differ is each sought.

use std::ops::RangeInclusive;

use rusqlite::Connection;
use uuid::Uuid;

use super::{PROBLEMS_MAX, Report};
use crate::memory::Memory;
use crate::pending::{EntryKey, Pending};
use crate::runs::{self, Entry, Index};

/// What of each index: where its rows stand and what a row that is not found is called.
const ROWS: [(Index, &str, &str); 3] = [
    (
        Index::Stream,
        "SELECT position, stream, revision FROM events",
        "position {} is not found by its stream",
    ),
    (Index::Id, "SELECT position, id FROM events", "position {} is not found by its id"),
    (Index::Key, "SELECT number, key FROM receipts", "receipt {} is not found by its key"),
];

pub(super) fn check(connection: &Connection, memory: &Memory, report: &mut Report) -> rusqlite::Result<()> {
    let pending = [&memory.by_stream, &memory.by_id, &memory.by_key];
    for ((index, rows, lost), pending) in ROWS.into_iter().zip(pending) {
        let (mut asked, mut has) = (Sum::default(), Sum::default());
        each_row(connection, index, rows, |key, value| {
            asked.add(Entry { key: key.in_run(), value });
            Ok(())
        })?;
        runs::each(connection, index, |entry| has.add(entry))?;
        pending.entries().for_each(|entry| has.add(entry));
        if asked == has {
            continue;
        }
        let problems = report.problems.len();
        each_row(connection, index, rows, |key, value| {
            if report.problems.len() < PROBLEMS_MAX && !is_found(connection, index, pending, key, value)? {
                report.add(lost.replace("{}", &value.to_string()));
            }
            Ok(())
        })?;
        if report.problems.len() == problems && has.count > asked.count {
            report.add(format!("{} entries of an index lead nowhere", has.count - asked.count));
        }
    }
    Ok(())
}

fn each_row(
    connection: &Connection,
    index: Index,
    rows: &str,
    mut take: impl FnMut(EntryKey, u64) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let mut select = connection.prepare_cached(rows)?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let key = match index {
            Index::Stream => EntryKey::of_revision(row.get(1)?, row.get(2)?),
            Index::Id | Index::Key => EntryKey::of_uuid(Uuid::from_bytes(row.get(1)?)),
        };
        take(key, row.get(0)?)?;
    }
    Ok(())
}

fn is_found(
    connection: &Connection,
    index: Index,
    pending: &Pending,
    key: EntryKey,
    value: u64,
) -> rusqlite::Result<bool> {
    if pending.get(key).is_some() {
        return Ok(true);
    }
    let keys: RangeInclusive<u64> = key.in_run()..=key.in_run();
    Ok(runs::find(connection, index, keys)?.iter().any(|entry| entry.value == value))
}

/// Entries added up in any order: equal sums mean equal entries, but for one chance in 2^64.
#[derive(Default, PartialEq, Eq)]
struct Sum {
    count: u64,
    sum: u64,
}

impl Sum {
    fn add(&mut self, entry: Entry) {
        // Steps of SplitMix64, which spread every bit over all others.
        let mut mixed = entry.key ^ entry.value.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        self.count += 1;
        self.sum = self.sum.wrapping_add(mixed ^ mixed >> 31);
    }
}
