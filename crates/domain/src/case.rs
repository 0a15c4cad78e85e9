//! One case as it stands: what was found, who looks at it, what both sides said, and how it was ruled.

mod deadline;
mod side;

use crate::event::Event;
use crate::event::case::*;
use crate::fact::Fact;
use crate::id::{EventId, HandoffId, PrincipalId};
use crate::time::Instant;
pub use deadline::{Deadline, Due};
pub use side::RespondentRole;

/// One case, folded from its stream.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Case {
    pub opened: Option<Opened>,
    pub opened_event: Option<EventId>,
    /// When it could be known: disputes are filed within their time of it.
    pub opened_at: Option<Instant>,
    /// Findings in the order they were found, with their verdict and severity of now.
    pub findings: Vec<Finding>,
    pub assignee: Option<PrincipalId>,
    /// Until when it is laid aside, and why; nothing once something new was shown.
    pub snoozed: Option<Snoozed>,
    /// The last dispute filed.
    pub filed: Option<(Filed, Instant)>,
    /// Whether the account stands still for it.
    pub stay: Option<(StayDecided, Instant)>,
    pub statements: Vec<(Stated, Instant)>,
    pub evidence: Vec<(EvidenceAttached, Instant)>,
    /// The last ruling and when it was given; those before it are in the stream.
    pub ruling: Option<(Decided, Instant)>,
    pub remedies: Vec<(RemedyOrdered, Instant)>,
    /// Against the last ruling.
    pub appeal: Option<(Appealed, Instant)>,
    pub appeal_ruling: Option<(AppealDecided, Instant)>,
    /// Of what people were reminded, by which event and when.
    pub reminders: Vec<(Reminded, EventId, Instant)>,
    /// Events of the case so far.
    pub events: u64,
    /// How many of the findings the last ruling was about.
    ruled: usize,
    /// Whether the dispute filed last waits for its ruling.
    awaits_ruling: bool,
}

impl Case {
    /// The case after one more fact of its stream.
    pub fn evolve(mut self, fact: &Fact) -> Self {
        self.events += 1;
        let Event::Case(event) = &fact.event else { return self };
        if brings_back(event) {
            self.snoozed = None;
        }
        let at = fact.meta.valid_at;
        match event {
            CaseEvent::Opened(opened) => {
                self.opened = Some(opened.clone());
                self.opened_event = Some(fact.meta.id);
                self.opened_at = Some(at);
            }
            CaseEvent::FindingRecorded(finding) => self.findings.push(finding.clone()),
            CaseEvent::VerdictChanged(changed) => self.change_verdict(changed),
            CaseEvent::Assigned(assigned) => self.assignee = Some(assigned.assignee.clone()),
            CaseEvent::Snoozed(snoozed) => self.snoozed = Some(snoozed.clone()),
            CaseEvent::Filed(filed) => {
                self.filed = Some((filed.clone(), at));
                self.awaits_ruling = true;
                self.stay = None;
            }
            CaseEvent::StayDecided(decided) => self.stay = Some((decided.clone(), at)),
            CaseEvent::Stated(stated) => self.statements.push((stated.clone(), at)),
            CaseEvent::EvidenceAttached(attached) => self.evidence.push((attached.clone(), at)),
            CaseEvent::Decided(decided) => {
                self.ruling = Some((decided.clone(), at));
                self.ruled = self.findings.len();
                self.awaits_ruling = false;
                (self.appeal, self.appeal_ruling, self.snoozed) = (None, None, None);
            }
            CaseEvent::RemedyOrdered(ordered) => self.remedies.push((ordered.as_ref().clone(), at)),
            CaseEvent::Appealed(appealed) => self.appeal = Some((appealed.clone(), at)),
            CaseEvent::AppealDecided(decided) => {
                self.appeal_ruling = Some((decided.clone(), at));
                self.snoozed = None;
            }
            CaseEvent::Reminded(reminded) => {
                self.reminders.push((reminded.clone(), fact.meta.id, at));
            }
        }
        self
    }

    fn change_verdict(&mut self, changed: &VerdictChanged) {
        let same = |known: &&mut Finding| known.pattern == changed.pattern && known.act == changed.act;
        if let Some(finding) = self.findings.iter_mut().find(same) {
            finding.verdict = changed.verdict.clone();
            finding.severity = changed.severity;
        }
    }

