//! Copying a journal: its appends as they stand, and recording them elsewhere with their revisions and times.

use std::sync::Arc;

use uuid::Uuid;

use super::{AppendError, NewEvent};

/// An append as a journal recorded it: everything that a faithful copy has to keep.
///
/// Positions and revisions follow from the order, so they are not named: whoever records all appends of a
/// journal in their order gives every event the revision it has there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastAppend {
    /// Its place among the appends of its journal, those without events too, from 1 without gaps.
    pub number: u64,
    /// Its key.
    pub key: Uuid,
    /// The digest recorded with the key.
    pub digest: [u8; 32],
    /// The stream appended to.
    pub stream: Arc<str>,
    /// When it was recorded, UTC unix milliseconds; never before the one with the number before.
    pub recorded_ms: i64,
    /// Its events; none where only the key was consumed.
    pub events: Vec<NewEvent>,
}

/// Why an append of another journal was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// This journal does not hold what the other one holds before: it is no copy of it. Copy into an empty one.
    #[error("append {number} does not follow on what is recorded here: this is no copy of that journal")]
    Diverged {
        /// The append that does not fit.
        number: u64,
    },
    /// It could not be recorded.
    #[error(transparent)]
    Append(#[from] AppendError),
}
