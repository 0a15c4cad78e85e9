//! Every change of a verdict is put before the independent checker, as its story is told event by event.

use std::collections::BTreeSet;

use domain::event::case::{CaseEvent, ClearedBy, Opened, Severity, SupersededBy, Verdict, VerdictChanged};
use domain::event::change::Basis;
use domain::id::CaseId;
use domain::time::Instant;
use policing::{Standing, Transition};
use verify::{Certificate, Fault, Part};

use crate::certified::record;
use crate::story::{Story, day, event_id};

use crate::transitions::{standing, told};

/// A change of a verdict, and all that was known when it was told.
struct Change {
    story: Story,
    until: Instant,
    opened: Opened,
    before: Standing,
    changed: VerdictChanged,
}

impl Change {
    fn faults(&self) -> Vec<Fault> {
        let certificate =
            Certificate { opened: &self.opened, finding: &self.before.finding, known_until: self.until };
        verify::check_change(&certificate, &self.changed, &record(&self.story))
    }
}

/// Tells the story event by event, and last that nothing more will come.
fn changes(story: &Story) -> Vec<Change> {
    let mut changes = Vec::new();
    let (mut before, mut opened): (Vec<Standing>, Vec<(CaseId, Opened)>) = (Vec::new(), Vec::new());
    let mut until = Instant::EARLIEST;
    let last = story.recorded().map(|fact| fact.meta.position).max().unwrap_or_default();
    for position in 1..=last + 1 {
        let known = story.upto(position);
        let newest = known.recorded().map(|fact| fact.meta.recorded_at).max();
        until = newest.map_or(until, |newest| newest.max(until));
        if position > last {
            until = Instant::LATEST;
        }
        let now = told(&before, &known, until);
        for Transition { case, event } in &now {
            if let CaseEvent::Opened(of) = event {
                opened.push((case.clone(), of.clone()));
            }
            let CaseEvent::VerdictChanged(changed) = event else { continue };
            let is_same = |one: &&Standing| {
                one.case == *case
                    && (&one.finding.pattern, one.finding.act) == (&changed.pattern, changed.act)
            };
            let (_, opened) = opened.iter().find(|(of, _)| of == case).expect("its case was opened");
            changes.push(Change {
                story: known.clone(),
                until,
                opened: opened.clone(),
                before: before.iter().find(is_same).expect("it was found before").clone(),
                changed: changed.clone(),
            });
        }
        before = standing(before, &now);
    }
    changes
}

#[test]
fn every_change_of_a_verdict_in_the_told_stories_is_accepted() {
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for case in crate::properties::cases() {
        for change in changes(&case.story()) {
            tried += 1;
            let faults: BTreeSet<String> = change.faults().iter().map(ToString::to_string).collect();
            if !faults.is_empty() {
                let pattern = &change.changed.pattern;
                wrong.push(format!("{pattern} of {}: {:?}: {faults:?}", case.name, change.changed.verdict));
            }
        }
    }
    assert!(tried > 100, "{tried} verdicts changed");
    assert!(wrong.is_empty(), "{} of {tried}\n{}", wrong.len(), wrong.join("\n"));
}

/// What somebody who forges a verdict might write, and the part that has to fail.
struct Forgery {
    name: &'static str,
    part: Part,
    /// Changes the verdict; `false` where there is nothing of the kind in it.
    forge: fn(&mut Change) -> bool,
}

fn stands(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Pending | Verdict::Confirmed | Verdict::Indeterminate(_))
}

const FORGERIES: [Forgery; 7] = [
    Forgery {
        name: "it is cleared by a letter nobody wrote",
        part: Part::Verdict,
        forge: |change| {
            let stood = stands(&change.changed.verdict);
            change.changed.verdict = Verdict::Cleared(ClearedBy::Basis(Basis::CustomerLetter));
            stood
        },
    },
    Forgery {
        name: "the policy holds it back",
        part: Part::Verdict,
        forge: |change| {
            change.changed.verdict = Verdict::Cleared(ClearedBy::HeldBack);
            true
        },
    },
    Forgery {
        name: "it is superseded by an event that never was",
        part: Part::Verdict,
        forge: |change| {
            change.changed.verdict = Verdict::Superseded(SupersededBy::Late(event_id(999_999)));
            change.changed.because = Some(event_id(999_999));
            true
        },
    },
    Forgery {
        name: "it is confirmed though something cleared it",
        part: Part::Verdict,
        forge: |change| {
            let stood = stands(&change.changed.verdict);
            (change.changed.verdict, change.until) = (Verdict::Confirmed, Instant::LATEST);
            !stood
        },
    },
    Forgery {
        name: "it is confirmed while papers may arrive",
        part: Part::Time,
        forge: |change| {
            let was_confirmed = change.changed.verdict == Verdict::Confirmed;
            change.until = change.before.finding.violated_at;
            was_confirmed
        },
    },
    Forgery {
        name: "it became graver",
        part: Part::Severity,
        forge: |change| {
            let is_less = stands(&change.changed.verdict) && change.changed.severity < Severity::S4;
            change.changed.severity = Severity::S4;
            is_less
        },
    },
    Forgery {
        name: "what cleared it is another event",
        part: Part::Verdict,
        forge: |change| {
            let is_cleared = matches!(change.changed.verdict, Verdict::Cleared(_));
            let holding = change.story.facts.iter().find(|fact| fact.meta.valid_at < day(-99));
            // Who held the account long before the handoff has nothing to do with it.
            change.changed.because = holding.map(|fact| fact.meta.id);
            is_cleared
        },
    },
];

#[test]
fn a_forged_verdict_is_rejected_by_the_part_that_was_forged() {
    let mut wrong = Vec::new();
    for forgery in &FORGERIES {
        let mut tried = 0;
        for case in crate::properties::cases() {
            for mut change in changes(&case.story()) {
                if !(forgery.forge)(&mut change) {
                    continue;
                }
                tried += 1;
                if !change.faults().iter().any(|fault| fault.part == forgery.part) {
                    wrong.push(format!("{} in {} of {}", forgery.name, change.changed.pattern, case.name));
                }
            }
        }
        assert!(tried > 10, "{} was tried {tried} times", forgery.name);
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}
