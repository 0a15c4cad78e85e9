//! The clock: what passing time brings is written down, for people to see. The rules need none of it: whatever
//! ends by itself carries its end in the event that starts it.

mod endings;
mod reminders;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use domain::account::guest::Phase;
use domain::event::Event;
use domain::event::handoff::{Closed, HandoffEvent, HandoffOutcome};
use domain::fact::{Actor, Class, Context, Origin, Producer};
use domain::id::HandoffId;
use domain::stream::Stream;
use futures::StreamExt as _;
use ports::{AppendError, KindSet, Position, Scan, Select, StreamShare, Tailed};

use endings::Endings;

use super::standing::Standing;
use super::supervisor::Stopped;
use crate::book::{Book, kind_of};
use crate::intake::own_source;
use crate::pen::{self, Entry, Line};
use crate::sentinel;

/// How often the clock is looked at, in seconds: the shortest term of the program is counted in days.
const TICK_S: u64 = 10;

/// Looks at the clock again and again, until the journal fails.
///
/// # Errors
/// The journal cannot be read or written.
pub async fn keep(book: Arc<Book>, standing: Standing) -> Result<(), Stopped> {
    let scanned = Arc::clone(&book);
    let (mut endings, upto) =
        tokio::task::spawn_blocking(move || endings(&scanned)).await.context("reading what ends")??;
    let mut tail = book.journal.tail(upto, Select::Facts);
    let mut tick = tokio::time::interval(Duration::from_secs(TICK_S));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            tailed = tail.next() => match tailed {
                None => return Ok(()),
                Some(tailed) => match tailed.map_err(anyhow::Error::from)? {
                    Tailed::Event(recorded) => {
                        let stream: Stream = recorded.stream.parse().context("reading a stream's name")?;
                        endings.take(&stream, &pen::fact(&recorded)?, book.now());
                        standing.is_done(recorded.position, Some(recorded.recorded_ms));
                    }
                    Tailed::CaughtUp(position) => standing.is_done(position, None),
                },
            },
            _ = tick.tick() => pass(&book, &mut endings).await?,
        }
    }
}

fn endings(book: &Book) -> anyhow::Result<(Endings, Position)> {
    let kinds = KindSet::only(endings::KINDS.map(kind_of));
    let (mut endings, mut failed, now) = (Endings::default(), None, book.now());
    let scan = Scan { after: Position::START, upto: Position::END, kinds: &kinds, streams: StreamShare::ALL };
    let upto = book.journal.scan_facts(scan, &mut |row| {
        let read = || {
            let name = book.journal.stream_name(row.stream).context("a scanned stream has a name")?;
            anyhow::Ok((name.parse::<Stream>()?, pen::scanned(&row)?))
        };
        match read() {
            Ok((stream, fact)) => {
                endings.take(&stream, &fact, now);
                ControlFlow::Continue(())
            }
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    failed.map_or(Ok((endings, upto)), Err)
}

/// Writes down what is over by now and what is about to be, and confirms findings that nothing can clear any more.
async fn pass(book: &Book, endings: &mut Endings) -> anyhow::Result<()> {
    for (stream, handoff) in endings.lapsed(book.now()) {
        lapse(book, &stream, &handoff).await?;
    }
    reminders::remind(book, endings).await?;
    sentinel::look_at_ripe(book).await
}

/// Notes that nobody answered an invitation in time; says nothing if somebody just did.
async fn lapse(book: &Book, stream: &Stream, handoff: &HandoffId) -> anyhow::Result<()> {
    let loaded = book.load(stream).await?;
    let Some(invited) = loaded.account.handoff(handoff) else { return Ok(()) };
    let (Phase::Invited, None, Some(at), Some(invitation)) =
        (invited.phase, invited.lapse_noted, invited.expires_at, invited.invited)
    else {
        return Ok(());
    };
    let id = format!("lapse:{invitation}");
    let closed = Closed { handoff: handoff.clone(), outcome: HandoffOutcome::Lapsed, at };
    let entry = Entry {
        stream: stream.clone(),
        digest: wire::ids::digest(id.as_bytes()),
        producer: Producer {
            source: own_source(),
            id: id.parse().expect("a word and a UUID are an input id"),
        },
        actor: Actor::system(),
        origin: Origin::Live,
        lines: vec![Line {
            class: Class::Derived,
            valid_at: at,
            // It follows from the time alone: settling, which derives from facts, would take it back.
            causation: None,
            policy: None,
            context: Context::default(),
            event: Event::Handoff(HandoffEvent::Closed(closed)),
        }],
    };
    match book.write(entry, loaded).await {
        // Somebody wrote at the same moment: the next look decides again.
        Ok(_) | Err(AppendError::Conflict { .. } | AppendError::KeyMismatch { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
