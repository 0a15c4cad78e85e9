//! What we need of a bus to take in what producers publish: each message is delivered until it is settled.

use async_trait::async_trait;
use bytes::Bytes;

use crate::bus::BusError;

/// The most messages taken at once; a group commit carries as many without growing slower.
pub const DELIVERIES_MAX: usize = 512;

/// One message of a producer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The subject it was published on.
    pub subject: String,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The message.
    pub body: Bytes,
    /// What it is settled with.
    pub ticket: Ticket,
}

/// Settles one delivery.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ticket(pub String);

/// What becomes of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// It was recorded: it is not delivered again.
    Recorded,
    /// It is kept elsewhere and will never be recorded as it is: it is not delivered again.
    TurnedAway,
    /// It could not be looked at now: deliver it again.
    Later,
}

/// Something to be said to whoever listens, at most once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// Where it is said.
    pub subject: String,
    /// What is said.
    pub body: Bytes,
}

/// Messages of producers, kept by the bus until they are settled.
#[async_trait]
pub trait Inbox: Send + Sync {
    /// Waits for messages and returns up to [`DELIVERIES_MAX`] of them, in the order published; none when none
    /// came for a while.
    ///
    /// # Errors
    /// See [`BusError`].
    async fn take(&self) -> Result<Vec<Delivery>, BusError>;

    /// Settles deliveries. One whose settlement is lost is delivered again.
    ///
    /// # Errors
    /// See [`BusError`].
    async fn settle(&self, settled: Vec<(Ticket, Settlement)>) -> Result<(), BusError>;

    /// Says things to whoever listens.
    ///
    /// # Errors
    /// See [`BusError`].
    async fn announce(&self, said: Vec<Announcement>) -> Result<(), BusError>;
}
