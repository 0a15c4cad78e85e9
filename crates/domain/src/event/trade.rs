//! What was sold: orders, renewals, returns, and the sales acts before them. Observed, never refused.

use crate::id::*;
use crate::money::Money;
use crate::scope::Scope;
use crate::time::{Instant, Interval};

#[derive(Debug, Clone, PartialEq)]
pub enum TradeEvent {
    OrderBooked(Order),
    RenewalBooked(Renewal),
    OrderReturned(Returned),
    QuoteIssued(Quote),
    MeetingHeld(Meeting),
    ContractSigned(Contract),
}

#[derive(Debug, Clone, PartialEq)]
pub struct OrderLine {
    pub product_line: Term,
    pub quantity: u32,
    pub net: Money,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    pub order: OrderId,
    pub partner: PartnerId,
    /// The distributor it went through.
    pub sold_through: Option<PartnerId>,
    /// The header's scope; `None` when the source does not say.
    pub scope: Option<Scope>,
    pub lines: Vec<OrderLine>,
    pub net: Option<Money>,
    pub booked_at: Instant,
    pub end_customer_key: Option<Key>,
    pub under_handoff: Option<HandoffId>,
    pub deal: Option<DealId>,
    pub term: Option<Interval>,
    pub previous_order: Option<OrderId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RenewalKind {
    Renewal,
    TrueUp,
    Upsell,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Renewal {
    pub order: Order,
    pub renews: OrderId,
    pub renewal_kind: RenewalKind,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Returned {
    pub order: OrderId,
    pub net: Money,
    pub at: Instant,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Quote {
    pub quote: Option<QuoteId>,
    pub partner: PartnerId,
    pub scope: Option<Scope>,
    pub at: Instant,
    pub reported_under: Option<HandoffId>,
    pub customer_initiated: Option<bool>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Meeting {
    pub partner: PartnerId,
    pub scope: Option<Scope>,
    pub at: Instant,
    pub reported_under: Option<HandoffId>,
    pub customer_initiated: Option<bool>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Contract {
    pub contract: Option<ContractId>,
    pub partner: PartnerId,
    pub scope: Option<Scope>,
    pub at: Instant,
    pub reported_under: Option<HandoffId>,
    /// Who is prime; without it, the partner that signed.
    pub prime: Option<PartnerId>,
    pub subcontractors: Vec<PartnerId>,
    pub customer_initiated: Option<bool>,
}
