//! T21: the guest's family orders, the terms it signed owe the host a commission, and less accrued.

use domain::event::Party;
use domain::event::case::{ClearedBy, Severity};
use domain::event::change::Basis;
use domain::event::commission::CommissionEvent;
use domain::event::handoff::{CommissionBase, CommissionTerms};
use domain::id::{CommissionId, OrderId, PartnerId};
use domain::money::Money;
use domain::time::Instant;

use super::{Claim, Shown};
use crate::bases::sells;
use crate::family::Kin;
use crate::gains::Gain;
use crate::parts::meet;
use crate::question::Answer;
use crate::scene::Scene;
use crate::terms::Terms;
use crate::walk;

pub(super) fn unpaid(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let terms = claim.terms(scene)?;
    let commission = &terms.invited.said.commission;
    let last = scene.gain(claim.act).filter(|gain| gain.order().is_some());
    let last = last.ok_or("its act is no order")?;
    let at = overdue_at(scene, last.at);
    if claim.known_until < at {
        return Err("the commission is not overdue yet".to_owned());
    }
    if is_owed_alone(scene, terms, commission, last)? {
        return Ok(shown(scene, terms, last, at));
    }
    is_split(scene, claim, terms, commission, last)?;
    Ok(shown(scene, terms, last, at))
}

fn shown(scene: &Scene<'_>, terms: &Terms<'_>, last: &Gain<'_>, at: Instant) -> Shown {
    let kin = scene.of_guest(terms, last.partner, last.at).unwrap_or(Kin::Known);
    Shown::of(Severity::S3, kin, at, last.partner)
}

fn overdue_at(scene: &Scene<'_>, booked_at: Instant) -> Instant {
    scene.known.program.days_after(booked_at, scene.policy_at(booked_at).policing.accrual_days)
}

/// Whether the order by itself owed more than accrued for it.
fn is_owed_alone(
    scene: &Scene<'_>,
    terms: &Terms<'_>,
    commission: &CommissionTerms,
    gain: &Gain<'_>,
) -> Result<bool, String> {
    let net = owing(scene, terms, gain)?;
    if net.minor <= 0 || commission.rate.get() == 0 || is_small(commission, net) {
        return Ok(false);
    }
    let Some(order) = gain.order() else { return Ok(false) };
    let paid = paid(scene, terms, order);
    let owed = i128::from(net.minor) * i128::from(commission.rate.get()) / 10_000;
    let enough = match commission.base {
        CommissionBase::NetOrder => i128::from(paid) >= owed,
        CommissionBase::NetCollected | CommissionBase::Margin => paid > 0,
    };
    if enough {
        return Err("what the terms owe accrued".to_owned());
    }
    if is_given_up(scene, terms, order) {
        return Err("the host waived it".to_owned());
    }
    Ok(true)
}

fn is_small(commission: &CommissionTerms, net: Money) -> bool {
    commission.minimum.is_some_and(|least| least.currency == net.currency && net.minor < least.minor)
}

/// The small orders of the proof, booked within the days of an accrual, that together reach the minimum.
fn is_split(
    scene: &Scene<'_>,
    claim: &Claim<'_>,
    terms: &Terms<'_>,
    commission: &CommissionTerms,
    last: &Gain<'_>,
) -> Result<(), String> {
    let least = commission.minimum.filter(|_| commission.rate.get() > 0);
    let least = least.ok_or("the terms owe nothing for it")?;
    let mut sum = 0_i64;
    for gain in scene.gains.iter().filter(|gain| claim.proof.contains(&gain.event)) {
        let Some(order) = gain.order() else { continue };
        let net = match owing(scene, terms, gain) {
            Ok(net) => net,
            // A paper in the proof may itself be an order that let another pass.
            Err(why) if gain.event == last.event => return Err(why),
            Err(_) => continue,
        };
        let counts = is_small(commission, net) && net.minor > 0 && paid(scene, terms, order) <= 0;
        let together = gain.at <= last.at && last.at <= overdue_at(scene, gain.at);
        if counts && together && !is_given_up(scene, terms, order) {
            sum = sum.saturating_add(net.minor);
        }
    }
    if sum < least.minor { Err("the orders together stay below the minimum".to_owned()) } else { Ok(()) }
}

/// What the customer kept of an order that the commission terms cover.
fn owing(scene: &Scene<'_>, terms: &Terms<'_>, gain: &Gain<'_>) -> Result<Money, String> {
    let until = terms.accepted.said.commission_until;
    if gain.at < terms.accepted_at() || until <= gain.at {
        return Err("the commission does not run".to_owned());
    }
    if is_own_pocket(scene, terms, gain) {
        return Err("host and whoever ordered are one company".to_owned());
    }
    if !is_covered(scene, terms, gain) {
        return Err("the commission terms do not cover the order".to_owned());
    }
    let net = gain.net.ok_or("what the order is worth is not on record")?;
    let returned = scene.told.returned.iter().filter(|on| Some(&on.said.order) == gain.order());
    let back = returned.fold(0_i64, |sum, on| sum.saturating_add(on.said.net.minor.saturating_abs()));
    Ok(Money::new(net.minor.saturating_sub(back), net.currency))
}

