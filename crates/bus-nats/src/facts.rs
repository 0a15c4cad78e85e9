//! The bus of facts: one JetStream stream, a copy of the journal, whose last message says how far the copy is.

mod checkpoint;
mod publish;
mod stream;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use async_nats::jetstream;
use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::message::StreamMessage;
use async_nats::jetstream::stream::{RawMessageErrorKind, State, Stream};
use async_trait::async_trait;
use ports::bus::{Behind, BusError, Extent, FactBus, Message, PublishError};

use crate::connect::Connection;

pub use stream::{FACT_SUBJECTS, FactStream};

/// How often what a stream has is asked again because it moved between two questions; each time somebody
/// published, and whoever publishes has to wait for the disk.
const GLANCES_MAX: usize = 16;

/// How often in a row an empty stream may leave open whether it took something before it is made anew: a leader
/// that was lost explains one time.
const UNANSWERED_MAX: u32 = 2;

/// How long a server may take to remove a stream's files, in seconds; some gigabytes are unlinked in one.
const REMOVAL_S: u64 = 2;

/// The facts on JetStream; clones share the connection.
#[derive(Clone, Debug)]
pub struct NatsFacts {
    connection: Connection,
    stream: FactStream,
    /// How often in a row publishing was not answered.
    unanswered: Arc<AtomicU32>,
    /// How often the stream was found to be kept; 0 before it was found.
    replicas: Arc<AtomicUsize>,
    /// Whether the stream was there when it was last looked for.
    seen: Arc<AtomicBool>,
}

impl NatsFacts {
    /// The stream over the connection; it is made, or set right, when it is first asked.
    pub fn new(connection: Connection, stream: FactStream) -> Self {
        Self {
            connection,
            stream,
            unanswered: Arc::default(),
            replicas: Arc::default(),
            seen: Arc::default(),
        }
    }

    /// What the stream has, if it did not move between asking for its state and for its last message. Both
    /// are asked of the stream's leader: a follower may not have the last message yet.
    async fn glance(&self, jetstream: &jetstream::Context) -> Result<Option<Extent>, BusError> {
        let stream = self.stream(jetstream).await?;
        self.replicas.store(stream.cached_info().config.num_replicas, Ordering::Relaxed);
        let State { messages, last_sequence: sequence, consumer_count, .. } = stream.cached_info().state;
        let (last, end) = match last_among(&stream, publish::EVERY_SUBJECT).await? {
            // It is looked for at the number just told: another one is of another state of the stream, such as a
            // leader's that is just back or of a store that was set back.
            Some(last) if last.sequence != sequence => return Ok(None),
            Some(last) => {
                let message = last.sequence;
                (last, Behind { sequence, message })
            }
            None if messages == 0 => {
                if self.is_hollow(consumer_count) {
                    stream::remove(jetstream, &self.stream).await?;
                    // The new one has not been asked to take anything yet.
                    self.unanswered.store(0, Ordering::Relaxed);
                    return Ok(None);
                }
                let end = Behind { sequence, message: 0 };
                return Ok(Some(Extent { end, messages, checkpoint: None }));
            }
            // The server looks for the last of all only where its number says; when that one alone was
            // removed, the last of some is found nevertheless.
            None => match last_among(&stream, &self.stream.subjects).await? {
                Some(last) => (last, Behind { sequence, message: 0 }),
                None => return Ok(None),
            },
        };
        if messages == 0 || last.sequence > sequence {
            return Ok(None);
        }
        let checkpoint = checkpoint::read(&last.headers)
            .map_err(|what| BusError::Foreign { sequence: last.sequence, what })?;
        Ok(Some(Extent { end, messages, checkpoint: Some(checkpoint) }))
    }

    /// The stream, made when there is none. One that was there a moment ago is being removed, and a server that
    /// makes a stream while it still removes one of the same name removes the new one's files as well (seen on
    /// 2.15.1): the removal is given time first.
    async fn stream(&self, jetstream: &jetstream::Context) -> Result<Stream, BusError> {
        if let Some(found) = stream::find(jetstream, &self.stream).await? {
            self.seen.store(true, Ordering::Relaxed);
            return Ok(found);
        }
        if self.seen.swap(false, Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_secs(REMOVAL_S)).await;
            let told = format!("stream {} was removed; it is made anew", self.stream.name);
            return Err(BusError::Unavailable(told));
        }
        stream::make(jetstream, &self.stream).await
    }

    /// Whether the stream only seems to be there: without its files, it is listed, empty, and never answers what
    /// is published. Removed once more it is well; it has no messages and no readers that could be lost.
    fn is_hollow(&self, consumers: usize) -> bool {
        consumers == 0 && self.unanswered.load(Ordering::Relaxed) >= UNANSWERED_MAX
    }

    fn jetstream(&self) -> Result<&jetstream::Context, BusError> {
        Ok(self.connection.jetstream()?)
    }
}

#[async_trait]
impl FactBus for NatsFacts {
    async fn extent(&self) -> Result<Extent, BusError> {
        let jetstream = self.jetstream()?;
        for _ in 0..GLANCES_MAX {
            if let Some(extent) = self.glance(jetstream).await? {
                return Ok(extent);
            }
        }
        Err(BusError::Unavailable(format!("stream {} does not hold still", self.stream.name)))
    }

    async fn publish(&self, messages: Vec<Message>, behind: Behind) -> Result<Behind, PublishError> {
        if messages.is_empty() {
            return Ok(behind);
        }
        let client = self.connection.client().map_err(|error| BusError::Unavailable(error.to_string()))?;
        let replicas = self.replicas.load(Ordering::Relaxed);
        let answer = publish::in_order(client, self.jetstream()?, messages, behind, replicas).await;
        if matches!(answer, Err(PublishError::Indeterminate(_))) {
            self.unanswered.fetch_add(1, Ordering::Relaxed);
        } else {
            self.unanswered.store(0, Ordering::Relaxed);
        }
        let last = answer?;
        Ok(Behind { sequence: last, message: last })
    }

    async fn empty(&self, upto: u64) -> Result<(), BusError> {
        let stream = self.stream(self.jetstream()?).await?;
        let purged = stream.purge().sequence(upto.saturating_add(1)).await;
        purged.map(drop).map_err(|error| BusError::Unavailable(error.to_string()))
    }
}

/// The last message among the subjects.
async fn last_among(stream: &Stream, subjects: &str) -> Result<Option<StreamMessage>, BusError> {
    match stream.raw_message_builder().last_by_subject(subjects).send().await {
        Ok(last) => Ok(Some(last)),
        Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => Ok(None),
        Err(error) => Err(BusError::Unavailable(error.to_string())),
    }
}

/// The code of JetStream's own error behind an error of the client, which names only some of them.
fn code_behind(error: &dyn std::error::Error) -> Option<ErrorCode> {
    let source = error.source()?;
    let told = source.downcast_ref::<jetstream::Error>().map(jetstream::Error::error_code);
    told.or_else(|| code_behind(source))
}
