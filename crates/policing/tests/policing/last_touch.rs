//! T22: a late touch, and the claim to what another had worked on.

use domain::event::consent::LetterRecorded;
use domain::event::deal::{DealEvent, Lost, Progressed, Rejected, RejectionReason, Submitted, Won};
use domain::event::partner::AffiliationBasis::Declared;
use domain::event::trade::{Meeting, TradeEvent};
use domain::event::{DecidedBy, Evidence, PolicyRef};
use domain::scope::Scope;

use crate::stories::{Case, check, hosted};
use crate::story::{Story, day, id};
use crate::words::*;

fn meeting(partner: &str, at: i64) -> Meeting {
    Meeting {
        partner: id(partner),
        scope: Some(elsewhere()),
        at: day(at),
        reported_under: None,
        customer_initiated: None,
    }
}

fn met(partner: &str, at: i64) -> TradeEvent {
    TradeEvent::MeetingHeld(meeting(partner, at))
}

/// A line no handoff protects.
fn elsewhere() -> Scope {
    lines(&["ztx"])
}

fn claim(deal: &str, partner: &str) -> Submitted {
    let DealEvent::Submitted(claim) = submitted(deal, partner, None) else { unreachable!() };
    Submitted { scope: elsewhere(), ..claim }
}

fn claimed(deal: &str, partner: &str) -> DealEvent {
    DealEvent::Submitted(claim(deal, partner))
}

/// The host holds the line and meets the customer every fortnight from day 20 to day 76.
fn worked(story: &mut Story) {
    story.tell(-100, holds("host", elsewhere(), -100));
    for at in [20, 34, 48, 62, 76] {
        story.tell(at, met("host", at));
    }
}

/// The third party meets it on day 80 and registers the deal on day 85.
fn dropped_in(story: &mut Story) {
    worked(story);
    story.tell(80, met("third", 80));
    story.tell(85, claimed("d9", "third"));
}

fn rejected(deal: &str) -> DealEvent {
    let policy = PolicyRef { version: 0, digest: digest(0) };
    DealEvent::Rejected(Rejected {
        deal: id(deal),
        reason: RejectionReason::DuplicateOfRegisteredDeal,
        rival: None,
        decided_by: DecidedBy { policy, person: None },
        case: None,
    })
}

fn won(deal: &str, at: i64) -> DealEvent {
    DealEvent::Won(Won { deal: id(deal), at: day(at), value: None, order: None, reason: None })
}

fn lost(deal: &str, at: i64) -> DealEvent {
    DealEvent::Lost(Lost { deal: id(deal), at: day(at), value: None, order: None, reason: None })
}

