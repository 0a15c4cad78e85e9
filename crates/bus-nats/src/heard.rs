//! Waits until what is published to a stream just made is heard: one server of several says that it is made before all
//! of them know where to send its messages, and they say until then that there is no such stream.

use std::time::Duration;

use async_nats::jetstream;
use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::Stream;
use ports::bus::BusError;
use tokio::time::sleep;

/// How often a server is asked, and how many times.
const ASKED_EVERY: Duration = Duration::from_millis(10);
const ASKED_MAX: usize = 500;
/// The number of a message that no stream comes to.
const BEHIND_NOTHING: u64 = 1 << 62;

/// Returns once a message to `subject`, one of a stream just made, is heard. Asked is with one that is never taken: it
/// wants to stand behind a message that there is not. A server that is alone need not be asked.
///
/// # Errors
/// No server says after five seconds where the stream is, or the one that leads it does not answer.
pub(crate) async fn heard(
    jetstream: &jetstream::Context,
    made: &Stream,
    subject: &str,
) -> Result<(), BusError> {
    if made.cached_info().cluster.is_none() {
        return Ok(());
    }
    let unheard =
        |why: &dyn std::fmt::Display| BusError::Unavailable(format!("publishing to {subject}: {why}"));
    for _ in 0..ASKED_MAX {
        let message = PublishMessage::build().expected_last_sequence(BEHIND_NOTHING);
        let sent = jetstream.send_publish(subject.to_owned(), message).await;
        match sent.map_err(|error| unheard(&error))?.await {
            Err(error) if error.kind() == PublishErrorKind::StreamNotFound => sleep(ASKED_EVERY).await,
            Err(error) if error.kind() == PublishErrorKind::WrongLastSequence => return Ok(()),
            Err(error) => return Err(unheard(&error)),
            Ok(_) => return Ok(()),
        }
    }
    Err(unheard(&"no server says where its stream is led"))
}
