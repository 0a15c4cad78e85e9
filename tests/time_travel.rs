//! Both clocks through the real binary: how it was, and what was known then.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops where it is")]

use serde_json::{Value, json};
use tests::chaperone::Chaperone;
use tests::events::{event, lines, story};

const ACCOUNT: &str = "account-meridian.vanta-glass";
const PARTNER: &str = "wingtip-systems";

fn holder(id: &str, holder: &str, from: &str) -> Value {
    let data = json!({"holder": holder, "scope": {"product_lines": ["storage"]}, "from": from, "basis_claimed": "initial"});
    event(id, "account.holder_recorded", ACCOUNT, from, data)
}

fn about(id: &str, fact: &str, mut data: Value) -> Value {
    let said = data["said"].take();
    data["target"] = json!({"source": "crm.meridian.example", "id": said});
    data.as_object_mut().unwrap().remove("said");
    event(id, fact, ACCOUNT, "2026-04-01T09:00:00Z", data)
}

fn retracted(id: &str, said: &str) -> Value {
    about(id, "fact.retracted", json!({"said": said, "reason": "wrong_identity"}))
}

fn corrected(id: &str, said: &str, to: &Value) -> Value {
    let replaces = json!({"type": to["type"], "data": to["data"]});
    about(
        id,
        "fact.corrected",
        json!({"said": said, "reason": "wrong_date", "replaces": replaces, "v": to["time"]}),
    )
}

/// Records events and returns the position up to which the journal then reaches.
fn record(chaperone: &Chaperone, events: &[Value]) -> String {
    let told =
        chaperone.run_with_input(["ingest", "-", "--output", "json"], &lines(events)).ended_with(0).json();
    assert_eq!(told["accepted"], events.len(), "{told}");
    let head = chaperone.run(["journal", "head", "--output", "json"]).ended_with(0).json();
    head["position"].as_str().unwrap().to_owned()
}

fn show(chaperone: &Chaperone, moment: &[&str]) -> Value {
    let arguments = ["account", "show", "vanta-glass", "--output", "json"].iter().chain(moment);
    chaperone.run(arguments).ended_with(0).json()
}

fn holders(chaperone: &Chaperone, moment: &[&str]) -> Vec<String> {
    let shown = show(chaperone, moment);
    let rows = shown["holders"].as_array().unwrap().iter();
    rows.map(|row| format!("{} {}", row["holder"].as_str().unwrap(), &row["since"].as_str().unwrap()[..10]))
        .collect()
}

#[test]
fn a_holder_is_answered_for_the_day_that_is_asked_about() {
    let chaperone = Chaperone::new();
    record(
        &chaperone,
        &[holder("1", "northwind-it", "2026-01-05T00:00:00Z"), holder("2", PARTNER, "2026-03-01T00:00:00Z")],
    );
    let as_of = |day: &str| holders(&chaperone, &["--as-of", day]);
    assert!(as_of("2026-01-04T23:59:59.999Z").is_empty());
    assert_eq!(as_of("2026-01-05T00:00:00Z"), ["northwind-it 2026-01-05"]);
    assert_eq!(as_of("2026-02-28T23:59:59.999Z"), ["northwind-it 2026-01-05"]);
    assert_eq!(as_of("2026-03-01T00:00:00Z"), ["wingtip-systems 2026-03-01"]);
    assert_eq!(holders(&chaperone, &[]), ["wingtip-systems 2026-03-01"]);
}

#[test]
fn a_late_fact_is_known_from_its_recording_and_true_from_its_time() {
    let chaperone = Chaperone::new();
    let before = record(&chaperone, &[holder("1", "northwind-it", "2026-01-05T00:00:00Z")]);
    record(&chaperone, &[holder("2", PARTNER, "2026-02-01T00:00:00Z")]);
    let march = ["--as-of", "2026-03-01T00:00:00Z"];
    assert_eq!(holders(&chaperone, &march), ["wingtip-systems 2026-02-01"]);
    let believed = [&march[..], &["--known-at", &before]].concat();
    assert_eq!(holders(&chaperone, &believed), ["northwind-it 2026-01-05"], "as was believed then");
}

#[test]
fn a_retracted_holder_is_gone_except_to_those_who_ask_what_was_known() {
    let chaperone = Chaperone::new();
    record(&chaperone, &[holder("1", "northwind-it", "2026-01-05T00:00:00Z")]);
    let before = record(&chaperone, &[holder("2", PARTNER, "2026-02-01T00:00:00Z")]);
    let recorded_at = chaperone.run(["journal", "head", "--output", "json"]).json()["recorded_at"].clone();
    let after = record(&chaperone, &[retracted("3", "2")]);
    assert_eq!(holders(&chaperone, &[]), ["northwind-it 2026-01-05"]);
    assert_eq!(holders(&chaperone, &["--known-at", &after]), ["northwind-it 2026-01-05"]);
    assert_eq!(holders(&chaperone, &["--known-at", &before]), ["wingtip-systems 2026-02-01"]);
    // The same question with the instant instead of the position.
    let by_time = holders(&chaperone, &["--known-at", recorded_at.as_str().unwrap()]);
    assert_eq!(by_time, ["wingtip-systems 2026-02-01"]);
    assert!(
        holders(&chaperone, &["--known-at", "2020-01-01T00:00:00Z"]).is_empty(),
        "before anything was known"
    );
}

