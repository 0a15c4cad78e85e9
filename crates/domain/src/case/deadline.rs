//! What is due in a case by when, and what follows when nobody does it.

use crate::case::Case;
use crate::event::case::Step;
use crate::time::Instant;

/// One clock of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    pub step: Step,
    pub until: Instant,
}

/// How a clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Due {
    Running,
    Elapsed,
}

impl Deadline {
    pub fn at(&self, now: Instant) -> Due {
        if now < self.until { Due::Running } else { Due::Elapsed }
    }

    /// What follows when the time is over and nobody did it.
    pub fn follows(&self) -> &'static str {
        match self.step {
            Step::Stay => "the account does not stand still, and the request is overdue",
            Step::Answer => "it is ruled without the other side's word",
            Step::Proof => "the dispute is upheld: the letter was not shown",
            Step::Decision => "the ruling is overdue",
            Step::Appeal => "the ruling is final",
            Step::AppealAnswer => "the appeal is ruled without the other side's word",
            Step::AppealDecision => "the ruling on the appeal is overdue",
            Step::Snooze => "the case is back in the inbox",
        }
    }
}

impl Case {
    /// The clocks nobody has stopped by doing what is due, earliest first. One that elapsed stays until the case
    /// goes on.
    pub fn deadlines(&self) -> Vec<Deadline> {
        let mut deadlines: Vec<Deadline> = Vec::new();
        let mut due = |step, until| deadlines.push(Deadline { step, until });
        if let Some((filed, _)) = self.filed.as_ref().filter(|_| self.awaits_ruling()) {
            if let Some(until) = filed.stay_until.filter(|_| self.awaits_stay()) {
                due(Step::Stay, until);
            }
            if !self.is_answered() {
                due(Step::Answer, filed.respondent_until);
            }
            if let Some(until) = filed.proof_until
                && self.letter_shown_at().is_none_or(|at| until <= at)
            {
                due(Step::Proof, until);
            }
            due(Step::Decision, filed.decision_until);
        }
        if let Some((ruling, _)) = &self.ruling
            && self.appeal.is_none()
        {
            due(Step::Appeal, ruling.appeal_until);
        }
        if let Some((appeal, _)) = self.appeal.as_ref().filter(|_| self.awaits_appeal()) {
            if !self.is_appeal_answered() {
                due(Step::AppealAnswer, appeal.respondent_until);
            }
            due(Step::AppealDecision, appeal.decision_until);
        }
        if let Some(snoozed) = &self.snoozed {
            due(Step::Snooze, snoozed.until);
        }
        deadlines.sort_by_key(|deadline| (deadline.until, deadline.step));
        deadlines
    }
}
