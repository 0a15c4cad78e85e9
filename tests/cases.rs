//! One case to its end through the real binary: assigned, disputed, answered, ruled, put right, appealed, and found
//! again as a precedent.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops where it is")]

use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};
use tests::chaperone::{Chaperone, Finished};
use tests::events::story;
use tests::http::Client;

const HOST: &str = "northwind-it";
const GUEST: &str = "contoso-services";
const PAPER: &str =
    "sha256:abababababababababababababababababababababababababababababababab,application/pdf,vendor";

/// A direct grab in two accounts, told as if it had happened in the last months: a dispute has to be filed in time.
fn told() -> Chaperone {
    let chaperone = Chaperone::new();
    let text = std::fs::read_to_string(story("t01-direct-grab")).unwrap();
    let both =
        [text.clone(), text.replace("solvik-retail", "brenner-foods").replace("896586113", "315369934")];
    let mut lines: Vec<Value> =
        both.iter().flat_map(|text| text.lines()).map(|line| serde_json::from_str(line).unwrap()).collect();
    // The second account is of the same partners, who enrol once.
    let mut known = std::collections::BTreeSet::new();
    lines.retain(|line| known.insert(line["id"].to_string()));
    lines.sort_by_key(|line| line["recordedtime"].to_string());
    let last: Timestamp = lines.last().unwrap()["recordedtime"].as_str().unwrap().parse().unwrap();
    let days = (jiff::Timestamp::now().as_second() - last.as_second()) / 86_400 - 3;
    let moved: String = lines.into_iter().map(|line| format!("{}\n", later(line, days))).collect();
    let file = chaperone.data().join("story.jsonl");
    std::fs::write(&file, moved).unwrap();
    let arguments = ["demo".as_ref(), "--exit".as_ref(), "--events".as_ref(), file.as_os_str()];
    chaperone.run(arguments).ended_with(0);
    chaperone
}

/// The same with every instant so many days later.
fn later(value: Value, days: i64) -> Value {
    match value {
        Value::String(text) => match text.parse::<Timestamp>() {
            Ok(at) => json!(format!("{:.3}", at.checked_add((days * 24).hours()).unwrap())),
            Err(_) => Value::String(text),
        },
        Value::Array(values) => values.into_iter().map(|value| later(value, days)).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, value)| (name, later(value, days))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}

fn run(chaperone: &Chaperone, arguments: &[&str]) -> Finished {
    chaperone.run(["case"].iter().chain(arguments).chain(&["--output", "json"]))
}

/// Asks something of the case and says how it was received.
fn ask(chaperone: &Chaperone, arguments: &[&str]) -> String {
    let finished = run(chaperone, arguments);
    let receipt = finished.json()[0].clone();
    let status = receipt["status"].as_str().unwrap();
    receipt["code"].as_str().unwrap_or(status).to_owned()
}

fn cases(chaperone: &Chaperone, which: &[&str]) -> Vec<(String, String)> {
    let listed = run(chaperone, &[&["list"], which].concat()).ended_with(0).json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    listed.as_array().unwrap().iter().map(|row| (text(&row["account"]), text(&row["case"]))).collect()
}

fn case_of(chaperone: &Chaperone, account: &str) -> String {
    let listed = cases(chaperone, &["--all"]);
    listed.into_iter().find(|(known, _)| known == account).unwrap().1
}

fn steps(shown: &Value) -> Vec<&str> {
    shown["deadlines"].as_array().unwrap().iter().map(|due| due["step"].as_str().unwrap()).collect()
}

