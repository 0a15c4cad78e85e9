//! `replay`: decides and judges everything again, from what was asked, observed and ruled.

use std::path::Path;
use std::sync::Arc;

use services::queries::Asked;
use services::replay;

use crate::cli::Moment;
use crate::data;
use crate::exit::Exit;
use crate::output::{self, Format, talk};

pub(super) async fn run(folder: &Path, output: Format, moment: Moment) -> anyhow::Result<Exit> {
    let opened = data::read(folder)?;
    let moment = Asked::from(moment).moment(&opened.book).await?;
    let until = moment.known_until(&opened.book).await?;
    let book = Arc::clone(&opened.book);
    let summary = tokio::task::spawn_blocking(move || replay::judge_all(&book, moment, until)).await??;
    if output == Format::Table {
        let columns = ["case", "pattern", "severity", "verdict", "account", "host", "guest", "evidence"];
        output::rows(output, &columns, &summary.findings)?;
        talk(format_args!(
            "{} events, {} accounts, {} ms",
            summary.events, summary.accounts, summary.elapsed_ms
        ));
    } else {
        output::one(output, &summary)?;
    }
    Ok(if summary.findings.is_empty() { Exit::Ok } else { Exit::FindingsPresent })
}
