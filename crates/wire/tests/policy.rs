//! A policy is a document that states what differs from the defaults, within limits.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops where it is")]

use domain::policy::Policy;
use serde_json::{Value, json};
use wire::policy::{canonical, default_document, digest, read};

fn problem(document: Value) -> String {
    read(document.to_string().as_bytes()).unwrap_err().to_string()
}

#[test]
fn the_default_document_is_the_built_in_policy() {
    assert_eq!(read(default_document().as_bytes()), Ok(Policy::default()));
    assert_eq!(read(b"{}"), Ok(Policy::default()));
}

#[test]
fn a_part_of_a_document_changes_only_what_it_states() {
    let mut expected = Policy::default();
    expected.registration.protection_days = 30;
    let policy = read(br#"{"registration":{"protection_days":30}}"#).unwrap();
    assert_eq!(policy, expected);
    assert_eq!(read(&canonical(&policy)), Ok(expected));
    assert_ne!(digest(&policy), digest(&Policy::default()));
}

#[test]
fn what_is_unknown_or_out_of_range_is_named() {
    let unknown = problem(json!({"registration": {"protection_weeks": 3}}));
    assert!(unknown.starts_with("/registration/protection_weeks: expected one of"), "{unknown}");
    let cases = [
        (
            json!({"registration": {"protection_days": 0}}),
            "/registration/protection_days: expected a whole number from 1 to 3650, found 0",
        ),
        (
            json!({"policing": {"family_share_bp": 10_001}}),
            "/policing/family_share_bp: expected a whole number from 1 to 10000, found 10001",
        ),
        (
            json!({"handoff": {"tail_days": "90"}}),
            "/handoff/tail_days: expected a whole number, found string \"90\"",
        ),
        (
            json!({"registration": {"reminder_days": [30, -1]}}),
            "/registration/reminder_days/1: expected a whole number, found integer `-1`",
        ),
        (
            json!({"zone": "Mars/Olympus"}),
            "/zone: expected an IANA time zone name, such as Europe/Berlin, found \"Mars/Olympus\"",
        ),
        (json!([]), "the document: expected an object, found sequence"),
    ];
    for (document, expected) in cases {
        assert_eq!(problem(document), expected);
    }
}