#[test]
fn a_corrected_date_moves_the_fact_and_what_was_known_before_stays_readable() {
    let chaperone = Chaperone::new();
    record(&chaperone, &[holder("1", "northwind-it", "2026-01-05T00:00:00Z")]);
    let before = record(&chaperone, &[holder("2", PARTNER, "2026-02-01T00:00:00Z")]);
    record(&chaperone, &[corrected("3", "2", &holder("2", PARTNER, "2026-03-15T00:00:00Z"))]);
    let first_of_march = ["--as-of", "2026-03-01T00:00:00Z"];
    assert_eq!(holders(&chaperone, &first_of_march), ["northwind-it 2026-01-05"]);
    assert_eq!(holders(&chaperone, &[]), ["wingtip-systems 2026-03-15"]);
    let believed = [&first_of_march[..], &["--known-at", &before]].concat();
    assert_eq!(holders(&chaperone, &believed), ["wingtip-systems 2026-02-01"]);
    record(&chaperone, &[corrected("4", "2", &holder("2", PARTNER, "2026-02-20T00:00:00Z"))]);
    assert_eq!(
        holders(&chaperone, &first_of_march),
        ["wingtip-systems 2026-02-20"],
        "the last correction holds"
    );
}

#[test]
fn a_case_is_shown_only_to_those_who_could_know_it() {
    let chaperone = Chaperone::new();
    let told = std::fs::read_to_string(story("t01-direct-grab")).unwrap();
    let (before, after): (Vec<&str>, Vec<&str>) = told.lines().partition(|line| !line.contains("2009-02-12"));
    let ingest = |lines: Vec<&str>| chaperone.run_with_input(["ingest", "-"], lines.join("\n").as_bytes());
    ingest(before).ended_with(0);
    let head = chaperone.run(["journal", "head", "--output", "json"]).json()["position"].clone();
    ingest(after).ended_with(6);
    let cases = |moment: &[&str]| {
        let arguments = ["account", "show", "solvik-retail", "--output", "json"].iter().chain(moment);
        chaperone.run(arguments).ended_with(0).json()["cases"].as_array().unwrap().len()
    };
    assert_eq!(cases(&[]), 1);
    assert_eq!(cases(&["--known-at", head.as_str().unwrap()]), 0, "nobody had told of the grab");
    assert_eq!(cases(&["--as-of", "2009-02-12T07:29:59Z"]), 0, "it had not happened");
    assert_eq!(cases(&["--as-of", "2009-02-12T07:30:00Z"]), 1);
}

#[test]
fn a_list_of_deals_answers_both_clocks() {
    let chaperone = Chaperone::new();
    let submitted = |deal: &str, partner: &str, day: &str| {
        let data = json!({"deal": deal, "partner": partner, "scope": {"product_lines": ["storage"]}, "need": "arrays",
            "complete": true, "missing": []});
        event(deal, "deal.submitted", ACCOUNT, day, data)
    };
    let before = record(&chaperone, &[submitted("d-1", PARTNER, "2026-02-01T00:00:00Z")]);
    let won = json!({"deal": "d-1", "at": "2026-02-10T00:00:00Z"});
    record(&chaperone, &[event("won", "deal.won", ACCOUNT, "2026-02-10T00:00:00Z", won)]);
    record(&chaperone, &[submitted("d-2", "northwind-it", "2026-02-20T00:00:00Z")]);
    let list = |moment: &[&str]| -> Vec<String> {
        let arguments = ["deal", "list", "--output", "ndjson"].iter().chain(moment);
        let rows = chaperone.run(arguments).ended_with(0).ndjson();
        let words = |row: &Value| {
            ["deal", "registration", "outcome"].map(|name| row[name].as_str().unwrap()).join(" ")
        };
        rows.iter().map(words).collect()
    };
    assert_eq!(list(&[]), ["d-1 approved won", "d-2 approved open"]);
    assert_eq!(list(&["--as-of", "2026-02-05T00:00:00Z"]), ["d-1 approved open"]);
    assert!(list(&["--as-of", "2026-01-31T00:00:00Z"]).is_empty());
    assert_eq!(list(&["--known-at", &before]), ["d-1 approved open"]);
    assert!(list(&["--known-at", "0"]).is_empty());
}

#[test]
fn two_systems_that_disagree_about_an_instant_open_a_case_until_one_takes_its_word_back() {
    let chaperone = Chaperone::new();
    let from = "2026-01-05T00:00:00Z";
    let told = lines(&[holder("1", "northwind-it", from), holder("2", PARTNER, from)]);
    chaperone.run_with_input(["ingest", "-"], &told).ended_with(6);
    let cases = || chaperone.run(["case", "list", "--output", "json"]).ended_with(0).json();
    let open = cases();
    assert_eq!(
        (&open[0]["pattern"], &open[0]["severity"]),
        (&json!("contested_holder"), &json!("S2")),
        "{open}"
    );
    assert_eq!((&open[0]["host"], &open[0]["guest"]), (&json!("northwind-it"), &json!(PARTNER)));
    let replayed = chaperone.run(["replay", "--output", "json"]).ended_with(6).json();
    assert_eq!(replayed["findings"][0]["case"], open[0]["case"]);
    record(&chaperone, &[retracted("3", "1")]);
    let verdict = &cases()[0]["verdict"];
    assert!(verdict.is_null() || verdict.as_str().unwrap().starts_with("superseded"), "{}", cases());
    chaperone.run(["replay", "--output", "json"]).ended_with(0);
}
