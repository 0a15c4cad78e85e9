//! `POST /v1/commands`: one order, decided on the account as it stands, with its receipt.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use wire::command::{self, CommandInput};
use wire::forwarded::{CommandAnswer, Outcome};
use wire::problem::Problem;

use super::inputs::{defaults, media_type, read_body};
use super::problem::Failure;
use super::{ONE_BODY_BYTES_MAX, Shared, preconditions};
use crate::roles::commands::Received;

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
    let answer = shared.commands.answer(Received { input, text: body, known }).await?;
    let (reply, outcome) = told(answer);
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

/// The answer as published, and the word it is counted under.
fn told(answer: CommandAnswer) -> (Result<Response, Failure>, &'static str) {
    let CommandAnswer { outcome, receipt } = answer;
    let message = receipt.message.clone().unwrap_or_default();
    match outcome {
        Outcome::Accepted => (Ok((StatusCode::CREATED, Json(receipt)).into_response()), "accepted"),
        Outcome::Repeated => (Ok(Json(receipt).into_response()), "repeated"),
        Outcome::Prevented => (Ok((StatusCode::CREATED, Json(receipt)).into_response()), "refused"),
        Outcome::Refused => {
            (Err(Failure::refused(receipt.code.as_deref().unwrap_or("refused"), message)), "refused")
        }
        // Absence and denial look the same from outside.
        Outcome::Hidden => (Err(Failure::not_found("there is no such thing here")), "refused"),
        Outcome::Conflict => {
            let expected = message.strip_prefix("/id: ").unwrap_or(&message);
            (Err(Failure::conflict(&Problem::at_pointer("/id", expected))), "conflict")
        }
        Outcome::Stale => (Err(Failure::stale(message)), "stale"),
        Outcome::Malformed => (Err(Failure::malformed(message)), "malformed"),
        Outcome::Unavailable => (Err(Failure::busy(&message)), "unavailable"),
    }
}
