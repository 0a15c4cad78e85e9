//! V1: a customer's letter clears a change, and each of its conditions is needed.

use domain::event::Party;
use domain::event::change::{ChangeEvent, VerificationMethod, VerificationOutcome, Verified, Verifier};
use domain::event::change::{Objected, ObjectionDecided, ObjectionGround, ObjectionOutcome, Rescinded};
use domain::event::consent::{
    Authority, ConsentEvent, Inducement, LetterRecorded, LetterRescinded, TokenIssued, TokenRedeemed,
    TokenVoided,
};
use domain::event::partner::AffiliationBasis::Registry;
use domain::event::{DecidedBy, PolicyRef};
use domain::policy::{Policy, Recordings};
use domain::program::Program;

use crate::papers::{mending, moved_on};
use crate::stories::{hosted, moved, notified, prepared, thawed};
use crate::story::{Story, day, id};
use crate::words::*;

fn executed_on(letter: LetterRecorded) -> Story {
    let mut story = hosted();
    prepared(&mut story, letter);
    story.tell(30, executed("c1", "guest", gtx(), 30));
    story
}

fn verified_by(verification: Verified) -> Story {
    let mut story = hosted();
    story.tell(10, wrote(letter("l1")));
    story.tell(15, requested("c1", "guest", gtx(), Some("l1")));
    story.tell(16, ChangeEvent::Verified(verification));
    notified(&mut story, 17);
    story.tell(30, executed("c1", "guest", gtx(), 30));
    story
}

fn takes(story: &Story) -> bool {
    story.found().contains(&"T01 S4".to_owned())
}

#[test]
fn each_broken_condition_of_a_letter_leaves_the_takeover_standing() {
    let letters: [(&str, LetterRecorded); 10] = [
        ("no legal name", LetterRecorded { legal_name: " ".into(), ..letter("l1") }),
        ("authority unknown", LetterRecorded { authority: Authority::Unknown, ..letter("l1") }),
        ("another gaining partner", LetterRecorded { gaining: id("other"), ..letter("l1") }),
        ("another scope", LetterRecorded { scope: lines(&["rtx"]), ..letter("l1") }),
        ("signed after the change", LetterRecorded { signed_at: day(31), ..letter("l1") }),
        ("older than sixty days", LetterRecorded { signed_at: day(30 - 61), ..letter("l1") }),
        ("with other matters", LetterRecorded { sole_purpose: false, ..letter("l1") }),
        ("an inducement", LetterRecorded { inducement: Inducement::Found, ..letter("l1") }),
        ("a declared inducement", LetterRecorded { inducement: Inducement::Declared, ..letter("l1") }),
        ("no statement", LetterRecorded { statement_version: String::new(), ..letter("l1") }),
    ];
    for (name, letter) in letters {
        assert!(takes(&executed_on(letter)), "{name}");
    }
}

#[test]
fn each_broken_condition_of_the_verification_leaves_the_takeover_standing() {
    let verifications: [(&str, Verified); 6] = [
        ("by the guest", Verified { verifier: Verifier::Partner(id("guest")), ..verification("c1") }),
        (
            "by the guest's sister",
            Verified { verifier: Verifier::Partner(id("sister")), ..verification("c1") },
        ),
        ("denied", Verified { outcome: VerificationOutcome::Denied, ..verification("c1") }),
        ("unreachable", Verified { outcome: VerificationOutcome::Unreachable, ..verification("c1") }),
        ("a contact not long on file", Verified { contact_on_file_since: day(-13), ..verification("c1") }),
        ("paid by the outcome", Verified { outcome_fee: true, ..verification("c1") }),
    ];
    for (name, verification) in verifications {
        let mut story = verified_by(verification);
        story.tell_of("sister", -50, owned_by("guest", Registry, 10_000, -50));
        assert!(takes(&story), "{name}");
    }
    assert!(!takes(&verified_by(Verified {
        verifier: Verifier::Partner(id("auditor")),
        ..verification("c1")
    })));
    assert!(!takes(&verified_by(Verified { contact_on_file_since: day(-14), ..verification("c1") })));
}

#[test]
fn a_customer_that_said_no_last_did_not_say_yes() {
    let mut story = verified_by(verification("c1"));
    let denied = Verified { outcome: VerificationOutcome::Denied, ..verification("c1") };
    story.tell(20, ChangeEvent::Verified(denied));
    assert!(takes(&story));
}

