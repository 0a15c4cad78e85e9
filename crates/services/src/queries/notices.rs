//! Notices: what people are reminded of, and whether it still waits for somebody.

use domain::account::Account;
use domain::case::Case;
use domain::event::Event;
use domain::event::case::{CaseEvent, Nearness};
use domain::event::notice::{About, NoticeEvent};
use domain::id::EventId;
use domain::reminder;
use domain::stream::Stream;
use domain::time::Instant;
use views::sentence::{Audience, Telling, sentence};
use wire::answers::NoticeRow;
use wire::shape::Words as _;

use crate::book::Book;

/// Which notices a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Which {
    /// Those about what still waits for somebody.
    #[default]
    Pending,
    All,
}

/// The notices, what is due first before what is due later.
///
/// # Errors
/// The journal cannot be read.
pub async fn list(book: &Book, which: Which) -> anyhow::Result<Vec<NoticeRow>> {
    let now = book.now();
    let since = match which {
        Which::Pending => now,
        Which::All => Instant::EARLIEST,
    };
    let accounts: Vec<Stream> = book.shelf().reminded(since).cloned().collect();
    let mut rows = Vec::new();
    for stream in accounts {
        let loaded = book.load(&stream).await?;
        rows.extend(of_account(&stream, &loaded.account, which, now));
    }
    let shelf = book.shelf();
    rows.extend(shelf.cases.with_reminders().flat_map(|(stream, case)| of_case(stream, &case, which, now)));
    rows.sort_by(|a, b| (&a.due_at, &a.stream, &a.event).cmp(&(&b.due_at, &b.stream, &b.event)));
    Ok(rows)
}

fn of_account(stream: &Stream, account: &Account, which: Which, now: Instant) -> Vec<NoticeRow> {
    let told = match which {
        Which::Pending => reminder::pending(account, now),
        Which::All => account.reminders.iter().collect(),
    };
    let row = |(reminded, event, told_at): &(domain::event::notice::Reminded, EventId, Instant)| {
        let (about, id) = match &reminded.about {
            About::Change(change) => ("objection_window", change.to_string()),
            About::Handoff(handoff) => ("invitation", handoff.to_string()),
            About::Forfeiture(handoff) => ("forfeiture", handoff.to_string()),
            About::Override(event) => ("override", event.to_string()),
            About::Commitment(commitment) => ("commitment", commitment.to_string()),
            About::Token(token) => ("token", token.to_string()),
            About::Registration(deal) => ("registration", deal.to_string()),
        };
        let told = Event::Notice(NoticeEvent::Reminded(reminded.clone()));
        NoticeRow {
            event: event.to_string(),
            stream: stream.to_string(),
            about: about.to_owned(),
            id,
            nearness: Nearness::Soon.word().to_owned(),
            due_at: reminded.due_at.to_string(),
            told_at: told_at.to_string(),
            sentence: sentence(
                &told,
                Telling { stream, account: Some(account), audience: &Audience::Vendor },
            ),
        }
    };
    told.into_iter().map(row).collect()
}

fn of_case(stream: &Stream, case: &Case, which: Which, now: Instant) -> Vec<NoticeRow> {
    let told = case
        .reminders
        .iter()
        .filter(|(reminded, ..)| which == Which::All || reminder::is_pending(case, reminded, now));
    let rows = told.filter_map(|(reminded, event, told_at)| {
        let told = Event::Case(CaseEvent::Reminded(reminded.clone()));
        Some(NoticeRow {
            event: event.to_string(),
            stream: stream.to_string(),
            about: reminded.step.word().to_owned(),
            id: stream.case()?.to_string(),
            nearness: reminded.nearness.word().to_owned(),
            due_at: reminded.due_at.to_string(),
            told_at: told_at.to_string(),
            sentence: sentence(&told, Telling { stream, account: None, audience: &Audience::Vendor }),
        })
    });
    rows.collect()
}
