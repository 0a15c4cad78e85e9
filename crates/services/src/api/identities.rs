//! Which accounts are one customer; what persons decide about that goes to `POST /v1/commands`.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use domain::time::Instant;
use serde::Deserialize;
use wire::answers::ComparisonAnswer;

use super::Shared;
use super::params::{Ask, ListQuery, Moment, asked, rows};
use super::problem::Failure;
use super::reads::{listed, page, unknown};
use super::routes::{AS_OF, Answers, KNOWN_AT, LIST, Method, Operation, Place, Takes, parameter};
use crate::queries::{self, KnownAt, identities};

/// What stands here in the table of operations.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        method: Method::Get,
        path: "/v1/identities",
        id: "listIdentities",
        summary: "Accounts that are known to be the customer of another account.",
        parameters: LIST,
        takes: Takes::Nothing,
        answers: Answers::Many("IdentityRow"),
        handler: || get(list),
    },
    Operation {
        method: Method::Get,
        path: "/v1/identities/queue",
        id: "listSuspicions",
        summary: "Pairs of accounts that may be one customer and wait for a person, the strongest evidence first.",
        parameters: LIST,
        takes: Takes::Nothing,
        answers: Answers::Many("SuspicionRow"),
        handler: || get(queue),
    },
    Operation {
        method: Method::Get,
        path: "/v1/identities/comparison",
        id: "compareAccounts",
        summary: "Two accounts compared field by field, and what was decided about them.",
        parameters: &[
            parameter("account", Place::Needed, "An account: its id, key or name."),
            parameter("other", Place::Needed, "Another one."),
            AS_OF,
            KNOWN_AT,
        ],
        takes: Takes::Nothing,
        answers: Answers::One("ComparisonAnswer"),
        handler: || get(comparison),
    },
];

async fn list(State(shared): State<Shared>, Ask(query): Ask<ListQuery>) -> Result<Response, Failure> {
    let limit = rows(query.limit)?;
    let moment = asked(query.as_of, query.known_at).moment(&shared.book).await?;
    let found = identities::list(&shared.book, moment);
    let (found, next) = page(found, query.after.as_deref(), limit, |row| &row.account);
    Ok(listed("/v1/identities", &found, next, limit))
}

async fn queue(State(shared): State<Shared>, Ask(query): Ask<ListQuery>) -> Result<Response, Failure> {
    let limit = rows(query.limit)?;
    let moment = asked(query.as_of, query.known_at).moment(&shared.book).await?;
    let found = identities::queue(&shared.book, moment);
    let (found, next) = page(found, query.after.as_deref(), limit, |row| &row.event);
    Ok(listed("/v1/identities/queue", &found, next, limit))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    account: String,
    other: String,
    as_of: Option<Moment<Instant>>,
    known_at: Option<Moment<KnownAt>>,
}

async fn comparison(
    State(shared): State<Shared>,
    Ask(pair): Ask<Pair>,
) -> Result<Json<ComparisonAnswer>, Failure> {
    let book = &shared.book;
    let find = |name: &str| queries::find_account(book, name).ok_or_else(|| unknown("account", name));
    let ((vendor, account), (of, other)) = (find(&pair.account)?, find(&pair.other)?);
    if vendor != of {
        return Err(Failure::malformed("other: expected an account of the same vendor".to_owned()));
    }
    let moment = asked(pair.as_of, pair.known_at).moment(book).await?;
    Ok(Json(identities::explain(book, &vendor, [&account, &other], moment)))
}
