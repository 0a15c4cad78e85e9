//! What is sold, reported, registered and paid for on a stage.

use serde_json::{Value, json};

use super::{Scope, Stage};
use crate::at::At;
use crate::book::{By, Cited, paper};

/// An order as it was booked.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) cited: Cited,
    cents: i64,
}

/// A registered deal.
#[derive(Debug, Clone)]
pub(crate) struct Deal {
    pub(crate) id: String,
    pub(crate) cited: Cited,
}

/// What becomes of the finder's share of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paid {
    /// It is booked some days later, as agreed.
    InFull,
    /// The payer says nothing.
    Never,
}

/// The finder's share, in basis points, as every handoff here agrees.
pub(crate) const RATE_BP: i64 = 500;

fn money(cents: i64) -> Value {
    json!({"amount": format!("{}.{:02}", cents / 100, cents % 100), "currency": "EUR"})
}

impl Stage<'_> {
    /// Books an order of a usual size.
    pub(crate) fn order(&mut self, partner: &str, scope: &Scope, at: At, under_handoff: bool) -> Order {
        let cents = self.some(400_000, 9_000_000);
        self.order_of(partner, scope, at, cents, &Around { under_handoff, ..Around::default() })
    }

    pub(crate) fn order_of(
        &mut self,
        partner: &str,
        scope: &Scope,
        at: At,
        cents: i64,
        around: &Around<'_>,
    ) -> Order {
        let id = format!("so-{:07}", self.book.number());
        let data = self.order_data(&id, partner, scope, at, cents, around);
        let cited = self.tell("orders", "trade.order_booked", at, By::System, data);
        Order { id, cited, cents }
    }

    /// Books the renewal of an order.
    pub(crate) fn renewal(&mut self, partner: &str, scope: &Scope, at: At, renews: &Order) -> Order {
        let id = format!("so-{:07}", self.book.number());
        let cents = renews.cents * self.some(90, 130) / 100;
        let mut data = self.order_data(&id, partner, scope, at, cents, &Around::default());
        data["renews"] = json!(renews.id);
        data["renewal_kind"] = json!("renewal");
        let cited = self.tell("orders", "trade.renewal_booked", at, By::System, data);
        Order { id, cited, cents }
    }

    fn order_data(
        &self,
        id: &str,
        partner: &str,
        scope: &Scope,
        at: At,
        cents: i64,
        around: &Around<'_>,
    ) -> Value {
        let share = cents / i64::try_from(scope.lines.len()).unwrap_or(1);
        let last = cents - share * (i64::try_from(scope.lines.len()).unwrap_or(1) - 1);
        let lines: Vec<Value> = scope
            .lines
            .iter()
            .enumerate()
            .map(|(index, line)| {
                let net = if index + 1 == scope.lines.len() { last } else { share };
                json!({"product_line": line, "quantity": 1 + net / 700_000, "net": money(net)})
            })
            .collect();
        let mut data = json!({"order": id, "partner": partner, "scope": scope.json(), "lines": lines,
            "net": money(cents), "booked_at": at.to_string(), "end_customer_key": self.account.key});
        if around.under_handoff {
            data["under_handoff"] = json!(self.handoff);
        }
        if let Some(deal) = around.deal {
            data["deal"] = json!(deal.id);
        }
        if let Some(distributor) = around.sold_through {
            data["sold_through"] = json!(distributor);
        }
        data
    }

    /// The paying system books the host's share of a guest's order.
    pub(crate) fn pay(&mut self, order: &Order, paid: Paid) {
        if paid == Paid::Never {
            return;
        }
        let days = self.some(3, 24);
        self.pay_after(order, days);
    }

    pub(crate) fn pay_after(&mut self, order: &Order, days: i64) {
        let amount = order.cents * RATE_BP / 10_000;
        let at = order.cited.at.plus_days(days);
        let data = json!({"commission": format!("co-{:07}", self.book.number()), "handoff": self.handoff,
            "order": order.id, "payee": self.host, "base": money(order.cents), "rate_bp": RATE_BP,
            "amount": money(amount), "terms": self.terms, "due_at": at.plus_days(30).to_string()});
        self.tell("ledger", "commission.accrued", at, By::System, data);
    }

    pub(crate) fn returned(&mut self, order: &Order, at: At, reason: &str) {
        let data =
            json!({"order": order.id, "net": money(order.cents), "at": at.to_string(), "reason": reason});
        self.tell("orders", "trade.order_returned", at, By::System, data);
    }

    pub(crate) fn meeting(&mut self, partner: &str, scope: &Scope, at: At, reported: Option<&str>) -> Cited {
        let mut data = json!({"partner": partner, "scope": scope.json(), "at": at.to_string()});
        if let Some(handoff) = reported {
            data["reported_under"] = json!(handoff);
        }
        self.tell("crm", "trade.meeting_held", at, By::System, data)
    }

    pub(crate) fn quote(&mut self, partner: &str, scope: &Scope, at: At, reported: Option<&str>) -> Cited {
        let mut data = json!({"quote": format!("q-{:07}", self.book.number()), "partner": partner,
            "scope": scope.json(), "at": at.to_string()});
        if let Some(handoff) = reported {
            data["reported_under"] = json!(handoff);
        }
        self.tell("crm", "trade.quote_issued", at, By::System, data)
    }

    pub(crate) fn contract(&mut self, partner: &str, scope: &Scope, at: At, sub: Option<&str>) -> Cited {
        let mut data = json!({"contract": format!("k-{:07}", self.book.number()), "partner": partner,
            "scope": scope.json(), "at": at.to_string(), "prime": partner});
        if let Some(sub) = sub {
            data["subcontractors"] = json!([sub]);
        }
        self.tell("orders", "trade.contract_signed", at, By::System, data)
    }

    /// Registers a deal, with what `extra` says beside the usual.
    pub(crate) fn submit(&mut self, partner: &str, scope: &Scope, at: At, extra: Value) -> Deal {
        let id = format!("d-{:07}", self.book.number());
        let needs = ["replacement of old equipment", "a second site", "more capacity", "a new office"];
        let need = *self.book.random.pick(&needs);
        let value = self.some(600_000, 20_000_000);
        let mut data = json!({"deal": id, "partner": partner, "scope": scope.json(), "need": need,
            "expected_value": money(value), "complete": true});
        if let (Value::Object(data), Value::Object(extra)) = (&mut data, extra) {
            data.extend(extra);
        }
        let cited = self.tell("portal", "deal.submitted", at, By::Partner(partner.to_owned()), data);
        Deal { id, cited }
    }

    /// A person at the deal desk approves it.
    pub(crate) fn approve(&mut self, deal: &Deal, scope: &Scope, at: At) -> Cited {
        let by = format!("{}/deal-desk", self.vendor);
        let data = json!({"deal": deal.id, "scope": scope.json(), "protected_from": at.to_string(),
            "protected_until": at.plus_days(90).to_string(), "rivals_considered": [],
            "decided_by": {"kind": "person", "person": by}});
        self.tell("portal", "deal.approved", at, By::Desk("deal-desk"), data)
    }

    pub(crate) fn won(&mut self, deal: &Deal, at: At, order: Option<&Order>) -> Cited {
        let mut data = json!({"deal": deal.id, "at": at.to_string()});
        if let Some(order) = order {
            data["order"] = json!(order.id);
            data["value"] = money(order.cents);
        }
        self.tell("crm", "deal.won", at, By::System, data)
    }

    pub(crate) fn lost(&mut self, deal: &Deal, at: At) -> Cited {
        let data = json!({"deal": deal.id, "at": at.to_string(), "reason": "the customer bought elsewhere"});
        self.tell("crm", "deal.lost", at, By::System, data)
    }

    /// A paper of the customer that it was asked.
    pub(crate) fn confirmation(&mut self) -> Value {
        json!({"customer_confirmation": paper(&format!("confirmation {}", self.book.number()))})
    }
}

/// What an order says beside who bought what.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Around<'a> {
    pub(crate) under_handoff: bool,
    pub(crate) deal: Option<&'a Deal>,
    pub(crate) sold_through: Option<&'a str>,
}
