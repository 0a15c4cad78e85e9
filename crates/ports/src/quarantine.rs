//! What we need of a quarantine: a place for input that was turned away, with what is needed to mend it.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use sha2::{Digest, Sha256};

/// How many of the received bytes are kept: 64 KiB, the size every CloudEvents intermediary must carry; of a
/// longer input the digest and the length tell whether the sender still has the same one.
pub const KEPT_BYTES_MAX: usize = 64 * 1024;
/// How long an entry is kept unless configured otherwise, in days: one quarter, the rhythm of partner reviews.
pub const RETENTION_DAYS: u32 = 90;

/// Where in the input the fault lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// The input as a whole.
    Whole,
    /// A JSON pointer to the field.
    Pointer(String),
    /// A byte offset, for input that could not be parsed.
    ByteOffset(u64),
}

/// Input that was turned away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnedAway {
    /// The producer's source.
    pub source: Arc<str>,
    /// What was received, in full; only the first [`KEPT_BYTES_MAX`] bytes are kept.
    pub received: Bytes,
    /// One sentence saying what is wrong.
    pub reason: String,
    /// Where it is wrong.
    pub whereabouts: Whereabouts,
    /// Where it came from, such as "orders.csv row 17".
    pub origin: String,
}

/// Names an entry: the first 16 hex digits of the content's SHA-256, a dash and a counter from 1 for the
/// same content from other origins.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QuarantineId(String);

impl QuarantineId {
    /// The id of the `ordinal`-th entry, from 1, whose content has this digest.
    pub fn derive(digest: &[u8; 32], ordinal: u32) -> Self {
        Self(format!("{}-{ordinal}", data_encoding::HEXLOWER.encode(&digest[..8])))
    }

    /// The id as somebody typed it; it need not exist.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for QuarantineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether an entry still waits for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// It waits.
    Waiting,
    /// It was submitted again, at this time, UTC unix milliseconds.
    Released {
        /// When.
        at_ms: i64,
    },
}

/// An entry as kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// Its name.
    pub id: QuarantineId,
    /// Its place in the list, growing, from 1.
    pub number: u64,
    /// The producer's source.
    pub source: Arc<str>,
    /// The first [`KEPT_BYTES_MAX`] bytes received.
    pub kept: Bytes,
    /// SHA-256 of everything received.
    pub digest: [u8; 32],
    /// How many bytes were received.
    pub received_bytes: u64,
    /// What is wrong.
    pub reason: String,
    /// Where it is wrong.
    pub whereabouts: Whereabouts,
    /// Where it came from.
    pub origin: String,
    /// When it was first put here, UTC unix milliseconds.
    pub put_ms: i64,
    /// Whether it still waits.
    pub held: Held,
}

/// What putting did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Put {
    /// A new entry.
    Kept(QuarantineId),
    /// The same bytes from the same source and origin are already there.
    Known(QuarantineId),
}

impl Put {
    /// The entry's id either way.
    pub fn id(&self) -> &QuarantineId {
        match self {
            Put::Kept(id) | Put::Known(id) => id,
        }
    }
}

/// Which entries a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// Only those that wait.
    Waiting,
    /// Released ones too.
    All,
}

/// Why the quarantine did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum QuarantineError {
    /// There is no entry with this id.
    #[error("there is no quarantined input {0}")]
    Unknown(QuarantineId),
    /// The quarantine is full of work or cannot be reached.
    #[error("the quarantine is unavailable: {0}")]
    Unavailable(String),
}

/// Keeps input that was turned away until somebody releases it or it grows too old.
#[async_trait]
pub trait Quarantine: Send + Sync {
    /// Keeps the input durably. The same bytes from the same source and origin are kept once.
    ///
    /// # Errors
    /// `Unavailable`: nothing was kept.
    async fn put(&self, turned_away: TurnedAway) -> Result<Put, QuarantineError>;

    /// Entries with a number above `after`, in order of arrival, at most `max`.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn list(
        &self,
        listing: Listing,
        after: u64,
        max: usize,
    ) -> Result<Vec<Quarantined>, QuarantineError>;

    /// The entry with the id.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn get(&self, id: &QuarantineId) -> Result<Option<Quarantined>, QuarantineError>;

    /// Marks the entry as released now and returns it; an entry already released keeps its first time.
    ///
    /// # Errors
    /// `Unknown` or `Unavailable`.
    async fn mark_released(&self, id: &QuarantineId) -> Result<Quarantined, QuarantineError>;

    /// Takes over an entry of another quarantine with its times, and with its id unless that is taken here. Of one
    /// that is here already only the release is taken over, if it still waits here.
    ///
    /// # Errors
    /// `Unavailable`: nothing was taken over.
    async fn adopt(&self, entry: Quarantined) -> Result<Put, QuarantineError>;

    /// Forgets entries put here longer ago than the retention and returns how many.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn expire(&self) -> Result<u64, QuarantineError>;

    /// How long an entry is kept, in days.
    fn retention_days(&self) -> u32;
}

impl TurnedAway {
    /// SHA-256 of everything received.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.received).into()
    }

    /// The first [`KEPT_BYTES_MAX`] bytes.
    pub fn kept(&self) -> Bytes {
        self.received.slice(..self.received.len().min(KEPT_BYTES_MAX))
    }
}
