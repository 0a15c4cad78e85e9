//! The published rules as the roles use them: guards are answered here, and a policy is checked before it holds.

use domain::account::Account;
use domain::policy::Policy;
use domain::program::Program;
use policing::Judged;
use policing::guard::Unanswered;
use policing::patterns::PATTERNS;
use wire::problem::Problem;

use crate::sentinel::registration;

/// The findings as the policy in force at each act leaves them.
pub(crate) fn guarded(judged: Vec<Judged>, account: &Account, program: &Program) -> Vec<Judged> {
    policing::guarded(judged, account, program, &|when, subject| {
        wire::guard::holds(when, subject).map_err(|error| {
            tracing::warn!(
                pattern = subject.pattern,
                account.id = %subject.account,
                "the guard of {} cannot be answered for account {}: {error}",
                subject.pattern,
                subject.account,
            );
            Unanswered
        })
    })
}

/// Reads a policy document and checks all of it: ranges, guards, and that every pattern it names is looked for.
///
/// # Errors
/// Where something is unknown, of the wrong type, out of its range, or cannot be answered.
pub fn read(bytes: &[u8]) -> Result<Policy, Problem> {
    let policy = wire::policy::read(bytes)?;
    check(&policy)?;
    Ok(policy)
}

/// Whether every pattern a policy names is one that is looked for.
///
/// # Errors
/// The place of one that is not.
pub fn check(policy: &Policy) -> Result<(), Problem> {
    let known = || PATTERNS.iter().map(|row| row.pattern).chain([registration::PATTERN]);
    // T23 may be named although nothing looks for it yet: it is off by default.
    let by_default = Policy::patterns_by_default();
    let unknown = |pattern: &&String| {
        !known().any(|known| known == pattern.as_str()) && !by_default.contains_key(*pattern)
    };
    match policy.patterns.keys().find(unknown) {
        None => Ok(()),
        Some(pattern) => {
            let known: Vec<&str> = known().collect();
            let expected = format!("expected one of the patterns {}", known.join(", "));
            Err(Problem::at_pointer(format!("/patterns/{pattern}"), expected))
        }
    }
}
