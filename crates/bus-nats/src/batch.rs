//! Atomic batches: messages that a stream takes together or not at all, and acknowledges once.

use async_nats::header::{NATS_BATCH_COMMIT, NATS_BATCH_COMMIT_FINAL, NATS_BATCH_ID, NATS_BATCH_SEQUENCE};
use async_nats::jetstream::message::PublishMessage;
use async_nats::{Client, HeaderMap, PublishError};
use bytes::Bytes;

/// The server's limit for one batch, in messages.
pub(crate) const MESSAGES_MAX: usize = 1_000;

/// One message of a batch.
pub(crate) struct Outgoing {
    pub subject: String,
    pub headers: HeaderMap,
    pub payload: Bytes,
}

/// Sends all of a batch but its last message, and returns that with its subject: the batch counts when it is sent.
///
/// # Errors
/// The connection was lost; the server gives up a batch that it does not see the end of.
pub(crate) async fn stage(
    client: &Client,
    id: &str,
    batch: impl IntoIterator<Item = Outgoing>,
) -> Result<(String, PublishMessage), PublishError> {
    let mut numbered = (1u64..).zip(batch).map(|(number, mut message)| {
        message.headers.insert(NATS_BATCH_ID, id);
        message.headers.insert(NATS_BATCH_SEQUENCE, number.to_string());
        message
    });
    let mut last = numbered.next().expect("a batch has at least one message");
    for next in numbered {
        let Outgoing { subject, headers, payload } = std::mem::replace(&mut last, next);
        client.publish_with_headers(subject, headers, payload).await?;
    }
    let Outgoing { subject, mut headers, payload } = last;
    headers.insert(NATS_BATCH_COMMIT, NATS_BATCH_COMMIT_FINAL);
    Ok((subject, PublishMessage::build().headers(headers).payload(payload)))
}

/// An id no other attempt has: the part of an inbox that the client makes up for each.
pub(crate) fn attempt_id(client: &Client) -> String {
    let inbox = client.new_inbox();
    inbox.rsplit('.').next().map_or_else(|| inbox.clone(), str::to_owned)
}
