//! A dispute's clocks: until when it may be filed, who has to answer by when, and what silence means.
//!
//! Nothing here decides: a person does, by these clocks. What is computed here stands in the case's events.

use crate::calendar::zone_or_utc;
use crate::program::Program;
use crate::time::Instant;

/// Where the letter lies that the gaining side relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kept {
    OnFile,
    Archived,
}

/// When each side has to have done what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clocks {
    pub filed_at: Instant,
    /// A request that the account stand still is decided by then.
    pub stay_until: Instant,
    pub respondent_until: Instant,
    /// The gaining side shows the letter it relied on by then.
    pub proof_until: Instant,
    pub decision_until: Instant,
}

/// What became of the proof that the gaining side owes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Proof {
    Shown,
    Awaited,
    /// Nothing was shown in time: the dispute is upheld.
    Missing,
}

/// A dispute comes too late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it could be filed until {until}")]
pub struct TooLate {
    pub until: Instant,
}

/// Whether a dispute about an act, which could be known from `knowable_at` on, may be filed at `now`.
///
/// # Errors
/// [`TooLate`], with the last instant it could have been filed before.
pub fn may_file(
    program: &Program,
    act_at: Instant,
    knowable_at: Instant,
    now: Instant,
) -> Result<(), TooLate> {
    let policy = &program.policy_at(now).policy;
    let zone = zone_or_utc(&policy.zone);
    let known = knowable_at.max(act_at).plus_civil_days(i64::from(policy.dispute.filing_days), &zone);
    let until = known.min(act_at.plus_civil_months(policy.dispute.filing_months_max, &zone));
    if now < until { Ok(()) } else { Err(TooLate { until }) }
}

/// The clocks of a dispute filed at `filed_at`, by the policy and the calendar then in force.
pub fn clocks(program: &Program, filed_at: Instant, letter: Kept) -> Clocks {
    let policy = &program.policy_at(filed_at).policy;
    let rules = &policy.dispute;
    let zone = zone_or_utc(&policy.zone);
    let days = |days: u16| filed_at.plus_civil_days(i64::from(days), &zone);
    let calendar = program.calendar_at(filed_at);
    Clocks {
        filed_at,
        stay_until: calendar.plus_business_hours(filed_at, rules.stay_hours_business),
        respondent_until: days(rules.respondent_days),
        proof_until: days(match letter {
            Kept::OnFile => rules.proof_days,
            Kept::Archived => rules.archive_proof_days,
        }),
        decision_until: days(rules.decision_days),
    }
}

/// What became of the proof at `now`, which was due by `until`; `shown_at` is when the letter was laid open, if it
/// was.
pub fn proof(until: Instant, shown_at: Option<Instant>, now: Instant) -> Proof {
    match shown_at {
        Some(at) if at < until && at <= now => Proof::Shown,
        Some(_) | None if now < until => Proof::Awaited,
        Some(_) | None => Proof::Missing,
    }
}

/// Until when a decision of `decided_at` may be appealed.
pub fn appeal_until(program: &Program, decided_at: Instant) -> Instant {
    let days = program.policy_at(decided_at).policy.dispute.appeal_days_business;
    program.calendar_at(decided_at).end_of_business_day(decided_at, days)
}
