//! The finder's commission, as events; what is owed is computed elsewhere.

use crate::event::Party;
use crate::id::*;
use crate::money::{BasisPoints, Money};
use crate::time::Instant;

#[derive(Debug, Clone, PartialEq)]
pub enum CommissionEvent {
    Accrued(Accrued),
    Waived(Waived),
    ClawedBack(ClawedBack),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Accrued {
    pub commission: CommissionId,
    pub handoff: HandoffId,
    pub order: OrderId,
    pub payee: PartnerId,
    pub base: Money,
    pub rate: BasisPoints,
    pub amount: Money,
    pub terms: Digest,
    pub due_at: Instant,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Waived {
    pub commission: CommissionId,
    pub by: Party,
    pub signed_by: PrincipalId,
    pub amount: Money,
    pub reason: String,
}

/// A negative row with its reason.
#[derive(Debug, Clone, PartialEq)]
pub struct ClawedBack {
    pub commission: CommissionId,
    pub by: Party,
    pub signed_by: PrincipalId,
    pub amount: Money,
    pub reason: String,
}
