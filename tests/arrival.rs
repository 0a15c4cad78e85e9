//! In which order history arrives changes nothing about how it ends: through the real binary.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops where it is")]

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};
use tests::chaperone::Chaperone;
use tests::events::{Sender, command, event, lines, story};
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

/// What stands: account and pattern of every finding, as each account's own cases say.
fn standing(chaperone: &Chaperone) -> BTreeSet<String> {
    let cases = chaperone.run(["case", "list", "--output", "ndjson"]).ended_with(0).ndjson();
    let findings = cases.iter().flat_map(|case| {
        let id = case["case"].as_str().unwrap();
        let shown = chaperone.run(["case", "show", id, "--output", "json"]).ended_with(0).json();
        let findings = shown["findings"].as_array().unwrap().clone();
        findings
            .into_iter()
            .map(|finding| format!("{} {} {}", case["account"], finding["pattern"], finding["verdict"]))
    });
    findings.collect()
}

#[test]
fn what_several_accounts_show_together_is_found_whoever_read_the_others() {
    for name in ["t10-ring", "r1-repeated", "t23-accounts-follow"] {
        let told = std::fs::read_to_string(story(name)).unwrap();
        let at_once = Chaperone::new();
        at_once.run_with_input(["ingest", "-"], told.as_bytes());
        let expected = findings(&replayed(&at_once));
        for seed in [5, 17] {
            let mut lines: Vec<&str> = told.lines().collect();
            Random::from_seed(seed).shuffle(&mut lines);
            // Every part is taken in by a process of its own, which knows of the others what the journal says.
            let in_parts = Chaperone::new();
            for part in lines.chunks(lines.len().div_ceil(3)) {
                let ingested = in_parts.run_with_input(["ingest", "-"], part.join("\n").as_bytes());
                assert!([0, 6].contains(&ingested.status), "{ingested:?}");
            }
            assert_eq!(findings(&replayed(&in_parts)), expected, "{name}, seed {seed}");
            assert_eq!(standing(&in_parts), standing(&at_once), "{name}, seed {seed}");
        }
    }
}

#[test]
fn a_release_told_late_ends_the_ring_it_was_a_link_of_on_another_account() {
    let chaperone = Chaperone::new();
    chaperone.run(["ingest".as_ref(), story("t10-ring").as_os_str()]).ended_with(6);
    let ring = || standing(&chaperone).into_iter().filter(|one| one.contains("T10")).collect::<Vec<_>>();
    assert_eq!(ring(), [r#""tarnow-steel" "T10" "confirmed""#]);
    for (account, host) in [("ostholm-dairies", "northwind-it"), ("kestrel-paper", "contoso-services")] {
        let text = std::fs::read_to_string(story("l02-released-before")).unwrap();
        let release = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let mut release =
            release.into_iter().find(|event| event["type"].as_str().unwrap().contains("released")).unwrap();
        release["subject"] = json!(format!("account-meridian.{account}"));
        release["id"] = json!(format!("release-{account}"));
        release["data"]["handoff"] = json!(format!("h-{account}"));
        release["actorpartner"] = json!(host);
        release["authid"] = json!(format!("{host}/partner-desk"));
        release["data"]["signed_by"] = json!(format!("{host}/managing-board"));
        let told = chaperone.run_with_input(["ingest", "-"], &lines(&[release]));
        assert!([0, 6].contains(&told.status), "{told:?}");
    }
    assert_eq!(ring(), [r#""tarnow-steel" "T10" "superseded(late)""#]);
}

#[test]
fn a_gain_that_is_retracted_ends_the_ring_it_was_a_link_of_on_another_account() {
    let chaperone = Chaperone::new();
    chaperone.run(["ingest".as_ref(), story("t10-ring").as_os_str()]).ended_with(6);
    let gain = std::fs::read_to_string(story("t10-ring")).unwrap();
    let gain = gain.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut gain = gain.filter(|event| event["data"]["previous"] == "contoso-services");
    let target = json!({"source": "crm.meridian.example", "id": gain.next().unwrap()["id"]});
    let data = json!({"target": target, "reason": "wrong_identity"});
    let subject = "account-meridian.kestrel-paper";
    let retracted = event("r-1", "fact.retracted", subject, "2009-07-01T09:00:00Z", data);
    let told = chaperone.run_with_input(["ingest", "-"], &lines(&[retracted]));
    assert!([0, 6].contains(&told.status), "{told:?}");
    let ring: Vec<String> = standing(&chaperone).into_iter().filter(|one| one.contains("T10")).collect();
    assert!(matches!(ring.as_slice(), [one] if one.contains("superseded")), "{ring:?}");
}
