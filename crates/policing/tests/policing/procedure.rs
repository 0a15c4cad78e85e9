//! T15 and T19: what a change of holder owes to those who lose by it, whoever gains and why.

use domain::event::Evidence;
use domain::event::Party;
use domain::event::account::{Lifted, OverrideAct, OverrideReason};
use domain::event::change::{self, ChangeEvent};
use domain::event::partner::AffiliationBasis::Declared;
use domain::fact::Role;
use domain::protection::Known;
use domain::protection::procedure::opening::opening;
use domain::time::Instant;

use crate::stories::{Case, check, hosted, notified, prepared, published, thawed};
use crate::story::{Story, id};
use crate::words::*;

fn paper() -> Option<Evidence> {
    Some(Evidence::Paper {
        digest: digest(3),
        media_type: "application/pdf".into(),
        held_by: "vendor".into(),
    })
}

fn by_hand() -> Lifted {
    Lifted::Freeze(id("f1"))
}

fn own() -> Lifted {
    Lifted::Handoff(id("h1"))
}

/// All steps of a change `c1` to the guest on the customer's verified letter, but no lift.
fn lettered(story: &mut Story) {
    story.tell(10, wrote(letter("l1")));
    story.tell(15, requested("c1", "guest", gtx(), Some("l1")));
    story.tell(16, ChangeEvent::Verified(verification("c1")));
    notified(story, 17);
}

