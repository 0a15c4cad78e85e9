//! A journal that lives as long as the process.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::watch;
use uuid::Uuid;

use crate::clock::{Clock, next_recorded_ms};
use crate::journal::{
    Append, AppendError, FactRow, Head, ImportError, Journal, NewEvent, Outcome, PAGE_EVENTS_MAX, Page,
    PastAppend, ReadError, Receipt, Recorded, Scan, Select, StreamNumber,
};
use crate::position::{Position, Version};
use crate::tail::{TailStream, follow};

/// A journal in memory; clones share it.
#[derive(Clone)]
pub struct MemoryJournal {
    id: Uuid,
    clock: Arc<dyn Clock>,
    state: Arc<Mutex<State>>,
    head: Arc<watch::Sender<Head>>,
}

#[derive(Default)]
struct State {
    events: Vec<Recorded>,
    streams: HashMap<Arc<str>, StreamNumber>,
    names: Vec<Arc<str>>,
    /// By stream number, indexes into `events`.
    members: Vec<Vec<usize>>,
    stream_of: Vec<StreamNumber>,
    receipts: HashMap<Uuid, Receipt>,
    /// Keys by the number of their append - 1.
    keys: Vec<Uuid>,
    ids: HashMap<Uuid, usize>,
    recorded_ms: i64,
}

