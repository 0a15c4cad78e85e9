//! Every operation of the API: its path, what it takes, what it answers and who answers it, in one table.
//!
//! The router and the OpenAPI document are both made from this table, so that neither has what the other lacks.

use axum::Router;
use axum::routing::{MethodRouter, get, post};

use super::{Shared, commands, health, hearings, identities, inputs, live, openapi, reads, rules, stories};

/// One operation.
pub(super) struct Operation {
    pub(super) method: Method,
    /// As axum and OpenAPI both write it, `{name}` for what varies.
    pub(super) path: &'static str,
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    pub(super) parameters: &'static [Parameter],
    pub(super) takes: Takes,
    pub(super) answers: Answers,
    pub(super) handler: fn() -> MethodRouter<Shared>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Post,
}

/// One parameter of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) place: Place,
    pub(super) says: &'static str,
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Path,
    Query,
    Needed,
    Header,
}

/// What an operation takes in its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    Nothing,
    Events,
    Command,
    MendedEvent,
    Policy,
}

/// What an operation answers when all went well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answers {
    /// One value of the schema of this name.
    One(&'static str),
    /// A list of them.
    Many(&'static str),
    /// The receipt of what was told or asked: 201 when recorded now, 200 when it was before.
    Receipt,
    /// The same, or a list of receipts for a batch.
    Receipts,
    Event,
    Events,
    Followed,
    Bytes,
    Text,
    Document,
    Schema,
    Names,
}

pub(super) const fn parameter(name: &'static str, place: Place, says: &'static str) -> Parameter {
    Parameter { name, place, says }
}

pub(super) const AS_OF: Parameter =
    parameter("as_of", Place::Query, "How it was at this instant (RFC 3339); now if absent.");
pub(super) const KNOWN_AT: Parameter = parameter(
    "known_at",
    Place::Query,
    "As known at this instant or journal position; all that is known if absent.",
);
const LIMIT: Parameter = parameter("limit", Place::Query, "Rows at most, 1 to 1000; 100 if absent.");
const AFTER: Parameter =
    parameter("after", Place::Query, "The last id of the page before, as its Link header says.");
const STREAM: Parameter =
    parameter("stream", Place::Query, "Only this stream, such as account-meridian.brightwater-utilities.");
const TYPE: Parameter =
    parameter("type", Place::Query, "Only types of event with this in their name, such as deal.");
const TIMES: &[Parameter] = &[AS_OF, KNOWN_AT];
pub(super) const LIST: &[Parameter] = &[AFTER, LIMIT, AS_OF, KNOWN_AT];

/// Every operation there is.
pub(super) fn operations() -> impl Iterator<Item = &'static Operation> {
    OPERATIONS
        .iter()
        .chain(stories::OPERATIONS)
        .chain(hearings::OPERATIONS)
        .chain(identities::OPERATIONS)
        .chain(rules::OPERATIONS)
}