#[test]
fn the_last_instant_of_the_sixtieth_day_still_counts() {
    assert!(!takes(&executed_on(LetterRecorded { signed_at: day(-30), ..letter("l1") })));
    assert!(takes(&executed_on(LetterRecorded { signed_at: day(-30).plus_ms(-1), ..letter("l1") })));
}

#[test]
fn both_the_change_and_its_effect_lie_in_the_letters_days() {
    let effective = |from| {
        let mut story = hosted();
        prepared(&mut story, letter("l1"));
        story.tell(30, executed("c1", "guest", gtx(), from));
        story
    };
    assert!(!takes(&effective(70)));
    assert!(takes(&effective(71)));
}

#[test]
fn a_letter_never_verified_is_none() {
    let mut story = hosted();
    story.tell(10, wrote(letter("l1")));
    story.tell(15, requested("c1", "guest", gtx(), Some("l1")));
    notified(&mut story, 17);
    story.tell(30, executed("c1", "guest", gtx(), 30));
    assert_eq!(story.found(), ["T01 S4", "T19 S4"]);
    let nearest = story.judged()[0].finding.clearing[0].missing.clone();
    assert_eq!(
        nearest,
        "a customer's letter without fault: the one on file was not independently verified before the act"
    );
}

#[test]
fn a_token_redeemed_by_the_customer_verifies_the_letter() {
    let mut story = hosted();
    story.tell(10, wrote(letter("l1")));
    token(&mut story, Some("l1"), None);
    assert_eq!(story.found(), [""; 0]);
}

#[test]
fn a_token_alone_is_enough_only_in_the_customers_own_portal() {
    let mut portal = hosted();
    token(&mut portal, None, Some("customer"));
    assert_eq!(portal.found(), [""; 0]);
    let mut elsewhere = hosted();
    token(&mut elsewhere, None, None);
    assert!(takes(&elsewhere));
}

#[test]
fn each_broken_condition_of_a_token_leaves_the_takeover_standing() {
    let good = || (issued(), TokenRedeemed { token: digest(4), change: id("c1"), tries_failed: 0 });
    let taken = |(issued, redeemed): (TokenIssued, TokenRedeemed), at: i64, voided: Option<i64>| {
        let mut story = hosted();
        thawed(&mut story);
        story.tell(15, requested("c1", "guest", gtx(), None));
        story.tell(15, ConsentEvent::TokenIssued(issued));
        if let Some(at) = voided {
            let reason = Some("sent by mistake".to_owned());
            story.tell(
                at,
                ConsentEvent::TokenVoided(TokenVoided { token: digest(4), by: Party::Vendor, reason }),
            );
        }
        story.tell_by(at, "customer", ConsentEvent::TokenRedeemed(redeemed));
        notified(&mut story, 17);
        story.tell(30, executed("c1", "guest", gtx(), 30));
        takes(&story)
    };
    assert!(!taken(good(), 16, None));
    assert!(taken(good(), 29, None), "after its days");
    assert!(taken(good(), 16, Some(16)), "voided");
    let (issued, redeemed) = good();
    let for_other = TokenIssued { gaining: id("third"), ..issued.clone() };
    assert!(taken((for_other, redeemed.clone()), 16, None), "for another partner");
    let of_other = TokenRedeemed { change: id("c9"), ..redeemed.clone() };
    assert!(taken((issued.clone(), of_other), 16, None), "for another change");
    let guessed = TokenRedeemed { tries_failed: 3, ..redeemed.clone() };
    assert!(taken((issued.clone(), guessed), 16, None), "after too many tries");
    let later = TokenIssued { expires_at: day(60), ..issued };
    assert!(taken((later, redeemed), 31, None), "after the change");
}

fn issued() -> TokenIssued {
    TokenIssued {
        token: digest(4),
        scope: gtx(),
        gaining: id("guest"),
        terms: digest(5),
        contact: id("customer-cio"),
        expires_at: day(29),
    }
}

fn token(story: &mut Story, letter: Option<&str>, by: Option<&str>) {
    thawed(story);
    redeemed(story, letter, by);
    notified(story, 17);
    story.tell(30, executed("c1", "guest", gtx(), 30));
}

/// A change `c1` to the guest that the customer confirms with a token.
pub(crate) fn redeemed(story: &mut Story, letter: Option<&str>, by: Option<&str>) {
    story.tell(15, requested("c1", "guest", gtx(), letter));
    story.tell(15, ConsentEvent::TokenIssued(issued()));
    let redeemed = TokenRedeemed { token: digest(4), change: id("c1"), tries_failed: 0 };
    story.tell_late(16, 16, by, ConsentEvent::TokenRedeemed(redeemed));
}

