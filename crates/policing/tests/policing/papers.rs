//! T16, T17, T18: the customer's papers, what is wrong with them, who vouched for them, and which of them counts.

use domain::event::account::{AccountEvent, ContactPurpose, ContactReplaced};
use domain::event::change::{ChangeEvent, VerificationOutcome, Verified, Verifier};
use domain::event::consent::{Authority, ConsentEvent, Inducement, LetterRecorded, LetterRescinded};
use domain::event::handoff::HandoffEvent;
use domain::event::partner::AffiliationBasis::{Inferred, Registry};
use domain::event::{Party, PolicyRef};
use domain::id::EventId;
use domain::policy::Policy;

use crate::stories::{Case, accept_instead, check, hosted, moved, notified, prepared, thawed};
use crate::story::{Story, day, id};
use crate::words::*;

/// A change to the guest on `letter`, executed on day 30.
pub(crate) fn moved_on(story: &mut Story, letter: LetterRecorded) {
    prepared(story, letter);
    story.tell(30, executed("c1", "guest", gtx(), 30));
}

/// A letter in the place of `l1`, by the same signer, as it must be.
pub(crate) fn mending(signed: i64) -> LetterRecorded {
    let supersedes = Some(id("l1"));
    LetterRecorded { supersedes, signed_at: day(signed), document: digest(9), ..letter("l2") }
}

fn stale() -> LetterRecorded {
    LetterRecorded { signed_at: day(-45), ..letter("l1") }
}

/// A change `c1` to the guest on a letter, verified by `verified`.
fn verified_by(story: &mut Story, verified: Verified) -> EventId {
    story.tell(10, wrote(letter("l1")));
    thawed(story);
    story.tell(15, requested("c1", "guest", gtx(), Some("l1")));
    let told = story.tell(16, ChangeEvent::Verified(verified));
    notified(story, 17);
    told
}

fn customers_contact(contact: &str) -> ContactReplaced {
    ContactReplaced {
        party: Party::Customer,
        purpose: ContactPurpose::CustomerAuthority,
        previous: None,
        contact: id(contact),
        confirmed_by: None,
    }
}

pub(crate) fn rescinded(story: &mut Story, letter: &str, signer: &str, at: i64) {
    let paper =
        LetterRescinded { letter: id(letter), signer: id(signer), signed_at: day(at), document: digest(8) };
    story.tell(at, ConsentEvent::LetterRescinded(paper));
}

pub(crate) fn wrote_for(story: &mut Story, named: &str, gaining: &str, signer: &str, at: i64) -> EventId {
    let paper = LetterRecorded {
        gaining: id(gaining),
        signer: id(signer),
        signed_at: day(at),
        document: digest(u8::try_from(at % 200).expect("a small number")),
        ..letter(named)
    };
    story.tell(at, wrote(paper))
}

/// The customer takes back one signer's letter and another writes, while somebody is put in charge.
fn put_in_charge(story: &mut Story, contact: &str, at: i64, by: Option<&str>) {
    wrote_for(story, "l1", "guest", "cio", 10);
    rescinded(story, "l1", "cio", 50);
    story.tell_late(at, at, by, AccountEvent::ContactReplaced(customers_contact(contact)));
    wrote_for(story, "l2", "guest", "new-cio", 55);
}

/// The guest accepts from a network, and whoever verifies sits in the same one.
fn from_one_network(story: &mut Story) {
    let acceptance = story
        .facts
        .iter()
        .find(|fact| matches!(&fact.event, domain::event::Event::Handoff(HandoffEvent::Accepted(_))));
    let acceptance = acceptance.expect("the guest accepted").meta.id;
    story.acted(acceptance, |actor| {
        actor.partner = Some(id("guest"));
        actor.network = Some(digest(42));
    });
    let told = verified_by(story, verification("c1"));
    story.acted(told, |actor| actor.network = Some(digest(42)));
}

