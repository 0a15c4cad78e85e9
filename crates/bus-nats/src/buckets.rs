//! Which key-value buckets a server has.

use async_trait::async_trait;
use futures::TryStreamExt as _;
use ports::bus::BusError;
use ports::projections::Buckets;

use crate::connect::Connection;

/// What the stream below a bucket is called, before the bucket's own name.
pub(crate) const STREAM_OF_BUCKET: &str = "KV_";

/// Buckets on JetStream; clones share the connection.
#[derive(Clone)]
pub struct NatsBuckets {
    connection: Connection,
}

impl NatsBuckets {
    /// Those of the server at the other end.
    pub fn new(connection: Connection) -> Self {
        Self { connection }
    }
}

#[async_trait]
impl Buckets for NatsBuckets {
    async fn names(&self) -> Result<Vec<String>, BusError> {
        let streams = self.connection.jetstream()?.stream_names().try_collect::<Vec<String>>().await;
        let streams = streams.map_err(|error| BusError::Unavailable(format!("listing buckets: {error}")))?;
        let names = streams.iter().filter_map(|stream| stream.strip_prefix(STREAM_OF_BUCKET));
        Ok(names.map(str::to_owned).collect())
    }
}
