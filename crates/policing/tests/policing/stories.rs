//! The stories that tests start from, and a table of stories with what is found in each.

use domain::event::account::Lifted;
use domain::event::handoff::GrantedAct;
use domain::event::notice::About;
use domain::event::{Event, Party};

use crate::story::{Story, id};
use crate::words::*;

/// A story that goes on from `hosted`, and the findings it ends with.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) tell: fn(&mut Story),
    pub(crate) found: &'static [&'static str],
}

impl Case {
    pub(crate) fn story(&self) -> Story {
        let mut story = hosted();
        (self.tell)(&mut story);
        story
    }
}

/// Tells every story and compares what is found.
pub(crate) fn check(cases: &[Case]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter(|case| case.story().found() != case.found)
        .map(|case| format!("{}: found {:?}, expected {:?}", case.name, case.story().found(), case.found))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The host holds gtx and rtx; the guest accepted on day 1 and may order rtx.
pub(crate) fn hosted() -> Story {
    let mut story = Story::default();
    story.tell(-100, holds("host", lines(&["gtx", "rtx"]), -100));
    story.tell(-90, booked("o-host", "host", gtx(), -90));
    story.tell(0, invited_to("h1", "guest", &[GrantedAct::Order], lines(&["rtx"])));
    story.tell(1, domain::event::handoff::HandoffEvent::Accepted(accepted("h1")));
    story
}

/// The guest accepted on other terms than in `hosted`.
pub(crate) fn accept_instead(story: &mut Story, terms: domain::event::handoff::Accepted) {
    let is_acceptance = |fact: &domain::fact::Fact| {
        matches!(fact.event, Event::Handoff(domain::event::handoff::HandoffEvent::Accepted(_)))
    };
    story.facts.retain(|fact| !is_acceptance(fact));
    story.tell(1, domain::event::handoff::HandoffEvent::Accepted(terms));
}

/// Notices to host and customer about change `c1`, delivered on `at`.
pub(crate) fn notified(story: &mut Story, at: i64) {
    for (notice, to) in [("n1", Party::Host), ("n2", Party::Customer)] {
        story.tell(at, sent(notice, to, About::Change(id("c1"))));
        story.tell(at, delivered(notice, at));
    }
}

/// Both sides were told of an override.
pub(crate) fn published(story: &mut Story, at: i64) {
    for (notice, to) in [("n-host", Party::Host), ("n-guest", Party::Guest)] {
        story.tell(at, sent(notice, to, About::Handoff(id("h1"))));
        story.tell(at, delivered(notice, at));
    }
}

/// The customer lifts the freeze that came with the handoff.
pub(crate) fn thawed(story: &mut Story) {
    story.tell(12, lifted(Lifted::Handoff(id("h1")), Party::Customer, 12, None));
}

/// All steps of a change `c1` to the guest up to its window, on `letter`; it may be executed from day 23.
pub(crate) fn prepared(story: &mut Story, letter: domain::event::consent::LetterRecorded) {
    story.tell(10, wrote(letter));
    thawed(story);
    story.tell(15, requested("c1", "guest", gtx(), Some("l1")));
    story.tell(16, domain::event::change::ChangeEvent::Verified(verification("c1")));
    notified(story, 17);
}

/// The customer's own, lawful move to the guest on day 30.
pub(crate) fn moved(story: &mut Story) {
    prepared(story, letter("l1"));
    story.tell(30, executed("c1", "guest", gtx(), 30));
}
