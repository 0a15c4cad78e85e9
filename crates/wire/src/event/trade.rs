//! `trade.*`: what was sold, and the sales acts before it. Observed, never refused.

use domain::event::trade as facts;
use domain::event::trade::{OrderLine, RenewalKind};
use domain::id::*;
use domain::money::Money;
use domain::scope::Scope;
use domain::time::{Instant, Interval};

use crate::shape::compact::fields;
use crate::shape::{Around, Shape, payload, published, words};

words! { RenewalKind { Renewal = "renewal", TrueUp = "true_up", Upsell = "upsell" } }

payload! {
    /// One line of an order.
    Line for OrderLine { product_line: Term, quantity: u32, net: Money }

    /// An order was booked.
    OrderBooked for facts::Order {
        order: OrderId,
        partner: PartnerId,
        /// The distributor it went through.
        sold_through: Option<PartnerId>,
        /// Left out when the source does not say; then it is not known, and not everything.
        scope: Option<Scope>,
        lines: Vec<OrderLine>,
        net: Option<Money>,
        booked_at: Instant,
        /// The customer as the source knows it, `system:foreign id`.
        end_customer_key: Option<Key>,
        under_handoff: Option<HandoffId>,
        deal: Option<DealId>,
        /// What the order runs for.
        term: Option<Interval>,
        previous_order: Option<OrderId>,
    }

    /// An order was returned, in whole or in part.
    OrderReturned for facts::Returned { order: OrderId, net: Money, at: Instant, reason: String }

    /// A quote was issued.
    QuoteIssued for facts::Quote {
        quote: Option<QuoteId>,
        partner: PartnerId,
        scope: Option<Scope>,
        at: Instant,
        reported_under: Option<HandoffId>,
        customer_initiated: Option<bool>,
    }

    /// A partner met the customer.
    MeetingHeld for facts::Meeting {
        partner: PartnerId,
        scope: Option<Scope>,
        at: Instant,
        reported_under: Option<HandoffId>,
        customer_initiated: Option<bool>,
    }

    /// A contract was signed.
    ContractSigned for facts::Contract {
        contract: Option<ContractId>,
        partner: PartnerId,
        scope: Option<Scope>,
        at: Instant,
        reported_under: Option<HandoffId>,
        /// Who is prime; without it, the partner that signed.
        prime: Option<PartnerId>,
        subcontractors: Vec<PartnerId>,
        customer_initiated: Option<bool>,
    }
}

published! {
    /// A renewal was booked: an order, and what it renews.
    RenewalBooked {
        order: OrderId,
        partner: PartnerId,
        /// The distributor it went through.
        sold_through: Option<PartnerId>,
        /// Left out when the source does not say; then it is not known, and not everything.
        scope: Option<Scope>,
        lines: Vec<OrderLine>,
        net: Option<Money>,
        booked_at: Instant,
        /// The customer as the source knows it, `system:foreign id`.
        end_customer_key: Option<Key>,
        under_handoff: Option<HandoffId>,
        deal: Option<DealId>,
        /// What the order runs for.
        term: Option<Interval>,
        previous_order: Option<OrderId>,
        /// The order that is renewed.
        renews: OrderId,
        renewal_kind: RenewalKind,
    }
}

impl Shape for facts::Renewal {
    type Json = RenewalBooked;

    fn to_json(&self) -> RenewalBooked {
        let order = self.order.to_json();
        RenewalBooked {
            order: order.order,
            partner: order.partner,
            sold_through: order.sold_through,
            scope: order.scope,
            lines: order.lines,
            net: order.net,
            booked_at: order.booked_at,
            end_customer_key: order.end_customer_key,
            under_handoff: order.under_handoff,
            deal: order.deal,
            term: order.term,
            previous_order: order.previous_order,
            renews: self.renews.to_json(),
            renewal_kind: self.renewal_kind.to_json(),
        }
    }

    fn from_json(json: RenewalBooked, around: &Around<'_>) -> Self {
        let order = OrderBooked {
            order: json.order,
            partner: json.partner,
            sold_through: json.sold_through,
            scope: json.scope,
            lines: json.lines,
            net: json.net,
            booked_at: json.booked_at,
            end_customer_key: json.end_customer_key,
            under_handoff: json.under_handoff,
            deal: json.deal,
            term: json.term,
            previous_order: json.previous_order,
        };
        Self {
            order: Shape::from_json(order, around),
            renews: Shape::from_json(json.renews, around),
            renewal_kind: Shape::from_json(json.renewal_kind, around),
        }
    }
}

fields! { facts::Renewal { order, renews, renewal_kind } }
