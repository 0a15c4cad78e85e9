//! The program's own rules: two officers publish a policy, an officer publishes a calendar.

use crate::calendar::zone;
use crate::command::ProgramCommand;
use crate::decide::Decided;
use crate::decide::authority::{officer, two_officers};
use crate::event::Event;
use crate::event::program::{CalendarPublished, PolicyPublished, ProgramEvent};
use crate::fact::{Actor, Class};
use crate::program::Program;
use crate::refusal::Refusal;

/// What follows from a command about the program.
///
/// # Errors
/// The rule the command breaks.
pub fn decide(program: &Program, actor: &Actor, command: &ProgramCommand) -> Result<Vec<Decided>, Refusal> {
    match command {
        ProgramCommand::PublishPolicy(published) => publish_policy(program, actor, published),
        ProgramCommand::PublishCalendar(published) => publish_calendar(program, actor, published),
    }
}

/// Versions count up by one, and never reach back before the policy already in force: rights that were
/// given under it would change behind their holders' backs.
fn publish_policy(
    program: &Program,
    actor: &Actor,
    published: &PolicyPublished,
) -> Result<Vec<Decided>, Refusal> {
    officer(actor)?;
    two_officers(&published.officers)?;
    if zone(&published.policy.zone).is_err() {
        return Err(Refusal::UnknownZone);
    }
    let latest = program.latest();
    if latest.is_some_and(|latest| {
        latest.name.version == published.version
            && latest.name.digest == published.digest
            && latest.effective_from == published.effective_from
    }) {
        return Ok(Vec::new());
    }
    let expected = latest.map_or(1, |latest| latest.name.version.saturating_add(1));
    if published.version != expected {
        return Err(Refusal::VersionOutOfOrder { expected });
    }
    if let Some(since) = latest.map(|latest| latest.effective_from)
        && published.effective_from < since
    {
        return Err(Refusal::EffectiveTooEarly { since });
    }
    Ok(one(ProgramEvent::PolicyPublished(Box::new(published.clone()))))
}

fn publish_calendar(
    program: &Program,
    actor: &Actor,
    published: &CalendarPublished,
) -> Result<Vec<Decided>, Refusal> {
    officer(actor)?;
    let Ok(zone) = zone(&published.zone) else { return Err(Refusal::UnknownZone) };
    let known = program.calendars().filter(|known| known.name.id == published.calendar);
    let latest = known.max_by_key(|known| known.name.version);
    let repeated = |known: &crate::calendar::Calendar| {
        known.name.version == published.version && known.holidays == published.holidays && known.zone == zone
    };
    if latest.is_some_and(repeated) {
        return Ok(Vec::new());
    }
    let expected = latest.map_or(1, |latest| latest.name.version.saturating_add(1));
    if published.version != expected {
        return Err(Refusal::VersionOutOfOrder { expected });
    }
    Ok(one(ProgramEvent::CalendarPublished(published.clone())))
}

fn one(event: ProgramEvent) -> Vec<Decided> {
    vec![Decided { class: Class::Ruled, event: Event::Program(event) }]
}
