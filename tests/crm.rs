//! A CRM's export of 8,800 opportunities through the real binary, row by row beside an independent recomputation.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops where it is")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;
use tests::chaperone::Chaperone;
use tests::random::Random;
use tests::repository_root;
use tests::shared_data::shared_data;

const PIPELINE: &str = "crm/sales_pipeline.csv";
/// Rows with an account and a date of engagement, and those without.
const JUDGED_ROWS: u64 = 7_212;
const INCOMPLETE_ROWS: u64 = 1_588;

/// Decision, outcome and the day protection ends, by opportunity.
type Decisions = BTreeMap<String, (String, String, Option<String>)>;

/// Records a pipeline and returns the summary, after checking that nothing opened a case.
fn ingest(chaperone: &Chaperone, pipeline: &Path) -> Value {
    let mapping = repository_root().join("deploy/mappings/crm.toml");
    let arguments = ["ingest", "--format", "csv", "--output", "json", "--mapping"].map(Into::into);
    let files = [mapping.into_os_string(), pipeline.as_os_str().to_owned()];
    chaperone.run::<std::ffi::OsString>(arguments.into_iter().chain(files)).ended_with(0).json()
}

fn summary(read: u64, repeated: u64, quarantined: u64) -> Value {
    let accepted = read - repeated - quarantined;
    json!({"read": read, "accepted": accepted, "repeated": repeated, "refused": 0,
        "quarantined": quarantined, "cases": 0})
}

fn decided(chaperone: &Chaperone) -> Decisions {
    let deals = chaperone.run(["deal", "list", "--output", "ndjson"]).ended_with(0).ndjson();
    let decision = |deal: &Value| {
        let text = |name: &str| deal[name].as_str().map(str::to_owned);
        let midnight = |until: String| until.strip_suffix("T00:00:00.000Z").unwrap().to_owned();
        let opportunity = text("source_id").unwrap().strip_prefix("crm:").unwrap().to_owned();
        let until = text("protected_until").map(midnight);
        (opportunity, (text("registration").unwrap(), text("outcome").unwrap(), until))
    };
    deals.iter().map(decision).collect()
}

fn recomputed(pipeline: &Path, options: &[&str]) -> Decisions {
    let script = repository_root().join("tests/python/crm_first_in.py");
    let output = Command::new("python3").arg(script).arg(pipeline).args(options).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let rows: BTreeMap<String, Value> = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let decision = |one: Value| {
        (text(&one["decision"]).unwrap(), text(&one["outcome"]).unwrap(), text(&one["protected_until"]))
    };
    rows.into_iter().map(|(opportunity, one)| (opportunity, decision(one))).collect()
}

fn assert_agree(found: &Decisions, expected: &Decisions) {
    let differing = expected.iter().filter(|(row, decision)| found.get(*row) != Some(decision));
    let shown: Vec<_> = differing.map(|(row, decision)| (row, decision, found.get(row))).take(5).collect();
    assert!(shown.is_empty(), "expected and found differ, such as in {shown:#?}");
    assert_eq!(found.len(), expected.len());
}

/// The header and the rows of the pipeline.
fn rows(pipeline: &Path) -> (String, Vec<String>) {
    let text = std::fs::read_to_string(pipeline).unwrap();
    let mut lines = text.lines().map(str::to_owned);
    (lines.next().unwrap(), lines.collect())
}

fn written(folder: &TempDir, header: &str, rows: impl IntoIterator<Item = String>) -> PathBuf {
    let file = folder.path().join("sales_pipeline.csv");
    let lines: Vec<String> = std::iter::once(header.to_owned()).chain(rows).collect();
    std::fs::write(&file, lines.join("\n")).unwrap();
    file
}

fn column(row: &str, index: usize) -> &str {
    row.split(',').nth(index).unwrap()
}

