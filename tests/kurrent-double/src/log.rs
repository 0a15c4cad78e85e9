//! What the server holds: KurrentDB's rules about streams and positions, over a journal of ours.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use bytes::Bytes;
use ports::{
    Append, AppendError, Journal, NewEvent, Page, Position, ReadError, Recorded, Select, TailStream,
};
use tokio::sync::Mutex;
use uuid::Uuid;

/// Places in the log are bytes, not ordinals: this far apart, and not from zero.
const RECORD_BYTES: u64 = 1_000;
const FIRST_BYTE: u64 = 17;
/// Streams share so many locks: a test writes to a handful at once.
const STREAM_LOCKS: usize = 256;

/// An event about to be recorded, as the wire has it.
#[derive(Clone, Debug)]
pub(crate) struct Proposed {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) content_type: String,
    pub(crate) custom_metadata: Bytes,
    pub(crate) data: Bytes,
}

/// What is expected of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    Any,
    Exists,
    NoStream,
    Revision(u64),
}

/// Why nothing was recorded.
pub(crate) enum Refused {
    /// With the revision the stream stands at.
    WrongVersion(Option<u64>),
    Failed(String),
}

/// An event as recorded.
pub(crate) struct Held {
    pub(crate) place: u64,
    pub(crate) stream: Arc<str>,
    pub(crate) revision: u64,
    pub(crate) created_ms: i64,
    pub(crate) event: Proposed,
}

/// The end of what an append recorded.
pub(crate) struct Appended {
    pub(crate) revision: Option<u64>,
    pub(crate) place: u64,
}

pub(crate) struct Log {
    journal: Arc<dyn Journal>,
    /// Appends to one stream go one after the other, those to others beside them.
    writing: [Mutex<()>; STREAM_LOCKS],
}

impl Log {
    pub(crate) fn over(journal: Arc<dyn Journal>) -> Self {
        Self { journal, writing: std::array::from_fn(|_| Mutex::new(())) }
    }

    pub(crate) async fn append(
        &self,
        stream: &str,
        expected: Expected,
        events: Vec<Proposed>,
    ) -> Result<Appended, Refused> {
        let mut hasher = DefaultHasher::new();
        stream.hash(&mut hasher);
        let lock = usize::try_from(hasher.finish() % STREAM_LOCKS as u64).unwrap_or(0);
        let _writing = self.writing[lock].lock().await;
        let version = self.journal.version(stream).await.map_err(failed)?;
        let current = version.map(|version| version.revision);
        if let Some(before) = self.recorded_before(stream, expected, &events).await? {
            return Ok(before);
        }
        let stands = match expected {
            Expected::Any => true,
            Expected::Exists => current.is_some(),
            Expected::NoStream => current.is_none(),
            Expected::Revision(revision) => current == Some(revision),
        };
        if !stands {
            return Err(Refused::WrongVersion(current));
        }
        let slot = format!("{stream}@{}", current.map_or(0, |revision| revision + 1));
        let append = Append {
            key: Uuid::new_v5(&Uuid::NAMESPACE_OID, slot.as_bytes()),
            digest: [0; 32],
            stream: Arc::from(stream),
            expect: version.into(),
            events: events.into_iter().map(kept).collect(),
        };
        let receipt = self.journal.append(append).await.map_err(|error: AppendError| failed(error))?;
        let revision = receipt.version.map(|version| version.revision);
        Ok(Appended { revision, place: place_of(receipt.last) })
    }

