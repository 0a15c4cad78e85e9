//! The published rules as the roles use them: guards are answered here, and a policy is checked before it holds.

use domain::account::Account;
use domain::command::ProgramCommand;
use domain::policy::Policy;
use domain::program::Program;
use domain::refusal::Refusal;
use policing::Judged;
use policing::guard::Unanswered;
use policing::patterns::PATTERNS;
use wire::answers::LintAnswer;
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

/// Whether a document that was read may be published, as everybody who asks is answered.
pub fn lint(read: &Result<Policy, Problem>) -> LintAnswer {
    match read {
        Ok(policy) => {
            LintAnswer { valid: true, digest: Some(wire::policy::digest(policy).to_string()), error: None }
        }
        Err(problem) => LintAnswer { valid: false, digest: None, error: Some(problem.into()) },
    }
}

/// Whether every pattern a policy names is one that is looked for.
///
/// # Errors
/// The place of one that is not.
pub fn check(policy: &Policy) -> Result<(), Problem> {
    let Some(pattern) = unknown_pattern(policy) else { return Ok(()) };
    let known: Vec<&str> = patterns().collect();
    let expected = format!("expected one of the patterns {}", known.join(", "));
    Err(Problem::at_pointer(format!("/patterns/{pattern}"), expected))
}

/// Whether a policy that is about to be published names only patterns that are looked for.
pub(crate) fn known_patterns(command: &ProgramCommand) -> Result<(), Refusal> {
    match command {
        ProgramCommand::PublishPolicy(published) => match unknown_pattern(&published.policy) {
            Some(pattern) => Err(Refusal::UnknownPattern { pattern: pattern.clone() }),
            None => Ok(()),
        },
        ProgramCommand::PublishCalendar(_) => Ok(()),
    }
}

fn patterns() -> impl Iterator<Item = &'static str> {
    PATTERNS.iter().map(|row| row.pattern).chain([registration::PATTERN])
}

/// A pattern the policy names and nothing looks for. What is off by default may always be named.
fn unknown_pattern(policy: &Policy) -> Option<&String> {
    let by_default = Policy::patterns_by_default();
    let is_known =
        |pattern: &String| patterns().any(|known| known == pattern) || by_default.contains_key(pattern);
    policy.patterns.keys().find(|pattern| !is_known(pattern))
}
