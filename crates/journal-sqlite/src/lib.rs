//! The journal on one machine, over SQLite: one writer thread, one fsync per group, readers beside it.
#![warn(missing_docs)]

mod backup;
mod checkpoint;
mod journal;
mod key_filter;
mod lock;
mod memory;
mod merging;
mod open;
mod options;
mod past;
mod pending;
mod quarantine;
mod read;
mod recent;
mod runs;
mod schema;
mod verify;
mod writer;

pub use backup::BackupError;
pub use journal::SqliteJournal;
pub use open::OpenError;
pub use options::{Durability, GROUP_EVENTS_MAX, Options};
pub use verify::{Audited, PROBLEMS_MAX, Report};
