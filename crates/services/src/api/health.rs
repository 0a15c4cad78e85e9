//! Whether the server lives, whether it can take work, and what it counted.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use ports::Listing;
use wire::answers::RoleRow;

use super::Shared;
use super::meters::Reading;
use super::problem::Failure;
use crate::roles::standing;

/// Waiting inputs counted one by one for the metrics; a quarantine fuller than this shows as this.
const QUARANTINE_COUNTED_MAX: usize = 10_000;

/// `ok` as long as the process answers.
pub(super) async fn live() -> &'static str {
    "ok\n"
}

/// `ok` while the journal and the quarantine can be read.
pub(super) async fn ready(State(shared): State<Shared>) -> Result<&'static str, Failure> {
    shared.book.journal.head().await.map_err(anyhow::Error::from)?;
    shared.book.quarantine.list(Listing::Waiting, 0, 1).await.map_err(anyhow::Error::from)?;
    Ok("ok\n")
}

/// `GET /v1/roles`
pub(super) async fn roles(State(shared): State<Shared>) -> Result<Json<Vec<RoleRow>>, Failure> {
    let head = shared.book.journal.head().await.map_err(anyhow::Error::from)?;
    let row = |reading: standing::Reading| RoleRow {
        role: reading.role.to_string(),
        state: reading.state.as_str().to_owned(),
        restarts: reading.restarts,
        position: reading.done.map(|position| position.to_string()),
        lag_events: reading.lag_events(head),
        lag_ms: reading.lag_ms(head),
        parked: reading.parked,
        problem: reading.problem,
    };
    Ok(Json(shared.standings.read().into_iter().map(row).collect()))
}

/// The numbers, for Prometheus.
pub(super) async fn metrics(State(shared): State<Shared>) -> Result<Response, Failure> {
    let book = &shared.book;
    let head = book.journal.head().await.map_err(anyhow::Error::from)?;
    let waiting = book.quarantine.list(Listing::Waiting, 0, QUARANTINE_COUNTED_MAX).await;
    let quarantined = count(waiting.map_err(anyhow::Error::from)?.len());
    let reading = {
        let shelf = book.shelf();
        Reading {
            head,
            roles: shared.standings.read(),
            accounts: count(shelf.directory.accounts_len()),
            open_cases: count(shelf.cases.open_len()),
            quarantined,
        }
    };
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, content_type)], shared.meters.text(&reading)).into_response())
}

fn count(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}
