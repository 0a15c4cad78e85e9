//! The fast way back from a mistake: one side reports it, the other agrees in time, and the account goes back.

use super::objection::speaks;
use super::{decided, is_gaining, is_losing, known, losing_side, one, reverse};
use crate::account::Account;
use crate::account::guest::{Change, ChangeState, ErrorReport};
use crate::decide::{Context, Decided};
use crate::event::Party;
use crate::event::change::{ChangeEvent, ErrorAnswer, ErrorAnswered, ErrorReported, ReversalReason};
use crate::fact::Class;
use crate::id::{ChangeId, PartnerId};
use crate::refusal::Refusal;

/// Records the report with its clocks. A second report of the same change adds nothing.
pub(super) fn report(
    account: &Account,
    context: &Context<'_>,
    change: &ChangeId,
    by: &Party,
    text: &str,
) -> Result<Vec<Decided>, Refusal> {
    let (known, gaining) = known(account, change)?;
    a_side(account, context, known, gaining, by)?;
    match known.state {
        ChangeState::Executed => {}
        ChangeState::Reversed => return Err(Refusal::ChangeOver),
        ChangeState::Requested
        | ChangeState::Verified
        | ChangeState::Notified
        | ChangeState::WindowOpen
        | ChangeState::Objected
        | ChangeState::Rescinded
        | ChangeState::Refused => return Err(Refusal::NotExecuted),
    }
    if known.error.is_some() {
        return Ok(Vec::new());
    }
    if text.trim().is_empty() {
        return Err(Refusal::ReasonMissing);
    }
    let rules = &context.program.policy_at(context.now).policy.change;
    let calendar = context.program.calendar_at(context.now);
    let after = |days: u16| calendar.end_of_business_day(context.now, days);
    Ok(one(
        Class::Asked,
        ChangeEvent::ErrorReported(ErrorReported {
            change: change.clone(),
            by: by.clone(),
            text: text.to_owned(),
            reply_until: after(rules.error_reply_days_business),
            agree_until: after(rules.error_agree_days_business),
            restore_until: after(rules.error_restore_days_business),
        }),
    ))
}

/// The other side answers; when it agrees, the account goes back at once.
pub(super) fn answer(
    account: &Account,
    context: &Context<'_>,
    change: &ChangeId,
    by: &Party,
    answer: ErrorAnswer,
) -> Result<Vec<Decided>, Refusal> {
    let (known, gaining) = known(account, change)?;
    a_side(account, context, known, gaining, by)?;
    let report = known.error.as_ref().ok_or(Refusal::NoErrorReported)?;
    if is_own(account, context, known, gaining, report, by) {
        return Err(Refusal::NoErrorReported);
    }
    match report.answered {
        Some((_, given, _)) if given == answer => return Ok(Vec::new()),
        Some(_) => return Err(Refusal::ErrorAnswered),
        None => {}
    }
    let until = report.reported.agree_until;
    if context.now >= until {
        return Err(Refusal::TooLateToAgree { until });
    }
    let answered = ErrorAnswered { change: change.clone(), by: by.clone(), answer };
    let mut events = one(Class::Asked, ChangeEvent::ErrorAnswered(answered));
    if answer == ErrorAnswer::Agrees {
        let reversed = reverse::reversal(account, known, ReversalReason::Error)?;
        events.push(decided(Class::Derived, ChangeEvent::Reversed(reversed)));
    }
    Ok(events)
}

/// Only the two sides of a change speak of an error.
fn a_side(
    account: &Account,
    context: &Context<'_>,
    change: &Change,
    gaining: &PartnerId,
    by: &Party,
) -> Result<(), Refusal> {
    match by {
        Party::Customer | Party::Vendor => Err(Refusal::NotAuthorised { needs: "a side of the change" }),
        Party::Host | Party::Guest | Party::Partner(_) => speaks(account, context, change, gaining, by),
    }
}

/// Whether the report came from the side that would answer it.
fn is_own(
    account: &Account,
    context: &Context<'_>,
    change: &Change,
    gaining: &PartnerId,
    report: &ErrorReport,
    by: &Party,
) -> bool {
    let losing = losing_side(account, context, change, gaining);
    let side = |party: &Party| (is_gaining(party, gaining), is_losing(party, losing.as_ref()));
    side(&report.reported.by) == side(by)
}
