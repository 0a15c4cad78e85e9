//! Deal registration: what a partner asked, what the program decided, what the customer did.

use jiff::civil::Date;

use crate::event::{DecidedBy, Evidence};
use crate::id::*;
use crate::money::Money;
use crate::scope::Scope;
use crate::time::Instant;

#[derive(Debug, Clone, PartialEq)]
pub enum DealEvent {
    Reported(Reported),
    Submitted(Submitted),
    ReviewStarted(ReviewStarted),
    Returned(Returned),
    Approved(Approved),
    Rejected(Rejected),
    Extended(Extended),
    Progressed(Progressed),
    Withdrawn(Withdrawn),
    Cancelled(Cancelled),
    Won(Won),
    Lost(Lost),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Notification {
    Created,
    Updated,
    Snapshot,
}

/// Another system says a deal exists, by id alone. Gives no protection.
#[derive(Debug, Clone, PartialEq)]
pub struct Reported {
    pub deal: DealId,
    pub system: Key,
    pub notification: Notification,
    pub snapshot_revision: Option<u32>,
}

/// A partner asks the program to recognise a deal as its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Submitted {
    pub deal: DealId,
    /// The deal as the source knows it, `system:foreign id`.
    pub source: Option<Key>,
    pub partner: PartnerId,
    pub scope: Scope,
    pub need: String,
    pub expected_value: Option<Money>,
    pub expected_close: Option<Date>,
    /// What the program asks for and the submission lacks; a complete one lacks nothing.
    pub missing: Vec<String>,
    pub customer_confirmation: Option<Evidence>,
    pub tender: Option<bool>,
    pub under_handoff: Option<HandoffId>,
    pub renews: Option<OrderId>,
    pub related_accounts: Vec<AccountId>,
}

/// A person looks at it: no rule could decide.
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewStarted {
    pub deal: DealId,
    pub reason: String,
    pub decide_until: Instant,
}

/// Sent back to the partner: something is missing.
#[derive(Debug, Clone, PartialEq)]
pub struct Returned {
    pub deal: DealId,
    pub missing: Vec<String>,
    pub decided_by: DecidedBy,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Approved {
    pub deal: DealId,
    pub scope: Scope,
    pub protected_from: Instant,
    pub protected_until: Instant,
    pub decided_by: DecidedBy,
    pub rivals_considered: Vec<DealId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RejectionReason {
    DuplicateOfRegisteredDeal,
    ExistingCustomerOfOther,
    NotQualified,
    OutOfProgram,
    Incomplete,
    PublishedTender,
    Other,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Rejected {
    pub deal: DealId,
    pub reason: RejectionReason,
    /// Known to the program, never shown to the partner.
    pub rival: Option<DealId>,
    pub decided_by: DecidedBy,
    pub case: Option<CaseId>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Extended {
    pub deal: DealId,
    pub protected_until: Instant,
    pub activity: Vec<EventId>,
    pub decided_by: DecidedBy,
}

/// The partner reports work on the deal; extensions are gated on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Progressed {
    pub deal: DealId,
    pub what: String,
    pub at: Instant,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Withdrawn {
    pub deal: DealId,
    pub reason: Option<String>,
}

/// The program takes an approval back.
#[derive(Debug, Clone, PartialEq)]
pub struct Cancelled {
    pub deal: DealId,
    pub reason: String,
    pub decided_by: DecidedBy,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Won {
    pub deal: DealId,
    pub at: Instant,
    pub value: Option<Money>,
    pub order: Option<OrderId>,
    pub reason: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Lost {
    pub deal: DealId,
    pub at: Instant,
    pub value: Option<Money>,
    pub order: Option<OrderId>,
    pub reason: Option<String>,
}
