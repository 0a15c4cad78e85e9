//! T11 and T12: what the end of window and tail does not clear.

use domain::event::Party;
use domain::event::account::{AccountEvent, OverrideAct, OverrideReason, OverrideRecorded};
use domain::event::handoff::{Commitment, GrantedAct, HandoffEvent, ProgressKind, Progressed};
use domain::event::notice::{About, Answer, Answered, NoticeEvent};
use domain::event::partner::AffiliationBasis::Declared;
use domain::event::trade::TradeEvent;
use domain::fact::Role;

use crate::stories::{Case, check};
use crate::story::{Story, day, id};
use crate::words::*;

/// The guest quotes in the last days of the tail, which ends on day 456.
fn quoted_late(story: &mut Story) {
    story.tell(430, quoted("guest", 430, None));
}

fn answered(notice: &str, at: i64, answer: Answer) -> NoticeEvent {
    NoticeEvent::Answered(Answered { notice: id(notice), at: day(at), by: id("host-ceo"), answer })
}

/// The guest promised a visit within fourteen days of day 1.
pub(crate) fn promised(story: &mut Story) {
    let HandoffEvent::Invited(mut terms) = invited_to("h1", "guest", &[GrantedAct::Order], lines(&["rtx"]))
    else {
        unreachable!()
    };
    let visit = Commitment {
        commitment: id("visit"),
        what: "a first visit".to_owned(),
        due_days: 14,
        by: Party::Guest,
    };
    terms.commitments = vec![visit];
    let is_invitation = |fact: &domain::fact::Fact| {
        matches!(fact.event, domain::event::Event::Handoff(HandoffEvent::Invited(_)))
    };
    story.facts.retain(|fact| !is_invitation(fact));
    story.tell(0, HandoffEvent::Invited(terms));
}

fn reminded(story: &mut Story, at: i64) {
    story.tell(at, sent("r1", Party::Guest, About::Commitment(id("visit"))));
    story.tell(at, delivered("r1", at));
}

fn progress(kind: ProgressKind, by: Party, at: i64) -> HandoffEvent {
    let commitment = Some(id("visit"));
    HandoffEvent::Progressed(Progressed { handoff: id("h1"), commitment, kind, by, at: day(at) })
}

fn stalled(story: &mut Story) {
    promised(story);
    reminded(story, 40);
    story.tell(400, booked("o2", "guest", gtx(), 400));
}

const OFFICERS: [(&str, Role); 2] = [("ada", Role::VendorOfficer), ("bob", Role::VendorOfficer)];

