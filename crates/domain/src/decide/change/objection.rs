//! Objecting to a change, deciding on an objection, and waiving the rest of the window.

use super::{by_policy, is_gaining, known, losing_side, one, ongoing};
use crate::account::Account;
use crate::account::guest::Change;
use crate::decide::parties::{acts_for, is_customer, is_vendor, signer};
use crate::decide::{Context, Decided};
use crate::event::change::{ChangeEvent, Objected, ObjectionDecided, ObjectionOutcome, Waived};
use crate::event::{DecidedBy, Party};
use crate::fact::{Class, Role};
use crate::id::{ChangeId, EventId, PartnerId};
use crate::protection::procedure::opening::notices;
use crate::refusal::Refusal;

/// Records an objection while the window is open. Whether it holds the change back is for the state to say.
pub(super) fn object(
    account: &Account,
    context: &Context<'_>,
    objected: Objected,
) -> Result<Vec<Decided>, Refusal> {
    let (change, gaining) = known(account, &objected.change)?;
    speaks(account, context, change, gaining, &objected.by)?;
    let same = |earlier: &&crate::account::guest::Objection| {
        earlier.by == objected.by
            && earlier.ground == objected.ground
            && earlier.inquiry_attested == objected.inquiry_attested
    };
    match change.objections.iter().find(same) {
        Some(earlier) if earlier.decided.is_none() => return Ok(Vec::new()),
        Some(_) => return Err(Refusal::ObjectionDecided),
        None => {}
    }
    ongoing(change)?;
    if notices(account, change).next().is_none() {
        return Err(Refusal::NotNotified);
    }
    if let Some(at) = change.window_until.filter(|until| *until <= context.now) {
        return Err(Refusal::WindowOver { at });
    }
    Ok(one(Class::Asked, ChangeEvent::Objected(objected)))
}

/// Refuses an actor that is not the party it speaks as.
pub(super) fn speaks(
    account: &Account,
    context: &Context<'_>,
    change: &Change,
    gaining: &PartnerId,
    by: &Party,
) -> Result<(), Refusal> {
    let losing = losing_side(account, context, change, gaining);
    let actor = context.actor;
    let may = match by {
        Party::Customer => is_customer(actor),
        Party::Vendor => is_vendor(actor),
        Party::Host => losing.is_some_and(|losing| acts_for(context, &losing)),
        Party::Guest => acts_for(context, gaining),
        Party::Partner(partner) => {
            acts_for(context, partner) && (losing.as_ref() == Some(partner) || is_gaining(by, gaining))
        }
    };
    if may { Ok(()) } else { Err(Refusal::NotAuthorised { needs: "the party that objects" }) }
}

/// How an adjudicator rules.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ruling<'a> {
    pub(super) objection: EventId,
    pub(super) outcome: ObjectionOutcome,
    pub(super) reason: &'a str,
}

/// Only an adjudicator rules, and none that belongs to a partner.
pub(super) fn decide_objection(
    account: &Account,
    context: &Context<'_>,
    change: &ChangeId,
    ruling: &Ruling<'_>,
) -> Result<Vec<Decided>, Refusal> {
    if context.actor.role != Role::Adjudicator || context.actor.partner.is_some() {
        return Err(Refusal::NotAuthorised { needs: "an adjudicator who belongs to no partner" });
    }
    let person = signer(context.actor)?;
    let (known, _) = known(account, change)?;
    let objection = known.objections.iter().find(|objection| objection.event == ruling.objection);
    match objection.ok_or(Refusal::UnknownObjection)?.decided {
        Some((_, outcome, _)) if outcome == ruling.outcome => return Ok(Vec::new()),
        Some(_) => return Err(Refusal::ObjectionDecided),
        None => ongoing(known)?,
    }
    if ruling.reason.trim().is_empty() {
        return Err(Refusal::ReasonMissing);
    }
    Ok(one(
        Class::Ruled,
        ChangeEvent::ObjectionDecided(ObjectionDecided {
            change: change.clone(),
            objection: ruling.objection,
            outcome: ruling.outcome,
            reason: ruling.reason.to_owned(),
            decided_by: DecidedBy { person: Some(person), ..by_policy(context) },
        }),
    ))
}

/// The losing side gives up the rest of its window. The customer cannot: it has nothing to waive but its own
/// protection.
pub(super) fn waive(
    account: &Account,
    context: &Context<'_>,
    change: &ChangeId,
    by: &Party,
) -> Result<Vec<Decided>, Refusal> {
    if *by == Party::Customer {
        return Err(Refusal::CustomerMayNotWaive);
    }
    let (known, gaining) = known(account, change)?;
    let losing = losing_side(account, context, known, gaining);
    let is_loser = match (by, &losing) {
        (Party::Host, Some(losing)) => acts_for(context, losing),
        (Party::Partner(partner), Some(losing)) => partner == losing && acts_for(context, losing),
        (Party::Host | Party::Partner(_) | Party::Guest | Party::Vendor | Party::Customer, _) => false,
    };
    if !is_loser {
        return Err(Refusal::NotAuthorised { needs: "the losing side" });
    }
    let signed_by = signer(context.actor)?;
    if known.waivers.iter().any(|waiver| waiver.by == *by) {
        return Ok(Vec::new());
    }
    ongoing(known)?;
    Ok(one(Class::Asked, ChangeEvent::Waived(Waived { change: change.clone(), by: by.clone(), signed_by })))
}
