//! A policy is a document that states what differs from the defaults, within limits.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops where it is")]

use domain::policy::{Policy, Recordings};
use serde_json::{Value, json};
use wire::policy::{canonical, default_document, diff, digest, read};

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
fn a_cap_that_is_off_is_left_out_so_that_what_was_published_before_keeps_its_digest() {
    assert!(!default_document().contains("open_max") && !default_document().contains("recordings"));
    let taped = read(br#"{"consent":{"recordings":"required"}}"#).unwrap();
    assert_eq!(taped.consent.recordings, Some(Recordings::Required));
    let mistyped = read(br#"{"consent":{"recordings":"always"}}"#).unwrap_err();
    assert!(mistyped.to_string().contains("/consent/recordings"), "{mistyped}");
    let capped = read(br#"{"registration":{"open_max":25}}"#).unwrap();
    assert_eq!(capped.registration.open_max, Some(25));
    assert_eq!(read(&canonical(&capped)), Ok(capped));
    assert_eq!(read(br#"{"registration":{"open_max":null}}"#), Ok(Policy::default()));
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
            json!({"registration": {"open_max": 0}}),
            "/registration/open_max: expected a whole number from 1 to 10000, found 0",
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

#[test]
fn a_guard_that_cannot_be_answered_is_refused_at_its_place() {
    let guard = |when: &str| json!({"patterns": {"T01": {"guard": {"when": when, "then": "demote_to_s2"}}}});
    let place = "/patterns/T01/guard/when: ";
    for (when, expected) in [
        ("deal.worth < 10", "expected one of value, currency, found deal.worth"),
        ("lead.value < 10", "expected one of the variables account, finding, act, deal, handoff, found lead"),
        ("deal.value + 1", "expected true or false as the answer, found int"),
        ("deal.value <", "expected a CEL expression"),
    ] {
        let found = problem(guard(when));
        assert!(found.starts_with(&format!("{place}{expected}")), "{when}: {found}");
    }
    let switch = problem(json!({"patterns": {"T01": {"switch": "maybe"}}}));
    assert!(switch.starts_with("/patterns/T01/switch: expected one of on, off"), "{switch}");
    let policy = read(guard("deal.value < 10").to_string().as_bytes()).unwrap();
    assert_eq!(read(&canonical(&policy)).as_ref(), Ok(&policy));
}

#[test]
fn a_difference_names_its_place_and_what_it_governs() {
    let old = Policy::default();
    let new = read(
        br#"{"registration":{"protection_days":30,"open_max":25},"patterns":{"T01":{"severity_max":"S2"},"T23":{}},"zone":"Europe/Berlin"}"#,
    );
    let found = diff(&old, &new.unwrap());
    let told: Vec<String> =
        found.iter().map(|one| format!("{} {} {} {}", one.place, one.was, one.is, one.governs)).collect();
    assert_eq!(
        told,
        [
            r#"/patterns/T01/severity_max null "S2" The highest severity a finding of it may have; no cap when null."#,
            r#"/patterns/T01/switch null "on" Whether it is looked for at all."#,
            r#"/patterns/T23/switch "off" "on" Whether it is looked for at all."#,
            "/registration/open_max null 25 Registrations of one partner that may be open at a time, over all accounts: those that wait for a decision, and approved ones until they end. No cap when null or left out. A person may approve beyond it, and imported history is never refused.",
            "/registration/protection_days 90 30 Civil days an approved registration protects.",
            r#"/zone "UTC" "Europe/Berlin" The time zone civil days are counted in."#,
        ]
    );
    assert!(diff(&old, &old).is_empty());
}
