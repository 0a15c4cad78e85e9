//! `case`: what was found, what proves it, what would clear it.

use std::path::Path;

use services::queries::cases::{self, Which};
use wire::answers::CaseAnswer;

use crate::cli::ReadCase;
use crate::data;
use crate::exit::{Exit, stop};
use crate::output::{self, Format, line};

pub(super) fn run(folder: &Path, output: Format, read: ReadCase) -> anyhow::Result<Exit> {
    let opened = data::read(folder)?;
    match read {
        ReadCase::List { all } => {
            let rows = cases::list(&opened.book, if all { Which::All } else { Which::Open });
            let columns = [
                "case", "pattern", "severity", "verdict", "account", "host", "guest", "evidence", "clearing",
            ];
            output::rows(output, &columns, &rows)?;
        }
        ReadCase::Show { id } => {
            let case = find(&opened, &id)?;
            if output == Format::Table { tell(&case)? } else { output::one(output, &case)? }
        }
        ReadCase::Explain { id } => output::one(output, &find(&opened, &id)?)?,
    }
    Ok(Exit::Ok)
}

fn find(opened: &data::Opened, id: &str) -> anyhow::Result<CaseAnswer> {
    cases::show(&opened.book, id).ok_or_else(|| stop(Exit::NotFound, format!("there is no case {id}")))
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
