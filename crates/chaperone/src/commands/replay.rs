//! `replay`: decides and judges everything again, from what was asked, observed and ruled.

use std::sync::Arc;

use anyhow::Context as _;
use services::horizon::WhatIf;
use services::queries::Asked;
use services::replay::{self, Question, Record};
use wire::answers::ReplayAnswer;

use crate::cli::rules::Replay;
use crate::data::{self, Home};
use crate::exit::Exit;
use crate::output::{self, Format, line, talk};

pub(super) async fn run(home: &Home, output: Format, asked: Replay) -> anyhow::Result<Exit> {
    let what_if = asked.policy.as_deref().map(super::policy::read).transpose()?.map(WhatIf::of);
    let opened = data::read(home).await?;
    let moment = Asked::from(asked.moment).moment(&opened.book).await?;
    let until = moment.known_until(&opened.book).await?;
    let record = if asked.diff { Record::Compared } else { Record::LeftAlone };
    let question = Question { moment, until, what_if, record, threads: asked.threads };
    let book = Arc::clone(&opened.book);
    let replayed = tokio::task::spawn_blocking(move || replay::run(&book, &question)).await??;
    if let Some(file) = &asked.log {
        let lines: String = replayed.log.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
        std::fs::write(file, lines).with_context(|| format!("writing {}", file.display()))?;
    }
    let answer = replayed.answer;
    if output == Format::Table {
        tell(&answer)?
    } else {
        output::one(output, &answer)?
    }
    Ok(if answer.findings.is_empty() { Exit::Ok } else { Exit::FindingsPresent })
}

/// For people: what is found, then what differs.
fn tell(answer: &ReplayAnswer) -> anyhow::Result<()> {
    if let Some(policy) = &answer.what_if {
        line(&format!("under policy {policy} instead of the published ones"))?;
    }
    let columns = ["case", "pattern", "severity", "verdict", "account", "host", "guest", "evidence"];
    output::rows(Format::Table, &columns, &answer.findings)?;
    if let Some(differences) = &answer.differences {
        let columns = ["account", "pattern", "about", "was", "is", "cause"];
        output::section("What differs from the record", &columns, differences)?;
        if differences.is_empty() {
            line("nothing differs from the record")?;
        }
    }
    let rulings = ["account", "event", "kind", "forbidden_because"];
    output::section("Rulings that the policy would forbid", &rulings, &answer.ruling_outside_policy)?;
    talk(format_args!(
        "{} events, {} accounts, {} decisions, {} ms; verdict log {}",
        answer.events, answer.accounts, answer.decisions, answer.elapsed_ms, answer.verdict_log
    ));
    Ok(())
}
