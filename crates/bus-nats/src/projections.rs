//! Projections as JetStream key-value buckets: who watches one gets what stands there, then each change.

use std::collections::HashMap;
use std::sync::Arc;

use async_nats::jetstream::context::PublishAckFuture;
use async_nats::jetstream::kv::{self, Store};
use async_nats::{HeaderMap, jetstream};
use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _};
use ports::bus::BusError;
use ports::projections::{Change, Projections};
use tokio::sync::Mutex;

use crate::connect::Connection;

/// Changes sent and not yet acknowledged, at most: enough to hide the way to the server, little enough for its
/// buffers.
const UNACKNOWLEDGED_MAX: usize = 256;

/// Buckets on JetStream; clones share the connection.
#[derive(Clone)]
pub struct NatsProjections {
    connection: Connection,
    replicas: usize,
    open: Arc<Mutex<HashMap<String, Store>>>,
}

impl NatsProjections {
    /// New buckets are kept on so many servers.
    pub fn new(connection: Connection, replicas: usize) -> Self {
        Self { connection, replicas, open: Arc::default() }
    }

    async fn store(&self, bucket: &str) -> Result<Store, BusError> {
        let mut open = self.open.lock().await;
        if let Some(store) = open.get(bucket) {
            return Ok(store.clone());
        }
        let jetstream = self.connection.jetstream()?;
        let store = match jetstream.get_key_value(bucket).await {
            Ok(store) => store,
            Err(_) => {
                let config = kv::Config {
                    bucket: bucket.to_owned(),
                    description: "A projection of Chaperone; only the projector writes here".to_owned(),
                    history: 1,
                    num_replicas: self.replicas,
                    ..kv::Config::default()
                };
                let made = jetstream.create_key_value(config).await;
                made.map_err(|error| unavailable("making bucket", bucket, &error))?
            }
        };
        open.insert(bucket.to_owned(), store.clone());
        Ok(store)
    }
}

fn unavailable(doing: &str, what: &str, error: &dyn std::fmt::Display) -> BusError {
    BusError::Unavailable(format!("{doing} {what}: {error}"))
}

/// Sends one change without waiting for its acknowledgement.
async fn send(
    jetstream: &jetstream::Context,
    store: &Store,
    (key, value): Change,
) -> Result<PublishAckFuture, BusError> {
    let prefix = store.put_prefix.as_ref().unwrap_or(&store.prefix);
    let subject = format!("{prefix}{key}");
    let sent = match value {
        Some(value) => jetstream.publish(subject, value).await,
        None => {
            let mut headers = HeaderMap::new();
            headers.insert("KV-Operation", "DEL");
            jetstream.publish_with_headers(subject, headers, Bytes::new()).await
        }
    };
    sent.map_err(|error| unavailable("writing", &key, &error))
}

#[async_trait]
impl Projections for NatsProjections {
    async fn open(&self, bucket: &str) -> Result<(), BusError> {
        self.store(bucket).await.map(drop)
    }

    async fn get(&self, bucket: &str, key: &str) -> Result<Option<Bytes>, BusError> {
        let store = self.store(bucket).await?;
        store.get(key).await.map_err(|error| unavailable("reading", key, &error))
    }

    async fn all(&self, bucket: &str) -> Result<Vec<(String, Bytes)>, BusError> {
        let store = self.store(bucket).await?;
        let keys = store.keys().await.map_err(|error| unavailable("listing", bucket, &error))?;
        let keys: Vec<String> =
            keys.try_collect().await.map_err(|error| unavailable("listing", bucket, &error))?;
        let entries = futures::stream::iter(keys).map(|key| {
            let store = store.clone();
            async move {
                let value = store.get(&key).await.map_err(|error| unavailable("reading", &key, &error))?;
                Ok::<_, BusError>(value.map(|value| (key, value)))
            }
        });
        let entries: Vec<Option<(String, Bytes)>> =
            entries.buffered(UNACKNOWLEDGED_MAX).try_collect().await?;
        Ok(entries.into_iter().flatten().collect())
    }

    async fn write(&self, bucket: &str, changes: Vec<Change>) -> Result<(), BusError> {
        let store = self.store(bucket).await?;
        let jetstream = self.connection.jetstream()?;
        let mut sent = std::collections::VecDeque::new();
        for change in changes {
            if sent.len() >= UNACKNOWLEDGED_MAX
                && let Some(oldest) = sent.pop_front()
            {
                acknowledged(oldest, bucket).await?;
            }
            sent.push_back(send(jetstream, &store, change).await?);
        }
        for one in sent {
            acknowledged(one, bucket).await?;
        }
        Ok(())
    }

    async fn remove(&self, bucket: &str) -> Result<(), BusError> {
        self.open.lock().await.remove(bucket);
        let jetstream = self.connection.jetstream()?;
        match jetstream.delete_key_value(bucket).await {
            Ok(_) => Ok(()),
            Err(_) if jetstream.get_key_value(bucket).await.is_err() => Ok(()),
            Err(error) => Err(unavailable("removing bucket", bucket, &error)),
        }
    }
}

async fn acknowledged(sent: PublishAckFuture, bucket: &str) -> Result<(), BusError> {
    sent.await.map(drop).map_err(|error| unavailable("writing to", bucket, &error))
}
