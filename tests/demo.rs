//! The demo: what it finds, how fast, how often, and that its journal tells the same story again.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops where it is")]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tests::chaperone::{Chaperone, Finished, program};
use tests::events::story;
use tests::repository_root;

/// How soon somebody who tries it out sees the first alert.
const FIRST_ALERT_MAX: Duration = Duration::from_secs(5);

/// The summary of a demo, which must be all that stands on its standard output.
fn summary(finished: Finished) -> Value {
    let summary = finished.ended_with(0).json();
    let members: Vec<&String> = summary.as_object().unwrap().keys().collect();
    assert_eq!(members, ["accounts", "elapsed_ms", "events", "findings"]);
    summary
}

/// Account, pattern and the ids of the events that prove each finding.
fn findings(summary: &Value) -> Vec<(String, String, BTreeSet<String>)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let finding = |finding: &Value| {
        for member in ["case", "severity", "host", "guest"] {
            assert!(finding[member].is_string(), "{member} of {finding}");
        }
        let evidence = finding["evidence"].as_array().unwrap().iter().map(text).collect();
        (text(&finding["account"]), text(&finding["pattern"]), evidence)
    };
    summary["findings"].as_array().unwrap().iter().map(finding).collect()
}

/// The engine's id of every event of the journal, by its producer's source and id.
fn producers(chaperone: &Chaperone) -> Vec<(Value, Value, String)> {
    let exported = chaperone.run(["journal", "export"]).ended_with(0).ndjson();
    let producer = |event: &Value| {
        let id = event["id"].as_str().unwrap().to_owned();
        (event["producersource"].clone(), event["producerid"].clone(), id)
    };
    exported.iter().map(producer).collect()
}

#[test]
fn the_story_finds_what_it_says_and_nothing_else() {
    let chaperone = Chaperone::new();
    let told = summary(chaperone.run(["demo", "--exit", "--output", "json"]));
    let producers = producers(&chaperone);
    let expected = std::fs::read(repository_root().join("crates/chaperone/story/expected.json")).unwrap();
    let expected: Vec<Value> = serde_json::from_slice(&expected).unwrap();
    let mut found = findings(&told);
    for finding in &expected {
        let act = &finding["act"];
        let id = producers.iter().find(|(source, id, _)| *source == act["source"] && *id == act["id"]);
        let (_, _, act) = id.unwrap_or_else(|| panic!("{finding} is not in the journal"));
        let place = found.iter().position(|(account, pattern, evidence)| {
            finding["account"] == **account && finding["pattern"] == **pattern && evidence.contains(act)
        });
        found.remove(place.unwrap_or_else(|| panic!("{finding} is not found in {told:#}")));
    }
    assert!(found.is_empty(), "found besides: {found:?}");
}

#[test]
fn a_story_needs_no_environment_and_is_told_the_same_again() {
    let arguments = ["demo", "--exit", "--output", "json"];
    let told = || {
        let mut told = summary(Chaperone::new().run_bare(arguments));
        told["elapsed_ms"] = 0.into();
        told.to_string()
    };
    assert_eq!(told(), told());
}

#[test]
fn what_a_story_says_to_do_next_can_be_pasted_also_where_the_folder_has_a_space_in_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("my data");
    let told = Command::new(program()).args(["demo", "--exit", "--data"]).arg(&data).output().unwrap();
    let told = String::from_utf8(told.stderr).unwrap();
    let (_, next) = told.split_once("\nNext:\n").unwrap();
    let commands: Vec<&str> = next.lines().map(str::trim).collect();
    assert_eq!(commands.len(), 3, "{next}");
    for command in commands {
        // The shell finds the binary under test by the name that was told.
        let pasted = format!("chaperone() {{ \"$PROGRAM\" \"$@\"; }}\n{command}");
        let done = Command::new("sh").args(["-c", &pasted]).env("PROGRAM", program()).output().unwrap();
        // A replay that finds something says so.
        let status = if command.starts_with("chaperone replay") { 6 } else { 0 };
        assert_eq!(done.status.code(), Some(status), "{command}: {done:?}");
    }
}

#[test]
fn the_journal_of_a_story_replays_to_the_same_findings() {
    let chaperone = Chaperone::new();
    let told = summary(chaperone.run(["demo", "--exit", "--output", "json"]));
    let replayed = summary_of_replay(&chaperone);
    assert_eq!(replayed["findings"], told["findings"]);
    assert_eq!(replayed["accounts"], told["accounts"]);
    let listed = chaperone.run(["case", "list", "--output", "ndjson"]).ended_with(0).ndjson();
    let cases = |rows: &[Value]| -> BTreeSet<String> {
        rows.iter().map(|row| row["case"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(cases(&listed), cases(told["findings"].as_array().unwrap()));
}

fn summary_of_replay(chaperone: &Chaperone) -> Value {
    chaperone.run(["replay", "--output", "json"]).ended_with(6).json()
}

#[test]
fn another_seed_tells_the_same_of_other_ids() {
    let told =
        |seed: &str| summary(Chaperone::new().run(["demo", "--exit", "--output", "json", "--seed", seed]));
    let patterns = |told: &Value| -> Vec<(String, String)> {
        let mut found: Vec<_> =
            findings(told).into_iter().map(|(account, pattern, _)| (account, pattern)).collect();
        found.sort();
        found
    };
    let (first, other) = (told("0"), told("7"));
    assert_eq!(patterns(&first), patterns(&other));
    assert_ne!(findings(&first)[0].2, findings(&other)[0].2);
}

#[test]
fn another_story_is_told_with_events() {
    let chaperone = Chaperone::new();
    let file = story("t01-direct-grab");
    let arguments = ["demo", "--exit", "--output", "json", "--events"].map(AsRef::as_ref);
    let told = summary(chaperone.run::<&std::ffi::OsStr>(arguments.into_iter().chain([file.as_os_str()])));
    assert_eq!(told["accounts"], 1);
    assert_eq!(summary_of_replay(&chaperone)["findings"], told["findings"]);
}

#[test]
fn a_story_that_cannot_be_read_is_invalid() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("story.jsonl");
    std::fs::write(&file, "once upon a time\n").unwrap();
    let arguments = ["demo".as_ref(), "--exit".as_ref(), "--events".as_ref(), file.as_os_str()];
    Chaperone::new().run(arguments).ended_with(5);
}

#[test]
fn the_first_alert_comes_within_seconds_of_the_start() {
    let started = std::time::Instant::now();
    let mut demo = Command::new(program())
        .args(["demo", "--exit"])
        .env("NO_COLOR", "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(demo.stdout.take().unwrap()).lines();
    let alert = lines.map_while(Result::ok).find(|line| line.contains("ALERT"));
    let waited = started.elapsed();
    demo.kill().unwrap();
    demo.wait().unwrap();
    assert!(alert.is_some_and(|alert| alert.contains("S4 T01") && alert.contains("solvik-retail")));
    assert!(waited < FIRST_ALERT_MAX, "{waited:?}");
}