pub(crate) const CASES: [Case; 26] = [
    Case {
        name: "T11: an unreported quote in the tail, and the order right after it",
        tell: |story| {
            quoted_late(story);
            story.tell(460, booked("o2", "guest", gtx(), 460));
        },
        found: &["T11 S2"],
    },
    Case {
        name: "T11: by a company of the guest's family, after the guest's quote",
        tell: |story| {
            story.tell_of("sister", -50, owned_by("guest", Declared, 10_000, -50));
            quoted_late(story);
            story.tell(460, booked("o2", "sister", gtx(), 460));
        },
        found: &["T11 S2"],
    },
    Case {
        name: "T11: the last instant of the thirty days",
        tell: |story| {
            quoted_late(story);
            story.tell(485, booked("o2", "guest", gtx(), 485));
        },
        found: &["T11 S2"],
    },
    Case {
        name: "T11: thirty days after the tail",
        tell: |story| {
            quoted_late(story);
            story.tell(486, booked("o2", "guest", gtx(), 486));
        },
        found: &[],
    },
    Case {
        name: "T11: the quote was long before the end of the tail",
        tell: |story| {
            story.tell(395, quoted("guest", 395, None));
            story.tell(460, booked("o2", "guest", gtx(), 460));
        },
        found: &[],
    },
    Case {
        name: "T11: the joint quote was reported",
        tell: |story| {
            story.tell(430, quoted("guest", 430, Some("h1")));
            story.tell(460, booked("o2", "guest", gtx(), 460));
        },
        found: &[],
    },
    Case {
        name: "T11: the host declined to extend",
        tell: |story| {
            quoted_late(story);
            story.tell(440, sent("x1", Party::Host, About::Handoff(id("h1"))));
            story.tell(440, delivered("x1", 440));
            story.tell(441, answered("x1", 441, Answer::Waives));
            story.tell(460, booked("o2", "guest", gtx(), 460));
        },
        found: &[],
    },
    Case {
        name: "T11: a host that only acknowledged has not declined",
        tell: |story| {
            quoted_late(story);
            story.tell(440, sent("x1", Party::Host, About::Handoff(id("h1"))));
            story.tell(440, delivered("x1", 440));
            story.tell(441, answered("x1", 441, Answer::Acknowledges));
            story.tell(460, booked("o2", "guest", gtx(), 460));
        },
        found: &["T11 S2"],
    },
    Case {
        name: "T11: the customer asked for the quote, as its own system tells",
        tell: |story| {
            let TradeEvent::QuoteIssued(quote) = quoted("guest", 430, None) else { return };
            let asked = domain::event::trade::Quote { customer_initiated: Some(true), ..quote };
            story.tell(430, TradeEvent::QuoteIssued(asked));
            story.tell(460, booked("o2", "guest", gtx(), 460));
        },
        found: &[],
    },
    Case {
        name: "T11: only the guest says that the customer asked",
        tell: |story| {
            let TradeEvent::QuoteIssued(quote) = quoted("guest", 430, None) else { return };
            let asked = domain::event::trade::Quote { customer_initiated: Some(true), ..quote };
            story.tell_by(430, "guest", TradeEvent::QuoteIssued(asked));
            story.tell(460, booked("o2", "guest", gtx(), 460));
        },
        found: &["T11 S2"],
    },
    Case {
        name: "T11: what the terms granted goes on after the tail",
        tell: |story| {
            story.tell(430, quoted("guest", 430, None));
            story.tell(460, booked("o2", "guest", lines(&["rtx"]), 460));
        },
        found: &[],
    },
    Case {
        name: "T11: the host released it",
        tell: |story| {
            quoted_late(story);
            story.tell(450, released(gtx(), 450, None, None));
            story.tell(460, booked("o2", "guest", gtx(), 460));
        },
        found: &[],
    },
    Case {
        name: "T11: an order that does not say what it concerns cannot be judged",
        tell: |story| {
            quoted_late(story);
            story.tell(460, TradeEvent::OrderBooked(order("o2", "guest", None, 460)));
        },
        found: &["T11 S2 ScopeUnknown"],
    },
    Case {
        name: "T11: a third party may quote and win",
        tell: |story| {
            story.tell(430, quoted("third", 430, None));
            story.tell(460, booked("o2", "third", gtx(), 460));
        },
        found: &[],
    },
    Case {
        name: "T12: a promise never kept, a reminder, and the order after the window",
        tell: stalled,
        found: &["T12 S3"],
    },
    Case {
        name: "T12: progress of the host reminds too",
        tell: |story| {
            promised(story);
            story.tell(40, progressed(Party::Host, 40));
            story.tell(400, booked("o2", "guest", gtx(), 400));
        },
        found: &["T12 S3"],
    },
    Case {
        name: "T12: nobody reminded the guest",
        tell: |story| {
            promised(story);
            story.tell(400, booked("o2", "guest", gtx(), 400));
        },
        found: &[],
    },
    Case {
        name: "T12: a reminder before the promise was due",
        tell: |story| {
            promised(story);
            reminded(story, 10);
            story.tell(400, booked("o2", "guest", gtx(), 400));
        },
        found: &[],
    },
    Case {
        name: "T12: the promise was kept",
        tell: |story| {
            stalled(story);
            story.tell(12, progress(ProgressKind::Met, Party::Guest, 12));
        },
        found: &[],
    },
    Case {
        name: "T12: the promise was kept late, after the reminder",
        tell: |story| {
            stalled(story);
            story.tell(45, progress(ProgressKind::Met, Party::Guest, 45));
        },
        found: &[],
    },
    Case {
        name: "T12: the customer froze its budget",
        tell: |story| {
            stalled(story);
            story.tell(9, progress(ProgressKind::BlockedByCustomer, Party::Customer, 9));
        },
        found: &[],
    },
    Case {
        name: "T12: the guest says long afterwards that the customer stood in the way",
        tell: |story| {
            stalled(story);
            let blocked = progress(ProgressKind::BlockedByCustomer, Party::Guest, 9);
            story.tell_late(9, 401, Some("guest"), blocked);
        },
        found: &["T12 S3"],
    },
    Case {
        name: "T12: an emergency held when the promise was due",
        tell: |story| {
            stalled(story);
            story.tell(13, overridden(OverrideAct::Waive, OverrideReason::Other, &OFFICERS));
            crate::stories::published(story, 14);
        },
        found: &["T12 S3"],
    },
    Case {
        name: "T12: an emergency for all that is protected held when the promise was due",
        tell: |story| {
            stalled(story);
            story.tell(13, emergency());
            crate::stories::published(story, 14);
        },
        found: &[],
    },
    Case {
        name: "T12: the customer's letter",
        tell: |story| {
            promised(story);
            reminded(story, 40);
            let late = domain::event::consent::LetterRecorded { signed_at: day(380), ..letter("l1") };
            story.tell(380, wrote(late));
            story.tell(385, requested("c1", "guest", gtx(), Some("l1")));
            story.tell(386, domain::event::change::ChangeEvent::Verified(verification("c1")));
            story.tell(400, booked("o2", "guest", gtx(), 400));
        },
        found: &[],
    },
    Case {
        name: "T12: long after the window",
        tell: |story| {
            promised(story);
            reminded(story, 40);
            story.tell(546, booked("o2", "guest", gtx(), 546));
        },
        found: &[],
    },
];

/// An override for all the handoff protects.
fn emergency() -> AccountEvent {
    let recorded = overridden(OverrideAct::Waive, OverrideReason::Other, &OFFICERS);
    let AccountEvent::OverrideRecorded(terms) = recorded else { unreachable!() };
    AccountEvent::OverrideRecorded(OverrideRecorded { scope: lines(&["gtx", "rtx"]), ..terms })
}

#[test]
fn the_end_of_the_window_does_not_clear_what_was_prepared_before_it() {
    check(&CASES);
}

#[test]
fn a_pounce_cites_the_work_before_it_and_what_report_was_missing() {
    let mut story = crate::stories::hosted();
    let quote = story.tell(430, quoted("guest", 430, None));
    let later = story.tell(440, quoted("guest", 440, None));
    story.tell(460, booked("o2", "guest", gtx(), 460));
    let finding = story.judged()[0].finding.clone();
    assert!(finding.proof.contains(&quote) && finding.context.contains(&later));
    assert_eq!(finding.clearing[0].basis, "reported");
    assert!(finding.clearing.iter().all(|clearing| clearing.basis != "V4"));
}

#[test]
fn unreported_work_outside_the_terms_is_evidence_in_a_takeover() {
    let mut story = crate::stories::hosted();
    let quote = story.tell(15, quoted("guest", 15, None));
    story.tell(20, booked("o2", "guest", gtx(), 20));
    let finding = story.judged()[0].finding.clone();
    assert_eq!(finding.pattern, "T04");
    assert!(finding.context.contains(&quote));
}
