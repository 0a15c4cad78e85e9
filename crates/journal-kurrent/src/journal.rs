//! The journal's handle: appends go to KurrentDB, reads to the mirror.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use ports::{
    Append, AppendError, Clock, FactRow, Head, ImportError, Journal, Page, PastAppend, Position, ReadError,
    Receipt, Recorded, Scan, Select, StreamNumber, TailStream, Version,
};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::client::Clients;
use crate::following::Standing;
use crate::options::Options;
use crate::waiting::Waiting;

/// A journal on KurrentDB with its mirror; clones share it, and the last one to go stops following.
#[derive(Clone)]
pub struct KurrentJournal {
    shared: Arc<Shared>,
    _following: Arc<Following>,
}

/// What the writing side and the following side both need.
pub(crate) struct Shared {
    pub(crate) id: Uuid,
    pub(crate) writer: Uuid,
    pub(crate) mirror: Arc<dyn Journal>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) clients: Clients,
    pub(crate) options: Options,
    pub(crate) standing: watch::Receiver<Standing>,
    pub(crate) waiting: Waiting,
    pub(crate) permits: Semaphore,
    /// The last time given to an append, which may not have come back yet.
    pub(crate) given_ms: AtomicI64,
    /// Streams that hold events there which do not count, and how many.
    ahead: Mutex<HashMap<Arc<str>, u64>>,
}

struct Following(JoinHandle<()>);

impl Drop for Following {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl KurrentJournal {
    pub(crate) fn over(shared: Arc<Shared>, following: JoinHandle<()>) -> Self {
        Self { shared, _following: Arc::new(Following(following)) }
    }
}

impl Shared {
    pub(crate) fn new(
        id: Uuid,
        writer: Uuid,
        mirror: Arc<dyn Journal>,
        clock: Arc<dyn Clock>,
        clients: Clients,
        options: Options,
        standing: watch::Receiver<Standing>,
    ) -> Self {
        Self {
            id,
            writer,
            mirror,
            clock,
            clients,
            permits: Semaphore::new(options.appends_max),
            options,
            standing,
            waiting: Waiting::default(),
            given_ms: AtomicI64::new(i64::MIN),
            ahead: Mutex::default(),
        }
    }

    /// By how many the stream's revisions there run ahead of those here.
    pub(crate) fn ahead(&self, stream: &str) -> u64 {
        self.ahead.lock().unwrap_or_else(PoisonError::into_inner).get(stream).copied().unwrap_or(0)
    }

    pub(crate) fn set_ahead(&self, stream: Arc<str>, ahead: u64) {
        let mut known = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        match ahead {
            0 => drop(known.remove(&stream)),
            ahead => drop(known.insert(stream, ahead)),
        }
    }
}

#[async_trait]
impl Journal for KurrentJournal {
    fn id(&self) -> Uuid {
        self.shared.id
    }

    async fn append(&self, append: Append) -> Result<Receipt, AppendError> {
        self.shared.append(append, None).await
    }

    async fn append_all(&self, appends: Arc<[Append]>) -> Vec<Result<Receipt, AppendError>> {
        self.shared.append_all(appends.to_vec()).await
    }

    async fn find(&self, key: Uuid) -> Result<Option<Receipt>, ReadError> {
        self.shared.mirror.find(key).await
    }

    async fn event(&self, id: Uuid) -> Result<Option<Recorded>, ReadError> {
        self.shared.mirror.event(id).await
    }

    async fn read_stream(
        &self,
        stream: &str,
        from_revision: u64,
        select: Select,
        max: usize,
    ) -> Result<Page, ReadError> {
        self.shared.mirror.read_stream(stream, from_revision, select, max).await
    }

    async fn read_all(
        &self,
        after: Position,
        upto: Position,
        select: Select,
        max: usize,
    ) -> Result<Page, ReadError> {
        self.shared.mirror.read_all(after, upto, select, max).await
    }

    async fn version(&self, stream: &str) -> Result<Option<Version>, ReadError> {
        self.shared.mirror.version(stream).await
    }

    async fn head(&self) -> Result<Head, ReadError> {
        self.shared.mirror.head().await
    }

    async fn position_at(&self, recorded_ms: i64) -> Result<Position, ReadError> {
        self.shared.mirror.position_at(recorded_ms).await
    }

    fn tail(&self, after: Position, select: Select) -> TailStream {
        self.shared.mirror.tail(after, select)
    }

    fn scan_facts(
        &self,
        scan: Scan<'_>,
        each: &mut dyn FnMut(FactRow<'_>) -> ControlFlow<()>,
    ) -> Result<Position, ReadError> {
        self.shared.mirror.scan_facts(scan, each)
    }

    async fn appends(&self) -> Result<u64, ReadError> {
        self.shared.mirror.appends().await
    }

    async fn past(&self, after: u64, max: usize) -> Result<Vec<PastAppend>, ReadError> {
        self.shared.mirror.past(after, max).await
    }

    async fn import(&self, past: Vec<PastAppend>) -> Result<Vec<Receipt>, ImportError> {
        self.shared.import(past).await
    }

    fn stream_name(&self, number: StreamNumber) -> Option<Arc<str>> {
        self.shared.mirror.stream_name(number)
    }
}
