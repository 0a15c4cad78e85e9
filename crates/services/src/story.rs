//! Telling a story: recorded events arrive one by one on their own clock, and the book answers as it would
//! have answered then.

use std::sync::Arc;

use domain::stream::Stream;
use ports::ManualClock;
use wire::answers::{FindingRow, HistoryRow};
use wire::input::Record;

use crate::book::Book;
use crate::intake::{self, Answer};
use crate::queries::{accounts, cases};
use crate::sentinel;

/// What happens while a story is told.
#[derive(Debug)]
pub enum Told {
    /// Something was recorded, or derived from it.
    Event(HistoryRow),
    /// A finding that stands, met for the first time.
    Finding(FindingRow),
    /// A record was turned away.
    TurnedAway { place: String, reason: String },
}

/// Tells one record: the clock moves to its recorded time, it is taken in, and everything that follows is
/// handed to `listen`.
///
/// # Errors
/// The journal cannot be read or written.
pub async fn tell(
    book: &Book,
    clock: &Arc<ManualClock>,
    source: &str,
    record: Record,
    listen: &mut dyn FnMut(Told),
) -> anyhow::Result<()> {
    let recorded_at = record.reading.iter().flatten().find_map(|input| input.recorded_at);
    if let Some(at) = recorded_at {
        use ports::Clock as _;
        // Arrival order is the story's; a record that claims an earlier time arrives when it arrives.
        clock.set(at.unix_ms().max(clock.now_ms()));
    }
    let before = book.journal.head().await?.position;
    let standing: Vec<FindingRow> = cases::findings(book);
    let place = record.place.clone();
    if let Answer::Quarantined { problem, .. } = intake::take(book, source, record).await? {
        listen(Told::TurnedAway { place, reason: problem.to_string() });
    }
    sentinel::look_at_ripe(book).await?;
    let mut after = before;
    loop {
        let page = crate::queries::journal::recorded(book, after).await?;
        let Some(last) = page.last() else { break };
        after = last.position;
        for recorded in &page {
            let stream: Stream = recorded.stream.parse()?;
            let loaded = book.load(&stream).await?;
            let fact = crate::pen::fact(recorded)?;
            listen(Told::Event(accounts::told(&stream, &fact, Some(&loaded.account))));
        }
    }
    for finding in cases::findings(book) {
        let known = |old: &FindingRow| {
            old.case == finding.case && old.pattern == finding.pattern && old.evidence == finding.evidence
        };
        if !standing.iter().any(known) {
            listen(Told::Finding(finding));
        }
    }
    Ok(())
}
