//! For whom an actor may speak in handoffs, freezes and changes of holder.

use crate::account::Account;
use crate::account::guest::Handoff;
use crate::decide::Context;
use crate::decide::authority::enrolled;
use crate::event::{Anchor, Party};
use crate::fact::{Actor, Role};
use crate::family::Families;
use crate::id::{HandoffId, PartnerId, PrincipalId};
use crate::refusal::Refusal;
use crate::scope::Scope;
use crate::time::Instant;

/// Refuses users of partners the program does not know, or knows only from imported history.
pub(crate) fn may_ask(context: &Context<'_>) -> Result<(), Refusal> {
    match context.actor.role {
        Role::PartnerUser | Role::DirectSales => {
            let needs = "a user who belongs to a partner";
            let partner = context.actor.partner.as_ref().ok_or(Refusal::NotAuthorised { needs })?;
            enrolled(partner, context.families)
        }
        Role::VendorOfficer | Role::Customer | Role::Verifier | Role::Adjudicator | Role::System => Ok(()),
    }
}

/// Whether the actor is a user of `partner`, or of who took over its book with this account; direct sales is a
/// partner like any other.
pub(crate) fn acts_for(context: &Context<'_>, partner: &PartnerId) -> bool {
    let Actor { role: Role::PartnerUser | Role::DirectSales, partner: Some(own), .. } = context.actor else {
        return false;
    };
    own == partner || context.families.has_inherited(own, partner, context.account, context.now)
}

/// Whether the actor speaks for the vendor: an officer, or a system of the vendor.
pub(crate) fn is_vendor(actor: &Actor) -> bool {
    matches!(actor.role, Role::VendorOfficer | Role::System)
}

pub(crate) fn is_customer(actor: &Actor) -> bool {
    actor.role == Role::Customer
}

/// The person behind the actor, who signs.
pub(crate) fn signer(actor: &Actor) -> Result<PrincipalId, Refusal> {
    actor.principal.clone().ok_or(Refusal::NotAuthorised { needs: "a named person" })
}

/// The handoff, if the actor may know of it.
pub(crate) fn visible<'a>(
    account: &'a Account,
    context: &Context<'_>,
    handoff: &HandoffId,
) -> Result<&'a Handoff, Refusal> {
    let handoff = account.handoff(handoff).ok_or(Refusal::UnknownHandoff)?;
    match context.actor.role {
        Role::PartnerUser | Role::DirectSales => {
            let party = acts_for(context, &handoff.host)
                || handoff.guest.as_ref().is_some_and(|guest| acts_for(context, guest));
            if party { Ok(handoff) } else { Err(Refusal::NotYourHandoff) }
        }
        Role::VendorOfficer | Role::Customer | Role::Verifier | Role::Adjudicator | Role::System => {
            Ok(handoff)
        }
    }
}

/// Whether the actor may speak as `party` of `handoff`.
pub(crate) fn speaks_as(context: &Context<'_>, handoff: &Handoff, party: &Party) -> bool {
    match party {
        Party::Customer => is_customer(context.actor),
        Party::Vendor => is_vendor(context.actor),
        Party::Host | Party::Guest | Party::Partner(_) => {
            handoff.partner_of(party).is_some_and(|partner| acts_for(context, &partner))
        }
    }
}

/// The accepted handoff whose host is to be protected from `gaining` in part of `scope` at `at`.
pub(crate) fn concerned<'a>(
    account: &'a Account,
    families: &Families,
    gaining: &PartnerId,
    scope: &Scope,
    at: Instant,
) -> Option<&'a Handoff> {
    account.handoffs.iter().find(|handoff| {
        let runs = handoff.accepted_at.is_some_and(|from| from <= at)
            && handoff.tail_until.is_some_and(|until| at < until);
        let of_guest = |guest: &PartnerId| {
            families.kinship(guest, gaining, at).is_some() || handoff.declared_family.contains(gaining)
        };
        runs && handoff.protected_scope.overlaps(scope) && handoff.guest.as_ref().is_some_and(of_guest)
    })
}

/// Lets a start before now stand only if its paper was laid down by then.
pub(crate) fn anchored(account: &Account, anchor: Option<&Anchor>, from: Instant) -> Result<(), Refusal> {
    let anchor = anchor.ok_or(Refusal::Backdated)?;
    let known = |known: &&crate::account::Anchored| {
        known.event == anchor.committed_event && known.digest == anchor.digest
    };
    let laid_down = account.anchors.iter().find(known).ok_or(Refusal::UnknownAnchor)?;
    if laid_down.recorded_at <= from { Ok(()) } else { Err(Refusal::Backdated) }
}
