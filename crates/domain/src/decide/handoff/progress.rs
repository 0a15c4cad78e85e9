//! What is done under a handoff, and its end.

use super::asked;
use crate::account::Account;
use crate::account::guest::{Handoff, Phase};
use crate::decide::parties::{acts_for, is_vendor, speaks_as, visible};
use crate::decide::{Context, Decided};
use crate::event::handoff::{Closed, HandoffEvent, HandoffOutcome, Progressed};
use crate::id::{CommitmentId, HandoffId};
use crate::refusal::Refusal;

/// Each side reports its own work; the vendor may report anybody's.
pub(super) fn report(
    account: &Account,
    context: &Context<'_>,
    progressed: &Progressed,
) -> Result<Vec<Decided>, Refusal> {
    let known = visible(account, context, &progressed.handoff)?;
    if !speaks_as(context, known, &progressed.by) && !is_vendor(context.actor) {
        return Err(Refusal::NotAuthorised { needs: "the side whose work is reported, or the vendor" });
    }
    if is_reported(known, progressed) {
        return Ok(Vec::new());
    }
    accepted(known)?;
    if known.phase == Phase::Closed {
        return Err(Refusal::HandoffClosed);
    }
    if progressed.at > context.now {
        return Err(Refusal::InFuture);
    }
    let is_known =
        |id: &CommitmentId| known.commitments.iter().any(|commitment| commitment.commitment == *id);
    if !progressed.commitment.as_ref().is_none_or(is_known) {
        return Err(Refusal::UnknownCommitment);
    }
    Ok(asked(HandoffEvent::Progressed(progressed.clone())))
}

fn is_reported(known: &Handoff, progressed: &Progressed) -> bool {
    known.progress.iter().any(|earlier| {
        earlier.commitment == progressed.commitment
            && earlier.kind == progressed.kind
            && earlier.by == progressed.by
            && earlier.at == progressed.at
    })
}

/// Ends the work. How an account moved is said by the vendor alone, since repeated findings count it.
pub(super) fn close(
    account: &Account,
    context: &Context<'_>,
    handoff: &HandoffId,
    outcome: HandoffOutcome,
) -> Result<Vec<Decided>, Refusal> {
    let known = visible(account, context, handoff)?;
    if !is_vendor(context.actor) {
        if !acts_for(context, &known.host) {
            return Err(Refusal::NotAuthorised { needs: "a user of the host, or the vendor" });
        }
        match outcome {
            HandoffOutcome::Delivered
            | HandoffOutcome::Lost
            | HandoffOutcome::CustomerLeft
            | HandoffOutcome::Lapsed => {}
            HandoffOutcome::MovedLawfully | HandoffOutcome::MovedWithoutBasis => {
                return Err(Refusal::NotAuthorised { needs: "the vendor, to say how the account moved" });
            }
        }
    }
    match known.closed {
        Some((_, said, _)) if said == outcome => return Ok(Vec::new()),
        Some(_) => return Err(Refusal::HandoffClosed),
        None => accepted(known)?,
    }
    let closed = Closed { handoff: handoff.clone(), outcome, at: context.now };
    Ok(asked(HandoffEvent::Closed(closed)))
}

/// Refuses unless the handoff was accepted at some time.
pub(super) fn accepted(known: &Handoff) -> Result<(), Refusal> {
    if known.accepted_at.is_some() { Ok(()) } else { Err(Refusal::NotAccepted) }
}
