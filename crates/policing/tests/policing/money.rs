//! T21: what the terms owe the host for the guest's orders, against what the paying system accrued.

use domain::event::Party;
use domain::event::commission::{self, CommissionEvent};
use domain::event::handoff::{CommissionBase, GrantedAct, HandoffEvent};
use domain::event::trade::{Order, Returned, TradeEvent};
use domain::id::PartnerId;
use domain::money::{BasisPoints, Money};
use domain::scope::Scope;

use crate::stories::{Case, check, hosted, moved};
use crate::story::{Story, day, id};
use crate::words::*;

fn euros(whole: i64) -> Money {
    Money::new(whole * 100, id("EUR"))
}

fn rtx() -> Scope {
    lines(&["rtx"])
}

pub(crate) fn worth(named: &str, partner: &str, scope: Scope, at: i64, net: i64) -> TradeEvent {
    TradeEvent::OrderBooked(Order { net: Some(euros(net)), ..order(named, partner, Some(scope), at) })
}

pub(crate) fn accrued(named: &str, amount: i64, at: i64) -> CommissionEvent {
    CommissionEvent::Accrued(commission::Accrued {
        commission: id(&format!("c-{named}")),
        handoff: id("h1"),
        order: id(named),
        payee: id("host"),
        base: euros(amount * 20),
        rate: BasisPoints::new(500).expect("five percent"),
        amount: euros(amount),
        terms: digest(1),
        due_at: day(at + 60),
    })
}

fn waived(named: &str, by: Party) -> CommissionEvent {
    CommissionEvent::Waived(commission::Waived {
        commission: id(&format!("c-{named}")),
        by,
        signed_by: id("signer"),
        amount: euros(50),
        reason: "a favour".to_owned(),
    })
}

fn returned(named: &str, net: i64, at: i64) -> TradeEvent {
    TradeEvent::OrderReturned(Returned {
        order: id(named),
        net: euros(net),
        at: day(at),
        reason: "wrong model".to_owned(),
    })
}

/// The terms owe nothing for orders below a thousand.
fn with_minimum(story: &mut Story) {
    let mut invitation = invited_to("h1", "guest", &[GrantedAct::Order], rtx());
    if let HandoffEvent::Invited(invited) = &mut invitation {
        invited.commission.minimum = Some(euros(1_000));
    }
    let old = |fact: &domain::fact::Fact| {
        matches!(&fact.event, domain::event::Event::Handoff(HandoffEvent::Invited(_)))
    };
    story.facts.retain(|fact| !old(fact));
    story.tell(0, invitation);
}

