//! V8: a mistake put right soon, before anybody earned anything by it: a change undone, or an order that came back.

use crate::account::gain::{Gain, GainKind};
use crate::account::{Accrual, Return};
use crate::event::account::HoldingBasis;
use crate::event::change::{Basis, ReversalReason};
use crate::id::{EventId, OrderId};
use crate::protection::basis::{Missing, Support};
use crate::protection::question::Question;
use crate::protection::{kin, words};
use crate::scope::Region;
use crate::time::Instant;

/// The act was undone as an error, in time, with no order or commission in between.
///
/// A fact that was corrected in the record itself left the effective set: there is no act to clear then.
pub fn supports(question: &Question<'_>, touched: &Region) -> Vec<Support> {
    let Some((at, event)) = undone(question) else { return Vec::new() };
    if at >= correct_until(question) || earned_between(question, touched, at) {
        return Vec::new();
    }
    vec![Support::basis(Basis::Correction, None, vec![event])]
}

/// When and by what the act was undone as an error, if it was.
fn undone(question: &Question<'_>) -> Option<(Instant, EventId)> {
    let act = question.act;
    let gain = act.gain?;
    if act.is_change() { put_back(question, gain) } else { sent_back(question, gain) }
}

/// The change was reversed as an error, or the holder before it was recorded again as a correction.
fn put_back(question: &Question<'_>, gain: &Gain) -> Option<(Instant, EventId)> {
    let account = question.known.account;
    let reversed =
        question.act.change().and_then(|change| account.change(change)).and_then(|change| {
            change.reversed.filter(|_| change.reversed_for == Some(ReversalReason::Error))
        });
    let put_back = |other: &&Gain| {
        let correction =
            matches!(other.kind, GainKind::HolderRecorded { basis_claimed: HoldingBasis::Correction, .. });
        let covers = other.scope.as_ref().zip(gain.scope.as_ref()).is_some_and(|(a, b)| a.covers(b));
        correction && covers && other.at >= gain.at && other.partner != gain.partner
    };
    let recorded = account.gains.iter().filter(put_back).map(|other| (other.at, other.event));
    reversed.into_iter().chain(recorded).min()
}

/// The return that brought back all of an order. The guest's side does not return its own order by its word alone.
fn sent_back(question: &Question<'_>, gain: &Gain) -> Option<(Instant, EventId)> {
    let (order, net) = (gain.order()?, gain.net?);
    let touched = question.touched();
    let credible = |back: &&Return| {
        let by_guest = |teller| kin::guests(question, teller, &touched).is_some();
        !back.reported_by.as_ref().is_some_and(by_guest)
    };
    let returns = question.known.account.returns.iter();
    let mut returns: Vec<&Return> = returns
        .filter(|back| back.order == *order && back.net.currency == net.currency && back.at >= gain.at)
        .filter(credible)
        .collect();
    returns.sort_by_key(|back| (back.at, back.event));
    let mut left = net.minor;
    returns.into_iter().find_map(|back| {
        left = left.saturating_sub(back.net.minor.saturating_abs());
        (left <= 0).then_some((back.at, back.event))
    })
}

/// Whether the gaining family ordered, or commission was booked, before it was undone. Of an order that came back
/// only its own commission counts; of a change, none for an order it earned nobody: one booked before, or of what it did
/// not touch.
fn earned_between(question: &Question<'_>, touched: &Region, until: Instant) -> bool {
    let account = question.known.account;
    let act = question.act;
    let own = act.gain.and_then(Gain::order);
    let between = |at: Instant| act.at <= at && at < until;
    let ordered = account.gains.iter().any(|gain| {
        gain.order().is_some()
            && Some(gain.event) != act.event()
            && between(gain.at)
            && gain.scope.as_ref().is_none_or(|scope| touched.overlaps(scope))
            && kin::guests(question, &gain.partner, touched).is_some()
    });
    let is_apart = |order: &OrderId| {
        let of_it = account.gains.iter().filter(|gain| gain.order() == Some(order));
        of_it
            .into_iter()
            .any(|gain| gain.at < act.at || gain.scope.as_ref().is_some_and(|scope| !touched.overlaps(scope)))
    };
    let concerns = |row: &Accrual| match (own, &row.order) {
        (Some(own), Some(order)) => order == own,
        (None, Some(order)) => !is_apart(order),
        (_, None) => true,
    };
    ordered || account.money.iter().any(|row| between(row.at) && concerns(row))
}

fn correct_until(question: &Question<'_>) -> Instant {
    let days = question.procedure.change.correction_days_business;
    question.business_days_after(question.act.at, days)
}

pub fn missing(question: &Question<'_>, _: &Region) -> Option<Missing> {
    let day = words::day(correct_until(question).plus_ms(-1));
    let ordered = question.act.gain.is_some_and(|gain| gain.order().is_some());
    let words = match (question.act.is_change(), ordered) {
        (true, _) => format!("a correction of the change as an error by {day}, with no order in between"),
        (false, true) => format!("the return of the whole order by {day}, with no other order in between"),
        (false, false) => return None,
    };
    Some(Missing::new(5, words))
}
