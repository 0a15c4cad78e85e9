//! Policies through the real binary: checked, compared, tried, published, and what they then change.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;
use tests::chaperone::{Chaperone, Finished};
use tests::events::{Sender, command, lines, story};
use tests::http::Client;

const ACCOUNT: &str = "account-meridian.orsa-logistics";
const TWO: [&str; 4] = ["--officer", "mara:vendor_officer", "--officer", "jon:adjudicator"];

/// A folder with a policy document in it.
struct Document(TempDir);

impl Document {
    fn of(policy: &Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("policy.json"), policy.to_string()).unwrap();
        Self(folder)
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("policy.json")
    }
}

fn policy(chaperone: &Chaperone, asks: &str, file: &Path, rest: &[&str]) -> Finished {
    let arguments = ["--output", "json", "policy", asks].map(Into::into);
    let rest = rest.iter().map(std::ffi::OsString::from);
    chaperone.run::<std::ffi::OsString>(arguments.into_iter().chain([file.into()]).chain(rest))
}

fn publish(chaperone: &Chaperone, document: &Value, from: &str, officers: &[&str]) -> Finished {
    let document = Document::of(document);
    policy(chaperone, "publish", &document.path(), &[&["--effective-from", from], officers].concat())
}

fn json(chaperone: &Chaperone, arguments: &str) -> Value {
    chaperone.run(arguments.split(' ').chain(["--output", "json"])).ended_with(0).json()
}

fn submit(chaperone: &Chaperone, status: i32, commands: &[Value]) -> Vec<Value> {
    let arguments = ["submit", "-", "--output", "ndjson"];
    chaperone.run_with_input(arguments, &lines(commands)).ended_with(status).ndjson()
}

#[test]
fn a_document_that_cannot_be_published_is_refused_at_its_place() {
    let chaperone = Chaperone::new();
    let guard = |when: &str| json!({"patterns": {"T01": {"guard": {"when": when, "then": "hold_back"}}}});
    let cases = [
        (json!({"registration": {"protection_days": 0}}), "/registration/protection_days"),
        (json!({"registration": {"protection_weeks": 3}}), "/registration/protection_weeks"),
        (json!({"registration": {"reminder_days": [30, "x"]}}), "/registration/reminder_days/1"),
        (json!({"patterns": {"T99": {}}}), "/patterns/T99"),
        (json!({"patterns": {"T01": {"severity_max": "S9"}}}), "/patterns/T01/severity_max"),
        (guard("deal.worth < 3"), "/patterns/T01/guard/when"),
        (guard("leads.value < 3"), "/patterns/T01/guard/when"),
        (guard("cheap(deal.value)"), "/patterns/T01/guard/when"),
        (guard("deal.value"), "/patterns/T01/guard/when"),
        (guard("deal.value < 'much'"), "/patterns/T01/guard/when"),
        (guard("true || deal.value == 'much'"), "/patterns/T01/guard/when"),
    ];
    for (document, place) in cases {
        let file = Document::of(&document);
        let told = policy(&chaperone, "lint", &file.path(), &[]).ended_with(5);
        assert!(told.stderr.contains(place), "{document}: {}", told.stderr);
        let answer = told.json();
        assert_eq!(
            (&answer["valid"], &answer["error"]["pointer"]),
            (&json!(false), &json!(place)),
            "{answer}"
        );
    }
    let fine = Document::of(&guard("has(deal.value) && deal.value < 10000"));
    let answer = policy(&chaperone, "lint", &fine.path(), &[]).ended_with(0).json();
    assert!(answer["digest"].as_str().unwrap().starts_with("sha256:"), "{answer}");
    let refused = publish(&chaperone, &guard("deal.worth < 3"), "2026-01-01", &TWO).ended_with(5);
    assert!(refused.stderr.contains("/patterns/T01/guard/when"), "{}", refused.stderr);
}

