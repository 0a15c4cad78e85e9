//! The relay: publishes the journal on the bus, in order and once, and keeps the bus a copy of the journal.
//!
//! The bus remembers how far it is: its last message is the checkpoint, so nothing is kept beside it that could
//! say something else. The relay reads it, checks it against the journal, and publishes what follows, each time
//! on condition that the bus still ends where it was seen to end. Whoever else publishes or removes something
//! there makes that fail, and the relay looks again.

mod message;
mod place;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use futures::StreamExt as _;
use ports::bus::{Behind, BusError, FactBus, Message, PUBLISH_MESSAGES_MAX, PublishError};
use ports::{Journal, Position, Select, Tailed};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::roles::supervisor;

pub use place::Alarm;
use place::Place;

/// How often the bus is asked whether it still is as it was left, in seconds: a purge leaves no trace but this,
/// and is healed within it.
const LOOK_S: u64 = 2;
/// Messages written and not yet published, so that the next are many when the last ones are acknowledged.
const WRITTEN_MESSAGES_MAX: usize = 2 * PUBLISH_MESSAGES_MAX;
/// The most bytes handed over at once: 4,000 events of the usual 600 bytes with their headers fit, and of the
/// largest events some 80, so that the bus is never kept from others for long.
const BATCH_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Why the relay stopped.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// Going on would do harm: a person has to look.
    #[error(transparent)]
    Alarm(#[from] Alarm),
    /// The bus or the journal cannot be reached: start it again.
    #[error("{0:#}")]
    Failed(#[from] anyhow::Error),
}

impl From<BusError> for Stopped {
    fn from(error: BusError) -> Self {
        match error {
            BusError::Foreign { sequence, what } => Self::Alarm(Alarm::Foreign { sequence, what }),
            BusError::Unavailable(_) | BusError::Unfit(_) => Self::Failed(error.into()),
        }
    }
}

impl From<Stopped> for supervisor::Stopped {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Alarm(alarm) => Self::Halted(alarm.to_string()),
            Stopped::Failed(error) => Self::Failed(error),
        }
    }
}

/// Publishes `journal` on `bus`, for ever, and says through `published` up to where that is done: a position,
/// and the recorded time there in unix milliseconds where it is known.
///
/// # Errors
/// See [`Stopped`]; it may be started again at any time and goes on where the bus is.
pub async fn relay<F>(
    journal: &Arc<dyn Journal>,
    bus: &dyn FactBus,
    mut published: F,
) -> Result<Infallible, Stopped>
where
    F: FnMut(Position, Option<i64>),
{
    let mut refused = None;
    loop {
        let Some(place) = place::agree(journal.as_ref(), bus).await? else { continue };
        if refused == Some(place.end) {
            let told = "the bus takes nothing where it says that it ends";
            return Err(anyhow::anyhow!(told).into());
        }
        published(place.position, place.recorded_ms);
        refused = carry_on(journal, bus, place, &mut published).await?;
    }
}

/// Publishes what follows `place` until the bus is found otherwise than it was left; returns where it refused
/// to take something.
async fn carry_on<F>(
    journal: &Arc<dyn Journal>,
    bus: &dyn FactBus,
    mut place: Place,
    published: &mut F,
) -> Result<Option<Behind>, Stopped>
where
    F: FnMut(Position, Option<i64>),
{
    let mut writer = Writer::start(journal, &place);
    let mut looked = Instant::now();
    loop {
        let look_at = looked + Duration::from_secs(LOOK_S);
        let batch = match tokio::time::timeout_at(look_at, writer.next_batch()).await {
            Ok(batch) => batch?,
            Err(_elapsed) => Batch::default(),
        };
        if !batch.messages.is_empty() {
            let after = place.after(&batch);
            match bus.publish(batch.messages, place.end).await {
                Ok(end) => place = Place { end, ..after },
                Err(PublishError::Moved) => return Ok(Some(place.end)),
                Err(error @ PublishError::Indeterminate(_)) => return Err(anyhow::Error::from(error).into()),
                Err(PublishError::Bus(error)) => return Err(error.into()),
            }
            published(place.position, place.recorded_ms);
        }
        if Instant::now() >= look_at {
            let extent = bus.extent().await?;
            if (extent.end, extent.messages) != (place.end, place.ordinal) {
                return Ok(None);
            }
            looked = Instant::now();
        }
    }
}

/// Messages about to be published as one.
#[derive(Default)]
struct Batch {
    messages: Vec<Message>,
    /// The recorded time of the last one.
    recorded_ms: Option<i64>,
}

impl Place {
    /// Where the bus is once it has the batch, but for what it says itself.
    fn after(&self, batch: &Batch) -> Self {
        let Self { end, journal, .. } = *self;
        let last = batch.messages.last().map(|last| (last.checkpoint.position, last.checkpoint.ordinal));
        let (position, ordinal) = last.unwrap_or((self.position, self.ordinal));
        Self { end, journal, position, ordinal, recorded_ms: batch.recorded_ms }
    }
}

/// A message, and when its event was recorded.
type Written = (Message, i64);

/// Reads the journal and writes messages beside the publishing, so that one does not wait for the other.
struct Writer {
    written: mpsc::Receiver<anyhow::Result<Written>>,
    ready: VecDeque<anyhow::Result<Written>>,
    task: JoinHandle<()>,
}

impl Writer {
    fn start(journal: &Arc<dyn Journal>, place: &Place) -> Self {
        let (sender, written) = mpsc::channel(WRITTEN_MESSAGES_MAX);
        let mut tail = journal.tail(place.position, Select::Text);
        let (journal, mut ordinal) = (place.journal, place.ordinal);
        let task = tokio::spawn(async move {
            while let Some(tailed) = tail.next().await {
                let message = match tailed.context("following the journal") {
                    Ok(Tailed::CaughtUp(_)) => continue,
                    Ok(Tailed::Event(event)) => {
                        ordinal += 1;
                        message::of(journal, ordinal, &event).map(|message| (message, event.recorded_ms))
                    }
                    Err(error) => Err(error),
                };
                if sender.send(message).await.is_err() {
                    return;
                }
            }
        });
        Self { written, ready: VecDeque::new(), task }
    }

    /// As many messages as there are, and one at least. What was received stays when this is given up.
    async fn next_batch(&mut self) -> anyhow::Result<Batch> {
        if self.ready.is_empty() {
            let mut received = Vec::new();
            if self.written.recv_many(&mut received, PUBLISH_MESSAGES_MAX).await == 0 {
                anyhow::bail!("the journal ended");
            }
            self.ready = received.into();
        }
        let mut batch = Batch::default();
        let mut bytes = 0;
        while let Some(Ok((message, _))) = self.ready.front() {
            bytes += message::size(message);
            if bytes > BATCH_BYTES_MAX && !batch.messages.is_empty() {
                return Ok(batch);
            }
            if let Some(Ok((message, recorded_ms))) = self.ready.pop_front() {
                batch.messages.push(message);
                batch.recorded_ms = Some(recorded_ms);
            }
        }
        match self.ready.pop_front() {
            Some(Err(error)) if batch.messages.is_empty() => Err(error),
            Some(failed) => {
                // What comes before it is published first.
                self.ready.push_front(failed);
                Ok(batch)
            }
            None => Ok(batch),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.task.abort();
    }
}
