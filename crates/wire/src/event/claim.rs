//! Which class a fact told from outside has, and which facts nobody outside may tell.

use domain::event::Event;
use domain::event::change::ChangeEvent;
use domain::fact::{Actor, Class, Role};

use crate::event::{kind, type_of_kind};

/// The class of a fact told by `actor`: ruled where a person with authority may rule it, asked where a
/// partner asks, else observed.
///
/// # Errors
/// The fact is one that only Chaperone itself derives, or that a command asks for; the text says so.
pub fn class_claimed(event: &Event, actor: &Actor) -> Result<Class, &'static str> {
    // Nobody is ruled against unheard, and whoever ruled does not rule on the appeal: only a command is asked that.
    if matches!(event, Event::Case(_)) {
        return Err("expected a fact that others may tell; a case goes on by commands");
    }
    let one = type_of_kind(kind(event)).expect("every event has a type in the table");
    let may_be = |class| one.classes.contains(&class);
    let officer = matches!(actor.role, Role::VendorOfficer | Role::Adjudicator) || a_person_decided(event);
    let partner = actor.role == Role::PartnerUser;
    [
        (Class::Ruled, officer),
        (Class::Asked, partner),
        (Class::Observed, true),
        (Class::Asked, true),
        (Class::Ruled, true),
    ]
    .into_iter()
    .find(|(class, applies)| *applies && may_be(*class))
    .map(|(class, _)| class)
    .ok_or("expected a fact that others may tell; this one is derived by Chaperone itself")
}

/// Of the types that may also be observed, an executed change says whether a person decided it.
fn a_person_decided(event: &Event) -> bool {
    if let Event::Change(ChangeEvent::Executed(executed)) = event {
        return executed.decided_by.as_ref().is_some_and(|decided| decided.person.is_some());
    }
    false
}
