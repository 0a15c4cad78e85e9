//! T09: not the customer itself but its parent, subsidiary or sister buys, with the same people or for the same
//! need, and the guest's family sells there what the handoff protects here.
//!
//! Trigger: a gain by the guest's family on the account of a customer that an identity decision relates to this one
//! at the time; a franchise buys for itself and is none. Key: handoff and gain. The predicate is asked twice, with
//! the papers of this account and with those of the other: a letter, a release, a grant or an older relationship on
//! either side clears. Besides, the two must meet: in a contact both have, or in the need, which is the same text,
//! or product lines both name unless both texts are there and differ (a separate buying centre).
//!
//! S2 for one of the two, S3 for both; a relation or a family that is only guessed stays at S2.

use domain::account::Account;
use domain::account::gain::Gain;
use domain::account::guest::Handoff;
use domain::event::Party;
use domain::event::case::{ClearedBy, Ground, Severity};
use domain::id::{AccountId, ContactRef, EventId};
use domain::identity::{Relative, Tie};
use domain::protection::act::Judged as Act;
use domain::protection::{self, Known, Outcome, Violation, words};
use domain::scope::Dimension;

use super::of_change::clearing;
use super::takeover::capped_by;
use crate::judged::{About, Breach, Seen, Sighting};
use crate::scene::Scene;
use crate::tied::Tied;

/// Gains at related customers; S2 for one link between the two, S3 where both contact and need agree.
pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    let related = scene.ties.iter().filter(|tie| is_enterprise(tie));
    let gains = related.flat_map(|tie| tie.account.gains.iter().map(move |gain| (tie, gain)));
    let handoffs = &scene.known.account.handoffs;
    let all = gains.flat_map(|(tie, gain)| handoffs.iter().map(move |handoff| (tie, gain, handoff)));
    all.filter_map(|(tie, gain, handoff)| sidestep(scene, tie, gain, handoff)).collect()
}

/// A franchise is a contract between two companies that buy for themselves.
fn is_enterprise(tie: &Tied<'_>) -> bool {
    match tie.bond.tie {
        Tie::Related { relative: Relative::Franchise, .. } | Tie::Same(_) => false,
        Tie::Related { .. } => true,
    }
}

fn sidestep<'a>(
    scene: &Scene<'a>,
    tie: &'a Tied<'a>,
    gain: &'a Gain,
    handoff: &'a Handoff,
) -> Option<Sighting<'a>> {
    if handoff.accepted_at.is_none() || !tie.bond.during.contains(gain.at) {
        return None;
    }
    let link = Link::between(scene.known.account, tie.account, handoff, gain);
    let severity = link.severity()?;
    let (seen, severity) = match outcome(scene, tie, gain, handoff)? {
        Judgement::Cleared(by, because) => (Seen::Cleared { by, because }, severity),
        Judgement::Violation(violation) => {
            let severity = capped_by(severity, violation.kinship.as_ref());
            let severity = severity.min(tie.severity_max());
            (Seen::Breach(breach(tie.account_id, gain, handoff, *violation, &link, severity)), severity)
        }
    };
    Some(Sighting {
        act: gain.event,
        at: gain.at,
        actor: gain.partner.clone(),
        respondent: gain.partner.to_string(),
        severity,
        about: About::Handoff(handoff),
        seen,
    })
}

enum Judgement {
    Cleared(ClearedBy, Vec<EventId>),
    Violation(Box<Violation>),
}

/// The predicate's answer, with what is on record here and what is on record there: a letter, a release or an
/// earlier relationship on either side clears.
fn outcome(scene: &Scene<'_>, tie: &Tied<'_>, gain: &Gain, handoff: &Handoff) -> Option<Judgement> {
    let there = Known { account: tie.account, account_id: tie.account_id, ..scene.known };
    let mut found = None;
    for known in [there, scene.known] {
        match protection::about(known, handoff, gain)? {
            Outcome::NotConcerned(_) => return None,
            Outcome::Cleared { by, because } => return Some(Judgement::Cleared(by, because)),
            // Papers of the act stand on the stream it happened on: its answer is the one to show.
            Outcome::Violation(violation) => found = found.or(Some(Judgement::Violation(violation))),
        }
    }
    found
}

/// In what the two customers meet.
struct Link {
    contact: Option<(ContactRef, Vec<EventId>)>,
    /// What shows that the need is the same, where the product lines alone do not say so.
    need: Option<Vec<EventId>>,
}

