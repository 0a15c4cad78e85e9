//! A partner may be meant by its part in the handoff or by its own name: who is meant decides, not how it is said.

use domain::event::Party;
use domain::event::account::{OverrideAct, OverrideReason};
use domain::event::notice::About;
use domain::fact::Role;

use crate::stories::{Case, check};
use crate::story::{Story, id};
use crate::words::*;

const OFFICERS: [(&str, Role); 2] = [("ada", Role::VendorOfficer), ("bob", Role::VendorOfficer)];

fn partner(named: &str) -> Party {
    Party::Partner(id(named))
}

/// A promise that the guest never kept, a reminder on day 40, and an order after the window.
fn reminded(story: &mut Story, to: Party) {
    crate::lapses::promised(story);
    story.tell(40, sent("r1", to, About::Commitment(id("visit"))));
    story.tell(40, delivered("r1", 40));
    story.tell(400, booked("o2", "guest", gtx(), 400));
}

/// A lift by two officers, with word of it to two parties.
fn published(story: &mut Story, parties: [Party; 2]) {
    story.tell(15, overridden(OverrideAct::Lift, OverrideReason::Continuity, &OFFICERS));
    for (notice, to) in ["n-host", "n-guest"].into_iter().zip(parties) {
        story.tell(16, sent(notice, to, About::Handoff(id("h1"))));
        story.tell(16, delivered(notice, 16));
    }
}

pub(crate) const CASES: [Case; 8] = [
    Case {
        name: "T12: the guest is reminded by its name",
        tell: |story| reminded(story, partner("guest")),
        found: &["T12 S3"],
    },
    Case {
        name: "T12: somebody else is reminded",
        tell: |story| reminded(story, partner("third")),
        found: &[],
    },
    Case {
        name: "T12: the customer is reminded",
        tell: |story| reminded(story, Party::Customer),
        found: &[],
    },
    Case { name: "T12: the host is reminded", tell: |story| reminded(story, Party::Host), found: &[] },
    Case {
        name: "T25: both sides are told by their names",
        tell: |story| published(story, [partner("host"), partner("guest")]),
        found: &[],
    },
    Case {
        name: "T25: the gaining side alone is told",
        tell: |story| published(story, [partner("guest"), Party::Guest]),
        found: &["T25 S4"],
    },
    Case {
        name: "T25: the losing side alone is told",
        tell: |story| published(story, [partner("host"), Party::Host]),
        found: &["T25 S4"],
    },
    Case {
        name: "T25: customer and vendor are told",
        tell: |story| published(story, [Party::Customer, Party::Vendor]),
        found: &["T25 S4"],
    },
];

#[test]
fn who_is_meant_decides_and_not_how_it_is_said() {
    check(&CASES);
}

#[test]
fn only_who_holds_what_is_overridden_has_to_be_told_of_it() {
    let told_the_gaining_side = |held: domain::scope::Scope| {
        let mut story = Story::default();
        story.tell(-10, holds("host", held, -10));
        story.tell(15, overridden(OverrideAct::Lift, OverrideReason::Continuity, &OFFICERS));
        story.tell(16, sent("n-guest", partner("guest"), About::Handoff(id("h1"))));
        story.tell(16, delivered("n-guest", 16));
        story.found()
    };
    assert_eq!(told_the_gaining_side(gtx()), ["T25 S4"], "the holder was not told");
    assert_eq!(told_the_gaining_side(lines(&["rtx"])), [""; 0], "nobody held that line");
}
