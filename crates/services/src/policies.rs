//! Policies and calendars: which are published, publishing another, and what one would have changed.

use domain::command::{Command, ProgramCommand};
use domain::event::program::{CalendarPublished, PolicyPublished, ProgramEvent};
use domain::event::{Event, Officer};
use domain::fact::{Actor, Fact, Producer, Role};
use domain::id::VendorId;
use domain::policy::Policy;
use domain::stream::Stream;
use domain::time::Instant;
use wire::answers::{
    BacktestAnswer, BacktestReport, CalendarRow, PolicyAnswer, PolicyRow, PublishAnswer, ReceiptAnswer,
};
use wire::command::CommandInput;

use crate::book::Book;
use crate::desk::{self, Reply};
use crate::horizon::WhatIf;
use crate::intake::own_source;
use crate::queries::{Asked, Moment};
use crate::receipts;
use crate::replay::{self, Question, Record};

/// Every published version of every policy, in order of vendor and version.
pub fn list(book: &Book) -> Vec<PolicyRow> {
    let published = published(book);
    published.iter().map(|(vendor, fact, published)| row(vendor, fact, published)).collect()
}

/// Which version of a vendor's policy is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// The one in force now.
    Current,
    Number(u32),
}

/// One version of a vendor's policy; without one of its own, a vendor has the installation's.
pub fn show(book: &Book, vendor: &VendorId, version: Version) -> Option<PolicyAnswer> {
    let in_force = book.world(vendor).program.policy_at(book.now()).name.clone();
    let published = published(book);
    let house = crate::world::house();
    let of_vendor = |known: &VendorId| known == vendor || *known == house;
    let wanted = |known: &PolicyPublished| match version {
        Version::Current => (known.version, known.digest) == (in_force.version, in_force.digest),
        Version::Number(number) => known.version == number,
    };
    let mut found = published.iter().filter(|(known, _, policy)| of_vendor(known) && wanted(policy));
    // Its own goes before the installation's.
    let best = found.clone().find(|(known, ..)| known == vendor).or_else(|| found.next());
    best.map(|(vendor, fact, published)| PolicyAnswer {
        row: row(vendor, fact, published),
        policy: wire::policy::document(&published.policy),
    })
}

/// The policy itself of one published version.
pub fn find(book: &Book, vendor: &VendorId, version: Version) -> Option<Policy> {
    let shown = show(book, vendor, version)?.policy;
    // What was published may state guards that this version would no longer take; such a policy is not offered.
    wire::policy::read(shown.to_string().as_bytes()).ok()
}

fn published(book: &Book) -> Vec<(VendorId, Fact, PolicyPublished)> {
    let facts = book.programs();
    let of_stream = facts
        .into_iter()
        .flat_map(|(stream, facts)| facts.into_iter().map(move |fact| (stream.vendor().clone(), fact)));
    let policies = of_stream.filter_map(|(vendor, fact)| {
        let Event::Program(ProgramEvent::PolicyPublished(published)) = &fact.event else { return None };
        let published = PolicyPublished::clone(published);
        Some((vendor, fact, published))
    });
    policies.collect()
}

fn row(vendor: &VendorId, fact: &Fact, published: &PolicyPublished) -> PolicyRow {
    PolicyRow {
        vendor: vendor.to_string(),
        version: published.version,
        digest: published.digest.to_string(),
        effective_from: published.effective_from.to_string(),
        officers: published.officers.iter().map(|officer| officer.principal.to_string()).collect(),
        backtest: published.backtest.map(|digest| digest.to_string()),
        event: fact.meta.id.to_string(),
    }
}

/// Every published version of every calendar.
pub fn calendars(book: &Book) -> Vec<CalendarRow> {
    let mut rows = Vec::new();
    for (stream, facts) in book.programs() {
        for fact in facts {
            let Event::Program(ProgramEvent::CalendarPublished(published)) = &fact.event else { continue };
            rows.push(CalendarRow {
                vendor: stream.vendor().to_string(),
                calendar: published.calendar.to_string(),
                version: published.version,
                zone: published.zone.clone(),
                since: fact.meta.valid_at.to_string(),
                holidays: u64::try_from(published.holidays.len()).unwrap_or(u64::MAX),
                event: fact.meta.id.to_string(),
            });
        }
    }
    rows
}

