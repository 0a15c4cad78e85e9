//! The stream of facts: made when there is none, and set right where somebody set it to lose messages.

use async_nats::jetstream;
use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::context::{GetStreamError, GetStreamErrorKind};
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, Stream};
use ports::bus::BusError;

use crate::heard::heard;

/// The subjects of every vendor's facts.
pub const FACT_SUBJECTS: &str = "chaperone.*.fact.>";

/// Which stream holds the facts, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactStream {
    /// The stream's name.
    pub name: String,
    /// The subjects it takes.
    pub subjects: String,
    /// On how many servers a new stream is kept; one that is there keeps its number.
    pub replicas: usize,
}

impl Default for FactStream {
    fn default() -> Self {
        Self { name: "CHAPERONE".to_owned(), subjects: FACT_SUBJECTS.to_owned(), replicas: 1 }
    }
}

/// The stream, if there is one, set right where it has to be.
pub(super) async fn find(
    jetstream: &jetstream::Context,
    wanted: &FactStream,
) -> Result<Option<Stream>, BusError> {
    let found = match jetstream.get_stream(&wanted.name).await {
        Ok(found) => found,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(asked_in_vain(wanted, &error)),
    };
    let config = &found.cached_info().config;
    let right = set_right(config.clone(), wanted).map_err(BusError::Unfit)?;
    if right == *config {
        return Ok(Some(found));
    }
    tracing::warn!(stream = %wanted.name, "stream {} could lose facts and is set right", wanted.name);
    let updated = jetstream.update_stream(right).await;
    updated.map_err(|error| BusError::Unfit(format!("setting stream {} right: {error}", wanted.name)))?;
    jetstream.get_stream(&wanted.name).await.map(Some).map_err(|error| asked_in_vain(wanted, &error))
}

fn asked_in_vain(wanted: &FactStream, error: &GetStreamError) -> BusError {
    BusError::Unavailable(format!("asking for stream {}: {error}", wanted.name))
}

/// Removes the stream, so that it is made anew.
pub(super) async fn remove(jetstream: &jetstream::Context, wanted: &FactStream) -> Result<(), BusError> {
    tracing::warn!(stream = %wanted.name, "stream {} is empty and answers nothing; it is made anew", wanted.name);
    let removed = jetstream.delete_stream(&wanted.name).await;
    removed
        .map(drop)
        .map_err(|error| BusError::Unavailable(format!("removing stream {}: {error}", wanted.name)))
}

fn is_absent(error: &GetStreamError) -> bool {
    matches!(error.kind(), GetStreamErrorKind::JetStream(told) if told.error_code() == ErrorCode::STREAM_NOT_FOUND)
}

/// The stream, made now.
pub(super) async fn make(jetstream: &jetstream::Context, wanted: &FactStream) -> Result<Stream, BusError> {
    let config = Config {
        name: wanted.name.clone(),
        num_replicas: wanted.replicas,
        description: Some("Every fact in the order of the journal; only the relay publishes here".to_owned()),
        ..Config::default()
    };
    let config = set_right(config, wanted).map_err(BusError::Unfit)?;
    tracing::info!(stream = %wanted.name, replicas = wanted.replicas, "makes stream {}", wanted.name);
    let made = jetstream.create_stream(config).await;
    let made =
        made.map_err(|error| BusError::Unavailable(format!("making stream {}: {error}", wanted.name)))?;
    heard(jetstream, &made, &wanted.subjects.replace(['*', '>'], "heard")).await?;
    Ok(made)
}

/// The configuration with everything that could lose, change or refuse a fact taken out of it.
fn set_right(mut config: Config, wanted: &FactStream) -> Result<Config, String> {
    let unfit = if config.retention != RetentionPolicy::Limits {
        "gives up messages that were read"
    } else if config.sealed || config.mirror.is_some() {
        "takes no messages"
    } else if config.no_ack {
        "acknowledges nothing"
    } else {
        config.subjects = vec![wanted.subjects.clone()];
        config.max_age = std::time::Duration::ZERO;
        config.max_messages = unlimited(config.max_messages);
        config.max_messages_per_subject = unlimited(config.max_messages_per_subject);
        config.discard = DiscardPolicy::New;
        config.discard_new_per_subject = false;
        config.allow_rollup = false;
        config.allow_atomic_publish = true;
        return Ok(config);
    };
    Err(format!("stream {} {unfit}; remove it, and it is made anew", wanted.name))
}

/// No limit, in whichever of two ways the server writes that.
fn unlimited(limit: i64) -> i64 {
    if limit > 0 { -1 } else { limit }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_stream_that_would_forget_is_set_right_and_its_other_settings_stay() {
        let wanted = FactStream::default();
        let found = Config {
            name: wanted.name.clone(),
            max_age: Duration::from_secs(60),
            max_messages: 1_000,
            discard: DiscardPolicy::Old,
            num_replicas: 5,
            max_bytes: 1 << 40,
            ..Config::default()
        };
        let right = set_right(found, &wanted).unwrap();
        assert_eq!((right.max_age, right.max_messages), (Duration::ZERO, -1));
        assert_eq!((right.discard, right.allow_atomic_publish), (DiscardPolicy::New, true));
        assert_eq!((right.num_replicas, right.max_bytes), (5, 1 << 40));
        assert_eq!(set_right(right.clone(), &wanted), Ok(right));
    }

    #[test]
    fn a_stream_that_cannot_be_set_right_is_named() {
        let wanted = FactStream::default();
        let found = Config { retention: RetentionPolicy::WorkQueue, ..Config::default() };
        let told = set_right(found, &wanted).unwrap_err();
        assert!(told.contains("CHAPERONE gives up messages"), "{told}");
    }
}
