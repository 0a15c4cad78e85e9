//! What persons do in a case: who looks at it, what both sides say and show, what is ordered, who appeals.

use crate::dispute::Kept;
use crate::event::case::CaseOutcome;
use crate::event::{Evidence, Party};
use crate::id::*;
use crate::money::{BasisPoints, Money};
use crate::scope::Scope;
use crate::time::{Instant, Interval};

/// Somebody looks at the case from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    pub assignee: PrincipalId,
    pub assigned_by: PrincipalId,
}

/// The case is laid aside until a date, or until somebody shows something new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snoozed {
    pub until: Instant,
    pub reason: String,
    pub snoozed_by: PrincipalId,
}

/// A side disputes the act: both sides are asked at once, and every clock runs from here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    pub by: Party,
    pub text: String,
    /// Where the customer's letter lies that the gaining side relies on; nothing where it relies on none.
    pub letter: Option<Kept>,
    /// Why nothing may move on the account until it is ruled; nothing where nobody asks for that.
    pub stay: Option<String>,
    /// The request for that is decided by then.
    pub stay_until: Option<Instant>,
    /// The respondent answers by then.
    pub respondent_until: Instant,
    /// The letter is shown by then.
    pub proof_until: Option<Instant>,
    /// It is ruled by then.
    pub decision_until: Instant,
}

/// Whether the account stands still while the dispute is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StayOutcome {
    Granted,
    Denied,
}

/// A person decides whether the account stands still.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StayDecided {
    pub outcome: StayOutcome,
    pub reason: String,
    pub decided_by: PrincipalId,
    /// Until when it stands still at most; it was granted until then.
    pub until: Option<Instant>,
}

/// A side says how it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    pub by: Party,
    pub text: String,
    pub evidence: Vec<Evidence>,
}

/// What a paper or event shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Showing {
    /// The customer's letter that the gaining side relied on.
    Letter,
    Other,
}

/// A side shows a paper or an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceAttached {
    pub by: Party,
    pub shows: Showing,
    pub evidence: Evidence,
}

/// A person orders what the rules computed to put one act right.
#[derive(Debug, Clone, PartialEq)]
pub struct RemedyOrdered {
    pub act: EventId,
    pub handoff: HandoffId,
    /// To whom it is owed.
    pub host: PartnerId,
    /// Who holds it again; nothing where the act moved no holder.
    pub restore: Option<Restoration>,
    pub owed: Vec<OwedCommission>,
    /// Share of what was withheld that is paid back.
    pub restitution: BasisPoints,
    /// When the orders were made whose margin is given up.
    pub margin_during: Interval,
    pub margin_orders: Vec<EventId>,
    /// What those orders were worth, one sum per currency.
    pub margin_net: Vec<Money>,
    pub ordered_by: PrincipalId,
}

/// Who holds these scopes again, and instead of whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restoration {
    pub holder: PartnerId,
    pub instead_of: PartnerId,
    pub scopes: Vec<Scope>,
}

/// What the host is owed for one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwedCommission {
    pub order: OrderId,
    pub event: EventId,
    /// What remains to be paid; nothing where it cannot be told from the record.
    pub outstanding: Option<Money>,
}

/// A side asks another officer to look at the ruling again, because of something new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appealed {
    pub by: Party,
    pub grounds: String,
    pub evidence: Vec<Evidence>,
    /// The other side answers by then.
    pub respondent_until: Instant,
    /// It is ruled by then.
    pub decision_until: Instant,
}

/// Another officer rules once more, for the last time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppealDecided {
    pub outcome: CaseOutcome,
    pub grounds: String,
    pub decided_by: PrincipalId,
}

/// What is due in a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Whether the account stands still.
    Stay,
    /// The respondent's statement.
    Answer,
    /// The letter that was relied on.
    Proof,
    /// The ruling.
    Decision,
    /// An appeal against it.
    Appeal,
    /// The other side's statement to the appeal.
    AppealAnswer,
    /// The ruling on the appeal.
    AppealDecision,
    /// The end of a snooze.
    Snooze,
}

/// Whether something is about to be due or was due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Nearness {
    Soon,
    Elapsed,
}

/// People are reminded of a step of the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminded {
    pub step: Step,
    pub nearness: Nearness,
    pub due_at: Instant,
}
