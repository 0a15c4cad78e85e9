//! `case verify`: certificates, asked again of the recorded events alone.

use std::sync::Arc;

use anyhow::Context as _;
use domain::id::CaseId;
use serde::Serialize;
use verify::journal::{Archive, Checked};

use crate::cli::cases::Verify;
use crate::data::{self, Home};
use crate::exit::{Exit, stop};
use crate::output::{self, Format, line};

/// What came of it.
#[derive(Debug, Serialize)]
struct Answer {
    certificates: usize,
    accepted: usize,
    rejected: Vec<Rejected>,
}

/// One certificate that is not accepted.
#[derive(Debug, Serialize)]
struct Rejected {
    case: String,
    account: String,
    pattern: String,
    act: String,
    /// Whether it states a finding or a change of its verdict.
    states: &'static str,
    faults: Vec<FaultAnswer>,
}

#[derive(Debug, Serialize)]
struct FaultAnswer {
    part: &'static str,
    why: String,
}

pub(super) async fn run(home: &Home, output: Format, asked: Verify) -> anyhow::Result<Exit> {
    let (journal, _) = data::read_journal(home).await?;
    let read = Arc::clone(&journal);
    let archive = tokio::task::spawn_blocking(move || Archive::read(read.as_ref()));
    let archive = archive.await?.context("reading what certificates are checked against")?;
    let cases: Vec<CaseId> = match asked.case {
        Some(case) => vec![case],
        None => archive.cases().cloned().collect(),
    };
    let mut checked: Vec<Checked> = Vec::new();
    for case in cases {
        let of_case = archive.check(journal.as_ref(), &case).await?;
        let of_case = of_case.ok_or_else(|| stop(Exit::NotFound, format!("there is no case {case}")))?;
        checked.extend(of_case);
    }
    tell(output, checked)
}

fn tell(output: Format, checked: Vec<Checked>) -> anyhow::Result<Exit> {
    let certificates = checked.len();
    let rejected: Vec<Rejected> =
        checked.into_iter().filter(|checked| !checked.faults.is_empty()).map(Rejected::from).collect();
    let (accepted, missed) = (certificates - rejected.len(), rejected.len());
    let answer = Answer { certificates, accepted, rejected };
    if output == Format::Table {
        read_out(&answer)?
    } else {
        output::one(output, &answer)?
    }
    if missed == 0 {
        return Ok(Exit::Ok);
    }
    Err(stop(Exit::InvalidData, format!("{missed} of {certificates} certificates are rejected")))
}

/// For people: how many hold, and of each that does not, which part fails.
fn read_out(answer: &Answer) -> anyhow::Result<()> {
    line(&format!("{} of {} certificates accepted", answer.accepted, answer.certificates))?;
    for rejected in &answer.rejected {
        let Rejected { case, account, pattern, act, states, faults } = rejected;
        line(&format!("case {case}: {states} {pattern} on account {account}, act {act}"))?;
        faults.iter().try_for_each(|fault| line(&format!("  {}: {}", fault.part, fault.why)))?;
    }
    Ok(())
}

impl From<Checked> for Rejected {
    fn from(checked: Checked) -> Self {
        let faults = checked.faults.into_iter();
        Self {
            case: checked.case.to_string(),
            account: checked.account.to_string(),
            pattern: checked.pattern,
            act: checked.act.to_string(),
            states: checked.states.as_str(),
            faults: faults.map(|fault| FaultAnswer { part: fault.part.as_str(), why: fault.why }).collect(),
        }
    }
}
