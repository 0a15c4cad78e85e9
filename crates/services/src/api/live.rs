//! Followed streams: every event as it is recorded, as server-sent events that can be taken up where they broke off.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures::{Stream, StreamExt as _};
use ports::{Position, Recorded, Select, Tailed};
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;

use super::Shared;
use super::ledger::Narrowing;
use super::meters::Following;
use super::params::Ask;
use super::problem::Failure;

/// Silence before a comment is sent, in seconds: below the 30 s after which idle proxies hang up.
const KEEP_ALIVE_S: u64 = 15;

/// What is followed, and from where.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FollowQuery {
    /// A position; without it and without `Last-Event-ID`, from now on.
    after: Option<String>,
    stream: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// `GET /v1/stream`: full CloudEvents; the id of each is its position.
pub(super) async fn events(
    State(shared): State<Shared>,
    Ask(query): Ask<FollowQuery>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    follow(&shared, query, &headers, Select::Text, |recorded| {
        let text = wire::record::render(&recorded.text, recorded.position.lo(), recorded.recorded_ms);
        Some(String::from_utf8_lossy(&text).into_owned())
    })
    .await
}

/// Follows the journal and sends what `render` makes of each event.
///
/// # Errors
/// The query names no position, too many follow already, or the journal cannot be read.
pub(crate) async fn follow<R>(
    shared: &Shared,
    query: FollowQuery,
    headers: &HeaderMap,
    select: Select,
    render: R,
) -> Result<Response, Failure>
where
    R: Fn(&Recorded) -> Option<String> + Send + 'static,
{
    let permit = shared.followers.clone().try_acquire_owned();
    let permit = permit.map_err(|_| Failure::busy("too many follow the journal already"))?;
    let after = match start(&query, headers)? {
        Some(after) => after,
        None => shared.book.journal.head().await.map_err(anyhow::Error::from)?.position,
    };
    let narrowing = Narrowing { stream: query.stream, kind: query.kind };
    let counted = (permit, shared.meters.follower());
    let mut ending = shared.ending.clone();
    let ended = async move { while ending.changed().await.is_ok() {} };
    let tail = shared.book.journal.tail(after, select);
    let sent = tail.take_until(Box::pin(ended)).filter_map(move |tailed| {
        let event = match tailed {
            Ok(Tailed::Event(recorded)) if narrowing.lets(&recorded) => {
                render(&recorded).map(|data| Event::default().id(recorded.position.to_string()).data(data))
            }
            Ok(Tailed::Event(_) | Tailed::CaughtUp(_)) => None,
            Err(error) => {
                tracing::error!(error = %error, "a followed stream broke off: {error}");
                None
            }
        };
        std::future::ready(event.map(Ok::<_, Infallible>))
    });
    let keep_alive = KeepAlive::new().interval(Duration::from_secs(KEEP_ALIVE_S));
    Ok(Sse::new(holding(sent, counted)).keep_alive(keep_alive).into_response())
}

/// The same stream, which holds its place among the followers until it is dropped.
fn holding<S>(stream: S, held: (OwnedSemaphorePermit, Following)) -> impl Stream<Item = S::Item> + use<S>
where
    S: Stream,
{
    stream.map(move |item| {
        let _ = &held;
        item
    })
}

fn start(query: &FollowQuery, headers: &HeaderMap) -> Result<Option<Position>, Failure> {
    let last = headers.get("last-event-id").map(|value| value.to_str().unwrap_or("unreadable"));
    let said = last.or(query.after.as_deref());
    said.map(str::parse)
        .transpose()
        .map_err(|error: ports::PositionError| Failure::malformed(error.to_string()))
}
