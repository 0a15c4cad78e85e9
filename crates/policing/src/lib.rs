//! Policing: looks at one account as its facts add up, and says where the program's terms may be breached.
//!
//! One pattern, one row in a table, one short file: see [`patterns`]. A finding is a certificate: every part
//! of its formula is bound to events, its proof is as small as can be, and it says what would clear it.
//! Nothing here accuses anybody; a person decides. Nothing here reads a clock: how far the story is known is
//! the [`Watermark`] the caller brings.
//!
//! An account's stream is one identity: whatever linked its keys decided that, as events with weights. Acts on
//! the stream itself are therefore judged as acts on the same account and may reach severity S4.

mod acquired;
pub mod guard;
pub mod judged;
pub mod patterns;
pub mod scene;
pub mod tied;
pub mod transition;
mod words;

use domain::account::Account;
use domain::event::case::Verdict;
use domain::fact::Fact;
use domain::family::Families;
use domain::id::AccountId;
use domain::program::Program;
pub use guard::guarded;
pub use judged::{CaseKey, Judged};
pub use scene::{Scene, Watermark};
pub use tied::Tied;
pub use transition::{Standing, Transition, transitions};

/// What stands against the rules in the account as known, pending or confirmed, one per pattern and act.
///
/// An account without an accepted handoff, a change of holder, a refused attempt or a contested holder costs next
/// to nothing.
pub fn judge(
    account_id: &AccountId,
    account: &Account,
    families: &Families,
    program: &Program,
    ties: &[Tied<'_>],
    watermark: Watermark,
) -> Vec<Judged> {
    let mut judged = review(account_id, account, families, program, ties, watermark);
    judged.retain(|judged| !matches!(judged.finding.verdict, Verdict::Cleared(_)));
    judged
}

/// The same together with what was looked at and cleared: what [`transitions`] needs to clear a finding that
/// stood before.
pub fn review(
    account_id: &AccountId,
    account: &Account,
    families: &Families,
    program: &Program,
    ties: &[Tied<'_>],
    watermark: Watermark,
) -> Vec<Judged> {
    if is_quiet(account) {
        return Vec::new();
    }
    let scene = Scene::new(account_id, account, families, program, ties, watermark);
    let sightings = patterns::PATTERNS
        .iter()
        .filter(|row| guard::is_looked_for(program, row.pattern))
        .flat_map(|row| (row.look)(&scene).into_iter().map(move |sighting| (row, sighting)));
    sightings.map(|(row, sighting)| Judged::new(&scene, row, sighting)).collect()
}

/// Whether an account with these facts may be contested, and is therefore looked at though nobody guards it.
pub fn may_be_contested(facts: &[Fact]) -> bool {
    patterns::contested_holder::may_be_contested(facts)
}

/// Whether two records of the account contradict each other.
pub fn is_contested(account: &Account) -> bool {
    patterns::contested_holder::is_contested(account)
}

fn is_quiet(account: &Account) -> bool {
    account.changes.is_empty()
        && account.handoffs.iter().all(|handoff| handoff.accepted_at.is_none())
        && !is_contested(account)
        && !patterns::t22_last_touch::is_worked_on(account)
}