    /// The same case without findings about acts after `at`.
    pub fn about_acts_until(mut self, at: Instant) -> Self {
        let is_told = |finding: &Finding| finding.violated_at <= at;
        self.ruled = self.findings.iter().take(self.ruled).filter(|finding| is_told(finding)).count();
        self.findings.retain(is_told);
        self
    }

    /// The finding the screen leads with: one that stands before one that does not, then the most severe,
    /// then the earliest.
    pub fn strongest(&self) -> Option<&Finding> {
        let mut ranked: Vec<&Finding> = self.findings.iter().collect();
        ranked.sort_by_key(|finding| {
            (!stands(&finding.verdict), std::cmp::Reverse(finding.severity), finding.violated_at)
        });
        ranked.first().copied()
    }

    /// Findings that stand, strongest first.
    pub fn standing(&self) -> Vec<&Finding> {
        let mut standing: Vec<&Finding> = self.findings.iter().filter(|f| stands(&f.verdict)).collect();
        standing.sort_by_key(|finding| (std::cmp::Reverse(finding.severity), finding.violated_at));
        standing
    }

    /// Whether somebody has to look at it: something stands or is disputed that nobody has ruled on.
    pub fn is_open(&self) -> bool {
        self.awaits_ruling || self.awaits_appeal() || self.has_unruled()
    }

    /// Whether it is laid aside at `now`.
    pub fn is_snoozed(&self, now: Instant) -> bool {
        self.snoozed.as_ref().is_some_and(|snoozed| now < snoozed.until)
    }

    /// Whether a dispute was filed that nobody has ruled on.
    pub fn awaits_ruling(&self) -> bool {
        self.awaits_ruling
    }

    /// Whether somebody asked that the account stand still, and nobody decided that yet.
    pub fn awaits_stay(&self) -> bool {
        let asked = self.filed.as_ref().is_some_and(|(filed, _)| filed.stay.is_some());
        self.awaits_ruling && asked && self.stay.is_none()
    }

    /// Whether an appeal waits for its ruling.
    pub fn awaits_appeal(&self) -> bool {
        self.appeal.is_some() && self.appeal_ruling.is_none()
    }

    /// Whether something was found since the last ruling that stands.
    pub fn has_unruled(&self) -> bool {
        self.findings.iter().skip(self.ruled).any(|finding| stands(&finding.verdict))
    }

    /// How it was ruled last, on appeal or before.
    pub fn outcome(&self) -> Option<CaseOutcome> {
        let first = self.ruling.as_ref().map(|(ruling, _)| ruling.outcome);
        self.appeal_ruling.as_ref().map(|(ruling, _)| ruling.outcome).or(first)
    }

    /// When it was ruled last, on appeal or before.
    pub fn ruled_at(&self) -> Option<Instant> {
        let first = self.ruling.as_ref().map(|(_, at)| *at);
        self.appeal_ruling.as_ref().map(|(_, at)| *at).or(first)
    }

    /// The most severe of what stands.
    pub fn severity(&self) -> Option<Severity> {
        self.standing().first().map(|finding| finding.severity)
    }

    pub fn handoff(&self) -> Option<&HandoffId> {
        self.opened.as_ref().and_then(|opened| opened.handoff.as_ref())
    }
}

/// Whether a verdict still says that something is wrong, or may be.
pub fn stands(verdict: &Verdict) -> bool {
    match verdict {
        Verdict::Pending | Verdict::Confirmed | Verdict::Indeterminate(_) => true,
        Verdict::Cleared(_) | Verdict::Superseded(_) => false,
    }
}

/// Whether an event brings a case back that was laid aside.
fn brings_back(event: &CaseEvent) -> bool {
    match event {
        CaseEvent::Opened(_)
        | CaseEvent::FindingRecorded(_)
        | CaseEvent::VerdictChanged(_)
        | CaseEvent::Filed(_)
        | CaseEvent::Stated(_)
        | CaseEvent::EvidenceAttached(_)
        | CaseEvent::Appealed(_) => true,
        CaseEvent::Assigned(_)
        | CaseEvent::Snoozed(_)
        | CaseEvent::StayDecided(_)
        | CaseEvent::Decided(_)
        | CaseEvent::RemedyOrdered(_)
        | CaseEvent::AppealDecided(_)
        | CaseEvent::Reminded(_) => false,
    }
}
