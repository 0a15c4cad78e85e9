//! From `$all` to the mirror: which appends count, in the order that is the same for everybody.

use std::collections::HashMap;
use std::sync::Arc;

use eventstore::{Position, RecordedEvent};
use ports::{ImportError, Journal, NewEvent, PastAppend, ReadError, Receipt, Version};
use uuid::Uuid;

use crate::envelope::{self, Enclosed, Header, Names};
use crate::waiting::Arrived;

/// Appends handed to the mirror together: a few milliseconds of its work, and one sync.
pub(crate) const BATCH_APPENDS_MAX: usize = 1_024;

/// An append as it stands in `$all`.
struct Read {
    header: Header,
    stream: Arc<str>,
    events: Vec<NewEvent>,
    position: Position,
    /// The revision there of its last event; none for an append without events.
    revision: Option<u64>,
}

/// What reading an append came to.
pub(crate) struct Told {
    pub(crate) key: Uuid,
    pub(crate) arrived: Arrived,
    /// The stream, by how many its revisions there run ahead of those here.
    pub(crate) ahead: Option<(Arc<str>, u64)>,
}

/// Why the fold cannot go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FoldError {
    /// What stands in `$all` cannot be what we wrote.
    #[error("{0}")]
    Damaged(String),
    /// The mirror cannot take it now.
    #[error(transparent)]
    Mirror(#[from] ImportError),
    #[error(transparent)]
    Unread(#[from] ReadError),
}

/// The fold of `$all` into the mirror, from the position up to which the mirror holds it.
pub(crate) struct Fold {
    names: Names,
    mirror: Arc<dyn Journal>,
    writer: Uuid,
    /// The append whose events are still coming.
    partial: Option<Read>,
    complete: Vec<Read>,
    /// The last append that the mirror holds, or that does not count.
    pub(crate) upto: Option<Position>,
}

impl Fold {
    pub(crate) fn new(names: Names, mirror: Arc<dyn Journal>, writer: Uuid, upto: Option<Position>) -> Self {
        Self { names, mirror, writer, partial: None, complete: Vec::new(), upto }
    }

    /// How many appends wait to be taken into the mirror.
    pub(crate) fn waiting(&self) -> usize {
        self.complete.len()
    }

    /// Forgets what was heard and not yet taken in: it will be heard again.
    pub(crate) fn forget(&mut self) {
        self.partial = None;
        self.complete.clear();
    }

    /// Takes one event; an append is complete with its last.
    pub(crate) fn hear(&mut self, event: &RecordedEvent) -> Result<(), FoldError> {
        let Some(Enclosed { header, stream, event: enclosed }) =
            envelope::open(&self.names, event).map_err(FoldError::Damaged)?
        else {
            return Ok(());
        };
        let position = event.position;
        let Some((index, enclosed)) = enclosed else {
            let read = Read { header, stream, events: Vec::new(), position, revision: None };
            return self.complete(read);
        };
        let count = usize::from(header.count);
        let fresh = || Read { header, stream, events: Vec::with_capacity(count), position, revision: None };
        let mut read = self.partial.take().unwrap_or_else(fresh);
        if read.events.len() != usize::from(index) || index >= read.header.count {
            let (id, stream) = (event.id, &event.stream_id);
            let what = format!("event {id} in stream {stream} does not follow on its append's others");
            return Err(FoldError::Damaged(what));
        }
        read.events.push(enclosed);
        read.position = position;
        read.revision = Some(event.revision);
        if read.events.len() == usize::from(read.header.count) {
            return self.complete(read);
        }
        self.partial = Some(read);
        Ok(())
    }

    fn complete(&mut self, read: Read) -> Result<(), FoldError> {
        if self.partial.is_some() {
            return Err(FoldError::Damaged(format!("the append with key {} is cut off", read.header.key)));
        }
        self.complete.push(read);
        Ok(())
    }

    /// Takes the complete appends into the mirror and says what each came to, in their order.
    pub(crate) async fn take_in(&mut self) -> Result<Vec<Told>, FoldError> {
        let mut reads = std::mem::take(&mut self.complete);
        let mut told = Vec::with_capacity(reads.len());
        while !reads.is_empty() {
            let before = self.mirror.appends().await?;
            let (past, voids) = self.expected_to_count(&reads, before).await?;
            let tried = past.len();
            let imported = match self.mirror.import(past).await {
                Ok(receipts) => receipts,
                // The key of one of them is consumed already: those before it were taken in.
                Err(ImportError::Diverged { number }) if number > before => {
                    self.receipts(&reads, &voids, number - before - 1).await?
                }
                Err(error) => return Err(error.into()),
            };
            let stopped_early = imported.len() < tried;
            let done = self.tell(&reads, &voids, imported, &mut told);
            let mut rest = reads.split_off(done);
            if stopped_early && !rest.is_empty() {
                let repeated = rest.remove(0);
                told.push(self.repeated(repeated).await?);
            }
            reads = rest;
        }
        Ok(told)
    }

    /// The appends as the mirror would number them, and those that expected what was not so, by their index.
    async fn expected_to_count(
        &self,
        reads: &[Read],
        before: u64,
    ) -> Result<(Vec<PastAppend>, HashMap<usize, Option<Version>>), FoldError> {
        let mut number = before;
        let mut recorded_ms = self.mirror.head().await?.recorded_ms;
        let mut grown: HashMap<&str, u64> = HashMap::new();
        let (mut past, mut voids) = (Vec::with_capacity(reads.len()), HashMap::new());
        for (index, read) in reads.iter().enumerate() {
            if read.events.is_empty() {
                let actual = self.mirror.version(&read.stream).await?;
                let grown = grown.get(&*read.stream).copied().unwrap_or(0);
                let revision = actual.map_or(0, |version| version.revision + 1) + grown;
                if revision != read.header.expected.map_or(0, |revision| revision + 1) {
                    voids.insert(index, actual);
                    continue;
                }
            } else {
                *grown.entry(&read.stream).or_default() += read.events.len() as u64;
            }
            number += 1;
            // The order is KurrentDB's; clocks of several writers may differ by more than their appends.
            recorded_ms = recorded_ms.max(read.header.recorded_ms);
            past.push(PastAppend {
                number,
                key: read.header.key,
                digest: read.header.digest,
                stream: Arc::clone(&read.stream),
                recorded_ms,
                events: read.events.clone(),
            });
        }
        Ok((past, voids))
    }

    /// The receipts of the first `count` appends that count.
    async fn receipts(
        &self,
        reads: &[Read],
        voids: &HashMap<usize, Option<Version>>,
        count: u64,
    ) -> Result<Vec<Receipt>, FoldError> {
        let counted = reads.iter().enumerate().filter(|(index, _)| !voids.contains_key(index));
        let mut receipts = Vec::new();
        for (_, read) in counted.take(usize::try_from(count).unwrap_or(usize::MAX)) {
            let found = self.mirror.find(read.header.key).await?;
            let lost = || FoldError::Damaged(format!("the mirror lost key {}", read.header.key));
            receipts.push(found.ok_or_else(lost)?);
        }
        Ok(receipts)
    }

    /// Says what the appends came to, up to the first that was not taken in, and returns how many those are.
    fn tell(
        &mut self,
        reads: &[Read],
        voids: &HashMap<usize, Option<Version>>,
        imported: Vec<Receipt>,
        told: &mut Vec<Told>,
    ) -> usize {
        let mut imported = imported.into_iter();
        for (index, read) in reads.iter().enumerate() {
            let arrived = match voids.get(&index) {
                Some(actual) => Arrived::Void { actual: *actual },
                None => match imported.next() {
                    Some(receipt) => {
                        Arrived::Consumed { receipt, is_ours: read.header.writer == self.writer }
                    }
                    None => return index,
                },
            };
            let here = match &arrived {
                Arrived::Consumed { receipt, .. } => receipt.version,
                Arrived::Void { actual } => *actual,
            };
            self.upto = Some(read.position);
            told.push(Told { key: read.header.key, arrived, ahead: ahead(read, here) });
        }
        reads.len()
    }

    /// An append whose key another one consumed before does not count, whatever stream it is in.
    async fn repeated(&mut self, read: Read) -> Result<Told, FoldError> {
        let key = read.header.key;
        let first = self.mirror.find(key).await?;
        let receipt = first.ok_or_else(|| {
            FoldError::Damaged(format!("the append with key {key} does not follow on what the mirror holds"))
        })?;
        let here = self.mirror.version(&read.stream).await?;
        self.upto = Some(read.position);
        Ok(Told { key, arrived: Arrived::Consumed { receipt, is_ours: false }, ahead: ahead(&read, here) })
    }
}

/// By how many the stream's revisions there run ahead of those here.
fn ahead(read: &Read, here: Option<Version>) -> Option<(Arc<str>, u64)> {
    let there = read.revision? + 1;
    let here = here.map_or(0, |version| version.revision + 1);
    Some((Arc::clone(&read.stream), there.saturating_sub(here)))
}
