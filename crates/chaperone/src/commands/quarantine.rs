//! `quarantine`: what was turned away, and taking it in after all.

use std::path::Path;

use domain::time::Instant;
use ports::{Listing, QuarantineId};
use serde::Serialize;
use services::intake::{self, Answer};
use services::queries::journal as queries;
use wire::answers::QuarantineRow;
use wire::input::{Defaults, Record};

use crate::cli::Quarantine;
use crate::data::{self, Home};
use crate::exit::{Exit, stop};
use crate::output::{self, Format, talk};

/// Entries read at a time.
const PAGE: usize = 1_000;

/// One entry with what was received.
#[derive(Debug, Serialize)]
struct Shown {
    #[serde(flatten)]
    row: QuarantineRow,
    /// The first 64 KiB, as text where it is text.
    received: String,
}

pub(super) async fn run(home: &Home, output: Format, quarantine: Quarantine) -> anyhow::Result<Exit> {
    match quarantine {
        Quarantine::List { all } => {
            let opened = data::read(home).await?;
            let listing = if all { Listing::All } else { Listing::Waiting };
            let mut rows = Vec::new();
            let mut after = 0;
            loop {
                let page = opened.book.quarantine.list(listing, after, PAGE).await?;
                let Some(last) = page.last() else { break };
                after = last.number;
                rows.extend(page.iter().map(queries::quarantined));
            }
            output::rows(output, &["id", "origin", "reason", "source", "length", "received_at"], &rows)?;
        }
        Quarantine::Show { id } => {
            let opened = data::read(home).await?;
            let found = opened.book.quarantine.get(&QuarantineId::from_text(id.clone())).await?;
            let entry = found.ok_or_else(|| not_found(&id))?;
            let received = String::from_utf8_lossy(&entry.kept).into_owned();
            output::one(output, &Shown { row: queries::quarantined(&entry), received })?;
        }
        Quarantine::Release { id, with } => return release(home, &id, with.as_deref()).await,
    }
    Ok(Exit::Ok)
}

async fn release(home: &Home, id: &str, with: Option<&Path>) -> anyhow::Result<Exit> {
    let opened = data::own(home).await?;
    let name = QuarantineId::from_text(id);
    let entry = opened.book.quarantine.get(&name).await?.ok_or_else(|| not_found(id))?;
    let bytes = match with {
        Some(file) => super::read_all(file)?,
        None => entry.kept.to_vec(),
    };
    let defaults = Defaults {
        vendor: services::world::house(),
        source: entry.source.parse().map_err(|_| stop(Exit::InvalidData, "the entry's source is none"))?,
        now: Instant::from_unix_ms(opened.book.clock.now_ms()).unwrap_or(Instant::EARLIEST),
    };
    let reading = wire::cloudevents::read(bytes.trim_ascii(), &defaults);
    // What still cannot be read stays where it is.
    if let Err(problem) = &reading {
        return Err(stop(Exit::InvalidData, format!("{id}: {problem} (mend it and release it --with FILE)")));
    }
    let record = Record { place: format!("released {id}"), received: bytes, reading };
    match intake::take(&opened.book, &entry.source, record).await? {
        Answer::Quarantined { problem, .. } => Err(stop(Exit::InvalidData, format!("{id}: {problem}"))),
        Answer::Accepted { receipt, .. }
        | Answer::Repeated { receipt, .. }
        | Answer::Refused { receipt, .. } => {
            opened.book.quarantine.mark_released(&name).await?;
            talk(format_args!("{id} is part of the book at position {}", receipt.last));
            Ok(Exit::Ok)
        }
    }
}

fn not_found(id: &str) -> anyhow::Error {
    stop(Exit::NotFound, format!("there is no quarantined record {id}"))
}
