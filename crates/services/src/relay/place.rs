//! Where the bus is in the journal, if it is a copy of the journal at all.

use ports::bus::{Behind, Checkpoint, Extent, FactBus};
use ports::{Journal, Position, Recorded, Select};
use uuid::Uuid;

use super::{Stopped, message};

/// Why the bus is no copy of the journal, and none can be made of it without losing something.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Alarm {
    /// The bus has another event where this journal has its own.
    #[error(
        "bus diverged: at position {position} it has another event than the journal; \
         purge the stream if the journal is right, and it is filled anew"
    )]
    Diverged {
        /// Where.
        position: Position,
    },
    /// The bus has more than the journal: an older journal was restored.
    #[error(
        "bus ahead: it has the journal up to position {bus}, and the journal ends at {journal}; \
         restore the whole journal, or purge the stream to give up what came after"
    )]
    BusAhead {
        /// The last position on the bus.
        bus: Position,
        /// The journal's head.
        journal: Position,
    },
    /// The bus is a copy of another journal.
    #[error(
        "bus diverged: it has journal {bus}, and this is journal {journal}; \
         give this journal a bus of its own, or purge the stream"
    )]
    OtherJournal {
        /// The id of the journal on the bus.
        bus: Uuid,
        /// The id of the one at hand.
        journal: Uuid,
    },
    /// Somebody else publishes facts there.
    #[error("bus diverged: message {sequence} was published by somebody else: {what}")]
    Foreign {
        /// The message's number.
        sequence: u64,
        /// What tells.
        what: String,
    },
}

/// Where the bus is in the journal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) journal: Uuid,
    pub(super) end: Behind,
    pub(super) position: Position,
    pub(super) ordinal: u64,
    pub(super) recorded_ms: Option<i64>,
}

/// Finds out where the bus is. A bus with gaps is emptied, so that it can be filled again: then there is no
/// answer yet, and it is to be asked again.
///
/// # Errors
/// The bus is no copy of the journal, or one of both cannot be reached.
pub(super) async fn agree(journal: &dyn Journal, bus: &dyn FactBus) -> Result<Option<Place>, Stopped> {
    // The bus is asked before the journal: what it has was in the journal before.
    let Extent { end, messages, checkpoint } = bus.extent().await?;
    let id = journal.id();
    let Some(checkpoint) = checkpoint else {
        let nothing = Place { journal: id, end, position: Position::START, ordinal: 0, recorded_ms: None };
        return Ok(Some(nothing));
    };
    let event = confirmed(journal, &checkpoint).await?;
    if messages != checkpoint.ordinal {
        tracing::warn!(
            bus.messages = messages,
            journal.events = checkpoint.ordinal,
            "the bus has {messages} of the first {} events; it is emptied and filled again",
            checkpoint.ordinal
        );
        bus.empty(end.sequence).await?;
        return Ok(None);
    }
    let Checkpoint { position, ordinal, .. } = checkpoint;
    Ok(Some(Place { journal: id, end, position, ordinal, recorded_ms: Some(event.recorded_ms) }))
}

/// The event of the checkpoint, if it is this journal's.
async fn confirmed(journal: &dyn Journal, checkpoint: &Checkpoint) -> Result<Recorded, Stopped> {
    let (position, id) = (checkpoint.position, journal.id());
    if checkpoint.journal != id {
        return Err(Alarm::OtherJournal { bus: checkpoint.journal, journal: id }.into());
    }
    let head = journal.head().await.map_err(anyhow::Error::from)?.position;
    if position > head {
        return Err(Alarm::BusAhead { bus: position, journal: head }.into());
    }
    let page = journal.read_all(position.before(), position, Select::Text, 1).await;
    let event = page.map_err(anyhow::Error::from)?.events.pop();
    match event.filter(|event| message::digest(event) == checkpoint.digest) {
        Some(event) => Ok(event),
        None => Err(Alarm::Diverged { position }.into()),
    }
}
