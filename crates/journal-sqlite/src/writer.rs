//! The one thread that writes: drains the queue into groups, one transaction and one fsync each.

mod group;
mod importing;
mod indexes;
mod quarantining;

use std::collections::VecDeque;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, RwLock};

use ports::{
    Append, AppendError, Clock, Head, ImportError, InOrder, PastAppend, Put, QuarantineError, QuarantineId,
    Quarantined, Receipt, TurnedAway,
};
use rusqlite::{Connection, ErrorCode};
use tokio::sync::{oneshot, watch};

use crate::checkpoint::Checkpointer;
use crate::key_filter::KeyFilter;
use crate::memory::Memory;
use crate::open::{self, OpenError};
use crate::options::{GROUP_EVENTS_MAX, Options};
use group::Group;
pub(crate) use indexes::Indexes;

/// A piece of work with the place its answer goes.
pub(crate) enum Work {
    Append(Append, oneshot::Sender<Result<Receipt, AppendError>>),
    AppendAll(Bulk, oneshot::Sender<Result<Answered, Failure>>),
    /// Appends of another journal, at most about a page of events.
    Import(Vec<PastAppend>, oneshot::Sender<Imported>),
    Put(TurnedAway, oneshot::Sender<Result<Put, QuarantineError>>),
    Adopt(Box<Quarantined>, oneshot::Sender<Result<Put, QuarantineError>>),
    Release(QuarantineId, oneshot::Sender<Result<Quarantined, QuarantineError>>),
    /// With the retention in days.
    Expire(u32, oneshot::Sender<Result<u64, QuarantineError>>),
}

/// The answer to a copy: a receipt for each append, or why one of them was not recorded.
pub(crate) type Imported = Result<Vec<Receipt>, ImportError>;
/// A group of the appends of a bulk load.
pub(crate) struct Bulk {
    pub(crate) appends: Arc<[Append]>,
    pub(crate) group: Range<usize>,
    /// What the groups before this one left of their streams.
    pub(crate) order: InOrder,
}

impl Bulk {
    pub(crate) fn group(&self) -> &[Append] {
        &self.appends[self.group.clone()]
    }
}

/// The answers to a group of appends in their order, and what they left of their streams.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) answers: Vec<Result<Receipt, AppendError>>,
    pub(crate) order: InOrder,
}

/// What the writer shares with readers in the process.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) memory: RwLock<Memory>,
    pub(crate) head: watch::Sender<Head>,
}

/// The writer's own belongings.
pub(crate) struct Writer {
    pub(crate) dir: PathBuf,
    pub(crate) options: Options,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) checkpointer: Checkpointer,
    /// None after a failure of the disk: opened again before the next group.
    pub(crate) connection: Option<Connection>,
    pub(crate) indexes: Indexes,
}

/// An answer that waits for the commit.
enum Answer {
    Append(oneshot::Sender<Result<Receipt, AppendError>>, Result<Receipt, AppendError>),
    AppendAll(oneshot::Sender<Result<Answered, Failure>>, Answered),
    Import(oneshot::Sender<Imported>, Imported),
    Put(oneshot::Sender<Result<Put, QuarantineError>>, Put),
    Release(oneshot::Sender<Result<Quarantined, QuarantineError>>, Result<Quarantined, QuarantineError>),
    Expire(oneshot::Sender<Result<u64, QuarantineError>>, u64),
}

/// Why a group was not committed.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// Nothing of it is in the file.
    NotRecorded(String),
    /// The fsync failed: it may be in the file.
    Unknown,
}

impl Writer {
    /// Serves until every handle of the journal is gone.
    pub(crate) fn run(mut self, queue: &Receiver<Work>) {
        let mut works = VecDeque::new();
        while let Ok(first) = queue.recv() {
            let mut events = weight(&first);
            works.push_back(first);
            while events < GROUP_EVENTS_MAX
                && let Ok(next) = queue.try_recv()
            {
                events += weight(&next);
                works.push_back(next);
            }
            self.serve(&mut works);
        }
    }

    fn serve(&mut self, works: &mut VecDeque<Work>) {
        let connection = match self.connection.take().map_or_else(|| self.recover(), Ok) {
            Ok(connection) => connection,
            Err(error) => {
                tracing::error!(error = %error, "the journal cannot be opened again: {error}");
                return refuse(works, &Failure::NotRecorded(error.to_string()));
            }
        };
        let mut answers = Vec::with_capacity(works.len());
        match self.commit(&connection, works, &mut answers) {
            Ok(()) => {
                answers.into_iter().for_each(Answer::send);
                match self.checkpointer.after_group(&connection) {
                    Ok(()) => self.connection = Some(connection),
                    Err(error) => tracing::warn!(error = %error, "a journal checkpoint failed: {error}"),
                }
            }
            Err((error, failure)) => {
                tracing::error!(error = %error, "a group of appends failed: {error}");
                self.indexes = Indexes::new(self.options.run_entries);
                // The transaction may be gone already, and what cannot be rolled back is closed.
                let rolled_back = connection.is_autocommit() || connection.execute_batch("ROLLBACK").is_ok();
                if rolled_back && error.sqlite_error_code() == Some(ErrorCode::DiskFull) {
                    self.connection = Some(connection);
                }
                answers.into_iter().for_each(|answer| answer.send_failure(&failure));
                refuse(works, &failure);
            }
        }
    }

