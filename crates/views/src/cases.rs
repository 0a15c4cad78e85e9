//! Which cases there are, what was found in each, and how it stands.

use domain::event::Event;
use domain::event::case::{CaseEvent, Decided, Finding, Opened, Severity, Verdict};
use domain::fact::Fact;
use domain::id::{EventId, HandoffId};

/// Rows of another version are thrown away and rebuilt.
pub const VERSION: u32 = 1;

/// One case, folded from its stream.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Case {
    pub opened: Option<Opened>,
    pub opened_event: Option<EventId>,
    /// Findings in the order they were found, with their verdict and severity of now.
    pub findings: Vec<Finding>,
    pub decided: Option<Decided>,
    /// Events of the case so far.
    pub events: u64,
}

impl Case {
    /// The case after one more fact of its stream.
    pub fn evolve(mut self, fact: &Fact) -> Self {
        self.events += 1;
        let Event::Case(event) = &fact.event else { return self };
        match event {
            CaseEvent::Opened(opened) => {
                self.opened = Some(opened.clone());
                self.opened_event = Some(fact.meta.id);
            }
            CaseEvent::FindingRecorded(finding) => self.findings.push(finding.clone()),
            CaseEvent::VerdictChanged(changed) => {
                let same =
                    |known: &&mut Finding| known.pattern == changed.pattern && known.act == changed.act;
                if let Some(finding) = self.findings.iter_mut().find(same) {
                    finding.verdict = changed.verdict.clone();
                    finding.severity = changed.severity;
                }
            }
            CaseEvent::Decided(decided) => self.decided = Some(decided.clone()),
        }
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

    /// Whether somebody has to look at it.
    pub fn is_open(&self) -> bool {
        self.decided.is_none() && self.findings.iter().any(|finding| stands(&finding.verdict))
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
