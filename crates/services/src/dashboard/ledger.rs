//! The ledger: every event as it was recorded, newest first, and each one in full.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use domain::stream::Stream;
use ports::{Position, Recorded, Select};
use serde::Deserialize;
use serde_json::Value;
use wire::answers::HistoryRow;

use super::frame::{Around, Section};
use super::{Page, markup, page};
use crate::api::Shared;
use crate::api::ledger::{self, Narrowing};
use crate::api::live::{self, FollowQuery};
use crate::api::params::{Ask, Named, ROWS_DEFAULT};
use crate::api::problem::Failure;
use crate::api::reads::event_named;
use crate::queries::journal;

/// What the form asks for; an empty field asks for nothing.
#[derive(Debug, Default, Deserialize)]
pub(super) struct LedgerQuery {
    #[serde(default)]
    stream: String,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    before: String,
}

#[derive(Template)]
#[template(path = "ledger.html")]
struct LedgerPage {
    around: Around,
    query: LedgerQuery,
    rows: Vec<HistoryRow>,
    older: Option<String>,
    /// Where the live tail takes up; none on an older page.
    tail_after: Option<String>,
    is_narrowed: bool,
}

#[derive(Template)]
#[template(path = "ledger_row.html")]
struct LedgerRow<'a> {
    row: &'a HistoryRow,
}

/// `GET /ledger`
pub(super) async fn list(State(shared): State<Shared>, Ask(query): Ask<LedgerQuery>) -> Page {
    let around = Around::of(&shared, Section::Ledger).await?;
    let said = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let narrowing = Narrowing { stream: said(&query.stream), kind: said(&query.kind) };
    let before = said(&query.before).map(|text| text.parse::<Position>()).transpose();
    let before = before.map_err(|error| Failure::malformed(error.to_string()))?;
    let found =
        ledger::before(&shared.book, &narrowing, before.unwrap_or(Position::END), ROWS_DEFAULT).await?;
    let rows = found.events.iter().map(journal::line).collect::<anyhow::Result<Vec<_>>>()?;
    let older = rows.last().filter(|_| found.more).map(|row| row.position.clone());
    page(&LedgerPage {
        tail_after: before.is_none().then(|| around.position.clone()),
        is_narrowed: narrowing != Narrowing::default(),
        around,
        query,
        rows,
        older,
    })
}

/// `GET /ledger/tail`: rows of the ledger as they are recorded.
pub(super) async fn tail(
    State(shared): State<Shared>,
    Ask(query): Ask<FollowQuery>,
    headers: HeaderMap,
) -> Result<axum::response::Response, Failure> {
    live::follow(&shared, query, &headers, Select::Facts, |recorded| {
        let row = journal::line(recorded).ok()?;
        LedgerRow { row: &row }.render().ok()
    })
    .await
}

#[derive(Template)]
#[template(path = "event.html")]
struct EventPage {
    around: Around,
    row: HistoryRow,
    revision: u64,
    account: Option<String>,
    case: Option<String>,
    cause: Option<String>,
    earlier: Option<u64>,
    later: Option<u64>,
    text: String,
}

/// `GET /ledger/event/{event}`
pub(super) async fn event(State(shared): State<Shared>, Named(name): Named) -> Page {
    let around = Around::of(&shared, Section::Ledger).await?;
    let recorded = event_named(&shared.book, &name).await?;
    let recorded = recorded.ok_or_else(|| Failure::not_found("There is no such event."))?;
    let head = shared.book.journal.head().await.map_err(anyhow::Error::from)?.position;
    page(&event_page(around, &recorded, head)?)
}

fn event_page(around: Around, recorded: &Recorded, head: Position) -> anyhow::Result<EventPage> {
    let text = wire::record::render(&recorded.text, recorded.position.lo(), recorded.recorded_ms);
    let value: Value = serde_json::from_slice(&text)?;
    let (account, case) = match recorded.stream.parse::<Stream>()? {
        Stream::Account(_, account) => (Some(account.to_string()), None),
        Stream::Case(_, case) => (None, Some(case.to_string())),
        Stream::Partner(..) | Stream::Program(_) | Stream::Identity(_) | Stream::Partnership(..) => {
            (None, None)
        }
    };
    let here = recorded.position.lo();
    Ok(EventPage {
        around,
        row: journal::line(recorded)?,
        revision: recorded.revision,
        account,
        case,
        cause: value["causationid"].as_str().map(str::to_owned),
        earlier: here.checked_sub(1).filter(|position| *position > 0),
        later: (recorded.position < head).then_some(here + 1),
        text: indented(&String::from_utf8_lossy(&text)),
    })
}

/// JSON on lines of its own for every member, in the order it has.
fn indented(json: &str) -> String {
    let (mut out, mut depth, mut in_text, mut escaped) =
        (String::with_capacity(json.len() * 2), 0, false, false);
    for character in json.chars() {
        if in_text {
            in_text = escaped || character != '"';
            escaped = character == '\\' && !escaped;
            out.push(character);
            continue;
        }
        match character {
            '{' | '[' => {
                depth += 1;
                out.push(character);
                new_line(&mut out, depth);
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                new_line(&mut out, depth);
                out.push(character);
            }
            ',' => {
                out.push(',');
                new_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            _ => {
                in_text = character == '"';
                out.push(character);
            }
        }
    }
    out
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
}

#[cfg(test)]
mod tests {
    use super::indented;

    #[test]
    fn json_is_spread_over_lines_and_texts_are_left_alone() {
        let json = r#"{"b":"a,{\\\":[","a":[1,2]}"#;
        assert_eq!(indented(json), "{\n  \"b\": \"a,{\\\\\\\":[\",\n  \"a\": [\n    1,\n    2\n  ]\n}");
    }
}
