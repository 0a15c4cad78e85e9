//! Cases: who looks at one, how both sides are heard, and how persons rule on it, once and once more on appeal.

mod hearing;
mod ruling;

use hearing::Relied;

use crate::case::Case;
use crate::command::CaseCommand;
use crate::decide::authority::ruling_person;
use crate::decide::{Context, Decided};
use crate::event::Event;
use crate::event::case::{Assigned, CaseEvent, Snoozed};
use crate::fact::Class;
use crate::id::PrincipalId;
use crate::refusal::Refusal;
use crate::remedy::Proposal;
use crate::time::Instant;

/// What follows from a command about a case. `remedy` is what [`crate::remedy::propose`] computes for the act that
/// a remedy is ordered for; no other command reads it.
///
/// # Errors
/// The rule the command breaks.
pub fn decide(
    case: &Case,
    context: &Context<'_>,
    command: &CaseCommand,
    remedy: Option<&Proposal>,
) -> Result<Vec<Decided>, Refusal> {
    match command {
        CaseCommand::Assign { assignee } => assign(case, context, assignee),
        CaseCommand::Snooze { until, reason } => snooze(case, context, *until, reason),
        CaseCommand::File { by, text, letter, stay } => {
            hearing::file(case, context, by, text, &Relied { letter: *letter, stay: stay.as_deref() })
        }
        CaseCommand::DecideStay { outcome, reason } => hearing::decide_stay(case, context, *outcome, reason),
        CaseCommand::State { by, text, evidence } => hearing::state(case, context, by, text, evidence),
        CaseCommand::AttachEvidence { by, shows, evidence } => {
            hearing::attach(case, context, by, *shows, evidence)
        }
        CaseCommand::Decide { outcome, grounds, remedy } => {
            ruling::rule(case, context, *outcome, grounds, remedy.as_deref())
        }
        CaseCommand::OrderRemedy { act } => ruling::order_remedy(case, context, *act, remedy),
        CaseCommand::Appeal { by, grounds, evidence } => ruling::appeal(case, context, by, grounds, evidence),
        CaseCommand::DecideAppeal { outcome, grounds } => {
            ruling::rule_on_appeal(case, context, *outcome, grounds)
        }
    }
}

fn assign(case: &Case, context: &Context<'_>, assignee: &PrincipalId) -> Result<Vec<Decided>, Refusal> {
    let assigned_by = ruling_person(context.actor)?.clone();
    if case.assignee.as_ref() == Some(assignee) {
        return Ok(Vec::new());
    }
    open(case)?;
    Ok(ruled(CaseEvent::Assigned(Assigned { assignee: assignee.clone(), assigned_by })))
}

fn snooze(case: &Case, context: &Context<'_>, until: Instant, reason: &str) -> Result<Vec<Decided>, Refusal> {
    let snoozed_by = ruling_person(context.actor)?.clone();
    said(reason)?;
    let snoozed = Snoozed { until, reason: reason.to_owned(), snoozed_by };
    if case.snoozed.as_ref() == Some(&snoozed) {
        return Ok(Vec::new());
    }
    open(case)?;
    if until <= context.now {
        return Err(Refusal::EndNotInFuture);
    }
    Ok(ruled(CaseEvent::Snoozed(snoozed)))
}

/// Refuses what is only for a case somebody still has to look at.
fn open(case: &Case) -> Result<(), Refusal> {
    if case.ruling.is_some() && !case.is_open() { Err(Refusal::CaseDecided) } else { Ok(()) }
}

fn said(text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() { Err(Refusal::ReasonMissing) } else { Ok(()) }
}

fn ruled(event: CaseEvent) -> Vec<Decided> {
    vec![Decided { class: Class::Ruled, event: Event::Case(event) }]
}

fn asked(event: CaseEvent) -> Vec<Decided> {
    vec![Decided { class: Class::Asked, event: Event::Case(event) }]
}
