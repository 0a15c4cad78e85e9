//! V8: a mistake put right soon, before anybody earned anything by it.

use crate::account::gain::{Gain, GainKind};
use crate::event::account::HoldingBasis;
use crate::event::change::{Basis, ReversalReason};
use crate::id::EventId;
use crate::protection::basis::{Missing, Support};
use crate::protection::question::Question;
use crate::protection::{kin, words};
use crate::scope::Region;
use crate::time::Instant;

/// The change was undone as an error, in time, with no order or commission in between.
///
/// A fact that was corrected in the record itself left the effective set: there is no act to clear then.
pub fn supports(question: &Question<'_>, touched: &Region) -> Vec<Support> {
    let Some((at, event)) = undone(question) else { return Vec::new() };
    if at >= correct_until(question) || earned_between(question, touched, at) {
        return Vec::new();
    }
    vec![Support::basis(Basis::Correction, None, vec![event])]
}

/// When and by what the change was undone as an error, if it was.
fn undone(question: &Question<'_>) -> Option<(Instant, EventId)> {
    let (account, act) = (question.known.account, question.act);
    let gain = act.gain.filter(|_| act.is_change())?;
    let reversed = act
        .change()
        .and_then(|change| account.change(change))
        .and_then(|change| change.reversed.filter(|_| change.reversed_for == Some(ReversalReason::Error)));
    let put_back = |other: &&Gain| {
        let correction =
            matches!(other.kind, GainKind::HolderRecorded { basis_claimed: HoldingBasis::Correction, .. });
        let covers = other.scope.as_ref().zip(gain.scope.as_ref()).is_some_and(|(a, b)| a.covers(b));
        correction && covers && other.at >= gain.at && other.partner != gain.partner
    };
    let recorded = account.gains.iter().filter(put_back).map(|other| (other.at, other.event));
    reversed.into_iter().chain(recorded).min()
}

/// Whether the gaining family ordered, or commission was booked, before it was undone.
fn earned_between(question: &Question<'_>, touched: &Region, until: Instant) -> bool {
    let account = question.known.account;
    let from = question.act.at;
    let between = |at: Instant| from <= at && at < until;
    let ordered = account.gains.iter().any(|gain| {
        gain.order().is_some()
            && between(gain.at)
            && gain.scope.as_ref().is_none_or(|scope| touched.overlaps(scope))
            && kin::guests(question, &gain.partner, touched).is_some()
    });
    ordered || account.money.iter().any(|row| between(row.at))
}

fn correct_until(question: &Question<'_>) -> Instant {
    let days = question.procedure.change.correction_days_business;
    question.business_days_after(question.act.at, days)
}

pub fn missing(question: &Question<'_>, _: &Region) -> Option<Missing> {
    let day = words::day(correct_until(question).plus_ms(-1));
    let words = format!("a correction of the change as an error by {day}, with no order in between");
    question.act.is_change().then(|| Missing::new(5, words))
}
