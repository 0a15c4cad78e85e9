//! T21: the guest's family orders, the terms it signed owe the host a commission, and the paying system accrued
//! less.
//!
//! Trigger: an order or renewal by the guest's family that the terms cover (see `covered`), once the days the
//! policy gives the accrual (30) are over. Key: handoff and order. What is owed is computed from the terms; what
//! was paid is only ever what was observed, and what the guest's side wrote off does not count as paid. Several
//! orders below the minimum of the terms, booked within those days, count as one (see `split`); through which
//! distributor they went makes no difference.
//!
//! The accrual clears it, late or not; so does a waiver by the host, and a return for what came back. An order
//! that does not say what it is worth, or what it concerns, is not judged. S3 against whoever ordered, S2 where its
//! family is only guessed.

mod covered;
mod needed;
mod paid;
mod split;

use domain::account::Account;
use domain::account::gain::{Gain, GainKind};
use domain::account::guest::Handoff;
use domain::calendar::zone_or_utc;
use domain::commission::{Due, due};
use domain::event::case::{ClearedBy, Ground, Severity};
use domain::event::change::Basis;
use domain::event::handoff::CommissionTerms;
use domain::id::{EventId, PartnerId};
use domain::money::Money;
use domain::program::Program;
use domain::protection::{kin, words};
use domain::time::Instant;

use super::of_change::{capped, clearing};
use crate::judged::{About, Breach, Seen, Sighting};
use crate::scene::Scene;
use covered::Covered;
use paid::Books;

/// One sighting per order that owed a commission and got less, and per order that completes a split one.
pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    let handoffs = scene.known.account.handoffs.iter();
    handoffs.flat_map(|handoff| of_handoff(scene, handoff).unwrap_or_default()).collect()
}

/// When the next order under a handoff has to have its commission, after `until`.
pub(crate) fn due_after(program: &Program, account: &Account, until: Instant) -> Option<Instant> {
    if account.handoffs.iter().all(|handoff| handoff.accepted_at.is_none()) {
        return None;
    }
    // Gains stand in the order they took effect: before the first that is overdue all are.
    let orders = account.gains.iter().rev().filter(|gain| gain.order().is_some());
    orders.map(|gain| overdue_at(program, gain.at)).take_while(|at| until < *at).min()
}

fn overdue_at(program: &Program, booked_at: Instant) -> Instant {
    let policy = &program.policy_at(booked_at).policy;
    booked_at.plus_civil_days(i64::from(policy.policing.accrual_days), &zone_or_utc(&policy.zone))
}

/// An order the terms cover, with what the customer kept of it.
#[derive(Clone)]
struct Owing<'a> {
    gain: &'a Gain,
    net: Money,
    covered: Covered,
}

fn of_handoff<'a>(scene: &Scene<'a>, handoff: &'a Handoff) -> Option<Vec<Sighting<'a>>> {
    let terms = handoff.commission.as_ref().filter(|terms| terms.rate.get() > 0)?;
    let books = Books::of(scene, handoff);
    let covered = covered::orders(scene, handoff);
    let mut owing: Vec<Owing<'a>> = covered
        .into_iter()
        .filter(|(gain, _)| overdue_at(scene.known.program, gain.at) <= scene.watermark.until)
        .filter_map(|(gain, covered)| Some(Owing { gain, net: books.kept(gain)?, covered }))
        .collect();
    owing.sort_by_key(|order| (order.gain.at, order.gain.event));
    let mut seen: Vec<Sighting<'a>> =
        owing.iter().filter_map(|order| unpaid(scene, handoff, terms, &books, order)).collect();
    seen.extend(split::completed(scene, handoff, terms, &books, &owing));
    Some(seen)
}

