//! T25: an override of the vendor needs two officers, a reason, an end, and word to both sides.

use domain::event::Party;
use domain::event::account::{AccountEvent, OverrideAct, OverrideReason};
use domain::event::notice::About;
use domain::fact::Role;

use crate::stories::{Case, check, hosted, published};
use crate::story::{Story, day, id};
use crate::words::*;

const OFFICERS: [(&str, Role); 2] = [("ada", Role::VendorOfficer), ("bob", Role::VendorOfficer)];

fn lifted_by(story: &mut Story, officers: &[(&str, Role)]) {
    story.tell(15, overridden(OverrideAct::Lift, OverrideReason::Continuity, officers));
}

/// An override in form takes the account from its keeper, where nobody hosts it; these are told.
fn moved_from_keeper(told: &[(&str, &str)]) -> Vec<String> {
    let mut story = Story::default();
    story.tell(-100, holds("keeper", gtx(), -100));
    story.tell(15, overridden(OverrideAct::Change, OverrideReason::Continuity, &OFFICERS));
    for (notice, partner) in told {
        let override_told = About::Handoff(id("h1"));
        story.tell(16, sent(notice, Party::Partner(id(partner)), override_told));
        story.tell(16, delivered(notice, 16));
    }
    story.found()
}

#[test]
fn whoever_held_the_account_is_told_of_an_override_too() {
    assert_eq!(moved_from_keeper(&[("n-host", "keeper"), ("n-guest", "guest")]), [""; 0]);
    assert_eq!(moved_from_keeper(&[("n-guest", "guest")]), ["T25 S4"]);
    assert_eq!(moved_from_keeper(&[("n-host", "keeper")]), ["T25 S4"]);
}

pub(crate) const CASES: [Case; 8] = [
    Case {
        name: "T25: in form, and made known",
        tell: |story| {
            lifted_by(story, &OFFICERS);
            published(story, 16);
        },
        found: &[],
    },
    Case {
        name: "T25: one officer alone",
        tell: |story| {
            lifted_by(story, &OFFICERS[..1]);
            published(story, 16);
        },
        found: &["T25 S4"],
    },
    Case {
        name: "T25: an officer of direct sales",
        tell: |story| {
            lifted_by(story, &[OFFICERS[0], ("eve", Role::DirectSales)]);
            published(story, 16);
        },
        found: &["T25 S4"],
    },
    Case {
        name: "T25: without a reason",
        tell: |story| {
            let mut event = overridden(OverrideAct::Lift, OverrideReason::Other, &OFFICERS);
            if let AccountEvent::OverrideRecorded(recorded) = &mut event {
                recorded.reason_text = " ".to_owned();
            }
            story.tell(15, event);
            published(story, 16);
        },
        found: &["T25 S4"],
    },
    Case { name: "T25: nobody was told", tell: |story| lifted_by(story, &OFFICERS), found: &["T25 S4"] },
    Case {
        name: "T25: nobody was told of one that names nobody",
        tell: |story| {
            let mut event = overridden(OverrideAct::Waive, OverrideReason::Continuity, &OFFICERS);
            if let AccountEvent::OverrideRecorded(recorded) = &mut event {
                recorded.holder = None;
            }
            story.tell(15, event);
        },
        found: &["T25 S4"],
    },
    Case {
        name: "T25: without an end",
        tell: |story| {
            let mut event = overridden(OverrideAct::Lift, OverrideReason::Continuity, &OFFICERS);
            if let AccountEvent::OverrideRecorded(recorded) = &mut event {
                recorded.until = day(15);
            }
            story.tell(15, event);
            published(story, 16);
        },
        found: &["T25 S4"],
    },
    Case {
        name: "T25: one for a third party is told to the holder and to that party",
        tell: |story| {
            let mut event = overridden(OverrideAct::Waive, OverrideReason::Continuity, &OFFICERS);
            if let AccountEvent::OverrideRecorded(recorded) = &mut event {
                recorded.holder = Some(id("third"));
            }
            story.tell(15, event);
            for (notice, to) in [("n-host", Party::Host), ("n-guest", Party::Partner(id("third")))] {
                story.tell(16, sent(notice, to, About::Handoff(id("h1"))));
                story.tell(16, delivered(notice, 16));
            }
        },
        found: &[],
    },
];

#[test]
fn an_override_needs_its_form() {
    check(&CASES);
}

#[test]
fn word_of_an_override_may_take_fourteen_days() {
    let mut story = hosted();
    lifted_by(&mut story, &OFFICERS);
    assert!(story.judged_by(day(29).plus_ms(-1)).is_empty());
    assert_eq!(story.judged_by(day(29)).len(), 1);
    assert_eq!(policing::look_again_at(&story.account(), &story.program, day(15)), Some(day(29)));
}

#[test]
fn an_override_is_looked_at_on_an_account_without_a_handoff() {
    let mut story = Story::default();
    story.tell(-10, holds("host", gtx(), -10));
    lifted_by(&mut story, &OFFICERS[..1]);
    assert_eq!(story.found(), ["T25 S4"]);
    assert_eq!(story.judged()[0].finding.respondent, "vendor");
}
