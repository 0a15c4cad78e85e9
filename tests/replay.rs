//! Replays through the real binary: the same verdicts whatever the order, other ones under another policy, and
//! one cause for every difference.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;
use tests::chaperone::Chaperone;
use tests::events::{Sender, command, event, lines, story};
use tests::http::Client;
use tests::random::Random;

const ACCOUNT: &str = "account-meridian.orsa-logistics";
const STORIES: [&str; 15] = [
    "t01-direct-grab",
    "t02-second-attempt",
    "t03-renewal",
    "t04-outside-the-grant",
    "t06-subsidiary",
    "t10-ring",
    "t15-rushed",
    "t19-no-letter",
    "t23-accounts-follow",
    "r1-repeated",
    "l01-customer-chose",
    "l02-released-before",
    "l09-out-of-scope",
    "l10-prior-relationship",
    "l19-third-party-wins",
];

fn document(policy: &Value) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.json");
    std::fs::write(&file, policy.to_string()).unwrap();
    (folder, file)
}

fn replay(chaperone: &Chaperone, arguments: &[&str]) -> Value {
    let finished = chaperone.run(["replay", "--output", "json"].iter().chain(arguments));
    assert!([0, 6].contains(&finished.status), "{finished:#?}");
    finished.json()
}

fn replay_under(chaperone: &Chaperone, policy: &Value) -> Value {
    let (_folder, file) = document(policy);
    replay(chaperone, &["--policy", file.to_str().unwrap(), "--diff"])
}

fn ingest(chaperone: &Chaperone, events: &[u8]) -> String {
    let told = chaperone.run_with_input(["ingest", "-", "--output", "json"], events);
    assert!([0, 6].contains(&told.status), "{told:#?}");
    assert_eq!(told.json()["quarantined"], 0, "{told:#?}");
    let head = chaperone.run(["journal", "head", "--output", "json"]).ended_with(0).json();
    head["position"].as_str().unwrap().to_owned()
}

fn submit(chaperone: &Chaperone, commands: &[Value]) -> Vec<Value> {
    let arguments = ["submit", "-", "--output", "ndjson"];
    chaperone.run_with_input(arguments, &lines(commands)).ndjson()
}

fn enroll(partner: &str) -> Value {
    let data = json!({"kinds": ["var"], "legal_name": partner, "keys": [], "country": "DE", "origin": "application"});
    command(
        &format!("enroll-{partner}"),
        "partner.enroll",
        &format!("partner-meridian.{partner}"),
        Sender::Officer,
        data,
    )
}

fn registration(deal: &str, partner: &str) -> Value {
    json!({"deal": deal, "partner": partner, "scope": {"product_lines": ["storage"]}, "need": "arrays",
        "complete": true, "missing": []})
}

/// A partner registers a deal now.
fn register(deal: &str, partner: &str) -> Value {
    command(
        &format!("register-{deal}"),
        "deal.submit",
        ACCOUNT,
        Sender::Partner(partner),
        registration(deal, partner),
    )
}

/// History tells of a registration so many days ago.
fn registered(deal: &str, partner: &str, days_ago: i64) -> Value {
    let at = days_before_now(days_ago);
    event(&format!("told-{deal}"), "deal.submitted", ACCOUNT, &at, registration(deal, partner))
}

#[expect(clippy::disallowed_methods, reason = "a live command is given now, on the real clock")]
fn days_before_now(days: i64) -> String {
    let now = jiff::Timestamp::try_from(std::time::SystemTime::now()).unwrap();
    let at = now - jiff::SignedDuration::from_hours(24 * days);
    format!("{:.3}", at)
}

/// The only difference about one thing: what was, what is, and why.
fn difference(answer: &Value, pattern: &str, about: &str) -> [String; 3] {
    let rows = answer["differences"].as_array().unwrap().iter();
    let rows: Vec<&Value> = rows.filter(|row| row["pattern"] == pattern && row["about"] == about).collect();
    let [row] = rows.as_slice() else { panic!("{pattern} {about}: {answer:#}") };
    ["was", "is", "cause"].map(|name| row[name].as_str().unwrap_or("nothing").to_owned())
}

/// The events of some stories, each id told once: stories of one vendor introduce the same partners.
fn stories() -> Vec<String> {
    let mut known = BTreeSet::new();
    let texts = STORIES.map(|name| std::fs::read_to_string(story(name)).unwrap());
    let lines = texts.iter().flat_map(|text| text.lines());
    let first = lines.filter(|line| {
        let event: Value = serde_json::from_str(line).unwrap();
        known.insert((event["source"].to_string(), event["id"].to_string()))
    });
    first.map(str::to_owned).collect()
}

