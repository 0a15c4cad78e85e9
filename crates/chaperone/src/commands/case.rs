//! `case`: what was found, what proves it, what would clear it, and how persons rule on it.

mod act;
mod telling;
mod verify;

use services::queries::Asked;
use services::queries::cases::{self, Sought, Which};
use wire::answers::CaseAnswer;

use crate::cli::One;
use crate::cli::cases::{Case, Precedents};
use crate::data::{self, Home};
use crate::exit::{Exit, stop};
use crate::output::{self, Format};

const COLUMNS: &[&str] = &[
    "case",
    "pattern",
    "severity",
    "verdict",
    "account",
    "host",
    "guest",
    "assignee",
    "due",
    "due_at",
    "snoozed_until",
    "evidence",
    "clearing",
];
const PRECEDENT_COLUMNS: &[&str] =
    &["case", "pattern", "respondent", "outcome", "instance", "decided_at", "shared", "grounds"];
const PRECISION_COLUMNS: &[&str] =
    &["pattern", "ruled", "confirmed", "valuable", "false_alarm", "open", "precision_bp", "useful_bp"];

pub(super) async fn run(home: &Home, output: Format, asked: Case) -> anyhow::Result<Exit> {
    match asked {
        Case::Act(act) => return act::run(home, output, act).await,
        Case::Verify(asked) => return verify::run(home, output, asked).await,
        Case::List { all, snoozed, moment } => {
            let opened = data::read(home).await?;
            let which = match (all, snoozed) {
                (true, _) => Which::All,
                (false, true) => Which::Snoozed,
                (false, false) => Which::Open,
            };
            let moment = Asked::from(moment).moment(&opened.book).await?;
            let rows = cases::list_at(&opened.book, which, moment).await?;
            output::rows(output, COLUMNS, &rows)?;
        }
        Case::Show(one) => {
            let case = find(&data::read(home).await?, &one).await?;
            if output == Format::Table { telling::tell(&case)? } else { output::one(output, &case)? }
        }
        Case::History(one) => {
            let opened = data::read(home).await?;
            let moment = Asked::from(one.moment).moment(&opened.book).await?;
            let told = cases::history(&opened.book, &one.id, moment).await?;
            let rows = told.ok_or_else(|| not_found(&one.id))?;
            output::rows(output, super::account::HISTORY_COLUMNS, &rows)?;
        }
        Case::Explain(one) => output::one(output, &find(&data::read(home).await?, &one).await?)?,
        Case::Precedents(Precedents { case, pattern, ground, respondent }) => {
            let opened = data::read(home).await?;
            let name = case.clone().unwrap_or_default();
            let respondent = respondent.map(|respondent| respondent.0);
            let rows = cases::precedents(&opened.book, &Sought { case, pattern, respondent, ground });
            output::rows(output, PRECEDENT_COLUMNS, &rows.ok_or_else(|| not_found(&name))?)?;
        }
        Case::Precision => {
            let opened = data::read(home).await?;
            output::rows(output, PRECISION_COLUMNS, &cases::precision(&opened.book))?;
        }
    }
    Ok(Exit::Ok)
}

async fn find(opened: &data::Opened, one: &One) -> anyhow::Result<CaseAnswer> {
    let moment = Asked::from(one.moment).moment(&opened.book).await?;
    cases::show_at(&opened.book, &one.id, moment).await?.ok_or_else(|| not_found(&one.id))
}

fn not_found(id: &str) -> anyhow::Error {
    stop(Exit::NotFound, format!("there is no case {id}"))
}
