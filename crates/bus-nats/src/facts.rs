//! The bus of facts: one JetStream stream, a copy of the journal, whose last message says how far the copy is.

mod checkpoint;
mod publish;
mod stream;

use async_nats::jetstream;
use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::stream::RawMessageErrorKind;
use async_trait::async_trait;
use ports::bus::{Behind, BusError, Extent, FactBus, Message, PublishError};

use crate::connect::Connection;

pub use stream::{FACT_SUBJECTS, FactStream};

/// How often what a stream has is asked again because it moved between two questions; each time somebody
/// published, and whoever publishes has to wait for the disk.
const GLANCES_MAX: usize = 16;

/// The facts on JetStream; clones share the connection.
#[derive(Clone, Debug)]
pub struct NatsFacts {
    connection: Connection,
    stream: FactStream,
}

impl NatsFacts {
    /// The stream over the connection; it is made, or set right, when it is first asked.
    pub fn new(connection: Connection, stream: FactStream) -> Self {
        Self { connection, stream }
    }

    /// What the stream has, if it did not move between asking for its state and for its last message. Both
    /// are asked of the stream's leader: a follower may not have the last message yet.
    async fn glance(&self, jetstream: &jetstream::Context) -> Result<Option<Extent>, BusError> {
        let stream = stream::open(jetstream, &self.stream).await?;
        let state = &stream.cached_info().state;
        let end = Behind { sequence: state.last_sequence, message: 0 };
        let last = match stream.raw_message_builder().last_by_subject(">").send().await {
            Ok(last) => last,
            Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => {
                let seen = Extent { end, messages: 0, checkpoint: None };
                return Ok((state.messages == 0).then_some(seen));
            }
            Err(error) => return Err(BusError::Unavailable(error.to_string())),
        };
        if state.messages == 0 || last.sequence > state.last_sequence {
            return Ok(None);
        }
        let checkpoint = checkpoint::read(&last.headers)
            .map_err(|what| BusError::Foreign { sequence: last.sequence, what })?;
        let end = Behind { message: last.sequence, ..end };
        Ok(Some(Extent { end, messages: state.messages, checkpoint: Some(checkpoint) }))
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

    async fn publish(&self, messages: &[Message], behind: Behind) -> Result<Behind, PublishError> {
        if messages.is_empty() {
            return Ok(behind);
        }
        let client = self.connection.client().map_err(|error| BusError::Unavailable(error.to_string()))?;
        let last = publish::all_or_none(client, self.jetstream()?, messages, behind).await?;
        Ok(Behind { sequence: last, message: last })
    }

    async fn empty(&self, upto: u64) -> Result<(), BusError> {
        let stream = stream::open(self.jetstream()?, &self.stream).await?;
        let purged = stream.purge().sequence(upto.saturating_add(1)).await;
        purged.map(drop).map_err(|error| BusError::Unavailable(error.to_string()))
    }
}

/// The code of JetStream's own error behind an error of the client, which names only some of them.
fn code_behind(error: &dyn std::error::Error) -> Option<ErrorCode> {
    let source = error.source()?;
    let told = source.downcast_ref::<jetstream::Error>().map(jetstream::Error::error_code);
    told.or_else(|| code_behind(source))
}
