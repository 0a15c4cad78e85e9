//! The follower: where several processes write one journal, each takes in what the others recorded.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::Context as _;
use domain::stream::Stream;
use futures::StreamExt as _;
use ports::{Position, Select, Tailed};

use super::supervisor::Stopped;
use crate::book::Book;
use crate::pen;

/// Which facts are in the small views already: all up to one position, and those this process recorded since.
#[derive(Debug)]
pub struct Shelved {
    upto: Position,
    ahead: BTreeSet<u64>,
}

impl Shelved {
    pub(crate) fn upto(position: Position) -> Self {
        Self { upto: position, ahead: BTreeSet::new() }
    }

    /// Whether the fact at `position` is met for the first time.
    pub(crate) fn meets(&mut self, position: u64) -> bool {
        position > self.upto.lo() && self.ahead.insert(position)
    }

    fn passed(&mut self, position: Position) {
        self.upto = position;
        self.ahead = self.ahead.split_off(&(position.lo() + 1));
    }
}

/// Follows the journal and keeps the book current, until the journal fails.
///
/// # Errors
/// The journal cannot be read, or holds something that is not ours.
pub async fn follow(book: Arc<Book>) -> Result<(), Stopped> {
    let Some(after) = book.shelved(|shelved| shelved.upto) else { return Ok(()) };
    let mut tail = book.journal.tail(after, Select::Facts);
    while let Some(tailed) = tail.next().await {
        if let Tailed::Event(recorded) = tailed.map_err(anyhow::Error::from)? {
            let stream: Stream = recorded.stream.parse().context("reading a stream's name")?;
            let fact = pen::fact(&recorded)?;
            book.know(&stream);
            book.shelve(&stream, &fact);
            book.moved(&stream, recorded.revision);
            book.shelved(|shelved| shelved.passed(recorded.position));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_is_met_once_whether_it_was_recorded_here_or_elsewhere() {
        let mut shelved = Shelved::upto(Position::new(0, 10));
        assert!(!shelved.meets(10));
        assert!(shelved.meets(12));
        assert!(shelved.meets(11));
        shelved.passed(Position::new(0, 11));
        assert!(!shelved.meets(12));
        shelved.passed(Position::new(0, 12));
        assert!(!shelved.meets(11) && !shelved.meets(12) && shelved.meets(13));
    }
}
