//! T24: what protects a host, turned against others.

use domain::event::Party;
use domain::event::change::{ChangeEvent, Objected, ObjectionDecided, ObjectionGround, ObjectionOutcome};
use domain::event::change::{VerificationOutcome, Verifier};
use domain::event::consent::{AskedAbout, ConsentEvent, CustomerAsked};
use domain::event::deal::{Approved, DealEvent, Progressed};
use domain::event::{DecidedBy, PolicyRef};

use crate::stories::{Case, check, hosted};
use crate::story::{Story, day, id};
use crate::words::*;

pub(crate) fn objection(change: &str, ground: ObjectionGround, inquiry_attested: bool) -> ChangeEvent {
    ChangeEvent::Objected(Objected {
        change: id(change),
        by: Party::Host,
        ground,
        text: None,
        evidence: Vec::new(),
        inquiry_attested,
    })
}

/// The host objects in form to change number `n` of the guest, and that is decided.
fn decided(story: &mut Story, n: i64, outcome: ObjectionOutcome) {
    let change = format!("c{n}");
    let at = 20 + 10 * n;
    story.tell(at, requested(&change, "guest", gtx(), None));
    let told = story.tell(at + 1, objection(&change, ObjectionGround::ScopeMismatch, true));
    ruled(story, &change, told, at + 3, outcome);
}

fn ruled(
    story: &mut Story,
    change: &str,
    objection: domain::id::EventId,
    at: i64,
    outcome: ObjectionOutcome,
) {
    let decided_by = DecidedBy { policy: PolicyRef { version: 0, digest: digest(0) }, person: None };
    let decision =
        ObjectionDecided { change: id(change), objection, outcome, reason: "looked".into(), decided_by };
    story.tell(at, ChangeEvent::ObjectionDecided(decision));
}

pub(crate) fn asked(about: AskedAbout, outcome: VerificationOutcome) -> ConsentEvent {
    ConsentEvent::CustomerAsked(CustomerAsked {
        about,
        verifier: Verifier::Vendor,
        verifier_principal: id("call-centre"),
        contact: id("customer-cio"),
        contact_on_file_since: day(-400),
        outcome,
        recording: None,
    })
}

pub(crate) fn handoff() -> AskedAbout {
    AskedAbout::Handoff(id("h1"))
}

/// A registration of `partner`, approved for ninety days.
fn registered(story: &mut Story, deal: &str, partner: &str, at: i64) {
    story.tell(at, submitted(deal, partner, None));
    story.tell(
        at,
        DealEvent::Approved(Approved {
            deal: id(deal),
            scope: gtx(),
            protected_from: day(at),
            protected_until: day(at + 90),
            decided_by: DecidedBy { policy: PolicyRef { version: 0, digest: digest(0) }, person: None },
            rivals_considered: Vec::new(),
        }),
    );
}

fn three_idle(story: &mut Story) {
    for (deal, at) in [("d1", -600), ("d2", -500), ("d3", -400)] {
        registered(story, deal, "keeper", at);
    }
}

/// A rival's meeting shows that activity is reported at all.
fn met(story: &mut Story, partner: &str, at: i64) {
    story.tell(
        at,
        domain::event::trade::TradeEvent::MeetingHeld(domain::event::trade::Meeting {
            partner: id(partner),
            scope: Some(gtx()),
            at: day(at),
            reported_under: None,
            customer_initiated: None,
        }),
    );
}

