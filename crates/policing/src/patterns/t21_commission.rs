//! T21: the guest's family orders, the terms it signed owe the host a commission, and the paying system accrued
//! less. What is owed is computed from the terms; what was paid is only ever what was observed.

use domain::account::gain::{Gain, GainKind};
use domain::account::guest::Handoff;
use domain::account::{Account, Accrual, AccrualKind};
use domain::calendar::zone_or_utc;
use domain::commission::{Due, due, is_below_minimum};
use domain::event::Party;
use domain::event::case::{ClearedBy, Ground, Severity};
use domain::event::change::Basis;
use domain::event::handoff::{CommissionTerms, GrantedAct};
use domain::id::{EventId, OrderId, PartnerId};
use domain::money::Money;
use domain::program::Program;
use domain::protection::{Assessment, Outcome, kin, words};
use domain::time::Instant;

use super::of_change::{capped, clearing};
use crate::judged::{About, Breach, Seen, Sighting};
use crate::scene::Scene;

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
    let orders = account.gains.iter().filter(|gain| gain.order().is_some());
    orders.map(|gain| overdue_at(program, gain.at)).filter(|at| until < *at).min()
}

fn overdue_at(program: &Program, booked_at: Instant) -> Instant {
    let policy = &program.policy_at(booked_at).policy;
    booked_at.plus_civil_days(i64::from(policy.policing.accrual_days), &zone_or_utc(&policy.zone))
}

fn of_handoff<'a>(scene: &Scene<'a>, handoff: &'a Handoff) -> Option<Vec<Sighting<'a>>> {
    let terms = handoff.commission.as_ref()?;
    let known_until = scene.watermark.until;
    let mut orders: Vec<(&Gain, Money)> = scene
        .known
        .account
        .gains
        .iter()
        .filter(|gain| gain.order().is_some() && is_covered(scene, handoff, gain))
        .filter(|gain| overdue_at(scene.known.program, gain.at) <= known_until)
        .filter_map(|gain| Some((gain, kept(scene, gain)?)))
        .collect();
    orders.sort_by_key(|(gain, _)| (gain.at, gain.event));
    let mut seen: Vec<Sighting<'a>> =
        orders.iter().filter_map(|(gain, net)| unpaid(scene, handoff, terms, gain, *net)).collect();
    seen.extend(split(scene, handoff, terms, &orders));
    Some(seen)
}

/// Whether the commission terms cover the order: what the guest's family orders in the granted scope, and any
/// later order in the handoff's scope until the commission ends. What the host released or lost, and what the
/// guest had before, earns the host nothing; what was taken without a basis is another pattern's.
fn is_covered(scene: &Scene<'_>, handoff: &Handoff, gain: &Gain) -> bool {
    let runs = handoff.accepted_at.is_some_and(|accepted| accepted <= gain.at)
        && handoff.commission_until.is_some_and(|until| gain.at < until);
    if !runs || kin::of_guest(scene.known, handoff, &gain.partner, gain.at).is_none() {
        return false;
    }
    let Some(scope) = &gain.scope else { return false };
    let granted = handoff.grant_at(gain.at).is_some_and(|grant| {
        let sells = grant.acts.iter().any(|act| matches!(act, GrantedAct::Order | GrantedAct::Renew));
        sells && grant.scope.overlaps(scope)
    });
    granted || moved_on(scene, handoff, gain)
}

/// Whether the customer's will or the end of the window let the order pass: then the commission runs on.
fn moved_on(scene: &Scene<'_>, handoff: &Handoff, gain: &Gain) -> bool {
    scene.assessments.iter().any(|assessment| {
        assessment.handoff.handoff == handoff.handoff
            && assessment.gain.event == gain.event
            && match &assessment.outcome {
                Outcome::Cleared { by, .. } => matches!(
                    by,
                    ClearedBy::Granted
                        | ClearedBy::Basis(Basis::CustomerLetter)
                        | ClearedBy::Basis(Basis::WindowOver)
                ),
                Outcome::NotConcerned(_) | Outcome::Violation(_) => false,
            }
    })
}

/// What the customer kept of the order; `None` where its source does not say what it is worth.
fn kept(scene: &Scene<'_>, gain: &Gain) -> Option<Money> {
    let returned = scene.known.account.returns.iter().filter(|back| Some(&back.order) == gain.order());
    returned.fold(gain.net, |net, back| net?.plus(&Money::new(-back.net.minor.abs(), back.net.currency)))
}

