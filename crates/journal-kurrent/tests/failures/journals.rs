//! Journals over a double, or over a real server where one is named.

use std::sync::Arc;
use std::time::Duration;

use journal_kurrent::{Absent, KurrentJournal, OpenError, Options};
use kurrent_double::Double;
use ports::memory::MemoryJournal;
use ports::{Clock, ManualClock};

/// A noon in 2026, UTC unix milliseconds.
pub(crate) const NOON_MS: i64 = 1_780_056_000_000;

/// A server with nothing in it.
pub(crate) fn double() -> Double {
    Double::over(memory())
}

/// A mirror with nothing in it, or what a double keeps its events in.
pub(crate) fn memory() -> Arc<MemoryJournal> {
    Arc::new(MemoryJournal::new(clock()))
}

/// A clock that stands at noon.
pub(crate) fn clock() -> Arc<dyn Clock> {
    Arc::new(ManualClock::at(NOON_MS))
}

/// Opens the journal at `url` with an empty mirror, founding it if there is none.
pub(crate) async fn open(url: &str) -> Result<KurrentJournal, OpenError> {
    open_with(url, memory(), quick()).await
}

/// Opens the journal at `url` with this mirror.
pub(crate) async fn open_with(
    url: &str,
    mirror: Arc<MemoryJournal>,
    options: Options,
) -> Result<KurrentJournal, OpenError> {
    KurrentJournal::open(url, Absent::Found, mirror, clock(), options).await
}

/// Patience for tests: long enough for a busy machine, short enough where it has to run out.
pub(crate) fn quick() -> Options {
    Options { call: Duration::from_millis(1_500), append: Duration::from_secs(20), ..Options::default() }
}
