//! `POST /v1/events`: what producers tell is recorded before it is acknowledged.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::BytesMut;
use domain::id::Digest;
use futures::StreamExt as _;
use ports::QuarantineId;
use wire::answers::ReceiptAnswer;
use wire::cloudevents;
use wire::input::{Defaults, Record};
use wire::problem::Problem;

use super::params::Named;
use super::problem::Failure;
use super::reads::unknown;
use super::{BATCH_BODY_BYTES_MAX, ONE_BODY_BYTES_MAX, Shared};
use crate::abreast::{About, abreast};
use crate::book::Book;
use crate::intake::{self, Answer};
use crate::receipts;
use crate::world;

/// The source under which input without a readable one is kept in the quarantine.
const UNKNOWN_SOURCE: &str = "http";

/// Bytes of a body that is too long which are still read and thrown away, 16 MiB: most senders listen for the
/// answer only once they have sent everything.
const PASSED_OVER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// How a body is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    One,
    Batch,
    /// Plain JSON: a list is a batch.
    Either,
}

/// `POST /v1/events`
pub(super) async fn tell(State(shared): State<Shared>, request: Request) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    let mut form = form(&parts.headers)?;
    let limit = if form == Form::One { ONE_BODY_BYTES_MAX } else { BATCH_BODY_BYTES_MAX };
    let body = read_body(body, limit).await?;
    if form == Form::Either {
        let is_list = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
        form = if is_list { Form::Batch } else { Form::One };
    }
    match form {
        Form::Batch => tell_many(&shared, &body).await,
        Form::One | Form::Either => {
            if body.len() > ONE_BODY_BYTES_MAX {
                return Err(Failure::too_large(ONE_BODY_BYTES_MAX));
            }
            let reading = cloudevents::read(&body, &defaults(&shared.book));
            tell_one(
                &shared,
                Record { place: "POST /v1/events".to_owned(), received: body.to_vec(), reading },
            )
            .await
        }
    }
}

fn form(headers: &HeaderMap) -> Result<Form, Failure> {
    let media_type = media_type(headers);
    match media_type.as_str() {
        "application/cloudevents+json" => Ok(Form::One),
        "application/cloudevents-batch+json" => Ok(Form::Batch),
        "application/json" => Ok(Form::Either),
        other => Err(Failure::wrong_media_type(
            other,
            "application/cloudevents+json, application/cloudevents-batch+json or application/json",
        )),
    }
}

/// The media type without its parameters, in lower case; empty when none is said.
pub(super) fn media_type(headers: &HeaderMap) -> String {
    let said = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The whole body, if it is not too long.
///
/// # Errors
/// It is longer than `limit` bytes, or it broke off.
pub(super) async fn read_body(body: Body, limit: usize) -> Result<Bytes, Failure> {
    let mut chunks = body.into_data_stream();
    let (mut kept, mut received) = (BytesMut::new(), 0_usize);
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Failure::malformed("the body broke off"))?;
        received = received.saturating_add(chunk.len());
        if received <= limit {
            kept.extend_from_slice(&chunk);
        } else if received > limit + PASSED_OVER_BYTES_MAX {
            break;
        }
    }
    if received > limit { Err(Failure::too_large(limit)) } else { Ok(kept.freeze()) }
}

/// What a record without times of its own is taken to mean. A CloudEvent names vendor and source itself.
pub(super) fn defaults(book: &Book) -> Defaults {
    let source = UNKNOWN_SOURCE.parse().expect("a plain word is a source");
    Defaults { vendor: world::house(), source, now: book.now() }
}

