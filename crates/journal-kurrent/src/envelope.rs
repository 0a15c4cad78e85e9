//! How an append of ours looks as events of KurrentDB, and back.
//!
//! The text is the data. The metadata is binary: a version, then what belongs to the whole append (the same in
//! each of its events), the event's place in it, and the compact form. Times are ours, in milliseconds, since
//! the crate cuts the server's own to seconds.

use std::sync::Arc;

use bytes::Bytes;
use eventstore::{EventData, RecordedEvent};
use ports::{Append, NewEvent};
use serde_json::value::RawValue;
use uuid::Uuid;

const FACT: &str = "fact.";
const KEY: &str = "key";
const FOUNDED: &str = "journal";
/// The longest name of a journal, in bytes: streams keep room for their own.
const NAME_BYTES_MAX: usize = 40;

/// How things are called there. A journal that has a name shares its server with others: its streams and types
/// begin with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Names {
    before: String,
}

impl Names {
    /// Those of the journal with this name, or of the one without; none when the name is none.
    pub(crate) fn of(name: Option<&str>) -> Option<Self> {
        let Some(name) = name else { return Some(Self::default()) };
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
        let is_name = (1..=NAME_BYTES_MAX).contains(&name.len()) && name.bytes().all(is_plain);
        is_name.then(|| Self { before: format!("{name}:") })
    }

    /// What every type of ours begins with: the subscription's filter.
    pub(crate) fn types(&self) -> String {
        format!("{}chaperone.", self.before)
    }

    /// The type of the one event that says which journal this is; its id is the journal's.
    pub(crate) fn founded(&self) -> String {
        self.types() + FOUNDED
    }

    /// Where that event stands.
    pub(crate) fn founding_stream(&self) -> String {
        format!("{}chaperone-journal", self.before)
    }

    /// Where appends without events stand.
    fn key_stream(&self) -> String {
        format!("{}chaperone-keys", self.before)
    }

    /// A stream as it is called there.
    pub(crate) fn there(&self, stream: &str) -> String {
        format!("{}{stream}", self.before)
    }

    fn here<'s>(&self, stream: &'s str) -> &'s str {
        stream.strip_prefix(&self.before).unwrap_or(stream)
    }
}

const FORMAT: u8 = 1;
/// Format, writer, key, digest, time, expected revision, place and count.
const HEADER_BYTES: usize = 1 + 16 + 16 + 32 + 8 + 8 + 2 + 2;
/// "No event yet" among expected revisions.
const NONE: u64 = u64::MAX;

/// What all events of one append share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// Who wrote it, new with every opening: tells own appends from others.
    pub(crate) writer: Uuid,
    pub(crate) key: Uuid,
    pub(crate) digest: [u8; 32],
    pub(crate) recorded_ms: i64,
    /// The revision of the stream's last event as the writer's mirror had it; none for a stream without one.
    pub(crate) expected: Option<u64>,
    pub(crate) count: u16,
}

/// One event of ours as read.
#[derive(Clone, Debug)]
pub(crate) struct Enclosed {
    pub(crate) header: Header,
    /// The append's stream.
    pub(crate) stream: Arc<str>,
    /// Its place in the append; none for an append without events.
    pub(crate) event: Option<(u16, NewEvent)>,
}

/// The append as events, and the stream they go to.
pub(crate) fn enclose(names: &Names, append: &Append, header: &Header) -> (String, Vec<EventData>) {
    if append.events.is_empty() {
        let data = Bytes::copy_from_slice(append.stream.as_bytes());
        let event =
            EventData::binary(names.types() + KEY, data).id(append.key).metadata(metadata(header, 0, b""));
        return (names.key_stream(), vec![event]);
    }
    let types = names.types();
    let events = (0u16..).zip(&append.events).map(|(index, event)| {
        labelled(&format!("{types}{FACT}{}", event.kind), &event.text).id(event.id).metadata(metadata(
            header,
            index,
            &event.fact,
        ))
    });
    (names.there(&append.stream), events.collect())
}

/// How many bytes the append is on the wire, as the server counts them.
pub(crate) fn bytes(append: &Append) -> usize {
    let of = |event: &NewEvent| HEADER_BYTES + event.text.len() + event.fact.len();
    append.events.iter().map(of).sum()
}

/// An event that is told to be JSON where it is, so that the server shows it; its bytes stay as they are.
fn labelled(name: &str, text: &Bytes) -> EventData {
    let raw = serde_json::from_slice::<&RawValue>(text).ok().filter(|raw| raw.get().len() == text.len());
    let json = raw.and_then(|raw| EventData::json(name, &raw).ok());
    json.unwrap_or_else(|| EventData::binary(name, text.clone()))
}

fn metadata(header: &Header, index: u16, fact: &[u8]) -> Bytes {
    let mut bytes = Vec::with_capacity(HEADER_BYTES + fact.len());
    bytes.push(FORMAT);
    bytes.extend_from_slice(header.writer.as_bytes());
    bytes.extend_from_slice(header.key.as_bytes());
    bytes.extend_from_slice(&header.digest);
    bytes.extend_from_slice(&header.recorded_ms.to_be_bytes());
    bytes.extend_from_slice(&header.expected.unwrap_or(NONE).to_be_bytes());
    bytes.extend_from_slice(&index.to_be_bytes());
    bytes.extend_from_slice(&header.count.to_be_bytes());
    bytes.extend_from_slice(fact);
    bytes.into()
}

/// Reads an event; none for one that is no part of an append, and what is wrong with one that cannot be read.
pub(crate) fn open(names: &Names, event: &RecordedEvent) -> Result<Option<Enclosed>, String> {
    let Some(name) = event.event_type.strip_prefix(&names.types()) else { return Ok(None) };
    if name == FOUNDED {
        return Ok(None);
    }
    let unreadable = || format!("event {} in stream {} is not of our making", event.id, event.stream_id);
    let (header, index, fact) = header(&event.custom_metadata).ok_or_else(unreadable)?;
    if name == KEY {
        let stream = std::str::from_utf8(&event.data).map_err(|_| unreadable())?;
        return Ok(Some(Enclosed { header, stream: Arc::from(stream), event: None }));
    }
    let kind = name.strip_prefix(FACT).and_then(|kind| kind.parse().ok()).ok_or_else(unreadable)?;
    let new = NewEvent { id: event.id, kind, text: event.data.clone(), fact };
    Ok(Some(Enclosed { header, stream: Arc::from(names.here(&event.stream_id)), event: Some((index, new)) }))
}

fn header(metadata: &Bytes) -> Option<(Header, u16, Bytes)> {
    let mut rest: &[u8] = metadata;
    if take::<1>(&mut rest)? != [FORMAT] {
        return None;
    }
    let header = Header {
        writer: Uuid::from_bytes(take(&mut rest)?),
        key: Uuid::from_bytes(take(&mut rest)?),
        digest: take(&mut rest)?,
        recorded_ms: i64::from_be_bytes(take(&mut rest)?),
        expected: Some(u64::from_be_bytes(take(&mut rest)?)).filter(|revision| *revision != NONE),
        count: 0,
    };
    let index = u16::from_be_bytes(take(&mut rest)?);
    let count = u16::from_be_bytes(take(&mut rest)?);
    Some((Header { count, ..header }, index, metadata.slice(HEADER_BYTES..)))
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*taken)
}
