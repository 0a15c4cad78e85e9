//! Two hundred broken events and two hundred broken tables through the real binary: each has a clear answer.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops where it is")]

use serde_json::{Value, json};
use tests::chaperone::{Chaperone, Finished};
use tests::events::event;
use tests::malformed::{self, Variant};
use tests::repository_root;

const SEED: u64 = 20_161_020;

fn valid_event() -> String {
    let data = json!({"deal": "d-1", "partner": "northwind-it",
        "scope": {"product_lines": ["gtx-pro"], "territories": ["dach"]}, "need": "arrays for two hubs",
        "expected_value": {"amount": "94800.00", "currency": "EUR"}, "complete": true, "missing": []});
    let subject = "account-meridian.orsa-logistics";
    event("17", "deal.submitted", subject, "2026-02-03T11:00:00.000Z", data).to_string()
}

const VALID_TABLE: &str =
    "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value
1C1I7A6R,Moses Frase,GTX Plus Basic,Cancity,Won,10/20/2016,3/1/2017,1054
Z063OYW0,Darcel Schlecht,GTXPro,Isdom,Won,10/25/2016,3/11/2017,4514
";

fn did_not_panic(what: &str, finished: &Finished) {
    assert!((0..=7).contains(&finished.status), "{what}: {finished:?}");
    assert_ne!(finished.status, 1, "{what} is nobody's failure but its sender's: {finished:?}");
    assert!(!finished.stderr.contains("panicked"), "{what}: {finished:?}");
}

fn waiting(chaperone: &Chaperone) -> Vec<Value> {
    chaperone.run(["quarantine", "list", "--output", "ndjson"]).ended_with(0).ndjson()
}

/// A JSON pointer or a byte offset, first thing in the reason.
fn has_a_place(entry: &Value) -> bool {
    let reason = entry["reason"].as_str().unwrap();
    let (place, _) = reason.split_once(": ").unwrap();
    place.starts_with('/') || place.starts_with("byte ") || place == "the document"
}

#[test]
fn a_broken_event_waits_in_the_quarantine_with_the_place_it_is_broken_at() {
    let valid = valid_event();
    let chaperone = Chaperone::new();
    let read = ["ingest", "-", "--format", "cloudevents", "--output", "json"];
    for (what, bytes) in malformed::json::variants(SEED, &valid) {
        let finished = chaperone.run_with_input(read, &bytes);
        did_not_panic(&what, &finished);
        assert_eq!(finished.status, 5, "{what}: {finished:?}");
        assert_eq!(finished.json()["quarantined"], 1, "{what}: {finished:?}");
    }
    let waiting = waiting(&chaperone);
    assert_eq!(waiting.len(), malformed::VARIANTS);
    let unplaced: Vec<&Value> = waiting.iter().filter(|entry| !has_a_place(entry)).collect();
    assert!(unplaced.is_empty(), "without a place: {unplaced:#?}");
    let sound = chaperone.run_with_input(read, valid.as_bytes()).ended_with(0).json();
    assert_eq!(sound["accepted"], 1, "what was broken elsewhere does not stand in the way of a sound event");
}

#[test]
fn a_broken_table_is_answered_with_its_row_and_column() {
    let mapping = repository_root().join("deploy/mappings/crm.toml");
    let read = ["ingest", "-", "--format", "csv", "--output", "json", "--mapping"].map(AsRef::as_ref);
    for (what, bytes) in malformed::csv::variants(SEED, VALID_TABLE) {
        // A book of its own: rows that are sound in two variants would be conflicts in one.
        let chaperone = Chaperone::new();
        let arguments = read.into_iter().chain([mapping.as_os_str()]);
        let finished = chaperone.run_with_input::<&std::ffi::OsStr>(arguments, &bytes);
        did_not_panic(&what, &finished);
        if finished.stdout.is_empty() {
            let named = ["column ", "row ", "byte "].iter().any(|word| finished.stderr.contains(word));
            assert!(finished.status == 5 && named, "{what}: {finished:?}");
            continue;
        }
        let waiting = waiting(&chaperone);
        assert!(!waiting.is_empty(), "{what}: {finished:?}");
        for entry in waiting {
            let (origin, reason) = (entry["origin"].as_str().unwrap(), entry["reason"].as_str().unwrap());
            let placed = ["column ", "byte "].iter().any(|place| reason.starts_with(place));
            assert!(origin.starts_with("row ") && placed, "{what}: {entry}");
        }
    }
}

#[test]
fn a_broken_mapping_is_answered_with_what_is_wrong() {
    let text = std::fs::read_to_string(repository_root().join("deploy/mappings/crm.toml")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (table, mapping) = (folder.path().join("table.csv"), folder.path().join("mapping.toml"));
    std::fs::write(&table, VALID_TABLE).unwrap();
    let cut = |at: usize| -> Variant { (format!("cut at {at}"), text.as_bytes()[..at].to_vec()) };
    let without =
        |line: &str| -> Variant { (format!("without {line}"), text.replace(line, "").into_bytes()) };
    let mut variants: Vec<Variant> = (1..60).map(|part| cut(text.len() * part / 60)).collect();
    variants.extend(["id = \"opportunity_id\"", "system = \"crm\"", "format = \"%m/%d/%Y\""].map(without));
    variants.push(("no UTF-8".to_owned(), vec![0xFF, 0xFE, b'a']));
    let chaperone = Chaperone::new();
    for (what, bytes) in variants {
        std::fs::write(&mapping, bytes).unwrap();
        let arguments = [
            "ingest".as_ref(),
            table.as_os_str(),
            "--mapping".as_ref(),
            mapping.as_os_str(),
            "--dry-run".as_ref(),
        ];
        let finished = chaperone.run(arguments);
        // A cut between two settings may leave a mapping that can be used.
        did_not_panic(&what, &finished);
        assert!([0, 5].contains(&finished.status), "{what}: {finished:?}");
        assert!(finished.status == 0 || !finished.stderr.is_empty(), "{what}: {finished:?}");
    }
}
