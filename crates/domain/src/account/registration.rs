//! A deal as the account knows it: the program's decision and the customer's, apart.

use crate::event::deal::RejectionReason;
use crate::id::*;
use crate::money::Money;
use crate::scope::Scope;
use crate::time::{Instant, Interval};

/// What the program decided about a deal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Registration {
    Reported,
    Submitted,
    InReview,
    Returned,
    Approved,
    Rejected,
    Withdrawn,
    Cancelled,
}

impl Registration {
    /// The state as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Submitted => "submitted",
            Self::InReview => "in_review",
            Self::Returned => "returned",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What the customer did, whatever the program decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    Open,
    Won,
    Lost,
}

/// One deal.
#[derive(Debug, Clone, PartialEq)]
pub struct Deal {
    pub deal: DealId,
    /// As the source knows it.
    pub source: Option<Key>,
    /// Who registers it; `None` while it is only reported by id.
    pub partner: Option<PartnerId>,
    pub scope: Scope,
    pub need: String,
    pub submitted_at: Option<Instant>,
    /// Where the submission stands in the journal: of two equal instants the lower was first.
    pub position: u64,
    pub submission: Option<EventId>,
    /// When the submission lacked nothing for the first time.
    pub complete_at: Option<Instant>,
    pub missing: Vec<String>,
    pub registration: Registration,
    pub decided: Option<EventId>,
    pub decided_at: Option<Instant>,
    pub rejection: Option<Rejection>,
    /// Windows in which others are kept out; each ends at the latest with the outcome.
    pub protection: Option<Interval>,
    /// The end before extensions and outcome, as approved.
    pub approved_scope: Option<Scope>,
    pub extensions: u8,
    pub activity: Vec<(Instant, EventId)>,
    pub customer_confirmed: Option<EventId>,
    pub under_handoff: Option<HandoffId>,
    pub renews: Option<OrderId>,
    pub tender: bool,
    pub outcome: Outcome,
    pub outcome_at: Option<Instant>,
    pub outcome_event: Option<EventId>,
    pub value: Option<Money>,
    /// The highest snapshot revision reported for it.
    pub snapshot_revision: Option<u32>,
    pub reported: Option<Interval>,
}

/// Why a registration was rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    pub reason: RejectionReason,
    /// Never shown to the partner.
    pub rival: Option<DealId>,
}

impl Deal {
    /// A deal of which nothing is known yet but its id.
    pub fn unknown(deal: DealId) -> Self {
        Self {
            deal,
            source: None,
            partner: None,
            scope: Scope::all(),
            need: String::new(),
            submitted_at: None,
            position: 0,
            submission: None,
            complete_at: None,
            missing: Vec::new(),
            registration: Registration::Reported,
            decided: None,
            decided_at: None,
            rejection: None,
            protection: None,
            approved_scope: None,
            extensions: 0,
            activity: Vec::new(),
            customer_confirmed: None,
            under_handoff: None,
            renews: None,
            tender: false,
            outcome: Outcome::Open,
            outcome_at: None,
            outcome_event: None,
            value: None,
            snapshot_revision: None,
            reported: None,
        }
    }

    /// Whether others are kept out at `at`.
    pub fn protects(&self, at: Instant) -> bool {
        self.protection.is_some_and(|window| window.contains(at))
    }

    /// Until when it is one of its partner's open registrations, if it is at `at`: always while it waits for a
    /// decision, else until its protection ends.
    pub fn open_until(&self, at: Instant) -> Option<Instant> {
        if self.outcome != Outcome::Open {
            return None;
        }
        if self.is_undecided() {
            return Some(Instant::LATEST);
        }
        let until = self.protection?.until.unwrap_or(Instant::LATEST);
        (self.registration == Registration::Approved && at < until).then_some(until)
    }

    /// Whether it waits for a decision.
    pub fn is_undecided(&self) -> bool {
        matches!(self.registration, Registration::Submitted | Registration::InReview)
    }
}

/// How many registrations a partner has open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OpenRegistrations {
    pub count: u32,
    /// When the first of them ends by itself.
    pub first_end: Option<Instant>,
}

impl OpenRegistrations {
    /// These and one more, that is open until `until`.
    pub fn and(self, until: Instant) -> Self {
        let ends = (until < Instant::LATEST).then_some(until);
        Self { count: self.count.saturating_add(1), first_end: self.first_end.into_iter().chain(ends).min() }
    }
}