#[test]
fn a_document_is_checked_over_http_as_on_the_command_line() {
    let chaperone = Chaperone::new();
    chaperone.run(["init"]).ended_with(0);
    let server = chaperone.serve::<&str>([]);
    let client = Client::new(&server.url);
    let lint = |document: &str| client.post("/v1/policies/lint", "application/json", document);
    let guard = |when: &str| json!({"patterns": {"T01": {"guard": {"when": when, "then": "hold_back"}}}});
    let cases = [
        (json!({"registration": {"protection_days": 0}}), Some("/registration/protection_days")),
        (json!({"patterns": {"T01": {"switch": "maybe"}}}), Some("/patterns/T01/switch")),
        (json!({"patterns": {"T99": {}}}), Some("/patterns/T99")),
        (guard("deal.worth < 3"), Some("/patterns/T01/guard/when")),
        (guard(&format!("{}true{}", "(".repeat(490), ")".repeat(490))), Some("/patterns/T01/guard/when")),
        (guard("has(deal.value) && deal.value < 10000"), None),
    ];
    for (document, place) in cases {
        let file = Document::of(&document);
        let status = if place.is_some() { 5 } else { 0 };
        let told = policy(&chaperone, "lint", &file.path(), &[]).ended_with(status).json();
        let answer = lint(&document.to_string()).json(200);
        assert_eq!(answer, told, "{document}");
        assert_eq!((&answer["valid"], answer["error"]["pointer"].as_str()), (&json!(place.is_none()), place));
    }
    let cut_off = lint("{\"registration\":").json(200);
    assert_eq!((&cut_off["valid"], &cut_off["error"]["byte"]), (&json!(false), &json!(15)), "{cut_off}");
    client.post("/v1/policies/lint", "text/plain", "{}").problem(415);
    client.get("/v1/policies/lint").problem(405);
    assert_eq!(
        client.get("/v1/policies").json(200).as_array().map(Vec::len),
        Some(1),
        "nothing was published"
    );
    let document = client.get("/openapi.json").json(200);
    let described = &document["paths"]["/v1/policies/lint"]["post"];
    let answers = &described["responses"]["200"]["content"]["application/json"]["schema"]["$ref"];
    assert_eq!(answers, "#/components/schemas/LintAnswer");
}

#[test]
fn a_difference_names_each_number_its_place_and_what_it_governs() {
    let chaperone = Chaperone::new();
    let new = Document::of(&json!({"registration": {"protection_days": 30}, "zone": "Europe/Berlin"}));
    let path = new.path();
    let arguments = ["policy", "diff", "default", path.to_str().unwrap(), "--output", "ndjson"];
    let rows = chaperone.run(arguments).ended_with(0).ndjson();
    assert_eq!(
        rows,
        [
            json!({"place": "/registration/protection_days", "was": 90, "is": 30,
                "governs": "Civil days an approved registration protects."}),
            json!({"place": "/zone", "was": "UTC", "is": "Europe/Berlin",
                "governs": "The time zone civil days are counted in."}),
        ]
    );
    let missing = ["policy", "diff", "default", "nowhere.json"];
    chaperone.run(missing).ended_with(3);
}

#[test]
fn two_officers_publish_a_policy_and_neither_may_belong_to_direct_sales() {
    let chaperone = Chaperone::new();
    let document = json!({"registration": {"protection_days": 30}});
    let from = "2026-06-01";
    let one = ["--officer", "mara:vendor_officer"];
    let twice = [one, one].concat();
    let sales = [&one[..], &["--officer", "sven:direct_sales"]].concat();
    for (officers, code) in [
        (&one[..], "needs_two_officers"),
        (&twice, "needs_two_officers"),
        (&sales, "officer_of_direct_sales"),
    ] {
        let answer = publish(&chaperone, &document, from, officers).ended_with(4).json();
        assert_eq!((&answer["status"], &answer["code"]), (&json!("refused"), &json!(code)), "{answer}");
    }
    let published = publish(&chaperone, &document, from, &TWO).ended_with(0).json();
    assert_eq!((&published["status"], &published["version"]), (&json!("accepted"), &json!(2)));
    let again = publish(&chaperone, &document, from, &TWO).ended_with(0).json();
    assert_eq!((&again["status"], &again["version"]), (&json!("repeated"), &json!(2)));
    assert_eq!(again["events"], published["events"]);
    let early = publish(&chaperone, &json!({}), "2026-05-31", &TWO).ended_with(4).json();
    assert_eq!(early["code"], "effective_too_early");
    let rows = chaperone.run(["policy", "list", "--output", "ndjson"]).ended_with(0).ndjson();
    let versions: Vec<&Value> = rows.iter().map(|row| &row["version"]).collect();
    assert_eq!(versions, [&json!(1), &json!(2)]);
    assert_eq!(rows[1]["officers"], json!(["mara", "jon"]));
    assert_eq!(rows[1]["digest"], published["digest"]);
    let shown = json(&chaperone, "policy show 2");
    assert_eq!(shown["policy"]["registration"]["protection_days"], 30);
}

