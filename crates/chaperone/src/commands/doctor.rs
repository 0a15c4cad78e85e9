//! `doctor`: what is wrong, and the command that mends it.

use std::path::Path;

use ports::{Clock as _, Listing, SystemClock};
use serde::Serialize;
use services::queries::doctor;

use crate::data;
use crate::exit::Exit;
use crate::output::{self, Format, talk};

/// Something to mend.
#[derive(Debug, Serialize)]
struct Complaint {
    what: String,
    mend: String,
}

pub(super) async fn run(folder: &Path, output: Format) -> anyhow::Result<Exit> {
    let mut complaints = Vec::new();
    match data::read(folder) {
        Ok(opened) => examine(&opened, folder, &mut complaints).await?,
        Err(error) => complaints.push(Complaint {
            what: format!("{error:#}"),
            mend: format!("chaperone init --data {}", folder.display()),
        }),
    }
    if complaints.is_empty() && output == Format::Table {
        talk(format_args!("nothing is wrong with the book in {}", folder.display()));
    } else {
        output::rows(output, &["what", "mend"], &complaints)?;
    }
    Ok(if complaints.is_empty() { Exit::Ok } else { Exit::Failure })
}

async fn examine(
    opened: &data::Opened,
    folder: &Path,
    complaints: &mut Vec<Complaint>,
) -> anyhow::Result<()> {
    let data = folder.display();
    let head = opened.book.journal.head().await?;
    if head.recorded_ms > SystemClock.now_ms() + ports::CLOCK_STEP_BACK_MAX_MS {
        complaints.push(Complaint {
            what: "the journal was recorded later than this machine's clock shows; it refuses to record"
                .to_owned(),
            mend: "set the clock (timedatectl set-ntp true)".to_owned(),
        });
    }
    let waiting = opened.book.quarantine.list(Listing::Waiting, 0, 1_000).await?.len();
    if waiting > 0 {
        complaints.push(Complaint {
            what: format!("{waiting} records wait in the quarantine"),
            mend: format!("chaperone quarantine list --data {data}"),
        });
    }
    let book = std::sync::Arc::clone(&opened.book);
    let undecided = tokio::task::spawn_blocking(move || doctor::undecided(&book, head.position)).await??;
    if undecided > 0 {
        complaints.push(Complaint {
            what: format!("{undecided} accounts have submissions that were recorded but never decided"),
            mend: format!("chaperone ingest FILE --data {data}, with the file whose ingest was cut off"),
        });
    }
    Ok(())
}