#[test]
fn every_row_is_decided_as_an_independent_program_decides_it() {
    let Some(pipeline) = shared_data(PIPELINE) else { return };
    let chaperone = Chaperone::new();
    let found = ingest(&chaperone, &pipeline);
    assert_eq!(found, summary(JUDGED_ROWS + INCOMPLETE_ROWS, 0, INCOMPLETE_ROWS));
    let decided = decided(&chaperone);
    assert_agree(&decided, &recomputed(&pipeline, &[]));
    let won_without =
        decided.values().filter(|(decision, outcome, _)| decision == "rejected" && outcome == "won").count();
    assert_eq!(won_without, 2_477, "what the program decided and what the customer did stand side by side");
    assert!(chaperone.run(["case", "list", "--all", "--output", "ndjson"]).ended_with(0).stdout.is_empty());
    incomplete_rows_wait_under_their_numbers(&chaperone, &pipeline);
    a_rejected_row_that_was_won_explains_itself(&chaperone);
}

fn incomplete_rows_wait_under_their_numbers(chaperone: &Chaperone, pipeline: &Path) {
    let is_incomplete = |row: &str| column(row, 3).is_empty() || column(row, 5).is_empty();
    // The header is row 1, as a spreadsheet counts.
    let expected: BTreeSet<String> = (2..)
        .zip(rows(pipeline).1)
        .filter(|(_, row)| is_incomplete(row))
        .map(|(number, _)| format!("row {number}"))
        .collect();
    let waiting = chaperone.run(["quarantine", "list", "--output", "ndjson"]).ended_with(0).ndjson();
    let found: BTreeSet<String> =
        waiting.iter().map(|entry| entry["origin"].as_str().unwrap().to_owned()).collect();
    assert_eq!(found, expected);
    let named = |entry: &Value| {
        let reason = entry["reason"].as_str().unwrap().to_owned();
        reason.contains("column account") || reason.contains("column engage_date")
    };
    assert!(waiting.iter().all(named), "every entry names its column");
}

fn a_rejected_row_that_was_won_explains_itself(chaperone: &Chaperone) {
    let arguments = ["deal", "list", "--registration", "rejected", "--outcome", "won", "--output", "ndjson"];
    let deals = chaperone.run(arguments).ended_with(0).ndjson();
    let id = deals[0]["source_id"].as_str().unwrap();
    let told = chaperone.run(["deal", "explain", id, "--output", "json"]).ended_with(0).json();
    assert_eq!(told["rejection_reason"], "duplicate_of_registered_deal");
    assert_eq!(told["status"], "Rejected");
    assert!(told["because"].as_str().unwrap().contains("outcome is won"), "{told}");
    let rivals = chaperone.run(["partner", "list", "--output", "ndjson"]).ended_with(0).ndjson();
    assert_eq!(rivals.len(), 30, "each seller is a partner");
    for rival in rivals.iter().filter(|rival| rival["partner"] != told["partner"]) {
        for name in [&rival["partner"], &rival["name"]] {
            assert!(!told.to_string().contains(name.as_str().unwrap()), "{name} is named in {told}");
        }
    }
}

#[test]
fn days_in_another_order_change_no_decision() {
    let Some(pipeline) = shared_data(PIPELINE) else { return };
    let (header, rows) = rows(&pipeline);
    let mut days: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows {
        days.entry(column(&row, 5).to_owned()).or_default().push(row);
    }
    let mut days: Vec<Vec<String>> = days.into_values().collect();
    Random::from_seed(20_171_231).shuffle(&mut days);
    let folder = tempfile::tempdir().unwrap();
    let shuffled = written(&folder, &header, days.into_iter().flatten());
    let chaperone = Chaperone::new();
    ingest(&chaperone, &shuffled);
    let decided = decided(&chaperone);
    assert_agree(&decided, &recomputed(&shuffled, &[]));
    assert_agree(&decided, &recomputed(&pipeline, &[]));
}

#[test]
fn every_row_sent_twice_counts_once() {
    let Some(pipeline) = shared_data(PIPELINE) else { return };
    let (header, rows) = rows(&pipeline);
    let folder = tempfile::tempdir().unwrap();
    let doubled = written(&folder, &header, rows.into_iter().flat_map(|row| [row.clone(), row]));
    let chaperone = Chaperone::new();
    let found = ingest(&chaperone, &doubled);
    assert_eq!(found, summary(2 * (JUDGED_ROWS + INCOMPLETE_ROWS), JUDGED_ROWS, 2 * INCOMPLETE_ROWS));
    assert_agree(&decided(&chaperone), &recomputed(&pipeline, &[]));
}

