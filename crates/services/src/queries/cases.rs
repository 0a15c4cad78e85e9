//! Cases: the inbox, and one case with its evidence and what would clear it.

mod hearing;
mod learning;

use domain::event::case::{Clearing, Finding, Opened, Searched, SearchedPartner, Severity, Step};
use domain::fact::Fact;
use domain::id::{AccountId, CaseId, VendorId};
use domain::stream::Stream;
use domain::time::Instant;
use views::cases::Case;
use wire::answers::{
    CaseAnswer, CaseRow, FindingAnswer, FindingRow, GroundAnswer, HistoryRow, SearchedAnswer,
};
use wire::shape::Words as _;

use super::accounts::told;
use super::{Moment, words};
use crate::book::Book;
pub use learning::{Respondent, Sought, precedents, precision};

/// Which cases a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Which {
    /// Those that wait for somebody and are not laid aside.
    #[default]
    Open,
    /// Those that are laid aside.
    Snoozed,
    All,
}

/// The cases, the most severe first.
pub fn list(book: &Book, which: Which) -> Vec<CaseRow> {
    let shelf = book.shelf();
    let cases = match which {
        Which::Open | Which::Snoozed => {
            shelf.cases.open().map(|(stream, case)| (stream.clone(), case)).collect()
        }
        Which::All => shelf.cases.iter().map(|(stream, case)| (stream.clone(), case)).collect(),
    };
    drop(shelf);
    rows(cases, which, book.now())
}

/// The cases as known at a moment, about acts up to its instant.
///
/// # Errors
/// The journal cannot be read.
pub async fn list_at(book: &Book, which: Which, moment: Moment) -> anyhow::Result<Vec<CaseRow>> {
    let streams: Vec<Stream> = book.shelf().cases.streams().cloned().collect();
    let cases = at(book, streams, moment).await?;
    Ok(rows(cases, which, moment.as_of))
}

/// One case as known at a moment, by its id.
///
/// # Errors
/// The journal cannot be read.
pub async fn show_at(book: &Book, id: &str, moment: Moment) -> anyhow::Result<Option<CaseAnswer>> {
    let streams = book.shelf().cases.stream(id).cloned().into_iter().collect();
    let Some((stream, case)) = at(book, streams, moment).await?.into_iter().next() else { return Ok(None) };
    let Some(shown) = answer(&stream, &case) else { return Ok(None) };
    let hearing = hearing::weighed(book, &stream, &case, moment.as_of, shown.hearing).await?;
    Ok(Some(CaseAnswer { hearing, ..shown }))
}

/// The events of a case up to a moment, or `None` when nobody knows it.
///
/// # Errors
/// The journal cannot be read.
pub async fn history(book: &Book, id: &str, moment: Moment) -> anyhow::Result<Option<Vec<HistoryRow>>> {
    let stream = book.shelf().cases.stream(id).cloned();
    let Some(stream) = stream else { return Ok(None) };
    let loaded = book.load(&stream).await?;
    Ok(Some(moment.known(&loaded.facts).map(|fact| told(&stream, fact, None)).collect()))
}

/// Cases folded up to a moment.
async fn at(book: &Book, streams: Vec<Stream>, moment: Moment) -> anyhow::Result<Vec<(Stream, Case)>> {
    let mut cases = Vec::with_capacity(streams.len());
    for stream in streams {
        let loaded = book.load(&stream).await?;
        let case = moment.known(&loaded.facts).fold(Case::default(), Case::evolve);
        cases.push((stream, case.about_acts_until(moment.as_of)));
    }
    Ok(cases)
}

fn rows(mut cases: Vec<(Stream, Case)>, which: Which, now: Instant) -> Vec<CaseRow> {
    cases.retain(|(_, case)| match which {
        Which::Open => case.is_open() && !case.is_snoozed(now),
        Which::Snoozed => case.is_open() && case.is_snoozed(now),
        Which::All => true,
    });
    cases.sort_by_key(|(stream, case)| {
        (
            std::cmp::Reverse(case.severity()),
            case.strongest().map(|finding| finding.violated_at),
            stream.clone(),
        )
    });
    cases.iter().filter_map(|(stream, case)| row(stream, case)).collect()
}

/// The cases of one account as known at a moment, about acts up to its instant.
///
/// # Errors
/// The journal cannot be read.
pub(super) async fn of_account(
    book: &Book,
    vendor: &VendorId,
    account: &AccountId,
    moment: Moment,
) -> anyhow::Result<Vec<CaseRow>> {
    let account = Stream::Account(vendor.clone(), account.clone());
    let streams: Vec<Stream> = book.shelf().cases.of(&account).map(|(stream, _)| stream.clone()).collect();
    Ok(at(book, streams, moment).await?.iter().filter_map(|(stream, case)| row(stream, case)).collect())
}

/// One case, by its id.
pub fn show(book: &Book, id: &str) -> Option<CaseAnswer> {
    let shelf = book.shelf();
    let stream = shelf.cases.stream(id)?;
    answer(stream, &shelf.cases.get(stream)?)
}

