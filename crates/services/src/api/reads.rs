//! What can be read: the same answers as the command line gives.

use std::sync::Arc;

use anyhow::Context as _;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::id::{PartnerId, Term};
use domain::scope::{Dimension, Scope};
use domain::stream::Stream;
use domain::time::Instant;
use ports::{Listing, Position, QuarantineId};
use serde::{Deserialize, Serialize};
use wire::answers::*;

use super::Shared;
use super::ledger::{self, Narrowing};
use super::params::{Ask, ListQuery, Moment, Named, Times, asked, rows};
use super::preconditions;
use super::problem::Failure;
use crate::book::Book;
use crate::queries::cases::Which;
use crate::queries::deals::DealFilter;
use crate::queries::{self, KnownAt};

type Answer<T> = Result<Json<T>, Failure>;

/// `GET /v1/accounts`
pub(super) async fn accounts(
    State(shared): State<Shared>,
    Ask(query): Ask<ListQuery>,
) -> Result<Response, Failure> {
    let limit = rows(query.limit)?;
    let asked = asked(query.as_of, query.known_at);
    let found = queries::accounts::page(&shared.book, query.after.as_deref(), limit, asked).await?;
    let next = (found.len() == limit).then(|| found.last().map(|row| row.account.clone())).flatten();
    Ok(listed("/v1/accounts", &found, next, limit))
}

/// `GET /v1/accounts/{account}`
pub(super) async fn account(
    State(shared): State<Shared>,
    Named(name): Named,
    Ask(times): Ask<Times>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let book = &shared.book;
    let (vendor, account) = queries::find_account(book, &name).ok_or_else(|| unknown("account", &name))?;
    let version = book.load(&Stream::Account(vendor.clone(), account.clone())).await?.version;
    let answer = queries::accounts::show(book, &vendor, &account, times.asked()).await?;
    let tag = preconditions::tag(version, &answer);
    let tagged =
        [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"))];
    if preconditions::is_known(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, tagged).into_response());
    }
    Ok((tagged, Json(answer)).into_response())
}

