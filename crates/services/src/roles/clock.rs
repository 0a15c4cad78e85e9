//! The clock: what passing time brings is written down, for people to see. The rules need none of it: whatever
//! ends by itself carries its end in the event that starts it.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use domain::account::guest::Phase;
use domain::event::Event;
use domain::event::handoff::{Closed, HandoffEvent, HandoffOutcome};
use domain::fact::{Actor, Class, Context, Fact, Origin, Producer};
use domain::id::HandoffId;
use domain::stream::Stream;
use domain::time::Instant;
use futures::StreamExt as _;
use ports::{AppendError, KindSet, Position, Scan, Select, StreamShare, Tailed};

use super::standing::Standing;
use super::supervisor::Stopped;
use crate::book::{Book, kind_of};
use crate::intake::own_source;
use crate::pen::{self, Entry, Line};
use crate::sentinel;

/// How often the clock is looked at, in seconds: the shortest term of the program is counted in days.
const TICK_S: u64 = 10;

/// Invitations nobody has answered, by when they lapse.
#[derive(Debug, Default)]
struct Unanswered {
    by_end: BTreeMap<(Instant, Stream, HandoffId), ()>,
    ends: BTreeMap<(Stream, HandoffId), Instant>,
}

impl Unanswered {
    fn take(&mut self, stream: &Stream, fact: &Fact) {
        let Event::Handoff(event) = &fact.event else { return };
        match event {
            HandoffEvent::Invited(invited) => {
                self.forget(stream, &invited.handoff);
                let place = (stream.clone(), invited.handoff.clone());
                self.by_end.insert((invited.expires_at, place.0.clone(), place.1.clone()), ());
                self.ends.insert(place, invited.expires_at);
            }
            HandoffEvent::Accepted(accepted) => self.forget(stream, &accepted.handoff),
            HandoffEvent::Declined(declined) => self.forget(stream, &declined.handoff),
            HandoffEvent::Revoked(revoked) => self.forget(stream, &revoked.handoff),
            HandoffEvent::Closed(closed) => self.forget(stream, &closed.handoff),
            HandoffEvent::Reported(_)
            | HandoffEvent::Requested(_)
            | HandoffEvent::Amended(_)
            | HandoffEvent::Progressed(_)
            | HandoffEvent::Released(_)
            | HandoffEvent::ForfeitureClaimed(_) => {}
        }
    }

    fn forget(&mut self, stream: &Stream, handoff: &HandoffId) {
        let place = (stream.clone(), handoff.clone());
        if let Some(end) = self.ends.remove(&place) {
            self.by_end.remove(&(end, place.0, place.1));
        }
    }

    fn over_by(&self, now: Instant) -> Vec<(Stream, HandoffId)> {
        let over = self.by_end.keys().take_while(|(end, ..)| *end <= now);
        over.map(|(_, stream, handoff)| (stream.clone(), handoff.clone())).collect()
    }
}

/// Looks at the clock again and again, until the journal fails.
///
/// # Errors
/// The journal cannot be read or written.
pub async fn keep(book: Arc<Book>, standing: Standing) -> Result<(), Stopped> {
    let scanned = Arc::clone(&book);
    let (mut unanswered, upto) =
        tokio::task::spawn_blocking(move || unanswered(&scanned)).await.context("reading invitations")??;
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
                        unanswered.take(&stream, &pen::fact(&recorded)?);
                        standing.is_done(recorded.position, Some(recorded.recorded_ms));
                    }
                    Tailed::CaughtUp(position) => standing.is_done(position, None),
                },
            },
            _ = tick.tick() => pass(&book, &unanswered).await?,
        }
    }
}

fn unanswered(book: &Book) -> anyhow::Result<(Unanswered, Position)> {
    let kinds = ["invited", "accepted", "declined", "revoked", "closed"];
    let kinds = KindSet::only(kinds.map(|kind| kind_of(&format!("handoff.{kind}"))));
    let (mut unanswered, mut failed) = (Unanswered::default(), None);
    let scan = Scan { after: Position::START, upto: Position::END, kinds: &kinds, streams: StreamShare::ALL };
    let upto = book.journal.scan_facts(scan, &mut |row| {
        let read = || {
            let name = book.journal.stream_name(row.stream).context("a scanned stream has a name")?;
            anyhow::Ok((name.parse::<Stream>()?, pen::scanned(&row)?))
        };
        match read() {
            Ok((stream, fact)) => {
                unanswered.take(&stream, &fact);
                ControlFlow::Continue(())
            }
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    failed.map_or(Ok((unanswered, upto)), Err)
}

/// Writes down what is over by now, and confirms findings that nothing can clear any more.
async fn pass(book: &Book, unanswered: &Unanswered) -> anyhow::Result<()> {
    for (stream, handoff) in unanswered.over_by(book.now()) {
        lapse(book, &stream, &handoff).await?;
    }
    sentinel::look_at_ripe(book).await
}

/// Closes an invitation that nobody answered in time; says nothing if somebody just did.
async fn lapse(book: &Book, stream: &Stream, handoff: &HandoffId) -> anyhow::Result<()> {
    let loaded = book.load(stream).await?;
    let Some(invited) = loaded.account.handoff(handoff) else { return Ok(()) };
    let (Phase::Invited, Some(at), Some(invitation)) = (invited.phase, invited.expires_at, invited.invited)
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
            causation: Some(invitation),
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
