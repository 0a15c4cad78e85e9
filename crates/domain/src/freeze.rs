//! Whether an account is frozen toward a partner: asked before a change is executed, and again by policing.
//!
//! An accepted handoff freezes its scope toward the guest's family. Customer or host may lift
//! it, each alone, or two officers. A letter is no lift, however well it was verified: it clears a takeover
//! and never a breach of procedure. A handoff's own freeze also falls with what it guards, where the host
//! released it, forfeited it, lost its standing or already lost it to the guest. Orders are never frozen.

use crate::account::Account;
use crate::account::guest::{ChangeState, Freeze, Handoff, Lift};
use crate::event::Party;
use crate::event::account::{FreezeTarget, Lifted, OverrideAct};
use crate::event::case::ClearedBy;
use crate::event::change::Basis;
use crate::family::Families;
use crate::id::{EventId, PartnerId};
use crate::protection::Known;
use crate::protection::act::Judged;
use crate::protection::basis::overriding::is_signed;
use crate::protection::basis::{BASES, Support, Supports, terms};
use crate::protection::procedure::covered;
use crate::protection::question::Question;
use crate::protection::walk::walk;
use crate::scope::{Region, Scope};
use crate::time::Instant;

/// What the freezes of an account say of a move.
#[derive(Debug, Clone, PartialEq)]
pub enum Hold<'a> {
    /// None stands in its way.
    Free,
    /// This one, placed first, does.
    Frozen(&'a Freeze),
    /// A handoff's own freeze did, and fell with what it guarded.
    Fallen { by: ClearedBy, because: Vec<EventId> },
}

/// What the freezes say of `act`, a change of holder that happened or is asked for.
pub fn hold<'a>(known: Known<'a>, act: &Judged<'_>) -> Hold<'a> {
    let mut hold = Hold::Free;
    for (freeze, held) in standing(known, act) {
        match own_handoff(known.account, freeze).and_then(|handoff| fallen(known, handoff, act, &held)) {
            Some((by, because)) if hold == Hold::Free => hold = Hold::Fallen { by, because },
            Some(_) => {}
            None => return Hold::Frozen(freeze),
        }
    }
    hold
}

/// The freezes that nobody lifted, in the order they were placed, with what each keeps from the act's partner.
fn standing<'a>(known: Known<'a>, act: &Judged<'_>) -> Vec<(&'a Freeze, Region)> {
    let (account, families, at) = (known.account, known.families, act.at);
    let against = |freeze: &&Freeze| {
        let own = own_handoff(account, freeze);
        let declared = own.is_some_and(|handoff| handoff.declared_family.contains(act.partner));
        let hosts = own.is_some_and(|handoff| is_hosts(families, handoff, act.partner));
        freeze.during.contains(at) && (declared || is_against(freeze, families, act.partner, at)) && !hosts
    };
    let held = |freeze: &'a Freeze| {
        let held = match act.scope {
            Some(scope) => freeze.scope.and(scope)?,
            None => freeze.scope.clone(),
        };
        let region = lifts(freeze, families, at).fold(Region::from(held), Region::minus);
        let region = overridden(account, at).fold(region, Region::minus);
        let let_go = own_handoff(account, freeze).map(|handoff| let_go(account, families, handoff, at));
        let region = let_go.into_iter().flatten().fold(region, Region::minus);
        (!region.is_empty()).then_some((freeze, region))
    };
    account.freezes.iter().filter(against).filter_map(held).collect()
}

/// What makes all of `held` no longer worth guarding, if something does. What the customer wrote and what the
/// guest had before clear a takeover and thaw nothing.
fn fallen(
    known: Known<'_>,
    handoff: &Handoff,
    act: &Judged<'_>,
    held: &Region,
) -> Option<(ClearedBy, Vec<EventId>)> {
    let ledger = walk(known, handoff, |gain| gain.at < act.at, |_| {});
    let question = Question::new(known, handoff, *act, &ledger)?;
    let guests_own = |basis| matches!(basis, Basis::CustomerLetter | Basis::DeclaredPrior);
    let thaws = |support: &Support| matches!(support.by, ClearedBy::Basis(basis) if !guests_own(basis));
    let bases = BASES.iter().map(|row| row.supports);
    let supports = std::iter::once(terms::left_behind as Supports).chain(bases);
    covered(held, supports.flat_map(|supports| supports(&question, held)).filter(thaws).collect())
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
