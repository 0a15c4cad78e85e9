//! The partners of the program and their families.

use askama::Template;
use axum::extract::State;
use wire::answers::PartnerRow;

use super::frame::{Around, Section};
use super::{Page, markup, page};
use crate::api::Shared;
use crate::queries::{Asked, partners};

#[derive(Template)]
#[template(path = "partners.html")]
struct PartnersPage {
    around: Around,
    rows: Vec<PartnerRow>,
}

/// `GET /partners`
pub(super) async fn list(State(shared): State<Shared>) -> Page {
    let around = Around::of(&shared, Section::Partners).await?;
    let moment = Asked::default().moment(&shared.book).await?;
    page(&PartnersPage { around, rows: partners::list(&shared.book, moment) })
}
