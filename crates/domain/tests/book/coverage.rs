//! What the stories cover, taken from the code: every refusal, and every transition of a registration.

use std::collections::BTreeSet;

use domain::refusal::Refusal;

use crate::story::{Case, Expected};

fn all() -> Vec<Case> {
    use crate::{account, corrections, outside, registration};
    [registration::cases(), account::cases(), outside::cases(), corrections::cases()]
        .into_iter()
        .flatten()
        .collect()
}

#[test]
fn every_refusal_of_the_book_is_told_in_a_story() {
    let told: BTreeSet<&str> = all()
        .iter()
        .filter_map(|case| match case.expected {
            Expected::Refusal(code) => Some(code),
            Expected::Events(_) => None,
        })
        .collect();
    for code in Refusal::CODES {
        println!("refusal {code}: {}", if told.contains(code) { "told" } else { "MISSING" });
    }
    let missing: Vec<_> = Refusal::CODES.iter().filter(|code| !told.contains(*code)).collect();
    assert!(missing.is_empty(), "no story tells {missing:?}");
}

#[test]
fn every_transition_of_a_registration_is_told_in_a_story() {
    let told: BTreeSet<&str> = all()
        .iter()
        .flat_map(|case| match &case.expected {
            Expected::Events(events) => events.clone(),
            Expected::Refusal(_) => Vec::new(),
        })
        .collect();
    let transitions =
        ["submitted", "returned", "approved", "rejected", "extended", "progressed", "withdrawn", "cancelled"];
    for transition in transitions {
        println!("transition {transition}: {}", if told.contains(transition) { "told" } else { "MISSING" });
    }
    assert!(transitions.iter().all(|transition| told.contains(transition)));
}

#[test]
fn every_sentence_stands_once() {
    let mut sentences: Vec<&str> = all().iter().map(|case| case.says).collect();
    let count = sentences.len();
    sentences.sort_unstable();
    sentences.dedup();
    assert_eq!(sentences.len(), count);
}