/// What was accrued for an order under a handoff, less what the guest's side wrote off: in the first place the
/// sum, in the second whether the host itself gave up a commission the order may be meant by.
fn paid(scene: &Scene<'_>, handoff: &Handoff, order: &OrderId) -> (i64, bool) {
    let money = &scene.known.account.money;
    let of_order: Vec<&Accrual> = money
        .iter()
        .filter(|row| {
            row.kind == AccrualKind::Accrued
                && row.order.as_ref() == Some(order)
                && row.handoff.as_ref() == Some(&handoff.handoff)
        })
        .collect();
    let accrued: i64 = of_order.iter().map(|row| row.amount.minor).sum();
    let mut taken_back = 0;
    let mut given_up = false;
    for row in money.iter().filter(|row| row.kind != AccrualKind::Accrued) {
        let known = money
            .iter()
            .any(|other| other.kind == AccrualKind::Accrued && other.commission == row.commission);
        let concerns = of_order.iter().any(|accrual| accrual.commission == row.commission);
        match written_off_by(scene, handoff, row) {
            // A waiver of a commission that never accrued may be of this order.
            Side::Host => given_up |= concerns || !known,
            Side::Guest if concerns => taken_back += row.amount.minor.abs(),
            Side::Guest | Side::Vendor => {}
        }
    }
    (accrued - taken_back, given_up)
}

enum Side {
    Host,
    Guest,
    Vendor,
}

/// Who gave a commission up: the host may, the guest's side may not, and the vendor follows a return.
fn written_off_by(scene: &Scene<'_>, handoff: &Handoff, row: &Accrual) -> Side {
    let of_guest = |partner| kin::of_guest(scene.known, handoff, partner, row.at).is_some();
    let told_by_guest = row.reported_by.as_ref().is_some_and(of_guest);
    match &row.by {
        Some(Party::Host) if !told_by_guest => Side::Host,
        Some(Party::Host | Party::Guest) => Side::Guest,
        Some(Party::Partner(partner)) if *partner == handoff.host && !told_by_guest => Side::Host,
        Some(Party::Partner(partner)) if of_guest(partner) || told_by_guest => Side::Guest,
        Some(Party::Vendor | Party::Customer | Party::Partner(_)) | None if told_by_guest => Side::Guest,
        Some(Party::Vendor | Party::Customer | Party::Partner(_)) | None => Side::Vendor,
    }
}

/// An order by itself that owed more than accrued for it.
fn unpaid<'a>(
    scene: &Scene<'a>,
    handoff: &'a Handoff,
    terms: &CommissionTerms,
    gain: &'a Gain,
    net: Money,
) -> Option<Sighting<'a>> {
    let order = gain.order()?;
    let (paid, given_up) = paid(scene, handoff, order);
    let owed = match due(terms, net) {
        Due::Nothing => return None,
        Due::Amount(owed) if paid >= owed.minor => return None,
        Due::Something if paid > 0 => return None,
        Due::Amount(owed) => owed.to_string(),
        Due::Something => "a commission".to_owned(),
    };
    let through = sold_through(gain).map(|through| format!(" through {through}")).unwrap_or_default();
    let sentence = format!(
        "{} booked order {order}{through} worth {net} on {}, for which handoff {} owes {} {owed}; {} accrued by {}",
        gain.partner,
        words::day(gain.at),
        handoff.handoff,
        handoff.host,
        Money::new(paid, net.currency),
        words::day(overdue_at(scene.known.program, gain.at)),
    );
    Some(sighting(scene, handoff, &[gain], sentence, given_up))
}

/// Orders each below the minimum of the terms that together are not: the one that completes them.
fn split<'a>(
    scene: &Scene<'a>,
    handoff: &'a Handoff,
    terms: &CommissionTerms,
    orders: &[(&'a Gain, Money)],
) -> Vec<Sighting<'a>> {
    let Some(minimum) = terms.minimum else { return Vec::new() };
    let small = orders.iter().filter(|(gain, net)| {
        let paid = gain.order().map(|order| paid(scene, handoff, order));
        is_below_minimum(terms, *net)
            && net.minor > 0
            && paid.is_some_and(|(paid, given_up)| paid <= 0 && !given_up)
    });
    let mut open: Vec<(&Gain, Money)> = Vec::new();
    let mut seen = Vec::new();
    for (gain, net) in small {
        open.retain(|(earlier, _)| gain.at <= overdue_at(scene.known.program, earlier.at));
        open.push((gain, *net));
        if open.iter().map(|(_, net)| net.minor).sum::<i64>() >= minimum.minor {
            seen.push(completed(scene, handoff, terms, &open, minimum));
            open.clear();
        }
    }
    seen
}