    /// One transaction for everything in `works`, then what readers see.
    fn commit(
        &mut self,
        connection: &Connection,
        works: &mut VecDeque<Work>,
        answers: &mut Vec<Answer>,
    ) -> Result<(), (rusqlite::Error, Failure)> {
        if works.iter().any(|work| matches!(work, Work::AppendAll(..))) {
            self.know_keys(connection).map_err(not_recorded)?;
        }
        let memory = self.shared.memory.read().expect("no holder of the lock panics");
        let staged = Group::begin(connection, &memory, &*self.clock)
            .and_then(|group| group.record(works, answers, &mut self.indexes))
            .map_err(not_recorded)?;
        drop(memory);
        connection.prepare_cached("COMMIT").and_then(|mut commit| commit.execute([])).map_err(|error| {
            match error.sqlite_error_code() {
                Some(ErrorCode::DiskFull) => not_recorded(error),
                _ => (error, Failure::Unknown),
            }
        })?;
        let mut memory = self.shared.memory.write().expect("no holder of the lock panics");
        staged.publish(&mut memory);
        let head = memory.head;
        drop(memory);
        self.shared.head.send_if_modified(|seen| std::mem::replace(seen, head) != head);
        Ok(())
    }

    /// Before a bulk load: knows which keys are surely new.
    fn know_keys(&self, connection: &Connection) -> rusqlite::Result<()> {
        let mut memory = self.shared.memory.write().expect("no holder of the lock panics");
        if memory.keys.as_ref().is_none_or(KeyFilter::is_full) {
            memory.keys = KeyFilter::load(connection, &memory.by_key, memory.last_receipt)?;
        }
        Ok(())
    }

    /// Opens the file again after a failure and reads what it really holds.
    fn recover(&self) -> Result<Connection, OpenError> {
        let mut connection = open::writer_made_durable(&self.dir, &self.options)?;
        self.checkpointer.watch(&mut connection)?;
        let memory = Memory::load(&connection)?;
        let head = memory.head;
        *self.shared.memory.write().expect("no holder of the lock panics") = memory;
        self.shared.head.send_replace(head);
        tracing::info!("the journal was opened again after a failure");
        Ok(connection)
    }
}

/// How many events a work adds to its group.
fn weight(work: &Work) -> usize {
    match work {
        Work::Append(append, _) => rows(append),
        Work::AppendAll(bulk, _) => bulk.group().iter().map(rows).sum(),
        Work::Import(past, _) => past.iter().map(|append| append.events.len().max(1)).sum(),
        Work::Put(..) | Work::Adopt(..) | Work::Release(..) | Work::Expire(..) => 1,
    }
}

/// How many rows an append adds to a group, at least one.
pub(crate) fn rows(append: &Append) -> usize {
    append.events.len().max(1)
}

fn not_recorded(error: rusqlite::Error) -> (rusqlite::Error, Failure) {
    let failure = Failure::NotRecorded(error.to_string());
    (error, failure)
}

fn refuse(works: &mut VecDeque<Work>, failure: &Failure) {
    for work in works.drain(..) {
        work.send_failure(failure);
    }
}

// A caller that is gone needs no answer, so what `send` says is dropped.
impl Work {
    fn send_failure(self, failure: &Failure) {
        match self {
            Work::Append(_, reply) => drop(reply.send(Err(failure.of_append()))),
            Work::AppendAll(_, reply) => drop(reply.send(Err(failure.clone()))),
            Work::Import(_, reply) => drop(reply.send(Err(failure.of_append().into()))),
            Work::Put(_, reply) | Work::Adopt(_, reply) => drop(reply.send(Err(failure.of_quarantine()))),
            Work::Release(_, reply) => drop(reply.send(Err(failure.of_quarantine()))),
            Work::Expire(_, reply) => drop(reply.send(Err(failure.of_quarantine()))),
        }
    }
}

impl Answer {
    fn send(self) {
        match self {
            Answer::Append(reply, result) => drop(reply.send(result)),
            Answer::AppendAll(reply, answered) => drop(reply.send(Ok(answered))),
            Answer::Import(reply, imported) => drop(reply.send(imported)),
            Answer::Put(reply, put) => drop(reply.send(Ok(put))),
            Answer::Release(reply, result) => drop(reply.send(result)),
            Answer::Expire(reply, expired) => drop(reply.send(Ok(expired))),
        }
    }

    fn send_failure(self, failure: &Failure) {
        match self {
            Answer::Append(reply, _) => drop(reply.send(Err(failure.of_append()))),
            Answer::AppendAll(reply, _) => drop(reply.send(Err(failure.clone()))),
            Answer::Import(reply, _) => drop(reply.send(Err(failure.of_append().into()))),
            Answer::Put(reply, _) => drop(reply.send(Err(failure.of_quarantine()))),
            Answer::Release(reply, _) => drop(reply.send(Err(failure.of_quarantine()))),
            Answer::Expire(reply, _) => drop(reply.send(Err(failure.of_quarantine()))),
        }
    }
}

impl Failure {
    pub(crate) fn of_append(&self) -> AppendError {
        match self {
            Failure::NotRecorded(why) => AppendError::Unavailable(why.clone()),
            Failure::Unknown => AppendError::Indeterminate,
        }
    }

    fn of_quarantine(&self) -> QuarantineError {
        match self {
            Failure::NotRecorded(why) => QuarantineError::Unavailable(why.clone()),
            Failure::Unknown => QuarantineError::Unavailable("the disk failed while keeping it".to_owned()),
        }
    }
}