#[test]
fn a_published_policy_carries_the_digest_of_a_report_that_can_be_made_again() {
    let chaperone = Chaperone::new();
    let grab = story("t01-direct-grab");
    chaperone.run(["ingest".as_ref(), grab.as_os_str()]).ended_with(6);
    let document = json!({"patterns": {"T01": {"severity_max": "S2"}}});
    let published = publish(&chaperone, &document, "2026-06-01", &TWO).ended_with(0).json();
    let rows = chaperone.run(["policy", "list", "--output", "ndjson"]).ended_with(0).ndjson();
    assert_eq!(rows[1]["backtest"], published["backtest"]);
    let file = Document::of(&document);
    let moment = |name: &str| published[name].as_str().unwrap().to_owned();
    let (as_of, known_at) = (moment("backtest_as_of"), moment("backtest_known_at"));
    let asked = ["--as-of", &as_of, "--known-at", &known_at];
    for threads in ["1", "3"] {
        let made = [&asked[..], &["--threads", threads]].concat();
        let report = policy(&chaperone, "backtest", &file.path(), &made).ended_with(0).json();
        assert_eq!(report["digest"], published["backtest"], "on {threads} threads");
        let differences = report["report"]["differences"].as_array().unwrap();
        let [only] = differences.as_slice() else { panic!("{report}") };
        assert_eq!((&only["pattern"], &only["cause"]), (&json!("T01"), &json!("policy")));
        assert_eq!((&only["was"], &only["is"]), (&json!("S4 confirmed"), &json!("S2 confirmed")));
    }
}

/// How the grab of the story stands in a book under a policy, by the pattern the policy speaks of.
fn grabbed_under(patterns: &Value) -> Vec<(String, String)> {
    let chaperone = Chaperone::new();
    let document = Document::of(&json!({"patterns": {"T01": patterns}}));
    chaperone.run(["init".as_ref(), "--policy".as_ref(), document.path().as_os_str()]).ended_with(0);
    let grab = story("t01-direct-grab");
    chaperone.run(["ingest".as_ref(), grab.as_os_str()]);
    let replayed = chaperone.run(["replay", "--output", "json"]).json();
    let cases = chaperone.run(["case", "list", "--all", "--output", "ndjson"]).ended_with(0).ndjson();
    let shown = cases.iter().flat_map(|case| {
        let case = json(&chaperone, &format!("case show {}", case["case"].as_str().unwrap()));
        case["findings"].as_array().unwrap().clone()
    });
    let found = |rows: &[Value]| -> Vec<(String, String)> {
        let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
        let rows = rows.iter().filter(|row| row["pattern"] == "T01");
        rows.map(|row| (text(row, "severity"), text(row, "verdict"))).collect()
    };
    let live = found(&shown.collect::<Vec<_>>());
    assert_eq!(live, found(replayed["findings"].as_array().unwrap()), "live equals replay");
    live
}

#[test]
fn a_pattern_can_be_off_capped_or_guarded() {
    let stands = |severity: &str, verdict: &str| vec![(severity.to_owned(), verdict.to_owned())];
    let guard = |when: &str, then: &str| json!({"guard": {"when": when, "then": then}});
    assert_eq!(grabbed_under(&json!({})), stands("S4", "confirmed"));
    assert_eq!(grabbed_under(&json!({"switch": "off"})), []);
    assert_eq!(grabbed_under(&json!({"severity_max": "S2"})), stands("S2", "confirmed"));
    assert_eq!(grabbed_under(&guard("act.by == handoff.guest", "hold_back")), []);
    assert_eq!(grabbed_under(&guard("act.by == handoff.host", "hold_back")), stands("S4", "confirmed"));
    let few = guard("act.kind == 'holder' && 'gtx-pro' in act.product_lines", "demote_to_s1");
    assert_eq!(grabbed_under(&few), stands("S1", "confirmed"));
}

#[test]
fn a_guard_that_cannot_be_answered_leaves_the_finding_indeterminate() {
    let cheap = json!({"guard": {"when": "deal.value < 10000", "then": "hold_back"}});
    let found = grabbed_under(&cheap);
    assert_eq!(found, [("S3".to_owned(), "indeterminate(guard_errored)".to_owned())]);
}

