//! What the stories cover, taken from the code: every refusal of this part, and every transition.

use std::collections::BTreeSet;

use domain::refusal::Refusal;

use crate::words::Said;

fn stories() -> [Vec<Said>; 8] {
    use crate::{changes, consents, executions, flips, freezes, handoffs, mistakes, releases};
    [
        handoffs::said(),
        releases::said(),
        freezes::said(),
        consents::said(),
        changes::said(),
        executions::said(),
        flips::said(),
        mistakes::said(),
    ]
}

fn all() -> Vec<Said> {
    stories().into_iter().flatten().collect()
}

#[test]
fn every_refusal_about_guests_is_told_in_a_story() {
    let all = all();
    let told: BTreeSet<&str> = all.iter().filter_map(|said| said.expected.strip_prefix('!')).collect();
    let missing: Vec<_> = Refusal::GUEST_CODES.iter().filter(|code| !told.contains(*code)).collect();
    assert!(missing.is_empty(), "no story tells {missing:?}");
}

#[test]
fn every_transition_of_a_guest_is_told_in_a_story() {
    let transitions = [
        "Handoff::Requested",
        "Handoff::Invited",
        "Handoff::Accepted",
        "Handoff::Declined",
        "Handoff::Revoked",
        "Handoff::Amended",
        "Handoff::Progressed",
        "Handoff::Released",
        "Handoff::ForfeitureClaimed",
        "Handoff::Closed",
        "Account::FreezePlaced",
        "Account::FreezeLifted",
        "Account::Locked",
        "Account::TakeoverRefused",
        "Consent::LetterRecorded",
        "Consent::LetterRescinded",
        "Consent::TokenIssued",
        "Consent::TokenRedeemed",
        "Consent::TokenTryFailed",
        "Consent::TokenVoided",
        "Change::Requested",
        "Change::Verified",
        "Change::Notified",
        "Change::Objected",
        "Change::ObjectionDecided",
        "Change::Waived",
        "Change::Executed",
        "Change::Rescinded",
        "Change::Reversed",
        "Change::ErrorReported",
        "Change::ErrorAnswered",
    ];
    let all = all();
    let told: BTreeSet<&str> = all.iter().flat_map(|said| said.expected.split(' ')).collect();
    let missing: Vec<_> = transitions.iter().filter(|transition| !told.contains(*transition)).collect();
    assert!(missing.is_empty(), "no story tells {missing:?}");
}

#[test]
fn every_sentence_about_guests_stands_once_in_its_story() {
    for said in stories() {
        let sentences: BTreeSet<&str> = said.iter().map(|said| said.sentence).collect();
        assert_eq!(sentences.len(), said.len());
    }
}