pub(crate) const CASES: [Case; 32] = [
    Case {
        name: "T16: a letter older than sixty days is relied on",
        tell: |story| {
            prepared(story, stale());
            story.tell(30, executed("c1", "guest", gtx(), 30));
        },
        found: &["T01 S4", "T16 S3"],
    },
    Case {
        name: "T16: an induced letter is claimed, though nothing was executed",
        tell: |story| prepared(story, LetterRecorded { inducement: Inducement::Found, ..letter("l1") }),
        found: &["T16 S3"],
    },
    Case {
        name: "T16: nobody answers for a defective letter that nobody relies on",
        tell: |story| {
            story.tell(10, wrote(LetterRecorded { authority: Authority::Unknown, ..letter("l1") }));
        },
        found: &[],
    },
    Case {
        name: "T16: a letter used twice",
        tell: |story| {
            moved(story);
            story.tell(40, reversed("c1", domain::event::change::ReversalReason::Ruling));
            story.tell(41, requested("c2", "guest", gtx(), Some("l1")));
        },
        found: &["T16 S3"],
    },
    Case {
        name: "T16: cured by a sound letter within fourteen days",
        tell: |story| {
            prepared(story, LetterRecorded { sole_purpose: false, ..letter("l1") });
            let paper = LetterRecorded { supersedes: Some(id("l1")), signed_at: day(20), ..letter("l2") };
            story.tell(22, wrote(paper));
        },
        found: &[],
    },
    Case {
        name: "T16: a sound letter after fourteen days cures nothing",
        tell: |story| {
            prepared(story, LetterRecorded { sole_purpose: false, ..letter("l1") });
            let paper = LetterRecorded { supersedes: Some(id("l1")), signed_at: day(20), ..letter("l2") };
            story.tell(30, wrote(paper));
        },
        found: &["T16 S3"],
    },
    Case {
        name: "T16: mended by its signer a week after the change",
        tell: |story| {
            moved_on(story, LetterRecorded { sole_purpose: false, ..letter("l1") });
            story.tell(37, wrote(mending(36)));
        },
        found: &[],
    },
    Case {
        name: "T16: mended by its signer before the change",
        tell: |story| {
            moved_on(story, LetterRecorded { legal_name: " ".into(), ..letter("l1") });
            story.tell(21, wrote(mending(20)));
        },
        found: &[],
    },
    Case {
        name: "T16: mended by its signer when papers may no longer arrive",
        tell: |story| {
            moved_on(story, LetterRecorded { sole_purpose: false, ..letter("l1") });
            story.tell(45, wrote(mending(36)));
        },
        found: &["T01 S4", "T16 S3"],
    },
    Case {
        name: "T16: the host had released the scope, so that no letter was needed",
        tell: |story| {
            story.tell(9, released(gtx(), 9, None, None));
            prepared(story, stale());
            story.tell(30, executed("c1", "guest", gtx(), 30));
        },
        found: &[],
    },
    Case {
        name: "T17: the guest verifies its own letter",
        tell: |story| {
            let own = Verified { verifier: Verifier::Partner(id("guest")), ..verification("c1") };
            verified_by(story, own);
        },
        found: &["T17 S4"],
    },
    Case {
        name: "T17: a sister of the guest verifies, and the account moves",
        tell: |story| {
            story.tell_of("sister", -50, owned_by("guest", Registry, 10_000, -50));
            let own = Verified { verifier: Verifier::Partner(id("sister")), ..verification("c1") };
            verified_by(story, own);
            story.tell(30, executed("c1", "guest", gtx(), 30));
        },
        found: &["T01 S4", "T17 S4"],
    },
    Case {
        name: "T17: a family only guessed is for review",
        tell: |story| {
            story.tell_of("sister", -50, owned_by("guest", Inferred, 10_000, -50));
            let own = Verified { verifier: Verifier::Partner(id("sister")), ..verification("c1") };
            verified_by(story, own);
        },
        found: &["T17 S2"],
    },
    Case {
        name: "T17: whoever verifies sits in the guest's network",
        tell: from_one_network,
        found: &["T17 S4"],
    },
    Case {
        name: "T17: the guest hosts the customer and had disclosed that network",
        tell: |story| {
            let mut terms = accepted("h1");
            terms.disclosed_networks = vec![digest(42)];
            accept_instead(story, terms);
            from_one_network(story);
        },
        found: &[],
    },
    Case {
        name: "T17: a network that the host acted from too ties nobody to the guest",
        tell: |story| {
            from_one_network(story);
            let met = story.tell(5, progressed(Party::Host, 5));
            story.acted(met, |actor| {
                actor.partner = Some(id("host"));
                actor.network = Some(digest(42));
            });
        },
        found: &[],
    },
    Case {
        name: "T17: a captive answer beside an independent one",
        tell: |story| {
            from_one_network(story);
            story.tell(18, ChangeEvent::Verified(verification("c1")));
        },
        found: &[],
    },
    Case {
        name: "T17: nobody was asked but a contact the guest had put on file",
        tell: |story| {
            story.tell_by(8, "guest", AccountEvent::ContactReplaced(customers_contact("mate")));
            verified_by(story, Verified { contact: id("mate"), ..verification("c1") });
        },
        found: &["T17 S4"],
    },
    Case {
        name: "T17: the customer put the same contact on file itself",
        tell: |story| {
            story.tell_by(8, "guest", AccountEvent::ContactReplaced(customers_contact("mate")));
            story.tell_by(9, "customer", AccountEvent::ContactReplaced(customers_contact("mate")));
            verified_by(story, Verified { contact: id("mate"), ..verification("c1") });
        },
        found: &[],
    },
    Case {
        name: "T17: a captive verifier to whom the customer said no",
        tell: |story| {
            let no = Verified {
                verifier: Verifier::Partner(id("guest")),
                outcome: VerificationOutcome::Denied,
                ..verification("c1")
            };
            verified_by(story, no);
        },
        found: &[],
    },
    Case {
        name: "T17: the customer's token is redeemed by the guest",
        tell: |story| {
            story.tell(10, wrote(letter("l1")));
            crate::letters::redeemed(story, Some("l1"), Some("guest"));
        },
        found: &["T17 S4"],
    },
    Case {
        name: "T17: the letter comes in the customer's name out of the guest's session",
        tell: |story| {
            let told = story.tell_by(10, "customer", wrote(letter("l1")));
            story.acted(told, |actor| actor.session = Some(digest(43)));
            let asked = story.tell_by(15, "guest", requested("c1", "guest", gtx(), Some("l1")));
            story.acted(asked, |actor| actor.session = Some(digest(43)));
        },
        found: &["T17 S4"],
    },
    Case {
        name: "T18: two reversals within thirty days",
        tell: |story| {
            wrote_for(story, "l1", "guest", "cio", 10);
            wrote_for(story, "l2", "host", "cio", 15);
            wrote_for(story, "l3", "guest", "cio", 20);
        },
        found: &["T18 S2"],
    },
    Case {
        name: "T18: the second reversal after thirty days",
        tell: |story| {
            wrote_for(story, "l1", "guest", "cio", 10);
            wrote_for(story, "l2", "host", "cio", 15);
            wrote_for(story, "l3", "guest", "cio", 46);
        },
        found: &[],
    },
    Case {
        name: "T18: another signer soon after the first took it back",
        tell: |story| {
            wrote_for(story, "l1", "guest", "cio", 10);
            rescinded(story, "l1", "cio", 12);
            wrote_for(story, "l2", "guest", "intern", 20);
        },
        found: &["T18 S2"],
    },
    Case {
        name: "T18: the customer had put the new signer in charge",
        tell: |story| {
            let replaced = ContactReplaced {
                party: Party::Customer,
                purpose: ContactPurpose::CustomerAuthority,
                previous: Some(id("cio")),
                contact: id("new-cio"),
                confirmed_by: Some(Party::Customer),
            };
            wrote_for(story, "l1", "guest", "cio", 10);
            rescinded(story, "l1", "cio", 50);
            story.tell(52, AccountEvent::ContactReplaced(replaced));
            wrote_for(story, "l2", "guest", "new-cio", 55);
        },
        found: &[],
    },
    Case {
        name: "T18: the customer was called back after the last paper",
        tell: |story| {
            wrote_for(story, "l1", "guest", "cio", 10);
            wrote_for(story, "l2", "host", "cio", 15);
            wrote_for(story, "l3", "guest", "cio", 20);
            story.tell(21, requested("c1", "guest", gtx(), Some("l3")));
            story.tell(22, ChangeEvent::Verified(verification("c1")));
        },
        found: &[],
    },
    Case {
        name: "T18: only the signer who was found last was called back",
        tell: |story| {
            wrote_for(story, "l1", "guest", "cio", 10);
            rescinded(story, "l1", "cio", 12);
            wrote_for(story, "l2", "guest", "intern", 20);
            story.tell(21, requested("c1", "guest", gtx(), Some("l2")));
            let new =
                Verified { contact: id("intern"), contact_on_file_since: day(18), ..verification("c1") };
            story.tell(22, ChangeEvent::Verified(new));
        },
        found: &["T18 S2"],
    },
    Case {
        name: "T18: a change of mind that stays is none",
        tell: |story| {
            wrote_for(story, "l1", "guest", "cio", 10);
            wrote_for(story, "l2", "host", "cio", 15);
        },
        found: &[],
    },
    Case {
        name: "T18: the customer put somebody else in charge",
        tell: |story| put_in_charge(story, "new-cfo", 52, Some("customer")),
        found: &["T18 S2"],
    },
    Case {
        name: "T18: the customer put the new signer in charge only after the letter",
        tell: |story| put_in_charge(story, "new-cio", 56, Some("customer")),
        found: &["T18 S2"],
    },
    Case {
        name: "T18: the guest says who is in charge at the customer's",
        tell: |story| put_in_charge(story, "new-cio", 52, Some("guest")),
        found: &["T18 S2"],
    },
];

