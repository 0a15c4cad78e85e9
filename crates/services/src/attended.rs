//! What this process has already decided and judged right after recording it.

use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

use domain::stream::Stream;
use lru::LruCache;

use crate::roles::duty::Duty;

/// Streams remembered, in streams: those written to within the few seconds by which a follower may be behind,
/// at 10,000 commands a second and 100 bytes each, 6 MB.
const STREAMS_MAX: NonZeroUsize = NonZeroUsize::new(65_536).expect("65,536 is not zero");

/// Up to which revision each stream was attended to, the streams longest untouched forgotten first.
#[derive(Debug)]
pub(crate) struct Attended {
    settled: Mutex<LruCache<Stream, u64>>,
    judged: Mutex<LruCache<Stream, u64>>,
}

impl Default for Attended {
    fn default() -> Self {
        Self {
            settled: Mutex::new(LruCache::new(STREAMS_MAX)),
            judged: Mutex::new(LruCache::new(STREAMS_MAX)),
        }
    }
}

impl Attended {
    fn of(&self, duty: Duty) -> &Mutex<LruCache<Stream, u64>> {
        match duty {
            Duty::Settle => &self.settled,
            Duty::Judge => &self.judged,
        }
    }

    /// Remembers that the duty was done for `stream` as it stood at `revision`.
    pub(crate) fn note(&self, duty: Duty, stream: &Stream, revision: u64) {
        self.of(duty).lock().unwrap_or_else(PoisonError::into_inner).put(stream.clone(), revision);
    }

    /// At which revision of `stream` the duty was last done here.
    pub(crate) fn upto(&self, duty: Duty, stream: &Stream) -> Option<u64> {
        self.of(duty).lock().unwrap_or_else(PoisonError::into_inner).peek(stream).copied()
    }

    /// Whether the duty was done here for `stream` as it stood at `revision` or later.
    pub(crate) fn has(&self, duty: Duty, stream: &Stream, revision: u64) -> bool {
        self.upto(duty, stream).is_some_and(|done| done >= revision)
    }
}
