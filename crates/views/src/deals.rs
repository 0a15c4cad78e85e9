//! Which deals are there: what the program decided about each, and what the customer did.

use domain::account::Account;
use domain::account::registration::{Deal, Outcome, Registration};
use domain::event::deal::RejectionReason;
use domain::id::{AccountId, DealId, EventId, Key, PartnerId};
use domain::time::Instant;

/// Rows of another version are thrown away and rebuilt.
pub const VERSION: u32 = 1;

/// One deal as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DealRow {
    pub deal: DealId,
    pub source: Option<Key>,
    pub account: AccountId,
    pub partner: Option<PartnerId>,
    pub registration: Registration,
    pub rejection: Option<RejectionReason>,
    pub outcome: Outcome,
    /// The end of its approved window, earlier when the deal closed or was taken back.
    pub protected_until: Option<Instant>,
    /// The events it rests on: submission, decision, outcome.
    pub events: Vec<EventId>,
}

/// The deals of one account, in the order they were first met.
pub fn rows(account_id: &AccountId, account: &Account) -> Vec<DealRow> {
    account.deals.iter().map(|deal| row(account_id, deal)).collect()
}

/// One deal as a row.
pub fn row(account_id: &AccountId, deal: &Deal) -> DealRow {
    DealRow {
        deal: deal.deal.clone(),
        source: deal.source.clone(),
        account: account_id.clone(),
        partner: deal.partner.clone(),
        registration: deal.registration,
        rejection: deal.rejection.as_ref().map(|rejection| rejection.reason),
        outcome: deal.outcome,
        protected_until: deal.protection.and_then(|window| window.until),
        events: [deal.submission, deal.decided, deal.outcome_event].into_iter().flatten().collect(),
    }
}