/// One case, from the facts of its stream.
pub(crate) fn answer_of(stream: &Stream, facts: &[Fact]) -> Option<CaseAnswer> {
    let case = facts.iter().fold(Case::default(), |case, fact| case.evolve(fact));
    answer(stream, &case)
}

fn answer(stream: &Stream, case: &Case) -> Option<CaseAnswer> {
    let row = row(stream, case)?;
    let opened = case.opened.as_ref()?;
    let strongest = case.strongest()?;
    let mut findings: Vec<&Finding> = case.findings.iter().collect();
    findings.sort_by_key(|finding| {
        (!views::cases::stands(&finding.verdict), std::cmp::Reverse(finding.severity), finding.violated_at)
    });
    Some(CaseAnswer {
        row,
        kind: opened.kind.word().to_owned(),
        handoff: opened.handoff.as_ref().map(ToString::to_string),
        sentence: strongest.sentence.clone(),
        findings: findings.into_iter().map(finding).collect(),
        decided: case.outcome().map(|outcome| outcome.word().to_owned()),
        hearing: hearing::answer(case),
    })
}

/// Every finding that stands, in order of case and pattern.
pub fn findings(book: &Book) -> Vec<FindingRow> {
    let shelf = book.shelf();
    let mut rows: Vec<FindingRow> = Vec::new();
    for (stream, case) in shelf.cases.iter() {
        let Some(opened) = &case.opened else { continue };
        let Stream::Case(_, id) = stream else { continue };
        rows.extend(case.standing().into_iter().map(|finding| finding_row(id, opened, finding)));
    }
    rows.sort();
    rows
}

/// One finding of a case as a row.
pub(crate) fn finding_row(case: &CaseId, opened: &Opened, finding: &Finding) -> FindingRow {
    FindingRow {
        case: case.to_string(),
        pattern: finding.pattern.clone(),
        severity: severity(finding.severity).to_owned(),
        verdict: words::verdict(&finding.verdict),
        account: opened.account.to_string(),
        host: opened.host.as_ref().map(ToString::to_string),
        guest: opened.guest.as_ref().map(ToString::to_string),
        evidence: finding.proof.iter().map(ToString::to_string).collect(),
    }
}

fn row(stream: &Stream, case: &Case) -> Option<CaseRow> {
    let (opened, strongest) = (case.opened.as_ref()?, case.strongest()?);
    let deadlines = case.deadlines();
    let due = deadlines.iter().find(|due| due.step != Step::Snooze);
    Some(CaseRow {
        case: stream.case()?.to_string(),
        pattern: strongest.pattern.clone(),
        severity: severity(strongest.severity).to_owned(),
        verdict: words::verdict(&strongest.verdict),
        account: opened.account.to_string(),
        host: opened.host.as_ref().map(ToString::to_string),
        guest: opened.guest.as_ref().map(ToString::to_string),
        evidence: strongest.proof.iter().map(ToString::to_string).collect(),
        clearing: clearing(&strongest.clearing),
        assignee: case.assignee.as_ref().map(ToString::to_string),
        due: due.map(|due| due.step.word().to_owned()),
        due_at: due.map(|due| due.until.to_string()),
        snoozed_until: case.snoozed.as_ref().map(|snoozed| snoozed.until.to_string()),
    })
}

fn finding(finding: &Finding) -> FindingAnswer {
    let ids = |events: &[domain::id::EventId]| events.iter().map(ToString::to_string).collect();
    FindingAnswer {
        pattern: finding.pattern.clone(),
        severity: severity(finding.severity).to_owned(),
        verdict: words::verdict(&finding.verdict),
        sentence: finding.sentence.clone(),
        respondent: finding.respondent.clone(),
        act: finding.act.to_string(),
        violated_at: finding.violated_at.to_string(),
        provisional_until: finding.provisional_until.to_string(),
        proof: ids(&finding.proof),
        context: ids(&finding.context),
        grounds: finding
            .grounds
            .iter()
            .map(|ground| GroundAnswer {
                part: ground.part.clone(),
                holds_because: ground.holds_because.clone(),
                events: ids(&ground.events),
                searched: ground.searched.as_ref().map(searched),
            })
            .collect(),
        clearing: clearing(&finding.clearing),
    }
}

fn searched(searched: &Searched) -> SearchedAnswer {
    let revision = |known: &SearchedPartner| format!("{}={}", known.partner, known.revision);
    SearchedAnswer {
        account: searched.account.to_string(),
        until: searched.until.to_string(),
        partners: searched.partners.iter().map(revision).collect(),
    }
}

fn clearing(clearing: &[Clearing]) -> Vec<String> {
    clearing.iter().map(|one| format!("{}: {}", one.basis, one.missing)).collect()
}

pub(crate) fn severity(severity: Severity) -> &'static str {
    severity.word()
}
