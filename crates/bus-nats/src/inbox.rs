//! What producers publish: one JetStream stream, pulled at our own pace, each message kept until it is settled.

use std::sync::Arc;
use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream::consumer::pull::{self, BatchError};
use async_nats::jetstream::consumer::{AckPolicy, PullConsumer};
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy};
use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt as _;
use ports::bus::BusError;
use ports::inbox::{Announcement, DELIVERIES_MAX, Delivery, Inbox, Settlement, Ticket};
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::connect::Connection;

/// The subjects of every vendor's producers.
pub const INTAKE_SUBJECTS: &str = "chaperone.*.intake.*";
/// How long a message may stay unsettled before it is delivered again, in seconds: a group commit takes
/// milliseconds, a stalled disk seconds.
const ACK_WAIT_S: u64 = 60;
/// Messages delivered and not settled, over all who take: four full takes, so that none waits for another.
const UNSETTLED_MAX: i64 = 2_048;
/// How long a take waits for a first message, in seconds; the wait is renewed at once.
const TAKE_S_MAX: u64 = 5;
/// How long what is there already may take to come, in seconds: nobody answers a request that was on its way when a
/// connection broke, and the client by itself would wait for ever.
const THERE_S_MAX: u64 = 5;
/// The consumer that all processes with the intake role share.
const CONSUMER: &str = "chaperone-intake";

/// Which stream takes what producers publish, and how often it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntakeStream {
    /// The stream's name.
    pub name: String,
    /// On how many servers a new stream is kept.
    pub replicas: usize,
}

impl Default for IntakeStream {
    fn default() -> Self {
        Self { name: "CHAPERONE_INTAKE".to_owned(), replicas: 1 }
    }
}

/// The inbox on JetStream; clones share the connection.
#[derive(Clone)]
pub struct NatsInbox {
    connection: Connection,
    stream: IntakeStream,
    consumer: Arc<Mutex<Option<PullConsumer>>>,
}

impl NatsInbox {
    /// The inbox over the connection; its stream is made when it is first asked.
    pub fn new(connection: Connection, stream: IntakeStream) -> Self {
        Self { connection, stream, consumer: Arc::default() }
    }

    async fn consumer(&self) -> Result<PullConsumer, BusError> {
        let mut kept = self.consumer.lock().await;
        if let Some(consumer) = &*kept {
            return Ok(consumer.clone());
        }
        let jetstream = self.connection.jetstream()?;
        let stream = jetstream.get_or_create_stream(self.config()).await;
        let stream = stream.map_err(|error| unavailable("making the intake stream", &error))?;
        let wanted = pull::Config {
            durable_name: Some(CONSUMER.to_owned()),
            ack_policy: AckPolicy::Explicit,
            ack_wait: Duration::from_secs(ACK_WAIT_S),
            max_ack_pending: UNSETTLED_MAX,
            ..pull::Config::default()
        };
        let consumer = stream.get_or_create_consumer(CONSUMER, wanted).await;
        let consumer = consumer.map_err(|error| unavailable("making the intake consumer", &error))?;
        *kept = Some(consumer.clone());
        Ok(consumer)
    }

    /// A message leaves the stream when it is settled; a full stream refuses new ones and forgets none.
    fn config(&self) -> Config {
        Config {
            name: self.stream.name.clone(),
            description: Some("What vendor systems publish, until it is recorded or turned away".to_owned()),
            subjects: vec![INTAKE_SUBJECTS.to_owned()],
            retention: RetentionPolicy::WorkQueue,
            discard: DiscardPolicy::New,
            num_replicas: self.stream.replicas,
            ..Config::default()
        }
    }

    /// Takes what is there; where nothing is, waits for a first message and takes it with what came beside it.
    async fn pull(&self, consumer: &PullConsumer) -> Result<Vec<Delivery>, BusError> {
        let mut taken = Vec::new();
        let there = gather_what_is_there(&mut taken, consumer).await;
        if taken.is_empty() {
            there?;
            let wait = Duration::from_secs(TAKE_S_MAX);
            gather(&mut taken, consumer.batch().max_messages(1).expires(wait).messages().await).await?;
            if !taken.is_empty() {
                drop(gather_what_is_there(&mut taken, consumer).await);
            }
        }
        // What came is taken whatever became of the rest: who takes next meets what is wrong.
        Ok(taken)
    }
}

/// Adds what nobody has to wait for.
async fn gather_what_is_there(taken: &mut Vec<Delivery>, consumer: &PullConsumer) -> Result<(), BusError> {
    let asked = consumer.fetch().max_messages(DELIVERIES_MAX - taken.len()).messages().await;
    let gathered = timeout(Duration::from_secs(THERE_S_MAX), gather(taken, asked)).await;
    gathered.unwrap_or(Ok(()))
}

/// Adds every message of a batch that was asked for.
async fn gather(taken: &mut Vec<Delivery>, asked: Result<pull::Batch, BatchError>) -> Result<(), BusError> {
    let mut batch = asked.map_err(|error| unavailable("pulling from the intake", &error))?;
    while let Some(message) = batch.next().await {
        let message = message.map_err(|error| BusError::Unavailable(error.to_string()))?;
        let Some(reply) = &message.reply else { continue };
        taken.push(Delivery {
            subject: message.subject.to_string(),
            headers: headers(message.headers.as_ref()),
            body: message.payload.clone(),
            ticket: Ticket(reply.to_string()),
        });
    }
    Ok(())
}

fn headers(found: Option<&HeaderMap>) -> Vec<(String, String)> {
    let named = found.into_iter().flat_map(HeaderMap::iter);
    let pairs = named.flat_map(|(name, values)| {
        values.iter().map(move |value| (name.to_string().to_ascii_lowercase(), value.to_string()))
    });
    pairs.collect()
}

fn unavailable(doing: &str, error: &dyn std::fmt::Display) -> BusError {
    BusError::Unavailable(format!("{doing}: {error}"))
}

#[async_trait]
impl Inbox for NatsInbox {
    async fn take(&self) -> Result<Vec<Delivery>, BusError> {
        let consumer = self.consumer().await?;
        let taken = self.pull(&consumer).await;
        if taken.is_err() {
            // The stream may have been removed: it is made again.
            *self.consumer.lock().await = None;
        }
        taken
    }

    async fn settle(&self, settled: Vec<(Ticket, Settlement)>) -> Result<(), BusError> {
        let client = self.connection.client()?;
        for (Ticket(reply), settlement) in settled {
            let word = match settlement {
                Settlement::Recorded => "+ACK",
                Settlement::TurnedAway => "+TERM",
                Settlement::Later => "-NAK {\"delay\": 1000000000}",
            };
            let settled = client.publish(reply, Bytes::from_static(word.as_bytes())).await;
            settled.map_err(|error| unavailable("settling a message", &error))?;
        }
        client.flush().await.map_err(|error| unavailable("settling messages", &error))
    }

    async fn announce(&self, said: Vec<Announcement>) -> Result<(), BusError> {
        let client = self.connection.client()?;
        for Announcement { subject, body } in said {
            let published = client.publish(subject, body).await;
            published.map_err(|error| unavailable("publishing a receipt", &error))?;
        }
        Ok(())
    }
}
