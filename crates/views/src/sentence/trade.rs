//! What was sold, and the finder's commission on it, told in a sentence.

use domain::event::commission::CommissionEvent;
use domain::event::trade::{Order, RenewalKind, TradeEvent};
use domain::scope::{Dimension, Scope};

use super::words::{day, of_scope};
use super::{Audience, Telling};

pub(super) fn trade_sentence(event: &TradeEvent, telling: Telling<'_>) -> String {
    match event {
        TradeEvent::OrderBooked(order) => {
            let partner = telling.who(&order.partner);
            format!("{partner} books an order for {}{}", sold(order), worth(order, telling))
        }
        TradeEvent::RenewalBooked(renewal) => {
            let order = &renewal.order;
            let kind = match renewal.renewal_kind {
                RenewalKind::Renewal => "a renewal",
                RenewalKind::TrueUp => "a true-up",
                RenewalKind::Upsell => "an upsell",
            };
            let of = match telling.audience {
                Audience::Vendor => format!(" of order {}", renewal.renews),
                Audience::Partner(_) => String::new(),
            };
            let partner = telling.who(&order.partner);
            format!("{partner} books {kind}{of} for {}{}", sold(order), worth(order, telling))
        }
        TradeEvent::OrderReturned(returned) => match telling.audience {
            Audience::Vendor => {
                format!(
                    "order {} is returned on {}, worth {}",
                    returned.order,
                    day(returned.at),
                    returned.net
                )
            }
            Audience::Partner(_) => format!("an order is returned on {}", day(returned.at)),
        },
        TradeEvent::QuoteIssued(quote) => {
            let (partner, scope) = (telling.who(&quote.partner), known(quote.scope.as_ref()));
            format!("{partner} quotes for {scope} on {}{}", day(quote.at), asked(quote.customer_initiated))
        }
        TradeEvent::MeetingHeld(meeting) => {
            let (partner, scope) = (telling.who(&meeting.partner), known(meeting.scope.as_ref()));
            let asked = asked(meeting.customer_initiated);
            format!("{partner} meets the customer about {scope} on {}{asked}", day(meeting.at))
        }
        TradeEvent::ContractSigned(contract) => {
            let prime = contract.prime.as_ref().unwrap_or(&contract.partner);
            let scope = known(contract.scope.as_ref());
            format!(
                "a contract for {scope} is signed with {} as prime on {}",
                telling.who(prime),
                day(contract.at)
            )
        }
    }
}

/// The header's scope, else what the lines name.
fn sold(order: &Order) -> String {
    match &order.scope {
        Some(scope) => of_scope(scope),
        None if order.lines.is_empty() => "a scope nobody named".to_owned(),
        None => {
            let lines = Dimension::only(order.lines.iter().map(|line| line.product_line.clone()));
            of_scope(&Scope { product_lines: lines, ..Scope::all() })
        }
    }
}

/// What somebody else sold for stays between them and the vendor.
fn worth(order: &Order, telling: Telling<'_>) -> String {
    let worth = order.net.map_or_else(String::new, |net| format!(", worth {net}"));
    if telling.may_name(&order.partner) { worth } else { String::new() }
}

fn known(scope: Option<&Scope>) -> String {
    scope.map_or_else(|| "a scope nobody named".to_owned(), of_scope)
}

fn asked(customer_initiated: Option<bool>) -> &'static str {
    match customer_initiated {
        Some(true) => ", at the customer's wish",
        Some(false) | None => "",
    }
}

pub(super) fn commission_sentence(event: &CommissionEvent, telling: Telling<'_>) -> String {
    match event {
        CommissionEvent::Accrued(row) => {
            let payee = telling.who(&row.payee);
            if !telling.may_name(&row.payee) {
                return format!("a commission accrues to {payee}");
            }
            let due = day(row.due_at);
            format!("{payee} earns {} of commission on order {}, due {due}", row.amount, row.order)
        }
        CommissionEvent::Waived(row) => {
            let by = telling.party(&row.by, None);
            format!("{by} waives {} of commission {}", row.amount, row.commission)
        }
        CommissionEvent::ClawedBack(row) => {
            let by = telling.party(&row.by, None);
            format!("{by} takes back {} of commission {}", row.amount, row.commission)
        }
    }
}
