//! Accounts: the list, and one account at a moment with its picture and its story.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use domain::stream::Stream;
use domain::time::Instant;
use serde::Deserialize;
use views::timeline;
use wire::answers::{AccountAnswer, AccountRow, HistoryRow};

use super::drawing::Drawing;
use super::frame::{Around, Section};
use super::{Page, markup, page};
use crate::api::Shared;
use crate::api::params::{Ask, Named, ROWS_DEFAULT};
use crate::api::problem::Failure;
use crate::api::reads::event_named;
use crate::book::Book;
use crate::queries::{self, Asked, accounts, deals};

/// Events of an account's story shown at once; the ledger has the rest.
const STORY_ROWS_MAX: usize = 500;

#[derive(Debug, Default, Deserialize)]
pub(super) struct AccountsQuery {
    #[serde(default)]
    after: String,
}

#[derive(Template)]
#[template(path = "accounts.html")]
struct AccountsPage {
    around: Around,
    rows: Vec<AccountRow>,
    total: usize,
    is_first: bool,
    next: Option<String>,
}

/// `GET /accounts`
pub(super) async fn list(State(shared): State<Shared>, Ask(query): Ask<AccountsQuery>) -> Page {
    let around = Around::of(&shared, Section::Accounts).await?;
    let after = Some(query.after.as_str()).filter(|after| !after.is_empty());
    let rows = accounts::page(&shared.book, after, ROWS_DEFAULT, Asked::default()).await?;
    let next = (rows.len() == ROWS_DEFAULT).then(|| rows.last().map(|row| row.account.clone())).flatten();
    let total = shared.book.shelf().directory.accounts_len();
    page(&AccountsPage { around, rows, total, is_first: after.is_none(), next })
}

/// The two times of the form, as typed; an empty field means now.
#[derive(Debug, Default, Deserialize)]
pub(super) struct TimesQuery {
    #[serde(default)]
    as_of: String,
    #[serde(default)]
    known_at: String,
}

impl TimesQuery {
    fn asked(&self) -> Result<Asked, Failure> {
        let as_of = Some(self.as_of.trim()).filter(|text| !text.is_empty()).map(instant).transpose()?;
        let known_at = Some(self.known_at.trim()).filter(|text| !text.is_empty());
        let known_at = known_at.map(|text| {
            text.parse().or_else(|expected| {
                instant(text)
                    .map(queries::KnownAt::Recorded)
                    .map_err(|_| Failure::malformed(format!("Known at: expected {expected}, found {text:?}")))
            })
        });
        Ok(Asked { as_of, known_at: known_at.transpose()? })
    }
}

/// An instant as a form sends it: RFC 3339, or without its end, which then is UTC.
fn instant(text: &str) -> Result<Instant, Failure> {
    let endings = ["", "Z", ":00Z", "T00:00:00Z"];
    let read = endings.iter().find_map(|ending| format!("{text}{ending}").replacen(' ', "T", 1).parse().ok());
    read.ok_or_else(|| {
        Failure::malformed(format!(
            "As of: expected a date and time such as 2026-03-01T09:00, found {text:?}"
        ))
    })
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    around: Around,
    account: AccountAnswer,
    stream: String,
    drawing: Drawing,
    story: Vec<HistoryRow>,
    left_out: usize,
    as_of_field: String,
    known_at_field: String,
    is_past: bool,
}

/// `GET /accounts/{account}`
pub(super) async fn show(
    State(shared): State<Shared>,
    Named(name): Named,
    Ask(times): Ask<TimesQuery>,
) -> Page {
    let around = Around::of(&shared, Section::Accounts).await?;
    let book = &shared.book;
    let (vendor, id) =
        queries::find_account(book, &name).ok_or_else(|| Failure::not_found("There is no such account."))?;
    let asked = times.asked()?;
    let account = accounts::show(book, &vendor, &id, asked).await?;
    let (folded, moment) = accounts::folded(book, &vendor, &id, asked).await?;
    let acts = acts(book, &account);
    let drawing = Drawing::of(&timeline::timeline(&folded, moment.as_of), moment.as_of, &acts);
    let mut story = accounts::history(book, &vendor, &id, asked).await?;
    let left_out = story.len().saturating_sub(STORY_ROWS_MAX);
    story.drain(..left_out);
    page(&AccountPage {
        around,
        stream: Stream::Account(vendor, id).to_string(),
        drawing,
        story,
        left_out,
        // What a field for date and time takes: no zone and no seconds.
        as_of_field: asked.as_of.map(|at| at.to_string().chars().take(16).collect()).unwrap_or_default(),
        known_at_field: times.known_at.trim().to_owned(),
        is_past: asked != Asked::default(),
        account,
    })
}

/// The acts that findings about this account are about, where they still stand.
fn acts(book: &Book, account: &AccountAnswer) -> BTreeSet<String> {
    let cases = account.cases.iter().filter_map(|row| queries::cases::show(book, &row.case));
    let findings = cases.flat_map(|case| case.findings);
    let standing = findings.filter(|finding| {
        ["pending", "confirmed", "indeterminate"].iter().any(|verdict| finding.verdict.starts_with(verdict))
    });
    standing.map(|finding| finding.act).collect()
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct FindQuery {
    #[serde(default)]
    q: String,
}

/// `GET /find`: goes to the account, case, event or deal that a text names.
pub(super) async fn find(State(shared): State<Shared>, Ask(query): Ask<FindQuery>) -> Page {
    let text = query.q.trim();
    let book = &shared.book;
    if let Some((_, account)) = queries::find_account(book, text) {
        return Ok(Redirect::to(&format!("/accounts/{account}")).into_response());
    }
    if let Some(case) = queries::cases::show(book, text) {
        return Ok(Redirect::to(&format!("/cases/{}", case.row.case)).into_response());
    }
    if let Some(event) = event_named(book, text).await? {
        return Ok(Redirect::to(&format!("/ledger/event/{}", event.id)).into_response());
    }
    if !text.is_empty()
        && let Some(found) = deals::explain(book, text, Asked::default()).await?
    {
        return Ok(Redirect::to(&format!("/deals/{}", found.deal.deal)).into_response());
    }
    Err(Failure::not_found(format!("Nothing here is called {text:?}: try an account's name or key, a deal, a case, an event or a position.")).into())
}

#[cfg(test)]
mod tests {
    use super::instant;

    #[test]
    fn a_time_may_be_typed_as_short_as_a_day() {
        let check = |text: &str, expected: &str| {
            assert_eq!(instant(text).ok().map(|at| at.to_string()).as_deref(), Some(expected), "{text}");
        };
        check("2026-03-01", "2026-03-01T00:00:00.000Z");
        check("2026-03-01T09:30", "2026-03-01T09:30:00.000Z");
        check("2026-03-01 09:30", "2026-03-01T09:30:00.000Z");
        check("2026-03-01T09:30:00+02:00", "2026-03-01T07:30:00.000Z");
        assert!(instant("yesterday").is_err());
    }
}
