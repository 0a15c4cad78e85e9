//! Changes of holder: requested, verified, notified, open to objection, executed, and taken back.

mod error;
mod execute;
mod notify;
mod objection;
mod obstacle;
mod request;
mod reverse;
mod verify;

use crate::account::Account;
use crate::account::guest::{Change, ChangeState};
use crate::command::ChangeCommand;
use crate::decide::parties::{concerned, may_ask};
use crate::decide::{Context, Decided};
use crate::event::change::ChangeEvent;
use crate::event::{DecidedBy, Event, Party};
use crate::fact::Class;
use crate::id::{ChangeId, PartnerId};
use crate::refusal::Refusal;

/// What follows from a command about a change of holder.
///
/// # Errors
/// The rule the command breaks. Executing a change that would take a protected account is no error: the
/// attempt is recorded.
pub(crate) fn decide(
    account: &Account,
    context: &Context<'_>,
    command: &ChangeCommand,
) -> Result<Vec<Decided>, Refusal> {
    may_ask(context)?;
    match command {
        ChangeCommand::Request(requested) => request::request(account, context, requested),
        ChangeCommand::Verify(verified) => verify::verify(account, context, verified),
        ChangeCommand::Notify { change, notices } => notify::notify(account, context, change, notices),
        ChangeCommand::Remind { change, notice } => notify::remind(account, context, change, notice),
        ChangeCommand::ReportError { change, by, text } => error::report(account, context, change, by, text),
        ChangeCommand::AnswerError { change, by, answer } => {
            error::answer(account, context, change, by, *answer)
        }
        ChangeCommand::Object { change, by, ground, text, evidence, inquiry_attested } => {
            let objected = crate::event::change::Objected {
                change: change.clone(),
                by: by.clone(),
                ground: *ground,
                text: text.clone(),
                evidence: evidence.clone(),
                inquiry_attested: *inquiry_attested,
            };
            objection::object(account, context, objected)
        }
        ChangeCommand::DecideObjection { change, objection, outcome, reason } => {
            let ruling = objection::Ruling { objection: *objection, outcome: *outcome, reason };
            objection::decide_objection(account, context, change, &ruling)
        }
        ChangeCommand::Waive { change, by } => objection::waive(account, context, change, by),
        ChangeCommand::Execute { change, effective_from } => {
            execute::execute(account, context, change, *effective_from)
        }
        ChangeCommand::Rescind { change, letter } => {
            reverse::rescind(account, context, change, letter.as_ref())
        }
        ChangeCommand::Reverse { change, reason } => reverse::reverse(account, context, change, *reason),
    }
}

/// Refuses a change that is over: executed, taken back or turned down.
pub(crate) fn ongoing(change: &Change) -> Result<(), Refusal> {
    match change.state {
        ChangeState::Requested
        | ChangeState::Verified
        | ChangeState::Notified
        | ChangeState::WindowOpen
        | ChangeState::Objected => Ok(()),
        ChangeState::Executed | ChangeState::Rescinded | ChangeState::Reversed | ChangeState::Refused => {
            Err(Refusal::ChangeOver)
        }
    }
}

/// A change that was asked for, with the partner that would gain.
fn known<'a>(account: &'a Account, change: &ChangeId) -> Result<(&'a Change, &'a PartnerId), Refusal> {
    let known = account.change(change).filter(|known| known.requested.is_some());
    let known = known.ok_or(Refusal::UnknownChange)?;
    Ok((known, known.gaining.as_ref().ok_or(Refusal::UnknownChange)?))
}

/// The side that would lose: the host of a handoff that protects the scope from the gaining family, else
/// the partner named as losing, else the holder; `None` when nobody loses.
fn losing_side(
    account: &Account,
    context: &Context<'_>,
    change: &Change,
    gaining: &PartnerId,
) -> Option<PartnerId> {
    let host = concerned(account, context.families, gaining, &change.scope, context.now);
    host.map(|handoff| handoff.host.clone()).or_else(|| change.losing.clone()).or_else(|| {
        let holding = account.holder(&change.scope, context.now)?;
        (holding.holder != *gaining).then(|| holding.holder.clone())
    })
}

/// Whether a notice to `to` goes to the losing side.
fn is_losing(to: &Party, losing: Option<&PartnerId>) -> bool {
    match to {
        Party::Host => true,
        Party::Partner(partner) => Some(partner) == losing,
        // Nobody loses: the vendor stands in for the missing third.
        Party::Vendor => losing.is_none(),
        Party::Customer | Party::Guest => false,
    }
}

/// Whether a notice to `to` goes to the gaining side.
pub(crate) fn is_gaining(to: &Party, gaining: &PartnerId) -> bool {
    match to {
        Party::Guest => true,
        Party::Partner(partner) => partner == gaining,
        Party::Customer | Party::Host | Party::Vendor => false,
    }
}

fn by_policy(context: &Context<'_>) -> DecidedBy {
    DecidedBy { policy: context.program.policy_at(context.now).name.clone(), person: None }
}

fn one(class: Class, event: ChangeEvent) -> Vec<Decided> {
    vec![decided(class, event)]
}

fn decided(class: Class, event: ChangeEvent) -> Decided {
    Decided { class, event: Event::Change(event) }
}
