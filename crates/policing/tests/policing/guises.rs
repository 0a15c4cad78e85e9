//! T08, T09 and their look-alikes: the same customer under another name, and its relatives.

use domain::event::account::{AccountEvent, AccountKey, KeyStrength, Opened};
use domain::event::handoff::{self, HandoffEvent};
use domain::event::identity::{AccountRelation, Band, IdentityEvent, Linked, Merged, Related, Split};
use domain::event::partner::AffiliationBasis::{self, Inferred, Registry};
use domain::event::{DecidedBy, PolicyRef};
use domain::time::Interval;

use crate::stories::{Case, check, hosted};
use crate::story::{Story, day, id};
use crate::words::*;

fn decided_by() -> DecidedBy {
    DecidedBy { policy: PolicyRef { version: 0, digest: digest(0) }, person: None }
}

fn opened(key: &str, contact: Option<&str>) -> AccountEvent {
    AccountEvent::Opened(Opened {
        keys: vec![AccountKey { key: id(key), strength: KeyStrength::Duns }],
        legal_name: "Acme Holding".to_owned(),
        country: None,
        postcode: None,
        customer: contact.map(id),
    })
}

fn same(hard: bool) -> IdentityEvent {
    IdentityEvent::Merged(Merged {
        absorbed: id("acme-2"),
        survivor: id("acme"),
        band: if hard { Band::Auto } else { Band::Clerical },
        weights: Vec::new(),
        hard_keys: if hard { vec![id("duns:1")] } else { Vec::new() },
        decided_by: decided_by(),
    })
}

fn linked(account: Option<&str>) -> IdentityEvent {
    IdentityEvent::Linked(Linked {
        key: id("duns:1"),
        account: account.map(id),
        survivor: id("acme"),
        band: Band::Auto,
        weights: Vec::new(),
        hard_keys: vec![id("duns:1")],
        decided_by: decided_by(),
    })
}

fn related(relation: AccountRelation, basis: AffiliationBasis) -> IdentityEvent {
    IdentityEvent::Related(Related {
        account: id("acme"),
        other: id("acme-2"),
        relation,
        during: Interval::open(day(-500)),
        basis,
        evidence: None,
    })
}

/// The guest opens a second account for the customer and takes it.
fn alias(story: &mut Story) {
    story.tell_at("acme-2", 19, Some("guest"), opened("duns:1", None));
    story.tell_at("acme-2", 20, None, booked("o2", "guest", gtx(), 20));
}

/// A second account for the customer, on which a change of holder is executed to the guest in haste.
fn change_on_the_duplicate(story: &mut Story, opener: Option<&str>) {
    story.tell_at("acme-2", 18, opener, opened("duns:1", None));
    story.tell_at("acme-2", 19, None, requested("c1", "guest", gtx(), None));
    story.tell_at("acme-2", 20, None, executed("c1", "guest", gtx(), 20));
}

/// A host asks for a guest, and nobody is invited.
fn wanted(handoff: &str) -> HandoffEvent {
    let (handoff, host, need) = (id(handoff), id("host"), "installation".to_owned());
    HandoffEvent::Requested(handoff::Requested { handoff, host, skills: Vec::new(), scope: gtx(), need })
}

/// The guest sells to another company of the customer's, which has its own contact unless it shares one.
fn sold_to_sister(story: &mut Story, contact: &str) {
    story.tell(-95, opened("duns:7", Some("customer-cio")));
    story.tell_at("acme-2", -95, None, opened("duns:8", Some(contact)));
    story.tell_at("acme-2", 20, None, booked("o2", "guest", gtx(), 20));
}

fn needs(story: &mut Story, here: &str, there: &str) {
    let with = |deal: &str, partner: &str, need: &str| {
        let mut event = submitted(deal, partner, None);
        if let domain::event::deal::DealEvent::Submitted(submitted) = &mut event {
            submitted.need = need.to_owned();
        }
        event
    };
    story.tell(-94, with("d1", "host", here));
    story.tell_at("acme-2", 18, None, with("d2", "guest", there));
    let mut order = order("o2", "guest", Some(gtx()), 20);
    order.deal = Some(id("d2"));
    story.tell_at("acme-2", 20, None, domain::event::trade::TradeEvent::OrderBooked(order));
}

