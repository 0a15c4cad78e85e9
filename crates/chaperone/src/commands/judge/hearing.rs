//! One world told to a book in memory, day by day on its own clock, and what is found in it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use anyhow::Context as _;
use channel_world::score::{Alert, Concern};
use domain::event::Event;
use domain::event::case::{CaseEvent, CaseKind, Severity};
use domain::id::EventId;
use domain::policy::{Policy, Switch};
use domain::stream::Stream;
use domain::time::Instant;
use ports::ManualClock;
use ports::memory::{MemoryJournal, MemoryQuarantine};
use services::book::Book;
use services::intake::{self, Answer};
use services::queries::{Asked, cases};
use services::{program, replay, sentinel};
use wire::input::{Defaults, Record};

/// How often pending findings are looked at again, in milliseconds: once a day, as a vendor would.
const RIPENING_MS: i64 = 86_400_000;

/// What came of a world.
pub(super) struct Hearing {
    pub(super) alerts: Vec<Alert>,
    /// Records that were put into the quarantine.
    pub(super) turned_away: u64,
    /// Findings that either the live book or its replay has, and the other has not.
    pub(super) differing: u64,
}

/// Tells the events in order, each at its recorded time.
///
/// # Errors
/// An event carries no recorded time, or the book cannot be written.
pub(super) async fn hear(events: &[String]) -> anyhow::Result<Hearing> {
    let clock = Arc::new(ManualClock::at(0));
    let journal = MemoryJournal::new(Arc::clone(&clock) as _);
    let quarantine = MemoryQuarantine::new(Arc::clone(&clock) as _);
    let book = Arc::new(Book::open(Arc::new(journal), Arc::new(quarantine), Arc::clone(&clock) as _)?);
    program::publish_first(&book, policy()).await?;
    let defaults = Defaults {
        vendor: services::world::house(),
        source: "simulation".parse().expect("a plain word is a source"),
        now: Instant::EARLIEST,
    };
    let (mut turned_away, mut ripened_ms) = (0, 0);
    for (number, event) in events.iter().enumerate() {
        let reading = wire::cloudevents::read(event.as_bytes(), &defaults);
        let inputs = reading.as_ref().map_err(|problem| anyhow::anyhow!("{problem} in {event}"))?;
        let recorded =
            inputs.iter().find_map(|input| input.recorded_at).context("an event has arrived once")?;
        clock.set(recorded.unix_ms());
        let record = Record { place: format!("line {}", number + 1), received: Vec::new(), reading };
        if let Answer::Quarantined { problem, .. } = intake::take(&book, "simulation", record).await? {
            tracing::debug!("turned away: {problem} in {event}");
            turned_away += 1;
        }
        if recorded.unix_ms() - ripened_ms >= RIPENING_MS {
            ripened_ms = recorded.unix_ms();
            sentinel::look_at_ripe(&book).await?;
        }
    }
    // What was learned of partners since an account was looked at last counts too.
    let guarded: Vec<Stream> = book.shelf().guarded.iter().cloned().collect();
    for account in guarded {
        sentinel::look(&book, &account).await?;
    }
    Ok(Hearing { alerts: alerts(&book).await?, turned_away, differing: differing(&book).await? })
}

/// The built-in rules with everything looked for: the persons of a simulated world are nobody, so that they may be
/// followed.
fn policy() -> Policy {
    let mut policy = Policy::default();
    policy.patterns.values_mut().for_each(|pattern| pattern.switch = Switch::On);
    policy
}

/// Every finding, whether it stands, and when it was first recorded.
async fn alerts(book: &Book) -> anyhow::Result<Vec<Alert>> {
    let streams: Vec<Stream> = book.shelf().cases.streams().cloned().collect();
    let mut alerts = Vec::new();
    for stream in streams {
        let mut raised: HashMap<(String, EventId), i64> = HashMap::new();
        for fact in &book.load(&stream).await?.facts {
            if let Event::Case(CaseEvent::FindingRecorded(finding)) = &fact.event {
                let key = (finding.pattern.clone(), finding.act);
                raised.entry(key).or_insert(fact.meta.recorded_at.unix_ms() / 1_000);
            }
        }
        let Some(case) = book.shelf().cases.get(&stream) else { continue };
        let Some(opened) = &case.opened else { continue };
        let standing = case.standing();
        alerts.extend(case.findings.iter().map(|finding| Alert {
            account: opened.account.to_string(),
            pattern: Some(finding.pattern.clone()),
            severity: match finding.severity {
                Severity::S1 => 1,
                Severity::S2 => 2,
                Severity::S3 => 3,
                Severity::S4 => 4,
            },
            concern: match finding.kind {
                CaseKind::Procedure => Concern::Procedure,
                CaseKind::Takeover | CaseKind::HostAbuse | CaseKind::Statistical | CaseKind::Registration => {
                    Concern::Taking
                }
            },
            stands: standing.iter().any(|one| one.pattern == finding.pattern && one.act == finding.act),
            raised_s: raised.get(&(finding.pattern.clone(), finding.act)).copied(),
        }));
    }
    Ok(alerts)
}

/// How many findings only one of the live book and its replay has.
async fn differing(book: &Arc<Book>) -> anyhow::Result<u64> {
    let moment = Asked::default().moment(book).await?;
    let until = moment.known_until(book).await?;
    let shared = Arc::clone(book);
    let replayed = tokio::task::spawn_blocking(move || replay::judge_all(&shared, moment, until)).await??;
    let row = |row: wire::answers::FindingRow| (row.account, row.pattern, row.evidence);
    let replayed: BTreeSet<_> = replayed.findings.into_iter().map(row).collect();
    let live: BTreeSet<_> = cases::findings(book).into_iter().map(row).collect();
    let mut differing = 0;
    for (account, pattern, evidence) in live.symmetric_difference(&replayed) {
        differing += 1;
        let whose = if live.contains(&(account.clone(), pattern.clone(), evidence.clone())) {
            "live"
        } else {
            "replayed"
        };
        tracing::warn!(account, pattern, ?evidence, "only the {whose} book has {pattern} on {account}");
    }
    Ok(differing)
}