#[test]
fn a_letter_moves_the_account_once() {
    let mut story = hosted();
    moved(&mut story);
    story.tell(40, reversed("c1", domain::event::change::ReversalReason::Ruling));
    story.tell(41, requested("c2", "guest", gtx(), Some("l1")));
    story.tell(42, ChangeEvent::Verified(verification("c2")));
    story.tell(45, executed("c2", "guest", gtx(), 45));
    assert!(takes(&story));
}

#[test]
fn a_rescission_before_the_change_takes_the_letter_back_and_one_after_it_does_not() {
    let rescinded = |at| {
        let mut story = hosted();
        moved(&mut story);
        let rescinded = LetterRescinded {
            letter: id("l1"),
            signer: id("customer-cio"),
            signed_at: day(at),
            document: digest(8),
        };
        story.tell(at, ConsentEvent::LetterRescinded(rescinded));
        story
    };
    assert!(takes(&rescinded(29)));
    assert!(!takes(&rescinded(31)));
}

#[test]
fn a_request_taken_back_by_the_customer_carries_nothing() {
    let mut story = hosted();
    moved(&mut story);
    let rescinded = Rescinded { change: id("c1"), by: Party::Customer, letter: None };
    story.tell(29, ChangeEvent::Rescinded(rescinded));
    assert!(takes(&story));
}

#[test]
fn an_objection_that_was_upheld_before_the_change_takes_the_letter() {
    let objected = |outcome| {
        let mut story = hosted();
        moved(&mut story);
        let objection = story.tell(
            18,
            ChangeEvent::Objected(Objected {
                change: id("c1"),
                by: Party::Host,
                ground: ObjectionGround::SignerNotAuthorised,
                text: None,
                evidence: Vec::new(),
                inquiry_attested: true,
            }),
        );
        story.tell(
            20,
            ChangeEvent::ObjectionDecided(ObjectionDecided {
                change: id("c1"),
                objection,
                outcome,
                reason: "asked the registry".to_owned(),
                decided_by: DecidedBy { policy: PolicyRef { version: 0, digest: digest(0) }, person: None },
            }),
        );
        story
    };
    assert!(takes(&objected(ObjectionOutcome::Upheld)));
    assert!(!takes(&objected(ObjectionOutcome::Rejected)));
}

#[test]
fn a_letter_the_guest_shows_too_late_clears_nothing_until_a_person_decides() {
    let mut story = hosted();
    story.tell_late(10, 100, Some("guest"), wrote(letter("l1")));
    story.tell(15, requested("c1", "guest", gtx(), Some("l1")));
    story.tell(16, ChangeEvent::Verified(verification("c1")));
    notified(&mut story, 17);
    story.tell(30, executed("c1", "guest", gtx(), 30));
    assert!(takes(&story));
}

#[test]
fn a_valid_letter_does_not_heal_haste() {
    let mut story = hosted();
    prepared(&mut story, letter("l1"));
    story.tell(20, executed("c1", "guest", gtx(), 20));
    assert_eq!(story.found(), ["T15 S4"]);
}

/// The account moved on `first` on day 30, and `second` was told on day `told`.
fn mended(first: LetterRecorded, second: LetterRecorded, told: i64) -> Story {
    let mut story = hosted();
    moved_on(&mut story, first);
    story.tell(told, wrote(second));
    story
}

fn unticked() -> LetterRecorded {
    LetterRecorded { sole_purpose: false, ..letter("l1") }
}

#[test]
fn what_was_not_filled_in_is_mended_by_a_better_letter_of_the_same_signer() {
    let forms: [(&str, LetterRecorded); 3] = [
        ("no legal name", LetterRecorded { legal_name: " ".into(), ..letter("l1") }),
        ("with other matters", unticked()),
        ("no statement", LetterRecorded { statement_version: String::new(), ..letter("l1") }),
    ];
    for (name, first) in forms {
        for (signed, told) in [(20, 21), (36, 37), (44, 44)] {
            let story = mended(first.clone(), mending(signed), told);
            assert_eq!(story.found(), [""; 0], "{name}, signed on {signed}, told on {told}");
        }
        assert!(takes(&mended(first, mending(36), 45)), "{name}, told too late");
    }
}

