//! T13: the guest says that the host abandoned the account, though the record says otherwise.
//!
//! Trigger: a claim of forfeiture (V3) under a running handoff, whose act and respondent are the claim and the
//! claimant. One of three things is wrong with it, asked in this order. *Undelivered*: all notices it names were
//! sent, and one never arrived. *Answered*: the host did something, or answered, inside the cure period and
//! before the claim; any act of the host is an answer, but a broken commitment is answered by keeping it.
//! *Address*: the guest's side had put the host's address for notices there, or somebody other than the host
//! had in the days before the cure period that the policy names (7), and the host has not confirmed it. The first
//! two concern claims of the guest's family, the last one everybody's. A claim that merely lacks a notice or days is
//! none of them: it carries no gain, and the gain is found. A claim whose address was changed by nobody knows
//! whom is for review. Every basis but the forfeiture itself clears: the claim then took nothing.

use domain::account::Contact;
use domain::account::guest::{Forfeiture, Handoff, Notice};
use domain::event::Party;
use domain::event::account::ContactPurpose;
use domain::event::case::{Clearing, Ground, Severity};
use domain::event::change::Basis;
use domain::event::notice::About;
use domain::family::Kinship;
use domain::id::{EventId, NoticeId, PartnerId};
use domain::protection::{self, Act, Attempt, Outcome, Violation, kin, words};
use domain::time::{Instant, Interval};

use super::takeover::capped_by;
use crate::judged::{About as Concerns, Breach, Seen, Sighting};
use crate::scene::Scene;

pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    let handoffs = scene.known.account.handoffs.iter();
    let claims = handoffs.flat_map(|handoff| handoff.forfeitures.iter().map(move |claim| (handoff, claim)));
    claims.filter_map(|(handoff, claim)| claimed(scene, handoff, claim)).collect()
}

/// What is wrong with a claim.
struct Fault {
    severity: Severity,
    part: &'static str,
    because: String,
    /// What shows it beside handoff and claim.
    proof: Vec<EventId>,
    nearest: String,
    /// Who did it, if it was not the claimant.
    by: Option<PartnerId>,
}

fn claimed<'a>(scene: &Scene<'a>, handoff: &'a Handoff, claim: &'a Forfeiture) -> Option<Sighting<'a>> {
    let (accepted, tail_until) = (handoff.accepted_at?, handoff.tail_until?);
    if !Interval::new(accepted, tail_until).contains(claim.claimed_at) {
        return None;
    }
    let claimant = handoff.partner_of(&claim.claimed_by);
    let kinship = claimant.as_ref().and_then(|p| kin::of_guest(scene.known, handoff, p, claim.claimed_at));
    let own =
        kinship.as_ref().and_then(|_| undelivered(scene, claim).or_else(|| answered(scene, handoff, claim)));
    let fault = own.or_else(|| readdressed(scene, handoff, claim))?;
    let actor = fault.by.clone().or(claimant.filter(|_| kinship.is_some())).or(handoff.guest.clone())?;
    let gaining = handoff.guest.as_ref()?;
    let scope = &claim.scope;
    let attempt = Attempt {
        partner: gaining,
        scope,
        act: Act::ChangeHolder { change: None, effective_from: claim.claimed_at },
        at: claim.claimed_at,
    };
    let severity = capped_by(fault.severity, kinship.as_ref());
    let seen = match protection::ask_without(scene.known, handoff, &attempt, Basis::Forfeiture)? {
        Outcome::NotConcerned(_) => return None,
        Outcome::Cleared { by, because } => Seen::Cleared { by, because },
        Outcome::Violation(violation) => {
            Seen::Breach(breach(handoff, claim, fault, *violation, kinship.as_ref()))
        }
    };
    Some(Sighting {
        act: claim.event,
        at: claim.claimed_at,
        respondent: actor.to_string(),
        actor,
        severity,
        about: Concerns::Handoff(handoff),
        seen,
    })
}

