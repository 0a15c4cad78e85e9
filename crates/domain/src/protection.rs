//! The one predicate everything turns on: may this partner gain this part of a protected account?
//!
//! It has two callers. A decider asks [`attempt`] before an act; policing asks [`assess`] about every
//! gain that was observed. Both put the same [`question`], so that what the first lets through the
//! second clears. The formula, as published in the program's rules:
//!
//! ```text
//! VIOL = gain ∧ protected ∧ partner ∈ family(guest) \ family(host) ∧ ¬granted ∧ ¬prior ∧ ¬basis
//! ```
//!
//! Whatever lets an act pass lets go of a scope: a grant, an earlier relationship, each of the nine
//! bases. The act is a violation of what is left of its protected scope when all of them had their say.
//! Nothing here depends on the order in which facts were recorded, except where a late fact would favour
//! its own sender: such a fact needs an anchor laid down in time.

pub mod act;
pub mod basis;
pub mod certificate;
pub mod credible;
pub mod kin;
pub mod outcome;
pub mod procedure;
pub mod question;
pub mod walk;
pub mod window;
pub mod words;

use crate::account::Account;
use crate::account::gain::Gain;
use crate::account::guest::Handoff;
use crate::event::case::Clearing;
use crate::event::change::Basis;
use crate::family::Families;
use crate::id::{AccountId, HandoffId};
use crate::program::Program;
pub use act::{Act, Attempt};
pub use outcome::{Assessment, Outcome, Unconcerned, Violation};
pub use procedure::opening::Window;
pub use procedure::{Haste, haste};

/// What the predicate reads: all of it was folded from streams by the caller.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    pub account: &'a Account,
    pub account_id: &'a AccountId,
    pub families: &'a Families,
    pub program: &'a Program,
}

/// Why an attempt is refused, and what would make it lawful.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusable {
    pub handoff: HandoffId,
    /// The pattern the act would fall under, such as `T01`.
    pub rule: &'static str,
    /// In words: the nearest basis that is missing.
    pub nearest_clearing: String,
}

/// Every gain under every accepted handoff: handoff by handoff, gains in the order they took effect.
///
/// An account without an accepted handoff costs nothing.
pub fn assess<'a>(
    account: &'a Account,
    account_id: &'a AccountId,
    families: &'a Families,
    program: &'a Program,
) -> Vec<Assessment<'a>> {
    let known = Known { account, account_id, families, program };
    let mut assessments = Vec::new();
    for handoff in accepted(account) {
        walk::walk(known, handoff, |_| true, |assessment| assessments.push(assessment));
    }
    assessments
}

/// Whether the program forbids `attempt`; `None` lets it through.
///
/// Freezes and objection windows are asked for separately: [`crate::freeze::hold`] and [`haste`].
pub fn attempt(
    account: &Account,
    account_id: &AccountId,
    families: &Families,
    program: &Program,
    attempt: &Attempt<'_>,
) -> Option<Refusable> {
    let known = Known { account, account_id, families, program };
    accepted(account).find_map(|handoff| match ask(known, handoff, attempt)? {
        Outcome::Violation(violation) => Some(Refusable {
            handoff: handoff.handoff.clone(),
            rule: rule(attempt.act, &violation),
            nearest_clearing: violation.clearing.first().map(Clearing::words).unwrap_or_default(),
        }),
        Outcome::NotConcerned(_) | Outcome::Cleared { .. } => None,
    })
}

/// The predicate's answer to `attempt` under one handoff; `None` when that was never accepted.
pub fn ask(known: Known<'_>, handoff: &Handoff, attempt: &Attempt<'_>) -> Option<Outcome> {
    let ledger = walk::walk(known, handoff, |gain| gain.at <= attempt.at, |_| {});
    Some(question::Question::new(known, handoff, act::Judged::from(attempt), &ledger)?.answer())
}

/// The answer about `gain`, which may stand on the stream of another account of the customer; `None` when the
/// handoff was never accepted.
pub fn about(known: Known<'_>, handoff: &Handoff, gain: &Gain) -> Option<Outcome> {
    let ledger = walk::walk(known, handoff, |other| walk::precedes(other, gain), |_| {});
    Some(question::Question::new(known, handoff, act::Judged::from(gain), &ledger)?.answer())
}

/// The same when one of the nine bases does not count.
pub fn ask_without(
    known: Known<'_>,
    handoff: &Handoff,
    attempt: &Attempt<'_>,
    without: Basis,
) -> Option<Outcome> {
    let ledger = walk::walk(known, handoff, |gain| gain.at <= attempt.at, |_| {});
    let question = question::Question::new(known, handoff, act::Judged::from(attempt), &ledger)?;
    Some(question.answer_by(&|basis| basis != without))
}

/// The answer about `gain` when the end of window and tail is no basis: patterns about that end ask for it.
/// `None` when the handoff was never accepted.
pub fn beyond_window(known: Known<'_>, handoff: &Handoff, gain: &Gain) -> Option<Outcome> {
    let ledger = walk::walk(known, handoff, |other| walk::precedes(other, gain), |_| {});
    let question = question::Question::new(known, handoff, act::Judged::from(gain), &ledger)?;
    Some(question.answer_by(&|basis| basis != Basis::WindowOver))
}

/// The handoffs that bind somebody.
fn accepted(account: &Account) -> impl Iterator<Item = &Handoff> {
    account.handoffs.iter().filter(|handoff| handoff.accepted_at.is_some())
}

/// The pattern an act falls under when it is a violation.
fn rule(act: Act<'_>, violation: &Violation) -> &'static str {
    match act {
        _ if violation.kinship.is_some() => "T06",
        Act::ChangeHolder { .. } => "T01",
        Act::Register => "T02",
        Act::Renew { .. } => "T03",
        Act::Order { .. } | Act::Contract => "T04",
    }
}
