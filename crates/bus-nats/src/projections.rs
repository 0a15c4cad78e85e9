//! Projections as JetStream key-value buckets: who watches one gets what stands there, then each change.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::context::{DeleteStreamErrorKind, PublishAckFuture};
use async_nats::jetstream::kv::{self, Store};
use async_nats::jetstream::stream::Config;
use async_nats::{Client, HeaderMap, jetstream};
use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _};
use ports::bus::BusError;
use ports::projections::{Change, Projections};
use tokio::sync::Mutex;

use crate::batch::{self, Outgoing};
use crate::buckets::STREAM_OF_BUCKET;
use crate::connect::Connection;
use crate::heard::heard;

/// Changes sent and not yet acknowledged, at most: enough to hide the way to the server, little enough for its
/// buffers.
const UNACKNOWLEDGED_MAX: usize = 256;

/// From how many changes on a batch is quicker than one after the other: the server stages each in a file of its own,
/// which costs few changes more than it spares them.
const BATCH_CHANGES_MIN: usize = 256;

/// A key that never has a value.
const KEY_OF_NOTHING: &str = "_heard";

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
                let made = made.map_err(|error| unavailable("making bucket", bucket, &error))?;
                heard(jetstream, &made.stream, &format!("{}{KEY_OF_NOTHING}", made.prefix)).await?;
                made
            }
        };
        open.insert(bucket.to_owned(), store.clone());
        Ok(store)
    }

    /// The bucket, set up to take batches, which how it is made cannot say.
    async fn batched(&self, bucket: &str) -> Result<Store, BusError> {
        let store = self.store(bucket).await?;
        let config = &store.stream.cached_info().config;
        if config.allow_atomic_publish {
            return Ok(store);
        }
        let updated = Config { allow_atomic_publish: true, ..config.clone() };
        let updated = self.connection.jetstream()?.update_stream(updated).await;
        updated.map_err(|error| unavailable("setting up bucket", bucket, &error))?;
        self.open.lock().await.remove(bucket);
        self.store(bucket).await
    }
}

fn unavailable(doing: &str, what: &str, error: &dyn std::fmt::Display) -> BusError {
    BusError::Unavailable(format!("{doing} {what}: {error}"))
}

fn outgoing(store: &Store, (key, value): Change) -> Outgoing {
    let prefix = store.put_prefix.as_ref().unwrap_or(&store.prefix);
    let mut headers = HeaderMap::new();
    if value.is_none() {
        headers.insert("KV-Operation", "DEL");
    }
    Outgoing { subject: format!("{prefix}{key}"), headers, payload: value.unwrap_or_default() }
}

/// Sends one change after the other and waits for every acknowledgement.
async fn one_after_the_other(
    jetstream: &jetstream::Context,
    store: &Store,
    changes: impl Iterator<Item = Outgoing>,
) -> Result<(), BusError> {
    let mut sent = VecDeque::new();
    for Outgoing { subject, headers, payload } in changes {
        if sent.len() >= UNACKNOWLEDGED_MAX
            && let Some(oldest) = sent.pop_front()
        {
            acknowledged(oldest, &store.name).await?;
        }
        let sending = match headers.is_empty() {
            true => jetstream.publish(subject, payload).await,
            false => jetstream.publish_with_headers(subject, headers, payload).await,
        };
        sent.push_back(sending.map_err(|error| unavailable("writing to", &store.name, &error))?);
    }
    for one in sent {
        acknowledged(one, &store.name).await?;
    }
    Ok(())
}

/// Writes batch after batch, each of which is acknowledged once.
async fn in_batches(
    client: &Client,
    jetstream: &jetstream::Context,
    store: &Store,
    changes: impl Iterator<Item = Outgoing>,
) -> Result<(), BusError> {
    let failed = |error: &dyn std::fmt::Display| unavailable("writing to", &store.name, error);
    let mut changes = changes.peekable();
    while changes.peek().is_some() {
        let id = batch::attempt_id(client);
        let staging = batch::stage(client, &id, changes.by_ref().take(batch::MESSAGES_MAX)).await;
        let (subject, commit) = staging.map_err(|error| failed(&error))?;
        let sent = jetstream.send_publish(subject, commit).await.map_err(|error| failed(&error))?;
        acknowledged(sent, &store.name).await?;
    }
    Ok(())
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
        let (client, jetstream) = (self.connection.client()?, self.connection.jetstream()?);
        if changes.len() >= BATCH_CHANGES_MIN {
            let store = self.batched(bucket).await?;
            let changes = changes.into_iter().map(|change| outgoing(&store, change));
            in_batches(client, jetstream, &store, changes).await
        } else {
            let changes = changes.into_iter().map(|change| outgoing(&store, change));
            one_after_the_other(jetstream, &store, changes).await
        }
    }

    async fn remove(&self, bucket: &str) -> Result<(), BusError> {
        self.open.lock().await.remove(bucket);
        let removed = self.connection.jetstream()?.delete_stream(format!("{STREAM_OF_BUCKET}{bucket}")).await;
        match removed {
            Ok(_) => Ok(()),
            Err(error) if is_unknown(&error.kind()) => Ok(()),
            Err(error) => Err(unavailable("removing bucket", bucket, &error)),
        }
    }
}

/// Whether the server says that there is no such stream.
fn is_unknown(kind: &DeleteStreamErrorKind) -> bool {
    let DeleteStreamErrorKind::JetStream(error) = kind else { return false };
    error.error_code() == ErrorCode::STREAM_NOT_FOUND
}

async fn acknowledged(sent: PublishAckFuture, bucket: &str) -> Result<(), BusError> {
    sent.await.map(drop).map_err(|error| unavailable("writing to", bucket, &error))
}
