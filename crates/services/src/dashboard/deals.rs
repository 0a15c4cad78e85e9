//! Deals: the list, and one deal with why it stands as it does.

use askama::Template;
use axum::extract::State;
use serde::Deserialize;
use wire::answers::{DealExplanation, DealRow};

use super::frame::{Around, Section};
use super::{Page, markup, page};
use crate::api::Shared;
use crate::api::params::{Ask, Named, ROWS_DEFAULT};
use crate::api::problem::Failure;
use crate::api::reads::blocking;
use crate::queries::Asked;
use crate::queries::deals::{self, DealFilter};

/// The states a registration can be filtered by.
const REGISTRATIONS: [&str; 8] =
    ["reported", "submitted", "in_review", "returned", "approved", "rejected", "withdrawn", "cancelled"];
const OUTCOMES: [&str; 3] = ["open", "won", "lost"];

/// What the form asks for; an empty field asks for nothing.
#[derive(Debug, Default, Deserialize)]
pub(super) struct DealsQuery {
    #[serde(default)]
    partner: String,
    #[serde(default)]
    registration: String,
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    after: usize,
}

/// One deal in the list, with its customer's name.
struct Line {
    row: DealRow,
    name: String,
}

#[derive(Template)]
#[template(path = "deals.html")]
struct DealsPage {
    around: Around,
    query: DealsQuery,
    rows: Vec<Line>,
    total: usize,
    first: usize,
    next: Option<usize>,
    has_any: bool,
}

impl DealsPage {
    fn registrations(&self) -> [&'static str; 8] {
        REGISTRATIONS
    }

    fn outcomes(&self) -> [&'static str; 3] {
        OUTCOMES
    }
}

/// `GET /deals`
pub(super) async fn list(State(shared): State<Shared>, Ask(query): Ask<DealsQuery>) -> Page {
    let around = Around::of(&shared, Section::Deals).await?;
    let said = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let partner = said(&query.partner).map(|id| id.parse()).transpose();
    let partner =
        partner.map_err(|error: domain::id::BadId| Failure::malformed(format!("partner: {error}")))?;
    let filter =
        DealFilter { partner, registration: said(&query.registration), outcome: said(&query.outcome) };
    let is_narrowed = filter != DealFilter::default();
    let moment = Asked::default().moment(&shared.book).await?;
    let all = blocking(&shared.book, move |book| deals::all(book, moment, &filter)).await?;
    let total = all.len();
    let shown = all.into_iter().skip(query.after).take(ROWS_DEFAULT);
    let name = |row: &DealRow| super::inbox::account_name(&shared.book, &row.account);
    let rows: Vec<Line> = shown.map(|row| Line { name: name(&row), row }).collect();
    let end = query.after + rows.len();
    let first = if rows.is_empty() { 0 } else { query.after + 1 };
    let next = (end < total).then_some(end);
    page(&DealsPage { around, rows, total, first, next, has_any: total > 0 || is_narrowed, query })
}

#[derive(Template)]
#[template(path = "deal.html")]
struct DealPage {
    around: Around,
    explained: DealExplanation,
    name: String,
}

/// `GET /deals/{deal}`
pub(super) async fn show(State(shared): State<Shared>, Named(id): Named) -> Page {
    let around = Around::of(&shared, Section::Deals).await?;
    let explained = deals::explain(&shared.book, &id, Asked::default()).await?;
    let explained = explained.ok_or_else(|| Failure::not_found("There is no such deal."))?;
    let name = super::inbox::account_name(&shared.book, &explained.deal.account);
    page(&DealPage { around, explained, name })
}