#[test]
fn the_verdict_log_is_the_same_on_any_number_of_threads_and_in_any_order_of_arrival() {
    let mut told = stories();
    let in_order = Chaperone::new();
    ingest(&in_order, told.join("\n").as_bytes());
    let first = replay(&in_order, &["--threads", "1"]);
    assert!(first["findings"].as_array().unwrap().len() > 3, "{first}");
    let log = first["verdict_log"].clone();
    for threads in ["1", "2", "5"] {
        assert_eq!(replay(&in_order, &["--threads", threads])["verdict_log"], log, "on {threads} threads");
    }
    for seed in [7, 11, 2009] {
        Random::from_seed(seed).shuffle(&mut told);
        let shuffled = Chaperone::new();
        ingest(&shuffled, told.join("\n").as_bytes());
        let again = replay(&shuffled, &[]);
        assert_eq!(again["findings"], first["findings"], "arrival by seed {seed}");
        assert_eq!(again["verdict_log"], log, "arrival by seed {seed}");
        let compared = replay(&shuffled, &["--diff"]);
        assert_eq!(compared["differences"], json!([]), "the record of seed {seed} says the same");
        assert_eq!(compared["verdict_log"], log, "arrival by seed {seed}");
    }
}

#[test]
fn a_whole_simulated_world_leaves_the_same_verdict_log_in_another_order_of_arrival() {
    let (in_order, shuffled) = (Chaperone::new(), Chaperone::new());
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let world = ["simulate", "--seed", "12", "--handoffs", "110", "--mix", "balanced", "--noise", "none"];
    in_order.run(world.iter().chain(&["--out", out])).ended_with(0);
    let told = std::fs::read_to_string(folder.path().join("events.jsonl")).unwrap();
    let mut lines: Vec<&str> = told.lines().collect();
    ingest(&in_order, told.as_bytes());
    Random::from_seed(12).shuffle(&mut lines);
    ingest(&shuffled, lines.join("\n").as_bytes());
    let first = replay(&in_order, &["--threads", "1", "--diff"]);
    let again = replay(&shuffled, &["--threads", "5", "--diff"]);
    let patterns: BTreeSet<&str> =
        first["findings"].as_array().unwrap().iter().map(|row| row["pattern"].as_str().unwrap()).collect();
    assert!(patterns.len() > 15 && patterns.contains("T10") && patterns.contains("R1"), "{patterns:?}");
    assert_eq!(again["verdict_log"], first["verdict_log"]);
    assert_eq!((&first["differences"], &again["differences"]), (&json!([]), &json!([])));
}

