//! Books that histories are ingested into.

use std::io::BufRead;
use std::path::Path;
use std::sync::Arc;

use domain::id::VendorId;
use journal_sqlite::{Options, SqliteJournal};
use ports::SystemClock;
use services::book::Book;
use services::ingest::lines;
use wire::answers::IngestSummary;
use wire::input::Defaults;

/// An open book over a journal in `folder`; every append is synced.
pub(crate) fn open(folder: &Path) -> (Arc<Book>, Arc<SqliteJournal>) {
    let clock = Arc::new(SystemClock);
    let journal = SqliteJournal::open_owner(folder, Options::default(), clock.clone()).unwrap();
    let journal = Arc::new(journal);
    let shared = (Arc::clone(&journal), Arc::clone(&journal));
    (Arc::new(Book::open(shared.0, shared.1, clock).unwrap()), journal)
}

/// What is said of lines that do not say it themselves.
pub(crate) fn defaults(book: &Book) -> Defaults {
    let vendor: VendorId = services::world::house();
    Defaults { vendor, source: "bench".parse().unwrap(), now: book.now() }
}

/// Ingests the lines: recorded, decided and judged when this returns.
pub(crate) async fn ingest(book: &Arc<Book>, input: impl BufRead + Send + 'static) -> IngestSummary {
    services::program::publish_default(book).await.unwrap();
    let chunks = lines::cloudevents(input, defaults(book));
    services::ingest::ingest(Arc::clone(book), "bench", chunks, |_| {}).await.unwrap()
}

/// A number given on the command line, or another.
pub(crate) fn argument(name: &str, otherwise: u64) -> u64 {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1).map_or(otherwise, |text| text.parse().unwrap())
}
