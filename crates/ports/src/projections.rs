//! What we need of a bus to keep projections on it: named buckets of keys and values that others watch.

use async_trait::async_trait;
use bytes::Bytes;

use crate::bus::BusError;

/// A key and its value; none takes the key away.
pub type Change = (String, Option<Bytes>);

/// Buckets of keys and values; who watches one gets what stands there and then each change.
#[async_trait]
pub trait Projections: Send + Sync {
    /// Makes the bucket where there is none.
    ///
    /// # Errors
    /// See [`BusError`].
    async fn open(&self, bucket: &str) -> Result<(), BusError>;

    /// The value of a key; none where there is none, or no such bucket.
    ///
    /// # Errors
    /// See [`BusError`].
    async fn get(&self, bucket: &str, key: &str) -> Result<Option<Bytes>, BusError>;

    /// Every key with its value.
    ///
    /// # Errors
    /// See [`BusError`].
    async fn all(&self, bucket: &str) -> Result<Vec<(String, Bytes)>, BusError>;

    /// Writes the changes in order, and returns once all of them are kept.
    ///
    /// # Errors
    /// See [`BusError`]; some of them, from the front, may be kept nevertheless.
    async fn write(&self, bucket: &str, changes: Vec<Change>) -> Result<(), BusError>;

    /// Takes the bucket away, if there is one.
    ///
    /// # Errors
    /// See [`BusError`].
    async fn remove(&self, bucket: &str) -> Result<(), BusError>;
}

/// Which buckets there are, for whoever takes away those that nobody needs any more.
#[async_trait]
pub trait Buckets: Send + Sync {
    /// The names of all buckets, in no order; some may be none of ours.
    ///
    /// # Errors
    /// See [`BusError`].
    async fn names(&self) -> Result<Vec<String>, BusError>;
}
