//! The clock as a port: the real one, and one that tests and the demo turn by hand.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// How far the clock may stand before the last recorded time: 5 minutes, the same allowance observations
/// have for running ahead. More is a broken clock, and recording under it would freeze recorded time.
pub const CLOCK_STEP_BACK_MAX_MS: i64 = 5 * 60 * 1000;

/// Says what time it is.
pub trait Clock: Send + Sync {
    /// UTC in unix milliseconds.
    fn now_ms(&self) -> i64;
}

/// The machine's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the real clock enters")]
    fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }
}

/// A clock that moves only when told.
#[derive(Debug, Default)]
pub struct ManualClock {
    now_ms: AtomicI64,
}

impl ManualClock {
    /// A clock standing at `now_ms`, UTC unix milliseconds.
    pub fn at(now_ms: i64) -> Self {
        Self { now_ms: AtomicI64::new(now_ms) }
    }

    /// Turns the clock to `now_ms`, forward or back.
    pub fn set(&self, now_ms: i64) {
        self.now_ms.store(now_ms, Ordering::SeqCst);
    }

    /// Turns the clock forward by `by_ms`.
    pub fn advance(&self, by_ms: i64) {
        self.now_ms.fetch_add(by_ms, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now_ms(&self) -> i64 {
        self.now_ms.load(Ordering::SeqCst)
    }
}

/// The recorded time of the next group: the clock's, but never before the last one.
///
/// # Errors
/// One sentence for people when the clock stands more than [`CLOCK_STEP_BACK_MAX_MS`] before it.
pub fn next_recorded_ms(previous_ms: i64, now_ms: i64) -> Result<i64, String> {
    let behind_ms = previous_ms.saturating_sub(now_ms);
    if behind_ms > CLOCK_STEP_BACK_MAX_MS {
        return Err(format!(
            "the clock stands {} s before the last recorded time, more than {} s allowed; set the clock right",
            behind_ms / 1000,
            CLOCK_STEP_BACK_MAX_MS / 1000
        ));
    }
    Ok(previous_ms.max(now_ms))
}