pub(crate) const CASES: [Case; 29] = [
    Case {
        name: "T21: an order in the granted scope, and nothing accrued",
        tell: |story| {
            story.tell(20, worth("o2", "guest", rtx(), 20, 1_000));
        },
        found: &["T21 S3"],
    },
    Case {
        name: "T21: less accrued than the terms owe",
        tell: |story| {
            story.tell(20, worth("o2", "guest", rtx(), 20, 1_000));
            story.tell(25, accrued("o2", 49, 25));
        },
        found: &["T21 S3"],
    },
    Case {
        name: "L16: the commission accrued",
        tell: |story| {
            story.tell(20, worth("o2", "guest", rtx(), 20, 1_000));
            story.tell(25, accrued("o2", 50, 25));
        },
        found: &[],
    },
    Case {
        name: "T21: it accrued late, and is paid all the same",
        tell: |story| {
            story.tell(20, worth("o2", "guest", rtx(), 20, 1_000));
            story.tell(90, accrued("o2", 50, 90));
        },
        found: &[],
    },
    Case {
        name: "T21: an affiliate orders through another distributor",
        tell: |story| {
            let declared = domain::event::partner::AffiliationBasis::Declared;
            story.tell_of("sister", -50, owned_by("guest", declared, 10_000, -50));
            let sold_through: Option<PartnerId> = Some(id("other-distributor"));
            let order =
                Order { net: Some(euros(1_000)), sold_through, ..order("o2", "sister", Some(rtx()), 20) };
            story.tell(20, TradeEvent::OrderBooked(order));
        },
        found: &["T21 S3"],
    },
    Case {
        name: "T21: the guest writes off what accrued",
        tell: |story| {
            story.tell(20, worth("o2", "guest", rtx(), 20, 1_000));
            story.tell(25, accrued("o2", 50, 25));
            story.tell_by(26, "guest", waived("o2", Party::Guest));
        },
        found: &["T21 S3"],
    },
    Case {
        name: "T21: the host waives what accrued",
        tell: |story| {
            story.tell(20, worth("o2", "guest", rtx(), 20, 1_000));
            story.tell(25, accrued("o2", 50, 25));
            story.tell_by(26, "host", waived("o2", Party::Host));
        },
        found: &[],
    },
    Case {
        name: "T21: the host waives what never accrued",
        tell: |story| {
            story.tell(20, worth("o2", "guest", rtx(), 20, 1_000));
            story.tell_by(26, "host", waived("o2", Party::Host));
        },
        found: &[],
    },
    Case {
        name: "T21: a waiver in the host's name that the guest tells",
        tell: |story| {
            story.tell(20, worth("o2", "guest", rtx(), 20, 1_000));
            story.tell_by(26, "guest", waived("o2", Party::Host));
        },
        found: &["T21 S3"],
    },
    Case {
        name: "T21: the order came back",
        tell: |story| {
            story.tell(20, worth("o2", "guest", rtx(), 20, 1_000));
            story.tell(30, returned("o2", 1_000, 30));
        },
        found: &[],
    },
    Case {
        name: "T21: half of it came back, and the other half was paid",
        tell: |story| {
            story.tell(20, worth("o2", "guest", rtx(), 20, 1_000));
            story.tell(25, accrued("o2", 25, 25));
            story.tell(30, returned("o2", 500, 30));
        },
        found: &[],
    },
    Case {
        name: "T21: below the minimum nothing is owed",
        tell: |story| {
            with_minimum(story);
            story.tell(20, worth("o2", "guest", rtx(), 20, 999));
        },
        found: &[],
    },
    Case {
        name: "T21: an order split below the minimum",
        tell: |story| {
            with_minimum(story);
            story.tell(20, worth("o2", "guest", rtx(), 20, 100));
            story.tell(21, worth("o3", "guest", rtx(), 21, 600));
            story.tell(45, worth("o4", "guest", rtx(), 45, 500));
        },
        found: &["T21 S3"],
    },
    Case {
        name: "T21: small orders months apart are no split",
        tell: |story| {
            with_minimum(story);
            story.tell(20, worth("o2", "guest", rtx(), 20, 600));
            story.tell(60, worth("o3", "guest", rtx(), 60, 600));
        },
        found: &[],
    },
    Case {
        name: "T21: after a lawful move the commission runs on",
        tell: |story| {
            moved(story);
            story.tell(60, worth("o2", "guest", gtx(), 60, 1_000));
        },
        found: &["T21 S3"],
    },
    Case {
        name: "T21: window and tail are over, and the commission still runs",
        tell: |story| {
            story.tell(500, worth("o2", "guest", gtx(), 500, 1_000));
        },
        found: &["T21 S3"],
    },
    Case {
        name: "T21: the commission is over",
        tell: |story| {
            story.tell(731, worth("o2", "guest", rtx(), 731, 1_000));
        },
        found: &[],
    },
    Case {
        name: "T21: what the host released owes nothing",
        tell: |story| {
            story.tell(10, released(gtx(), 10, None, None));
            story.tell(20, worth("o2", "guest", gtx(), 20, 1_000));
        },
        found: &[],
    },
    Case {
        name: "T21: the guest's own older business owes nothing",
        tell: |story| {
            story.tell(-60, worth("o-old", "guest", gtx(), -60, 1_000));
            story.tell(20, worth("o2", "guest", gtx(), 20, 1_000));
        },
        found: &[],
    },
    Case {
        name: "L6: the guest bought the host with its book, and owes itself nothing",
        tell: |story| {
            story.tell_of("host", 40, merged("guest", 40, 40, &[]));
            story.tell(60, worth("o2", "guest", rtx(), 60, 1_000));
        },
        found: &[],
    },
    Case {
        name: "L6: bought before the commission fell due",
        tell: |story| {
            story.tell(20, worth("o2", "guest", rtx(), 20, 1_000));
            story.tell_of("host", 40, merged("guest", 40, 40, &[]));
        },
        found: &[],
    },
    Case {
        name: "T21: a host in which the guest holds half with another is still owed",
        tell: |story| {
            let declared = domain::event::partner::AffiliationBasis::Declared;
            story.tell_of("host", 5, owned_by("guest", declared, 5_000, 5));
            story.tell_of("host", 5, owned_by("stranger", declared, 5_000, 5));
            story.tell(20, worth("o2", "guest", rtx(), 20, 1_000));
        },
        found: &["T21 S3"],
    },
    Case {
        name: "E1: an order by mistake that came back within days",
        tell: |story| {
            story.tell(20, worth("o2", "guest", gtx(), 20, 1_000));
            story.tell(29, returned("o2", 1_000, 29));
        },
        found: &[],
    },
    Case {
        name: "T04: half of it came back",
        tell: |story| {
            story.tell(20, worth("o2", "guest", gtx(), 20, 1_000));
            story.tell(25, returned("o2", 500, 25));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "T04: it came back too late",
        tell: |story| {
            story.tell(20, worth("o2", "guest", gtx(), 20, 1_000));
            story.tell(35, returned("o2", 1_000, 35));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "T04: only the guest says that it came back",
        tell: |story| {
            story.tell(20, worth("o2", "guest", gtx(), 20, 1_000));
            story.tell_by(25, "guest", returned("o2", 1_000, 25));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "T04: another was booked in between",
        tell: |story| {
            story.tell(20, worth("o2", "guest", gtx(), 20, 1_000));
            story.tell(22, worth("o3", "guest", gtx(), 22, 2_000));
            story.tell(25, returned("o2", 1_000, 25));
        },
        found: &["T04 S3", "T04 S3"],
    },
    Case {
        name: "T03: the renewal of an order that came back inherits nothing",
        tell: |story| {
            story.tell(20, worth("o2", "guest", gtx(), 20, 1_000));
            story.tell(25, returned("o2", 1_000, 25));
            story.tell(100, renewed("o3", "o2", "guest", gtx(), 100));
        },
        found: &["T03 S3"],
    },
    Case {
        name: "T21: an order outside the terms is another finding",
        tell: |story| {
            story.tell(20, worth("o2", "guest", gtx(), 20, 1_000));
        },
        found: &["T04 S3"],
    },
];

#[test]
fn what_the_terms_owe_is_compared_with_what_accrued() {
    check(&CASES);
}

#[test]
fn a_commission_is_overdue_only_after_thirty_days() {
    let mut story = hosted();
    story.tell(20, worth("o2", "guest", rtx(), 20, 1_000));
    assert!(story.judged_by(day(50).plus_ms(-1)).is_empty());
    assert_eq!(story.judged_by(day(50))[0].finding.verdict, domain::event::case::Verdict::Pending);
    let again = policing::look_again_at(&story.account(), &story.program, day(20));
    assert_eq!(again, Some(day(50)));
    assert_eq!(policing::look_again_at(&story.account(), &story.program, day(50)), None);
}

#[test]
fn a_base_that_is_not_on_record_owes_something() {
    let mut story = hosted();
    let mut invitation = invited_to("h1", "guest", &[GrantedAct::Order], rtx());
    if let HandoffEvent::Invited(invited) = &mut invitation {
        invited.commission.base = CommissionBase::Margin;
    }
    story.tell(0, invitation);
    story.tell(20, worth("o2", "guest", rtx(), 20, 1_000));
    assert_eq!(story.found(), ["T21 S3"]);
    story.tell(25, accrued("o2", 1, 25));
    assert_eq!(story.found(), [""; 0]);
}

#[test]
fn a_finding_shows_what_was_accrued_for_its_order_and_for_no_other() {
    let mut story = hosted();
    story.tell(20, worth("o2", "guest", rtx(), 20, 1_000));
    story.tell(20, worth("o3", "guest", rtx(), 20, 1_000));
    let too_little = story.tell(25, accrued("o2", 49, 25));
    story.tell(25, accrued("o3", 50, 25));
    let judged = story.judged();
    assert_eq!(judged.len(), 1);
    assert_eq!(judged[0].finding.context, [too_little]);
}

#[test]
fn the_sentence_says_what_is_owed_and_what_accrued() {
    let mut story = hosted();
    story.tell(20, worth("o2", "guest", rtx(), 20, 1_000));
    assert_eq!(
        story.judged()[0].finding.sentence,
        "possible breach of program terms: guest booked order o2 worth 1000.00 EUR on 2026-01-21, for which \
         handoff h1 owes host 50.00 EUR; 0.00 EUR accrued by 2026-02-20"
    );
}
