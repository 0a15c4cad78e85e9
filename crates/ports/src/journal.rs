//! What we need of a journal: append once, read in order, follow the head.

mod in_order;
mod past;

use std::ops::ControlFlow;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use uuid::Uuid;

use crate::position::{Expect, Position, Version};
use crate::tail::TailStream;
pub use in_order::InOrder;
pub use past::{ImportError, PastAppend};

/// The largest text, and the largest fact, of one event: 48 KiB, so that an event with its headers stays
/// below the 64 KiB that CloudEvents asks every intermediary to carry.
pub const EVENT_TEXT_BYTES_MAX: usize = 48 * 1024;
/// The most events in one append: what one command or record derives is a handful; 1,000 is JetStream's
/// limit for an atomic batch, so that the relay can publish one append as one.
pub const EVENTS_PER_APPEND_MAX: usize = 1_000;
/// The most events in one page: at 600 bytes each about 2.5 MB, a few milliseconds of reading.
pub const PAGE_EVENTS_MAX: usize = 4_096;
/// The longest stream name in bytes: what a NATS subject can comfortably carry.
pub const STREAM_NAME_BYTES_MAX: usize = 256;

/// An event about to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// The event's id; the caller keeps it unique.
    pub id: Uuid,
    /// An opaque tag to filter by.
    pub kind: u16,
    /// The auditable record, JSON.
    pub text: Bytes,
    /// The compact form of the same fact, from which views are rebuilt without parsing text.
    pub fact: Bytes,
}

/// One idempotent write to one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Append {
    /// Names the input for ever: a second append with the same key records nothing.
    pub key: Uuid,
    /// Of the input's content, to tell a repetition from a different input under the same key.
    pub digest: [u8; 32],
    /// The stream's name.
    pub stream: Arc<str>,
    /// Checked after the key, also when there are no events.
    pub expect: Expect,
    /// May be empty: then the key is consumed and only a receipt is kept.
    pub events: Vec<NewEvent>,
}

/// Whether an append was recorded now or before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Recorded by this call.
    Appended,
    /// Recorded by an earlier call with the same key and digest; the rest of the receipt is the first one.
    Repeated,
}

/// Proof that an append is durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Whether this call recorded it.
    pub outcome: Outcome,
    /// The stream appended to.
    pub stream: Arc<str>,
    /// The digest recorded with the key.
    pub digest: [u8; 32],
    /// The first event's position; none when the append had no events.
    pub first: Option<Position>,
    /// The last event's position or, without events, the head when the key was consumed. A reader that has
    /// seen this position has seen the append.
    pub last: Position,
    /// The stream's version after the append; none while the stream has no event.
    pub version: Option<Version>,
    /// When it was recorded, UTC unix milliseconds.
    pub recorded_ms: i64,
}

/// Why an append was not recorded, by what the caller can do.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The stream moved: read again and decide again.
    #[error("the stream is not at the expected version")]
    Conflict {
        /// Where the stream stands.
        actual: Option<Version>,
    },
    /// The key was consumed by other content: quarantine the input.
    #[error("the key was already used for other content")]
    KeyMismatch {
        /// Of the content that consumed the key.
        receipt: Box<Receipt>,
    },
    /// The append can never be recorded.
    #[error("{what} is too large: {actual} exceeds {limit}")]
    TooLarge {
        /// What is too large, with its unit.
        what: &'static str,
        /// The limit.
        limit: usize,
        /// What was asked.
        actual: usize,
    },
    /// The queue is full: try again later.
    #[error("the journal is overloaded, retry after {retry_after_ms} ms")]
    Overloaded {
        /// How long to wait, in milliseconds.
        retry_after_ms: u64,
    },
    /// It may have been recorded: append again with the same key.
    #[error("it is not known whether the append was recorded")]
    Indeterminate,
    /// Nothing was recorded, and the journal cannot record now.
    #[error("the journal cannot record: {0}")]
    Unavailable(String),
}

/// Why a read failed.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The journal cannot be read now.
    #[error("the journal cannot be read: {0}")]
    Unavailable(String),
    /// What was read contradicts what was written.
    #[error("the journal is damaged: {0}")]
    Damaged(String),
}

/// An event as recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The place in the journal.
    pub position: Position,
    /// The stream's name.
    pub stream: Arc<str>,
    /// The place in the stream, from 0 without gaps.
    pub revision: u64,
    /// The event's id.
    pub id: Uuid,
    /// When the journal recorded it, UTC unix milliseconds; the same for a whole group commit.
    pub recorded_ms: i64,
    /// The opaque tag.
    pub kind: u16,
    /// The auditable record; empty unless selected.
    pub text: Bytes,
    /// The compact form; empty unless selected.
    pub fact: Bytes,
}

