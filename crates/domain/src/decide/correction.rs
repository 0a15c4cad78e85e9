//! Corrections: who may say that a recorded fact was wrong, and who must agree.

use crate::account::Account;
use crate::command::CorrectionCommand;
use crate::decide::Decided;
use crate::event::Event;
use crate::event::correction::{Committed, CorrectionEvent};
use crate::fact::{Actor, Class, Fact, Role};
use crate::id::{PrincipalId, SourceId};
use crate::refusal::Refusal;

/// The recorded fact a correction is about, and what the correction would do.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    pub fact: &'a Fact,
    /// The last correction of it so far.
    pub last_word: Option<&'a CorrectionEvent>,
    pub effect: Effect,
}

/// Whether a correction takes something off a finding against the side that asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    FavoursItsOwnSide,
    FavoursNobody,
}

/// Who asks for a correction, and through which source.
#[derive(Debug, Clone, Copy)]
pub struct Sender<'a> {
    pub actor: &'a Actor,
    pub source: &'a SourceId,
}

/// What follows from a correction of `target`. A digest that is laid down corrects nothing and has no target:
/// that is [`commit`].
///
/// # Errors
/// The rule the command breaks; [`Refusal::UnknownFact`] when a target is needed and there is none.
pub fn decide(
    target: Option<&Target<'_>>,
    sender: &Sender<'_>,
    command: &CorrectionCommand,
) -> Result<Vec<Decided>, Refusal> {
    let (class, event, approved_by) = match command {
        CorrectionCommand::Commit(committed) => {
            let event = Event::Correction(CorrectionEvent::Committed(committed.clone()));
            return Ok(vec![Decided { class: Class::Observed, event }]);
        }
        CorrectionCommand::Correct(corrected) => {
            if corrected.replaces.is_none() && corrected.valid_at.is_none() {
                return Err(Refusal::NothingCorrected);
            }
            (class_of(sender), CorrectionEvent::Corrected(corrected.clone()), &corrected.approved_by)
        }
        CorrectionCommand::Retract(retracted) => {
            (class_of(sender), CorrectionEvent::Retracted(retracted.clone()), &retracted.approved_by)
        }
    };
    let target = target.ok_or(Refusal::UnknownFact)?;
    may_correct(target, sender, approved_by.as_ref())?;
    if target.last_word == Some(&event) {
        return Ok(Vec::new());
    }
    Ok(vec![Decided { class, event: Event::Correction(event) }])
}

/// Lays down the digest of a paper; once it is recorded, a repeat adds nothing.
pub fn commit(account: &Account, committed: &Committed) -> Vec<Decided> {
    if account.anchors.iter().any(|anchored| anchored.digest == committed.digest) {
        return Vec::new();
    }
    let event = Event::Correction(CorrectionEvent::Committed(committed.clone()));
    vec![Decided { class: Class::Observed, event }]
}

/// A fact is corrected by whoever said it, or by the vendor's record officer; what favours the corrector's
/// own side needs a second person, so that nobody retracts a takeover away.
///
/// # Errors
/// [`Refusal::NotYourFact`] or [`Refusal::NeedsSecondPerson`].
pub fn may_correct(
    target: &Target<'_>,
    sender: &Sender<'_>,
    approved_by: Option<&PrincipalId>,
) -> Result<(), Refusal> {
    let told = &target.fact.meta;
    // Many partners publish through one portal, so the same source alone is not the same producer.
    let producer = told.producer.source == *sender.source && told.actor.partner == sender.actor.partner;
    if !producer && sender.actor.role != Role::VendorOfficer {
        return Err(Refusal::NotYourFact);
    }
    let second = approved_by.filter(|person| sender.actor.principal.as_ref() != Some(person));
    match target.effect {
        Effect::FavoursItsOwnSide if second.is_none() => Err(Refusal::NeedsSecondPerson),
        Effect::FavoursItsOwnSide | Effect::FavoursNobody => Ok(()),
    }
}

fn class_of(sender: &Sender<'_>) -> Class {
    if sender.actor.role == Role::VendorOfficer { Class::Ruled } else { Class::Asked }
}
