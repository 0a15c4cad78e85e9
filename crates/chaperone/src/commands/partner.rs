//! `partner`: who takes part, and who belongs to whom.

use services::queries::{Asked, explain, partners};

use crate::cli::{Read, ReadPartner};
use crate::data::{self, Home};
use crate::exit::{Exit, stop};
use crate::output::{self, Format};

const SCORE_COLUMNS: &[&str] = &[
    "role",
    "handoffs",
    "answered",
    "declined",
    "unanswered",
    "median_answer_h",
    "promises_kept",
    "promises_late",
    "promises_missed",
    "disputes_upheld",
    "disputes_rejected",
    "against_confirmed",
    "against_false_alarm",
];

pub(super) async fn run(home: &Home, output: Format, read: ReadPartner) -> anyhow::Result<Exit> {
    let opened = data::read(home).await?;
    let not_found = |id: &str| stop(Exit::NotFound, format!("there is no partner {id}"));
    let read = match read {
        ReadPartner::Read(read) => read,
        ReadPartner::Scorecard { id } => {
            let moment = Asked::default().moment(&opened.book).await?;
            let (book, sought) = (std::sync::Arc::clone(&opened.book), id.clone());
            let scored =
                tokio::task::spawn_blocking(move || partners::scorecard(&book, &sought, moment)).await??;
            output::rows(output, SCORE_COLUMNS, &scored.ok_or_else(|| not_found(&id))?)?;
            return Ok(Exit::Ok);
        }
    };
    match read {
        Read::List(moment) => {
            let moment = Asked::from(moment).moment(&opened.book).await?;
            let rows = partners::list(&opened.book, moment);
            output::rows(output, &["partner", "name", "kinds", "origin", "family"], &rows)?;
        }
        Read::Show(one) => {
            let moment = Asked::from(one.moment).moment(&opened.book).await?;
            let row = partners::show(&opened.book, &one.id, moment).ok_or_else(|| not_found(&one.id))?;
            output::one(output, &row)?;
        }
        Read::History(one) => {
            let told = partners::history(&opened.book, &one.id, one.moment.into()).await?;
            let rows = told.ok_or_else(|| not_found(&one.id))?;
            output::rows(output, super::account::HISTORY_COLUMNS, &rows)?;
        }
        Read::Explain(one) => {
            let explained = explain::partner(&opened.book, &one.id, one.moment.into()).await?;
            output::explanation(output, &explained.ok_or_else(|| not_found(&one.id))?)?;
        }
    }
    Ok(Exit::Ok)
}