#[test]
fn the_digest_is_that_of_the_lines_that_are_written() {
    let chaperone = Chaperone::new();
    ingest(&chaperone, &std::fs::read(story("t01-direct-grab")).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("verdicts.jsonl");
    let answer = replay(&chaperone, &["--log", file.to_str().unwrap()]);
    let log = std::fs::read_to_string(&file).unwrap();
    assert!(log.lines().is_sorted() && log.contains(r#""pattern":"T01""#), "{log}");
    let sum = std::process::Command::new("sha256sum").arg(&file).output().unwrap();
    let sum = String::from_utf8(sum.stdout).unwrap();
    let digest = format!("sha256:{}", sum.split(' ').next().unwrap());
    assert_eq!(answer["verdict_log"], digest.as_str());
}

#[test]
fn another_policy_decides_otherwise_and_says_so() {
    let chaperone = Chaperone::new();
    ingest(
        &chaperone,
        &lines(&[registered("d-1", "northwind-it", 200), registered("d-2", "contoso-services", 150)]),
    );
    let same = replay(&chaperone, &["--diff"]);
    assert_eq!((&same["differences"], &same["what_if"]), (&json!([]), &Value::Null), "nothing differs");
    let shorter = replay_under(&chaperone, &json!({"registration": {"protection_days": 30}}));
    assert!(shorter["what_if"].as_str().unwrap().starts_with("sha256:"));
    assert_ne!(shorter["verdict_log"], same["verdict_log"]);
    let [was, is, cause] = difference(&shorter, "deal", "d-2");
    assert_eq!((was.as_str(), cause.as_str()), ("rejected (duplicate_of_registered_deal)", "policy"));
    assert!(is.starts_with("approved until "), "{is}");
    let [was, is, cause] = difference(&shorter, "deal", "d-1");
    assert!(was.starts_with("approved until ") && is.starts_with("approved until ") && was != is);
    assert_eq!(cause, "policy");
    let deals = chaperone.run(["deal", "list", "--output", "ndjson"]).ended_with(0).ndjson();
    assert_eq!(deals[1]["registration"], "rejected", "the record stays as it was");
}

/// A book in which a live registration was approved.
fn approved() -> Chaperone {
    let chaperone = Chaperone::new();
    let receipts = submit(
        &chaperone,
        &[enroll("northwind-it"), enroll("contoso-services"), register("d-1", "northwind-it")],
    );
    assert!(receipts.iter().all(|receipt| receipt["status"] == "accepted"), "{receipts:#?}");
    chaperone
}

#[test]
fn late_data_make_a_live_answer_another_one() {
    let chaperone = approved();
    ingest(&chaperone, &lines(&[registered("d-0", "contoso-services", 10)]));
    let [was, is, cause] = difference(&replay(&chaperone, &["--diff"]), "deal", "d-1");
    assert!(was.starts_with("approved until "), "{was}");
    assert_eq!((is.as_str(), cause.as_str()), ("rejected (duplicate_of_registered_deal)", "data"));
}

#[test]
fn a_correction_makes_a_live_answer_another_one() {
    let chaperone = Chaperone::new();
    let long_ago = registered("d-0", "contoso-services", 300);
    ingest(&chaperone, &lines(std::slice::from_ref(&long_ago)));
    let receipts = submit(&chaperone, &[enroll("northwind-it"), register("d-1", "northwind-it")]);
    assert_eq!(receipts[1]["status"], "accepted", "{receipts:#?}");
    let mut corrected = registered("d-0", "contoso-services", 10);
    let replaces = json!({"type": corrected["type"], "data": corrected["data"].take()});
    let data = json!({"target": {"source": "crm.meridian.example", "id": "told-d-0"}, "reason": "wrong_date",
        "replaces": replaces, "v": corrected["time"]});
    ingest(&chaperone, &lines(&[event("c-1", "fact.corrected", ACCOUNT, &days_before_now(0), data)]));
    let [was, is, cause] = difference(&replay(&chaperone, &["--diff"]), "deal", "d-1");
    assert!(was.starts_with("approved until "), "{was}");
    assert_eq!((is.as_str(), cause.as_str()), ("rejected (duplicate_of_registered_deal)", "correction"));
}

#[test]
fn a_refused_attempt_is_decided_again_under_another_policy() {
    let chaperone = Chaperone::new();
    let (_folder, strict) = document(&json!({"policing": {"family_share_bp": 3000}}));
    chaperone.run(["init".as_ref(), "--policy".as_ref(), strict.as_os_str()]).ended_with(0);
    let terms = format!("sha256:{}", "ab".repeat(32));
    let scope = json!({"product_lines": ["storage"]});
    let invite = json!({"handoff": "h-1", "host": "northwind-it", "guest": "contoso-services",
        "protected_scope": scope, "granted_scope": {"product_lines": ["wireless"]}, "granted_acts": ["order"],
        "role": "Services Partner", "terms": terms, "protection_days": 365, "tail_days": 90,
        "commission": {"rate_bp": 500, "base": "net_order", "tail_months": 12}, "commitments": []});
    let accept = json!({"handoff": "h-1", "terms": terms, "declared_prior": [], "declared_family": []});
    let share = json!({"with": "contoso-services", "relation": "subsidiary", "share_bp": 4000, "control": false,
        "during": {"from": "2020-01-01T00:00:00.000Z"}, "basis": "registry"});
    let receipts = submit(
        &chaperone,
        &[
            enroll("northwind-it"),
            enroll("contoso-services"),
            enroll("fabrikam"),
            command("share", "partner.affiliate", "partner-meridian.fabrikam", Sender::Officer, share),
            command("invite", "handoff.invite", ACCOUNT, Sender::Partner("northwind-it"), invite),
            command("accept", "handoff.accept", ACCOUNT, Sender::Partner("contoso-services"), accept),
            register("d-1", "fabrikam"),
        ],
    );
    assert_eq!(receipts[6]["status"], "refused", "{receipts:#?}");
    let lenient = replay_under(&chaperone, &json!({"policing": {"family_share_bp": 5000}}));
    let [was, is, cause] = difference(&lenient, "deal", "d-1");
    assert_eq!((was.as_str(), cause.as_str()), ("rejected (existing_customer_of_other)", "policy"));
    assert!(is.starts_with("approved until "), "{is}");
    let attempts =
        lenient["differences"].as_array().unwrap().iter().filter(|row| row["pattern"] == "attempt");
    let attempts: Vec<&Value> = attempts.collect();
    assert_eq!((attempts.len(), &attempts[0]["is"]), (1, &Value::Null), "{lenient:#}");
}

#[test]
fn a_ruling_the_policy_would_forbid_stays_and_is_listed() {
    let chaperone = Chaperone::new();
    let (_folder, open) = document(&json!({"registration": {"tenders": "allowed"}}));
    chaperone.run(["init".as_ref(), "--policy".as_ref(), open.as_os_str()]).ended_with(0);
    let mut tender = registered("d-1", "northwind-it", 40);
    tender["data"]["tender"] = json!(true);
    let until = days_before_now(-50);
    let data = json!({"deal": "d-1", "scope": {"product_lines": ["storage"]}, "protected_from": days_before_now(39),
        "protected_until": until, "decided_by": {"kind": "person", "person": "mara", "policy":
            {"version": 1, "digest": format!("sha256:{}", "00".repeat(32))}}});
    let mut ruled = event("ruled", "deal.approved", ACCOUNT, &days_before_now(39), data);
    ruled["actorrole"] = json!("vendor_officer");
    ruled["authid"] = json!("mara");
    ruled["class"] = json!("ruled");
    ingest(&chaperone, &lines(&[tender, ruled]));
    let closed = replay_under(&chaperone, &json!({"registration": {"tenders": "refused"}}));
    let rulings = closed["ruling_outside_policy"].as_array().unwrap();
    let [ruling] = rulings.as_slice() else { panic!("{closed:#}") };
    assert_eq!(ruling["forbidden_because"], "rejected as published_tender");
    assert_eq!(ruling["kind"], "chaperone.deal.approved.v1");
    assert_eq!(closed["differences"], json!([]), "the ruling stays");
    let same = replay_under(&chaperone, &json!({"registration": {"tenders": "allowed"}}));
    assert_eq!(same["ruling_outside_policy"], Value::Null);
}

/// What changed about the account between two states of knowledge.
fn changed(chaperone: &Chaperone, from: &str, to: &str, as_of: &str) -> Value {
    let arguments =
        ["account", "diff", "orsa-logistics", "--known-from", from, "--known-at", to, "--as-of", as_of];
    chaperone.run(arguments.iter().chain(&["--output", "json"])).ended_with(0).json()
}

#[test]
fn every_change_between_two_states_of_knowledge_has_one_cause() {
    let chaperone = Chaperone::new();
    let holder = |id: &str, holder: &str, from: &str| {
        let data = json!({"holder": holder, "scope": {"product_lines": ["storage"]}, "from": from, "basis_claimed": "initial"});
        event(id, "account.holder_recorded", ACCOUNT, from, data)
    };
    let first = ingest(&chaperone, &lines(&[holder("1", "northwind-it", "2026-01-05T00:00:00.000Z")]));
    let late = ingest(&chaperone, &lines(&[holder("2", "contoso-services", "2026-02-01T00:00:00.000Z")]));
    let retracted =
        json!({"target": {"source": "crm.meridian.example", "id": "2"}, "reason": "wrong_identity"});
    let retracted = event("3", "fact.retracted", ACCOUNT, "2026-04-01T09:00:00.000Z", retracted);
    let last = ingest(&chaperone, &lines(&[retracted]));
    let march = "2026-03-01";
    let causes = |from: &str, to: &str, as_of: &str| -> Vec<String> {
        let answer = changed(&chaperone, from, to, as_of);
        let rows = answer["differences"].as_array().unwrap().iter();
        rows.map(|row| row["cause"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(causes(&first, &late, march), ["data", "data"], "one holding ends, another begins");
    assert_eq!(causes(&late, &last, march), ["correction", "correction"]);
    assert!(causes(&first, &last, march).is_empty(), "what came and went changed nothing");
    assert!(causes(&first, &late, "2026-01-10").is_empty(), "it was not so yet");
    assert!(causes("0", &first, march).iter().all(|cause| cause == "data"));
    let server = chaperone.serve::<&str>([]);
    let path = format!(
        "/v1/accounts/orsa-logistics/differences?known_from={first}&known_at={late}&as_of=2026-03-01T00:00:00Z"
    );
    let over_http = Client::new(&server.url).get(&path).json(200);
    assert_eq!(over_http, changed(&chaperone, &first, &late, march), "the same over HTTP");
}

#[test]
fn a_policy_for_the_past_changes_what_was_decided_then() {
    let chaperone = Chaperone::new();
    let before = ingest(&chaperone, &lines(&[registered("d-1", "northwind-it", 40)]));
    let (_folder, file) = document(&json!({"registration": {"protection_days": 30}}));
    let arguments = [
        "policy",
        "publish",
        file.to_str().unwrap(),
        "--effective-from",
        "1970-01-01",
        "--officer",
        "mara:vendor_officer",
        "--officer",
        "jon:vendor_officer",
    ];
    chaperone.run(arguments).ended_with(0);
    let head = chaperone.run(["journal", "head", "--output", "json"]).ended_with(0).json();
    let after = head["position"].as_str().unwrap().to_owned();
    let answer = changed(&chaperone, &before, &after, &days_before_now(0));
    let [was, is, cause] = difference(&answer, "deal", "d-1");
    assert!(was != is && is.starts_with("approved until "), "{was} {is}");
    assert_eq!(cause, "policy");
}
