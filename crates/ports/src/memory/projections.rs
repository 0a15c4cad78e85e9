//! Projections in memory.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;

use crate::bus::BusError;
use crate::projections::{Buckets, Change, Projections};

/// Buckets in memory.
#[derive(Debug, Default)]
pub struct MemoryProjections(Mutex<BTreeMap<String, BTreeMap<String, Bytes>>>);

impl MemoryProjections {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, BTreeMap<String, Bytes>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Projections for MemoryProjections {
    async fn open(&self, bucket: &str) -> Result<(), BusError> {
        self.lock().entry(bucket.to_owned()).or_default();
        Ok(())
    }

    async fn get(&self, bucket: &str, key: &str) -> Result<Option<Bytes>, BusError> {
        Ok(self.lock().get(bucket).and_then(|bucket| bucket.get(key)).cloned())
    }

    async fn all(&self, bucket: &str) -> Result<Vec<(String, Bytes)>, BusError> {
        let buckets = self.lock();
        let entries = buckets.get(bucket).into_iter().flatten();
        Ok(entries.map(|(key, value)| (key.clone(), value.clone())).collect())
    }

    async fn write(&self, bucket: &str, changes: Vec<Change>) -> Result<(), BusError> {
        let mut buckets = self.lock();
        let bucket = buckets.entry(bucket.to_owned()).or_default();
        for (key, value) in changes {
            match value {
                Some(value) => drop(bucket.insert(key, value)),
                None => drop(bucket.remove(&key)),
            }
        }
        Ok(())
    }

    async fn remove(&self, bucket: &str) -> Result<(), BusError> {
        self.lock().remove(bucket);
        Ok(())
    }
}

#[async_trait]
impl Buckets for MemoryProjections {
    async fn names(&self) -> Result<Vec<String>, BusError> {
        Ok(self.lock().keys().cloned().collect())
    }
}
