//! Whether an account is frozen toward a partner: asked before a change is executed, and again by policing.
//!
//! An accepted handoff freezes its scope toward the guest's family. Customer or host may lift
//! it, each alone, or two officers. A freeze that somebody placed takes an explicit lift: a letter about
//! another matter is none. A handoff's own freeze also gives way to the customer's verified letter or token
//! for the scope it names, and to what the host released, forfeited or already lost to the guest. Orders are
//! never frozen.

use crate::account::Account;
use crate::account::guest::{ChangeState, Freeze, Handoff, Lift};
use crate::event::Party;
use crate::event::account::{FreezeTarget, Lifted, OverrideAct};
use crate::family::Families;
use crate::id::PartnerId;
use crate::letter;
use crate::program::Program;
use crate::protection::basis::overriding::is_signed;
use crate::scope::{Region, Scope};
use crate::time::Instant;

/// The first freeze that keeps some of `scope` from moving to `partner` at `at`, or `None`.
pub fn frozen<'a>(
    account: &'a Account,
    families: &Families,
    program: &Program,
    partner: &PartnerId,
    scope: &Scope,
    at: Instant,
) -> Option<&'a Freeze> {
    all_frozen(account, families, program, partner, scope, at).into_iter().next()
}

/// Every freeze that keeps some of `scope` from moving to `partner` at `at`, in the order they were placed.
pub(crate) fn all_frozen<'a>(
    account: &'a Account,
    families: &Families,
    program: &Program,
    partner: &PartnerId,
    scope: &Scope,
    at: Instant,
) -> Vec<&'a Freeze> {
    let against = |freeze: &&Freeze| {
        let own = own_handoff(account, freeze);
        let declared = own.is_some_and(|handoff| handoff.declared_family.contains(partner));
        let hosts = own.is_some_and(|handoff| is_hosts(families, handoff, partner));
        freeze.during.contains(at) && (declared || is_against(freeze, families, partner, at)) && !hosts
    };
    let freezes = account.freezes.iter().filter(against);
    let freezes: Vec<(&Freeze, Scope)> =
        freezes.filter_map(|freeze| Some((freeze, freeze.scope.and(scope)?))).collect();
    if freezes.is_empty() {
        return Vec::new();
    }
    let spoken_for = letter::spoken_for(account, program, partner, at);
    let holds = |(freeze, held): &(&Freeze, Scope)| {
        let region = lifts(freeze, families, at).fold(Region::from(held.clone()), Region::minus);
        let region = overridden(account, at).fold(region, Region::minus);
        let Some(handoff) = own_handoff(account, freeze) else { return !region.is_empty() };
        let region = spoken_for.iter().fold(region, Region::minus);
        let let_go = let_go(account, families, handoff, at);
        !let_go.into_iter().fold(region, Region::minus).is_empty()
    };
    freezes.into_iter().filter(holds).map(|(freeze, _)| freeze).collect()
}

/// Whether `freeze` keeps `partner` out.
pub fn is_against(freeze: &Freeze, families: &Families, partner: &PartnerId, at: Instant) -> bool {
    match &freeze.against {
        FreezeTarget::All => true,
        FreezeTarget::FamilyOf(guest) => families.kinship(guest, partner, at).is_some(),
    }
}

/// Scopes lifted by customer or host by `at`. A lift told late acts from its telling unless a paper backs it.
fn lifts<'a>(freeze: &'a Freeze, families: &Families, at: Instant) -> impl Iterator<Item = &'a Scope> {
    let acts_from = |lift: &Lift| if lift.evidenced { lift.from } else { lift.from.max(lift.valid_at) };
    freeze
        .lifts
        .iter()
        .filter(move |lift| may_lift(freeze, families, &lift.by, at) && acts_from(lift) <= at)
        .map(|lift| &lift.scope)
}

/// Customer and host may, by whatever name; the vendor and whoever the freeze keeps out may not.
pub fn may_lift(freeze: &Freeze, families: &Families, by: &Party, at: Instant) -> bool {
    match by {
        Party::Customer | Party::Host => true,
        Party::Guest | Party::Vendor => false,
        Party::Partner(partner) => match &freeze.against {
            FreezeTarget::All => true,
            FreezeTarget::FamilyOf(guest) => families.kinship(guest, partner, at).is_none(),
        },
    }
}

fn overridden(account: &Account, at: Instant) -> impl Iterator<Item = &Scope> {
    let lifts = |act| matches!(act, OverrideAct::Lift | OverrideAct::Change);
    account
        .overrides
        .iter()
        .filter(move |known| lifts(known.act) && known.during.contains(at) && is_signed(known))
        .map(|known| &known.scope)
}

/// The handoff whose default freeze this is.
fn own_handoff<'a>(account: &'a Account, freeze: &Freeze) -> Option<&'a Handoff> {
    match &freeze.name {
        Lifted::Handoff(handoff) => account.handoff(handoff),
        Lifted::Freeze(_) => None,
    }
}

/// Whether `partner` belonged to the host's family when the handoff was accepted.
fn is_hosts(families: &Families, handoff: &Handoff, partner: &PartnerId) -> bool {
    handoff.accepted_at.is_some_and(|at| families.kinship(&handoff.host, partner, at).is_some())
}

/// What the host no longer holds against the guest at `at`: nothing is left there to freeze.
fn let_go<'a>(
    account: &'a Account,
    families: &Families,
    handoff: &'a Handoff,
    at: Instant,
) -> Vec<&'a Scope> {
    let released = handoff
        .releases
        .iter()
        .filter(|release| release.during.contains(at) && (release.valid_at <= at || release.anchor.is_some()))
        .map(|release| &release.scope);
    let forfeited = handoff
        .forfeitures
        .iter()
        .filter(|forfeiture| forfeiture.cure_until <= at)
        .map(|forfeiture| &forfeiture.scope);
    let gone = account
        .changes
        .iter()
        .filter(|change| change.state != ChangeState::Reversed)
        .flat_map(|change| &change.executions)
        .filter(|execution| execution.at < at && is_guests(families, handoff, &execution.executed.holder, at))
        .map(|execution| &execution.executed.scope);
    released.chain(forfeited).chain(gone).collect()
}

fn is_guests(families: &Families, handoff: &Handoff, holder: &PartnerId, at: Instant) -> bool {
    handoff.guest.as_ref().is_some_and(|guest| families.kinship(guest, holder, at).is_some())
}
