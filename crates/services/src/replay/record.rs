//! What the journal has on record about an account, to compare a replay with.

use std::collections::HashMap;
use std::ops::ControlFlow;

use anyhow::Context as _;
use domain::account::Account;
use domain::account::history;
use domain::event::case::Finding;
use domain::fact::Fact;
use domain::stream::Stream;
use domain::time::Instant;
use ports::{KindSet, Position, Scan, StreamShare};
use views::cases::Case;

use super::naming::Naming;
use super::swapping::Swapping;
use super::verdicts::{About, Verdicts, verdicts};
use crate::book::Book;
use crate::pen;

/// The findings on record, by account.
pub(crate) type Findings = HashMap<Stream, Vec<Finding>>;

/// Reads every case as known at a position. It blocks.
///
/// # Errors
/// The journal cannot be read, or holds something that is not ours.
pub(crate) fn findings(book: &Book, upto: Position) -> anyhow::Result<Findings> {
    let of_cases = wire::event::TYPES.iter().filter(|one| one.name.starts_with("chaperone.case."));
    let kinds = KindSet::only(of_cases.map(|one| one.kind));
    let mut cases: HashMap<Stream, Case> = HashMap::new();
    let mut failed = None;
    let scan = Scan { after: Position::START, upto, kinds: &kinds, streams: StreamShare::ALL };
    book.journal.scan_facts(scan, &mut |row| {
        let mut take = || {
            let name = book.journal.stream_name(row.stream).context("a scanned stream has a name")?;
            let stream: Stream = name.parse().with_context(|| format!("reading stream name {name}"))?;
            let fact = pen::scanned(&row)?;
            let case = cases.remove(&stream).unwrap_or_default();
            cases.insert(stream, case.evolve(&fact));
            anyhow::Ok(())
        };
        match take() {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    if let Some(error) = failed {
        return Err(error);
    }
    let mut findings = Findings::new();
    for (stream, case) in cases {
        let Some(opened) = case.opened else { continue };
        let account = Stream::Account(stream.vendor().clone(), opened.account);
        findings.entry(account).or_default().extend(case.findings);
    }
    Ok(findings)
}

/// What is on record about one account, and where its decisions stand in the journal.
pub(crate) struct OnRecord {
    pub(crate) verdicts: Verdicts,
    account: Account,
    places: HashMap<String, u64>,
    naming: Naming,
}

impl OnRecord {
    pub(crate) fn new(
        swapping: &Swapping<'_>,
        known: Position,
        findings: &[Finding],
        until: Instant,
    ) -> Self {
        let recorded = swapping.recorded.iter().filter(|fact| fact.meta.position <= known.lo());
        let recorded: Vec<Fact> = recorded.cloned().collect();
        let mut so_far = history::effective(&recorded);
        so_far.retain(|fact| fact.meta.valid_at <= swapping.as_of);
        let account = so_far.iter().fold(Account::default(), |account, fact| account.evolve(fact));
        let ripe = findings.iter().filter(|finding| finding.violated_at <= swapping.as_of).cloned();
        let ripe: Vec<Finding> = ripe.map(|finding| ripened(finding, until)).collect();
        let naming = Naming::of(&recorded);
        let verdicts = verdicts(swapping.account, &account, &ripe, (&naming, swapping.as_of));
        let places = recorded.iter().map(|fact| (naming.name(fact.meta.id), fact.meta.position)).collect();
        Self { verdicts, account, places, naming }
    }

    /// Where in the journal an answer was given; `None` when that is not known.
    pub(crate) fn given_at(&self, (pattern, about): &About) -> Option<u64> {
        let event = match pattern.as_str() {
            "deal" => {
                let deal = self.account.deals.iter().find(|deal| deal.deal.as_str() == about)?;
                self.naming.name(deal.decided?)
            }
            "change" => {
                let change = self.account.changes.iter().find(|change| change.change.as_str() == about)?;
                self.naming.name(change.executions.first()?.event)
            }
            _ => about.clone(),
        };
        self.places.get(&event).copied()
    }
}

/// A finding whose time to be cleared is over is confirmed as soon as somebody looks at it; that nobody has yet
/// is no difference.
fn ripened(finding: Finding, until: Instant) -> Finding {
    use domain::event::case::Verdict;
    match finding.verdict {
        Verdict::Pending if finding.provisional_until <= until => {
            Finding { verdict: Verdict::Confirmed, ..finding }
        }
        Verdict::Pending
        | Verdict::Confirmed
        | Verdict::Cleared(_)
        | Verdict::Superseded(_)
        | Verdict::Indeterminate(_) => finding,
    }
}
