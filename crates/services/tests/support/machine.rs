//! One journal on one clock, and the books on it.

use std::sync::Arc;

use ports::memory::{MemoryJournal, MemoryQuarantine};
use ports::{Clock, Journal, ManualClock};
use services::book::Book;
use services::intake::{self, Answer};
use wire::input::{Defaults, Record};

/// 2026-03-02T09:00:00Z, a Monday.
pub(crate) const START_MS: i64 = 1_772_442_000_000;

/// One journal with a clock of its own, and what opens books on it.
pub(crate) struct Machine {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) journal: Arc<MemoryJournal>,
}

impl Machine {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(ManualClock::at(START_MS));
        let journal = Arc::new(MemoryJournal::new(Arc::clone(&clock) as Arc<dyn Clock>));
        Self { clock, journal }
    }

    /// The book of one process, which shares the journal with others.
    pub(crate) fn book(&self) -> Book {
        self.book_on(Arc::clone(&self.journal) as _)
    }

    /// The same on something that stands before the journal.
    pub(crate) fn book_on(&self, journal: Arc<dyn Journal>) -> Book {
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        let quarantine = Arc::new(MemoryQuarantine::new(Arc::clone(&clock)));
        Book::open(journal, quarantine, clock).unwrap().shared()
    }
}

pub(crate) fn defaults(book: &Book) -> Defaults {
    Defaults { vendor: "acme".parse().unwrap(), source: "crm".parse().unwrap(), now: book.now() }
}

/// Tells the book one event, as the source `crm` does.
pub(crate) async fn tell(book: &Book, text: &str) -> Answer {
    let reading = wire::cloudevents::read(text.as_bytes(), &defaults(book));
    let record = Record { place: "test".to_owned(), received: text.as_bytes().to_vec(), reading };
    intake::take(book, "crm", record).await.unwrap()
}
