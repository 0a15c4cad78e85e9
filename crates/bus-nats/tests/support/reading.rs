//! Reads the facts on a stream as anybody would, with the client alone.

use std::borrow::Cow;
use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream::{self, consumer};
use data_encoding::HEXLOWER;
use futures::StreamExt as _;
use ports::bus::{Checkpoint, Message};

/// How long one reader may take for a whole stream, in seconds.
const READ_S_MAX: u64 = 20;
/// Readers that may stop without a word, as after each of a few servers that are lost.
const READERS_MAX: usize = 4;

/// A client of any of the servers, whose addresses are separated by commas.
pub(crate) async fn client(url: &str) -> async_nats::Client {
    let servers: Vec<async_nats::ServerAddr> =
        url.split(',').map(|url| url.parse().expect("an address")).collect();
    async_nats::connect(servers).await.expect("a server answers")
}

/// Every message on the stream, in order; empty when there is no stream. A reader whose server was lost stops without
/// a word: another one begins again.
pub(crate) async fn facts(url: &str, stream: &str) -> Vec<Message> {
    for _ in 0..READERS_MAX {
        if let Ok(read) = tokio::time::timeout(Duration::from_secs(READ_S_MAX), read(url, stream)).await {
            return read;
        }
    }
    panic!("{READERS_MAX} readers in a row got no message for {READ_S_MAX} s");
}

async fn read(url: &str, stream: &str) -> Vec<Message> {
    let client = client(url).await;
    let Ok(mut stream) = jetstream::new(client).get_stream(stream).await else { return Vec::new() };
    let count = stream.info().await.expect("the server answers").state.messages;
    let ordered = consumer::pull::OrderedConfig::default();
    let consumer = loop {
        // A cluster that has just lost a server may need longer than the client waits.
        if let Ok(consumer) = stream.create_consumer(ordered.clone()).await {
            break consumer;
        }
    };
    let mut messages = consumer.messages().await.expect("the server takes readers");
    let mut read = Vec::new();
    while (read.len() as u64) < count {
        let message = messages.next().await.expect("the stream goes on").expect("a message");
        let headers = message.headers.as_ref().expect("a fact has headers");
        read.push(Message {
            subject: message.subject.to_string(),
            headers: attributes(headers),
            payload: message.payload.clone(),
            checkpoint: checkpoint(headers),
        });
    }
    read
}

fn attributes(headers: &HeaderMap) -> Vec<(Cow<'static, str>, String)> {
    let named = headers.iter().map(|(name, values)| (name.to_string(), values[0].to_string()));
    let named = named.filter(|(name, _)| name.starts_with("ce-"));
    let mut attributes: Vec<_> = named.map(|(name, value)| (Cow::Owned(name), value)).collect();
    attributes.sort();
    attributes
}

fn checkpoint(headers: &HeaderMap) -> Checkpoint {
    let value = |name: &str| headers.get(name).unwrap_or_else(|| panic!("no header {name}")).as_str();
    let digest = value("chaperone-digest").strip_prefix("sha256:").expect("a digest names its kind");
    Checkpoint {
        journal: value("chaperone-journal").parse().expect("a UUID"),
        position: value("chaperone-position").parse().expect("a position"),
        ordinal: value("chaperone-ordinal").parse().expect("a number"),
        digest: HEXLOWER.decode(digest.as_bytes()).expect("hex").try_into().expect("32 bytes"),
    }
}
