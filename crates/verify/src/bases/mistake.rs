//! V8: a mistake put right soon, with nothing ordered or earned in between.

use domain::event::change::{Basis, ReversalReason};
use domain::event::commission::CommissionEvent;
use domain::id::OrderId;
use domain::time::Instant;

use super::Support;
use crate::gains::Kind;
use crate::parts::{Part, covers};
use crate::question::Question;

pub(crate) fn supports(question: &Question<'_, '_>, open: &Part) -> Vec<Support> {
    let days = question.procedure.change.correction_days_business;
    let until = question.business_days_after(question.act.at, days);
    let undone = undone(question).filter(|at| *at < until && !is_earned(question, open, *at));
    undone.map(|_| Support::basis(Basis::Correction, None)).into_iter().collect()
}

fn undone(question: &Question<'_, '_>) -> Option<Instant> {
    if question.act.tried {
        return None;
    }
    if question.act.moves() { put_back(question) } else { sent_back(question) }
}

fn put_back(question: &Question<'_, '_>) -> Option<Instant> {
    let (act, told) = (question.act, &question.scene.told);
    let reversed = act.change().and_then(|change| told.reversed.iter().rfind(|on| on.said.change == *change));
    let reversed = reversed.filter(|on| on.said.reason == ReversalReason::Error).map(|on| on.at());
    let recorded = question.scene.gains.iter().filter(|other| {
        let whole = other.scope.as_ref().zip(act.scope.as_ref());
        matches!(other.kind, Kind::Held { corrects: true, .. })
            && whole.is_some_and(|(whole, part)| covers(whole, part))
            && other.at >= act.at
            && other.partner != act.partner
    });
    reversed.into_iter().chain(recorded.map(|other| other.at)).min()
}

/// When all of an order had come back; by its own word alone the guest's side returns nothing.
fn sent_back(question: &Question<'_, '_>) -> Option<Instant> {
    let act = question.act;
    let (order, net) = (act.order()?, act.net?);
    let touched = question.touched();
    let mut returns: Vec<_> = question.scene.told.returned.iter().collect();
    returns.retain(|on| {
        on.said.order == *order
            && on.said.net.currency == net.currency
            && on.said.at >= act.at
            && on.by().is_none_or(|by| question.guests(by, &touched).is_none())
    });
    returns.sort_by_key(|on| (on.said.at, on.id()));
    let mut back = 0_i64;
    returns.into_iter().find_map(|on| {
        back = back.saturating_add(on.said.net.minor.saturating_abs());
        (back >= net.minor).then_some(on.said.at)
    })
}

fn is_earned(question: &Question<'_, '_>, open: &Part, until: Instant) -> bool {
    let act = question.act;
    let between = |at: Instant| act.at <= at && at < until;
    let ordered = question.scene.gains.iter().any(|gain| {
        gain.order().is_some()
            && gain.event != act.event
            && between(gain.at)
            && gain.scope.as_ref().is_none_or(|scope| open.meets(scope))
            && question.guests(gain.partner, open).is_some()
    });
    // What was ordered before the change, or beside it, earns its commission whatever becomes of that.
    let is_no_gain = |order: &OrderId| {
        question.scene.gains.iter().any(|gain| {
            gain.order() == Some(order)
                && (gain.at < act.at || gain.scope.as_ref().is_some_and(|scope| !open.meets(scope)))
        })
    };
    let booked = question.scene.told.money.iter().any(|on| {
        let concerns = match (act.order(), on.said) {
            (Some(order), CommissionEvent::Accrued(accrued)) => accrued.order == *order,
            (None, CommissionEvent::Accrued(accrued)) => !is_no_gain(&accrued.order),
            (Some(_) | None, _) => true,
        };
        between(on.at()) && concerns
    });
    ordered || booked
}
