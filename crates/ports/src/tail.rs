//! Following a journal: pages up to the head, then a wait for the next commit.

use std::collections::VecDeque;

use futures::stream::{self, BoxStream};
use tokio::sync::watch;

use crate::journal::{Head, Journal, PAGE_EVENTS_MAX, ReadError, Recorded, Select};
use crate::position::Position;

/// What a tail says next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tailed {
    /// The next event.
    Event(Recorded),
    /// Everything up to this position was given; what comes next is new.
    CaughtUp(Position),
}

/// A tail as a stream.
pub type TailStream = BoxStream<'static, Result<Tailed, ReadError>>;

/// A tail over any journal that can be read in pages and announces its head: it never waits for a head it
/// has already seen, so a commit between the last page and the wait is not missed.
pub fn follow<J>(journal: J, head: watch::Receiver<Head>, after: Position, select: Select) -> TailStream
where
    J: Journal + 'static,
{
    let start = Following { journal, head, after, select, told: None, ready: VecDeque::new(), failed: false };
    Box::pin(stream::unfold(start, |mut following| async move {
        if following.failed {
            return None;
        }
        let next = following.next().await.transpose()?;
        following.failed = next.is_err();
        Some((next, following))
    }))
}

struct Following<J> {
    journal: J,
    head: watch::Receiver<Head>,
    after: Position,
    select: Select,
    told: Option<Position>,
    ready: VecDeque<Recorded>,
    failed: bool,
}

impl<J: Journal> Following<J> {
    /// None when the journal was closed.
    async fn next(&mut self) -> Result<Option<Tailed>, ReadError> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                self.after = event.position;
                return Ok(Some(Tailed::Event(event)));
            }
            let head = self.head.borrow_and_update().position;
            if head > self.after {
                let page = self.journal.read_all(self.after, head, self.select, PAGE_EVENTS_MAX).await?;
                if page.events.is_empty() {
                    return Err(ReadError::Damaged(format!(
                        "no event after position {} although the head is {head}",
                        self.after
                    )));
                }
                self.ready.extend(page.events);
            } else if self.told != Some(self.after) {
                self.told = Some(self.after);
                return Ok(Some(Tailed::CaughtUp(self.after)));
            } else if self.head.changed().await.is_err() {
                return Ok(None);
            }
        }
    }
}