pub(crate) const CASES: [Case; 27] = [
    Case {
        name: "T08: an account the guest opened turns out to be the host's, by a hard id",
        tell: |story| {
            alias(story);
            story.decide(40, same(true));
        },
        found: &["T08 S4"],
    },
    Case {
        name: "T08: the same without a hard id is for review",
        tell: |story| {
            alias(story);
            story.decide(40, same(false));
        },
        found: &["T08 S2"],
    },
    Case {
        name: "T08: a registration on an account that came to be known by it",
        tell: |story| {
            story.tell_at("acme-2", 19, None, submitted("d1", "guest", None));
            story.tell_at("acme-2", 20, None, approved("d1"));
            story.decide(40, same(true));
        },
        found: &["T08 S4"],
    },
    Case {
        name: "T08: found by a key that was linked to the account",
        tell: |story| {
            alias(story);
            story.decide(40, linked(None));
        },
        found: &["T08 S4"],
    },
    Case { name: "L14: a namesake that nobody takes for the same", tell: alias, found: &[] },
    Case {
        name: "L14: a match that was taken back",
        tell: |story| {
            alias(story);
            story.decide(40, same(true));
            let (survivor, restored) = (id("acme"), id("acme-2"));
            let split =
                Split { survivor, restored, decided_by: decided_by(), moved: Vec::new(), reason: None };
            story.decide(50, IdentityEvent::Split(split));
        },
        found: &[],
    },
    Case {
        name: "T08: a duplicate that the vendor's own system made is no alias, and its acts count",
        tell: |story| {
            story.tell_at("acme-2", 19, None, opened("duns:1", None));
            story.tell_at("acme-2", 20, None, booked("o2", "guest", gtx(), 20));
            story.decide(40, same(true));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "T01: a change of holder executed on an account that is only linked is one on this account",
        tell: |story| {
            change_on_the_duplicate(story, None);
            story.decide(40, linked(Some("acme-2")));
        },
        found: &["T01 S4", "T19 S4"],
    },
    Case {
        name: "T01: without a hard id that is for review",
        tell: |story| {
            change_on_the_duplicate(story, None);
            let IdentityEvent::Linked(linked) = linked(Some("acme-2")) else { return };
            story.decide(40, IdentityEvent::Linked(Linked { hard_keys: Vec::new(), ..linked }));
        },
        found: &["T01 S2", "T19 S2"],
    },
    Case {
        name: "T08: a change of holder on an account that the guest opened and that is only linked",
        tell: |story| {
            change_on_the_duplicate(story, Some("guest"));
            story.decide(40, linked(None));
        },
        found: &["T08 S4", "T19 S4"],
    },
    Case {
        name: "L20: a linked account with a handoff of its own is judged by that",
        tell: |story| {
            change_on_the_duplicate(story, None);
            story.tell_at("acme-2", 15, None, invited_to("h2", "guest", &[], gtx()));
            story.tell_at("acme-2", 16, None, HandoffEvent::Accepted(accepted("h2")));
            story.decide(40, linked(Some("acme-2")));
        },
        found: &[],
    },
    Case {
        name: "T01: an acceptance whose invitation nobody told makes a linked account no account of its own",
        tell: |story| {
            change_on_the_duplicate(story, None);
            story.tell_at("acme-2", 16, None, HandoffEvent::Accepted(accepted("h2")));
            story.decide(40, linked(Some("acme-2")));
        },
        found: &["T01 S4", "T19 S4"],
    },
    Case {
        name: "T01: nor does one that was only asked for",
        tell: |story| {
            change_on_the_duplicate(story, None);
            story.tell_at("acme-2", 15, None, wanted("h2"));
            story.tell_at("acme-2", 16, None, HandoffEvent::Accepted(accepted("h2")));
            story.decide(40, linked(Some("acme-2")));
        },
        found: &["T01 S4", "T19 S4"],
    },
    Case {
        name: "L2: the release of the host covers the duplicate too",
        tell: |story| {
            alias(story);
            story.decide(40, same(true));
            story.tell(10, released(gtx(), 10, None, None));
        },
        found: &[],
    },
    Case {
        name: "L10: the guest's own older business stood on the duplicate",
        tell: |story| {
            story.tell_at("acme-2", -60, None, booked("o-old", "guest", gtx(), -60));
            story.tell(20, booked("o2", "guest", gtx(), 20));
            story.decide(40, same(true));
        },
        found: &[],
    },
    Case {
        name: "T09: the same contact buys the same lines for a sister company",
        tell: |story| {
            sold_to_sister(story, "customer-cio");
            story.decide(-300, related(AccountRelation::Sister, Registry));
        },
        found: &["T09 S3"],
    },
    Case {
        name: "T09: a relation only guessed is for review",
        tell: |story| {
            sold_to_sister(story, "customer-cio");
            story.decide(-300, related(AccountRelation::Sister, Inferred));
        },
        found: &["T09 S2"],
    },
    Case {
        name: "T09: the same lines, another contact",
        tell: |story| {
            sold_to_sister(story, "somebody-else");
            story.decide(-300, related(AccountRelation::Parent, Registry));
        },
        found: &["T09 S2"],
    },
    Case {
        name: "T09: the same need in the same words",
        tell: |story| {
            needs(story, "More graphics, for Hall 4", "more graphics for hall 4");
            story.decide(-300, related(AccountRelation::Parent, Registry));
        },
        found: &["T09 S2"],
    },
    Case {
        name: "T09: a separate buying centre with contacts and needs of its own",
        tell: |story| {
            needs(story, "more graphics", "a new payroll");
            story.decide(-300, related(AccountRelation::Parent, Registry));
        },
        found: &[],
    },
    Case {
        name: "L9: the sister buys another line",
        tell: |story| {
            story.tell_at("acme-2", 20, None, booked("o2", "guest", lines(&["ztx"]), 20));
            story.decide(-300, related(AccountRelation::Sister, Registry));
        },
        found: &[],
    },
    Case {
        name: "T09: a franchise buys for itself",
        tell: |story| {
            sold_to_sister(story, "customer-cio");
            story.decide(-300, related(AccountRelation::Franchise, Registry));
        },
        found: &[],
    },
    Case {
        name: "L12: the customer was bought by a customer of the guest",
        tell: |story| {
            story.tell_at("acme-2", -700, None, booked("o-old", "guest", gtx(), -700));
            story.decide(-300, related(AccountRelation::AcquiredBy, Registry));
            story.tell(20, booked("o2", "guest", gtx(), 20));
            story.tell(21, holds("guest", gtx(), 21));
        },
        found: &[],
    },
    Case {
        name: "L12: a purchase that somebody only guessed clears nothing",
        tell: |story| {
            story.tell_at("acme-2", -700, None, booked("o-old", "guest", gtx(), -700));
            story.decide(-300, related(AccountRelation::AcquiredBy, Inferred));
            story.tell(20, booked("o2", "guest", gtx(), 20));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "L12: who serves a sister of the customer has not served its buyer",
        tell: |story| {
            story.tell_at("acme-2", -700, None, booked("o-old", "guest", gtx(), -700));
            story.decide(-300, related(AccountRelation::Sister, Registry));
            story.tell(20, booked("o2", "guest", gtx(), 20));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "T09: a sister buys the same lines from the guest months later",
        tell: |story| {
            story.tell_at("acme-2", 120, None, booked("o3", "guest", gtx(), 120));
            story.decide(-300, related(AccountRelation::Sister, Registry));
        },
        found: &["T09 S2"],
    },
    Case {
        name: "T09: what moved to the guest lawfully here is the host's nowhere",
        tell: |story| {
            crate::stories::moved(story);
            story.tell_at("acme-2", 120, None, booked("o3", "guest", gtx(), 120));
            story.decide(-300, related(AccountRelation::Sister, Registry));
        },
        found: &[],
    },
];

#[test]
fn the_same_customer_is_protected_under_any_name() {
    check(&CASES);
}

#[test]
fn a_buyer_that_the_guest_served_only_later_clears_nothing() {
    let mut story = hosted();
    story.tell_at("acme-2", -400, None, booked("o-old", "guest", gtx(), -400));
    story.decide(-300, related(AccountRelation::AcquiredBy, Registry));
    story.tell(20, booked("o2", "guest", gtx(), 20));
    assert!(story.found().contains(&"T04 S3".to_owned()), "{:?}", story.found());
}

#[test]
fn an_alias_is_named_with_whoever_opened_it() {
    let mut story = hosted();
    alias(&mut story);
    story.decide(40, same(true));
    let finding = &story.judged()[0].finding;
    assert!(
        finding.sentence.contains("account acme-2, which guest opened on 2026-01-20, is the same customer")
    );
    assert!(finding.grounds.iter().any(|ground| ground.part == "identity"), "{:?}", finding.grounds);
}

#[test]
fn a_merge_of_what_was_linked_changes_nothing_in_what_proves_an_alias() {
    let mut story = hosted();
    story.tell_at("acme-2", 18, Some("guest"), opened("duns:1", None));
    story.tell_at("acme-2", 19, None, submitted("d1", "guest", None));
    story.tell_at("acme-2", 20, None, approved("d1"));
    story.decide(30, linked(Some("acme-2")));
    let proof = |story: &Story| story.judged()[0].finding.proof.clone();
    let before = proof(&story);
    story.decide(40, same(true));
    assert_eq!((story.found(), proof(&story)), (vec!["T08 S4".to_owned()], before));
}

#[test]
fn what_leaves_a_linked_duplicate_leaves_the_customer_once() {
    let told = |decision: IdentityEvent| {
        let mut story = hosted();
        story.program = crate::across::followed_persons();
        change_on_the_duplicate(&mut story, None);
        story.decide(40, decision);
        story.adds().departures.len()
    };
    assert_eq!(told(linked(Some("acme-2"))), 0, "the duplicate is looked at by itself");
    assert_eq!(told(same(true)), 1, "what was merged is looked at here alone");
}