pub(crate) const STEPS: [Case; 32] = [
    Case {
        name: "T15: the day before the window ends",
        tell: |story| {
            prepared(story, letter("l1"));
            story.tell(22, executed("c1", "guest", gtx(), 22));
        },
        found: &["T15 S4"],
    },
    Case {
        name: "T15: the first instant after it",
        tell: |story| {
            prepared(story, letter("l1"));
            story.tell(23, executed("c1", "guest", gtx(), 23));
        },
        found: &[],
    },
    Case {
        name: "T15: in time, but with effect before",
        tell: |story| {
            prepared(story, letter("l1"));
            story.tell(30, executed("c1", "guest", gtx(), 20));
        },
        found: &["T15 S4"],
    },
    Case {
        name: "T15: no notice reached the customer, so no window was opened",
        tell: |story| {
            thawed(story);
            story.tell(10, wrote(letter("l1")));
            story.tell(15, requested("c1", "guest", gtx(), Some("l1")));
            story.tell(16, ChangeEvent::Verified(verification("c1")));
            story.tell(17, sent("n1", Party::Host, domain::event::notice::About::Change(id("c1"))));
            story.tell(17, delivered("n1", 17));
            story.tell(60, executed("c1", "guest", gtx(), 60));
        },
        found: &["T15 S4"],
    },
    Case {
        name: "T15: the losing side waived the rest",
        tell: |story| {
            prepared(story, letter("l1"));
            story.tell(18, waived("c1", Party::Host));
            story.tell(20, executed("c1", "guest", gtx(), 20));
        },
        found: &[],
    },
    Case {
        name: "T15: the gaining side cannot waive",
        tell: |story| {
            prepared(story, letter("l1"));
            story.tell(18, waived("c1", Party::Guest));
            story.tell(18, waived("c1", Party::Customer));
            story.tell(20, executed("c1", "guest", gtx(), 20));
        },
        found: &["T15 S4"],
    },
    Case {
        name: "T15: a waiver after the change is none",
        tell: |story| {
            prepared(story, letter("l1"));
            story.tell(20, executed("c1", "guest", gtx(), 20));
            story.tell(21, waived("c1", Party::Host));
        },
        found: &["T15 S4"],
    },
    Case {
        name: "T15: an emergency that two officers signed for",
        tell: |story| {
            prepared(story, letter("l1"));
            story.tell(18, overridden(OverrideAct::Waive, OverrideReason::Continuity, &OFFICERS));
            published(story, 18);
            story.tell(20, executed("c1", "guest", gtx(), 20));
        },
        found: &[],
    },
    Case {
        name: "T15: a request that names a sister as the losing side fools nobody",
        tell: |story| {
            story.tell_of("sister", -50, owned_by("guest", Declared, 10_000, -50));
            prepared(story, letter("l1"));
            let change::ChangeEvent::Requested(asked) = requested("c1", "guest", gtx(), Some("l1")) else {
                return;
            };
            let losing = Some(id("sister"));
            story.tell(15, ChangeEvent::Requested(change::Requested { losing, ..asked }));
            story.tell(20, executed("c1", "guest", gtx(), 20));
        },
        found: &["T15 S4"],
    },
    Case {
        name: "T20: and a notice to that sister is none to the host",
        tell: |story| {
            story.tell_of("sister", -50, owned_by("guest", Declared, 10_000, -50));
            thawed(story);
            story.tell(10, wrote(letter("l1")));
            let change::ChangeEvent::Requested(asked) = requested("c1", "guest", gtx(), Some("l1")) else {
                return;
            };
            let losing = Some(id("sister"));
            story.tell(15, ChangeEvent::Requested(change::Requested { losing, ..asked }));
            story.tell(16, ChangeEvent::Verified(verification("c1")));
            for (notice, to) in [("n1", Party::Partner(id("sister"))), ("n2", Party::Customer)] {
                story.tell(17, sent(notice, to, domain::event::notice::About::Change(id("c1"))));
                story.tell(17, delivered(notice, 17));
            }
            story.tell(30, executed("c1", "guest", gtx(), 30));
        },
        found: &["T20 S3"],
    },
    Case {
        name: "T15: moved on within the family after a lawful move, nobody loses",
        tell: |story| {
            story.tell_of("sister", -50, owned_by("guest", Declared, 10_000, -50));
            crate::stories::moved(story);
            story.tell(60, executed("c2", "sister", gtx(), 60));
        },
        found: &[],
    },
    Case {
        name: "T15: a takeover in haste is both",
        tell: |story| {
            story.tell(15, requested("c1", "guest", gtx(), None));
            story.tell(16, executed("c1", "guest", gtx(), 16));
        },
        found: &["T01 S4", "T15 S4", "T19 S4"],
    },
    Case {
        name: "T15: to a third party, whom no handoff concerns",
        tell: |story| {
            story.tell(15, requested("c1", "third", gtx(), None));
            story.tell(16, executed("c1", "third", gtx(), 16));
        },
        found: &["T15 S4"],
    },
    Case {
        name: "T19: the customer's verified letter clears the takeover and lifts no freeze",
        tell: |story| {
            lettered(story);
            story.tell(30, executed("c1", "guest", gtx(), 30));
        },
        found: &["T19 S4"],
    },
    Case {
        name: "T19: nor does the customer's own token",
        tell: |story| {
            crate::letters::redeemed(story, None, Some("customer"));
            notified(story, 17);
            story.tell(30, executed("c1", "guest", gtx(), 30));
        },
        found: &["T19 S4"],
    },
    Case {
        name: "T19: the letter and a lift of the handoff's own freeze by the host",
        tell: |story| {
            lettered(story);
            story.tell(29, lifted(own(), Party::Host, 29, None));
            story.tell(30, executed("c1", "guest", gtx(), 30));
        },
        found: &[],
    },
    Case {
        name: "T19: the letter and a lift that the customer tells later on paper",
        tell: |story| {
            lettered(story);
            story.tell(30, executed("c1", "guest", gtx(), 30));
            story.tell(40, lifted(own(), Party::Customer, 29, paper()));
        },
        found: &[],
    },
    Case {
        name: "T19: the letter and a lift that is told later on no paper",
        tell: |story| {
            lettered(story);
            story.tell(30, executed("c1", "guest", gtx(), 30));
            story.tell(40, lifted(own(), Party::Customer, 29, None));
        },
        found: &["T19 S4"],
    },
    Case {
        name: "T19: the letter and an override by two officers",
        tell: |story| {
            lettered(story);
            story.tell(18, overridden(OverrideAct::Lift, OverrideReason::Continuity, &OFFICERS));
            published(story, 19);
            story.tell(30, executed("c1", "guest", gtx(), 30));
        },
        found: &[],
    },
    Case {
        name: "T19: what the host released is no longer frozen",
        tell: |story| {
            lettered(story);
            story.tell(29, released(gtx(), 29, None, None));
            story.tell(30, executed("c1", "guest", gtx(), 30));
        },
        found: &[],
    },
    Case {
        name: "T19: what moved to the guest lawfully moves on in its family",
        tell: |story| {
            story.tell_of("sister", -50, owned_by("guest", Declared, 10_000, -50));
            lettered(story);
            story.tell(20, lifted(own(), Party::Customer, 20, None));
            story.tell(30, executed("c1", "guest", gtx(), 30));
            story.tell(60, executed("c2", "sister", gtx(), 60));
        },
        found: &[],
    },
    Case {
        name: "T19: a freeze placed by hand takes more than a lift of the handoff's own",
        tell: |story| {
            story.tell(2, frozen_by_hand(100));
            crate::stories::moved(story);
        },
        found: &["T19 S4"],
    },
    Case {
        name: "T19: lifted by the customer",
        tell: |story| {
            story.tell(2, frozen_by_hand(100));
            story.tell(12, lifted(by_hand(), Party::Customer, 12, None));
            crate::stories::moved(story);
        },
        found: &[],
    },
    Case {
        name: "T19: lifted by the vendor",
        tell: |story| {
            story.tell(2, frozen_by_hand(100));
            story.tell(12, lifted(by_hand(), Party::Vendor, 12, None));
            crate::stories::moved(story);
        },
        found: &["T19 S4"],
    },
    Case {
        name: "T19: lifted by the guest under its own name",
        tell: |story| {
            story.tell(2, frozen_by_hand(100));
            story.tell(12, lifted(by_hand(), Party::Partner(id("guest")), 12, None));
            crate::stories::moved(story);
        },
        found: &["T19 S4"],
    },
    Case {
        name: "T19: a lift told later without a paper",
        tell: |story| {
            story.tell(2, frozen_by_hand(100));
            crate::stories::moved(story);
            story.tell(40, lifted(by_hand(), Party::Host, 12, None));
        },
        found: &["T19 S4"],
    },
    Case {
        name: "T19: a lift told later on paper",
        tell: |story| {
            story.tell(2, frozen_by_hand(100));
            crate::stories::moved(story);
            story.tell(40, lifted(by_hand(), Party::Host, 12, paper()));
        },
        found: &[],
    },
    Case {
        name: "T19: after the freeze has ended",
        tell: |story| {
            story.tell(2, frozen_by_hand(30));
            crate::stories::moved(story);
        },
        found: &[],
    },
    Case {
        name: "T19: an earlier relationship does not thaw the handoff's own freeze",
        tell: |story| {
            story.tell(-60, booked("o-old", "guest", gtx(), -60));
            story.tell(15, requested("c1", "guest", gtx(), None));
            notified(story, 17);
            story.tell(30, executed("c1", "guest", gtx(), 30));
        },
        found: &["T19 S4"],
    },
    Case {
        name: "T19: the host lifts the handoff's own freeze",
        tell: |story| {
            story.tell(-60, booked("o-old", "guest", gtx(), -60));
            story.tell(12, lifted(Lifted::Handoff(id("h1")), Party::Host, 12, None));
            story.tell(15, requested("c1", "guest", gtx(), None));
            notified(story, 17);
            story.tell(30, executed("c1", "guest", gtx(), 30));
        },
        found: &[],
    },
    Case {
        name: "T19: a company that host and guest share is not kept out",
        tell: |story| {
            for owner in ["host", "guest"] {
                story.tell_of("venture", -50, owned_by(owner, Declared, 5_000, -50));
            }
            story.tell(15, requested("c1", "venture", gtx(), None));
            notified(story, 17);
            story.tell(30, executed("c1", "venture", gtx(), 30));
        },
        found: &[],
    },
    Case {
        name: "T19: what the host let go of for a week moves on in the guest's family ever after",
        tell: |story| {
            story.tell_of("sister", -50, owned_by("guest", Declared, 10_000, -50));
            story.tell(5, released(gtx(), 5, Some(12), None));
            story.tell(10, holds("guest", gtx(), 10));
            story.tell(60, executed("c2", "sister", gtx(), 60));
        },
        found: &[],
    },
];