impl Link {
    fn between(here: &Account, there: &Account, handoff: &Handoff, gain: &Gain) -> Self {
        let own = contacts(here);
        let shared = contacts(there).into_iter().filter_map(|(contact, event)| {
            let (_, known) = own.iter().find(|(known, _)| *known == contact)?;
            Some((contact.clone(), vec![*known, event]))
        });
        let contact = shared.min_by(|a, b| a.1.cmp(&b.1));
        Self { contact, need: same_need(here, there, handoff, gain) }
    }

    fn severity(&self) -> Option<Severity> {
        match (&self.contact, &self.need) {
            (Some(_), Some(_)) => Some(Severity::S3),
            (Some(_), None) | (None, Some(_)) => Some(Severity::S2),
            (None, None) => None,
        }
    }

    fn words(&self) -> &'static str {
        match (&self.contact, &self.need) {
            (Some(_), Some(_)) => "with the same contact and the same need",
            (Some(_), None) => "with the same contact",
            (None, _) => "with the same need",
        }
    }

    /// What shows as much of the link as `severity` needs: below S3 one of the two is enough.
    fn shown_by(&self, severity: Severity) -> Vec<EventId> {
        let contact = || self.contact.iter().flat_map(|(_, events)| events.iter().copied());
        let need = || self.need.iter().flatten().copied();
        match (&self.contact, &self.need) {
            (Some(_), Some(_)) if severity >= Severity::S3 => contact().chain(need()).collect(),
            (_, Some(events)) if events.is_empty() => Vec::new(),
            (Some(_), _) => contact().collect(),
            (None, _) => need().collect(),
        }
    }
}

/// Everybody who spoke for the customer, and where that is on record.
fn contacts(account: &Account) -> Vec<(&ContactRef, EventId)> {
    let own = account.contacts.iter().filter(|known| known.party == Party::Customer);
    let own = own.map(|known| (&known.contact, known.event));
    own.chain(account.letters.iter().map(|letter| (&letter.terms.signer, letter.event))).collect()
}

/// Whether the gain serves the need that the handoff is about: the same text, or the same named product lines
/// unless both texts are there and differ.
fn same_need(here: &Account, there: &Account, handoff: &Handoff, gain: &Gain) -> Option<Vec<EventId>> {
    let hosts = here.deals.iter().filter(|deal| {
        deal.partner.as_ref() == Some(&handoff.host) && deal.scope.overlaps(&handoff.protected_scope)
    });
    let hosts: Vec<(Vec<String>, EventId)> =
        hosts.filter_map(|deal| Some((normal(&deal.need)?, deal.submission?))).collect();
    let deal = Act::from(gain).deal().and_then(|deal| there.deal(deal));
    let own = deal.and_then(|deal| Some((normal(&deal.need)?, deal.submission?)));
    let same = own.as_ref().and_then(|(need, event)| {
        let same = hosts.iter().find(|(known, _)| known == need);
        same.map(|(_, known)| vec![*known, *event])
    });
    let named = |lines: &Dimension| matches!(lines, Dimension::Only(_));
    let both_named = named(&handoff.protected_scope.product_lines)
        && gain.scope.as_ref().is_some_and(|scope| named(&scope.product_lines));
    let differ = own.is_some() && !hosts.is_empty() && same.is_none();
    // Product lines the terms and the gain both name need no further paper.
    if both_named && !differ { Some(Vec::new()) } else { same }
}

/// The words of a need, in any order; `None` when it says nothing.
fn normal(need: &str) -> Option<Vec<String>> {
    let words = need.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut words: Vec<String> = words.map(str::to_lowercase).collect();
    words.sort();
    words.dedup();
    (!words.is_empty()).then_some(words)
}

fn breach(
    other: &AccountId,
    gain: &Gain,
    handoff: &Handoff,
    violation: Violation,
    link: &Link,
    severity: Severity,
) -> Breach {
    let sentence = format!(
        "{} {} {} on {} at account {other}, of the same enterprise, {}; handoff {} protects that for {} here",
        gain.partner,
        Act::from(gain).act.words(),
        words::region(&violation.touched),
        words::day(gain.at),
        link.words(),
        handoff.handoff,
        handoff.host,
    );
    let Violation { unknown, mut grounds, mut proof, clearing: mut open, .. } = violation;
    let shown_by = link.shown_by(severity.min(if unknown.is_some() { Severity::S2 } else { severity }));
    for event in shown_by.iter().copied() {
        if !proof.contains(&event) {
            proof.push(event);
        }
    }
    grounds.push(Ground::new("link", format!("the two customers buy {}", link.words()), shown_by));
    open.push(clearing(
        "separate",
        format!("evidence that account {other} buys for itself: other contacts and another need"),
    ));
    Breach { unknown, proof, context: Vec::new(), grounds, clearing: open, sentence }
}
