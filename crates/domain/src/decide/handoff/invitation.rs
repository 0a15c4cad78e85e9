//! Asking for a guest, inviting one, and the ways an invitation ends without acceptance.

use super::asked;
use crate::account::Account;
use crate::account::guest::{Handoff, Phase};
use crate::calendar::zone_or_utc;
use crate::decide::authority::enrolled;
use crate::decide::parties::{acts_for, is_customer, is_vendor, visible};
use crate::decide::{Context, Decided};
use crate::event::Party;
use crate::event::handoff::{Declined, HandoffEvent, Invited, Requested, Revoked};
use crate::id::{HandoffId, PartnerId};
use crate::refusal::Refusal;
use crate::time::Instant;

/// A host asks for a skill it lacks; customer and vendor may ask for it too.
pub(super) fn request(
    account: &Account,
    context: &Context<'_>,
    requested: &Requested,
) -> Result<Vec<Decided>, Refusal> {
    brings_in(context, &requested.host)?;
    enrolled(&requested.host, context.families)?;
    if requested.scope.is_empty() {
        return Err(Refusal::EmptyScope);
    }
    match account.handoff(&requested.handoff) {
        None => Ok(asked(HandoffEvent::Requested(requested.clone()))),
        Some(known) if is_request(known, requested) => Ok(Vec::new()),
        Some(_) => Err(Refusal::HandoffIdTaken),
    }
}

/// Whether `known` began with this request; an invitation since then may have set another scope.
fn is_request(known: &Handoff, requested: &Requested) -> bool {
    let scope_stands = known.phase != Phase::Requested || known.protected_scope == requested.scope;
    known.requested.is_some() && known.host == requested.host && scope_stands
}

/// Offers terms to a guest. Whoever sends it, the host has signed it.
pub(super) fn invite(
    account: &Account,
    context: &Context<'_>,
    invitation: &Invited,
    expires_at: Option<Instant>,
) -> Result<Vec<Decided>, Refusal> {
    brings_in(context, &invitation.host)?;
    enrolled(&invitation.host, context.families)?;
    if invitation.host == invitation.guest {
        return Err(Refusal::HostIsGuest);
    }
    enrolled(&invitation.guest, context.families)?;
    let grants_nothing = !invitation.granted_acts.is_empty() && invitation.granted_scope.is_empty();
    if invitation.protected_scope.is_empty() || grants_nothing {
        return Err(Refusal::EmptyScope);
    }
    if invitation.host_signed_at > context.now {
        return Err(Refusal::HostHasNotSigned);
    }
    match account.handoff(&invitation.handoff) {
        None => {}
        Some(known) if known.phase == Phase::Requested && known.host == invitation.host => {}
        Some(known) if is_invitation(known, invitation) => return Ok(Vec::new()),
        Some(_) => return Err(Refusal::HandoffIdTaken),
    }
    let policy = &context.program.policy_at(context.now).policy;
    let days = i64::from(policy.handoff.invitation_days);
    let expires_at =
        expires_at.unwrap_or_else(|| context.now.plus_civil_days(days, &zone_or_utc(&policy.zone)));
    if expires_at <= context.now {
        return Err(Refusal::EndNotInFuture);
    }
    Ok(asked(HandoffEvent::Invited(Box::new(Invited { expires_at, ..invitation.clone() }))))
}

fn is_invitation(known: &Handoff, invitation: &Invited) -> bool {
    known.terms == Some(invitation.terms)
        && known.host == invitation.host
        && known.guest.as_ref() == Some(&invitation.guest)
        && known.protected_scope == invitation.protected_scope
}

fn brings_in(context: &Context<'_>, host: &PartnerId) -> Result<(), Refusal> {
    if acts_for(context, host) || is_vendor(context.actor) || is_customer(context.actor) {
        return Ok(());
    }
    Err(Refusal::NotAuthorised { needs: "a user of the host, the customer or the vendor" })
}

pub(super) fn decline(
    account: &Account,
    context: &Context<'_>,
    handoff: &HandoffId,
    reason: Option<String>,
) -> Result<Vec<Decided>, Refusal> {
    let known = visible(account, context, handoff)?;
    as_guest(context, known)?;
    if known.phase == Phase::Declined {
        return Ok(Vec::new());
    }
    pending(known, context.now)?;
    Ok(asked(HandoffEvent::Declined(Declined { handoff: handoff.clone(), reason })))
}

/// The host or the vendor takes it back while it is not accepted; afterwards only a release ends it.
pub(super) fn revoke(
    account: &Account,
    context: &Context<'_>,
    handoff: &HandoffId,
    reason: Option<String>,
) -> Result<Vec<Decided>, Refusal> {
    let known = visible(account, context, handoff)?;
    let by = if acts_for(context, &known.host) {
        Party::Host
    } else if is_vendor(context.actor) {
        Party::Vendor
    } else {
        return Err(Refusal::NotAuthorised { needs: "a user of the host or the vendor" });
    };
    match known.phase {
        Phase::Revoked => Ok(Vec::new()),
        Phase::Requested | Phase::Invited => {
            Ok(asked(HandoffEvent::Revoked(Revoked { handoff: handoff.clone(), by, reason })))
        }
        Phase::Accepted | Phase::Closed => Err(Refusal::AlreadyAccepted),
        Phase::Declined => Err(Refusal::NotInvited),
    }
}

/// Refuses everybody but a user of the invited guest.
pub(super) fn as_guest(context: &Context<'_>, known: &Handoff) -> Result<(), Refusal> {
    let guest = known.guest.as_ref().ok_or(Refusal::NotInvited)?;
    if acts_for(context, guest) {
        return Ok(());
    }
    Err(Refusal::NotAuthorised { needs: "a user of the guest" })
}

/// Refuses unless the invitation waits for its answer.
pub(super) fn pending(known: &Handoff, now: Instant) -> Result<(), Refusal> {
    match known.phase {
        Phase::Invited => match known.expires_at {
            Some(at) if at <= now => Err(Refusal::InvitationLapsed { at }),
            Some(_) | None => Ok(()),
        },
        Phase::Accepted | Phase::Closed => Err(Refusal::AlreadyAccepted),
        Phase::Requested | Phase::Declined | Phase::Revoked => Err(Refusal::NotInvited),
    }
}
