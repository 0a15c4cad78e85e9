//! V2 to V9: each basis clears, and each of its conditions is needed.

use domain::event::account::{AccountEvent, ContactPurpose, ContactReplaced, HolderRecorded};
use domain::event::account::{OverrideAct, OverrideReason};
use domain::event::handoff::{DeclaredPrior, GrantedAct, HandoffEvent, Invited};
use domain::event::notice::About;
use domain::event::trade::{Order, TradeEvent};
use domain::event::{Evidence, Party};
use domain::fact::Role;
use domain::scope::Scope;

use crate::stories::{Case, accept_instead, check, published};
use crate::story::{Story, day, id};
use crate::words::*;

const OFFICERS: [(&str, Role); 2] = [("ada", Role::VendorOfficer), ("bob", Role::VendorOfficer)];

/// Two notices ten days apart, a claim, and the guest's order after the cure period.
fn abandoned(story: &mut Story) {
    for (notice, at) in [("f1", 10), ("f2", 20)] {
        story.tell(at, sent(notice, Party::Host, About::Forfeiture(id("h1"))));
        story.tell(at, delivered(notice, at));
    }
    story.tell(21, forfeited(&["f1", "f2"], 31));
    story.tell(31, booked("o2", "guest", gtx(), 31));
}

/// The guest registers a deal while the host has released the scope, and orders under `deal` a month later.
fn fulfilled(story: &mut Story, deal: &str) {
    story.tell(10, released(gtx(), 10, Some(25), None));
    story.tell(19, submitted("d1", "guest", None));
    story.tell(20, approved("d1"));
    let order = Order { deal: Some(id(deal)), ..order("o2", "guest", Some(gtx()), 60) };
    story.tell(60, TradeEvent::OrderBooked(order));
}

