//! A copy of the journal as of one moment, made while it is written to.

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::Backup;

use crate::journal::SqliteJournal;
use crate::open::{self, OpenError};

/// All pages in one step: one read transaction, so the copy is of one moment, and a writer in WAL mode is
/// not held up. In several steps SQLite would begin anew at every commit.
const PAGES_PER_STEP: i32 = -1;

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file stands where the copy should go.
    #[error("there is already a file at the target")]
    Exists,
    /// The journal could not be opened.
    #[error("the journal cannot be read")]
    Open(#[from] OpenError),
    /// SQLite failed.
    #[error("the copy failed")]
    Sqlite(#[from] rusqlite::Error),
    /// The target's directory failed.
    #[error("the target cannot be written")]
    Io(#[from] io::Error),
}

impl SqliteJournal {
    /// Copies the journal to `<target_dir>/journal.sqlite`, so that the target can be opened as a journal,
    /// and syncs it. Blocks.
    ///
    /// # Errors
    /// `Exists` when there is a journal already; see [`BackupError`].
    pub fn backup(&self, target_dir: &Path) -> Result<(), BackupError> {
        std::fs::create_dir_all(target_dir)?;
        let target_path = target_dir.join(open::FILE);
        if target_path.try_exists()? {
            return Err(BackupError::Exists);
        }
        let source = open::reader(self.handle().dir())?;
        let mut target = Connection::open(&target_path)?;
        Backup::new(&source, &mut target)?.run_to_completion(PAGES_PER_STEP, Duration::ZERO, None)?;
        target.close().map_err(|(_, error)| error)?;
        File::open(&target_path)?.sync_all()?;
        File::open(target_dir)?.sync_all()?;
        Ok(())
    }
}
