//! `journal`: the record itself: head, read, export, verify, backup, copy.

mod copy;

use anyhow::Context as _;
use domain::id::EventId;
use ports::{PAGE_EVENTS_MAX, Position};
use serde::Serialize;
use services::queries::journal as queries;
use wire::record::Place;

use crate::cli::Journal;
use crate::data::{self, Home};
use crate::exit::{Exit, stop};
use crate::output::{self, Format, talk};

pub(super) async fn run(home: &Home, output: Format, journal: Journal) -> anyhow::Result<Exit> {
    let read = || data::read(home);
    match journal {
        Journal::Head => output::one(output, &queries::head(&read().await?.book).await?)?,
        Journal::Read { after, limit } => {
            let rows = queries::lines(&read().await?.book, Position::new(0, after), limit).await?;
            let columns = ["position", "valid_at", "stream", "class", "sentence", "event"];
            output::rows(output, &columns, &rows)?;
        }
        Journal::Export { after } => export(&read().await?, after).await?,
        Journal::Verify => return verify(read().await?, output).await,
        Journal::Backup { folder: target } => {
            let journal = read().await?.journal;
            let copied = target.clone();
            tokio::task::spawn_blocking(move || journal.backup(&copied))
                .await?
                .with_context(|| format!("copying to {}", target.display()))?;
            talk(format_args!("a copy lies in {}; open it with --data", target.display()));
        }
        Journal::Copy { from, to } => return copy::run(home, output, &from, &to).await,
    }
    Ok(Exit::Ok)
}

async fn export(opened: &data::Opened, after: u64) -> anyhow::Result<()> {
    let mut after = Position::new(0, after);
    loop {
        let page = queries::events(&opened.book, after, PAGE_EVENTS_MAX).await?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = *last;
        page.iter().try_for_each(|(_, event)| output::bytes(event))?;
    }
}

/// What a verification found.
#[derive(Debug, Serialize)]
struct Verified {
    events: u64,
    streams: u64,
    problems: Vec<String>,
}

async fn verify(opened: data::Opened, output: Format) -> anyhow::Result<Exit> {
    let journal = opened.journal;
    let report = tokio::task::spawn_blocking(move || {
        journal.verify(&mut |event| {
            // Both forms are read at the same place, so only what they say can differ.
            let place =
                Place { id: EventId(event.id), position: event.position, revision: 0, recorded_ms: 0 };
            wire::record::check(event.text, event.fact, place).map_err(|error| error.to_string())
        })
    });
    let report = report.await??;
    let verified = Verified { events: report.events, streams: report.streams, problems: report.problems };
    output::one(output, &verified)?;
    if verified.problems.is_empty() {
        return Ok(Exit::Ok);
    }
    Err(stop(Exit::InvalidData, format!("{} problems in the journal", verified.problems.len())))
}