impl Recorded {
    /// The stream's version as of this event, for backends whose token is the position's low number.
    pub fn version(&self) -> Version {
        Version { revision: self.revision, token: self.position.lo() }
    }
}

/// Which bodies are fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Select {
    /// Only the compact form: what a rebuild needs.
    Facts,
    /// Only the text.
    Text,
    /// Both.
    Both,
}

/// Events in order. The next page starts after the last one here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// At most as many as asked for and never more than [`PAGE_EVENTS_MAX`].
    pub events: Vec<Recorded>,
    /// Whether there was more in the range when the page was read.
    pub more: bool,
}

/// How far the journal is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The last committed event; [`Position::START`] in an empty journal.
    pub position: Position,
    /// The last recorded time, UTC unix milliseconds; 0 in an empty journal.
    pub recorded_ms: i64,
}

/// A stream's number, given by one journal in order of first use; cheap to fold by, meaningless elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamNumber(pub u32);

/// A row of a bulk scan, borrowed for the length of one call.
#[derive(Clone, Copy, Debug)]
pub struct FactRow<'a> {
    /// The place in the journal.
    pub position: Position,
    /// Resolve it with [`Journal::stream_name`], once per stream.
    pub stream: StreamNumber,
    /// The place in the stream.
    pub revision: u64,
    /// The event's id.
    pub id: Uuid,
    /// When it was recorded, UTC unix milliseconds.
    pub recorded_ms: i64,
    /// The opaque tag.
    pub kind: u16,
    /// The compact form.
    pub fact: &'a [u8],
}

/// One of several equal shares of the streams, so that a journal can be taken in passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamShare {
    /// Which one, counting from 0.
    pub number: u32,
    /// How many there are, at least one.
    pub of: u32,
}

impl StreamShare {
    /// Every stream.
    pub const ALL: StreamShare = StreamShare { number: 0, of: 1 };

    /// Whether the stream belongs to this share.
    pub fn contains(self, stream: StreamNumber) -> bool {
        stream.0 % self.of == self.number
    }
}

/// What a bulk scan visits: `after < position <= upto`, of the given kinds and streams.
#[derive(Clone, Copy, Debug)]
pub struct Scan<'a> {
    /// Exclusive.
    pub after: Position,
    /// Inclusive; [`Position::END`] for the head at the start of the scan.
    pub upto: Position,
    /// Which kinds.
    pub kinds: &'a KindSet,
    /// Which streams; what is left out costs less than a row that is visited.
    pub streams: StreamShare,
}

/// A set of event kinds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KindSet {
    /// One bit per kind; none means every kind.
    bits: Option<Box<[u64]>>,
}

impl KindSet {
    /// Every kind.
    pub const ALL: KindSet = KindSet { bits: None };

    /// Only these kinds.
    pub fn only(kinds: impl IntoIterator<Item = u16>) -> Self {
        let mut bits = vec![0u64; (usize::from(u16::MAX) + 1) / 64].into_boxed_slice();
        for kind in kinds {
            bits[usize::from(kind / 64)] |= 1 << (kind % 64);
        }
        Self { bits: Some(bits) }
    }

    /// Whether the kind is in the set.
    pub fn contains(&self, kind: u16) -> bool {
        self.bits.as_ref().is_none_or(|bits| bits[usize::from(kind / 64)] & (1 << (kind % 64)) != 0)
    }
}

/// An append-only record of events, idempotent by key for ever.
#[async_trait]
pub trait Journal: Send + Sync {
    /// The journal's own id, made when it was created: tells a restored or exchanged journal apart.
    fn id(&self) -> Uuid;

    /// Records the events durably and returns the receipt; the same key and digest again returns the first
    /// receipt. The key is checked before the expected version.
    ///
    /// # Errors
    /// See [`AppendError`]; only `Indeterminate` leaves open whether the events were recorded.
    async fn append(&self, append: Append) -> Result<Receipt, AppendError>;

    /// Records many appends in the order given and answers for each, as if appended one after the other: the
    /// bulk path of an import. Among appends to one stream only the first one's `expect` is looked at; each
    /// later one expects the stream as the ones before it left it, so that after a conflict all of them
    /// conflict and the order is kept. They are shared, so that a caller that has to ask again needs no copy.
    async fn append_all(&self, appends: Arc<[Append]>) -> Vec<Result<Receipt, AppendError>> {
        let mut order = InOrder::default();
        let mut answers = Vec::with_capacity(appends.len());
        for append in appends.iter() {
            let expect = order.expect(append);
            let answer = self.append(Append { expect, ..append.clone() }).await;
            order.answered(&append.stream, expect, &answer);
            answers.push(answer);
        }
        answers
    }

