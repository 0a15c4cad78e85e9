//! The inbox of cases, and one case: verdict, grounds, evidence, and what would clear it.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::State;
use domain::id::EventId;
use wire::answers::{CaseAnswer, CaseRow, HistoryRow, NoticeRow};

use super::frame::{Around, Section};
use super::{Page, markup, page};
use crate::api::Shared;
use crate::api::params::Named;
use crate::api::problem::Failure;
use crate::book::Book;
use crate::queries::cases::{self, Which};
use crate::queries::{Asked, journal, notices};

/// Cases shown on one page, most severe first; whoever has more starts at the top.
const CASES_SHOWN_MAX: usize = 200;
/// Notices shown above them, in lines: what is due first.
const NOTICES_SHOWN_MAX: usize = 10;

/// One case in the list.
struct Line {
    row: CaseRow,
    sentence: String,
    name: String,
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct InboxPage {
    around: Around,
    is_all: bool,
    lines: Vec<Line>,
    left_out: usize,
    /// Cases that are laid aside, on the page of those that are not.
    snoozed: Vec<Line>,
    /// What is due next or was, of that as much as a screen holds.
    notices: Vec<NoticeRow>,
    accounts: usize,
}

/// `GET /`
pub(super) async fn open(State(shared): State<Shared>) -> Page {
    inbox(&shared, Which::Open).await
}

/// `GET /cases`
pub(super) async fn all(State(shared): State<Shared>) -> Page {
    inbox(&shared, Which::All).await
}

async fn inbox(shared: &Shared, which: Which) -> Page {
    let around = Around::of(shared, Section::Inbox).await?;
    let book = &shared.book;
    let rows = cases::list(book, which);
    let left_out = rows.len().saturating_sub(CASES_SHOWN_MAX);
    let line = |row: CaseRow| Line {
        sentence: cases::show(book, &row.case).map(|case| case.sentence).unwrap_or_default(),
        name: account_name(book, &row.account),
        row,
    };
    let lines = rows.into_iter().take(CASES_SHOWN_MAX).map(line).collect();
    let is_all = which == Which::All;
    let aside = if is_all { Vec::new() } else { cases::list(book, Which::Snoozed) };
    let snoozed = aside.into_iter().take(CASES_SHOWN_MAX).map(line).collect();
    let mut notices = notices::list(book, notices::Which::Pending).await?;
    notices.truncate(NOTICES_SHOWN_MAX);
    let accounts = book.shelf().directory.accounts_len();
    page(&InboxPage { around, is_all, lines, left_out, snoozed, notices, accounts })
}

/// The customer's name, or nothing when none is known.
pub(super) fn account_name(book: &Book, id: &str) -> String {
    let shelf = book.shelf();
    let found = shelf.directory.find(id);
    let entry = found.and_then(|(vendor, account)| shelf.directory.account(&vendor, &account));
    entry.map(|entry| entry.name.to_string()).unwrap_or_default()
}

#[derive(Template)]
#[template(path = "case.html")]
struct CasePage {
    around: Around,
    case: CaseAnswer,
    name: String,
    told: BTreeMap<String, HistoryRow>,
}

impl CasePage {
    /// The lines of the events with these ids.
    fn lines<'a>(&'a self, ids: &'a [String]) -> impl Iterator<Item = &'a HistoryRow> {
        ids.iter().filter_map(|id| self.told.get(id))
    }

    fn act_said(&self, act: &str) -> &str {
        self.told.get(act).map_or("", |row| row.sentence.as_str())
    }
}

/// `GET /cases/{case}`
pub(super) async fn case(State(shared): State<Shared>, Named(id): Named) -> Page {
    let around = Around::of(&shared, Section::Inbox).await?;
    let moment = Asked::default().moment(&shared.book).await?;
    let shown = cases::show_at(&shared.book, &id, moment).await?;
    let case = shown.ok_or_else(|| Failure::not_found("There is no such case."))?;
    let name = account_name(&shared.book, &case.row.account);
    let mut told = BTreeMap::new();
    for event in cited(&case) {
        let Ok(EventId(uuid)) = event.parse() else { continue };
        if let Some(recorded) = shared.book.journal.event(uuid).await.map_err(anyhow::Error::from)? {
            told.insert(event, journal::line(&recorded)?);
        }
    }
    page(&CasePage { around, case, name, told })
}

/// Every event the case's findings name, once.
fn cited(case: &CaseAnswer) -> BTreeSet<String> {
    let mut events = BTreeSet::new();
    for finding in &case.findings {
        events.extend(finding.proof.iter().chain(&finding.context).cloned());
        events.insert(finding.act.clone());
    }
    events
}