#[test]
fn a_case_is_assigned_disputed_answered_ruled_put_right_appealed_and_a_precedent() {
    let chaperone = told();
    let case = case_of(&chaperone, "solvik-retail");
    let on = |arguments: &[&str]| {
        let (verb, rest) = arguments.split_first().unwrap();
        ask(&chaperone, &[&[*verb, case.as_str()], rest].concat())
    };
    let show = || run(&chaperone, &["show", &case]).ended_with(0).json();

    assert_eq!(on(&["assign", "--to", "vera", "--as", "olga"]), "accepted");
    assert_eq!(on(&["assign", "--to", "vera", "--as", "olga"]), "repeated");
    assert_eq!(on(&["snooze", "--until", "9999-01-01", "--reason", "on leave", "--as", "vera"]), "accepted");
    assert_eq!(cases(&chaperone, &["--snoozed"]), [("solvik-retail".to_owned(), case.clone())]);
    assert_eq!(cases(&chaperone, &[]).len(), 1);

    let confirm =
        ["rule", "--outcome", "confirmed", "--grounds", "no letter", "--as", "ada", "--role", "adjudicator"];
    assert_eq!(on(&confirm), "not_filed");
    let dispute = [
        "file",
        "--side",
        "host",
        "--text",
        "they took it",
        "--stay",
        "the rest moves too",
        "--as",
        "nora",
        "--partner",
    ];
    assert_eq!(on(&[&dispute[..], &[GUEST]].concat()), "not_your_case");
    assert_eq!(on(&[&dispute[..], &[HOST]].concat()), "accepted");
    assert_eq!(cases(&chaperone, &[]).len(), 2, "a dispute brings it back");
    assert_eq!(steps(&show()), ["stay", "answer", "decision"]);
    assert_eq!(on(&["stay", "--outcome", "granted", "--reason", "it may", "--as", "olga"]), "accepted");
    assert_eq!(steps(&show()), ["answer", "decision"]);
    let account = chaperone.run(["account", "history", "solvik-retail", "--output", "json"]).ended_with(0);
    let frozen = json!("chaperone.account.freeze_placed.v1");
    assert!(account.json().as_array().unwrap().iter().any(|row| row["type"] == frozen));
    assert_eq!(on(&confirm), "side_not_heard");
    let answer =
        ["state", "--side", "guest", "--text", "we were asked to", "--as", "carl", "--partner", GUEST];
    assert_eq!(on(&answer), "accepted");
    assert_eq!(on(&confirm), "accepted");
    assert_eq!(on(&["order-remedy", "--as", "olga"]), "accepted");

    let ruled = show();
    assert_eq!((&ruled["decided"], &ruled["assignee"]), (&json!("confirmed"), &json!("vera")));
    assert_eq!(ruled["remedies_ordered"][0]["restore"]["holder"], HOST);
    assert_eq!(ruled["remedies_proposed"], json!([]));
    assert_eq!(ruled["ladder"], format!("a notice and training for {GUEST}"));
    assert_eq!(steps(&ruled), ["appeal"]);

    let appeal = ["appeal", "--side", "guest", "--grounds", "here is it", "--as", "carl", "--partner", GUEST];
    assert_eq!(on(&appeal), "nothing_new");
    assert_eq!(on(&[&appeal[..], &["--evidence", PAPER]].concat()), "accepted");
    let overturn = ["rule-appeal", "--outcome", "false_alarm", "--grounds", "a true letter", "--as"];
    assert_eq!(on(&[&overturn[..], &["ada"]].concat()), "ruled_before");
    assert_eq!(on(&[&overturn[..], &["olga"]].concat()), "side_not_heard");
    assert_eq!(
        on(&["state", "--side", "host", "--text", "late", "--as", "nora", "--partner", HOST]),
        "accepted"
    );
    assert_eq!(on(&[&overturn[..], &["olga"]].concat()), "accepted");
    assert_eq!(on(&[&appeal[..], &["--evidence", PAPER]].concat()), "repeated");
    assert_eq!(cases(&chaperone, &[]).len(), 1);

    let told = run(&chaperone, &["history", &case]).ended_with(0).json();
    let kinds: Vec<&str> = told
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|row| row["type"].as_str()?.strip_prefix("chaperone.case.")?.strip_suffix(".v1"))
        .filter(|kind| !["opened", "finding_recorded", "verdict_changed"].contains(kind))
        .collect();
    let expected = [
        "assigned",
        "snoozed",
        "filed",
        "stay_decided",
        "stated",
        "decided",
        "remedy_ordered",
        "appealed",
        "stated",
        "appeal_decided",
    ];
    assert_eq!(kinds, expected);
    learned(&chaperone, &case);
}

/// What the closed case teaches about the open one, on the command line and over HTTP alike.
fn learned(chaperone: &Chaperone, closed: &str) {
    let open = case_of(chaperone, "brenner-foods");
    let precedents = run(chaperone, &["precedents", &open]).ended_with(0).json();
    let first = &precedents[0];
    assert_eq!((&first["case"], &first["outcome"]), (&json!(closed), &json!("false_alarm")));
    assert_eq!((&first["respondent"], &first["instance"]), (&json!("guest"), &json!("appeal")));
    assert!(first["shared"].as_array().unwrap().contains(&json!("gain")), "{first}");
    let none =
        run(chaperone, &["precedents", "--pattern", "T01", "--respondent", "host"]).ended_with(0).json();
    assert_eq!(none, json!([]));
    run(chaperone, &["precedents", "no-such-case"]).ended_with(3);
    let precision = run(chaperone, &["precision"]).ended_with(0).json();
    let of_grabs = json!({"pattern": "T01", "ruled": 1, "confirmed": 0, "valuable": 0, "false_alarm": 1, "open": 1,
        "precision_bp": 0, "useful_bp": 0});
    assert!(precision.as_array().unwrap().contains(&of_grabs), "{precision}");

    let server = chaperone.serve::<&str>([]);
    let client = Client::new(&server.url);
    assert_eq!(client.get(&format!("/v1/precedents?case={open}")).json(200), precedents);
    assert_eq!(client.get("/v1/precision").json(200), precision);
    let said = |partner: &str, text: &str| {
        json!({"type": "chaperone.case.state.v1", "subject": format!("case-meridian.{open}"), "authid": "x",
            "actorrole": "partner_user", "actorpartner": partner, "data": {"by": "guest", "text": text}})
    };
    let post = |command: Value| client.post("/v1/commands", "application/json", command.to_string());
    assert_eq!(post(said(GUEST, "we were asked to")).json(201)["status"], "accepted");
    post(said(HOST, "they were")).problem(404);
    let shown = client.get(&format!("/v1/cases/{open}")).json(200);
    assert_eq!(shown["statements"][0]["by"], "guest");
}
