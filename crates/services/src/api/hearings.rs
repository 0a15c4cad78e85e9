//! What cases teach and what is due: precedents, how often a pattern was right, how a partner does in handoffs, and
//! notices for people.

use axum::Json;
use axum::extract::State;
use axum::routing::get;
use serde::Deserialize;
use wire::answers::{NoticeRow, PrecedentRow, PrecisionRow, ScoreRow};

use super::Shared;
use super::params::{Ask, Moment, Named};
use super::problem::Failure;
use super::reads::{blocking, unknown};
use super::routes::{Answers, Method, Operation, Place, Takes, parameter};
use crate::queries::cases::{self, Respondent, Sought};
use crate::queries::notices::{self, Which};
use crate::queries::{Asked, partners};

type Answer<T> = Result<Json<T>, Failure>;

/// What stands here in the table of operations.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        method: Method::Get,
        path: "/v1/precedents",
        id: "listPrecedents",
        summary: "Closed cases like another, or with a pattern, ground or respondent; those that share most first.",
        parameters: &[
            parameter("case", Place::Query, "Like this case; what is said beside it goes before."),
            parameter("pattern", Place::Query, "With a finding of this pattern, such as T01."),
            parameter("ground", Place::Query, "With this part of the formula, such as no_basis:V1."),
            parameter("respondent", Place::Query, "With such a respondent: host, guest, vendor or another."),
        ],
        takes: Takes::Nothing,
        answers: Answers::Many("PrecedentRow"),
        handler: || get(precedents),
    },
    Operation {
        method: Method::Get,
        path: "/v1/precision",
        id: "listPrecision",
        summary: "How often each pattern was right, by the rulings of persons.",
        parameters: &[],
        takes: Takes::Nothing,
        answers: Answers::Many("PrecisionRow"),
        handler: || get(precision),
    },
    Operation {
        method: Method::Get,
        path: "/v1/partners/{partner}/scorecard",
        id: "showScorecard",
        summary: "How a partner does in handoffs as host and as guest: answers, promises, disputes.",
        parameters: &[parameter("partner", Place::Path, "Its id.")],
        takes: Takes::Nothing,
        answers: Answers::Many("ScoreRow"),
        handler: || get(scorecard),
    },
    Operation {
        method: Method::Get,
        path: "/v1/notices",
        id: "listNotices",
        summary: "Of what people are reminded: invitations, objection windows, registrations, and the clocks of cases.",
        parameters: &[parameter("which", Place::Query, "pending (if absent) or all.")],
        takes: Takes::Nothing,
        answers: Answers::Many("NoticeRow"),
        handler: || get(all_notices),
    },
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PrecedentsQuery {
    case: Option<String>,
    pattern: Option<String>,
    ground: Option<String>,
    respondent: Option<Moment<Respondent>>,
}

async fn precedents(
    State(shared): State<Shared>,
    Ask(query): Ask<PrecedentsQuery>,
) -> Answer<Vec<PrecedentRow>> {
    let PrecedentsQuery { case, pattern, ground, respondent } = query;
    let name = case.clone().unwrap_or_default();
    let sought = Sought { case, pattern, ground, respondent: respondent.map(|named| named.0.0) };
    cases::precedents(&shared.book, &sought).map(Json).ok_or_else(|| unknown("case", &name))
}

async fn precision(State(shared): State<Shared>) -> Json<Vec<PrecisionRow>> {
    Json(cases::precision(&shared.book))
}

async fn scorecard(State(shared): State<Shared>, Named(name): Named) -> Answer<Vec<ScoreRow>> {
    let moment = Asked::default().moment(&shared.book).await?;
    let id = name.clone();
    let found = blocking(&shared.book, move |book| partners::scorecard(book, &id, moment)).await?;
    found.map(Json).ok_or_else(|| unknown("partner", &name))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NoticesQuery {
    #[serde(default)]
    which: WhichWord,
}

/// Which notices a list shows, in a query.
#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WhichWord {
    #[default]
    Pending,
    All,
}

async fn all_notices(State(shared): State<Shared>, Ask(query): Ask<NoticesQuery>) -> Answer<Vec<NoticeRow>> {
    let which = match query.which {
        WhichWord::Pending => Which::Pending,
        WhichWord::All => Which::All,
    };
    Ok(Json(notices::list(&shared.book, which).await?))
}