#[test]
fn what_the_customer_chose_is_not_chosen_afterwards() {
    let chosen: [(&str, LetterRecorded); 6] = [
        ("authority unknown", LetterRecorded { authority: Authority::Unknown, ..letter("l1") }),
        ("another gaining partner", LetterRecorded { gaining: id("other"), ..letter("l1") }),
        ("another scope", LetterRecorded { scope: lines(&["rtx"]), ..letter("l1") }),
        ("older than sixty days", LetterRecorded { signed_at: day(30 - 61), ..letter("l1") }),
        ("an inducement", LetterRecorded { inducement: Inducement::Found, ..letter("l1") }),
        ("signed after the change", LetterRecorded { signed_at: day(31), ..letter("l1") }),
    ];
    for (name, first) in chosen {
        let unticked = LetterRecorded { sole_purpose: false, ..first.clone() };
        assert!(takes(&mended(first, mending(36), 37)), "{name}");
        assert!(takes(&mended(unticked, mending(36), 37)), "{name}, and with other matters");
    }
}

#[test]
fn a_letter_mends_only_in_the_place_of_the_other_and_without_a_fault_of_its_own() {
    let seconds: [(&str, LetterRecorded); 8] = [
        ("in the place of none", LetterRecorded { supersedes: None, ..mending(36) }),
        ("in the place of another", LetterRecorded { supersedes: Some(id("l9")), ..mending(36) }),
        ("by another signer", LetterRecorded { signer: id("customer-cfo"), ..mending(36) }),
        ("of an earlier day", mending(9)),
        ("for another partner", LetterRecorded { gaining: id("other"), ..mending(36) }),
        ("with other matters too", LetterRecorded { sole_purpose: false, ..mending(36) }),
        ("authority unknown", LetterRecorded { authority: Authority::Unknown, ..mending(36) }),
        ("of less", LetterRecorded { scope: lines(&["rtx"]), ..mending(36) }),
    ];
    for (name, second) in seconds {
        assert!(takes(&mended(unticked(), second, 37)), "{name}");
    }
}

#[test]
fn a_mended_letter_still_needs_the_customers_answer_before_the_change() {
    let mut story = mended(unticked(), mending(36), 37);
    let verified = |fact: &domain::fact::Fact| {
        matches!(fact.event, domain::event::Event::Change(ChangeEvent::Verified(_)))
    };
    story.facts.retain(|fact| !verified(fact));
    story.tell(31, ChangeEvent::Verified(verification("c1")));
    assert!(takes(&story));
}

#[test]
fn a_letter_taken_back_before_the_change_is_not_mended() {
    let mut story = mended(unticked(), mending(36), 37);
    crate::papers::rescinded(&mut story, "l1", "customer-cio", 29);
    assert!(takes(&story));
}

#[test]
fn a_finding_says_until_when_the_letter_can_be_mended() {
    let mut story = hosted();
    moved_on(&mut story, unticked());
    let judged = story.judged();
    let taken = judged.iter().find(|judged| judged.finding.pattern == "T01").expect("it was taken");
    let nearest = &taken.finding.clearing[0];
    assert_eq!(nearest.basis, "V1");
    let (until, later) = (day(44).to_string(), day(45).to_string());
    assert!(
        nearest.missing.contains(&until[..10]) && !nearest.missing.contains(&later[..10]),
        "{}",
        nearest.missing
    );
    assert!(
        nearest.missing.starts_with("a customer's letter without fault by the same signer"),
        "{}",
        nearest.missing
    );
}

#[test]
fn a_yes_on_the_telephone_needs_a_recording_where_the_policy_asks_for_one() {
    let recorded = || Verified { recording: Some(digest(5)), ..verification("c1") };
    let in_person = || Verified { method: VerificationMethod::InPerson, ..verification("c1") };
    let under = |recordings: Option<Recordings>, verification: Verified| {
        let mut policy = Policy::default();
        policy.consent.recordings = recordings;
        let name = PolicyRef { version: 1, digest: digest(9) };
        let mut story = verified_by(verification);
        story.program = Program::default().under(name, policy);
        story
    };
    assert!(!takes(&under(None, verification("c1"))));
    assert!(takes(&under(Some(Recordings::Required), verification("c1"))));
    assert!(!takes(&under(Some(Recordings::Required), recorded())));
    assert!(!takes(&under(Some(Recordings::Required), in_person())), "what is said in person leaves none");
}
