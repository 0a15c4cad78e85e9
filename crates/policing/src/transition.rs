//! From what was found before to what is found now: the events that tell the difference.
//!
//! A finding is never rewritten and never silently gone. Before it is confirmed it can be cleared; after that
//! it can only be superseded, by a basis that came late or by a correction of the record.

use std::collections::BTreeSet;

use domain::event::case::{CaseEvent, Finding, SupersededBy, Verdict, VerdictChanged};
use domain::fact::Fact;
use domain::id::{CaseId, EventId};

use crate::judged::{CaseKey, Judged};
use crate::scene::Watermark;

/// A finding on record, with the verdict and severity it has now.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    pub case: CaseId,
    pub finding: Finding,
}

/// One event for the stream of one case.
#[derive(Debug, Clone, PartialEq)]
pub struct Transition {
    pub case: CaseId,
    pub event: CaseEvent,
}

/// What has to be recorded so that `previous` becomes `now`, in order.
///
/// `now` is what [`crate::review`] returned and `recorded` the account's stream with its corrections; `case_id`
/// names a case by the parts it is made of. Applied once, it yields nothing when asked again.
pub fn transitions(
    previous: &[Standing],
    now: &[Judged],
    recorded: &[Fact],
    watermark: Watermark,
    case_id: impl Fn(&CaseKey) -> CaseId,
) -> Vec<Transition> {
    let mut open: BTreeSet<CaseId> = previous.iter().map(|standing| standing.case.clone()).collect();
    let now: Vec<(CaseId, &Judged)> = now.iter().map(|judged| (case_id(&judged.case), judged)).collect();
    let mut told = Vec::new();
    for (case, judged) in &now {
        if let Some(standing) = previous.iter().find(|standing| is_same(standing, case, judged)) {
            told.extend(changed(standing, judged, recorded));
            continue;
        }
        if matches!(judged.finding.verdict, Verdict::Cleared(_)) {
            continue;
        }
        if open.insert(case.clone()) {
            told.push(Transition { case: case.clone(), event: CaseEvent::Opened(judged.opened.clone()) });
        }
        let found = CaseEvent::FindingRecorded(judged.finding.clone());
        told.push(Transition { case: case.clone(), event: found });
    }
    let gone =
        previous.iter().filter(|standing| !now.iter().any(|(case, judged)| is_same(standing, case, judged)));
    told.extend(gone.filter_map(|standing| vanished(standing, recorded, watermark)));
    told
}

/// One finding per pattern and act in a case.
fn is_same(standing: &Standing, case: &CaseId, judged: &Judged) -> bool {
    let (before, after) = (&standing.finding, &judged.finding);
    standing.case == *case && before.pattern == after.pattern && before.act == after.act
}

fn changed(standing: &Standing, judged: &Judged, recorded: &[Fact]) -> Option<Transition> {
    let (before, after) = (&standing.finding, &judged.finding);
    let settled = matches!(before.verdict, Verdict::Cleared(_) | Verdict::Superseded(_));
    let verdict = match (&before.verdict, &after.verdict) {
        (_, Verdict::Cleared(_)) if settled => return None,
        (Verdict::Confirmed, Verdict::Cleared(_)) => {
            let late = judged.because.unwrap_or(after.known);
            let by = correction(before, judged.because, recorded)
                .map_or(SupersededBy::Late(late), SupersededBy::Correction);
            Verdict::Superseded(by)
        }
        // What was confirmed is not provisional again because a source fell behind.
        (Verdict::Confirmed, Verdict::Pending) => Verdict::Confirmed,
        (_, verdict) => verdict.clone(),
    };
    let cleared = matches!(verdict, Verdict::Cleared(_) | Verdict::Superseded(_));
    let severity = if cleared { before.severity } else { after.severity };
    if verdict == before.verdict && severity == before.severity {
        return None;
    }
    let because = judged.because;
    Some(told(standing, verdict, severity, because, after.known))
}

/// The act left the record, or no pattern concerns it any more.
fn vanished(standing: &Standing, recorded: &[Fact], watermark: Watermark) -> Option<Transition> {
    let finding = &standing.finding;
    if matches!(finding.verdict, Verdict::Cleared(_) | Verdict::Superseded(_)) {
        return None;
    }
    let by = correction(finding, None, recorded);
    let because = by.unwrap_or(watermark.head);
    let superseded = by.map_or(SupersededBy::Late(because), SupersededBy::Correction);
    let verdict = Verdict::Superseded(superseded);
    Some(told(standing, verdict, finding.severity, Some(because), watermark.head))
}

fn told(
    standing: &Standing,
    verdict: Verdict,
    severity: domain::event::case::Severity,
    because: Option<EventId>,
    known: EventId,
) -> Transition {
    let pattern = standing.finding.pattern.clone();
    let act = standing.finding.act;
    let changed = VerdictChanged { pattern, act, verdict, severity, because, known };
    Transition { case: standing.case.clone(), event: CaseEvent::VerdictChanged(changed) }
}

/// The last correction, after the finding was made, of its act, its proof or of what clears it.
fn correction(finding: &Finding, cleared_by: Option<EventId>, recorded: &[Fact]) -> Option<EventId> {
    let since = recorded.iter().find(|fact| fact.meta.id == finding.known).map(|fact| fact.meta.position);
    let concerns = |target: EventId| {
        target == finding.act || finding.proof.contains(&target) || cleared_by == Some(target)
    };
    let corrections = recorded.iter().filter_map(|fact| {
        let target = fact.corrects()?;
        let later = since.is_none_or(|since| fact.meta.position > since);
        (later && concerns(target)).then_some((fact.meta.position, fact.meta.id))
    });
    corrections.max().map(|(_, event)| event)
}
