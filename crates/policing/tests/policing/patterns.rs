//! Every pattern is seen at least once, at its severity.

use domain::event::handoff::GrantedAct;
use domain::event::partner::AffiliationBasis::{Declared, Inferred, Registry};

use crate::stories::{Case, check, hosted};
use crate::story::{Story, day};
use crate::words::*;

pub(crate) const SEEN: [Case; 25] = [
    Case {
        name: "T01: the guest is recorded as holder, and nobody knows of any step",
        tell: |story| {
            story.tell(20, holds("guest", gtx(), 20));
        },
        found: &["T01 S4", "procedure_unknown S2"],
    },
    Case {
        name: "T01: a change to the guest is executed without letter or release",
        tell: |story| {
            story.tell(15, requested("c1", "guest", gtx(), None));
            crate::stories::notified(story, 17);
            story.tell(30, executed("c1", "guest", gtx(), 30));
        },
        found: &["T01 S4", "T19 S4"],
    },
    Case {
        name: "T01: the record of an executed change is no second finding",
        tell: |story| {
            story.tell(15, requested("c1", "guest", gtx(), None));
            crate::stories::notified(story, 17);
            story.tell(30, executed("c1", "guest", gtx(), 30));
            story.tell(31, holds("guest", gtx(), 30));
        },
        found: &["T01 S4", "T19 S4"],
    },
    Case {
        name: "T01: saying again who holds it is no second finding",
        tell: |story| {
            story.tell(20, holds("guest", gtx(), 20));
            story.tell(60, holds("guest", gtx(), 60));
        },
        found: &["T01 S4", "procedure_unknown S2"],
    },
    Case {
        name: "T02: the guest's registration is approved",
        tell: |story| {
            story.tell(19, submitted("d1", "guest", None));
            story.tell(20, approved("d1"));
        },
        found: &["T02 S3"],
    },
    Case {
        name: "T02: one refused attempt is a signal and no finding",
        tell: |story| {
            story.tell(20, refused("d1"));
        },
        found: &[],
    },
    Case {
        name: "T02: a second attempt within twelve months is a finding",
        tell: |story| {
            story.tell(20, refused("d1"));
            story.tell(300, refused("d2"));
        },
        found: &["T02 S2"],
    },
    Case {
        name: "T02: a second attempt after twelve months is a signal again",
        tell: |story| {
            story.tell(2, refused("d1"));
            story.tell(367, refused("d2"));
        },
        found: &[],
    },
    Case {
        name: "T02: a disputed refusal is a finding",
        tell: |story| {
            let refusal = story.tell(20, refused("d1"));
            story.tell(21, disputed(refusal));
        },
        found: &["T02 S2"],
    },
    Case {
        name: "T03: the guest renews the host's order",
        tell: |story| {
            story.tell(200, renewed("o2", "o-host", "guest", gtx(), 200));
        },
        found: &["T03 S3"],
    },
    Case {
        name: "T03 and T06: an affiliate renews the host's order",
        tell: |story| {
            story.tell_of("sister", -50, owned_by("guest", Registry, 10_000, -50));
            story.tell(200, renewed("o2", "o-host", "sister", gtx(), 200));
        },
        found: &["T03 S3", "T06 S4"],
    },
    Case {
        name: "T04: the guest orders what it was not granted",
        tell: |story| {
            story.tell(20, booked("o2", "guest", gtx(), 20));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "T04: the guest orders a granted and another protected line together",
        tell: |story| {
            story.tell(20, booked("o2", "guest", lines(&["gtx", "rtx"]), 20));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "T04: the guest signs as prime",
        tell: |story| {
            story.tell(20, contracted("guest", 20));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "T04: terms only the guest signed grant nothing",
        tell: |story| {
            let guest = domain::event::Party::Guest;
            story.tell(10, amended(&[GrantedAct::Order], gtx(), &[guest]));
            story.tell(20, booked("o2", "guest", gtx(), 20));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "T04: an order that does not say what it concerns cannot be judged",
        tell: |story| {
            let order = order("o2", "guest", None, 20);
            story.tell(20, domain::event::trade::TradeEvent::OrderBooked(order));
        },
        found: &["T04 S2 ScopeUnknown"],
    },
    Case {
        name: "T06: a declared subsidiary of the guest takes the account",
        tell: |story| {
            story.tell_of("sister", -50, owned_by("guest", Declared, 5_000, -50));
            story.tell(20, booked("o2", "sister", gtx(), 20));
        },
        found: &["T06 S4"],
    },
    Case {
        name: "T06: a family only guessed is for review",
        tell: |story| {
            story.tell_of("sister", -50, owned_by("guest", Inferred, 5_000, -50));
            story.tell(20, holds("sister", gtx(), 20));
        },
        found: &["T06 S2", "procedure_unknown S2"],
    },
    Case {
        name: "T06: a company the guest declared as its own when it accepted",
        tell: |story| {
            let mut terms = accepted("h2");
            terms.declared_family = vec![crate::story::id("cousin")];
            story.tell(2, invited_to("h2", "guest", &[], gtx()));
            story.tell(3, domain::event::handoff::HandoffEvent::Accepted(terms));
            story.tell(20, booked("o2", "cousin", gtx(), 20));
        },
        found: &["T06 S4"],
    },
    Case {
        name: "in the tail, after an unreported quote at the end of the window",
        tell: |story| {
            story.tell(310, quoted("guest", 310, None));
            story.tell(400, booked("o2", "guest", gtx(), 400));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "a third party holds it for a month and passes it on",
        tell: |story| {
            story.tell(20, holds("third", gtx(), 20));
            story.tell(50, holds("guest", gtx(), 50));
        },
        found: &["T07 S4", "procedure_unknown S2"],
    },
    Case {
        name: "a steward who stays after the end of its stewardship",
        tell: |story| {
            story.tell(20, steward("guest", 60));
            story.tell(20, holds("guest", gtx(), 20));
            story.tell(70, holds("guest", gtx(), 70));
        },
        found: &["T01 S4", "procedure_unknown S2"],
    },
    Case {
        name: "T01: put back in between, it is taken twice",
        tell: |story| {
            story.tell(20, holds("guest", gtx(), 20));
            story.tell(40, holds("host", gtx(), 40));
            story.tell(60, holds("guest", gtx(), 60));
        },
        found: &["T01 S4", "T01 S4", "procedure_unknown S2", "procedure_unknown S2"],
    },
    Case {
        name: "T01: another line taken later is another taking",
        tell: |story| {
            story.tell(20, holds("guest", gtx(), 20));
            story.tell(60, holds("guest", lines(&["rtx"]), 60));
        },
        found: &["T01 S4", "T01 S4", "procedure_unknown S2", "procedure_unknown S2"],
    },
    Case {
        name: "T01: taken by a change, put back, and taken again without one",
        tell: |story| {
            story.tell(30, executed("c1", "guest", gtx(), 30));
            story.tell(40, holds("host", gtx(), 40));
            story.tell(60, holds("guest", gtx(), 60));
        },
        found: &["T01 S4", "T01 S4", "T15 S4", "T19 S4"],
    },
];

#[test]
fn every_pattern_is_seen() {
    check(&SEEN);
}

#[test]
fn a_verdict_is_pending_until_papers_can_no_longer_arrive() {
    let mut story = hosted();
    story.tell(20, booked("o2", "guest", gtx(), 20));
    let verdict = |until| story.judged_by(until)[0].finding.verdict.clone();
    assert_eq!(verdict(day(34).plus_ms(-1)), domain::event::case::Verdict::Pending);
    assert_eq!(verdict(day(34)), domain::event::case::Verdict::Confirmed);
}

#[test]
fn a_finding_says_what_happened_and_what_would_clear_it_nearest_first() {
    let mut story = hosted();
    story.tell(20, booked("o2", "guest", gtx(), 20));
    let finding = &story.judged()[0].finding;
    assert_eq!(
        finding.sentence,
        "possible breach of program terms: guest booked an order for gtx on 2026-01-21, which handoff h1 \
         protects for host until 2027-01-02, and no basis allows it"
    );
    assert_eq!(finding.clearing[0].basis, "V2");
    assert_eq!(
        finding.clearing[0].missing,
        "a host release covering gtx valid at 2026-01-21, or a ratification by 2026-02-04"
    );
    assert!(finding.grounds.iter().any(|ground| ground.part == "protected" && ground.events.len() == 2));
}

#[test]
fn findings_of_one_handoff_share_a_case() {
    let mut story = Story::clone(&hosted());
    story.tell(20, holds("guest", gtx(), 20));
    story.tell(21, booked("o2", "guest", gtx(), 21));
    let mut cases: Vec<_> = story.judged().into_iter().map(|judged| judged.case).collect();
    assert_eq!(cases.len(), 3);
    cases.dedup();
    assert_eq!(cases.len(), 1);
}
