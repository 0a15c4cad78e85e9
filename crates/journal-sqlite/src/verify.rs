//! Whether the journal is whole: SQLite's own check, then ours, event by event.

mod index;

use ports::ReadError;
use rusqlite::Connection;
use uuid::Uuid;

use crate::journal::SqliteJournal;
use crate::memory::Memory;

/// The most problems listed; a damaged file has thousands of the same.
pub const PROBLEMS_MAX: usize = 100;

/// An event shown to the caller, who knows what text and fact mean.
#[derive(Clone, Copy, Debug)]
pub struct Audited<'a> {
    /// Its ordinal, from 1.
    pub position: u64,
    /// The opaque tag.
    pub kind: u16,
    /// The event's id.
    pub id: Uuid,
    /// The auditable record.
    pub text: &'a [u8],
    /// The compact form that has to say the same.
    pub fact: &'a [u8],
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Events checked.
    pub events: u64,
    /// Streams met.
    pub streams: u64,
    /// Receipts checked.
    pub receipts: u64,
    /// One sentence each, at most [`PROBLEMS_MAX`]; empty for a whole journal.
    pub problems: Vec<String>,
}

impl Report {
    fn add(&mut self, problem: String) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(problem);
        }
    }
}

impl SqliteJournal {
    /// Checks everything recorded when it begins, calling `same` with each event; what `same` returns as an
    /// error becomes a problem. Blocks, and takes about as long as reading the file twice.
    ///
    /// # Errors
    /// When the file cannot be read at all; damage that can be described is in the report.
    pub fn verify(
        &self,
        same: &mut dyn FnMut(Audited<'_>) -> Result<(), String>,
    ) -> Result<Report, ReadError> {
        self.handle().with(|connection| {
            // One snapshot for all parts, so that they can be compared.
            let snapshot = connection.unchecked_transaction()?;
            let memory = Memory::load_within(&snapshot)?;
            let mut report = Report::default();
            check_file(&snapshot, &mut report)?;
            check_events(&snapshot, &memory, &mut report, same)?;
            check_receipts(&snapshot, &mut report)?;
            index::check(&snapshot, &memory, &mut report)?;
            Ok(report)
        })
    }
}

fn check_events(
    connection: &Connection,
    memory: &Memory,
    report: &mut Report,
    same: &mut dyn FnMut(Audited<'_>) -> Result<(), String>,
) -> rusqlite::Result<()> {
    let mut select = connection.prepare(
        "SELECT e.position, e.stream, e.revision, e.kind, e.recorded_ms, e.id, e.fact, t.text
             FROM events e LEFT JOIN texts t ON t.position = e.position ORDER BY e.position",
    )?;
    let mut rows = select.query([])?;
    let mut next_revisions: Vec<u64> = Vec::new();
    let (mut last_position, mut last_recorded_ms) = (0, i64::MIN);
    while let Some(row) = rows.next()? {
        report.events += 1;
        let (position, stream, revision): (u64, u32, u64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if position != last_position + 1 {
            report.add(format!("position {position} follows {last_position}"));
        }
        last_position = position;
        let slot = usize::try_from(stream).expect("32 bits fit");
        next_revisions.resize(next_revisions.len().max(slot + 1), 0);
        if revision != next_revisions[slot] {
            report.add(format!("position {position} has revision {revision}, not {}", next_revisions[slot]));
        }
        next_revisions[slot] = revision + 1;
        let recorded_ms: i64 = row.get(4)?;
        if recorded_ms < last_recorded_ms {
            report.add(format!("position {position} was recorded before the one before it"));
        }
        last_recorded_ms = recorded_ms;
        if memory.name(stream).is_none() {
            report.add(format!("position {position} names no stream"));
        }
        let id = Uuid::from_bytes(row.get(5)?);
        let Some(text) = row.get_ref(7)?.as_bytes_or_null()? else {
            report.add(format!("position {position} has no text"));
            continue;
        };
        let audited = Audited { position, kind: row.get(3)?, id, text, fact: row.get_ref(6)?.as_blob()? };
        if let Err(why) = same(audited) {
            report.add(format!("position {position}: {why}"));
        }
    }
    report.streams = next_revisions.iter().filter(|next| **next > 0).count() as u64;
    let texts: u64 = connection.query_row("SELECT count(*) FROM texts", [], |row| row.get(0))?;
    if texts != report.events {
        report.add(format!("there are {texts} texts for {} events", report.events));
    }
    Ok(())
}

fn check_receipts(connection: &Connection, report: &mut Report) -> rusqlite::Result<()> {
    let mut select = connection.prepare(
        "SELECT r.number, r.first, r.last,
               r.first IS NULL OR (SELECT count(*) FROM events e WHERE e.position BETWEEN r.first AND r.last
                 AND e.stream = r.stream AND e.recorded_ms = r.recorded_ms) = r.last - r.first + 1
             FROM receipts r ORDER BY r.number",
    )?;
    let mut rows = select.query([])?;
    let mut next_first = 1;
    while let Some(row) = rows.next()? {
        report.receipts += 1;
        let (number, first, last): (u64, Option<u64>, u64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if number != report.receipts {
            report.add(format!("receipt {number} is the {}th", report.receipts));
        }
        if first.is_some_and(|first| first != next_first) || !row.get::<_, bool>(3)? {
            report.add(format!("receipt {number} does not match its events"));
        }
        next_first = last + 1;
    }
    if next_first != report.events + 1 {
        report.add(format!("receipts end before position {next_first} of {}", report.events));
    }
    Ok(())
}

fn check_file(connection: &Connection, report: &mut Report) -> rusqlite::Result<()> {
    let mut check = connection.prepare(&format!("PRAGMA integrity_check({PROBLEMS_MAX})"))?;
    let mut rows = check.query([])?;
    while let Some(row) = rows.next()? {
        let line: String = row.get(0)?;
        if line != "ok" {
            report.add(format!("sqlite: {line}"));
        }
    }
    Ok(())
}
