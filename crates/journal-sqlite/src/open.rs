//! Opening the file: as its one owner, or as a reader beside the owner.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::options::{Durability, Options};
use crate::schema;

/// The journal's file in its directory.
pub(crate) const FILE: &str = "journal.sqlite";

/// Statements kept prepared per connection: more than this crate has.
const PREPARED_STATEMENTS: usize = 64;
/// How long a statement waits for SQLite's own short locks, such as the one taken while a log is reset.
const BUSY_MS: u64 = 5_000;
/// The log is cut back to 64 MiB when it is reset: what a bulk load writes between two checkpoints.
const LOG_BYTES_MAX: u32 = 64 * 1024 * 1024;
/// A reader's page cache in KiB: SQLite's own default, enough for the inner pages of the indexes.
const READER_CACHE_KIB: u32 = 2_000;

/// Why the journal was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process owns it: speak to that one.
    #[error("the journal is held by process {} ({command})", pid.map_or("unknown".to_owned(), |pid| pid.to_string()))]
    Held {
        /// The owner's process id, unless it is only just starting.
        pid: Option<u32>,
        /// How the owner was started.
        command: String,
    },
    /// There is no journal here to read.
    #[error("there is no journal in {}", .0.display())]
    Missing(PathBuf),
    /// The file is a database, but not a journal.
    #[error("the file is not a journal")]
    NotAJournal,
    /// A newer program wrote it: use that one.
    #[error("the journal has format {found}, this program knows formats up to {known}; use a newer program")]
    NewerFormat {
        /// The file's format.
        found: i32,
        /// The newest format known here.
        known: i32,
    },
    /// A program from before the first release wrote it.
    #[error(
        "the journal has format {found} of an unreleased program, this one knows {known}; ingest its sources again"
    )]
    OlderFormat {
        /// The file's format.
        found: i32,
        /// The only format known here.
        known: i32,
    },
    /// The directory or lock file failed.
    #[error("the journal's directory cannot be used")]
    Io(#[from] io::Error),
    /// SQLite failed.
    #[error("the journal's file cannot be used")]
    Sqlite(#[from] rusqlite::Error),
}

/// The writer's connection; makes the file if there is none.
pub(crate) fn writer(dir: &Path, options: &Options) -> Result<Connection, OpenError> {
    let mut connection = Connection::open(dir.join(FILE))?;
    settle(&connection, options.cache_kib)?;
    schema::create_or_check(&mut connection, options.id)?;
    let synchronous = match options.durability {
        Durability::Full => "FULL",
        Durability::Off => "OFF",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "journal_size_limit", LOG_BYTES_MAX)?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    Ok(connection)
}

/// The writer's connection, with everything in the log made durable. After a kill or a failed fsync the log
/// may hold commits that are only in the page cache, and the kernel may call them clean; so all of it is
/// written once more, into the file, and synced, before anybody is told that it is recorded.
pub(crate) fn writer_made_durable(dir: &Path, options: &Options) -> Result<Connection, OpenError> {
    let connection = writer(dir, options)?;
    let busy: i64 = connection.query_row("PRAGMA wal_checkpoint(FULL)", [], |row| row.get(0))?;
    if busy != 0 {
        return Err(io::Error::new(io::ErrorKind::ResourceBusy, "a reader holds the journal's log").into());
    }
    Ok(connection)
}

/// A connection that cannot write.
pub(crate) fn reader(dir: &Path) -> Result<Connection, OpenError> {
    let path = dir.join(FILE);
    if !path.try_exists()? {
        return Err(OpenError::Missing(dir.to_owned()));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    settle(&connection, READER_CACHE_KIB)?;
    schema::check(&connection)?;
    Ok(connection)
}

fn settle(connection: &Connection, cache_kib: u32) -> rusqlite::Result<()> {
    connection.busy_timeout(std::time::Duration::from_millis(BUSY_MS))?;
    // Otherwise this build of SQLite plans a query anew whenever its parameters change: a sixth of the writer.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(PREPARED_STATEMENTS);
    // Negative means KiB instead of pages.
    connection.pragma_update(None, "cache_size", -i64::from(cache_kib))
}
