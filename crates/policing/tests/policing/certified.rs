//! Every certificate is put before the independent checker, which shares no code with what made it.

use std::collections::BTreeSet;

use domain::event::account::{AccountEvent, OverrideAct, OverrideReason};
use domain::event::case::{Severity, Unknown, Verdict};
use domain::event::change::ChangeEvent;
use domain::event::consent::LetterRecorded;
use domain::event::correction::{CorrectionEvent, CorrectionReason, Retracted};
use domain::event::handoff::HandoffEvent;
use domain::event::trade::TradeEvent;
use domain::event::{Event, Party};
use domain::fact::{Fact, Role};
use domain::id::EventId;
use domain::time::Instant;
use policing::Judged;
use verify::{Certificate, Fault, Part, Record};

use crate::money::accrued;
use crate::story::{Story, account_id, day_of, event_id, id};
use crate::words::{digest, letter, overridden, released, waived, wrote};

/// What the journal says where the story is all there is.
pub(crate) fn record(story: &Story) -> Record {
    let mut facts = story.facts.clone();
    facts.sort_by_key(|fact| fact.meta.position);
    let batch = id("territories-2026");
    let covered = story.program.covered(&batch).cloned();
    Record {
        account: account_id(),
        facts,
        partners: story.partners.clone(),
        identity: story.identity.clone(),
        program: story.published.clone(),
        others: story.others.clone(),
        batches: covered.map(|account| (batch.clone(), account)).collect(),
        apart: Vec::new(),
        closings: Vec::new(),
    }
}

/// As the sentinel would have recorded it: known up to the last event of the account's own stream.
fn recorded(story: &Story, judged: &Judged) -> Judged {
    let mut judged = judged.clone();
    let last: Option<&Fact> = story.facts.iter().max_by_key(|fact| fact.meta.position);
    let known: EventId = last.map_or(story.head(), |fact| fact.meta.id);
    judged.finding.known = known;
    for searched in judged.finding.grounds.iter_mut().filter_map(|ground| ground.searched.as_mut()) {
        searched.until = known;
    }
    judged
}

fn faults(story: &Story, judged: &Judged) -> Vec<Fault> {
    let certificate =
        Certificate { opened: &judged.opened, finding: &judged.finding, known_until: Instant::LATEST };
    verify::check(&certificate, &record(story))
}

/// Every finding of the story is accepted, and rejected once an event of its proof is dropped.
pub(crate) fn is_certified(story: &Story) -> Result<(), String> {
    for judged in story.judged() {
        let judged = recorded(story, &judged);
        let found = faults(story, &judged);
        if !found.is_empty() {
            let said: BTreeSet<String> = found.iter().map(ToString::to_string).collect();
            return Err(format!("{}: {said:?}", judged.finding.pattern));
        }
        for event in &judged.finding.proof {
            let mut forged = judged.clone();
            forged.finding.proof.retain(|other| other != event);
            if faults(story, &forged).is_empty() {
                return Err(format!("{} is accepted without {event}", judged.finding.pattern));
            }
        }
    }
    Ok(())
}