    /// The receipt of the append that consumed the key, marked `Repeated`.
    ///
    /// # Errors
    /// When the journal cannot be read.
    async fn find(&self, key: Uuid) -> Result<Option<Receipt>, ReadError>;

    /// The event with the id, text and fact both; the first one if the caller reused an id.
    ///
    /// # Errors
    /// When the journal cannot be read.
    async fn event(&self, id: Uuid) -> Result<Option<Recorded>, ReadError>;

    /// Events of one stream from `from_revision` on, inclusive; empty for an unknown stream.
    ///
    /// # Errors
    /// When the journal cannot be read.
    async fn read_stream(
        &self,
        stream: &str,
        from_revision: u64,
        select: Select,
        max: usize,
    ) -> Result<Page, ReadError>;

    /// Events with `after < position <= upto`, never beyond the committed head.
    ///
    /// # Errors
    /// When the journal cannot be read.
    async fn read_all(
        &self,
        after: Position,
        upto: Position,
        select: Select,
        max: usize,
    ) -> Result<Page, ReadError>;

    /// The stream's version; none while it has no event.
    ///
    /// # Errors
    /// When the journal cannot be read.
    async fn version(&self, stream: &str) -> Result<Option<Version>, ReadError>;

    /// How far the journal is recorded.
    ///
    /// # Errors
    /// When the journal cannot be read.
    async fn head(&self) -> Result<Head, ReadError>;

    /// The last position recorded at or before `recorded_ms`: what was known then, whole groups included.
    ///
    /// # Errors
    /// When the journal cannot be read.
    async fn position_at(&self, recorded_ms: i64) -> Result<Position, ReadError>;

    /// Every event after the position, in order and without gaps, then the new ones as they are committed;
    /// says each time it has caught up. It ends only with an error: open it again from the last position.
    fn tail(&self, after: Position, select: Select) -> TailStream;

    /// Visits facts in order, as fast as the backend can, and returns the position up to which the scan is
    /// complete. It blocks: call it from a blocking thread.
    ///
    /// # Errors
    /// When the journal cannot be read.
    fn scan_facts(
        &self,
        scan: Scan<'_>,
        each: &mut dyn FnMut(FactRow<'_>) -> ControlFlow<()>,
    ) -> Result<Position, ReadError>;

    /// How many appends are recorded, those without events too: the number of the last one.
    ///
    /// # Errors
    /// When the journal cannot be read.
    async fn appends(&self) -> Result<u64, ReadError>;

    /// Appends with a number above `after`, in their order: at most `max` and, but for the first, no more than
    /// [`PAGE_EVENTS_MAX`] events together; none after the last.
    ///
    /// # Errors
    /// When the journal cannot be read.
    async fn past(&self, after: u64, max: usize) -> Result<Vec<PastAppend>, ReadError>;

    /// Records appends of another journal as they stand there, with their revisions and times, and answers for
    /// each. Those that were copied before are answered as repeated, so that a copy cut off is taken up again.
    ///
    /// # Errors
    /// `Diverged` when they do not follow on what is recorded here. Those before the failing one may have been
    /// recorded.
    async fn import(&self, past: Vec<PastAppend>) -> Result<Vec<Receipt>, ImportError>;

    /// The name of a stream met in a scan.
    fn stream_name(&self, number: StreamNumber) -> Option<Arc<str>>;
}

impl Append {
    /// Whether the append can be recorded at all; every adapter asks this first.
    ///
    /// # Errors
    /// `TooLarge`, naming what and by how much.
    pub fn check_limits(&self) -> Result<(), AppendError> {
        within("the stream name in bytes", STREAM_NAME_BYTES_MAX, self.stream.len())?;
        within("the number of events in one append", EVENTS_PER_APPEND_MAX, self.events.len())?;
        for event in &self.events {
            within("the event text in bytes", EVENT_TEXT_BYTES_MAX, event.text.len())?;
            within("the event fact in bytes", EVENT_TEXT_BYTES_MAX, event.fact.len())?;
        }
        Ok(())
    }
}

fn within(what: &'static str, limit: usize, actual: usize) -> Result<(), AppendError> {
    if actual > limit { Err(AppendError::TooLarge { what, limit, actual }) } else { Ok(()) }
}