#[test]
fn the_customers_papers_are_asked_about_where_they_must_be() {
    check(&CASES);
}

#[test]
fn another_signer_is_a_ground_of_its_own_where_a_letter_may_soon_be_reversed() {
    let mut story = hosted();
    let mut policy = Policy::default();
    policy.consent.flip_days = 3;
    let name = PolicyRef { version: 1, digest: digest(9) };
    story.program = std::mem::take(&mut story.program).under(name, policy);
    wrote_for(&mut story, "l1", "guest", "cio", 10);
    rescinded(&mut story, "l1", "cio", 12);
    wrote_for(&mut story, "l2", "guest", "intern", 20);
    assert_eq!(story.found(), ["T18 S2"]);
}

#[test]
fn a_defective_letter_is_named_by_what_it_lacks() {
    let mut story = hosted();
    prepared(
        &mut story,
        LetterRecorded { legal_name: " ".into(), inducement: Inducement::Found, ..letter("l1") },
    );
    let finding = &story.judged()[0].finding;
    assert_eq!(
        finding.sentence,
        "possible breach of program terms: change c1 of gtx to guest claims a customer's letter that does not \
         name the customer and was induced"
    );
    assert_eq!(finding.respondent, "guest");
}

#[test]
fn a_letter_corrected_as_a_typing_error_is_no_longer_defective() {
    let mut story = hosted();
    prepared(&mut story, LetterRecorded { legal_name: String::new(), ..letter("l1") });
    assert_eq!(story.found(), ["T16 S3"]);
    let paper = story.facts.iter().find(|fact| matches!(fact.event, domain::event::Event::Consent(_)));
    let corrected = domain::event::correction::Corrected {
        target: paper.expect("the letter").meta.id,
        replaces: Some(domain::event::Event::Consent(wrote(letter("l1")))),
        valid_at: None,
        reason: domain::event::correction::CorrectionReason::Typo,
        approved_by: None,
        evidence: None,
    };
    story.tell(18, domain::event::correction::CorrectionEvent::Corrected(Box::new(corrected)));
    assert_eq!(story.found(), [""; 0]);
}

#[test]
fn the_verdict_on_a_captive_answer_names_the_link() {
    let mut story = hosted();
    from_one_network(&mut story);
    let finding = &story.judged()[0].finding;
    assert_eq!(
        finding.sentence,
        "possible breach of program terms: the verification for change c1 of gtx to guest on 2026-01-17 is not \
         independent: it came from a network that guest acted with"
    );
}
