//! What partners gained in an account, and the sales acts before it: what policing looks at.

use crate::event::account::HoldingBasis;
use crate::event::change::Basis;
use crate::fact::Actor;
use crate::id::*;
use crate::money::Money;
use crate::scope::Scope;
use crate::time::Instant;

/// A partner got something: the account, a registration, an order, a contract.
#[derive(Debug, Clone, PartialEq)]
pub struct Gain {
    pub kind: GainKind,
    pub partner: PartnerId,
    /// `None` when the source does not say what it concerns: it then overlaps everything.
    pub scope: Option<Scope>,
    pub at: Instant,
    pub event: EventId,
    pub position: u64,
    pub recorded_at: Instant,
    /// The handoff the source says it was done under.
    pub under_handoff: Option<HandoffId>,
    /// Who reported it; a late fact that favours its own sender proves nothing by itself.
    pub reported_by: Option<PartnerId>,
    /// Whether header and lines of an order name different product lines.
    pub scope_disagrees: bool,
    /// What an order is worth, where its source says: its header, else the sum of its lines.
    pub net: Option<Money>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum GainKind {
    HolderRecorded {
        previous: Option<PartnerId>,
        basis_claimed: HoldingBasis,
        change: Option<ChangeId>,
        batch: Option<BatchId>,
    },
    ChangeExecuted {
        change: ChangeId,
        effective_from: Instant,
        basis: Basis,
    },
    DealApproved {
        deal: DealId,
    },
    OrderBooked {
        order: OrderId,
        sold_through: Option<PartnerId>,
        deal: Option<DealId>,
    },
    RenewalBooked {
        order: OrderId,
        renews: OrderId,
        sold_through: Option<PartnerId>,
        deal: Option<DealId>,
    },
    ContractSigned {
        contract: Option<ContractId>,
        /// Who works under the prime.
        subcontractors: Vec<PartnerId>,
    },
}

impl Gain {
    /// Whether it shows that the partner does business with the customer: it holds the account or sold something.
    pub fn is_business(&self) -> bool {
        match self.kind {
            GainKind::HolderRecorded { .. }
            | GainKind::ChangeExecuted { .. }
            | GainKind::OrderBooked { .. }
            | GainKind::RenewalBooked { .. } => true,
            GainKind::DealApproved { .. } | GainKind::ContractSigned { .. } => false,
        }
    }

    /// The order it booked, if it is one.
    pub fn order(&self) -> Option<&OrderId> {
        match &self.kind {
            GainKind::OrderBooked { order, .. } | GainKind::RenewalBooked { order, .. } => Some(order),
            GainKind::HolderRecorded { .. }
            | GainKind::ChangeExecuted { .. }
            | GainKind::DealApproved { .. }
            | GainKind::ContractSigned { .. } => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TouchKind {
    Quote,
    Meeting,
    Contact,
    Submission,
}

/// A sales act that gained nothing yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Touch {
    pub kind: TouchKind,
    pub partner: PartnerId,
    pub scope: Option<Scope>,
    pub at: Instant,
    pub reported_under: Option<HandoffId>,
    pub customer_initiated: bool,
    pub event: EventId,
    /// Who told it, when that is a partner.
    pub reported_by: Option<PartnerId>,
}

/// Who acted behind a fact, when that is a partner.
pub(crate) fn reporter(actor: &Actor) -> Option<PartnerId> {
    actor.partner.clone()
}
