//! Histories and explanations: how things came to stand as they do, and what that rests on.

use axum::Json;
use axum::extract::State;
use axum::routing::get;
use wire::answers::{Explanation, HandoffRow, HistoryRow};

use super::Shared;
use super::params::{Ask, Named, Times};
use super::problem::Failure;
use super::reads::{blocking, unknown};
use super::routes::{AS_OF, Answers, KNOWN_AT, Method, Operation, Place, Takes, parameter};
use crate::book::Book;
use crate::queries::{Asked, accounts, cases, explain, find_account, partners};

type Answer<T> = Result<Json<T>, Failure>;

/// What stands here in the table of operations.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        method: Method::Get,
        path: "/v1/accounts/{account}/explanation",
        id: "explainAccount",
        summary: "Why an account is held as it is, and what limits that.",
        parameters: &[parameter("account", Place::Path, "As in showAccount."), AS_OF, KNOWN_AT],
        takes: Takes::Nothing,
        answers: Answers::One("Explanation"),
        handler: || get(account_explanation),
    },
    Operation {
        method: Method::Get,
        path: "/v1/handoffs/{handoff}/history",
        id: "showHandoffHistory",
        summary: "A handoff's events, in the order they took effect.",
        parameters: &[parameter("handoff", Place::Path, "Its id."), AS_OF, KNOWN_AT],
        takes: Takes::Nothing,
        answers: Answers::Many("HistoryRow"),
        handler: || get(handoff_history),
    },
    Operation {
        method: Method::Get,
        path: "/v1/handoffs/{handoff}/explanation",
        id: "explainHandoff",
        summary: "What a handoff protects and grants, and every event of it.",
        parameters: &[parameter("handoff", Place::Path, "Its id."), AS_OF, KNOWN_AT],
        takes: Takes::Nothing,
        answers: Answers::One("Explanation"),
        handler: || get(handoff_explanation),
    },
    Operation {
        method: Method::Get,
        path: "/v1/partners/{partner}/history",
        id: "showPartnerHistory",
        summary: "A partner's events.",
        parameters: &[parameter("partner", Place::Path, "Its id."), AS_OF, KNOWN_AT],
        takes: Takes::Nothing,
        answers: Answers::Many("HistoryRow"),
        handler: || get(partner_history),
    },
    Operation {
        method: Method::Get,
        path: "/v1/partners/{partner}/explanation",
        id: "explainPartner",
        summary: "Who belongs to a partner's family, through which declarations.",
        parameters: &[parameter("partner", Place::Path, "Its id."), AS_OF, KNOWN_AT],
        takes: Takes::Nothing,
        answers: Answers::One("Explanation"),
        handler: || get(partner_explanation),
    },
    Operation {
        method: Method::Get,
        path: "/v1/cases/{case}/history",
        id: "showCaseHistory",
        summary: "A case's events.",
        parameters: &[parameter("case", Place::Path, "Its id."), AS_OF, KNOWN_AT],
        takes: Takes::Nothing,
        answers: Answers::Many("HistoryRow"),
        handler: || get(case_history),
    },
];

async fn account_explanation(
    State(shared): State<Shared>,
    Named(name): Named,
    Ask(times): Ask<Times>,
) -> Answer<Explanation> {
    let book = &shared.book;
    let (vendor, account) = find_account(book, &name).ok_or_else(|| unknown("account", &name))?;
    Ok(Json(explain::account(book, &vendor, &account, times.asked()).await?))
}

async fn handoff_history(
    State(shared): State<Shared>,
    Named(name): Named,
    Ask(times): Ask<Times>,
) -> Answer<Vec<HistoryRow>> {
    Ok(Json(handoff(&shared, &name, times.asked()).await?.1))
}

async fn handoff_explanation(
    State(shared): State<Shared>,
    Named(name): Named,
    Ask(times): Ask<Times>,
) -> Answer<Explanation> {
    let (row, story) = handoff(&shared, &name, times.asked()).await?;
    Ok(Json(explain::handoff(&row, &story)))
}

async fn handoff(
    shared: &Shared,
    name: &str,
    asked: Asked,
) -> Result<(HandoffRow, Vec<HistoryRow>), Failure> {
    let book: &Book = &shared.book;
    let moment = asked.moment(book).await?;
    let found = blocking(&shared.book, move |book| accounts::all_handoffs(book, moment)).await?;
    let row = found.into_iter().find(|row| row.handoff == name).ok_or_else(|| unknown("handoff", name))?;
    let place = find_account(book, &row.account).ok_or_else(|| unknown("account", &row.account))?;
    let story = accounts::handoff_history(book, &place, name, asked).await?;
    Ok((row, story))
}

async fn partner_history(
    State(shared): State<Shared>,
    Named(name): Named,
    Ask(times): Ask<Times>,
) -> Answer<Vec<HistoryRow>> {
    let told = partners::history(&shared.book, &name, times.asked()).await?;
    told.map(Json).ok_or_else(|| unknown("partner", &name))
}

async fn partner_explanation(
    State(shared): State<Shared>,
    Named(name): Named,
    Ask(times): Ask<Times>,
) -> Answer<Explanation> {
    let explained = explain::partner(&shared.book, &name, times.asked()).await?;
    explained.map(Json).ok_or_else(|| unknown("partner", &name))
}

async fn case_history(
    State(shared): State<Shared>,
    Named(name): Named,
    Ask(times): Ask<Times>,
) -> Answer<Vec<HistoryRow>> {
    let moment = times.asked().moment(&shared.book).await?;
    cases::history(&shared.book, &name, moment).await?.map(Json).ok_or_else(|| unknown("case", &name))
}