async fn tell_one(shared: &Shared, record: Record) -> Result<Response, Failure> {
    let was_read = record.reading.is_ok();
    let keys = keys(&record);
    match take(shared, record).await? {
        Answer::Accepted { receipt, events } => {
            Ok((StatusCode::CREATED, Json(receipts::accepted(&receipt, &events))).into_response())
        }
        Answer::Repeated { receipt, events } => {
            Ok(Json(receipts::repeated(&receipt, &events)).into_response())
        }
        Answer::Refused { receipt, events, rule, clearing } => {
            let receipt = receipts::refused(&receipt, &events, rule, &clearing);
            Ok((StatusCode::CREATED, Json(receipt)).into_response())
        }
        Answer::Quarantined { id, problem } => {
            let failure = if !was_read {
                Failure::unreadable(&problem)
            } else if is_conflict(&shared.book, &keys).await? {
                Failure::conflict(&problem)
            } else {
                Failure::invalid(&problem)
            };
            Err(failure.kept_as(id))
        }
    }
}

/// Under which keys a record would be recorded, with the digests of what it says.
fn keys(record: &Record) -> Vec<(uuid::Uuid, Digest)> {
    let inputs = record.reading.iter().flatten();
    let key = |input: &wire::input::Input| {
        wire::ids::input_key(input.stream.vendor(), &input.producer.source, &input.producer.id)
    };
    inputs.map(|input| (key(input), input.digest)).collect()
}

/// Whether one of the keys was used for other content.
async fn is_conflict(book: &Book, keys: &[(uuid::Uuid, Digest)]) -> anyhow::Result<bool> {
    for (key, digest) in keys {
        if book.journal.find(*key).await?.is_some_and(|receipt| receipt.digest != digest.0) {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn take(shared: &Shared, record: Record) -> anyhow::Result<Answer> {
    let first = record.reading.as_ref().ok().and_then(|inputs| inputs.first());
    let source = first.map_or_else(|| UNKNOWN_SOURCE.to_owned(), |input| input.producer.source.to_string());
    let answer = intake::take(&shared.book, &source, record).await?;
    shared.meters.input(match &answer {
        Answer::Accepted { .. } => "accepted",
        Answer::Repeated { .. } => "repeated",
        Answer::Refused { .. } => "refused",
        Answer::Quarantined { .. } => "quarantined",
    });
    Ok(answer)
}

async fn tell_many(shared: &Shared, body: &[u8]) -> Result<Response, Failure> {
    let records =
        cloudevents::read_batch(body, &defaults(&shared.book)).map_err(|p| Failure::unreadable(&p))?;
    let about = |record: Record| {
        let about = About::streams(record.reading.iter().flatten().map(|input| &input.stream));
        (about, record)
    };
    let records = records.into_iter().map(about).collect();
    let answers = abreast(records, |record| take(shared, record)).await?;
    let receipts: Vec<ReceiptAnswer> = answers.into_iter().map(receipts::of_answer).collect();
    Ok(Json(receipts).into_response())
}

/// `POST /v1/quarantine/{id}/release`: sends a quarantined CloudEvent again, mended if there is a body.
pub(super) async fn release(
    State(shared): State<Shared>,
    Named(name): Named,
    request: Request,
) -> Result<Response, Failure> {
    let id = QuarantineId::from_text(name.clone());
    let entry = shared.book.quarantine.get(&id).await.map_err(anyhow::Error::from)?;
    let entry = entry.ok_or_else(|| unknown("quarantined input", &name))?;
    let mended = read_body(request.into_body(), ONE_BODY_BYTES_MAX).await?;
    let received = if mended.is_empty() {
        if u64::try_from(entry.kept.len()).ok() != Some(entry.received_bytes) {
            let kept = entry.kept.len();
            return Err(Failure::invalid(&Problem::at_byte(
                u64::try_from(kept).unwrap_or(u64::MAX),
                format!("the whole input in the body, since only its first {kept} bytes were kept"),
            )));
        }
        entry.kept.clone()
    } else {
        mended
    };
    let reading = cloudevents::read(&received, &defaults(&shared.book));
    // Turned away again it would be kept twice, so what cannot be read is only answered.
    let inputs = reading.map_err(|problem| Failure::unreadable(&problem))?;
    let record = Record { place: entry.origin.clone(), received: received.to_vec(), reading: Ok(inputs) };
    let response = tell_one(&shared, record).await?;
    shared.book.quarantine.mark_released(&id).await.map_err(anyhow::Error::from)?;
    Ok(response)
}
