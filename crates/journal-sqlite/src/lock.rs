//! Who owns the journal: one process, by an OS lock that dies with it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use crate::open::OpenError;

const FILE: &str = "journal.lock";

/// Holds the lock until dropped.
#[derive(Debug)]
pub(crate) struct Ownership {
    _file: File,
}

impl Ownership {
    /// Takes the lock and leaves the pid and command for whoever comes second.
    pub(crate) fn take(dir: &Path, command: &str) -> Result<Self, OpenError> {
        let path = dir.join(FILE);
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(held(&mut file)),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        file.set_len(0)?;
        file.rewind()?;
        write!(file, "{}\n{}\n", std::process::id(), command.replace('\n', " "))?;
        Ok(Self { _file: file })
    }
}

/// The owner writes right after locking, so for an instant there may be nothing to read.
fn held(file: &mut File) -> OpenError {
    let mut text = String::new();
    let read = file.read_to_string(&mut text);
    let mut lines = text.lines();
    let pid = lines.next().and_then(|line| line.parse().ok());
    let command = lines.next().unwrap_or_default().to_owned();
    match read {
        Ok(_) => OpenError::Held { pid, command },
        Err(error) => error.into(),
    }
}