fn breach(
    handoff: &Handoff,
    claim: &Forfeiture,
    fault: Fault,
    violation: Violation,
    kinship: Option<&Kinship>,
) -> Breach {
    let Fault { part, because, proof: shown, nearest, .. } = fault;
    let (day, scope) = (words::day(claim.claimed_at), words::scope(&claim.scope));
    let sentence = format!(
        "forfeiture of {scope} by {} was claimed on {day} under handoff {}, although {because}",
        handoff.host, handoff.handoff,
    );
    let Violation { proof: base, clearing: bases, .. } = violation;
    let path = kinship.into_iter().flat_map(|kinship| kinship.path.iter().copied());
    let mut proof: Vec<EventId> = base.into_iter().chain(path).chain(shown.iter().copied()).collect();
    proof.push(claim.event);
    let mut seen = std::collections::HashSet::new();
    proof.retain(|event| seen.insert(*event));
    let grounds = vec![
        Ground::new(
            "claimed",
            format!("the host is said to have abandoned {scope} on {day}"),
            vec![claim.event],
        ),
        Ground::new(part, because, shown),
    ];
    let mut clearing = vec![Clearing { basis: part.to_owned(), missing: nearest }];
    clearing.extend(bases);
    Breach { unknown: None, proof, context: Vec::new(), grounds, clearing, sentence }
}

fn named<'a>(scene: &Scene<'a>, claim: &Forfeiture) -> Vec<&'a Notice> {
    let is_named = |notice: &&Notice| claim.notices.contains(&notice.notice);
    scene.known.account.notices.iter().filter(is_named).collect()
}

/// All notices the claim names are on record as sent, and one never arrived. An answer shows that it did.
fn undelivered(scene: &Scene<'_>, claim: &Forfeiture) -> Option<Fault> {
    let sent = named(scene, claim);
    let known = |notice: &NoticeId| sent.iter().any(|known| known.notice == *notice);
    if !claim.notices.iter().all(known) {
        return None;
    }
    let lost = sent.iter().find(|notice| notice.delivered.is_none() && notice.answers.is_empty())?;
    let how = if lost.bounced.is_some() { "came back" } else { "is not on record as delivered" };
    Some(Fault {
        severity: Severity::S4,
        part: "not_delivered",
        because: format!("notice {} of {} {how}", lost.notice, words::day(lost.sent_at)),
        proof: sent.iter().map(|notice| notice.sent).collect(),
        nearest: format!(
            "a receipt for notice {}, delivered before {}",
            lost.notice,
            words::day(claim.claimed_at)
        ),
        by: None,
    })
}

/// The cure period as the claim itself states it.
fn cure(scene: &Scene<'_>, claim: &Forfeiture) -> Interval {
    let days = i64::from(scene.policy_at(claim.claimed_at).policy.handoff.forfeiture_cure_days);
    Interval::new(scene.days_after(claim.cure_until, -days), claim.cure_until)
}

/// The host did something inside the cure period, after the first notice and before the claim.
fn answered(scene: &Scene<'_>, handoff: &Handoff, claim: &Forfeiture) -> Option<Fault> {
    let sent = named(scene, claim);
    let first = sent.iter().filter_map(|notice| notice.delivered).map(|(at, _)| at).min();
    let cure = cure(scene, claim);
    let in_time =
        |at: Instant| cure.contains(at) && at <= claim.claimed_at && first.is_none_or(|first| first <= at);
    let (at, proof, what) = acts(scene, handoff, claim).into_iter().filter(|(at, ..)| in_time(*at)).min()?;
    Some(Fault {
        severity: Severity::S4,
        part: "answered",
        because: format!("{} {what} on {}, inside the cure period", handoff.host, words::day(at)),
        proof,
        nearest: format!("a withdrawal of the claim of {}", words::day(claim.claimed_at)),
        by: None,
    })
}

