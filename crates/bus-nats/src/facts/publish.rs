//! Publishing messages in order: few one after the other and each fenced, many as an atomic batch, fenced once.
//!
//! The fence is double. The number of the last message there ever was tells a second publisher and a stream
//! that was set back; the number of the last message there still is tells a purge, which leaves the first
//! number as it is. A `Nats-Msg-Id` is never made of the fact, but new for each attempt: within two minutes of a
//! purge the server would take the same facts for duplicates and store none of them.

use std::borrow::Cow;
use std::time::Duration;

use async_nats::header::{
    NATS_EXPECTED_LAST_MESSAGE_ID, NATS_EXPECTED_LAST_SEQUENCE, NATS_EXPECTED_LAST_SUBJECT_SEQUENCE,
    NATS_MESSAGE_ID,
};
use async_nats::jetstream;
use async_nats::jetstream::context::{PublishAckFuture, PublishError as AckError, PublishErrorKind};
use async_nats::jetstream::publish::PublishAck;
use async_nats::jetstream::{ErrorCode, message::PublishMessage};
use async_nats::{HeaderMap, HeaderName};
use ports::bus::{Behind, BusError, Message, PublishError};

use super::{checkpoint, code_behind};
use crate::batch::{self, Outgoing};

/// How long an acknowledgement is waited for, in seconds: a leader that was lost is replaced in 4.5 to 6.5 s,
/// and whoever waited in vain looks again, which takes as long as that does.
const ACK_S_MAX: u64 = 5;
/// From how many messages on a batch is quicker than one after the other on a stream kept once: the server stages
/// each batch in a file of its own.
const BATCH_MESSAGES_MIN: usize = 256;
/// Names the subjects among which the last message is looked for.
const EXPECTED_LAST_SUBJECT: &str = "Nats-Expected-Last-Subject-Sequence-Subject";
/// All of them: the one pattern for which the server has to look nowhere.
pub(super) const EVERY_SUBJECT: &str = ">";

/// Publishes the messages, of which there is at least one, on a stream kept so many times, and returns the number of
/// the last.
pub(super) async fn in_order(
    client: &async_nats::Client,
    jetstream: &jetstream::Context,
    messages: Vec<Message>,
    behind: Behind,
    replicas: usize,
) -> Result<u64, PublishError> {
    let id = batch::attempt_id(client);
    let count = messages.len();
    if count > 1 && (replicas > 1 || count >= BATCH_MESSAGES_MIN) {
        in_batches(client, jetstream, &id, messages, behind, replicas).await
    } else {
        in_time(one_after_the_other(jetstream, &id, messages, behind)).await
    }
}

async fn in_time<T>(sending: impl Future<Output = Result<T, PublishError>>) -> Result<T, PublishError> {
    let sent = tokio::time::timeout(Duration::from_secs(ACK_S_MAX), sending);
    let unanswered = || PublishError::Indeterminate(format!("no answer within {ACK_S_MAX} s"));
    sent.await.map_err(|_elapsed| unanswered())?
}

/// Sends every message without waiting for those before it. Each stands behind the one before it by number and by
/// id: by the number alone it might follow what another publisher put there.
async fn one_after_the_other(
    jetstream: &jetstream::Context,
    attempt: &str,
    messages: Vec<Message>,
    behind: Behind,
) -> Result<u64, PublishError> {
    let mut behind = behind;
    let mut before: Option<String> = None;
    let mut acks = Vec::with_capacity(messages.len());
    for message in messages {
        let Outgoing { subject, mut headers, payload } = outgoing(message);
        fence(behind, &mut headers);
        let sequence = behind.sequence + 1;
        let id = format!("{attempt}.{sequence}");
        headers.insert(NATS_MESSAGE_ID, id.as_str());
        if let Some(before) = before.replace(id) {
            headers.insert(NATS_EXPECTED_LAST_MESSAGE_ID, before);
        }
        let publish = PublishMessage::build().headers(headers).payload(payload);
        acks.push(jetstream.send_publish(subject, publish).await.map_err(failed)?);
        behind = Behind { sequence, message: sequence };
    }
    for ack in acks {
        taken(&ack.await.map_err(failed)?, 1)?;
    }
    Ok(behind.sequence)
}

