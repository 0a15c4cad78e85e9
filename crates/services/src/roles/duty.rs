//! What follows from recorded facts is written beside them: the registration role decides, the sentinel judges.
//!
//! Whoever records a fact does both at once where the same process plays both roles. This loop does what was
//! left: by a process that ended in between, or by one that does not play the role. Doing it twice is harmless.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::Context as _;
use domain::stream::Stream;
use futures::StreamExt as _;
use ports::{Position, Recorded, Select, Tailed};

use super::Role;
use super::checkpoint::Checkpoints;
use super::standing::Standing;
use super::supervisor::Stopped;
use crate::book::Book;
use crate::{resolving, settling};

/// Streams gathered before they are looked at while the journal is being caught up with, in streams: an
/// account that many events touched is looked at once for all of them.
const STREAMS_GATHERED_MAX: usize = 4_096;

/// What is done about each stream that something was recorded on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// Decide what is undecided.
    Settle,
    /// Judge, and keep the cases.
    Judge,
}

impl Duty {
    /// The role whose duty it is.
    pub fn role(self) -> Role {
        match self {
            Self::Settle => Role::Registration,
            Self::Judge => Role::Sentinel,
        }
    }
}

/// Does the duty for everything recorded, from the checkpoint on, until the journal fails.
///
/// # Errors
/// The journal cannot be read or written; started again, it goes on where it was.
pub async fn keep(
    book: Arc<Book>,
    duty: Duty,
    checkpoints: Arc<dyn Checkpoints>,
    standing: Standing,
) -> Result<(), Stopped> {
    let after = standing.done().or_else(|| checkpoints.read(duty.role())).unwrap_or(Position::START);
    let mut tail = book.journal.tail(after, Select::Facts);
    let mut gathered = Gathered::default();
    while let Some(tailed) = tail.next().await {
        let caught_up = match tailed.map_err(anyhow::Error::from)? {
            Tailed::Event(recorded) => {
                gathered.take(&book, duty, &recorded).context("following the journal")?;
                gathered.streams.len() >= STREAMS_GATHERED_MAX
            }
            Tailed::CaughtUp(upto) => {
                gathered.upto = upto;
                true
            }
        };
        if caught_up {
            let Gathered { streams, upto, recorded_ms } = std::mem::take(&mut gathered);
            for stream in streams {
                attend(&book, duty, &stream).await.with_context(|| format!("attending to {stream}"))?;
            }
            standing.is_done(upto, recorded_ms);
            if let Err(error) = checkpoints.keep(duty.role(), upto) {
                tracing::warn!(
                    role = duty.role().name(),
                    "the checkpoint of {} is not kept: {error}",
                    duty.role()
                );
            }
        }
    }
    Ok(())
}

/// Streams on which something was recorded that nobody attended to yet.
#[derive(Debug, Default)]
struct Gathered {
    streams: BTreeSet<Stream>,
    upto: Position,
    recorded_ms: Option<i64>,
}

impl Gathered {
    fn take(&mut self, book: &Book, duty: Duty, recorded: &Recorded) -> anyhow::Result<()> {
        let stream: Stream = recorded.stream.parse()?;
        if !book.attended.has(duty, &stream, recorded.revision) {
            self.streams.insert(stream);
        }
        self.upto = recorded.position;
        self.recorded_ms = Some(recorded.recorded_ms);
        Ok(())
    }
}

async fn attend(book: &Book, duty: Duty, stream: &Stream) -> anyhow::Result<()> {
    match duty {
        Duty::Settle => {
            settling::settle(book, stream).await?;
            // The accounts that are another customer now are judged by whoever follows the identity stream.
            resolving::after(book, stream).await.map(drop)
        }
        Duty::Judge => settling::judge(book, stream).await,
    }
}
