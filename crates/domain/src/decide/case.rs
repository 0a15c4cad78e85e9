//! Cases: a person decides, once.

use crate::command::CaseCommand;
use crate::decide::Decided;
use crate::dispute;
use crate::event::Event;
use crate::event::case::{CaseEvent, Decided as Ruling};
use crate::fact::{Actor, Class, Role};
use crate::program::Program;
use crate::refusal::Refusal;
use crate::time::Instant;

/// What follows from a ruling on a case; `decided` is the ruling already given, if there is one.
///
/// # Errors
/// The rule the command breaks.
pub fn decide(
    decided: Option<&Ruling>,
    program: &Program,
    now: Instant,
    actor: &Actor,
    command: &CaseCommand,
) -> Result<Vec<Decided>, Refusal> {
    let CaseCommand::Decide { outcome, grounds, remedy } = command;
    let (Role::Adjudicator, Some(person)) = (actor.role, &actor.principal) else {
        return Err(Refusal::NotAuthorised { needs: "a named adjudicator" });
    };
    if grounds.trim().is_empty() {
        return Err(Refusal::ReasonMissing);
    }
    if let Some(ruling) = decided {
        let repeated = (ruling.outcome, &ruling.grounds, &ruling.remedy) == (*outcome, grounds, remedy);
        return if repeated { Ok(Vec::new()) } else { Err(Refusal::CaseDecided) };
    }
    let ruling = Ruling {
        outcome: *outcome,
        grounds: grounds.clone(),
        remedy: remedy.clone(),
        decided_by: person.clone(),
        appeal_until: dispute::appeal_until(program, now),
    };
    Ok(vec![Decided { class: Class::Ruled, event: Event::Case(CaseEvent::Decided(ruling)) }])
}
