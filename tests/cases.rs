//! One case to its end through the real binary: assigned, disputed, answered, ruled, put right, appealed, and found
//! again as a precedent.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops where it is")]

use jiff::{Timestamp, ToSpan as _};
use ports::{Clock as _, SystemClock};
use serde_json::{Value, json};
use tests::chaperone::{Chaperone, Finished};
use tests::events::story;
use tests::http::Client;

const DAY_MS: i64 = 86_400_000;
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
    let days = (SystemClock.now_ms() - last.as_millisecond()) / DAY_MS - 3;
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

/// One case of a book.
struct Case<'a> {
    book: &'a Chaperone,
    id: String,
}

impl Case<'_> {
    /// Asks something of the case, in words with a blank between, and says how it was received.
    fn ask(&self, words: &str) -> String {
        let (verb, rest) = words.split_once(' ').unwrap();
        let arguments: Vec<&str> = [verb, self.id.as_str()].into_iter().chain(rest.split(' ')).collect();
        ask(self.book, &arguments)
    }

    /// Whether the account's story tells of such a thing.
    fn has_on_account(&self, fact: &str) -> bool {
        let told = self.book.run(["account", "history", "solvik-retail", "--output", "json"]).ended_with(0);
        let kind = json!(format!("chaperone.account.{fact}.v1"));
        told.json().as_array().unwrap().iter().any(|row| row["type"] == kind)
    }

    fn show(&self) -> Value {
        run(self.book, &["show", &self.id]).ended_with(0).json()
    }
}

const CONFIRM: &str = "rule --outcome confirmed --grounds unanswered --as ada --role adjudicator";

#[test]
fn a_case_is_assigned_disputed_answered_ruled_put_right_appealed_and_a_precedent() {
    let book = told();
    let case = Case { book: &book, id: case_of(&book, "solvik-retail") };
    assert_eq!(case.ask("assign --to vera --as olga"), "accepted");
    assert_eq!(case.ask("assign --to vera --as olga"), "repeated");
    assert_eq!(case.ask("snooze --until 9999-01-01 --reason leave --as vera"), "accepted");
    assert_eq!(cases(&book, &["--snoozed"]), [("solvik-retail".to_owned(), case.id.clone())]);
    assert_eq!(cases(&book, &[]).len(), 1);
    heard(&case);
    ruled(&case);
    appealed(&case);
    assert_eq!(cases(&book, &[]).len(), 1);
    let told = run(&book, &["history", &case.id]).ended_with(0).json();
    let kinds = told.as_array().unwrap().iter().filter_map(|row| {
        let kind = row["type"].as_str()?.strip_prefix("chaperone.case.")?.strip_suffix(".v1")?;
        (!["opened", "finding_recorded", "verdict_changed"].contains(&kind)).then_some(kind)
    });
    let expected =
        "assigned snoozed filed stay_decided stated decided remedy_ordered appealed stated appeal_decided";
    assert_eq!(kinds.collect::<Vec<_>>().join(" "), expected);
    learned(&book, &case.id);
}

/// The host disputes it, which brings the case back; nothing moves meanwhile, and the guest answers.
fn heard(case: &Case<'_>) {
    assert_eq!(case.ask(CONFIRM), "not_filed");
    let dispute = "file --side host --text taken --stay more --as nora --partner";
    assert_eq!(case.ask(&format!("{dispute} {GUEST}")), "not_your_case");
    assert_eq!(case.ask(&format!("{dispute} {HOST}")), "accepted");
    assert_eq!(cases(case.book, &[]).len(), 2);
    assert_eq!(steps(&case.show()), ["stay", "answer", "decision"]);
    assert_eq!(case.ask("stay --outcome granted --reason likely --as olga"), "accepted");
    assert_eq!(steps(&case.show()), ["answer", "decision"]);
    assert!(case.has_on_account("freeze_placed") && !case.has_on_account("freeze_lifted"));
    assert_eq!(case.ask(CONFIRM), "side_not_heard");
    assert_eq!(case.ask(&format!("state --side guest --text asked --as carl --partner {GUEST}")), "accepted");
}

/// It is confirmed, and what the rules computed is ordered.
fn ruled(case: &Case<'_>) {
    assert_eq!(case.show()["remedies_proposed"][0]["restore"]["holder"], HOST);
    assert_eq!(case.ask(CONFIRM), "accepted");
    assert!(case.has_on_account("freeze_lifted"), "what waited for the ruling moves again");
    assert_eq!(case.ask("order-remedy --as olga"), "accepted");
    let ruled = case.show();
    assert_eq!((&ruled["decided"], &ruled["assignee"]), (&json!("confirmed"), &json!("vera")));
    assert_eq!(ruled["remedies_ordered"][0]["restore"]["holder"], HOST);
    assert_eq!(ruled["remedies_proposed"], json!([]));
    assert_eq!(ruled["ladder"], format!("a notice and training for {GUEST}"));
    assert_eq!(steps(&ruled), ["appeal"]);
}

/// The guest shows something new, the host answers, and another officer rules otherwise.
fn appealed(case: &Case<'_>) {
    let appeal = format!("appeal --side guest --grounds letter --as carl --partner {GUEST}");
    assert_eq!(case.ask(&appeal), "nothing_new");
    assert_eq!(case.ask(&format!("{appeal} --evidence {PAPER}")), "accepted");
    let overturn = "rule-appeal --outcome false_alarm --grounds genuine --as";
    assert_eq!(case.ask(&format!("{overturn} ada")), "ruled_before");
    assert_eq!(case.ask(&format!("{overturn} olga")), "side_not_heard");
    assert_eq!(case.ask(&format!("state --side host --text late --as nora --partner {HOST}")), "accepted");
    assert_eq!(case.ask(&format!("{overturn} olga")), "accepted");
    assert_eq!(case.ask(&format!("{appeal} --evidence {PAPER}")), "repeated");
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
