//! A copy of the journal as of one moment, made while it is written to.

use std::fs::File;
use std::io;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use crate::journal::SqliteJournal;
use crate::open::{self, OpenError};

/// All pages in one step: one read transaction, so the copy is of one moment, and a writer in WAL mode is
/// not held up. In several steps SQLite would begin anew at every commit.
const EVERY_PAGE: i32 = -1;

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file stands where the copy should go.
    #[error("there is already a file at the target")]
    Exists,
    /// Somebody else holds the source or the target; what was made of the target can be deleted.
    #[error("the journal or the target is locked by another process")]
    Busy,
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
        let step = Backup::new(&source, &mut target)?.step(EVERY_PAGE)?;
        if step != StepResult::Done {
            return Err(BackupError::Busy);
        }
        target.close().map_err(|(_, error)| error)?;
        File::open(&target_path)?.sync_all()?;
        File::open(target_dir)?.sync_all()?;
        Ok(())
    }
}