/// `GET /v1/accounts/{account}/history`
pub(super) async fn account_history(
    State(shared): State<Shared>,
    Named(name): Named,
    Ask(times): Ask<Times>,
) -> Answer<Vec<HistoryRow>> {
    let book = &shared.book;
    let (vendor, account) = queries::find_account(book, &name).ok_or_else(|| unknown("account", &name))?;
    Ok(Json(queries::accounts::history(book, &vendor, &account, times.asked()).await?))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DealsQuery {
    after: Option<String>,
    limit: Option<usize>,
    partner: Option<Moment<PartnerId>>,
    registration: Option<String>,
    outcome: Option<String>,
    as_of: Option<Moment<Instant>>,
    known_at: Option<Moment<KnownAt>>,
}

/// `GET /v1/deals`
pub(super) async fn deals(
    State(shared): State<Shared>,
    Ask(query): Ask<DealsQuery>,
) -> Result<Response, Failure> {
    let limit = rows(query.limit)?;
    if let Some(word) = query.registration.as_deref().filter(|word| !queries::deals::is_registration(word)) {
        return Err(Failure::malformed(format!(
            "registration: expected a state such as approved, found {word:?}"
        )));
    }
    let filter = DealFilter {
        partner: query.partner.map(|partner| partner.0),
        registration: query.registration,
        outcome: query.outcome,
    };
    let moment = asked(query.as_of, query.known_at).moment(&shared.book).await?;
    let found = blocking(&shared.book, move |book| queries::deals::all(book, moment, &filter)).await?;
    let (page, next) = page(found, query.after.as_deref(), limit, |row| &row.deal);
    Ok(listed("/v1/deals", &page, next, limit))
}

/// `GET /v1/deals/{deal}`
pub(super) async fn deal(
    State(shared): State<Shared>,
    Named(name): Named,
    Ask(times): Ask<Times>,
) -> Answer<DealExplanation> {
    let explained = queries::deals::explain(&shared.book, &name, times.asked()).await?;
    explained.map(Json).ok_or_else(|| unknown("deal", &name))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClaimQuery {
    account: String,
    partner: Moment<PartnerId>,
    product_lines: Option<Moment<Terms>>,
    territories: Option<Moment<Terms>>,
    segments: Option<Moment<Terms>>,
    as_of: Option<Moment<Instant>>,
    known_at: Option<Moment<KnownAt>>,
}

/// Terms with commas between them.
#[derive(Debug)]
struct Terms(Vec<Term>);

impl std::str::FromStr for Terms {
    type Err = domain::id::BadId;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.split(',').map(|term| term.trim().parse()).collect::<Result<_, _>>().map(Self)
    }
}

/// `GET /v1/claims/check`
pub(super) async fn claim(State(shared): State<Shared>, Ask(query): Ask<ClaimQuery>) -> Answer<ClaimAnswer> {
    let dimension = |terms: Option<Moment<Terms>>| match terms {
        Some(terms) => Dimension::only(terms.0.0),
        None => Dimension::ALL,
    };
    let scope = Scope {
        product_lines: dimension(query.product_lines),
        territories: dimension(query.territories),
        segments: dimension(query.segments),
    };
    // Who asks about a customer we do not know gets the answer for one that nobody holds.
    let unknown = || (crate::world::house(), "unknown".parse().expect("a plain word is an account id"));
    let place = queries::find_account(&shared.book, &query.account).unwrap_or_else(unknown);
    let asked = asked(query.as_of, query.known_at);
    Ok(Json(queries::deals::claim(&shared.book, &place, &query.partner.0, &scope, asked).await?))
}

/// `GET /v1/handoffs`
pub(super) async fn handoffs(
    State(shared): State<Shared>,
    Ask(query): Ask<ListQuery>,
) -> Result<Response, Failure> {
    let limit = rows(query.limit)?;
    let moment = asked(query.as_of, query.known_at).moment(&shared.book).await?;
    let found = blocking(&shared.book, move |book| queries::accounts::all_handoffs(book, moment)).await?;
    let (page, next) = page(found, query.after.as_deref(), limit, |row| &row.handoff);
    Ok(listed("/v1/handoffs", &page, next, limit))
}

/// `GET /v1/handoffs/{handoff}`
pub(super) async fn handoff(
    State(shared): State<Shared>,
    Named(name): Named,
    Ask(times): Ask<Times>,
) -> Answer<HandoffRow> {
    let moment = times.asked().moment(&shared.book).await?;
    let found = blocking(&shared.book, move |book| queries::accounts::all_handoffs(book, moment)).await?;
    let named = found.into_iter().find(|row| row.handoff == name);
    named.map(Json).ok_or_else(|| unknown("handoff", &name))
}

/// `GET /v1/partners`
pub(super) async fn partners(
    State(shared): State<Shared>,
    Ask(times): Ask<Times>,
) -> Answer<Vec<PartnerRow>> {
    let moment = times.asked().moment(&shared.book).await?;
    Ok(Json(queries::partners::list(&shared.book, moment)))
}

/// `GET /v1/partners/{partner}`
pub(super) async fn partner(
    State(shared): State<Shared>,
    Named(name): Named,
    Ask(times): Ask<Times>,
) -> Answer<PartnerRow> {
    let moment = times.asked().moment(&shared.book).await?;
    queries::partners::show(&shared.book, &name, moment).map(Json).ok_or_else(|| unknown("partner", &name))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CasesQuery {
    #[serde(default)]
    which: WhichWord,
    as_of: Option<Moment<Instant>>,
    known_at: Option<Moment<KnownAt>>,
}

/// Which cases a list shows, in a query.
#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WhichWord {
    #[default]
    Open,
    Snoozed,
    All,
}

/// `GET /v1/cases`
pub(super) async fn cases(State(shared): State<Shared>, Ask(query): Ask<CasesQuery>) -> Answer<Vec<CaseRow>> {
    let which = match query.which {
        WhichWord::Open => Which::Open,
        WhichWord::Snoozed => Which::Snoozed,
        WhichWord::All => Which::All,
    };
    let moment = asked(query.as_of, query.known_at).moment(&shared.book).await?;
    Ok(Json(queries::cases::list_at(&shared.book, which, moment).await?))
}

/// `GET /v1/cases/{case}`
pub(super) async fn case(
    State(shared): State<Shared>,
    Named(name): Named,
    Ask(times): Ask<Times>,
) -> Answer<CaseAnswer> {
    let moment = times.asked().moment(&shared.book).await?;
    let shown = queries::cases::show_at(&shared.book, &name, moment).await?;
    shown.map(Json).ok_or_else(|| unknown("case", &name))
}

/// `GET /v1/findings`
pub(super) async fn findings(State(shared): State<Shared>) -> Json<Vec<FindingRow>> {
    Json(queries::cases::findings(&shared.book))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuarantineQuery {
    /// The number of entries passed over.
    #[serde(default)]
    after: u64,
    limit: Option<usize>,
    #[serde(default)]
    which: QuarantineWord,
}

/// Which entries a list shows, in a query.
#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum QuarantineWord {
    #[default]
    Waiting,
    All,
}

/// `GET /v1/quarantine`
pub(super) async fn quarantine(
    State(shared): State<Shared>,
    Ask(query): Ask<QuarantineQuery>,
) -> Result<Response, Failure> {
    let limit = rows(query.limit)?;
    let listing = match query.which {
        QuarantineWord::Waiting => Listing::Waiting,
        QuarantineWord::All => Listing::All,
    };
    let entries =
        shared.book.quarantine.list(listing, query.after, limit).await.map_err(anyhow::Error::from)?;
    let next =
        (entries.len() == limit).then(|| entries.last().map(|entry| entry.number.to_string())).flatten();
    let found: Vec<QuarantineRow> = entries.iter().map(queries::journal::quarantined).collect();
    Ok(listed("/v1/quarantine", &found, next, limit))
}

/// `GET /v1/quarantine/{id}`
pub(super) async fn quarantined(State(shared): State<Shared>, Named(name): Named) -> Answer<QuarantineRow> {
    let id = QuarantineId::from_text(name.clone());
    let entry = shared.book.quarantine.get(&id).await.map_err(anyhow::Error::from)?;
    entry
        .as_ref()
        .map(queries::journal::quarantined)
        .map(Json)
        .ok_or_else(|| unknown("quarantined input", &name))
}

/// `GET /v1/quarantine/{id}/content`: the bytes as received, at most the first 64 KiB.
pub(super) async fn quarantined_content(
    State(shared): State<Shared>,
    Named(name): Named,
) -> Result<Response, Failure> {
    let id = QuarantineId::from_text(name.clone());
    let entry = shared.book.quarantine.get(&id).await.map_err(anyhow::Error::from)?;
    let entry = entry.ok_or_else(|| unknown("quarantined input", &name))?;
    // Never a type a browser would act on: these are bytes of a stranger.
    let shown_as = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"quarantined\""),
    ];
    Ok((shown_as, entry.kept).into_response())
}