/// What the host did, when, and what shows it.
fn acts<'a>(
    scene: &Scene<'a>,
    handoff: &Handoff,
    claim: &Forfeiture,
) -> Vec<(Instant, Vec<EventId>, &'static str)> {
    let account = scene.known.account;
    let host = |partner: &PartnerId| *partner == handoff.host;
    let commitment = |notice: &'a Notice| {
        if let About::Commitment(commitment) = &notice.about { Some(commitment) } else { None }
    };
    let owed: Vec<_> = named(scene, claim).into_iter().filter_map(commitment).collect();
    let progress = handoff.progress.iter().filter(|done| {
        let keeps = owed.is_empty() || done.commitment.as_ref().is_some_and(|known| owed.contains(&known));
        keeps && handoff.partner_of(&done.by).as_ref().is_some_and(host)
    });
    let mut acts: Vec<_> = progress.map(|done| (done.at, vec![done.event], "made progress")).collect();
    if !owed.is_empty() {
        return acts;
    }
    let touches = account.touches.iter().filter(|touch| host(&touch.partner));
    acts.extend(touches.map(|touch| (touch.at, vec![touch.event], "was at work with the customer")));
    let orders = account.gains.iter().filter(|gain| host(&gain.partner) && gain.order().is_some());
    acts.extend(orders.map(|gain| (gain.at, vec![gain.event], "booked an order")));
    // A claim on one notice alone has no forfeiture to show anyway.
    if claim.notices.len() > 1 {
        let to_host = account.notices.iter().filter(|notice| is_to_host(handoff, &notice.to));
        acts.extend(to_host.flat_map(|notice| {
            notice.answers.iter().map(|(at, _, event)| (*at, vec![notice.sent, *event], "answered a notice"))
        }));
    }
    acts
}

fn is_to_host(handoff: &Handoff, to: &Party) -> bool {
    handoff.partner_of(to).as_ref() == Some(&handoff.host)
}

/// The host's address for notices is not the host's own doing.
fn readdressed(scene: &Scene<'_>, handoff: &Handoff, claim: &Forfeiture) -> Option<Fault> {
    let account = scene.known.account;
    let days = i64::from(scene.policy_at(claim.claimed_at).policy.policing.address_days);
    let fresh_from = scene.days_after(cure(scene, claim).from, -days);
    let sent = named(scene, claim);
    let used =
        |contact: &Contact| sent.is_empty() || sent.iter().any(|notice| notice.address == contact.contact);
    let confirmed = |contact: &Contact| {
        account.contacts.iter().any(|known| known.contact == contact.contact && is_confirmed(handoff, known))
    };
    let of_host = account.contacts.iter().filter(|contact| {
        is_to_host(handoff, &contact.party)
            && contact.purpose == ContactPurpose::Notice
            && contact.during.from < claim.claimed_at
            && used(contact)
            && !confirmed(contact)
    });
    let faults = of_host.filter_map(|contact| {
        let at = contact.during.from;
        let kinship = contact.by.as_ref().and_then(|by| kin::of_guest(scene.known, handoff, by, at));
        let foreign = !contact.by.as_ref().is_some_and(|by| kin::of_host(scene.known, handoff, by, at));
        let fresh = foreign && fresh_from <= at;
        (kinship.is_some() || fresh).then_some((kinship.is_none(), at, contact, kinship))
    });
    let (_, at, contact, kinship) =
        faults.min_by_key(|(unknown, at, contact, _)| (*unknown, *at, contact.event))?;
    Some(fault_of_address(handoff, contact, at, kinship))
}

/// Whether the host itself put the address there, or said it is its own.
fn is_confirmed(handoff: &Handoff, contact: &Contact) -> bool {
    contact.confirmed_by.as_ref().is_some_and(|by| is_to_host(handoff, by))
        || contact.by.as_ref() == Some(&handoff.host)
}

fn fault_of_address(handoff: &Handoff, contact: &Contact, at: Instant, kinship: Option<Kinship>) -> Fault {
    let by_guest = kinship.is_some();
    let who = match (&contact.by, by_guest) {
        (Some(by), _) => by.to_string(),
        (None, _) => "somebody who is not on record".to_owned(),
    };
    let severity = if by_guest { capped_by(Severity::S4, kinship.as_ref()) } else { Severity::S2 };
    let path = kinship.map(|kinship| kinship.path).unwrap_or_default();
    Fault {
        severity,
        part: "readdressed",
        because: format!("{who} had replaced the host's address for notices on {}", words::day(at)),
        proof: path.into_iter().chain([contact.event]).collect(),
        nearest: format!("{}'s word that the address is its own", handoff.host),
        by: contact.by.clone().filter(|_| by_guest),
    }
}
