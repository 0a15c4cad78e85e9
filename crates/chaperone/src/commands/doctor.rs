//! `doctor`: what is wrong, and the command that mends it.

use ports::{Clock as _, Listing, SystemClock};
use serde::Serialize;
use services::queries::doctor;

use crate::data::{self, Home};
use crate::exit::Exit;
use crate::output::{self, Format, talk};

/// Something to mend.
#[derive(Debug, Serialize)]
struct Complaint {
    what: String,
    mend: String,
}

pub(super) async fn run(home: &Home, output: Format) -> anyhow::Result<Exit> {
    let mut complaints = Vec::new();
    match data::read(home).await {
        Ok(opened) => examine(&opened, home, &mut complaints).await?,
        Err(error) => complaints.push(Complaint {
            what: format!("{error:#}"),
            mend: format!("chaperone init {}", home.arguments()),
        }),
    }
    if complaints.is_empty() && output == Format::Table {
        talk(format_args!("nothing is wrong with the book in {home}"));
    } else {
        output::rows(output, &["what", "mend"], &complaints)?;
    }
    Ok(if complaints.is_empty() { Exit::Ok } else { Exit::Failure })
}

async fn examine(opened: &data::Opened, home: &Home, complaints: &mut Vec<Complaint>) -> anyhow::Result<()> {
    let arguments = home.arguments();
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
            mend: format!("chaperone quarantine list {arguments}"),
        });
    }
    let book = std::sync::Arc::clone(&opened.book);
    let undecided = tokio::task::spawn_blocking(move || doctor::undecided(&book, head.position)).await??;
    if undecided > 0 {
        complaints.push(Complaint {
            what: format!("{undecided} accounts have submissions that were recorded but never decided"),
            mend: format!("chaperone ingest FILE {arguments}, with the file whose ingest was cut off"),
        });
    }
    Ok(())
}
