//! `doctor`: what is wrong, and the command that mends it.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use ports::{Clock as _, Listing, SystemClock};
use serde::Serialize;
use services::queries::doctor;
use wire::answers::RoleRow;

use crate::data::{self, Home};
use crate::exit::{Exit, stop};
use crate::output::{self, Format, talk};

/// How long a server may take to answer, in seconds: it is on this machine, and who watches it asks every ten.
const ANSWER_S_MAX: u64 = 4;

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

/// Asks a server that runs here how its roles do.
pub(super) async fn ask(server: SocketAddr, output: Format) -> anyhow::Result<Exit> {
    let ready = tokio::task::spawn_blocking(move || {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(ANSWER_S_MAX)))
            .build()
            .into();
        let roles = agent.get(format!("http://{server}/v1/roles")).call()?.body_mut().read_to_vec()?;
        let ready = agent.get(format!("http://{server}/readyz")).call().is_ok();
        Ok::<_, ureq::Error>((roles, ready))
    });
    let (roles, ready) = match ready.await? {
        Ok(answered) => answered,
        Err(error) => {
            return Err(stop(Exit::Unavailable, format!("the server at {server} does not answer: {error}")));
        }
    };
    let roles: Vec<RoleRow> = serde_json::from_slice(&roles).context("reading what the server says")?;
    output::rows(
        output,
        &["role", "state", "restarts", "position", "lag_events", "lag_ms", "problem"],
        &roles,
    )?;
    Ok(if ready { Exit::Ok } else { Exit::Unavailable })
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
            what: match waiting {
                1 => "1 record waits in the quarantine".to_owned(),
                _ => format!("{waiting} records wait in the quarantine"),
            },
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