/// Whether host and orderer were one when it was booked, or are when it falls due.
fn is_own_pocket(scene: &Scene<'_>, terms: &Terms<'_>, gain: &Gain<'_>) -> bool {
    let one = |at: Instant| {
        let known = |of: &PartnerId, who: &PartnerId| scene.kin(of, who, at) == Some(Kin::Known);
        known(terms.host(), gain.partner) && known(gain.partner, terms.host())
    };
    one(gain.at) || one(overdue_at(scene, gain.at))
}

/// In the granted scope, or let pass by the customer's will or by the end of the window.
fn is_covered(scene: &Scene<'_>, terms: &Terms<'_>, gain: &Gain<'_>) -> bool {
    let granted = gain.scope.as_ref().is_some_and(|scope| sells(terms, scope, gain.at).is_some());
    match walk::ask(scene, terms, gain, &|_| true) {
        Answer::Cleared(ClearedBy::Basis(Basis::WindowOver | Basis::CustomerLetter)) => true,
        Answer::Cleared(_) => granted,
        Answer::Unconcerned(_) => {
            let outside = gain.scope.as_ref().is_some_and(|scope| !meet(terms.protects(), scope));
            let of_guest = scene.of_guest(terms, gain.partner, gain.at).is_some();
            outside && of_guest && granted
        }
        Answer::Open(_) => false,
    }
}

/// What accrued for an order under the handoff, less what the guest's side wrote off, in minor units.
fn paid(scene: &Scene<'_>, terms: &Terms<'_>, order: &OrderId) -> i64 {
    let mut sum = 0_i64;
    for on in &scene.told.money {
        match on.said {
            CommissionEvent::Accrued(said) => {
                let counts = said.order == *order && said.handoff == *terms.id();
                sum = sum.saturating_add(if counts { said.amount.minor } else { 0 });
            }
            CommissionEvent::Waived(said) => {
                let off = side(scene, terms, on.by(), &said.by, on.at()) == Side::Guest
                    && is_of(scene, &said.commission, order);
                sum = sum.saturating_sub(if off { said.amount.minor.saturating_abs() } else { 0 });
            }
            CommissionEvent::ClawedBack(said) => {
                let off = side(scene, terms, on.by(), &said.by, on.at()) == Side::Guest
                    && is_of(scene, &said.commission, order);
                sum = sum.saturating_sub(if off { said.amount.minor.saturating_abs() } else { 0 });
            }
        }
    }
    sum
}

/// The order a commission accrued for.
fn order_of<'a>(scene: &Scene<'a>, commission: &CommissionId) -> Option<&'a OrderId> {
    scene.told.money.iter().rev().find_map(|on| match on.said {
        CommissionEvent::Accrued(said) if said.commission == *commission => Some(&said.order),
        CommissionEvent::Accrued(_) | CommissionEvent::Waived(_) | CommissionEvent::ClawedBack(_) => None,
    })
}

fn is_of(scene: &Scene<'_>, commission: &CommissionId, order: &OrderId) -> bool {
    order_of(scene, commission) == Some(order)
}

/// Whether the host gave up the order's commission, or one that never accrued and may be of any order.
fn is_given_up(scene: &Scene<'_>, terms: &Terms<'_>, order: &OrderId) -> bool {
    scene.told.money.iter().any(|on| {
        let (commission, by) = match on.said {
            CommissionEvent::Accrued(_) => return false,
            CommissionEvent::Waived(said) => (&said.commission, &said.by),
            CommissionEvent::ClawedBack(said) => (&said.commission, &said.by),
        };
        let concerns = order_of(scene, commission).is_none_or(|of| of == order);
        concerns && side(scene, terms, on.by(), by, on.at()) == Side::Host
    })
}

#[derive(PartialEq)]
enum Side {
    Host,
    Guest,
    Other,
}

/// Who gave a commission up; what the guest's side signs or tells is the guest's.
fn side(scene: &Scene<'_>, terms: &Terms<'_>, teller: Option<&PartnerId>, by: &Party, at: Instant) -> Side {
    let is_guests = |partner: &PartnerId| scene.of_guest(terms, partner, at).is_some();
    if teller.is_some_and(is_guests) {
        return Side::Guest;
    }
    match by {
        Party::Host => Side::Host,
        Party::Guest => Side::Guest,
        Party::Partner(partner) if partner == terms.host() => Side::Host,
        Party::Partner(partner) if is_guests(partner) => Side::Guest,
        Party::Partner(_) | Party::Vendor | Party::Customer => Side::Other,
    }
}
