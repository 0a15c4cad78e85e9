//! A generated history as a file, and books it is ingested into.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::id::VendorId;
use journal_sqlite::{Options, SqliteJournal};
use ports::SystemClock;
use services::book::Book;
use services::ingest::lines;
use tests::generator::{Plan, write_history};
use wire::answers::IngestSummary;
use wire::input::Defaults;

/// What the history is like; printed with every figure.
pub(crate) const DESCRIPTION: &str =
    "about 600 bytes a CloudEvents line, 20 lines an account, every fifth account with a live handoff";

/// Writes a history to `folder` and returns the file.
pub(crate) fn history(folder: &Path, events: u64) -> PathBuf {
    let file = folder.join("history.ndjson");
    let mut out = BufWriter::with_capacity(1 << 20, File::create(&file).unwrap());
    write_history(&Plan { events, accounts: (events / 20).max(1), seed: 7 }, &mut out).unwrap();
    out.flush().unwrap();
    file
}

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

/// Ingests the file: recorded, decided and judged when this returns.
pub(crate) async fn ingest(book: &Arc<Book>, file: &Path) -> IngestSummary {
    services::program::publish_default(book).await.unwrap();
    let input = BufReader::with_capacity(1 << 20, File::open(file).unwrap());
    let chunks = lines::cloudevents(input, defaults(book));
    services::ingest::ingest(Arc::clone(book), "bench", chunks, |_| {}).await.unwrap()
}

/// A number given on the command line, or another.
pub(crate) fn argument(name: &str, otherwise: u64) -> u64 {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1).map_or(otherwise, |text| text.parse().unwrap())
}