pub(crate) const BASES: [Case; 29] = [
    Case { name: "V3: the host let it lie", tell: abandoned, found: &[] },
    Case {
        name: "V3: the host answered in the cure period",
        tell: |story| {
            abandoned(story);
            story.tell(30, progressed(Party::Host, 30));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "V3: the host's own order in the cure period is an answer",
        tell: |story| {
            abandoned(story);
            story.tell(25, booked("o9", "host", lines(&["rtx"]), 25));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "V3: the cure period was not over",
        tell: |story| {
            abandoned(story);
            story.tell(30, booked("o3", "guest", gtx(), 30));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "V3: one notice only",
        tell: |story| {
            story.tell(10, sent("f1", Party::Host, About::Forfeiture(id("h1"))));
            story.tell(10, delivered("f1", 10));
            story.tell(21, forfeited(&["f1"], 31));
            story.tell(40, booked("o2", "guest", gtx(), 40));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "V3: the second notice was not delivered",
        tell: |story| {
            story.tell(10, sent("f1", Party::Host, About::Forfeiture(id("h1"))));
            story.tell(10, delivered("f1", 10));
            story.tell(20, sent("f2", Party::Host, About::Forfeiture(id("h1"))));
            story.tell(21, forfeited(&["f1", "f2"], 31));
            story.tell(40, booked("o2", "guest", gtx(), 40));
        },
        found: &["T04 S3", "T13 S4"],
    },
    Case {
        name: "V3: the two notices came too close",
        tell: |story| {
            for (notice, at) in [("f1", 10), ("f2", 19)] {
                story.tell(at, sent(notice, Party::Host, About::Forfeiture(id("h1"))));
                story.tell(at, delivered(notice, at));
            }
            story.tell(21, forfeited(&["f1", "f2"], 31));
            story.tell(40, booked("o2", "guest", gtx(), 40));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "V3: the notices went to an address the guest had put there",
        tell: |story| {
            let replaced = ContactReplaced {
                party: Party::Host,
                purpose: ContactPurpose::Notice,
                previous: None,
                contact: id("office"),
                confirmed_by: None,
            };
            story.tell_by(5, "guest", AccountEvent::ContactReplaced(replaced));
            abandoned(story);
        },
        found: &["T04 S3", "T13 S4"],
    },
    Case {
        name: "V3: a broken commitment takes one notice and ten business days",
        tell: |story| {
            story.tell(10, sent("f1", Party::Host, About::Commitment(id("demo"))));
            story.tell(10, delivered("f1", 10));
            story.tell(25, forfeited(&["f1"], 25));
            story.tell(26, booked("o2", "guest", gtx(), 26));
        },
        found: &[],
    },
    Case {
        name: "V5: deauthorised for another line",
        tell: |story| {
            let terms = domain::event::partner::Deauthorised {
                scope: lines(&["rtx"]),
                from: day(10),
                reason: domain::event::partner::DeauthorisationReason::Breach,
            };
            story.tell_of("host", 10, domain::event::partner::PartnerEvent::Deauthorised(terms));
            story.tell(20, booked("o2", "guest", gtx(), 20));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "V5: deauthorised after the act",
        tell: |story| {
            story.tell_of("host", 21, barred(21));
            story.tell(20, booked("o2", "guest", gtx(), 20));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "V7: declared, but its evidence was laid down after acceptance",
        tell: |story| {
            declare(story, day(-300));
            story.tell(5, committed(9));
            story.tell(20, booked("o2", "guest", gtx(), 20));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "V7: evidenced, but no older than the handoff",
        tell: |story| {
            story.tell(-1, committed(9));
            declare(story, day(2));
            story.tell(20, booked("o2", "guest", gtx(), 20));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "V9: two officers, both sides told",
        tell: |story| {
            story.tell(15, overridden(OverrideAct::Change, OverrideReason::Continuity, &OFFICERS));
            published(story, 16);
            story.tell(20, holds("guest", gtx(), 20));
        },
        found: &[],
    },
    Case {
        name: "V9: one officer twice",
        tell: |story| {
            let one = [OFFICERS[0], OFFICERS[0]];
            story.tell(15, overridden(OverrideAct::Change, OverrideReason::Continuity, &one));
            published(story, 16);
            story.tell(20, holds("guest", gtx(), 20));
        },
        found: &["T01 S4", "T25 S4", "procedure_unknown S2"],
    },
    Case {
        name: "V9: an officer of direct sales",
        tell: |story| {
            let sales = [OFFICERS[0], ("eve", Role::DirectSales)];
            story.tell(15, overridden(OverrideAct::Change, OverrideReason::Continuity, &sales));
            published(story, 16);
            story.tell(20, holds("guest", gtx(), 20));
        },
        found: &["T01 S4", "T25 S4", "procedure_unknown S2"],
    },
    Case {
        name: "V9: nobody was told",
        tell: |story| {
            story.tell(15, overridden(OverrideAct::Change, OverrideReason::Continuity, &OFFICERS));
            story.tell(20, holds("guest", gtx(), 20));
        },
        found: &["T01 S4", "T25 S4", "procedure_unknown S2"],
    },
    Case {
        name: "V9: after its end",
        tell: |story| {
            story.tell(15, overridden(OverrideAct::Change, OverrideReason::Continuity, &OFFICERS));
            published(story, 16);
            story.tell(200, booked("o2", "guest", gtx(), 200));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "a tender only the guest speaks of cannot be judged",
        tell: |story| {
            story.tell(19, submitted("d1", "guest", Some(true)));
            story.tell(20, approved("d1"));
        },
        found: &["T02 S2 Tender"],
    },
    Case {
        name: "a tender that two officers confirmed",
        tell: |story| {
            story.tell(15, overridden(OverrideAct::Waive, OverrideReason::PublicTender, &OFFICERS));
            published(story, 16);
            story.tell(19, submitted("d1", "guest", Some(true)));
            story.tell(20, approved("d1"));
        },
        found: &[],
    },
    Case {
        name: "a tender that one officer confirmed",
        tell: |story| {
            story.tell(15, overridden(OverrideAct::Waive, OverrideReason::PublicTender, &OFFICERS[..1]));
            published(story, 16);
            story.tell(19, submitted("d1", "guest", Some(true)));
            story.tell(20, approved("d1"));
        },
        found: &["T02 S2 Tender", "T25 S4"],
    },
    Case {
        name: "two officers confirmed something, though not that it is a tender",
        tell: |story| {
            story.tell(15, overridden(OverrideAct::Waive, OverrideReason::Continuity, &OFFICERS));
            published(story, 16);
            story.tell(19, submitted("d1", "guest", Some(true)));
            story.tell(20, approved("d1"));
        },
        found: &["T02 S2 Tender"],
    },
    Case {
        name: "two papers may share the scope between them",
        tell: |story| {
            story.tell(10, released(lines(&["gtx"]), 10, None, None));
            story.tell(11, released(lines(&["rtx"]), 11, None, None));
            story.tell(20, holds("guest", lines(&["gtx", "rtx"]), 20));
        },
        found: &[],
    },
    Case {
        name: "V3: progress of the guest is no answer of the host",
        tell: |story| {
            abandoned(story);
            story.tell(25, progressed(Party::Guest, 25));
        },
        found: &[],
    },
    Case {
        name: "what the host granted another guest is not granted to this one",
        tell: |story| {
            story.tell(2, invited_to("h2", "third", &[GrantedAct::Order], gtx()));
            story.tell(3, HandoffEvent::Accepted(accepted("h2")));
            story.tell(20, booked("o2", "guest", gtx(), 20));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "what another host granted the guest is not granted by this one",
        tell: |story| {
            let HandoffEvent::Invited(terms) = invited_to("h2", "guest", &[GrantedAct::Order], gtx()) else {
                unreachable!("an invitation")
            };
            story.tell(2, HandoffEvent::Invited(Box::new(Invited { host: id("other-host"), ..*terms })));
            story.tell(3, HandoffEvent::Accepted(accepted("h2")));
            story.tell(20, booked("o2", "guest", gtx(), 20));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "what the same two agreed in another handoff is granted from its acceptance on",
        tell: |story| {
            story.tell(2, invited_to("h2", "guest", &[GrantedAct::Order], gtx()));
            story.tell(19, booked("o1", "guest", gtx(), 19));
            story.tell(20, HandoffEvent::Accepted(accepted("h2")));
            story.tell(20, booked("o2", "guest", gtx(), 20));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "V2: an order that fulfils a registration of the release's days has its basis",
        tell: |story| fulfilled(story, "d1"),
        found: &[],
    },
    Case {
        name: "V2: an order that fulfils another registration has not",
        tell: |story| fulfilled(story, "d9"),
        found: &["T04 S3"],
    },
];

fn declare(story: &mut Story, since: domain::time::Instant) {
    let evidence =
        Evidence::Paper { digest: digest(9), media_type: "application/pdf".into(), held_by: "guest".into() };
    let mut terms = accepted("h1");
    terms.declared_prior =
        vec![DeclaredPrior { partner: id("guest"), scope: Scope::all(), since, evidence, anchor: None }];
    accept_instead(story, terms);
}

#[test]
fn every_condition_of_every_basis_is_needed() {
    check(&BASES);
}

#[test]
fn what_is_declared_at_acceptance_began_before_it() {
    let clears = |since| {
        let mut story = crate::stories::hosted();
        story.tell(-1, committed(9));
        declare(&mut story, since);
        story.tell(20, booked("o2", "guest", gtx(), 20));
        story.found().is_empty()
    };
    assert!(clears(day(1).plus_ms(-1)));
    assert!(!clears(day(1)));
}

#[test]
fn a_change_reported_once_more_is_one_act_until_it_is_reversed() {
    let takings = |reported| {
        let mut story = crate::stories::hosted();
        story.tell(30, executed("c1", "guest", gtx(), 30));
        story.tell(40, reversed("c1", domain::event::change::ReversalReason::Ruling));
        let held = HolderRecorded { change: Some(id("c1")), ..held("guest", gtx(), reported) };
        story.tell(reported, AccountEvent::HolderRecorded(held));
        story.found().iter().filter(|found| found.starts_with("T01")).count()
    };
    assert_eq!(takings(31), 1);
    assert_eq!(takings(50), 2);
}

/// The customer's letter for the guest is shown for a change to `gaining`, and the guest orders on day 40.
fn ordered_on_a_letter(gaining: &str, then: fn(&mut Story)) -> bool {
    let mut story = crate::stories::hosted();
    story.tell(10, wrote(letter("l1")));
    story.tell(15, requested("c1", gaining, gtx(), Some("l1")));
    story.tell(16, domain::event::change::ChangeEvent::Verified(verification("c1")));
    crate::stories::notified(&mut story, 17);
    then(&mut story);
    story.tell(40, booked("o2", "guest", gtx(), 40));
    !story.found().contains(&"T04 S3".to_owned())
}

#[test]
fn an_order_rests_on_a_letter_as_long_as_a_change_to_its_partner_does() {
    let ruling = domain::event::change::ReversalReason::Ruling;
    assert!(ordered_on_a_letter("guest", |_| {}));
    assert!(!ordered_on_a_letter("third", |_| {}), "shown for another partner");
    let moved_back = |story: &mut Story| {
        story.tell(30, executed("c1", "guest", gtx(), 30));
        story.tell(35, reversed("c1", domain::event::change::ReversalReason::Ruling));
    };
    assert!(!ordered_on_a_letter("guest", moved_back), "reversed before the order");
    let mut later = crate::stories::hosted();
    crate::stories::moved(&mut later);
    later.tell(40, booked("o2", "guest", gtx(), 40));
    later.tell(45, reversed("c1", ruling));
    assert!(!later.found().contains(&"T04 S3".to_owned()), "reversed after it");
}

#[test]
fn a_finding_names_the_override_that_would_clear_it() {
    let mut story = crate::stories::hosted();
    story.tell(20, booked("o2", "guest", gtx(), 20));
    let clearing = story.judged()[0].finding.clearing.clone();
    let by_override = clearing.iter().find(|clearing| clearing.basis == "V9").expect("an override clears");
    assert!(by_override.missing.contains("two officers outside direct sales"), "{}", by_override.missing);
}

#[test]
fn two_sources_that_disagree_about_one_instant_cannot_be_judged() {
    let mut story = crate::stories::hosted();
    story.tell(20, holds("guest", gtx(), 20));
    story.tell(20, holds("third", gtx(), 20));
    assert_eq!(story.found(), ["T01 S3 Contested", "contested_holder S2 Contested", "procedure_unknown S2"]);
}
