//! What stays open: the lock, the writer's thread, a few read connections, and memory.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, Once, RwLock, RwLockReadGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use ports::{Clock, Head, ReadError};
use rusqlite::{Connection, ErrorCode};
use tokio::sync::watch;
use uuid::Uuid;

use super::readers::{self, Readers};
use crate::checkpoint::Checkpointer;
use crate::lock::Ownership;
use crate::memory::Memory;
use crate::open::{self, OpenError};
use crate::options::Options;
use crate::schema;
use crate::writer::{Indexes, Shared, Work, Writer};

/// Idle read connections kept open, each of which costs up to 2 MB: enough for the short reads and a scan beside
/// them, since opening one means reading the schema anew.
const IDLE_READERS_MAX: usize = readers::THREADS_MAX + 2;
/// How often a tail beside another process's writer looks for new events, in milliseconds.
const POLL_MS: u64 = 100;

pub(crate) struct Handle {
    dir: PathBuf,
    id: Uuid,
    retention_days: u32,
    shared: Arc<Shared>,
    idle: Mutex<Vec<Connection>>,
    readers: Readers,
    polling: Once,
    owned: Option<Owned>,
}

/// What only the owner has.
struct Owned {
    queue: Option<SyncSender<Work>>,
    thread: Option<JoinHandle<()>>,
    /// Declared last, so that it is released after the writer has closed the file.
    _ownership: Ownership,
}

/// Why work did not reach the writer or brought no answer.
#[derive(Debug)]
pub(crate) enum QueueError {
    Full,
    ReadOnly,
    Gone,
}

impl Handle {
    pub(crate) fn owner(dir: &Path, options: Options, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        std::fs::create_dir_all(dir)?;
        let ownership = Ownership::take(dir, &options.command)?;
        let mut connection = open::writer_made_durable(dir, &options)?;
        std::fs::File::open(dir)?.sync_all()?;
        let checkpointer = Checkpointer::start(dir, &options)?;
        checkpointer.watch(&mut connection)?;
        let mut handle = Self::over(dir, &connection, options.retention_days)?;
        let (queue, waiting) = sync_channel(options.queue_max);
        let indexes = Indexes::new(options.run_entries);
        let writer = Writer {
            dir: dir.to_owned(),
            options,
            clock,
            shared: handle.shared.clone(),
            checkpointer,
            connection: Some(connection),
            indexes,
        };
        let thread = std::thread::Builder::new()
            .name("journal-writer".to_owned())
            .spawn(move || writer.run(&waiting))?;
        handle.owned = Some(Owned { queue: Some(queue), thread: Some(thread), _ownership: ownership });
        Ok(handle)
    }

    pub(crate) fn reader(dir: &Path) -> Result<Self, OpenError> {
        let connection = open::reader(dir)?;
        Self::over(dir, &connection, Options::default().retention_days)
    }

    fn over(dir: &Path, connection: &Connection, retention_days: u32) -> Result<Self, OpenError> {
        let memory = Memory::load(connection)?;
        let (head, _) = watch::channel(memory.head);
        Ok(Self {
            dir: dir.to_owned(),
            id: schema::journal_id(connection)?,
            retention_days,
            shared: Arc::new(Shared { memory: RwLock::new(memory), head }),
            idle: Mutex::default(),
            readers: Readers::start()?,
            polling: Once::new(),
            owned: None,
        })
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn id(&self) -> Uuid {
        self.id
    }

    pub(crate) fn retention_days(&self) -> u32 {
        self.retention_days
    }

    pub(crate) fn is_owner(&self) -> bool {
        self.owned.is_some()
    }

    pub(crate) fn head(&self) -> Head {
        *self.shared.head.borrow()
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<Head> {
        self.shared.head.subscribe()
    }

    pub(crate) fn memory(&self) -> RwLockReadGuard<'_, Memory> {
        self.shared.memory.read().expect("no holder of the lock panics")
    }

    /// Gives work to the writer.
    pub(crate) fn queue(&self, work: Work) -> Result<(), QueueError> {
        let owned = self.owned.as_ref().ok_or(QueueError::ReadOnly)?;
        let queue = owned.queue.as_ref().ok_or(QueueError::Gone)?;
        queue.try_send(work).map_err(|error| match error {
            TrySendError::Full(_) => QueueError::Full,
            TrySendError::Disconnected(_) => QueueError::Gone,
        })
    }

    /// The threads on which short reads are made.
    pub(super) fn readers(&self) -> &Readers {
        &self.readers
    }

    /// Reads on a connection that cannot write. Beside another process's writer, memory catches up first.
    pub(crate) fn with<T>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, ReadError> {
        let idle = self.idle.lock().expect("no holder of the lock panics").pop();
        let connection = match idle {
            Some(connection) => connection,
            None => open::reader(&self.dir).map_err(|error| ReadError::Unavailable(error.to_string()))?,
        };
        let result = self.catch_up(&connection).and_then(|()| read(&connection)).map_err(read_error)?;
        let mut idle = self.idle.lock().expect("no holder of the lock panics");
        if idle.len() < IDLE_READERS_MAX {
            idle.push(connection);
        }
        Ok(result)
    }

    fn catch_up(&self, connection: &Connection) -> rusqlite::Result<()> {
        if self.is_owner() {
            return Ok(());
        }
        let mut memory = self.shared.memory.write().expect("no holder of the lock panics");
        memory.catch_up(connection)?;
        let head = memory.head;
        drop(memory);
        self.shared.head.send_if_modified(|seen| std::mem::replace(seen, head) != head);
        Ok(())
    }

    /// Looks for another process's commits as long as the handle lives; an owner knows its own.
    pub(crate) fn watch_other_process(handle: &Arc<Self>) {
        if handle.is_owner() {
            return;
        }
        handle.polling.call_once(|| {
            let weak = Arc::downgrade(handle);
            std::thread::spawn(move || {
                while let Some(handle) = weak.upgrade() {
                    if let Err(error) = handle.with(|_| Ok(())) {
                        tracing::warn!(error = %error, "looking for new events failed: {error}");
                    }
                    drop(handle);
                    std::thread::sleep(Duration::from_millis(POLL_MS));
                }
            });
        });
    }
}

fn read_error(error: rusqlite::Error) -> ReadError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => ReadError::Damaged(error.to_string()),
        _ => ReadError::Unavailable(error.to_string()),
    }
}

impl Drop for Owned {
    /// Waits until the writer has answered what is queued and closed the file.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