/// An order by itself that owed more than accrued for it.
fn unpaid<'a>(
    scene: &Scene<'a>,
    handoff: &'a Handoff,
    terms: &CommissionTerms,
    books: &Books<'_>,
    order: &Owing<'a>,
) -> Option<Sighting<'a>> {
    let Owing { gain, net, .. } = order;
    let number = gain.order()?;
    let paid = books.paid(number);
    let owed = match due(terms, *net) {
        Due::Nothing => return None,
        Due::Amount(owed) if paid >= owed.minor => return None,
        Due::Something if paid > 0 => return None,
        Due::Amount(owed) => owed.to_string(),
        Due::Something => "a commission".to_owned(),
    };
    let through = sold_through(gain).map(|through| format!(" through {through}")).unwrap_or_default();
    let sentence = format!(
        "{} booked order {number}{through} worth {net} on {}, for which handoff {} owes {} {owed}; {} accrued by {}",
        gain.partner,
        words::day(gain.at),
        handoff.handoff,
        handoff.host,
        Money::new(paid, net.currency),
        words::day(overdue_at(scene.known.program, gain.at)),
    );
    Some(sighting(scene, handoff, &[order], sentence, books.given_up(number)))
}

fn sold_through(gain: &Gain) -> Option<&PartnerId> {
    match &gain.kind {
        GainKind::OrderBooked { sold_through, .. } | GainKind::RenewalBooked { sold_through, .. } => {
            sold_through.as_ref()
        }
        GainKind::HolderRecorded { .. }
        | GainKind::ChangeExecuted { .. }
        | GainKind::DealApproved { .. }
        | GainKind::ContractSigned { .. } => None,
    }
}

fn sighting<'a>(
    scene: &Scene<'a>,
    handoff: &'a Handoff,
    orders: &[&Owing<'a>],
    sentence: String,
    given_up: Option<EventId>,
) -> Sighting<'a> {
    let last = orders.last().expect("a finding is about at least one order").gain;
    let kinship = kin::of_guest(scene.known, handoff, &last.partner, last.at);
    let severity = kinship.as_ref().map_or(Severity::S3, |kinship| capped(Severity::S3, kinship));
    let seen = match given_up {
        Some(waiver) => Seen::Cleared { by: ClearedBy::Basis(Basis::HostRelease), because: vec![waiver] },
        None => Seen::Breach(breach(scene, handoff, orders, sentence)),
    };
    Sighting {
        act: last.event,
        at: overdue_at(scene.known.program, last.at),
        actor: last.partner.clone(),
        respondent: last.partner.to_string(),
        severity,
        about: About::Handoff(handoff),
        seen,
    }
}

fn breach(scene: &Scene<'_>, handoff: &Handoff, orders: &[&Owing<'_>], sentence: String) -> Breach {
    let booked: Vec<EventId> = orders.iter().map(|order| order.gain.event).collect();
    let terms: Vec<EventId> = [handoff.invited, handoff.accepted].into_iter().flatten().collect();
    let mut proof = terms.clone();
    for order in orders {
        let kinship = kin::of_guest(scene.known, handoff, &order.gain.partner, order.gain.at);
        let path = kinship.map(|kinship| kinship.path).unwrap_or_default();
        let needed = path
            .into_iter()
            .chain(order.covered.shown_by(scene, handoff, order.gain))
            .chain([order.gain.event]);
        for event in needed {
            if !proof.contains(&event) {
                proof.push(event);
            }
        }
    }
    let concerns = |row: &&domain::account::Accrual| {
        row.order.as_ref().is_none_or(|order| orders.iter().any(|known| known.gain.order() == Some(order)))
    };
    let rows: Vec<EventId> = scene.known.account.money.iter().filter(concerns).map(|row| row.event).collect();
    Breach {
        unknown: None,
        grounds: vec![
            Ground::new("orders", sentence.clone(), booked),
            Ground::new("owed", format!("the terms of handoff {} cover them", handoff.handoff), terms),
            Ground::new("not_paid", "less accrued than the terms owe", rows.clone()),
        ],
        context: rows,
        proof,
        clearing: vec![
            clearing("accrual", "the accrual of what is owed, from the paying system"),
            clearing("waiver", format!("a waiver of the commission by {}", handoff.host)),
            clearing("return", "the return of the order"),
        ],
        sentence,
    }
}
