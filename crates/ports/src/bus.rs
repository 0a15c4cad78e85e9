//! What we need of a bus for facts: to see how far it is, to publish behind that and nowhere else, and to empty it.

use std::borrow::Cow;

use async_trait::async_trait;
use bytes::Bytes;
use uuid::Uuid;

use crate::position::Position;

/// The most messages a caller may hand over at once.
pub const PUBLISH_MESSAGES_MAX: usize = 4_000;

/// How far a bus has the journal; every message carries one, and the last message's is the bus's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The journal's own id.
    pub journal: Uuid,
    /// The event's place in that journal.
    pub position: Position,
    /// How many events the journal has up to and including this one; a bus without gaps has as many messages.
    pub ordinal: u64,
    /// Of the event as it is published.
    pub digest: [u8; 32],
}

/// A fact to be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Where it is published.
    pub subject: String,
    /// Names and values, in order.
    pub headers: Vec<(Cow<'static, str>, String)>,
    /// The body.
    pub payload: Bytes,
    /// Which event it is.
    pub checkpoint: Checkpoint,
}

/// What a publisher stands behind: it is told to look again when either number has changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Behind {
    /// The number of the last message there ever was; 0 before the first. An emptied bus keeps it, a bus
    /// made anew does not.
    pub sequence: u64,
    /// The number of the last message there still is; 0 when there is none, or when the last one alone was
    /// removed.
    pub message: u64,
}

/// What a bus has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Where it ends.
    pub end: Behind,
    /// How many messages there are.
    pub messages: u64,
    /// Of the last message; none when there is none.
    pub checkpoint: Option<Checkpoint>,
}

/// Why a bus could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// It does not answer now: ask again.
    #[error("the bus cannot be reached: {0}")]
    Unavailable(String),
    /// The last message, of this number, is none of ours: somebody else publishes there.
    #[error("message {sequence} on the bus was published by somebody else: {what}")]
    Foreign {
        /// The message's number.
        sequence: u64,
        /// What is missing in it, or wrong.
        what: String,
    },
    /// The bus answers and must not be used as it is: a person has to mend it.
    #[error("the bus cannot be used: {0}")]
    Unfit(String),
}

/// Why not every message is known to be published. The first of them may be there all the same, without a gap:
/// look again.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The bus does not stand as expected, or did not any more before the last message.
    #[error("the bus moved")]
    Moved,
    /// Those not published yet may be later.
    #[error("it is not known whether the facts were published: {0}")]
    Indeterminate(String),
    /// The bus cannot be asked.
    #[error(transparent)]
    Bus(#[from] BusError),
}

/// A copy of the journal for everybody, in its order. Whoever publishes says what it stands behind, so that of
/// two who do, one is told to look again.
#[async_trait]
pub trait FactBus: Send + Sync {
    /// What the bus has; makes it when there is none. What is found is no older than the call.
    ///
    /// # Errors
    /// See [`BusError`].
    async fn extent(&self) -> Result<Extent, BusError>;

    /// Publishes the messages in order and without a gap, provided that the bus still ends as expected, and
    /// returns how it ends then.
    ///
    /// # Errors
    /// See [`PublishError`]; whatever it is, the first of the messages may be there.
    async fn publish(&self, messages: Vec<Message>, behind: Behind) -> Result<Behind, PublishError>;

    /// Removes every message up to number `upto`, and none that came later.
    ///
    /// # Errors
    /// See [`BusError`]; they may have been removed nevertheless.
    async fn empty(&self, upto: u64) -> Result<(), BusError>;
}
