//! T20: who should have heard of a change was cut off before it.

use domain::event::Party;
use domain::event::account::{AccountEvent, ContactPurpose, ContactReplaced};
use domain::event::change::{CalendarRef, ChangeEvent, WindowOpened};
use domain::event::notice::About;
use domain::event::partner::AffiliationBasis::{Declared, Inferred};

use crate::stories::{Case, check, hosted, moved, thawed};
use crate::story::{Story, day, id};
use crate::words::*;

fn replaced(party: Party, purpose: ContactPurpose, confirmed_by: Option<Party>) -> AccountEvent {
    AccountEvent::ContactReplaced(ContactReplaced {
        party,
        purpose,
        previous: None,
        contact: id("desk-two"),
        confirmed_by,
    })
}

pub(crate) fn hosts_notices() -> AccountEvent {
    replaced(Party::Host, ContactPurpose::Notice, None)
}

fn customers_authority() -> AccountEvent {
    replaced(Party::Customer, ContactPurpose::CustomerAuthority, None)
}

/// A window on record of which no notice is.
fn window(until: i64) -> ChangeEvent {
    ChangeEvent::WindowOpened(WindowOpened {
        change: id("c1"),
        opened_by: id("n1"),
        window_until: day(until),
        calendar: CalendarRef { id: id("weekdays"), version: 1 },
    })
}

/// A sound change on the customer's letter, but for notices that are not on record.
fn untold(story: &mut Story) {
    story.tell(10, wrote(letter("l1")));
    thawed(story);
    story.tell(15, requested("c1", "guest", gtx(), Some("l1")));
    story.tell(16, ChangeEvent::Verified(verification("c1")));
    story.tell(17, window(24));
    story.tell(30, executed("c1", "guest", gtx(), 30));
}

/// A sound change of which only the customer was told: the notice to the host came back.
fn customer_alone(story: &mut Story) {
    story.tell(10, wrote(letter("l1")));
    thawed(story);
    story.tell(15, requested("c1", "guest", gtx(), Some("l1")));
    story.tell(16, ChangeEvent::Verified(verification("c1")));
    for (notice, to) in [("n1", Party::Host), ("n2", Party::Customer)] {
        story.tell(17, sent(notice, to, About::Change(id("c1"))));
    }
    story.tell(18, delivered("n2", 18));
    story.tell(30, executed("c1", "guest", gtx(), 30));
}

pub(crate) const CASES: [Case; 18] = [
    Case {
        name: "T20: the guest replaced the host's contact before a lawful-looking change",
        tell: |story| {
            story.tell_by(8, "guest", hosts_notices());
            moved(story);
        },
        found: &["T20 S3"],
    },
    Case {
        name: "T20: and the customer's",
        tell: |story| {
            story.tell_by(8, "guest", customers_authority());
            moved(story);
        },
        found: &["T20 S3"],
    },
    Case {
        name: "T20: a company of the guest's family did",
        tell: |story| {
            story.tell_of("sister", -50, owned_by("guest", Declared, 10_000, -50));
            story.tell_by(8, "sister", hosts_notices());
            moved(story);
        },
        found: &["T20 S3"],
    },
    Case {
        name: "T20: one whose family is only guessed",
        tell: |story| {
            story.tell_of("sister", -50, owned_by("guest", Inferred, 10_000, -50));
            story.tell_by(8, "sister", hosts_notices());
            moved(story);
        },
        found: &["T20 S2"],
    },
    Case {
        name: "T20: thirty days before the request at most",
        tell: |story| {
            story.tell_by(-15, "guest", hosts_notices());
            moved(story);
        },
        found: &["T20 S3"],
    },
    Case {
        name: "T20: long before",
        tell: |story| {
            story.tell_by(-16, "guest", hosts_notices());
            moved(story);
        },
        found: &[],
    },
    Case {
        name: "T20: the bill goes elsewhere, and that is nobody's ear",
        tell: |story| {
            story.tell_by(8, "guest", replaced(Party::Host, ContactPurpose::Billing, None));
            moved(story);
        },
        found: &[],
    },
    Case {
        name: "T20: staff turnover that the host confirmed",
        tell: |story| {
            story.tell_by(8, "guest", replaced(Party::Host, ContactPurpose::Notice, Some(Party::Host)));
            moved(story);
        },
        found: &[],
    },
    Case {
        name: "T20: staff turnover that the customer confirmed later",
        tell: |story| {
            story.tell_by(8, "guest", customers_authority());
            moved(story);
            let own = replaced(Party::Customer, ContactPurpose::CustomerAuthority, Some(Party::Customer));
            story.tell(40, own);
        },
        found: &[],
    },
    Case {
        name: "T20: the host replaced its own contact",
        tell: |story| {
            story.tell_by(8, "host", hosts_notices());
            moved(story);
        },
        found: &[],
    },
    Case {
        name: "T20: no change followed",
        tell: |story| {
            story.tell_by(8, "guest", hosts_notices());
        },
        found: &[],
    },
    Case {
        name: "T20: what the host released it gave up knowingly",
        tell: |story| {
            story.tell_by(8, "guest", hosts_notices());
            story.tell(10, released(gtx(), 10, None, None));
            story.tell(20, holds("guest", gtx(), 20));
        },
        found: &[],
    },
    Case {
        name: "T20: with a takeover it is a second matter",
        tell: |story| {
            story.tell_by(8, "guest", hosts_notices());
            story.tell(20, holds("guest", gtx(), 20));
        },
        found: &["T01 S4", "T20 S3", "procedure_unknown S2"],
    },
    Case { name: "T20: a window on record, and no notice to the host", tell: untold, found: &["T20 S3"] },
    Case {
        name: "T20: the receipt turns up",
        tell: |story| {
            untold(story);
            crate::stories::notified(story, 16);
        },
        found: &[],
    },
    Case {
        name: "T20: where nobody was told the change was hasty, and that says it all",
        tell: |story| {
            untold(story);
            story.facts.retain(|fact| {
                !matches!(fact.event, domain::event::Event::Change(ChangeEvent::WindowOpened(_)))
            });
        },
        found: &["T15 S4"],
    },
    Case {
        name: "T20: the customer was told, the host's notice came back",
        tell: customer_alone,
        found: &["T20 S3"],
    },
    Case {
        name: "T20: the host waived the window it was not told of",
        tell: |story| {
            customer_alone(story);
            story.tell(26, waived("c1", Party::Host));
        },
        found: &[],
    },
];

#[test]
fn contacts_are_replaced_and_notices_missing() {
    check(&CASES);
}

#[test]
fn the_family_that_replaced_the_contact_answers_for_it_and_the_vendor_for_a_missing_notice() {
    let respondent = |tell: fn(&mut Story)| {
        let mut story = hosted();
        tell(&mut story);
        let judged = story.judged();
        judged
            .iter()
            .find(|judged| judged.finding.pattern == "T20")
            .expect("a finding")
            .finding
            .respondent
            .clone()
    };
    assert_eq!(respondent(untold), "vendor");
    let captured = |story: &mut Story| {
        story.tell_by(8, "guest", hosts_notices());
        moved(story);
    };
    assert_eq!(respondent(captured), "guest");
}

#[test]
fn one_replacement_before_two_changes_is_one_finding() {
    let mut story = hosted();
    story.tell_by(8, "guest", hosts_notices());
    story.tell(20, holds("guest", gtx(), 20));
    story.tell(25, holds("guest", lines(&["rtx"]), 25));
    assert_eq!(story.judged().iter().filter(|judged| judged.finding.pattern == "T20").count(), 1);
}
