//! `commission.*`: the finder's commission.

use domain::event::Party;
use domain::event::commission as facts;
use domain::id::*;
use domain::money::{BasisPoints, Money};
use domain::time::Instant;

use crate::shape::payload;

payload! {
    /// A commission is owed for an order.
    Accrued for facts::Accrued {
        commission: CommissionId,
        handoff: HandoffId,
        order: OrderId,
        payee: PartnerId,
        /// What it is a share of.
        base: Money,
        /// Basis points of the base.
        rate as "rate_bp": BasisPoints,
        amount: Money,
        terms: Digest,
        due_at: Instant,
    }

    /// The payee gives it up.
    Waived for facts::Waived {
        commission: CommissionId,
        by: Party,
        signed_by: PrincipalId,
        amount: Money,
        reason: String,
    }

    /// It is taken back, as a negative row with its reason.
    ClawedBack for facts::ClawedBack {
        commission: CommissionId,
        by: Party,
        signed_by: PrincipalId,
        amount: Money,
        reason: String,
    }
}