#[test]
fn every_finding_of_the_told_stories_is_accepted_and_none_without_an_event_of_its_proof() {
    let wrong: Vec<String> = crate::properties::cases()
        .filter_map(|case| Some(format!("{}: {}", case.name, is_certified(&case.story()).err()?)))
        .collect();
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

/// What somebody who forges a certificate might change, and the part that has to fail.
struct Forgery {
    name: &'static str,
    part: Part,
    /// Changes the certificate; `false` where there is nothing of the kind in it.
    forge: fn(&mut Judged) -> bool,
}

fn later(at: Instant) -> Instant {
    at.plus_ms(domain::time::DAY_MS)
}

const FORGERIES: [Forgery; 15] = [
    Forgery {
        name: "an event that never was",
        part: Part::Proof,
        forge: |judged| {
            judged.finding.proof.push(event_id(999_999));
            true
        },
    },
    Forgery {
        name: "a reading aid that never was",
        part: Part::Context,
        forge: |judged| {
            judged.finding.context.push(event_id(999_999));
            true
        },
    },
    Forgery {
        name: "somebody else acted",
        part: Part::Parties,
        forge: |judged| {
            judged.finding.actor = id("somebody-else");
            true
        },
    },
    Forgery {
        name: "somebody else has to answer",
        part: Part::Parties,
        forge: |judged| {
            judged.finding.respondent = "somebody-else".to_owned();
            true
        },
    },
    Forgery {
        name: "it happened on another day",
        part: Part::Time,
        forge: |judged| {
            judged.finding.violated_at = later(judged.finding.violated_at);
            true
        },
    },
    Forgery {
        name: "papers may arrive longer",
        part: Part::Time,
        forge: |judged| {
            judged.finding.provisional_until = later(judged.finding.provisional_until);
            true
        },
    },
    Forgery {
        name: "it is still pending",
        part: Part::Time,
        forge: |judged| {
            let is_confirmed = judged.finding.verdict == Verdict::Confirmed;
            judged.finding.verdict = Verdict::Pending;
            is_confirmed
        },
    },
    Forgery {
        name: "it cannot be judged",
        part: Part::Severity,
        forge: |judged| {
            judged.finding.verdict = Verdict::Indeterminate(Unknown::Erased);
            true
        },
    },
    Forgery {
        name: "it is graver",
        part: Part::Severity,
        forge: |judged| {
            let is_less = judged.finding.severity < Severity::S4;
            judged.finding.severity = Severity::S4;
            is_less
        },
    },
    Forgery {
        name: "another policy was in force",
        part: Part::Policy,
        forge: |judged| {
            judged.finding.policy = digest(9);
            true
        },
    },
    Forgery {
        name: "another rule found it",
        part: Part::Pattern,
        forge: |judged| {
            judged.finding.rule_version += 1;
            true
        },
    },
    Forgery {
        name: "nothing would clear it",
        part: Part::Clearing,
        forge: |judged| {
            judged.finding.clearing.clear();
            true
        },
    },
    Forgery {
        name: "host and guest change places",
        part: Part::Case,
        forge: |judged| {
            std::mem::swap(&mut judged.opened.host, &mut judged.opened.guest);
            judged.opened.handoff.is_some()
        },
    },
    Forgery {
        name: "it does not say where it looked",
        part: Part::Absence,
        forge: |judged| {
            let absences = judged.finding.grounds.iter_mut().filter(|ground| ground.is_absence());
            absences.map(|ground| ground.searched = None).count() > 0
        },
    },
    Forgery {
        name: "it did not look as far as was known",
        part: Part::Absence,
        forge: |judged| {
            let searched = judged.finding.grounds.iter_mut().filter_map(|ground| ground.searched.as_mut());
            searched.map(|searched| searched.until = event_id(1)).count() > 0
        },
    },
];

#[test]
fn a_forged_certificate_is_rejected_by_the_part_that_was_forged() {
    let mut wrong = Vec::new();
    for forgery in &FORGERIES {
        let mut tried = 0;
        for case in crate::properties::cases() {
            let story = case.story();
            for judged in story.judged() {
                let mut forged = recorded(&story, &judged);
                if !(forgery.forge)(&mut forged) {
                    continue;
                }
                tried += 1;
                if !faults(&story, &forged).iter().any(|fault| fault.part == forgery.part) {
                    wrong.push(format!("{} in {} of {}", forgery.name, judged.finding.pattern, case.name));
                }
            }
        }
        assert!(tried > 50, "{} was tried {tried} times", forgery.name);
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

/// What was there though a certificate says it was not: told after the finding was made, and slipped in before.
struct Concealed {
    pattern: &'static str,
    tell: fn(&mut Story, &Judged),
}

fn release_all(story: &mut Story, judged: &Judged) {
    let on = day_of(judged.finding.violated_at);
    let mut release = released(domain::scope::Scope::all(), on, None, None);
    if let HandoffEvent::Released(released) = &mut release {
        released.handoff = judged.opened.handoff.clone().expect("a takeover is of a handoff");
    }
    story.tell(on, release);
}

fn retract(story: &mut Story, judged: &Judged) {
    let retracted = Retracted {
        target: judged.finding.act,
        reason: CorrectionReason::Other,
        approved_by: None,
        evidence: None,
    };
    let on = day_of(judged.finding.violated_at) + 1;
    story.tell(on, CorrectionEvent::Retracted(retracted));
}

/// The host waives the window of the change that was executed, on the day of it.
fn waive(story: &mut Story, judged: &Judged) {
    let act = story.facts.iter().find(|fact| fact.meta.id == judged.finding.act);
    let Some(Event::Change(ChangeEvent::Executed(done))) = act.map(|fact| fact.event.clone()) else {
        panic!("haste is that of an executed change");
    };
    let change = done.change.to_string();
    let losing = judged.opened.host.clone().map_or(Party::Host, Party::Partner);
    story.tell(day_of(judged.finding.violated_at), waived(&change, losing));
}

/// Two officers lift every freeze, on the day of the change.
fn lift(story: &mut Story, judged: &Judged) {
    let officers = [("ada", Role::VendorOfficer), ("bob", Role::VendorOfficer)];
    let mut override_of = overridden(OverrideAct::Lift, OverrideReason::Other, &officers);
    if let AccountEvent::OverrideRecorded(recorded) = &mut override_of {
        recorded.scope = domain::scope::Scope::all();
    }
    story.tell(day_of(judged.finding.violated_at), override_of);
}

/// What the terms owe for the order accrued after all.
fn accrue(story: &mut Story, judged: &Judged) {
    let act = story.facts.iter().find(|fact| fact.meta.id == judged.finding.act);
    let order = match act.map(|fact| &fact.event) {
        Some(Event::Trade(TradeEvent::OrderBooked(order))) => order.order.to_string(),
        Some(Event::Trade(TradeEvent::RenewalBooked(renewal))) => renewal.order.order.to_string(),
        _ => panic!("a commission is owed for an order"),
    };
    story.tell(day_of(judged.finding.violated_at), accrued(&order, 1_000_000, 60));
}

const CONCEALED: [Concealed; 29] = [
    Concealed { pattern: "T15", tell: waive },
    Concealed { pattern: "T19", tell: lift },
    Concealed { pattern: "T21", tell: accrue },
    Concealed { pattern: "T01", tell: release_all },
    Concealed { pattern: "T02", tell: release_all },
    Concealed { pattern: "T03", tell: release_all },
    Concealed { pattern: "T04", tell: release_all },
    Concealed { pattern: "T05", tell: release_all },
    Concealed { pattern: "T06", tell: release_all },
    Concealed { pattern: "T07", tell: release_all },
    Concealed { pattern: "T11", tell: release_all },
    Concealed { pattern: "T12", tell: release_all },
    Concealed { pattern: "T01", tell: retract },
    Concealed { pattern: "T02", tell: retract },
    Concealed { pattern: "T03", tell: retract },
    Concealed { pattern: "T04", tell: retract },
    Concealed { pattern: "T05", tell: retract },
    Concealed { pattern: "T06", tell: retract },
    Concealed { pattern: "T13", tell: retract },
    Concealed { pattern: "T14", tell: retract },
    Concealed { pattern: "T15", tell: retract },
    Concealed { pattern: "T16", tell: retract },
    Concealed { pattern: "T17", tell: retract },
    Concealed { pattern: "T19", tell: retract },
    Concealed { pattern: "T20", tell: retract },
    Concealed { pattern: "T21", tell: retract },
    Concealed { pattern: "T22", tell: retract },
    Concealed { pattern: "T24", tell: retract },
    Concealed { pattern: "T25", tell: retract },
];

#[test]
fn a_certificate_that_says_nothing_speaks_against_it_is_rejected_where_something_does() {
    let mut wrong = Vec::new();
    for concealed in &CONCEALED {
        let mut tried = 0;
        for case in crate::properties::cases() {
            let story = case.story();
            let found = story.judged().into_iter();
            for judged in found.filter(|judged| judged.finding.pattern == concealed.pattern) {
                let mut other = story.clone();
                (concealed.tell)(&mut other, &judged);
                let certificate = recorded(&other, &judged);
                tried += 1;
                if !faults(&other, &certificate).iter().any(|fault| fault.part == Part::Absence) {
                    wrong.push(format!("{} in {}", concealed.pattern, case.name));
                }
            }
        }
        assert!(tried > 0, "no story has {}", concealed.pattern);
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_takeover_on_a_letter_that_was_mended_in_time_is_rejected() {
    let mut story = crate::stories::hosted();
    let unticked = LetterRecorded { sole_purpose: false, ..letter("l1") };
    crate::papers::moved_on(&mut story, unticked);
    let found = story.judged();
    assert_eq!(found.len(), 2, "T01 and T16");
    let mut mended = story.clone();
    mended.tell(37, wrote(crate::papers::mending(36)));
    let mut late = story.clone();
    late.tell(45, wrote(crate::papers::mending(36)));
    for judged in found {
        let pattern = &judged.finding.pattern;
        assert!(faults(&late, &recorded(&late, &judged)).is_empty(), "{pattern}, mended too late");
        let found = faults(&mended, &recorded(&mended, &judged));
        assert!(found.iter().any(|fault| fault.part == Part::Absence), "{pattern}: {found:?}");
    }
}