/// Publishes batch after batch, each of which is taken whole or not at all. While the server stores one, all but the
/// end of the next is on its way; it ends only when the one before it is known to be stored. A stream kept several
/// times takes no fenced message while it has a batch: there the next begins only then.
async fn in_batches(
    client: &async_nats::Client,
    jetstream: &jetstream::Context,
    attempt: &str,
    messages: Vec<Message>,
    mut behind: Behind,
    replicas: usize,
) -> Result<u64, PublishError> {
    let mut storing = None;
    let mut left = messages.len();
    let mut messages = messages.into_iter();
    while left > 0 {
        let id = format!("{attempt}.{left}");
        let count = left.min(batch::MESSAGES_MAX);
        let batch = fenced(messages.by_ref().take(count), behind);
        let commit = in_time(async {
            if replicas > 1 {
                stored(storing.take()).await?;
            }
            let staging = batch::stage(client, &id, batch).await;
            let (subject, commit) = staging.map_err(|error| BusError::Unavailable(error.to_string()))?;
            stored(storing.take()).await?;
            jetstream.send_publish(subject, commit).await.map_err(failed)
        });
        storing = Some((commit.await?, count));
        left -= count;
        let sequence = behind.sequence + count as u64;
        behind = Behind { sequence, message: sequence };
    }
    in_time(stored(storing)).await?;
    Ok(behind.sequence)
}

/// Waits until a batch of so many messages is known to be stored, if there is one.
async fn stored(storing: Option<(PublishAckFuture, usize)>) -> Result<(), PublishError> {
    let Some((ack, count)) = storing else { return Ok(()) };
    taken(&ack.await.map_err(failed)?, count)
}

/// The messages of a batch, the first of which is fenced.
fn fenced(batch: impl Iterator<Item = Message>, behind: Behind) -> impl Iterator<Item = Outgoing> {
    let mut fences = std::iter::once(behind);
    batch.map(move |message| {
        let mut message = outgoing(message);
        if let Some(behind) = fences.next() {
            fence(behind, &mut message.headers);
        }
        message
    })
}

/// Checks that an answer is about as many messages as were sent.
fn taken(ack: &PublishAck, sent: usize) -> Result<(), PublishError> {
    let stored = ack.batch_size.unwrap_or(1);
    if ack.duplicate || stored != sent as u64 {
        // Neither can happen as we publish; if it does, what the stream holds has to be looked at.
        return Err(PublishError::Indeterminate(format!("{sent} were sent and {stored} stored")));
    }
    Ok(())
}

fn outgoing(message: Message) -> Outgoing {
    let mut headers = HeaderMap::new();
    for (name, value) in message.headers {
        match name {
            Cow::Borrowed(name) => headers.insert(HeaderName::from_static(name), value),
            Cow::Owned(name) => headers.insert(name, value),
        }
    }
    checkpoint::write(&message.checkpoint, &mut headers);
    Outgoing { subject: message.subject, headers, payload: message.payload }
}

fn fence(behind: Behind, headers: &mut HeaderMap) {
    headers.insert(NATS_EXPECTED_LAST_SEQUENCE, behind.sequence.to_string());
    headers.insert(NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, behind.message.to_string());
    headers.insert(EXPECTED_LAST_SUBJECT, EVERY_SUBJECT);
}

fn failed(error: AckError) -> PublishError {
    let told = error.to_string();
    match code_behind(&error) {
        Some(ErrorCode::STREAM_WRONG_LAST_SEQUENCE | ErrorCode::STREAM_WRONG_LAST_SEQUENCE_CONSTANT) => {
            return PublishError::Moved;
        }
        // Part of the batch was lost on the way, or never taken: the answer to the first message said why.
        Some(ErrorCode::ATOMIC_PUBLISH_INCOMPLETE_BATCH) => return PublishError::Indeterminate(told),
        Some(_) | None => {}
    }
    match error.kind() {
        PublishErrorKind::WrongLastSequence | PublishErrorKind::WrongLastMessageId => PublishError::Moved,
        PublishErrorKind::StreamNotFound | PublishErrorKind::MaxAckPending => {
            BusError::Unavailable(told).into()
        }
        PublishErrorKind::MaxPayloadExceeded => BusError::Unfit(told).into(),
        PublishErrorKind::TimedOut | PublishErrorKind::BrokenPipe | PublishErrorKind::Other => {
            PublishError::Indeterminate(told)
        }
    }
}