/// The orders that the minimum needs: the last, and the largest before it.
fn completed<'a>(
    scene: &Scene<'a>,
    handoff: &'a Handoff,
    terms: &CommissionTerms,
    open: &[(&'a Gain, Money)],
    minimum: Money,
) -> Sighting<'a> {
    let (last, before) = open.split_last().expect("an order was just added");
    let mut before = before.to_vec();
    before.sort_by_key(|(gain, net)| (std::cmp::Reverse(net.minor), gain.at, gain.event));
    let (mut sum, mut needed) = (last.1.minor, vec![last.0]);
    for (gain, net) in before {
        if sum >= minimum.minor {
            break;
        }
        sum += net.minor;
        needed.insert(0, gain);
    }
    let whole = Money::new(sum, minimum.currency);
    let owed = match due(terms, whole) {
        Due::Amount(owed) => owed.to_string(),
        Due::Something | Due::Nothing => "a commission".to_owned(),
    };
    let sentence = format!(
        "{} booked {} orders below {minimum} by {}, together worth {whole}, for which handoff {} owes {} {owed}; nothing accrued",
        last.0.partner,
        needed.len(),
        words::day(last.0.at),
        handoff.handoff,
        handoff.host,
    );
    sighting(scene, handoff, &needed, sentence, false)
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
    orders: &[&'a Gain],
    sentence: String,
    given_up: bool,
) -> Sighting<'a> {
    let last = orders.last().expect("a finding is about at least one order");
    let kinship = kin::of_guest(scene.known, handoff, &last.partner, last.at);
    let severity = kinship.as_ref().map_or(Severity::S3, |kinship| capped(Severity::S3, kinship));
    let seen = if given_up {
        let waived = scene.known.account.money.iter().filter(|row| row.kind != AccrualKind::Accrued);
        let because = waived.map(|row| row.event).collect();
        Seen::Cleared { by: ClearedBy::Basis(Basis::HostRelease), because }
    } else {
        Seen::Breach(breach(scene, handoff, orders, sentence))
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

fn breach(scene: &Scene<'_>, handoff: &Handoff, orders: &[&Gain], sentence: String) -> Breach {
    let booked: Vec<EventId> = orders.iter().map(|gain| gain.event).collect();
    let mut proof: Vec<EventId> = [handoff.invited, handoff.accepted].into_iter().flatten().collect();
    for gain in orders {
        let path = kin::of_guest(scene.known, handoff, &gain.partner, gain.at).map(|kinship| kinship.path);
        for event in path.into_iter().flatten().chain(let_pass(scene, handoff, gain)).chain([gain.event]) {
            if !proof.contains(&event) {
                proof.push(event);
            }
        }
    }
    let rows = scene.known.account.money.iter().filter(|row| {
        row.order.as_ref().is_none_or(|order| orders.iter().any(|gain| gain.order() == Some(order)))
    });
    let rows: Vec<EventId> = rows.map(|row| row.event).collect();
    let terms: Vec<EventId> = handoff.invited.into_iter().chain(handoff.accepted).collect();
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

/// What let an order outside the granted scope pass: without it the terms would not cover it.
fn let_pass(scene: &Scene<'_>, handoff: &Handoff, gain: &Gain) -> Vec<EventId> {
    let granted = gain
        .scope
        .as_ref()
        .is_some_and(|scope| handoff.grant_at(gain.at).is_some_and(|grant| grant.scope.overlaps(scope)));
    if granted {
        return handoff.grant_at(gain.at).map(|grant| grant.event).into_iter().collect();
    }
    let of_gain = scene.assessments.iter().find(|assessment| {
        assessment.handoff.handoff == handoff.handoff && assessment.gain.event == gain.event
    });
    of_gain.map(|assessment| because(scene, assessment)).unwrap_or_default()
}

/// The papers behind a lawful order, and the change they moved the account by.
fn because(scene: &Scene<'_>, assessment: &Assessment<'_>) -> Vec<EventId> {
    let Outcome::Cleared { by: ClearedBy::Basis(Basis::CustomerLetter), because } = &assessment.outcome
    else {
        return Vec::new();
    };
    let moved = scene.known.account.changes.iter().filter(|change| {
        change.gaining.as_ref() == Some(&assessment.gain.partner)
            && change
                .letter
                .as_ref()
                .and_then(|letter| scene.known.account.letter(letter))
                .is_some_and(|letter| because.contains(&letter.event))
    });
    let steps = moved.flat_map(|change| change.requested.into_iter());
    because.iter().copied().chain(steps).collect()
}