/// What would have changed, had `policy` been in force all along. It blocks.
///
/// # Errors
/// The journal cannot be read, or holds something that is not ours.
pub fn backtest(
    book: &Book,
    policy: Policy,
    moment: Moment,
    until: Instant,
    threads: Option<u32>,
) -> anyhow::Result<BacktestAnswer> {
    let what_if = WhatIf::of(policy);
    let digest = what_if.digest;
    let record = Record::Compared;
    let question = Question { moment, until, what_if: Some(what_if), record, threads };
    let answer = replay::run(book, &question)?.answer;
    let report = BacktestReport {
        policy: digest.to_string(),
        as_of: moment.as_of.to_string(),
        known_at: moment.known.to_string(),
        accounts: answer.accounts,
        decisions: answer.decisions,
        findings: u64::try_from(answer.findings.len()).unwrap_or(u64::MAX),
        verdict_log: answer.verdict_log,
        differences: answer.differences.unwrap_or_default(),
        ruling_outside_policy: answer.ruling_outside_policy,
    };
    Ok(BacktestAnswer { digest: report.digest().to_string(), report })
}

/// A policy about to be published.
#[derive(Debug, Clone)]
pub struct Publishing {
    pub vendor: VendorId,
    pub policy: Policy,
    pub effective_from: Instant,
    /// The first of them asks for it.
    pub officers: Vec<Officer>,
}

/// Publishes a policy as the vendor's next version, with the digest of what it would have changed so far.
///
/// The same policy with the same date is published once.
///
/// # Errors
/// The journal cannot be read or written now.
pub async fn publish(
    book: std::sync::Arc<Book>,
    publishing: Publishing,
) -> anyhow::Result<(PublishAnswer, Reply)> {
    let Publishing { vendor, policy, effective_from, officers } = publishing;
    let digest = wire::policy::digest(&policy);
    let latest =
        book.world(&vendor).program.latest().map(|latest| (latest.name.clone(), latest.effective_from));
    let version = match latest {
        Some((name, since)) if name.digest == digest && since == effective_from => name.version,
        Some((name, _)) => name.version.saturating_add(1),
        None => 1,
    };
    let moment = Asked::default().moment(&book).await?;
    let until = moment.known_until(&book).await?;
    let (tested, tried) = (std::sync::Arc::clone(&book), policy.clone());
    let testing = tokio::task::spawn_blocking(move || backtest(&tested, tried, moment, until, None));
    let tested = testing.await??;
    let published = PolicyPublished {
        version,
        digest,
        policy,
        effective_from,
        officers: officers.clone(),
        supersedes: version.checked_sub(1).filter(|before| *before > 0),
        backtest: tested.digest.parse().ok(),
    };
    let key = format!("policy:{version}:{digest}:{effective_from}");
    let command = ProgramCommand::PublishPolicy(Box::new(published));
    let reply = ask(&book, vendor.clone(), &key, officers.first(), command).await?;
    let answer = PublishAnswer {
        receipt: receipt(&vendor, &reply),
        version,
        digest: Some(digest.to_string()),
        backtest: Some(tested.digest),
        backtest_as_of: Some(tested.report.as_of),
        backtest_known_at: Some(tested.report.known_at),
    };
    Ok((answer, reply))
}

/// Publishes a version of a business-day calendar.
///
/// # Errors
/// The journal cannot be read or written now.
pub async fn publish_calendar(
    book: &Book,
    vendor: VendorId,
    calendar: CalendarPublished,
    officer: &Officer,
) -> anyhow::Result<(PublishAnswer, Reply)> {
    let version = calendar.version;
    let digest = wire::ids::digest(format!("{calendar:?}").as_bytes());
    let key = format!("calendar:{}:{version}:{digest}", calendar.calendar);
    let command = ProgramCommand::PublishCalendar(calendar);
    let reply = ask(book, vendor.clone(), &key, Some(officer), command).await?;
    let receipt = receipt(&vendor, &reply);
    let answer = PublishAnswer {
        receipt,
        version,
        digest: None,
        backtest: None,
        backtest_as_of: None,
        backtest_known_at: None,
    };
    Ok((answer, reply))
}

async fn ask(
    book: &Book,
    vendor: VendorId,
    key: &str,
    officer: Option<&Officer>,
    command: ProgramCommand,
) -> anyhow::Result<Reply> {
    let principal = officer.map(|officer| officer.principal.clone());
    let role = officer.map_or(Role::System, |officer| officer.role);
    let actor = Actor { principal, role, ..Actor::system() };
    let input = CommandInput {
        stream: Stream::Program(vendor),
        producer: Producer { source: own_source(), id: key.parse()? },
        digest: wire::ids::digest(key.as_bytes()),
        actor,
        command: Command::Program(command),
        opened: None,
    };
    desk::answer(book, input, None).await
}

fn receipt(vendor: &VendorId, reply: &Reply) -> ReceiptAnswer {
    receipts::of_reply(&Stream::Program(vendor.clone()), reply)
}
