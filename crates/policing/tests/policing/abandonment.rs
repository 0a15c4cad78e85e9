//! T13: forfeiture claimed against the record.

use domain::event::Party;
use domain::event::account::{AccountEvent, ContactPurpose, ContactReplaced};
use domain::event::notice::{About, Answer, Answered, Bounced, NoticeEvent};
use domain::event::partner::AffiliationBasis::Declared;
use domain::event::trade::TradeEvent;

use crate::stories::{Case, check, hosted};
use crate::story::{Story, day, id};
use crate::words::*;

fn told(story: &mut Story, notice: &str, at: i64) {
    story.tell(at, sent(notice, Party::Host, About::Forfeiture(id("h1"))));
}

fn reached(story: &mut Story, notice: &str, at: i64) {
    told(story, notice, at);
    story.tell(at, delivered(notice, at));
}

/// Two notices on days 10 and 20, and the claim on day 32, after a cure period until day 31.
fn claimed(story: &mut Story) {
    reached(story, "f1", 10);
    reached(story, "f2", 20);
    story.tell(32, forfeited(&["f1", "f2"], 31));
}

fn bounced(notice: &str, at: i64) -> NoticeEvent {
    NoticeEvent::Bounced(Bounced { notice: id(notice), at: day(at), reason: "no such mailbox".to_owned() })
}

fn answered(notice: &str, at: i64) -> NoticeEvent {
    let answer = Answer::StillActive;
    NoticeEvent::Answered(Answered { notice: id(notice), at: day(at), by: id("host-ceo"), answer })
}

/// The host's address for notices becomes the one that all notices of these stories go to.
fn readdressed(confirmed_by: Option<Party>) -> AccountEvent {
    AccountEvent::ContactReplaced(ContactReplaced {
        party: Party::Host,
        purpose: ContactPurpose::Notice,
        previous: None,
        contact: id("office"),
        confirmed_by,
    })
}

fn met(partner: &str, at: i64) -> TradeEvent {
    TradeEvent::MeetingHeld(domain::event::trade::Meeting {
        partner: id(partner),
        scope: Some(gtx()),
        at: day(at),
        reported_under: None,
        customer_initiated: None,
    })
}

