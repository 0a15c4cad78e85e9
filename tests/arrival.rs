//! In which order history arrives changes nothing about how it ends: through the real binary.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops where it is")]

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};
use tests::chaperone::Chaperone;
use tests::events::{Sender, command, event, lines};
use tests::random::Random;
use tests::repository_root;

const ACCOUNT: &str = "account-meridian.vanta-glass";

/// What the program decided about every deal, in the words of `deal list`.
fn registrations(chaperone: &Chaperone) -> BTreeSet<String> {
    let rows = chaperone.run(["deal", "list", "--output", "ndjson"]).ended_with(0).ndjson();
    let words =
        ["account", "deal", "partner", "registration", "rejection_reason", "outcome", "protected_until"];
    rows.iter().map(|row| words.map(|word| row[word].to_string()).join(" ")).collect()
}

/// Account and pattern of what stands.
fn findings(told: &Value) -> BTreeSet<String> {
    let rows = told["findings"].as_array().unwrap().iter();
    rows.map(|row| format!("{} {} {}", row["account"], row["pattern"], row["severity"])).collect()
}

fn told(chaperone: &Chaperone, story: &[u8]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("story.jsonl");
    std::fs::write(&file, story).unwrap();
    let arguments = ["demo", "--exit", "--output", "json", "--events"].map(AsRef::as_ref);
    chaperone.run::<&std::ffi::OsStr>(arguments.into_iter().chain([file.as_os_str()])).ended_with(0).json()
}

fn replayed(chaperone: &Chaperone) -> Value {
    let finished = chaperone.run(["replay", "--output", "json"]);
    assert!([0, 6].contains(&finished.status), "{finished:?}");
    finished.json()
}

fn founding_story() -> Vec<Vec<u8>> {
    let file: &Path = &repository_root().join("crates/chaperone/story/founding.jsonl");
    std::fs::read(file)
        .unwrap()
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(<[u8]>::to_vec)
        .collect()
}

fn shuffled(lines: &[Vec<u8>], seed: u64) -> Vec<u8> {
    let mut lines = lines.to_vec();
    Random::from_seed(seed).shuffle(&mut lines);
    lines.join(&b'\n')
}

#[test]
fn a_story_told_in_any_order_ends_with_the_same_registrations_and_findings() {
    let story = founding_story();
    let ordered = Chaperone::new();
    let in_order = told(&ordered, &story.join(&b'\n'));
    for seed in [1, 2, 3] {
        let chaperone = Chaperone::new();
        let told = told(&chaperone, &shuffled(&story, seed));
        assert_eq!(registrations(&chaperone), registrations(&ordered), "seed {seed}");
        assert_eq!(findings(&told), findings(&in_order), "seed {seed}");
        assert_eq!(replayed(&chaperone)["findings"], told["findings"], "seed {seed}");
    }
}

fn submitted(id: &str, deal: &str, partner: &str, time: &str) -> Value {
    let data = json!({"deal": deal, "partner": partner, "scope": {"product_lines": ["storage"]}, "need": "a new site", "complete": true, "missing": []});
    event(id, "deal.submitted", ACCOUNT, time, data)
}

fn ingest(chaperone: &Chaperone, events: &[Value]) {
    let told = chaperone.run_with_input(["ingest", "-", "--output", "json"], &lines(events));
    assert!([0, 6].contains(&told.status), "{told:?}");
    assert_eq!(told.json()["accepted"], events.len());
}

#[test]
fn an_earlier_submission_that_arrives_later_was_first_and_the_decision_before_stays_readable() {
    let chaperone = Chaperone::new();
    ingest(&chaperone, &[submitted("2", "later", "northwind-it", "2026-02-01T09:00:00Z")]);
    let before = chaperone.run(["journal", "head", "--output", "json"]).ended_with(0).json();
    let registration = |deal: &str, moment: &[&str]| {
        let arguments = ["deal", "show", deal, "--output", "json"].into_iter().chain(moment.iter().copied());
        chaperone.run(arguments).ended_with(0).json()["registration"].clone()
    };
    assert_eq!(registration("later", &[]), "approved");
    ingest(&chaperone, &[submitted("1", "earlier", "wingtip-systems", "2026-01-05T09:00:00Z")]);
    assert_eq!(registration("earlier", &[]), "approved");
    assert_eq!(registration("later", &[]), "rejected");
    let then = before["position"].as_str().unwrap();
    assert_eq!(registration("later", &["--known-at", then]), "approved", "as was believed then");
    // The same file again adds nothing.
    let head =
        || chaperone.run(["journal", "head", "--output", "json"]).ended_with(0).json()["position"].clone();
    let after = head();
    chaperone.run_with_input(
        ["ingest", "-", "--output", "json"],
        &lines(&[submitted("1", "earlier", "wingtip-systems", "2026-01-05T09:00:00Z")]),
    );
    assert_eq!(head(), after);
}

#[test]
fn a_replay_finds_the_live_registration_that_history_contradicts_as_the_case_list_does() {
    let chaperone = Chaperone::new();
    for partner in ["northwind-it", "wingtip-systems"] {
        let data = json!({"kinds": ["var"], "legal_name": partner, "keys": [], "country": "DE", "origin": "application"});
        let subject = format!("partner-meridian.{partner}");
        ingest(&chaperone, &[event(partner, "partner.enrolled", &subject, "2026-01-01T09:00:00Z", data)]);
    }
    let asked = json!({"deal": "live", "partner": "northwind-it", "scope": {"product_lines": ["storage"]}, "need": "a new site"});
    let asked = command("c1", "deal.submit", ACCOUNT, Sender::Partner("northwind-it"), asked);
    chaperone.run_with_input(["submit", "-"], &lines(&[asked])).ended_with(0);
    // Registered elsewhere weeks before, and told only now.
    let earlier = event(
        "1",
        "deal.submitted",
        ACCOUNT,
        &weeks_ago(),
        submitted("1", "earlier", "wingtip-systems", "")["data"].clone(),
    );
    ingest(&chaperone, &[earlier]);
    let listed = chaperone.run(["case", "list", "--output", "ndjson"]).ended_with(0).ndjson();
    assert_eq!(listed.len(), 1, "{listed:?}");
    let replayed = replayed(&chaperone);
    let found = replayed["findings"].as_array().unwrap();
    assert_eq!(found.len(), 1, "{replayed}");
    assert_eq!((&found[0]["case"], &found[0]["pattern"]), (&listed[0]["case"], &json!("registration")));
}

/// A time within the protection of a registration that would have been approved then.
#[expect(clippy::disallowed_methods, reason = "a live command is given now, on the real clock")]
fn weeks_ago() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let then = i64::try_from(now.as_secs()).unwrap() - 21 * 86_400;
    jiff::Timestamp::from_second(then).unwrap().to_string()
}