    /// KurrentDB's idempotence: the same ids where they were expected before are answered and not recorded.
    async fn recorded_before(
        &self,
        stream: &str,
        expected: Expected,
        events: &[Proposed],
    ) -> Result<Option<Appended>, Refused> {
        let from = match expected {
            Expected::NoStream => 0,
            Expected::Revision(revision) => revision + 1,
            Expected::Any | Expected::Exists => 0,
        };
        let page = self.journal.read_stream(stream, from, Select::Facts, ports::PAGE_EVENTS_MAX).await;
        let held = page.map_err(failed)?.events;
        let start = match expected {
            Expected::NoStream | Expected::Revision(_) => Some(0),
            // "Any" does its best: it looks for the first id among what is at hand.
            Expected::Any | Expected::Exists => {
                held.iter().position(|event| events.first().is_some_and(|first| first.id == event.id))
            }
        };
        let Some(held) = start.and_then(|start| held.get(start..start + events.len())) else {
            return Ok(None);
        };
        let same = held.iter().map(|event| event.id).eq(events.iter().map(|event| event.id));
        let last = held.last().filter(|_| same);
        Ok(last.map(|last| Appended { revision: Some(last.revision), place: place_of(last.position) }))
    }

    /// Events of a stream from a revision on, and whether there is such a stream.
    pub(crate) async fn stream(
        &self,
        stream: &str,
        from: u64,
        max: usize,
    ) -> Result<Option<Vec<Held>>, ReadError> {
        let page = self.journal.read_stream(stream, from, Select::Both, max).await?;
        if page.events.is_empty() && self.journal.version(stream).await?.is_none() {
            return Ok(None);
        }
        held(page).map(Some)
    }

    /// The last events of a stream, the last one first.
    pub(crate) async fn stream_backwards(
        &self,
        stream: &str,
        max: u64,
    ) -> Result<Option<Vec<Held>>, ReadError> {
        let Some(version) = self.journal.version(stream).await? else { return Ok(None) };
        let from = (version.revision + 1).saturating_sub(max);
        let max = usize::try_from(max).unwrap_or(usize::MAX);
        let mut events = held(self.journal.read_stream(stream, from, Select::Both, max).await?)?;
        events.reverse();
        Ok(Some(events))
    }

    pub(crate) async fn recorded(&self) -> u64 {
        self.journal.head().await.map_or(0, |head| head.position.lo())
    }

    /// What is recorded after a place, and then what comes.
    pub(crate) fn tail(&self, after: Position) -> TailStream {
        self.journal.tail(after, Select::Both)
    }
}

/// The position a place in the log stands for; none where no record begins.
pub(crate) fn position_of(place: u64) -> Option<Position> {
    let ordinal = place.checked_sub(FIRST_BYTE)? / RECORD_BYTES;
    let position = Position::new(0, ordinal);
    (place_of(position) == place && ordinal > 0).then_some(position)
}

pub(crate) fn place_of(position: Position) -> u64 {
    position.lo() * RECORD_BYTES + FIRST_BYTE
}

fn failed(error: impl ToString) -> Refused {
    Refused::Failed(error.to_string())
}

fn held(page: Page) -> Result<Vec<Held>, ReadError> {
    page.events.into_iter().map(Held::read).collect()
}

/// Name and content type stand before the metadata, each after its length.
fn kept(event: Proposed) -> NewEvent {
    let mut fact = Vec::new();
    for text in [&event.name, &event.content_type] {
        fact.push(u8::try_from(text.len()).expect("names of events and content types are short"));
        fact.extend_from_slice(text.as_bytes());
    }
    fact.extend_from_slice(&event.custom_metadata);
    NewEvent { id: event.id, kind: 0, text: event.data, fact: fact.into() }
}

impl Held {
    pub(crate) fn read(recorded: Recorded) -> Result<Self, ReadError> {
        let mut fact = recorded.fact;
        let mut text = || {
            let length = usize::from(*fact.first()?);
            let text = fact.get(1..=length)?;
            let text = String::from_utf8_lossy(text).into_owned();
            fact = fact.slice(1 + length..);
            Some(text)
        };
        let (name, content_type) = text()
            .zip(text())
            .ok_or_else(|| ReadError::Damaged(format!("event {} was not written here", recorded.id)))?;
        let event =
            Proposed { id: recorded.id, name, content_type, custom_metadata: fact, data: recorded.text };
        Ok(Self {
            place: place_of(recorded.position),
            stream: recorded.stream,
            revision: recorded.revision,
            created_ms: recorded.recorded_ms,
            event,
        })
    }
}