const OPERATIONS: &[Operation] = &[
    Operation {
        method: Method::Post,
        path: "/v1/events",
        id: "tellEvents",
        summary: "Tell what happened: one CloudEvent or a batch, each recorded or quarantined.",
        parameters: &[],
        takes: Takes::Events,
        answers: Answers::Receipts,
        handler: || post(inputs::tell),
    },
    Operation {
        method: Method::Post,
        path: "/v1/commands",
        id: "askCommand",
        summary: "Ask for something: submit, approve, invite, accept, release, object, rule.",
        parameters: &[
            parameter("Idempotency-Key", Place::Header, "Becomes the id of a command that has none."),
            parameter(
                "If-Match",
                Place::Header,
                "The ETag of the account; refused with 412 when it has moved on.",
            ),
        ],
        takes: Takes::Command,
        answers: Answers::Receipt,
        handler: || post(commands::ask),
    },
    Operation {
        method: Method::Get,
        path: "/v1/accounts",
        id: "listAccounts",
        summary: "Accounts, in order of their ids.",
        parameters: LIST,
        takes: Takes::Nothing,
        answers: Answers::Many("AccountRow"),
        handler: || get(reads::accounts),
    },
    Operation {
        method: Method::Get,
        path: "/v1/accounts/{account}",
        id: "showAccount",
        summary: "One account: who holds it, deals, handoffs, changes and cases. Carries an ETag.",
        parameters: &[
            parameter("account", Place::Path, "Its id, one of its keys, or a name only one account has."),
            AS_OF,
            KNOWN_AT,
            parameter("If-None-Match", Place::Header, "The ETag the reader has; 304 when it still holds."),
        ],
        takes: Takes::Nothing,
        answers: Answers::One("AccountAnswer"),
        handler: || get(reads::account),
    },
    Operation {
        method: Method::Get,
        path: "/v1/accounts/{account}/history",
        id: "showAccountHistory",
        summary: "The account's story, event by event, in the order they took effect.",
        parameters: &[parameter("account", Place::Path, "As in showAccount."), AS_OF, KNOWN_AT],
        takes: Takes::Nothing,
        answers: Answers::Many("HistoryRow"),
        handler: || get(reads::account_history),
    },
    Operation {
        method: Method::Get,
        path: "/v1/deals",
        id: "listDeals",
        summary: "Deals, by account.",
        parameters: &[
            parameter("partner", Place::Query, "Only those this partner registers."),
            parameter("registration", Place::Query, "Only those in this state, such as approved."),
            parameter("outcome", Place::Query, "Only those that are open, won or lost."),
            AFTER,
            LIMIT,
            AS_OF,
            KNOWN_AT,
        ],
        takes: Takes::Nothing,
        answers: Answers::Many("DealRow"),
        handler: || get(reads::deals),
    },
    Operation {
        method: Method::Get,
        path: "/v1/deals/{deal}",
        id: "explainDeal",
        summary: "One deal, why it stands as it does, and what would help. Names no rival.",
        parameters: &[
            parameter("deal", Place::Path, "Our id of the deal, or its source's."),
            AS_OF,
            KNOWN_AT,
        ],
        takes: Takes::Nothing,
        answers: Answers::One("DealExplanation"),
        handler: || get(reads::deal),
    },
    Operation {
        method: Method::Get,
        path: "/v1/claims/check",
        id: "checkClaim",
        summary: "Whether a scope of an account is free, held or contested, without names.",
        parameters: &[
            parameter("account", Place::Needed, "As in showAccount; an unknown one is free."),
            parameter("partner", Place::Needed, "Who asks: what it holds itself is free for it."),
            parameter(
                "product_lines",
                Place::Query,
                "Only these product lines, with commas between; all if absent.",
            ),
            parameter(
                "territories",
                Place::Query,
                "Only these territories, with commas between; all if absent.",
            ),
            parameter("segments", Place::Query, "Only these segments, with commas between; all if absent."),
            AS_OF,
            KNOWN_AT,
        ],
        takes: Takes::Nothing,
        answers: Answers::One("ClaimAnswer"),
        handler: || get(reads::claim),
    },
    Operation {
        method: Method::Get,
        path: "/v1/handoffs",
        id: "listHandoffs",
        summary: "Handoffs, by account.",
        parameters: LIST,
        takes: Takes::Nothing,
        answers: Answers::Many("HandoffRow"),
        handler: || get(reads::handoffs),
    },
    Operation {
        method: Method::Get,
        path: "/v1/handoffs/{handoff}",
        id: "showHandoff",
        summary: "One handoff.",
        parameters: &[parameter("handoff", Place::Path, "Its id."), AS_OF, KNOWN_AT],
        takes: Takes::Nothing,
        answers: Answers::One("HandoffRow"),
        handler: || get(reads::handoff),
    },
    Operation {
        method: Method::Get,
        path: "/v1/partners",
        id: "listPartners",
        summary: "Every partner with its family.",
        parameters: TIMES,
        takes: Takes::Nothing,
        answers: Answers::Many("PartnerRow"),
        handler: || get(reads::partners),
    },
    Operation {
        method: Method::Get,
        path: "/v1/partners/{partner}",
        id: "showPartner",
        summary: "One partner with its family.",
        parameters: &[parameter("partner", Place::Path, "Its id."), AS_OF, KNOWN_AT],
        takes: Takes::Nothing,
        answers: Answers::One("PartnerRow"),
        handler: || get(reads::partner),
    },
    Operation {
        method: Method::Get,
        path: "/v1/cases",
        id: "listCases",
        summary: "Cases, the most severe first.",
        parameters: &[parameter("which", Place::Query, "open (if absent), snoozed or all."), AS_OF, KNOWN_AT],
        takes: Takes::Nothing,
        answers: Answers::Many("CaseRow"),
        handler: || get(reads::cases),
    },
    Operation {
        method: Method::Get,
        path: "/v1/cases/{case}",
        id: "showCase",
        summary: "One case with its findings, their grounds and what would clear them.",
        parameters: &[parameter("case", Place::Path, "Its id."), AS_OF, KNOWN_AT],
        takes: Takes::Nothing,
        answers: Answers::One("CaseAnswer"),
        handler: || get(reads::case),
    },
    Operation {
        method: Method::Get,
        path: "/v1/findings",
        id: "listFindings",
        summary: "Every finding that stands.",
        parameters: &[],
        takes: Takes::Nothing,
        answers: Answers::Many("FindingRow"),
        handler: || get(reads::findings),
    },
    Operation {
        method: Method::Get,
        path: "/v1/quarantine",
        id: "listQuarantine",
        summary: "What was turned away.",
        parameters: &[
            parameter("which", Place::Query, "waiting (if absent) or all."),
            parameter("after", Place::Query, "As the Link header of the page before says."),
            LIMIT,
        ],
        takes: Takes::Nothing,
        answers: Answers::Many("QuarantineRow"),
        handler: || get(reads::quarantine),
    },
    Operation {
        method: Method::Get,
        path: "/v1/quarantine/{id}",
        id: "showQuarantined",
        summary: "One input that was turned away, and why.",
        parameters: &[parameter("id", Place::Path, "Its id in the quarantine.")],
        takes: Takes::Nothing,
        answers: Answers::One("QuarantineRow"),
        handler: || get(reads::quarantined),
    },
    Operation {
        method: Method::Get,
        path: "/v1/quarantine/{id}/content",
        id: "showQuarantinedContent",
        summary: "Its bytes as received, at most the first 64 KiB.",
        parameters: &[parameter("id", Place::Path, "Its id in the quarantine.")],
        takes: Takes::Nothing,
        answers: Answers::Bytes,
        handler: || get(reads::quarantined_content),
    },
    Operation {
        method: Method::Post,
        path: "/v1/quarantine/{id}/release",
        id: "releaseQuarantined",
        summary: "Send it again, mended if the body holds a CloudEvent.",
        parameters: &[parameter("id", Place::Path, "Its id in the quarantine.")],
        takes: Takes::MendedEvent,
        answers: Answers::Receipt,
        handler: || post(inputs::release),
    },
    Operation {
        method: Method::Get,
        path: "/v1/journal",
        id: "showJournalHead",
        summary: "How far the journal is recorded.",
        parameters: &[],
        takes: Takes::Nothing,
        answers: Answers::One("HeadAnswer"),
        handler: || get(reads::journal),
    },
    Operation {
        method: Method::Get,
        path: "/v1/events",
        id: "listEvents",
        summary: "Recorded events as CloudEvents, in order.",
        parameters: &[
            parameter("after", Place::Query, "The position to start behind; 0 if absent."),
            LIMIT,
            STREAM,
            TYPE,
        ],
        takes: Takes::Nothing,
        answers: Answers::Events,
        handler: || get(reads::events),
    },
    Operation {
        method: Method::Get,
        path: "/v1/events/{event}",
        id: "showEvent",
        summary: "One recorded event.",
        parameters: &[parameter("event", Place::Path, "Its id or its position.")],
        takes: Takes::Nothing,
        answers: Answers::Event,
        handler: || get(reads::event),
    },
    Operation {
        method: Method::Get,
        path: "/v1/stream",
        id: "followEvents",
        summary: "Follow the journal: server-sent events, the position as id, the CloudEvent as data.",
        parameters: &[
            parameter("after", Place::Query, "The position to start behind; without it, from now on."),
            STREAM,
            TYPE,
            parameter("Last-Event-ID", Place::Header, "The last position received; goes before `after`."),
        ],
        takes: Takes::Nothing,
        answers: Answers::Followed,
        handler: || get(live::events),
    },
    Operation {
        method: Method::Get,
        path: "/v1/schemas",
        id: "listSchemas",
        summary: "Names of the JSON Schemas of all payloads of events and commands, and of the policy.",
        parameters: &[],
        takes: Takes::Nothing,
        answers: Answers::Names,
        handler: || get(openapi::schemas),
    },
    Operation {
        method: Method::Get,
        path: "/v1/schemas/{schema}",
        id: "showSchema",
        summary: "One JSON Schema (2020-12).",
        parameters: &[parameter("schema", Place::Path, "Its name, such as deal.submitted.v1.json.")],
        takes: Takes::Nothing,
        answers: Answers::Schema,
        handler: || get(openapi::schema),
    },
    Operation {
        method: Method::Get,
        path: "/openapi.json",
        id: "describe",
        summary: "This document.",
        parameters: &[],
        takes: Takes::Nothing,
        answers: Answers::Document,
        handler: || get(openapi::show),
    },
    Operation {
        method: Method::Get,
        path: "/v1/roles",
        id: "listRoles",
        summary: "How the roles of this process stand, and how far behind the journal they are.",
        parameters: &[],
        takes: Takes::Nothing,
        answers: Answers::Many("RoleRow"),
        handler: || get(health::roles),
    },
    Operation {
        method: Method::Get,
        path: "/livez",
        id: "isLive",
        summary: "Whether the process answers.",
        parameters: &[],
        takes: Takes::Nothing,
        answers: Answers::Text,
        handler: || get(health::live),
    },
    Operation {
        method: Method::Get,
        path: "/readyz",
        id: "isReady",
        summary: "Whether journal and quarantine can be used.",
        parameters: &[],
        takes: Takes::Nothing,
        answers: Answers::Text,
        handler: || get(health::ready),
    },
    Operation {
        method: Method::Get,
        path: "/metrics",
        id: "countMetrics",
        summary: "Counters for Prometheus.",
        parameters: &[],
        takes: Takes::Nothing,
        answers: Answers::Text,
        handler: || get(health::metrics),
    },
];

/// The routes by which a process without the API is watched.
pub(super) fn health_router() -> Router<Shared> {
    let watched = ["/v1/roles", "/livez", "/readyz", "/metrics"];
    let operations = operations().filter(|operation| watched.contains(&operation.path));
    operations.fold(Router::new(), |router, operation| router.route(operation.path, (operation.handler)()))
}

/// The routes of the table.
pub(super) fn router() -> Router<Shared> {
    operations().fold(Router::new(), |router, operation| router.route(operation.path, (operation.handler)()))
}
