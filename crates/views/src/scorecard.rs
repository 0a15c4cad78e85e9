//! How a partner does in handoffs, as host and as guest: counts for whoever brings partners together.

use domain::account::Account;
use domain::account::guest::{Handoff, Phase};
use domain::calendar::zone_or_utc;
use domain::event::handoff::{Commitment, HandoffOutcome, ProgressKind};
use domain::id::PartnerId;
use domain::program::Program;
use domain::time::Instant;

use crate::cases::{Case, Tally};

/// Rows of another version are thrown away and rebuilt.
pub const VERSION: u32 = 2;

/// On which side of a handoff a partner stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Host,
    Guest,
}

/// What is counted of a partner in one role.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Score {
    /// Handoffs that were accepted.
    pub handoffs: u64,
    /// How long each answer took, in milliseconds, in no order.
    ///
    /// A guest answers an invitation by accepting or declining it. A host answers an acceptance by its first reported
    /// work on the handoff.
    pub answers_ms: Vec<i64>,
    /// Invitations it declined as guest, which is no fault: an answer, and a reason not to ask it again.
    pub declined: u64,
    /// Invitations that lapsed, and acceptances the host did nothing about so far.
    pub unanswered: u64,
    pub promises: Promises,
    /// Disputes it filed in this role, by how persons ruled on the case.
    pub filed: Tally,
    /// Cases in which it has to answer in this role, by how persons ruled on them.
    pub against: Tally,
}

/// What became of what was promised in accepted handoffs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Promises {
    pub kept: u64,
    /// Done, but after the day it was due.
    pub late: u64,
    pub missed: u64,
    /// Not done because the customer stood in the way before it was due.
    pub excused: u64,
    /// Not done and not due yet.
    pub open: u64,
}

impl Score {
    /// The score with what an account tells of the partner at `as_of`; when a promise is due is counted in the days
    /// of the policy under which the handoff was accepted.
    pub fn with_account(
        mut self,
        (partner, role): (&PartnerId, Role),
        account: &Account,
        program: &Program,
        as_of: Instant,
    ) -> Self {
        for handoff in &account.handoffs {
            let side = match role {
                Role::Host => Some(&handoff.host),
                Role::Guest => handoff.guest.as_ref(),
            };
            if side == Some(partner) {
                self.count_handoff((partner, role), handoff, program, as_of);
            }
        }
        self
    }

    fn count_handoff(
        &mut self,
        (partner, role): (&PartnerId, Role),
        handoff: &Handoff,
        program: &Program,
        as_of: Instant,
    ) {
        let Some(accepted_at) = handoff.accepted_at.filter(|at| *at <= as_of) else {
            if role == Role::Guest {
                self.count_invitation(handoff, as_of);
            }
            return;
        };
        self.handoffs += 1;
        let (asked_at, answered_at) = match role {
            Role::Guest => (handoff.invited_at, Some(accepted_at)),
            Role::Host => (Some(accepted_at), first_work(handoff, partner, accepted_at, as_of)),
        };
        match (asked_at, answered_at) {
            (Some(asked), Some(answered)) => self.answers_ms.push(answered.unix_ms() - asked.unix_ms()),
            (_, None) => self.unanswered += 1,
            (None, Some(_)) => {}
        }
        let zone = zone_or_utc(&program.policy_at(accepted_at).policy.zone);
        for promise in &handoff.commitments {
            if handoff.partner_of(&promise.by).as_ref() == Some(partner) {
                let due = accepted_at.plus_civil_days(i64::from(promise.due_days), &zone);
                self.promises.count(handoff, promise, due, as_of);
            }
        }
    }

    /// An invitation that nobody accepted.
    fn count_invitation(&mut self, handoff: &Handoff, as_of: Instant) {
        if let Some(declined_at) = handoff.declined_at.filter(|at| *at <= as_of) {
            self.declined += 1;
            self.answers_ms.extend(handoff.invited_at.map(|asked| declined_at.unix_ms() - asked.unix_ms()));
            return;
        }
        // Another system may have closed it as lapsed; ours only notes it.
        let closed_as_lapsed =
            handoff.closed.is_some_and(|(at, outcome, _)| outcome == HandoffOutcome::Lapsed && at <= as_of);
        let lapsed = handoff.phase == Phase::Invited && handoff.expires_at.is_some_and(|at| at <= as_of);
        self.unanswered += u64::from(lapsed || closed_as_lapsed);
    }

    /// The score with one more case between host and guest.
    pub fn with_case(mut self, (partner, role): (&PartnerId, Role), case: &Case) -> Self {
        let Some(opened) = &case.opened else { return self };
        let side = match role {
            Role::Host => opened.host.as_ref(),
            Role::Guest => opened.guest.as_ref(),
        };
        if side != Some(partner) {
            return self;
        }
        let outcome = if case.is_open() { None } else { case.outcome() };
        let is_pending = case.is_open() || outcome.is_some();
        let filed_by = case.filed.as_ref().and_then(|(filed, _)| case.partner_of(&filed.by));
        if filed_by == Some(partner) && is_pending {
            self.filed = self.filed.with(outcome);
        }
        let answers = case.strongest().is_some_and(|finding| finding.respondent == partner.as_str());
        if answers && is_pending {
            self.against = self.against.with(outcome);
        }
        self
    }

    /// The middle of the answers, the longer of the two where their number is even, in whole hours.
    pub fn median_answer_h(&self) -> Option<u64> {
        let mut answers = self.answers_ms.clone();
        answers.sort_unstable();
        answers.get(answers.len() / 2).map(|ms| hours(*ms))
    }

    /// The longest answer in whole hours.
    pub fn slowest_answer_h(&self) -> Option<u64> {
        self.answers_ms.iter().max().map(|ms| hours(*ms))
    }
}

fn hours(ms: i64) -> u64 {
    const HOUR_MS: i64 = 3_600_000;
    u64::try_from(ms / HOUR_MS).unwrap_or_default()
}

fn first_work(handoff: &Handoff, host: &PartnerId, from: Instant, as_of: Instant) -> Option<Instant> {
    let work = handoff.progress.iter().filter(|done| handoff.partner_of(&done.by).as_ref() == Some(host));
    work.map(|done| done.at).filter(|at| from <= *at && *at <= as_of).min()
}

impl Promises {
    fn count(&mut self, handoff: &Handoff, promise: &Commitment, due: Instant, as_of: Instant) {
        let by = handoff.partner_of(&promise.by);
        let concerns = handoff.progress.iter().filter(|done| {
            done.commitment.as_ref().is_none_or(|named| *named == promise.commitment) && done.at <= as_of
        });
        let (blocked, work): (Vec<_>, Vec<_>) =
            concerns.partition(|done| done.kind == ProgressKind::BlockedByCustomer);
        let done = work.iter().filter(|done| handoff.partner_of(&done.by) == by).map(|done| done.at).min();
        let counter = match done {
            Some(at) if at <= due => &mut self.kept,
            Some(_) => &mut self.late,
            None if blocked.iter().any(|blocked| blocked.at <= due) => &mut self.excused,
            None if due < as_of => &mut self.missed,
            None => &mut self.open,
        };
        *counter += 1;
    }
}
