//! Taking a change back: before it is executed by rescinding, afterwards by reversing.

use super::{known, one};
use crate::account::Account;
use crate::account::guest::{Change, ChangeState, Execution};
use crate::decide::authority::ruling_person;
use crate::decide::parties::{acts_for, is_customer, is_vendor};
use crate::decide::{Context, Decided};
use crate::event::Party;
use crate::event::change::{ChangeEvent, Rescinded, ReversalReason, Reversed};
use crate::fact::Class;
use crate::id::{ChangeId, LetterId, PartnerId};
use crate::refusal::Refusal;
use crate::time::Instant;

/// The customer takes its request back, by whatever letter it likes or none.
pub(super) fn rescind(
    account: &Account,
    context: &Context<'_>,
    change: &ChangeId,
    letter: Option<&LetterId>,
) -> Result<Vec<Decided>, Refusal> {
    if !is_customer(context.actor) {
        return Err(Refusal::NotAuthorised { needs: "the customer" });
    }
    let (known, _) = known(account, change)?;
    match known.state {
        ChangeState::Rescinded => return Ok(Vec::new()),
        ChangeState::Executed => return Err(Refusal::ReverseInstead),
        ChangeState::Reversed | ChangeState::Refused => return Err(Refusal::ChangeOver),
        ChangeState::Requested
        | ChangeState::Verified
        | ChangeState::Notified
        | ChangeState::WindowOpen
        | ChangeState::Objected => {}
    }
    if letter.is_some_and(|letter| account.letter(letter).is_none()) {
        return Err(Refusal::UnknownLetter);
    }
    let (change, letter) = (change.clone(), letter.cloned());
    Ok(one(Class::Asked, ChangeEvent::Rescinded(Rescinded { change, by: Party::Customer, letter })))
}

/// Gives the account back to the side that lost it: at the customer's word in its time, as an error that
/// nobody has traded on, or by a ruling at any time.
pub(super) fn reverse(
    account: &Account,
    context: &Context<'_>,
    change: &ChangeId,
    reason: ReversalReason,
) -> Result<Vec<Decided>, Refusal> {
    let (known, gaining) = known(account, change)?;
    let class = may_reverse(context, known, gaining, reason)?;
    if known.state == ChangeState::Reversed {
        return Ok(Vec::new());
    }
    let execution = known.executions.last().ok_or(Refusal::NotExecuted)?;
    let policy = &context.program.policy_at(context.now).policy.change;
    match reason {
        ReversalReason::Rescission => in_time(context, execution, policy.rescission_days_business)?,
        ReversalReason::Error => {
            in_time(context, execution, policy.correction_days_business)?;
            untraded(account, execution)?;
        }
        ReversalReason::Ruling => {}
    }
    Ok(one(class, ChangeEvent::Reversed(reversal(account, known, reason)?)))
}

/// The reversal of the last execution: who held the scope before holds it again.
pub(super) fn reversal(
    account: &Account,
    known: &Change,
    reason: ReversalReason,
) -> Result<Reversed, Refusal> {
    let execution = known.executions.last().ok_or(Refusal::NotExecuted)?;
    let restores = former_holder(account, known, execution).ok_or(Refusal::NoFormerHolder)?;
    let scope = execution.executed.scope.clone();
    Ok(Reversed { change: known.change.clone(), restores, scope, reason })
}

/// Who may reverse for this reason, and what kind of claim that is.
fn may_reverse(
    context: &Context<'_>,
    known: &Change,
    gaining: &PartnerId,
    reason: ReversalReason,
) -> Result<Class, Refusal> {
    let actor = context.actor;
    match reason {
        ReversalReason::Rescission if is_customer(actor) => Ok(Class::Asked),
        ReversalReason::Rescission => Err(Refusal::NotAuthorised { needs: "the customer" }),
        ReversalReason::Ruling => ruling_person(actor).map(|_| Class::Ruled),
        ReversalReason::Error => {
            if known.losing.as_ref().is_some_and(|losing| acts_for(context, losing)) {
                return Err(Refusal::OtherSideMustAgree);
            }
            let may = acts_for(context, gaining) || is_vendor(actor);
            let needs = "the gaining side, or the vendor";
            if may { Ok(Class::Asked) } else { Err(Refusal::NotAuthorised { needs }) }
        }
    }
}

fn in_time(context: &Context<'_>, execution: &Execution, days: u16) -> Result<(), Refusal> {
    let until = context.program.calendar_at(execution.at).end_of_business_day(execution.at, days);
    if context.now < until { Ok(()) } else { Err(Refusal::ReversalTooLate { until }) }
}

/// An error is mended without a person only while nobody has sold on it (basis V8).
fn untraded(account: &Account, execution: &Execution) -> Result<(), Refusal> {
    let gained = |gain: &&crate::account::gain::Gain| {
        gain.event != execution.event
            && gain.at >= execution.at
            && gain.partner == execution.executed.holder
            && gain.scope.as_ref().is_none_or(|scope| scope.overlaps(&execution.executed.scope))
    };
    if account.gains.iter().any(|gain| gained(&gain)) { Err(Refusal::TradedSince) } else { Ok(()) }
}

/// The partner named as losing, else whoever held the scope until the change.
fn former_holder(account: &Account, known: &Change, execution: &Execution) -> Option<PartnerId> {
    known.losing.clone().or_else(|| {
        let ended = |until: Instant| until == execution.executed.effective_from;
        let before = account.holdings.iter().rev().find(|holding| {
            holding.during.until.is_some_and(ended) && holding.covers(&execution.executed.scope)
        });
        before.map(|holding| holding.holder.clone())
    })
}