/// `GET /v1/journal`
pub(super) async fn journal(State(shared): State<Shared>) -> Answer<HeadAnswer> {
    Ok(Json(queries::journal::head(&shared.book).await?))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventsQuery {
    after: Option<Moment<Position>>,
    limit: Option<usize>,
    stream: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// `GET /v1/events`: a batch of CloudEvents.
pub(super) async fn events(
    State(shared): State<Shared>,
    Ask(query): Ask<EventsQuery>,
) -> Result<Response, Failure> {
    let limit = rows(query.limit)?;
    let narrowing = Narrowing { stream: query.stream, kind: query.kind };
    let after = query.after.map_or(Position::START, |after| after.0);
    let found = ledger::after(&shared.book, &narrowing, after, limit).await?;
    let next = (found.len() == limit).then(|| found.last().map(|event| event.position.to_string())).flatten();
    let mut body = vec![b'['];
    for (index, event) in found.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        body.extend(wire::record::render(&event.text, event.position.lo(), event.recorded_ms));
    }
    body.push(b']');
    let batch = [(header::CONTENT_TYPE, "application/cloudevents-batch+json")];
    Ok(linked((batch, body).into_response(), "/v1/events", next, limit))
}

/// `GET /v1/events/{event}`: one CloudEvent.
pub(super) async fn event(State(shared): State<Shared>, Named(name): Named) -> Result<Response, Failure> {
    let recorded = event_named(&shared.book, &name).await?.ok_or_else(|| unknown("event", &name))?;
    let text = wire::record::render(&recorded.text, recorded.position.lo(), recorded.recorded_ms);
    Ok(([(header::CONTENT_TYPE, "application/cloudevents+json")], text).into_response())
}

/// The event with an id, or at a position.
///
/// # Errors
/// The journal cannot be read.
pub(crate) async fn event_named(book: &Book, name: &str) -> anyhow::Result<Option<ports::Recorded>> {
    if let Ok(id) = name.parse::<domain::id::EventId>() {
        return Ok(book.journal.event(id.0).await?);
    }
    let Ok(position) = name.parse::<Position>() else { return Ok(None) };
    let before = Position::new(position.hi(), position.lo().saturating_sub(1));
    let page = book.journal.read_all(before, position, ports::Select::Both, 1).await?;
    Ok(page.events.into_iter().next())
}

pub(super) fn unknown(what: &str, name: &str) -> Failure {
    let name: String = name.chars().take(80).collect();
    Failure::not_found(format!("there is no {what} {name:?} here"))
}

/// Runs what reads the whole journal where it holds nobody up.
///
/// # Errors
/// As `read` fails.
pub(crate) async fn blocking<T, R>(book: &Arc<Book>, read: R) -> anyhow::Result<T>
where
    T: Send + 'static,
    R: FnOnce(&Book) -> anyhow::Result<T> + Send + 'static,
{
    let book = Arc::clone(book);
    tokio::task::spawn_blocking(move || read(&book)).await.context("reading the whole journal")?
}

/// The rows after the one named `after`, at most `limit`, and the name to go on from.
pub(super) fn page<T>(
    all: Vec<T>,
    after: Option<&str>,
    limit: usize,
    name: fn(&T) -> &String,
) -> (Vec<T>, Option<String>) {
    let start = match after {
        None => 0,
        Some(after) => all.iter().position(|row| name(row) == after).map_or(all.len(), |index| index + 1),
    };
    let more = all.len() > start + limit;
    let page: Vec<T> = all.into_iter().skip(start).take(limit).collect();
    let next = page.last().filter(|_| more).map(|row| name(row).clone());
    (page, next)
}

pub(super) fn listed<T: Serialize>(path: &str, rows: &[T], next: Option<String>, limit: usize) -> Response {
    linked(Json(rows).into_response(), path, next, limit)
}

/// Says in a `Link` header where the list goes on (RFC 8288).
fn linked(mut response: Response, path: &str, next: Option<String>, limit: usize) -> Response {
    let link = next.and_then(|next| {
        HeaderValue::try_from(format!("<{path}?after={next}&limit={limit}>; rel=\"next\"")).ok()
    });
    if let Some(link) = link {
        response.headers_mut().insert(header::LINK, link);
    }
    response
}
