//! Moves the log into the file on a thread of its own, so that appends do not wait for it.
//!
//! SQLite starts its log over only when all of it has been moved and nobody reads it. Under a steady load the
//! thread never catches the last frames, so it moves the bulk and then asks the writer, between two groups,
//! to move the little that is left.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;
use rusqlite::hooks::Wal;

use crate::open;
use crate::options::Options;

/// What the writer and the thread tell each other.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pages: AtomicU32,
    finish: AtomicBool,
}

/// The thread, for the writer to wake.
#[derive(Debug)]
pub(crate) struct Checkpointer {
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    log: Arc<Log>,
    log_pages_max: u32,
}

impl Checkpointer {
    pub(crate) fn start(dir: &Path, options: &Options) -> std::io::Result<Self> {
        let log = Arc::new(Log::default());
        let (wake, waiting) = sync_channel(1);
        let log_pages_max = options.log_pages_max;
        let (dir, options, shared) = (dir.to_owned(), options.clone(), log.clone());
        let thread = std::thread::Builder::new()
            .name("journal-checkpoint".to_owned())
            .spawn(move || run(dir, options, &shared, &waiting))?;
        Ok(Self { wake: Some(wake), thread: Some(thread), log, log_pages_max })
    }

    /// Counts the log's pages at each commit, in place of SQLite's own automatic checkpoint.
    pub(crate) fn watch(&self, connection: &mut Connection) -> rusqlite::Result<()> {
        let log = self.log.clone();
        connection.wal_hook(Some(move |_: &mut Wal, pages: i32| {
            log.pages.store(pages.unsigned_abs(), Ordering::Relaxed);
            Ok(())
        }))
    }

    /// After each group: starts a checkpoint when the log is long, or finishes the one the thread did.
    pub(crate) fn after_group(&self, connection: &Connection) -> rusqlite::Result<()> {
        if self.log.finish.swap(false, Ordering::AcqRel) {
            return move_pages(connection);
        }
        if self.log.pages.load(Ordering::Relaxed) >= self.log_pages_max
            && let Some(wake) = &self.wake
        {
            // Full means that it is awake already.
            let _ = wake.try_send(());
        }
        Ok(())
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(dir: PathBuf, options: Options, log: &Log, waiting: &Receiver<()>) {
    let mut connection = None;
    while waiting.recv().is_ok() {
        if let Err(error) = checkpoint(&mut connection, &dir, &options, log) {
            // The log keeps what the file lacks; the next wake tries again.
            tracing::warn!(error = %error, "a journal checkpoint failed: {error}");
            connection = None;
        }
    }
}

fn checkpoint(
    connection: &mut Option<Connection>,
    dir: &Path,
    options: &Options,
    log: &Log,
) -> Result<(), open::OpenError> {
    let open = match connection.take() {
        Some(open) => open,
        None => open::writer(dir, options)?,
    };
    move_pages(&open)?;
    // What was added meanwhile, so that little is left for the writer.
    move_pages(&open)?;
    log.finish.store(true, Ordering::Release);
    *connection = Some(open);
    Ok(())
}

fn move_pages(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
}
