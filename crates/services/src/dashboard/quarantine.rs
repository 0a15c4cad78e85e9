//! What was turned away and waits to be mended.

use askama::Template;
use axum::extract::State;
use ports::Listing;
use wire::answers::QuarantineRow;

use super::frame::{Around, Section};
use super::{Page, markup, page};
use crate::api::Shared;
use crate::api::params::{Ask, ROWS_DEFAULT};
use crate::queries::journal;

#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct QuarantineQuery {
    #[serde(default)]
    after: u64,
}

#[derive(Template)]
#[template(path = "quarantine.html")]
struct QuarantinePage {
    around: Around,
    rows: Vec<QuarantineRow>,
    next: Option<u64>,
}

/// `GET /quarantine`
pub(super) async fn list(State(shared): State<Shared>, Ask(query): Ask<QuarantineQuery>) -> Page {
    let around = Around::of(&shared, Section::Quarantine).await?;
    let entries = shared.book.quarantine.list(Listing::Waiting, query.after, ROWS_DEFAULT).await;
    let entries = entries.map_err(anyhow::Error::from)?;
    let next = (entries.len() == ROWS_DEFAULT).then(|| entries.last().map(|entry| entry.number)).flatten();
    page(&QuarantinePage { around, rows: entries.iter().map(journal::quarantined).collect(), next })
}