#[test]
fn a_right_follows_the_policy_of_its_approval_and_a_step_the_policy_of_its_day() {
    let chaperone = Chaperone::new();
    let enroll = json!({"kinds": ["var"], "legal_name": "Northwind IT", "keys": [], "country": "DE",
        "origin": "application"});
    let partner = Sender::Partner("northwind-it");
    let deal = json!({"deal": "d-1", "partner": "northwind-it", "scope": {"product_lines": ["storage"]},
        "need": "arrays", "complete": true, "missing": []});
    submit(
        &chaperone,
        0,
        &[
            command("enroll", "partner.enroll", "partner-meridian.northwind-it", Sender::Officer, enroll),
            command("register", "deal.submit", ACCOUNT, partner, deal.clone()),
        ],
    );
    let until = |deal: &str| -> jiff::Timestamp {
        let shown = json(&chaperone, &format!("deal show {deal}"));
        shown["protected_until"].as_str().unwrap().parse().unwrap()
    };
    let approved = until("d-1");
    let told = json!({"deal": "d-1", "what": "a meeting", "at": null});
    submit(&chaperone, 0, &[command("activity", "deal.report_activity", ACCOUNT, partner, told)]);
    // From the instant of what is recorded last, which is after the approval.
    let head = json(&chaperone, "journal head")["recorded_at"].as_str().unwrap().to_owned();
    let second = json!({"registration": {"protection_days": 10, "extension_days": 5, "activity_days": 0}});
    publish(&chaperone, &second, &head, &TWO).ended_with(0);
    let extend = |id: &str| command(id, "deal.extend", ACCOUNT, partner, json!({"deal": "d-1"}));
    let refused = submit(&chaperone, 4, &[extend("too-late")]);
    assert_eq!(refused[0]["code"], "no_activity_to_extend", "how recent it must be, today's policy says");
    let third = json!({"registration": {"protection_days": 10, "extension_days": 5, "activity_days": 30}});
    let head = json(&chaperone, "journal head")["recorded_at"].as_str().unwrap().to_owned();
    publish(&chaperone, &third, &head, &TWO).ended_with(0);
    submit(&chaperone, 0, &[extend("in-time")]);
    let days = |from: jiff::Timestamp, to: jiff::Timestamp| to.duration_since(from).as_hours() / 24;
    assert_eq!(days(approved, until("d-1")), 30, "how long it is, the policy of the approval says");
    let mut other = deal;
    other["deal"] = json!("d-2");
    other["scope"] = json!({"product_lines": ["wireless"]});
    submit(&chaperone, 0, &[command("register-2", "deal.submit", ACCOUNT, partner, other)]);
    let since = json(&chaperone, "journal head")["recorded_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(days(since, until("d-2")), 9, "ten days less the moment since");
}

#[test]
fn a_calendar_is_published_by_an_officer_and_listed() {
    let chaperone = Chaperone::new();
    let document =
        json!({"calendar": "bavaria", "version": 1, "zone": "Europe/Berlin", "holidays": ["2026-12-25"]});
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("calendar.json");
    std::fs::write(&file, document.to_string()).unwrap();
    let publish = |officer: &str| {
        let arguments = ["policy", "calendar", "publish", file.to_str().unwrap(), "--officer", officer];
        chaperone.run(arguments.iter().chain(&["--output", "json"]))
    };
    assert_eq!(publish("sven:direct_sales").ended_with(4).json()["code"], "not_authorised");
    assert_eq!(publish("mara:vendor_officer").ended_with(0).json()["status"], "accepted");
    let rows = chaperone.run(["policy", "calendar", "list", "--output", "ndjson"]).ended_with(0).ndjson();
    assert_eq!((&rows[0]["calendar"], &rows[0]["holidays"]), (&json!("bavaria"), &json!(1)));
    std::fs::write(&file, r#"{"calendar": "bavaria", "version": 2, "zone": "Mars", "holidays": []}"#)
        .unwrap();
    let refused = publish("mara:vendor_officer").ended_with(5);
    assert!(refused.stderr.contains("/zone"), "{}", refused.stderr);
}

#[test]
fn policies_and_calendars_are_answered_over_http_too() {
    let chaperone = Chaperone::new();
    publish(&chaperone, &json!({"registration": {"protection_days": 30}}), "1970-01-01", &TWO).ended_with(0);
    let server = chaperone.serve::<&str>([]);
    let client = Client::new(&server.url);
    let rows = client.get("/v1/policies").json(200);
    assert_eq!((rows[0]["version"].clone(), rows[1]["version"].clone()), (json!(1), json!(2)));
    for version in ["2", "current"] {
        let shown = client.get(&format!("/v1/policies/{version}")).json(200);
        assert_eq!(shown["policy"]["registration"]["protection_days"], 30, "{version}");
        assert_eq!(shown["digest"], rows[1]["digest"]);
    }
    client.get("/v1/policies/9").problem(404);
    assert_eq!(client.get("/v1/calendars").json(200), json!([]));
    let head = json(&chaperone, "journal head")["recorded_at"].clone();
    let unknown = command(
        "publish-unknown",
        "program.publish_policy",
        "program-default",
        Sender::Officer,
        json!({"version": 3, "effective_from": head, "policy": {"patterns": {"T99": {}}},
            "officers": [{"principal": "mara", "role": "vendor_officer"}, {"principal": "jon", "role": "adjudicator"}]}),
    );
    let refused = client.post("/v1/commands", "application/json", unknown.to_string()).problem(422);
    assert!(refused.to_string().contains("unknown_pattern"), "{refused}");
}
