//! Placing a freeze on an account, and lifting one.

use crate::account::Account;
use crate::account::guest::{Freeze, Lift};
use crate::decide::parties::{acts_for, anchored, is_customer, is_vendor, may_ask};
use crate::decide::{Context, Decided};
use crate::event::account::{AccountEvent, FreezeLifted, FreezePlaced, FreezeTarget, Lifted};
use crate::event::{Event, Party};
use crate::fact::Class;
use crate::id::{HandoffId, PartnerId};
use crate::refusal::Refusal;
use crate::scope::Scope;

/// What follows from placing `placed`; its start and its handoff are found out here.
///
/// # Errors
/// The rule the command breaks.
pub(crate) fn place(
    account: &Account,
    context: &Context<'_>,
    placed: &FreezePlaced,
) -> Result<Vec<Decided>, Refusal> {
    may_ask(context)?;
    requests(account, context, placed)?;
    if placed.scope.is_empty() {
        return Err(Refusal::EmptyScope);
    }
    if let Some(known) = account.freezes.iter().find(|known| known.is_named(&placed.freeze)) {
        let same = known.scope == placed.scope
            && known.against == placed.against
            && known.during.until == Some(placed.until);
        return if same { Ok(Vec::new()) } else { Err(Refusal::FreezeIdTaken) };
    }
    if placed.until <= context.now {
        return Err(Refusal::EndNotInFuture);
    }
    let handoff = handoff_of(account, context, placed);
    let placed = FreezePlaced { from: context.now, handoff, ..placed.clone() };
    Ok(asked(AccountEvent::FreezePlaced(placed)))
}

/// Customer, vendor, or a partner that holds the scope or brought in a guest there.
fn requests(account: &Account, context: &Context<'_>, placed: &FreezePlaced) -> Result<(), Refusal> {
    let actor = context.actor;
    let may = match &placed.requested_by {
        Party::Customer => is_customer(actor),
        Party::Vendor => is_vendor(actor),
        Party::Host => actor.partner.as_ref().is_some_and(|partner| {
            acts_for(context, partner) && defends(account, context, partner, &placed.scope)
        }),
        Party::Partner(partner) => {
            acts_for(context, partner) && defends(account, context, partner, &placed.scope)
        }
        Party::Guest => false,
    };
    if may { Ok(()) } else { Err(Refusal::NotAuthorised { needs: "the customer, the host or the vendor" }) }
}

/// Whether `partner` has something to lose in `scope`.
fn defends(account: &Account, context: &Context<'_>, partner: &PartnerId, scope: &Scope) -> bool {
    let brought_in = account.handoffs.iter().any(|handoff| {
        handoff.host == *partner && handoff.accepted_at.is_some() && handoff.protected_scope.overlaps(scope)
    });
    brought_in || account.holder(scope, context.now).is_some_and(|holding| holding.holder == *partner)
}

/// The handoff of the requesting host that a freeze against its guest belongs to.
fn handoff_of(account: &Account, context: &Context<'_>, placed: &FreezePlaced) -> Option<HandoffId> {
    let FreezeTarget::FamilyOf(guest) = &placed.against else { return None };
    let host = context.actor.partner.as_ref().filter(|host| acts_for(context, host))?;
    let belongs = account.handoffs.iter().find(|handoff| {
        handoff.host == *host
            && handoff.guest.as_ref() == Some(guest)
            && handoff.accepted_at.is_some()
            && handoff.protected_scope.overlaps(&placed.scope)
    });
    belongs.map(|handoff| handoff.handoff.clone())
}

/// What follows from lifting the freeze that `wanted` names.
///
/// # Errors
/// The rule the command breaks.
pub(crate) fn lift(
    account: &Account,
    context: &Context<'_>,
    wanted: &FreezeLifted,
) -> Result<Vec<Decided>, Refusal> {
    may_ask(context)?;
    let freezes: Vec<&Freeze> =
        account.freezes.iter().filter(|freeze| is_meant(freeze, &wanted.lifted)).collect();
    if freezes.is_empty() {
        return Err(Refusal::UnknownFreeze);
    }
    for freeze in &freezes {
        may_lift(account, context, freeze, &wanted.by)?;
    }
    let lifts_it = |known: &Lift| {
        known.by == wanted.by && known.from <= wanted.from && known.scope.covers(&wanted.scope)
    };
    if freezes.iter().all(|freeze| freeze.lifts.iter().any(lifts_it)) {
        return Ok(Vec::new());
    }
    if !freezes.iter().any(|freeze| freeze.scope.overlaps(&wanted.scope)) {
        return Err(Refusal::EmptyScope);
    }
    if wanted.from < context.now {
        anchored(account, wanted.anchor.as_ref(), wanted.from)?;
    }
    Ok(asked(AccountEvent::FreezeLifted(wanted.clone())))
}

fn is_meant(freeze: &Freeze, lifted: &Lifted) -> bool {
    match lifted {
        Lifted::Freeze(id) => freeze.is_named(id),
        Lifted::Handoff(handoff) => freeze.handoff.as_ref() == Some(handoff),
    }
}

/// Customer or host, each alone; nobody from the family that is kept out, and not the vendor: its way is an
/// override by two officers.
fn may_lift(account: &Account, context: &Context<'_>, freeze: &Freeze, by: &Party) -> Result<(), Refusal> {
    let needs = Refusal::NotAuthorised { needs: "the customer or the host" };
    let actor = context.actor;
    let partner = match by {
        Party::Customer if is_customer(actor) => return Ok(()),
        Party::Host => actor.partner.as_ref().ok_or(needs.clone())?,
        Party::Partner(partner) => partner,
        Party::Customer | Party::Guest | Party::Vendor => return Err(needs),
    };
    if !acts_for(context, partner) {
        return Err(needs);
    }
    let own_name = Party::Partner(partner.clone());
    if !crate::freeze::may_lift(freeze, context.families, &own_name, context.now) {
        return Err(Refusal::FrozenOut);
    }
    let is_host = match freeze.handoff.as_ref().and_then(|handoff| account.handoff(handoff)) {
        Some(handoff) => handoff.host == *partner,
        None => defends(account, context, partner, &freeze.scope),
    };
    if is_host { Ok(()) } else { Err(needs) }
}

fn asked(event: AccountEvent) -> Vec<Decided> {
    vec![Decided { class: Class::Asked, event: Event::Account(event) }]
}