impl MemoryJournal {
    /// An empty journal that stamps recorded time from the clock.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let (head, _) = watch::channel(Head { position: Position::START, recorded_ms: 0 });
        Self { id: Uuid::nil(), clock, state: Arc::default(), head: Arc::new(head) }
    }

    /// The same journal under another id than the nil one.
    pub fn with_id(self, id: Uuid) -> Self {
        Self { id, ..self }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder of the lock panics")
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    fn id(&self) -> Uuid {
        self.id
    }

    async fn append(&self, append: Append) -> Result<Receipt, AppendError> {
        append.check_limits()?;
        let mut state = self.state();
        if let Some(first) = state.receipts.get(&append.key) {
            let receipt = Receipt { outcome: Outcome::Repeated, ..first.clone() };
            if receipt.digest != append.digest {
                return Err(AppendError::KeyMismatch { receipt: Box::new(receipt) });
            }
            return Ok(receipt);
        }
        let actual = state.version(&append.stream);
        if !append.expect.meets(actual) {
            return Err(AppendError::Conflict { actual });
        }
        let recorded_ms =
            next_recorded_ms(state.recorded_ms, self.clock.now_ms()).map_err(AppendError::Unavailable)?;
        let receipt = state.record(append, recorded_ms);
        self.head.send_replace(state.head());
        Ok(receipt)
    }

    async fn find(&self, key: Uuid) -> Result<Option<Receipt>, ReadError> {
        let receipt = self.state().receipts.get(&key).cloned();
        Ok(receipt.map(|receipt| Receipt { outcome: Outcome::Repeated, ..receipt }))
    }

    async fn event(&self, id: Uuid) -> Result<Option<Recorded>, ReadError> {
        let state = self.state();
        Ok(state.ids.get(&id).map(|&index| state.events[index].clone()))
    }

    async fn read_stream(
        &self,
        stream: &str,
        from_revision: u64,
        select: Select,
        max: usize,
    ) -> Result<Page, ReadError> {
        let state = self.state();
        let Some(number) = state.streams.get(stream) else { return Ok(Page::default()) };
        let members = &state.members[number.0 as usize];
        let from = usize::try_from(from_revision).unwrap_or(usize::MAX).min(members.len());
        Ok(page(members[from..].iter().map(|&index| &state.events[index]), select, max))
    }

    async fn read_all(
        &self,
        after: Position,
        upto: Position,
        select: Select,
        max: usize,
    ) -> Result<Page, ReadError> {
        Ok(page(self.state().range(after, upto).iter(), select, max))
    }

    async fn version(&self, stream: &str) -> Result<Option<Version>, ReadError> {
        Ok(self.state().version(stream))
    }

    async fn head(&self) -> Result<Head, ReadError> {
        Ok(self.state().head())
    }

    async fn position_at(&self, recorded_ms: i64) -> Result<Position, ReadError> {
        let known = self.state().events.partition_point(|event| event.recorded_ms <= recorded_ms);
        Ok(Position::new(0, known as u64))
    }

    fn tail(&self, after: Position, select: Select) -> TailStream {
        follow(self.clone(), self.head.subscribe(), after, select)
    }

    fn scan_facts(
        &self,
        scan: Scan<'_>,
        each: &mut dyn FnMut(FactRow<'_>) -> ControlFlow<()>,
    ) -> Result<Position, ReadError> {
        // Copied out, so that the visitor may ask the journal while it visits.
        let visited: Vec<(Recorded, StreamNumber)> = {
            let state = self.state();
            let range = state.range(scan.after, scan.upto).iter();
            range.map(|event| (event.clone(), state.stream_of[index_of(event.position)])).collect()
        };
        let mut scanned = scan.after;
        for (event, stream) in visited {
            scanned = event.position;
            if !scan.kinds.contains(event.kind) || !scan.streams.contains(stream) {
                continue;
            }
            let flow = each(FactRow {
                position: event.position,
                stream,
                revision: event.revision,
                id: event.id,
                recorded_ms: event.recorded_ms,
                kind: event.kind,
                fact: &event.fact,
            });
            if flow.is_break() {
                break;
            }
        }
        Ok(scanned)
    }

    async fn appends(&self) -> Result<u64, ReadError> {
        Ok(self.state().keys.len() as u64)
    }

    async fn past(&self, after: u64, max: usize) -> Result<Vec<PastAppend>, ReadError> {
        let state = self.state();
        let after = usize::try_from(after).unwrap_or(usize::MAX).min(state.keys.len());
        let (mut past, mut events) = (Vec::new(), 0);
        for (number, key) in (after as u64 + 1..).zip(&state.keys[after..]).take(max) {
            let append = state.past(number, key);
            events += append.events.len();
            if events > PAGE_EVENTS_MAX && !past.is_empty() {
                break;
            }
            past.push(append);
        }
        Ok(past)
    }

    async fn import(&self, past: Vec<PastAppend>) -> Result<Vec<Receipt>, ImportError> {
        let mut state = self.state();
        let mut receipts = Vec::with_capacity(past.len());
        for append in past {
            receipts.push(state.import(append)?);
            self.head.send_replace(state.head());
        }
        Ok(receipts)
    }

    fn stream_name(&self, number: StreamNumber) -> Option<Arc<str>> {
        self.state().names.get(number.0 as usize).cloned()
    }
}

impl State {
    fn head(&self) -> Head {
        Head { position: Position::new(0, self.events.len() as u64), recorded_ms: self.recorded_ms }
    }

    fn version(&self, stream: &str) -> Option<Version> {
        let members = &self.members[self.streams.get(stream)?.0 as usize];
        members.last().map(|&index| self.events[index].version())
    }

    fn past(&self, number: u64, key: &Uuid) -> PastAppend {
        let receipt = &self.receipts[key];
        let first = receipt.first.map_or(self.events.len(), index_of);
        let last = receipt.first.map_or(self.events.len(), |_| index_of(receipt.last) + 1);
        let events = self.events[first..last].iter().map(|event| NewEvent {
            id: event.id,
            kind: event.kind,
            text: event.text.clone(),
            fact: event.fact.clone(),
        });
        PastAppend {
            number,
            key: *key,
            digest: receipt.digest,
            stream: receipt.stream.clone(),
            recorded_ms: receipt.recorded_ms,
            events: events.collect(),
        }
    }

    fn import(&mut self, past: PastAppend) -> Result<Receipt, ImportError> {
        let PastAppend { number, key, digest, stream, recorded_ms, events } = past;
        let diverged = || ImportError::Diverged { number };
        let append = Append { key, digest, expect: self.version(&stream).into(), stream, events };
        append.check_limits()?;
        let known = usize::try_from(number).ok().and_then(|number| self.keys.get(number.checked_sub(1)?));
        if let Some(known) = known {
            let receipt = self.receipts.get(known).filter(|first| *known == key && first.digest == digest);
            return receipt
                .map(|first| Receipt { outcome: Outcome::Repeated, ..first.clone() })
                .ok_or_else(diverged);
        }
        let is_next = number == self.keys.len() as u64 + 1 && recorded_ms >= self.recorded_ms;
        if !is_next || self.receipts.contains_key(&key) {
            return Err(diverged());
        }
        Ok(self.record(append, recorded_ms))
    }

    /// Positions count from 1 without gaps, so a range of positions is a slice.
    fn range(&self, after: Position, upto: Position) -> &[Recorded] {
        let end = self.events.partition_point(|event| event.position <= upto);
        let start = self.events.partition_point(|event| event.position <= after).min(end);
        &self.events[start..end]
    }

    fn record(&mut self, append: Append, recorded_ms: i64) -> Receipt {
        self.recorded_ms = recorded_ms;
        let first = (!append.events.is_empty()).then(|| Position::new(0, self.events.len() as u64 + 1));
        for event in append.events {
            self.record_event(&append.stream, event, recorded_ms);
        }
        let receipt = Receipt {
            outcome: Outcome::Appended,
            digest: append.digest,
            first,
            last: self.head().position,
            version: self.version(&append.stream),
            stream: append.stream,
            recorded_ms,
        };
        self.keys.push(append.key);
        self.receipts.insert(append.key, receipt.clone());
        receipt
    }

    fn record_event(&mut self, stream: &Arc<str>, event: NewEvent, recorded_ms: i64) {
        let number = self.number_of(stream);
        let index = self.events.len();
        let members = &mut self.members[number.0 as usize];
        let recorded = Recorded {
            position: Position::new(0, index as u64 + 1),
            stream: stream.clone(),
            revision: members.len() as u64,
            id: event.id,
            recorded_ms,
            kind: event.kind,
            text: event.text,
            fact: event.fact,
        };
        members.push(index);
        self.stream_of.push(number);
        self.ids.entry(event.id).or_insert(index);
        self.events.push(recorded);
    }

    fn number_of(&mut self, stream: &Arc<str>) -> StreamNumber {
        if let Some(&number) = self.streams.get(stream) {
            return number;
        }
        let number =
            StreamNumber(u32::try_from(self.names.len()).expect("memory ends before stream numbers"));
        self.streams.insert(stream.clone(), number);
        self.names.push(stream.clone());
        self.members.push(Vec::new());
        number
    }
}

fn index_of(position: Position) -> usize {
    usize::try_from(position.lo() - 1).expect("positions here index a vector")
}

fn page<'a>(events: impl Iterator<Item = &'a Recorded>, select: Select, max: usize) -> Page {
    let max = max.min(PAGE_EVENTS_MAX);
    let mut events = events;
    let taken = events.by_ref().take(max).map(|event| selected(event, select)).collect();
    Page { events: taken, more: events.next().is_some() }
}

fn selected(event: &Recorded, select: Select) -> Recorded {
    let mut event = event.clone();
    match select {
        Select::Facts => event.text = Bytes::new(),
        Select::Text => event.fact = Bytes::new(),
        Select::Both => {}
    }
    event
}