const OFFICERS: [(&str, Role); 2] = [("ada", Role::VendorOfficer), ("bob", Role::VendorOfficer)];

#[test]
fn steps_are_owed_whoever_gains_and_why() {
    check(&STEPS);
}

#[test]
fn a_window_ends_at_midnight_after_the_fifth_business_day() {
    let mut story = hosted();
    story.tell(15, requested("c1", "guest", gtx(), None));
    // Day 17 is Sunday 18 January 2026; the five business days end on Friday 23 January.
    notified(&mut story, 17);
    let account = story.account();
    let change = account.change(&id("c1")).expect("it was requested");
    let (account_id, families) = (crate::story::account_id(), story.families());
    let known =
        Known { account: &account, account_id: &account_id, families: &families, program: &story.program };
    let opened = opening(known, change).expect("both were reached");
    assert_eq!(opened.until, "2026-01-24T00:00:00Z".parse::<Instant>().expect("an instant"));
    assert_ne!(opened.reached[0], opened.reached[1]);
}

#[test]
fn the_vendor_answers_for_a_change_it_executed_in_haste_and_a_partner_for_its_own() {
    let respondent = |by: Option<&str>| {
        let mut story = hosted();
        prepared(&mut story, letter("l1"));
        story.tell_late(20, 20, by, executed("c1", "guest", gtx(), 20));
        story.judged()[0].finding.respondent.clone()
    };
    assert_eq!(respondent(None), "vendor");
    assert_eq!(respondent(Some("guest")), "guest");
}

#[test]
fn a_finding_about_a_freeze_shows_the_lifts_that_came_too_late() {
    let mut story = hosted();
    lettered(&mut story);
    story.tell(30, executed("c1", "guest", gtx(), 30));
    let late = story.tell(40, lifted(own(), Party::Customer, 29, None));
    assert_eq!(story.judged()[0].finding.context, [late]);
}

#[test]
fn a_finding_of_haste_says_when_the_window_ended_or_that_there_was_none() {
    let sentence = |is_told: bool| {
        let mut story = hosted();
        story.tell(15, requested("c1", "third", gtx(), None));
        if is_told {
            notified(&mut story, 17);
        }
        story.tell(20, executed("c1", "third", gtx(), 20));
        story.judged()[0].finding.sentence.clone()
    };
    assert!(sentence(true).contains("before its window ended on 2026-01-24"), "{}", sentence(true));
    assert!(sentence(false).contains("without a window: no notice reached both"), "{}", sentence(false));
}

#[test]
fn without_a_handoff_the_case_is_about_the_change() {
    let mut story = hosted();
    story.tell(15, requested("c1", "third", gtx(), None));
    story.tell(16, executed("c1", "third", gtx(), 16));
    let judged = &story.judged()[0];
    let subject = policing::CaseKey::Subject { pattern: "T15", subject: "c1".to_owned() };
    assert_eq!(judged.case, subject);
    assert_eq!(judged.opened.handoff, None);
}