pub(crate) const CASES: [Case; 21] = [
    Case { name: "T13: the host really let it lie", tell: claimed, found: &[] },
    Case {
        name: "T13: the second notice came back",
        tell: |story| {
            reached(story, "f1", 10);
            told(story, "f2", 20);
            story.tell(21, bounced("f2", 21));
            story.tell(32, forfeited(&["f1", "f2"], 31));
        },
        found: &["T13 S4"],
    },
    Case {
        name: "T13: a notice without a receipt",
        tell: |story| {
            reached(story, "f1", 10);
            told(story, "f2", 20);
            story.tell(32, forfeited(&["f1", "f2"], 31));
        },
        found: &["T13 S4"],
    },
    Case {
        name: "T13: the receipt arrives later",
        tell: |story| {
            reached(story, "f1", 10);
            told(story, "f2", 20);
            story.tell(32, forfeited(&["f1", "f2"], 31));
            story.tell_late(20, 40, None, delivered("f2", 20));
        },
        found: &[],
    },
    Case {
        name: "T13: the host met the customer in the cure period",
        tell: |story| {
            claimed(story);
            story.tell(25, met("host", 25));
        },
        found: &["T13 S4"],
    },
    Case {
        name: "T13: the host answered a notice",
        tell: |story| {
            claimed(story);
            story.tell(25, answered("f1", 25));
        },
        found: &["T13 S4"],
    },
    Case {
        name: "T13: the host made progress",
        tell: |story| {
            claimed(story);
            story.tell(25, progressed(Party::Host, 25));
        },
        found: &["T13 S4"],
    },
    Case {
        name: "T13: the host was at work before the first notice",
        tell: |story| {
            claimed(story);
            story.tell(9, met("host", 9));
        },
        found: &[],
    },
    Case {
        name: "T13: the host came back after the cure period",
        tell: |story| {
            claimed(story);
            story.tell(31, met("host", 31));
        },
        found: &[],
    },
    Case {
        name: "T13: the guest had put the host's address there",
        tell: |story| {
            story.tell_by(2, "guest", readdressed(None));
            claimed(story);
        },
        found: &["T13 S4"],
    },
    Case {
        name: "T13: a company of the guest's family had",
        tell: |story| {
            story.tell_of("sister", -50, owned_by("guest", Declared, 10_000, -50));
            story.tell_by(2, "sister", readdressed(None));
            claimed(story);
        },
        found: &["T13 S4"],
    },
    Case {
        name: "T13: the host confirmed that address",
        tell: |story| {
            story.tell_by(2, "guest", readdressed(Some(Party::Host)));
            claimed(story);
        },
        found: &[],
    },
    Case {
        name: "T13: the host changed its own address the day before",
        tell: |story| {
            story.tell_by(9, "host", readdressed(None));
            claimed(story);
        },
        found: &[],
    },
    Case {
        name: "T13: nobody knows who changed the address the week before",
        tell: |story| {
            story.tell(3, readdressed(None));
            claimed(story);
        },
        found: &["T13 S2"],
    },
    Case {
        name: "T13: an address that stood for longer",
        tell: |story| {
            story.tell(2, readdressed(None));
            claimed(story);
        },
        found: &[],
    },
    Case {
        name: "T13: the address changed, and the notices went to another",
        tell: |story| {
            let AccountEvent::ContactReplaced(replaced) = readdressed(None) else { return };
            let elsewhere = ContactReplaced { contact: id("elsewhere"), ..replaced };
            story.tell_by(2, "guest", AccountEvent::ContactReplaced(elsewhere));
            claimed(story);
        },
        found: &[],
    },
    Case {
        name: "T13: a claim on one notice alone lacks something and hides nothing",
        tell: |story| {
            reached(story, "f1", 10);
            story.tell(32, forfeited(&["f1"], 31));
        },
        found: &[],
    },
    Case {
        name: "T13: the host releases it after all",
        tell: |story| {
            claimed(story);
            story.tell(25, met("host", 25));
            story.tell(30, released(gtx(), 30, None, None));
        },
        found: &[],
    },
    Case {
        name: "T13: the host was deauthorised anyway",
        tell: |story| {
            claimed(story);
            story.tell(25, met("host", 25));
            story.tell_of("host", 28, barred(28));
        },
        found: &[],
    },
    Case {
        name: "T13: and the account is taken on that claim",
        tell: |story| {
            claimed(story);
            story.tell(25, met("host", 25));
            story.tell(40, booked("o2", "guest", gtx(), 40));
        },
        found: &["T04 S3", "T13 S4"],
    },
    Case {
        name: "T13: nothing can be claimed on one notice, whatever was answered to it",
        tell: |story| {
            reached(story, "f1", 10);
            story.tell(25, answered("f1", 25));
            story.tell(32, forfeited(&["f1"], 31));
        },
        found: &[],
    },
];

#[test]
fn abandonment_is_claimed_against_the_record() {
    check(&CASES);
}

#[test]
fn a_claim_says_what_contradicts_it_and_whom_it_favours() {
    let mut story = hosted();
    claimed(&mut story);
    let meeting = story.tell(25, met("host", 25));
    let finding = story.judged()[0].finding.clone();
    assert!(finding.proof.contains(&meeting));
    assert_eq!(finding.respondent, "guest");
    assert_eq!(
        finding.sentence,
        "possible breach of program terms: forfeiture of gtx by host was claimed on 2026-02-02 under handoff h1, \
         although host was at work with the customer on 2026-01-26, inside the cure period"
    );
}

#[test]
fn who_moved_the_address_answers_for_it_and_not_the_claimant() {
    let mut story = hosted();
    story.tell_of("sister", -50, owned_by("guest", Declared, 10_000, -50));
    story.tell_by(2, "sister", readdressed(None));
    claimed(&mut story);
    assert_eq!(story.judged()[0].finding.respondent, "sister");
}
