//! Orders each below the minimum of the terms that together are not: one sale in several bills.

use std::cmp::Reverse;

use domain::account::guest::Handoff;
use domain::commission::{Due, due, is_below_minimum};
use domain::event::handoff::CommissionTerms;
use domain::money::Money;
use domain::protection::words;

use super::paid::Books;
use super::{Owing, overdue_at, sighting};
use crate::judged::Sighting;
use crate::scene::Scene;

/// One sighting per order that completes the minimum with those of the days before it; then counting begins anew.
pub(super) fn completed<'a>(
    scene: &Scene<'a>,
    handoff: &'a Handoff,
    terms: &CommissionTerms,
    books: &Books<'_>,
    orders: &[Owing<'a>],
) -> Vec<Sighting<'a>> {
    let Some(minimum) = terms.minimum else { return Vec::new() };
    let small = orders.iter().filter(|order| {
        let number = order.gain.order();
        is_below_minimum(terms, order.net)
            && order.net.minor > 0
            && number.is_some_and(|number| books.paid(number) <= 0 && books.given_up(number).is_none())
    });
    let mut open: Vec<&Owing<'a>> = Vec::new();
    let mut seen = Vec::new();
    for order in small {
        open.retain(|earlier| order.gain.at <= overdue_at(scene.known.program, earlier.gain.at));
        open.push(order);
        if open.iter().map(|order| order.net.minor).sum::<i64>() >= minimum.minor {
            seen.push(together(scene, handoff, terms, needed(&open, minimum), minimum));
            open.clear();
        }
    }
    seen
}

/// The orders that the minimum needs: the last, and the largest before it.
fn needed<'o, 'a>(open: &[&'o Owing<'a>], minimum: Money) -> Vec<&'o Owing<'a>> {
    let Some((last, before)) = open.split_last() else { return Vec::new() };
    let mut before = before.to_vec();
    before.sort_by_key(|order| (Reverse(order.net.minor), order.gain.at, order.gain.event));
    let (mut sum, mut needed) = (last.net.minor, Vec::new());
    for order in before {
        if sum >= minimum.minor {
            break;
        }
        sum += order.net.minor;
        needed.push(order);
    }
    needed.push(*last);
    needed
}

fn together<'a>(
    scene: &Scene<'a>,
    handoff: &'a Handoff,
    terms: &CommissionTerms,
    orders: Vec<&Owing<'a>>,
    minimum: Money,
) -> Sighting<'a> {
    let last = orders.last().expect("the order that completes the minimum is among them").gain;
    let whole = Money::new(orders.iter().map(|order| order.net.minor).sum(), minimum.currency);
    let owed = match due(terms, whole) {
        Due::Amount(owed) => owed.to_string(),
        Due::Something | Due::Nothing => "a commission".to_owned(),
    };
    let sentence = format!(
        "{} booked {} orders below {minimum} by {}, together worth {whole}, for which handoff {} owes {} {owed}; \
         nothing accrued",
        last.partner,
        orders.len(),
        words::day(last.at),
        handoff.handoff,
        handoff.host,
    );
    sighting(scene, handoff, &orders, sentence, None)
}
