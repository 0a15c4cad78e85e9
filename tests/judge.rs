//! The simulated world and the judge through the binary: what is meant stays apart, and every row is printed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops where it is")]

use std::path::Path;

use serde_json::Value;
use tests::chaperone::Chaperone;

fn simulate(chaperone: &Chaperone, out: &Path) -> Value {
    let out = out.to_str().unwrap();
    let arguments = ["simulate", "--seed", "3", "--handoffs", "25", "--out", out, "--output", "json"];
    chaperone.run(arguments).ended_with(0).json()
}

#[test]
fn a_simulated_world_can_be_ingested_and_keeps_its_labels_apart() {
    let chaperone = Chaperone::new();
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (folder.path().join("one"), folder.path().join("other"));
    let summary = simulate(&chaperone, &one);
    assert_eq!(simulate(&chaperone, &other), summary);
    for file in ["events.jsonl", "labels.jsonl"] {
        let bytes = |folder: &Path| std::fs::read(folder.join(file)).unwrap();
        assert!(bytes(&one) == bytes(&other), "{file} differs between two runs of one seed");
    }
    let labels = std::fs::read_to_string(one.join("labels.jsonl")).unwrap();
    let labels: Vec<Value> = labels.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(labels.len() >= 25 && labels.iter().all(|label| label["intent"].is_string()));
    let events = one.join("events.jsonl");
    let text = std::fs::read_to_string(&events).unwrap();
    for label in &labels {
        assert!(text.contains(label["handoff"].as_str().unwrap()));
        assert!(!text.contains(&label["story"].to_string()), "an event names a story");
    }
    assert!(!text.contains("intent"), "an event speaks of intent");
    let ingested = chaperone.run(["ingest", events.to_str().unwrap(), "--output", "json"]);
    assert!([0, 6].contains(&ingested.status), "{}", ingested.stderr);
    let ingested = ingested.json();
    assert_eq!(ingested["read"], text.lines().count());
    let conflicting = ingested["quarantined"].as_u64().unwrap();
    assert!(conflicting * 100 < ingested["read"].as_u64().unwrap(), "{ingested}");
}

#[test]
fn the_judge_prints_every_row_beside_the_baselines() {
    let chaperone = Chaperone::new();
    let arguments = ["judge", "--seeds", "1..2", "--handoffs", "12", "--noise", "none", "--mix", "balanced"];
    let report = chaperone.run(arguments.into_iter().chain(["--output", "json"])).ended_with(0).json();
    assert_eq!(report["seeds"], 2);
    let names = |list: &str, name: &str| -> Vec<String> {
        let rows = report[list].as_array().unwrap().iter();
        rows.map(|row| row[name].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("methods", "method"), ["rules", "B0", "B1", "B3", "B7 kin", "B7 time"]);
    assert_eq!(names("tiers", "tier"), ["S2 and up", "S3 and up", "S4"]);
    let patterns = names("patterns", "pattern");
    let look_alikes = names("look_alikes", "look_alike");
    assert!((1..=25).all(|number| patterns.contains(&format!("T{number:02}"))), "{patterns:?}");
    assert!((1..=20).all(|number| look_alikes.contains(&format!("L{number}"))), "{look_alikes:?}");
    let table = chaperone.run(arguments).ended_with(0).stdout;
    let rows = report["patterns"].as_array().unwrap();
    assert!(rows.iter().all(|row| row["state"] != "not looked for"), "{rows:?}");
    for said in ["T01", "L20", "benign", "B3", "looked for", "Not visible in events"] {
        assert!(table.contains(said), "{said} is missing of\n{table}");
    }
    // Twelve plans in turn: the direct grab is the first, and nobody who looks can miss it.
    let grab = report["patterns"].as_array().unwrap().iter().find(|row| row["pattern"] == "T01").unwrap();
    assert_eq!((&grab["recall"]["hits"], &grab["recall"]["of"]), (&Value::from(2), &Value::from(2)));
}

#[test]
fn the_red_team_says_what_each_unnoticed_plan_costs() {
    let chaperone = Chaperone::new();
    let tried = chaperone.run(["judge", "--red-team", "2", "--output", "json"]).ended_with(0);
    assert!(tried.stderr.contains("plans tried"), "{}", tried.stderr);
    for plan in tried.json().as_array().unwrap() {
        assert!(plan["cost"].is_u64() && plan["plan"].as_str().unwrap().starts_with("day "), "{plan}");
    }
}

#[test]
fn seeds_that_run_backwards_are_a_mistake_in_the_call() {
    Chaperone::new().run(["judge", "--seeds", "3..1"]).ended_with(2);
}
