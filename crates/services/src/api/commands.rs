//! `POST /v1/commands`: one order, decided on the account as it stands, with its receipt.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use domain::id::EventId;
use domain::refusal::Refusal;
use ports::{Position, Receipt, Select};
use wire::command::{self, CommandInput};

use super::inputs::{defaults, media_type, read_body};
use super::problem::Failure;
use super::{ONE_BODY_BYTES_MAX, Shared, preconditions, receipts};
use crate::book::Book;
use crate::desk::{self, Reply};

/// `POST /v1/commands`
pub(super) async fn ask(State(shared): State<Shared>, request: Request) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    let media_type = media_type(&parts.headers);
    if !["application/json", "application/cloudevents+json"].contains(&media_type.as_str()) {
        return Err(Failure::wrong_media_type(
            &media_type,
            "application/json or application/cloudevents+json",
        ));
    }
    let known = preconditions::known_revision(&parts.headers)?;
    let body = read_body(body, ONE_BODY_BYTES_MAX).await?;
    let mut input = command::read(&body, &defaults(&shared.book)).map_err(|p| Failure::unreadable(&p))?;
    take_idempotency_key(&mut input, &parts.headers)?;
    let (reply, outcome) = told(&shared.book, desk::answer(&shared.book, input, known).await?).await?;
    shared.meters.input(outcome);
    reply
}

/// A command without an id of its own is known by the key the sender gave the request.
fn take_idempotency_key(input: &mut CommandInput, headers: &HeaderMap) -> Result<(), Failure> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(()) };
    let expected = |_| Failure::malformed("Idempotency-Key: expected 1 to 256 characters, quoted or not");
    let text = key.to_str().map_err(|_| Failure::malformed("Idempotency-Key: expected ASCII"))?;
    let unquoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let key = unquoted.parse().map_err(|error: domain::id::BadId| expected(error))?;
    let has_no_id = input.producer.id.as_str() == input.digest.to_string();
    if has_no_id {
        input.producer.id = key;
        return Ok(());
    }
    if input.producer.id == key {
        return Ok(());
    }
    Err(Failure::malformed("Idempotency-Key: the command has an id of its own, and it is another one"))
}

/// The reply as published, and the word it is counted under.
async fn told(book: &Book, reply: Reply) -> anyhow::Result<(Result<Response, Failure>, &'static str)> {
    Ok(match reply {
        Reply::Accepted { receipt, events } => {
            let receipt = receipts::accepted(&receipt, &events);
            (Ok((StatusCode::CREATED, Json(receipt)).into_response()), "accepted")
        }
        Reply::Repeated { receipt } => {
            let receipt = receipts::repeated(&receipt, &recorded(book, &receipt).await?);
            (Ok(Json(receipt).into_response()), "repeated")
        }
        Reply::Prevented { receipt, events, rule, clearing } => {
            let receipt = receipts::refused(&receipt, &events, rule, &clearing);
            (Ok((StatusCode::CREATED, Json(receipt)).into_response()), "refused")
        }
        Reply::Refused(refusal) => (Err(refused(&refusal)), "refused"),
        Reply::Conflict(problem) => (Err(Failure::conflict(&problem)), "conflict"),
        Reply::Stale { actual } => {
            let stands = actual.map_or_else(
                || "the stream has no event yet".to_owned(),
                |version| format!("the stream stands at revision {}", version.revision),
            );
            (Err(Failure::stale(format!("{stands}; read the account again and decide again"))), "stale")
        }
    })
}

/// Absence and denial look the same from outside.
fn refused(refusal: &Refusal) -> Failure {
    if refusal.hides() {
        return Failure::not_found("there is no such thing here");
    }
    Failure::refused(refusal.code(), refusal.to_string())
}

/// The events of a receipt, which says only where they stand.
async fn recorded(book: &Book, receipt: &Receipt) -> anyhow::Result<Vec<EventId>> {
    let Some(first) = receipt.first else { return Ok(Vec::new()) };
    let before = Position::new(first.hi(), first.lo().saturating_sub(1));
    let page =
        book.journal.read_all(before, receipt.last, Select::Facts, ports::EVENTS_PER_APPEND_MAX).await?;
    Ok(page.events.iter().map(|event| EventId(event.id)).collect())
}
