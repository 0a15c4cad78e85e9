//! `case`: what was found, what proves it, what would clear it.

use services::queries::Asked;
use services::queries::cases::{self, Which};
use wire::answers::CaseAnswer;

use crate::cli::{One, ReadCase};
use crate::data::{self, Home};
use crate::exit::{Exit, stop};
use crate::output::{self, Format, line};

pub(super) async fn run(home: &Home, output: Format, read: ReadCase) -> anyhow::Result<Exit> {
    let opened = data::read(home).await?;
    match read {
        ReadCase::List { all, moment } => {
            let which = if all { Which::All } else { Which::Open };
            let moment = Asked::from(moment).moment(&opened.book).await?;
            let rows = cases::list_at(&opened.book, which, moment).await?;
            let columns = [
                "case", "pattern", "severity", "verdict", "account", "host", "guest", "evidence", "clearing",
            ];
            output::rows(output, &columns, &rows)?;
        }
        ReadCase::Show(one) => {
            let case = find(&opened, &one).await?;
            if output == Format::Table { tell(&case)? } else { output::one(output, &case)? }
        }
        ReadCase::History(one) => {
            let moment = Asked::from(one.moment).moment(&opened.book).await?;
            let told = cases::history(&opened.book, &one.id, moment).await?;
            let rows = told.ok_or_else(|| not_found(&one.id))?;
            output::rows(output, super::account::HISTORY_COLUMNS, &rows)?;
        }
        ReadCase::Explain(one) => output::one(output, &find(&opened, &one).await?)?,
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

/// For people: the sentence, the events that prove it, what would clear it; then the other findings.
fn tell(case: &CaseAnswer) -> anyhow::Result<()> {
    for finding in &case.findings {
        line(&format!(
            "{} {} ({}): {}",
            finding.severity, finding.pattern, finding.verdict, finding.sentence
        ))?;
        line("  evidence")?;
        for ground in finding.grounds.iter().filter(|ground| !ground.events.is_empty()) {
            line(&format!("    {}: {} [{}]", ground.part, ground.holds_because, ground.events.join(", ")))?;
        }
        line("  would be cleared by")?;
        finding.clearing.iter().try_for_each(|clearing| line(&format!("    {clearing}")))?;
    }
    Ok(())
}
