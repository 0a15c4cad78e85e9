//! A journal that takes its time.

use std::ops::ControlFlow;
use std::sync::Arc;

use ports::memory::MemoryJournal;
use ports::{
    Append, AppendError, FactRow, Head, ImportError, Journal, Page, PastAppend, Position, ReadError, Receipt,
    Recorded, Scan, Select, StreamNumber, TailStream, Version,
};

/// A journal that lets others go first before it records.
pub(crate) struct Unhurried(pub(crate) Arc<MemoryJournal>);

#[async_trait::async_trait]
impl Journal for Unhurried {
    fn id(&self) -> uuid::Uuid {
        self.0.id()
    }

    async fn append(&self, append: Append) -> Result<Receipt, AppendError> {
        tokio::task::yield_now().await;
        self.0.append(append).await
    }

    async fn find(&self, key: uuid::Uuid) -> Result<Option<Receipt>, ReadError> {
        self.0.find(key).await
    }

    async fn event(&self, id: uuid::Uuid) -> Result<Option<Recorded>, ReadError> {
        self.0.event(id).await
    }

    async fn read_stream(
        &self,
        stream: &str,
        from_revision: u64,
        select: Select,
        max: usize,
    ) -> Result<Page, ReadError> {
        self.0.read_stream(stream, from_revision, select, max).await
    }

    async fn read_all(
        &self,
        after: Position,
        upto: Position,
        select: Select,
        max: usize,
    ) -> Result<Page, ReadError> {
        self.0.read_all(after, upto, select, max).await
    }

    async fn version(&self, stream: &str) -> Result<Option<Version>, ReadError> {
        self.0.version(stream).await
    }

    async fn head(&self) -> Result<Head, ReadError> {
        self.0.head().await
    }

    async fn position_at(&self, recorded_ms: i64) -> Result<Position, ReadError> {
        self.0.position_at(recorded_ms).await
    }

    fn tail(&self, after: Position, select: Select) -> TailStream {
        self.0.tail(after, select)
    }

    fn scan_facts(
        &self,
        scan: Scan<'_>,
        each: &mut dyn FnMut(FactRow<'_>) -> ControlFlow<()>,
    ) -> Result<Position, ReadError> {
        self.0.scan_facts(scan, each)
    }

    async fn appends(&self) -> Result<u64, ReadError> {
        self.0.appends().await
    }

    async fn past(&self, after: u64, max: usize) -> Result<Vec<PastAppend>, ReadError> {
        self.0.past(after, max).await
    }

    async fn import(&self, past: Vec<PastAppend>) -> Result<Vec<Receipt>, ImportError> {
        self.0.import(past).await
    }

    fn stream_name(&self, number: StreamNumber) -> Option<Arc<str>> {
        self.0.stream_name(number)
    }
}