pub(crate) const CASES: [Case; 22] = [
    Case { name: "T22: a third party drops in late and claims", tell: dropped_in, found: &["T22 S2"] },
    Case {
        name: "T22: the claim itself is its first touch",
        tell: |story| {
            worked(story);
            story.tell(85, claimed("d9", "third"));
        },
        found: &["T22 S2"],
    },
    Case {
        name: "T22: the guest, outside of what the handoff protects",
        tell: |story| {
            worked(story);
            story.tell(85, claimed("d9", "guest"));
        },
        found: &["T22 S2"],
    },
    Case {
        name: "T22: the program turned it down, and the customer bought all the same",
        tell: |story| {
            dropped_in(story);
            story.tell(86, rejected("d9"));
            story.tell(90, won("d9", 90));
        },
        found: &["T22 S2"],
    },
    Case {
        name: "T22: the program turned it down",
        tell: |story| {
            dropped_in(story);
            story.tell(86, rejected("d9"));
        },
        found: &[],
    },
    Case {
        name: "T22: the deal was lost, and nothing is claimed any more",
        tell: |story| {
            dropped_in(story);
            story.tell(90, lost("d9", 90));
        },
        found: &[],
    },
    Case {
        name: "T22: the host's own registration shows whose work it was",
        tell: |story| {
            story.tell(20, claimed("d1", "host"));
            for at in [30, 45, 60, 75] {
                let what = "a workshop".to_owned();
                story.tell(at, DealEvent::Progressed(Progressed { deal: id("d1"), what, at: day(at) }));
            }
            story.tell(85, claimed("d9", "third"));
        },
        found: &["T22 S2"],
    },
    Case {
        name: "T22: a partner at work that registered another line",
        tell: |story| {
            story.tell(20, submitted("d1", "other", None));
            for at in [20, 34, 48, 62, 76] {
                story.tell(at, met("other", at));
            }
            story.tell(85, claimed("d9", "third"));
        },
        found: &[],
    },
    Case {
        name: "T22: a partner at work that registered as late as the claimant",
        tell: |story| {
            for at in [20, 34, 48, 62, 76] {
                story.tell(at, met("other", at));
            }
            story.tell(84, claimed("d1", "other"));
            story.tell(85, claimed("d9", "third"));
        },
        found: &[],
    },
    Case {
        name: "T22: the host hosts it under the handoff, and the third party is no guest",
        tell: |story| {
            for at in [40, 55, 70] {
                story.tell(at, progressed(domain::event::Party::Host, at));
            }
            story.tell(85, submitted("d9", "third", None));
        },
        found: &["T22 S2"],
    },
    Case {
        name: "T22: the chain broke by three weeks of silence",
        tell: |story| {
            story.tell(-100, holds("host", elsewhere(), -100));
            for at in [20, 34, 48, 64] {
                story.tell(at, met("host", at));
            }
            story.tell(85, claimed("d9", "third"));
        },
        found: &[],
    },
    Case {
        name: "T22: silence just short of three weeks",
        tell: |story| {
            story.tell(-100, holds("host", elsewhere(), -100));
            for at in [20, 34, 48, 65] {
                story.tell(at, met("host", at));
            }
            story.tell(85, claimed("d9", "third"));
        },
        found: &["T22 S2"],
    },
    Case {
        name: "T22: one contact is no chain",
        tell: |story| {
            story.tell(-100, holds("host", elsewhere(), -100));
            story.tell(70, met("host", 70));
            story.tell(85, claimed("d9", "third"));
        },
        found: &[],
    },
    Case {
        name: "T22: registrations alone are no chain",
        tell: |story| {
            story.tell(-100, holds("host", elsewhere(), -100));
            for (deal, at) in [("d1", 60), ("d2", 70), ("d3", 80)] {
                story.tell(at, claimed(deal, "host"));
            }
            story.tell(81, met("third", 81));
            story.tell(85, claimed("d9", "third"));
        },
        found: &[],
    },
    Case {
        name: "T22: a claimant that had been there before is competition",
        tell: |story| {
            dropped_in(story);
            story.tell(70, met("third", 70));
        },
        found: &[],
    },
    Case {
        name: "T22: a company of the claimant's family had been there before",
        tell: |story| {
            story.tell_of("cousin", -50, owned_by("third", Declared, 10_000, -50));
            dropped_in(story);
            story.tell(30, booked("o7", "cousin", elsewhere(), 30));
        },
        found: &[],
    },
    Case {
        name: "T22: the customer confirmed the registration",
        tell: |story| {
            worked(story);
            let confirmation = Evidence::Paper {
                digest: digest(4),
                media_type: "application/pdf".into(),
                held_by: "vendor".into(),
            };
            let confirmed = Submitted { customer_confirmation: Some(confirmation), ..claim("d9", "third") };
            story.tell(85, DealEvent::Submitted(confirmed));
        },
        found: &[],
    },
    Case {
        name: "T22: the customer's letter names the claimant",
        tell: |story| {
            dropped_in(story);
            let named = LetterRecorded {
                gaining: id("third"),
                scope: elsewhere(),
                signed_at: day(79),
                ..letter("l9")
            };
            story.tell(79, wrote(named));
        },
        found: &[],
    },
    Case {
        name: "T22: the customer called the claimant, as its own system tells",
        tell: |story| {
            worked(story);
            let asked = Meeting { customer_initiated: Some(true), ..meeting("third", 80) };
            story.tell(80, TradeEvent::MeetingHeld(asked));
            story.tell(85, claimed("d9", "third"));
        },
        found: &[],
    },
    Case {
        name: "T22: only the claimant says that the customer called",
        tell: |story| {
            worked(story);
            let asked = Meeting { customer_initiated: Some(true), ..meeting("third", 80) };
            story.tell_by(80, "third", TradeEvent::MeetingHeld(asked));
            story.tell(85, claimed("d9", "third"));
        },
        found: &["T22 S2"],
    },
    Case {
        name: "T22: a tender only the claimant speaks of",
        tell: |story| {
            worked(story);
            story.tell(85, DealEvent::Submitted(Submitted { tender: Some(true), ..claim("d9", "third") }));
        },
        found: &["T22 S2 Tender"],
    },
    Case {
        name: "T22: the guest's registration over what is protected is judged by the handoff",
        tell: |story| {
            for at in [40, 55, 70] {
                story.tell(at, progressed(domain::event::Party::Host, at));
            }
            story.tell(85, submitted("d9", "guest", None));
            story.tell(86, approved("d9"));
        },
        found: &["T02 S3"],
    },
];

#[test]
fn a_late_touch_claims_what_another_worked_on() {
    check(&CASES);
}

#[test]
fn a_chain_reaches_far_enough_when_it_reaches_the_claimants_last_days() {
    let found = |first: domain::time::Instant| {
        let mut story = hosted();
        let mut policy = domain::policy::Policy::default();
        policy.policing.chain_gap_days = 10;
        let version = PolicyRef { version: 1, digest: digest(9) };
        story.program = std::mem::take(&mut story.program).under(version, policy);
        story.tell(-100, holds("host", elsewhere(), -100));
        story.tell(71, TradeEvent::MeetingHeld(Meeting { at: first, ..meeting("host", 71) }));
        story.tell(80, met("host", 80));
        story.tell(85, claimed("d9", "third"));
        !story.found().is_empty()
    };
    assert!(found(day(71)));
    assert!(!found(day(71).plus_ms(1)));
}

#[test]
fn no_handoff_is_needed() {
    let mut story = Story::default();
    dropped_in(&mut story);
    assert_eq!(story.found(), ["T22 S2"]);
    let judged = &story.judged()[0];
    assert_eq!(judged.case, policing::CaseKey::Subject { pattern: "T22", subject: "d9".to_owned() });
    assert_eq!(judged.opened.host, Some(id("host")));
    assert_eq!(judged.finding.proof.len(), 4, "the holding, two meetings, and the claim");
}
