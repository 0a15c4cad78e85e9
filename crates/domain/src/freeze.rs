//! Whether an account is frozen toward a partner: asked before a change is executed, and again by policing.
//!
//! An accepted handoff freezes its scope toward the guest's family (safeguard 2). Customer or host may lift
//! it, each alone. Their word counts in every form it has: an explicit lift; the customer's verified letter
//! or token for the scope it names; and, for a handoff's own freeze, what the host released, forfeited or
//! already lost to the guest. Orders are never frozen (ruling 6).

use crate::account::Account;
use crate::account::guest::{ChangeState, Freeze, Handoff, Lift};
use crate::event::Party;
use crate::event::account::{FreezeTarget, Lifted, OverrideAct};
use crate::family::Families;
use crate::id::PartnerId;
use crate::letter;
use crate::program::Program;
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
    let mut freezes = account
        .freezes
        .iter()
        .filter(|freeze| freeze.during.contains(at) && is_against(freeze, families, partner, at))
        .filter_map(|freeze| Some((freeze, freeze.scope.and(scope)?)))
        .peekable();
    freezes.peek()?;
    let spoken_for = letter::spoken_for(account, program, partner, at);
    freezes
        .find(|(freeze, held)| {
            let region =
                lifts(freeze, at).fold(Region::from(held.clone()), |region, lift| region.minus(lift));
            let region = spoken_for.iter().fold(region, |region, scope| region.minus(scope));
            let region = overridden(account, at).fold(region, |region, scope| region.minus(scope));
            !own_handoff(account, freeze)
                .into_iter()
                .flat_map(|handoff| let_go(account, families, handoff, at))
                .fold(region, |region, scope| region.minus(scope))
                .is_empty()
        })
        .map(|(freeze, _)| freeze)
}

/// Whether `freeze` keeps `partner` out.
pub fn is_against(freeze: &Freeze, families: &Families, partner: &PartnerId, at: Instant) -> bool {
    match &freeze.against {
        FreezeTarget::All => true,
        FreezeTarget::FamilyOf(guest) => families.kinship(guest, partner, at).is_some(),
    }
}

/// Scopes lifted by customer or host by `at`. A lift told late acts from its telling unless a paper backs it.
fn lifts(freeze: &Freeze, at: Instant) -> impl Iterator<Item = &Scope> {
    let acts_from = |lift: &Lift| if lift.evidenced { lift.from } else { lift.from.max(lift.valid_at) };
    freeze
        .lifts
        .iter()
        .filter(move |lift| !matches!(lift.by, Party::Guest | Party::Vendor) && acts_from(lift) <= at)
        .map(|lift| &lift.scope)
}

fn overridden(account: &Account, at: Instant) -> impl Iterator<Item = &Scope> {
    let lifts = |act| matches!(act, OverrideAct::Lift | OverrideAct::Change);
    account
        .overrides
        .iter()
        .filter(move |overriding| lifts(overriding.act) && overriding.during.contains(at))
        .map(|overriding| &overriding.scope)
}

/// The handoff whose default freeze this is.
fn own_handoff<'a>(account: &'a Account, freeze: &Freeze) -> Option<&'a Handoff> {
    match &freeze.name {
        Lifted::Handoff(handoff) => account.handoff(handoff),
        Lifted::Freeze(_) => None,
    }
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
