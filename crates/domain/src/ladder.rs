//! What the program proposes when findings against one family are upheld again: never by itself, after a hearing,
//! by a person. How high a partner's tier is plays no part.

use crate::calendar::zone_or_utc;
use crate::program::Program;
use crate::time::Instant;

/// A proposal to the person who rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// A notice, and training.
    Notice,
    /// No matchmaking until then.
    Pause { until: Instant },
    /// No matchmaking and no verification of its own customers until then.
    LongPause { until: Instant },
}

/// The step that findings upheld at these instants lead to, when the last was upheld at `now`; `None` without any
/// in the policy's months.
pub fn propose(program: &Program, upheld: &[Instant], now: Instant) -> Option<Step> {
    let policy = &program.policy_at(now).policy;
    let rules = &policy.dispute;
    let zone = zone_or_utc(&policy.zone);
    let counts = |at: &&Instant| **at <= now && now < at.plus_civil_months(rules.ladder_months, &zone);
    match upheld.iter().filter(counts).count() {
        0 => None,
        1 => Some(Step::Notice),
        2 => Some(Step::Pause { until: now.plus_civil_days(i64::from(rules.pause_days), &zone) }),
        _ => Some(Step::LongPause { until: now.plus_civil_months(rules.pause_months, &zone) }),
    }
}