pub(crate) const CASES: [Case; 18] = [
    Case {
        name: "T24: an objection on no ground of the list",
        tell: |story| {
            story.tell(20, requested("c1", "guest", gtx(), None));
            story.tell(21, objection("c1", ObjectionGround::Other, true));
        },
        found: &["T24 S3"],
    },
    Case {
        name: "T24: an objection without an inquiry",
        tell: |story| {
            story.tell(20, requested("c1", "guest", gtx(), None));
            story.tell_by(21, "host", objection("c1", ObjectionGround::Fraud, false));
        },
        found: &["T24 S3"],
    },
    Case {
        name: "T24: an objection without an inquiry that turned out to be right",
        tell: |story| {
            story.tell(20, requested("c1", "guest", gtx(), None));
            let told = story.tell(21, objection("c1", ObjectionGround::Fraud, false));
            ruled(story, "c1", told, 25, ObjectionOutcome::Upheld);
        },
        found: &[],
    },
    Case {
        name: "T24: a good-faith objection, rejected once",
        tell: |story| decided(story, 1, ObjectionOutcome::Rejected),
        found: &[],
    },
    Case {
        name: "T24: three objections in vain",
        tell: |story| (1..=3).for_each(|n| decided(story, n, ObjectionOutcome::Rejected)),
        found: &["T24 S3"],
    },
    Case {
        name: "T24: a fourth is no second finding",
        tell: |story| (1..=4).for_each(|n| decided(story, n, ObjectionOutcome::Rejected)),
        found: &["T24 S3"],
    },
    Case {
        name: "T24: two in vain and one that was right",
        tell: |story| {
            (1..=2).for_each(|n| decided(story, n, ObjectionOutcome::Rejected));
            decided(story, 3, ObjectionOutcome::Upheld);
        },
        found: &[],
    },
    Case {
        name: "T24: the customer knows nothing of the handoff",
        tell: |story| {
            story.tell(30, asked(handoff(), VerificationOutcome::Denied));
        },
        found: &["T24 S3"],
    },
    Case {
        name: "T24: the customer remembers on another call",
        tell: |story| {
            story.tell(30, asked(handoff(), VerificationOutcome::Denied));
            story.tell(32, asked(handoff(), VerificationOutcome::Confirmed));
        },
        found: &[],
    },
    Case {
        name: "T24: nobody was reached",
        tell: |story| {
            story.tell(30, asked(handoff(), VerificationOutcome::Unreachable));
        },
        found: &[],
    },
    Case {
        name: "T24: a denial that only the guest tells of",
        tell: |story| {
            story.tell_by(30, "guest", asked(handoff(), VerificationOutcome::Denied));
        },
        found: &[],
    },
    Case {
        name: "T24: the customer knows nothing of a registration",
        tell: |story| {
            registered(story, "d9", "host", 5);
            story.tell(30, asked(AskedAbout::Deal(id("d9")), VerificationOutcome::Denied));
        },
        found: &["T24 S3"],
    },
    Case {
        name: "T24: three registrations that lapsed without activity, while another partner was at work",
        tell: |story| {
            three_idle(story);
            met(story, "host", -350);
        },
        found: &["T24 S3"],
    },
    Case {
        name: "T24: where nobody reports activity its absence says nothing",
        tell: three_idle,
        found: &[],
    },
    Case {
        name: "T24: one of the three was worked on",
        tell: |story| {
            three_idle(story);
            met(story, "host", -650);
            story.tell(
                -380,
                DealEvent::Progressed(Progressed {
                    deal: id("d3"),
                    what: "a workshop".into(),
                    at: day(-380),
                }),
            );
        },
        found: &[],
    },
    Case {
        name: "T24: whose registrations lapsed was with the customer since, though under none of them",
        tell: |story| {
            three_idle(story);
            met(story, "keeper", -380);
        },
        found: &[],
    },
    Case {
        name: "T24: whose registrations lapsed sold something since, though under none of them",
        tell: |story| {
            three_idle(story);
            met(story, "host", -650);
            story.tell(-380, booked("o-keeper", "keeper", lines(&["dgx"]), -380));
        },
        found: &[],
    },
    Case {
        name: "T24: what was done before the first of the registrations is nothing done about them",
        tell: |story| {
            met(story, "keeper", -601);
            three_idle(story);
        },
        found: &["T24 S3"],
    },
];

#[test]
fn a_host_answers_for_what_it_does_with_its_protection() {
    check(&CASES);
}

#[test]
fn the_respondent_is_whoever_objected() {
    let mut story = hosted();
    story.tell(20, requested("c1", "guest", gtx(), None));
    story.tell(21, objection("c1", ObjectionGround::Other, true));
    let judged = &story.judged()[0];
    assert_eq!(judged.finding.respondent, "host");
    assert_eq!(judged.finding.kind, domain::event::case::CaseKind::HostAbuse);
}

#[test]
fn a_registration_may_be_denied_where_no_handoff_is() {
    let mut story = Story::default();
    registered(&mut story, "d1", "keeper", 5);
    story.tell(30, asked(AskedAbout::Deal(id("d1")), VerificationOutcome::Denied));
    assert_eq!(story.found(), ["T24 S3"]);
}
