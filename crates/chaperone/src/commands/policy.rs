//! `policy`: the program's rules as data: checked, tried, published, compared.

use std::path::Path;
use std::sync::Arc;

use domain::policy::Policy;
use services::desk::Reply;
use services::policies::{self, Publishing};
use services::queries::Asked;
use services::rules;
use wire::answers::PublishAnswer;

use crate::cli::rules::{Backtest, Calendar, OfVendor, Policy as Asks, Publish, version};
use crate::data::{self, Home};
use crate::exit::{Exit, stop};
use crate::output::{self, Format, line, talk};

const DIFFERENCES: &[&str] = &["account", "pattern", "about", "was", "is", "cause"];

/// Where the book lies, once somebody needs it: a document can be checked without one.
pub(super) type Lies<'a> = &'a (dyn Fn() -> anyhow::Result<Home> + Sync);

pub(super) async fn run(home: Lies<'_>, output: Format, asks: Asks) -> anyhow::Result<Exit> {
    match asks {
        Asks::Lint { file } => lint(output, &file),
        Asks::Publish(publish) => publish_policy(&home()?, output, publish).await,
        Asks::Diff { old, new, of } => {
            let [old, new] = [policy(home, &of, &old).await?, policy(home, &of, &new).await?];
            output::rows(output, &["place", "was", "is", "governs"], &wire::policy::diff(&old, &new))?;
            Ok(Exit::Ok)
        }
        Asks::Backtest(asked) => backtest(&home()?, output, asked).await,
        Asks::Show { policy: named, of } => show(home, output, &named, &of).await,
        Asks::List => {
            let opened = data::read(&home()?).await?;
            let columns = ["vendor", "version", "effective_from", "officers", "digest", "backtest", "event"];
            output::rows(output, &columns, &policies::list(&opened.book))?;
            Ok(Exit::Ok)
        }
        Asks::Calendar(asks) => calendar(&home()?, output, asks).await,
    }
}

fn lint(output: Format, file: &Path) -> anyhow::Result<Exit> {
    let read = rules::read(&super::read_all(file)?);
    if let Err(problem) = &read {
        talk(format_args!("{}: {problem}", file.display()));
    }
    output::one(output, &rules::lint(&read))?;
    Ok(if read.is_ok() { Exit::Ok } else { Exit::InvalidData })
}

/// The policy of a document.
pub(super) fn read(file: &Path) -> anyhow::Result<Policy> {
    let read = rules::read(&super::read_all(file)?);
    read.map_err(|problem| stop(Exit::InvalidData, format!("{}: {problem}", file.display())))
}

/// A policy by what it is called: a file, a published version, `current` or `default`.
async fn policy(home: Lies<'_>, of: &OfVendor, named: &str) -> anyhow::Result<Policy> {
    let file = Path::new(named);
    if named == "-" || file.exists() {
        return read(file);
    }
    if named == "default" {
        return Ok(Policy::default());
    }
    let version = version(named).ok_or_else(|| unknown(named))?;
    let opened = data::read(&home()?).await?;
    policies::find(&opened.book, &of.vendor, version).ok_or_else(|| unknown(named))
}

fn unknown(named: &str) -> anyhow::Error {
    stop(Exit::NotFound, format!("there is no file and no published policy {named}"))
}

async fn show(home: Lies<'_>, output: Format, named: &str, of: &OfVendor) -> anyhow::Result<Exit> {
    if named == "default" {
        line(&wire::policy::default_document())?;
        return Ok(Exit::Ok);
    }
    let opened = data::read(&home()?).await?;
    let shown = version(named).and_then(|version| policies::show(&opened.book, &of.vendor, version));
    let shown = shown.ok_or_else(|| unknown(named))?;
    if output == Format::Table {
        let (row, from) = (&shown.row, &shown.row.effective_from);
        talk(format_args!("version {} of {}, in force from {from}, {}", row.version, row.vendor, row.digest));
        line(&format!("{:#}", shown.policy))?;
    } else {
        output::one(output, &shown)?;
    }
    Ok(Exit::Ok)
}

async fn publish_policy(home: &Home, output: Format, publish: Publish) -> anyhow::Result<Exit> {
    let policy = read(&publish.file)?;
    let opened = data::own(home).await?;
    let Publish { effective_from, officers, of, .. } = publish;
    let publishing = Publishing { vendor: of.vendor, policy, effective_from, officers };
    let (answer, reply) = policies::publish(Arc::clone(&opened.book), publishing).await?;
    said(output, &answer, &reply)
}

async fn calendar(home: &Home, output: Format, asks: Calendar) -> anyhow::Result<Exit> {
    match asks {
        Calendar::Publish { file, officer, of } => {
            let calendar = wire::policy::read_calendar(&super::read_all(&file)?);
            let calendar = calendar
                .map_err(|problem| stop(Exit::InvalidData, format!("{}: {problem}", file.display())))?;
            let opened = data::own(home).await?;
            let published = policies::publish_calendar(&opened.book, of.vendor, calendar, &officer);
            let (answer, reply) = published.await?;
            said(output, &answer, &reply)
        }
        Calendar::List => {
            let opened = data::read(home).await?;
            let columns = ["vendor", "calendar", "version", "zone", "since", "holidays", "event"];
            output::rows(output, &columns, &policies::calendars(&opened.book))?;
            Ok(Exit::Ok)
        }
    }
}

/// Shows what became of what was published.
fn said(output: Format, answer: &PublishAnswer, reply: &Reply) -> anyhow::Result<Exit> {
    if let Some(message) = &answer.receipt.message {
        talk(format_args!("{message}"));
    }
    output::one(output, answer)?;
    Ok(match reply {
        Reply::Accepted { .. } | Reply::Repeated { .. } => Exit::Ok,
        Reply::Prevented { .. } | Reply::Refused(_) | Reply::Conflict(_) | Reply::Stale { .. } => {
            Exit::Conflict
        }
    })
}

async fn backtest(home: &Home, output: Format, asked: Backtest) -> anyhow::Result<Exit> {
    let policy = read(&asked.file)?;
    let opened = data::read(home).await?;
    let moment = Asked::from(asked.moment).moment(&opened.book).await?;
    let until = moment.known_until(&opened.book).await?;
    let (book, threads) = (Arc::clone(&opened.book), asked.threads);
    let testing =
        tokio::task::spawn_blocking(move || policies::backtest(&book, policy, moment, until, threads));
    let answer = testing.await??;
    if output != Format::Table {
        output::one(output, &answer)?;
        return Ok(Exit::Ok);
    }
    let report = &answer.report;
    line(&format!("under policy {} instead of the published ones", report.policy))?;
    output::section("What would differ from the record", DIFFERENCES, &report.differences)?;
    let rulings = ["account", "event", "kind", "forbidden_because"];
    output::section("Rulings that the policy would forbid", &rulings, &report.ruling_outside_policy)?;
    talk(format_args!(
        "{} accounts, {} decisions, {} findings; verdict log {}; report {}",
        report.accounts, report.decisions, report.findings, report.verdict_log, answer.digest
    ));
    Ok(Exit::Ok)
}
