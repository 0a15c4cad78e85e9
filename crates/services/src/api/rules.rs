//! The published rules, and what changed about an account between two states of knowledge.

use axum::Json;
use axum::extract::{Request, State};
use axum::routing::{get, post};
use domain::id::VendorId;
use domain::time::Instant;
use serde::Deserialize;
use wire::answers::{AccountDifference, CalendarRow, LintAnswer, PolicyAnswer, PolicyRow};

use super::inputs::{media_type, read_body};
use super::params::{Ask, Moment, Named, asked};
use super::problem::Failure;
use super::reads::unknown;
use super::routes::{AS_OF, Answers, KNOWN_AT, Method, Operation, Place, Takes, parameter};
use super::{ONE_BODY_BYTES_MAX, Shared};
use crate::policies::{self, Version};
use crate::queries::{KnownAt, accounts, find_account};
use crate::rules;
use crate::world::house;

type Answer<T> = Result<Json<T>, Failure>;

/// What stands here in the table of operations.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        method: Method::Get,
        path: "/v1/accounts/{account}/differences",
        id: "compareAccount",
        summary: "What changed about an account for one instant between two states of knowledge, each with one cause.",
        parameters: &[
            parameter("account", Place::Path, "As in showAccount."),
            parameter("known_from", Place::Needed, "The earlier state: an instant or a journal position."),
            KNOWN_AT,
            AS_OF,
        ],
        takes: Takes::Nothing,
        answers: Answers::One("AccountDifference"),
        handler: || get(account_differences),
    },
    Operation {
        method: Method::Get,
        path: "/v1/policies",
        id: "listPolicies",
        summary: "Every published version of every policy.",
        parameters: &[],
        takes: Takes::Nothing,
        answers: Answers::Many("PolicyRow"),
        handler: || get(all_policies),
    },
    Operation {
        method: Method::Get,
        path: "/v1/policies/{version}",
        id: "showPolicy",
        summary: "One policy with every number.",
        parameters: &[
            parameter("version", Place::Path, "Its number, or `current` for the one in force now."),
            parameter("vendor", Place::Query, "Whose program; the installation's own if absent."),
        ],
        takes: Takes::Nothing,
        answers: Answers::One("PolicyAnswer"),
        handler: || get(policy),
    },
    Operation {
        method: Method::Post,
        path: "/v1/policies/lint",
        id: "lintPolicy",
        summary: "Whether a policy document may be published, and where it may not: ranges, switches, patterns and \
            guards are tried. Records nothing.",
        parameters: &[],
        takes: Takes::Policy,
        answers: Answers::One("LintAnswer"),
        handler: || post(lint),
    },
    Operation {
        method: Method::Get,
        path: "/v1/calendars",
        id: "listCalendars",
        summary: "Every published version of every business-day calendar.",
        parameters: &[],
        takes: Takes::Nothing,
        answers: Answers::Many("CalendarRow"),
        handler: || get(calendars),
    },
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Between {
    known_from: Moment<KnownAt>,
    known_at: Option<Moment<KnownAt>>,
    as_of: Option<Moment<Instant>>,
}

async fn account_differences(
    State(shared): State<Shared>,
    Named(name): Named,
    Ask(between): Ask<Between>,
) -> Answer<AccountDifference> {
    let book = &shared.book;
    let (vendor, account) = find_account(book, &name).ok_or_else(|| unknown("account", &name))?;
    let later = asked(between.as_of, between.known_at);
    Ok(Json(accounts::changed(book, &vendor, &account, between.known_from.0, later).await?))
}

async fn all_policies(State(shared): State<Shared>) -> Answer<Vec<PolicyRow>> {
    Ok(Json(policies::list(&shared.book)))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfVendor {
    vendor: Option<Moment<VendorId>>,
}

async fn policy(
    State(shared): State<Shared>,
    Named(name): Named,
    Ask(of): Ask<OfVendor>,
) -> Answer<PolicyAnswer> {
    let vendor = of.vendor.map_or_else(house, |vendor| vendor.0);
    let version = match name.as_str() {
        "current" => Some(Version::Current),
        number => number.parse().ok().map(Version::Number),
    };
    let shown = version.and_then(|version| policies::show(&shared.book, &vendor, version));
    shown.map(Json).ok_or_else(|| unknown("policy", &name))
}

/// `POST /v1/policies/lint`
async fn lint(request: Request) -> Answer<LintAnswer> {
    let (parts, body) = request.into_parts();
    let said = media_type(&parts.headers);
    if said != "application/json" {
        return Err(Failure::wrong_media_type(&said, "application/json"));
    }
    let document = read_body(body, ONE_BODY_BYTES_MAX).await?;
    Ok(Json(rules::lint(&rules::read(&document))))
}

async fn calendars(State(shared): State<Shared>) -> Answer<Vec<CalendarRow>> {
    Ok(Json(policies::calendars(&shared.book)))
}
