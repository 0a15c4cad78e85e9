//! The tables: three that are only ever appended to, and indexes that could be built again from them.
//!
//! Random index pages, not fsync, bound a journal of small streams: a B-tree over random keys dirties a page
//! per event and index. So rows go where they are cheap, at the end of `events`, `texts` and `receipts`, and
//! the indexes by stream, id and key are kept as sorted runs (`runs.rs`), whose entries wait in memory until
//! there are enough of them (`pending.rs`). Facts stand apart from texts so that a rebuild reads a tenth.

use rusqlite::{Connection, TransactionBehavior};
use uuid::Uuid;

use crate::open::OpenError;

/// "CHAP", so that `file` and SQLite's own tools can tell a journal from another database.
const APPLICATION_ID: i32 = 0x4348_4150;
/// The format this code writes.
const FORMAT: i32 = 2;

/// SQLite's page size: with `cargo bench -p journal-sqlite --bench append` 4 and 8 KiB could not be told apart
/// and 16 KiB cost half as much processor time again; 4 KiB is what disks write whole.
const PAGE_BYTES: u32 = 4_096;

pub(crate) const TABLES: &str = "
CREATE TABLE journal(id BLOB NOT NULL);
CREATE TABLE streams(number INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE events(position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, revision INTEGER NOT NULL,
  kind INTEGER NOT NULL, recorded_ms INTEGER NOT NULL, id BLOB NOT NULL, fact BLOB NOT NULL);
CREATE TABLE texts(position INTEGER PRIMARY KEY, text BLOB NOT NULL);
CREATE TABLE receipts(number INTEGER PRIMARY KEY, key BLOB NOT NULL, digest BLOB NOT NULL,
  stream INTEGER NOT NULL, first INTEGER, last INTEGER NOT NULL, revision INTEGER, token INTEGER,
  recorded_ms INTEGER NOT NULL);
CREATE TABLE runs(number INTEGER PRIMARY KEY, of INTEGER NOT NULL, level INTEGER, upto INTEGER NOT NULL);
CREATE TABLE fences(run INTEGER, first INTEGER, leaf INTEGER NOT NULL, PRIMARY KEY(run, first)) WITHOUT ROWID;
CREATE TABLE leaves(number INTEGER PRIMARY KEY, entries BLOB NOT NULL);
CREATE TABLE quarantine(number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL, kept BLOB NOT NULL, digest BLOB NOT NULL, received_bytes INTEGER NOT NULL,
  reason TEXT NOT NULL, pointer TEXT, byte_offset INTEGER, origin TEXT NOT NULL, put_ms INTEGER NOT NULL,
  released_ms INTEGER);
CREATE INDEX quarantine_digest ON quarantine(digest);
CREATE VIEW readable AS SELECT e.position, s.name AS stream, e.revision, e.kind,
  strftime('%Y-%m-%dT%H:%M:%fZ', e.recorded_ms / 1000.0, 'unixepoch') AS recorded, hex(e.id) AS id,
  CAST(t.text AS TEXT) AS text
  FROM events e JOIN streams s ON s.number = e.stream JOIN texts t USING (position);
";

/// What was recorded stays: nothing may change or take away a row of these.
const KEPT_FOR_EVER: [&str; 5] = ["journal", "streams", "events", "texts", "receipts"];

/// Makes the tables in an empty file, for a journal with this id or one of its own; checks the format of a file that
/// has them.
pub(crate) fn create_or_check(connection: &mut Connection, id: Option<Uuid>) -> Result<(), OpenError> {
    connection.pragma_update(None, "page_size", PAGE_BYTES)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let tables: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables == 0 {
        transaction.execute_batch(TABLES)?;
        for table in KEPT_FOR_EVER {
            for (verb, past) in [("UPDATE", "changed"), ("DELETE", "deleted")] {
                transaction.execute_batch(&format!(
                    "CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
                     BEGIN SELECT RAISE(ABORT, 'what is recorded is never {past}'); END"
                ))?;
            }
        }
        let id = id.map(Uuid::into_bytes);
        transaction.execute("INSERT INTO journal VALUES(coalesce(?, randomblob(16)))", [id])?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", FORMAT)?;
    }
    transaction.commit()?;
    check(connection)
}

/// Whether the file is a journal in a format this code reads.
pub(crate) fn check(connection: &Connection) -> Result<(), OpenError> {
    let application: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let found: i32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if application != APPLICATION_ID {
        return Err(OpenError::NotAJournal);
    }
    if found > FORMAT {
        return Err(OpenError::NewerFormat { found, known: FORMAT });
    }
    if found < FORMAT {
        return Err(OpenError::OlderFormat { found, known: FORMAT });
    }
    Ok(())
}

/// The journal's id.
pub(crate) fn journal_id(connection: &Connection) -> rusqlite::Result<Uuid> {
    connection.query_row("SELECT id FROM journal", [], |row| row.get(0).map(Uuid::from_bytes))
}