#[test]
fn a_policy_of_thirty_days_decides_by_thirty_days() {
    let Some(pipeline) = shared_data(PIPELINE) else { return };
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.json");
    std::fs::write(&policy, r#"{"registration":{"protection_days":30}}"#).unwrap();
    let chaperone = Chaperone::new();
    chaperone.run(["init".as_ref(), "--policy".as_ref(), policy.as_os_str()]).ended_with(0);
    ingest(&chaperone, &pipeline);
    assert_agree(&decided(&chaperone), &recomputed(&pipeline, &["--window-days", "30"]));
}

/// What a replay under another window decides, as its verdict log says, and its answer.
fn replayed(chaperone: &Chaperone, folder: &TempDir, days: &str) -> (Decisions, Value) {
    let policy = folder.path().join("policy.json");
    let log = folder.path().join("verdicts.jsonl");
    std::fs::write(&policy, format!(r#"{{"registration":{{"protection_days":{days}}}}}"#)).unwrap();
    let arguments = ["replay", "--diff", "--output", "json", "--policy"].map(Into::into);
    let files = [policy.into_os_string(), "--log".into(), log.clone().into_os_string()];
    let answer = chaperone.run::<std::ffi::OsString>(arguments.into_iter().chain(files)).ended_with(0).json();
    let outcomes: BTreeMap<String, String> =
        decided(chaperone).into_iter().map(|(row, (_, outcome, _))| (row, outcome)).collect();
    let lines = std::fs::read_to_string(log).unwrap();
    let decision = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| line[name].as_str().map(str::to_owned);
        let midnight = |until: String| until.strip_suffix("T00:00:00.000Z").unwrap().to_owned();
        let opportunity = text("source_id").unwrap().strip_prefix("crm:").unwrap().to_owned();
        let outcome = outcomes[&opportunity].clone();
        (opportunity, (text("registration").unwrap(), outcome, text("protected_until").map(midnight)))
    };
    (lines.lines().map(decision).collect(), answer)
}

#[test]
fn a_replay_under_another_window_decides_as_an_independent_program_decides_it() {
    let Some(pipeline) = shared_data(PIPELINE) else { return };
    let chaperone = Chaperone::new();
    ingest(&chaperone, &pipeline);
    let recorded = recomputed(&pipeline, &[]);
    let folder = tempfile::tempdir().unwrap();
    for days in ["30", "60", "90", "180"] {
        let (found, answer) = replayed(&chaperone, &folder, days);
        let expected = recomputed(&pipeline, &["--window-days", days]);
        assert_agree(&found, &expected);
        let differing: BTreeSet<&str> = expected
            .iter()
            .filter(|(row, one)| recorded[*row] != **one)
            .map(|(row, _)| row.as_str())
            .collect();
        let differences = answer["differences"].as_array().unwrap();
        assert_eq!(differences.len(), differing.len(), "{days} days: each row that differs, once");
        assert!(differences.iter().all(|row| row["pattern"] == "deal" && row["cause"] == "policy"));
    }
    assert_agree(&decided(&chaperone), &recorded);
}

#[test]
fn the_verdict_log_knows_nothing_of_arrival_or_threads() {
    let Some(pipeline) = shared_data(PIPELINE) else { return };
    let (header, rows) = rows(&pipeline);
    let mut days: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows {
        days.entry(column(&row, 5).to_owned()).or_default().push(row);
    }
    let mut days: Vec<Vec<String>> = days.into_values().collect();
    Random::from_seed(4_384).shuffle(&mut days);
    let folder = tempfile::tempdir().unwrap();
    let shuffled = written(&folder, &header, days.into_iter().flatten());
    let digest = |file: &Path, threads: &str| {
        let chaperone = Chaperone::new();
        ingest(&chaperone, file);
        let arguments = ["replay", "--threads", threads, "--output", "json"];
        chaperone.run(arguments).ended_with(0).json()["verdict_log"].clone()
    };
    assert_eq!(digest(&pipeline, "1"), digest(&shuffled, "3"));
}
