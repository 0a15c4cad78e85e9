//! The HTTP API of the real binary: what is told is recorded, what is asked is decided, and both are answered.

use serde_json::{Value, json};
use tests::chaperone::{Chaperone, Server};
use tests::events::{Sender, command, event, story};
use tests::http::Client;

const EVENT: &str = "application/cloudevents+json";
const BATCH: &str = "application/cloudevents-batch+json";
const JSON: &str = "application/json";
const ACCOUNT: &str = "account-meridian.brightwater";

fn served() -> (Chaperone, Server, Client) {
    let chaperone = Chaperone::new();
    let server = chaperone.serve::<&str>([]);
    let client = Client::new(&server.url);
    (chaperone, server, client)
}

fn told_by_the_demo() -> (Chaperone, Server, Client) {
    let chaperone = Chaperone::new();
    chaperone.run(["demo", "--exit", "--output", "json"]).ended_with(0);
    let server = chaperone.serve::<&str>([]);
    let client = Client::new(&server.url);
    (chaperone, server, client)
}

fn opened(id: &str, account: &str, name: &str) -> Value {
    let data =
        json!({"keys": [{"key": format!("crm:{account}"), "strength": "system_id"}], "legal_name": name});
    event(id, "account.opened", &format!("account-meridian.{account}"), "2026-01-05T09:00:00.000Z", data)
}

fn enrolled(partner: &str) -> Value {
    let data = json!({"partner": partner, "kinds": ["var"], "legal_name": partner, "keys": [], "country": "DE",
        "origin": "application"});
    let subject = format!("partner-meridian.{partner}");
    event(&format!("enrol-{partner}"), "partner.enrolled", &subject, "2026-01-05T08:00:00.000Z", data)
}

fn submit(id: &str, deal: &str, need: &str) -> Value {
    let data = json!({"deal": deal, "partner": "northwind-it", "scope": {"product_lines": ["gtx-pro"]},
        "need": need, "expected_value": {"amount": "1000.00", "currency": "EUR"}, "complete": true, "missing": []});
    command(id, "deal.submit", ACCOUNT, Sender::Partner("northwind-it"), data)
}

#[test]
fn an_event_is_recorded_once_and_its_id_cannot_be_used_for_another() {
    let (_chaperone, _server, client) = served();
    let told = opened("e-1", "brightwater", "Brightwater Utilities AG").to_string();
    let first = client.post("/v1/events", EVENT, &told).json(201);
    assert_eq!(first["status"], "accepted", "{first}");
    assert_eq!(first["stream"], ACCOUNT);
    let again = client.post("/v1/events", JSON, &told).json(200);
    assert_eq!((&again["status"], &again["events"]), (&json!("repeated"), &first["events"]));
    let other = opened("e-1", "brightwater", "Somebody Else").to_string();
    let conflict = client.post("/v1/events", EVENT, other).problem(409);
    assert_eq!(conflict["errors"][0]["pointer"], "/id", "{conflict}");
    let id = first["events"][0].as_str().unwrap();
    let recorded = client.get(&format!("/v1/events/{id}"));
    assert_eq!(recorded.header("content-type"), EVENT);
    assert_eq!(recorded.json(200)["data"]["legal_name"], "Brightwater Utilities AG");
    let at = client.get(&format!("/v1/events/{}", first["position"].as_str().unwrap())).json(200);
    assert_eq!(at["id"], id);
}

#[test]
fn a_batch_is_answered_event_by_event_in_its_order() {
    let (_chaperone, _server, client) = served();
    let broken = json!({"specversion": "1.0", "id": "x", "source": "s", "type": "chaperone.no.such.v1"});
    let batch = json!([
        enrolled("northwind-it"),
        opened("e-1", "brightwater", "Brightwater"),
        broken,
        opened("e-2", "halden", "Halden"),
        opened("e-1", "brightwater", "Brightwater"),
    ]);
    let receipts = client.post("/v1/events", BATCH, batch.to_string()).json(200);
    let states: Vec<&str> =
        receipts.as_array().unwrap().iter().map(|receipt| receipt["status"].as_str().unwrap()).collect();
    assert_eq!(states, ["accepted", "accepted", "quarantined", "accepted", "repeated"], "{receipts}");
    assert!(receipts[2]["message"].as_str().unwrap().starts_with("/2"), "{receipts}");
    assert_eq!(client.get("/v1/quarantine").json(200).as_array().unwrap().len(), 1);
    assert_eq!(client.post("/v1/events", BATCH, "{}").problem(400)["errors"].as_array().unwrap().len(), 1);
}

#[test]
fn what_cannot_be_read_is_kept_until_it_is_mended_and_released() {
    let (_chaperone, _server, client) = served();
    let mut wrong = opened("e-1", "brightwater", "Brightwater");
    wrong["data"]["keys"][0]["strength"] = json!("iron");
    let problem = client.post("/v1/events", EVENT, wrong.to_string()).problem(400);
    assert_eq!(problem["errors"][0]["pointer"], "/data/keys/0/strength", "{problem}");
    let id = problem["quarantine"].as_str().unwrap();
    let listed = client.get("/v1/quarantine").json(200);
    assert_eq!(listed[0]["id"], id, "{listed}");
    assert_eq!(client.get(&format!("/v1/quarantine/{id}/content")).body, wrong.to_string());
    client.post(&format!("/v1/quarantine/{id}/release"), EVENT, "").problem(400);
    let mended = opened("e-1", "brightwater", "Brightwater").to_string();
    let receipt = client.post(&format!("/v1/quarantine/{id}/release"), EVENT, mended).json(201);
    assert_eq!(receipt["status"], "accepted");
    assert_eq!(client.get("/v1/quarantine").json(200), json!([]));
    assert!(client.get(&format!("/v1/quarantine/{id}")).json(200)["released_at"].is_string());
    client.get("/v1/quarantine/none-1").problem(404);
}

#[test]
fn a_command_is_known_by_its_id_or_by_the_idempotency_key() {
    let (_chaperone, _server, client) = served();
    client.post("/v1/events", EVENT, enrolled("northwind-it").to_string()).json(201);
    client.post("/v1/events", EVENT, opened("e-1", "brightwater", "Brightwater").to_string()).json(201);
    let ask = |body: &Value, headers: &[(&str, &str)]| {
        client.post_with("/v1/commands", JSON, headers, body.to_string())
    };
    let first = ask(&submit("c-1", "d-1", "arrays"), &[]).json(201);
    assert_eq!(first["status"], "accepted", "{first}");
    let again = ask(&submit("c-1", "d-1", "arrays"), &[]).json(200);
    assert_eq!((&again["status"], &again["events"]), (&json!("repeated"), &first["events"]));
    ask(&submit("c-1", "d-1", "something else"), &[]).problem(409);

    let mut nameless = submit("", "d-2", "backup");
    nameless.as_object_mut().unwrap().remove("id");
    let key = [("idempotency-key", "\"k-1\"")];
    let first = ask(&nameless, &key).json(201);
    assert_eq!(ask(&nameless, &key).json(200)["events"], first["events"]);
    nameless["data"]["need"] = json!("something else");
    ask(&nameless, &key).problem(409);
    ask(&submit("c-9", "d-3", "x"), &key).problem(400);
}

#[test]
fn a_command_the_rules_forbid_names_the_rule_and_one_that_cannot_be_read_the_place() {
    let (_chaperone, _server, client) = served();
    let approve = command("c-1", "deal.approve", ACCOUNT, Sender::Officer, json!({"deal": "d-none"}));
    let refused = client.post("/v1/commands", JSON, approve.to_string()).problem(422);
    assert_eq!(refused["code"], "unknown_deal", "{refused}");
    let mut misspelt = submit("c-2", "d-1", "arrays");
    misspelt["data"]["complete"] = json!("yes");
    let problem = client.post("/v1/commands", JSON, misspelt.to_string()).problem(400);
    assert_eq!(problem["errors"][0]["pointer"], "/data/complete", "{problem}");
    let problem = client.post("/v1/commands", JSON, "{\"type\": ").problem(400);
    assert!(problem["errors"][0]["byte"].is_u64(), "{problem}");
    client.post("/v1/commands", "text/plain", "x").problem(415);
}

#[test]
fn a_reader_keeps_its_answer_and_a_writer_its_version_while_the_account_stands_still() {
    let (_chaperone, _server, client) = served();
    client.post("/v1/events", EVENT, enrolled("northwind-it").to_string()).json(201);
    client.post("/v1/events", EVENT, opened("e-1", "brightwater", "Brightwater").to_string()).json(201);
    let read = client.get("/v1/accounts/brightwater");
    let tag = read.header("etag").to_owned();
    assert!(tag.starts_with('"'), "{tag}");
    let unchanged = client.get_with("/v1/accounts/brightwater", &[("if-none-match", &tag)]);
    assert_eq!((unchanged.status, unchanged.body.as_str()), (304, ""));
    let ask = |id: &str, deal: &str| {
        client.post_with("/v1/commands", JSON, &[("if-match", &tag)], submit(id, deal, "arrays").to_string())
    };
    ask("c-1", "d-1").json(201);
    assert_eq!(client.get_with("/v1/accounts/brightwater", &[("if-none-match", &tag)]).status, 200);
    ask("c-2", "d-2").problem(412);
    assert_eq!(client.get("/v1/accounts/crm:brightwater").json(200)["deals"].as_array().unwrap().len(), 1);
}

#[test]
fn everything_the_command_line_shows_is_answered_alike() {
    let chaperone = Chaperone::new();
    chaperone.run(["demo", "--exit", "--output", "json"]).ended_with(0);
    let show = |arguments: &[&str]| {
        chaperone.run(arguments.iter().chain(&["--output", "json"])).ended_with(0).json()
    };
    let times = ["--as-of", "2026-03-01T00:00:00Z", "--known-at", "90"];
    let asked = "as_of=2026-03-01T00:00:00Z&known_at=90";
    let deals = show(&[&["deal", "list"], &times[..]].concat());
    let deal = deals[0]["deal"].as_str().unwrap().to_owned();
    let cases = show(&["case", "list"]);
    let case = cases[0]["case"].as_str().unwrap().to_owned();
    let expected = [
        (show(&[&["account", "list"], &times[..]].concat()), format!("/v1/accounts?{asked}")),
        (
            show(&[&["account", "show", "solvik-retail"], &times[..]].concat()),
            format!("/v1/accounts/solvik-retail?{asked}"),
        ),
        (
            show(&[&["account", "history", "solvik-retail"], &times[..]].concat()),
            format!("/v1/accounts/solvik-retail/history?{asked}"),
        ),
        (deals, format!("/v1/deals?{asked}")),
        (show(&[&["deal", "explain", &deal], &times[..]].concat()), format!("/v1/deals/{deal}?{asked}")),
        (show(&[&["handoff", "list"], &times[..]].concat()), format!("/v1/handoffs?{asked}")),
        (show(&["partner", "list"]), "/v1/partners".to_owned()),
        (cases, "/v1/cases".to_owned()),
        (show(&["case", "show", &case]), format!("/v1/cases/{case}")),
        (show(&["quarantine", "list"]), "/v1/quarantine".to_owned()),
        (show(&["journal", "head"]), "/v1/journal".to_owned()),
    ];
    let server = chaperone.serve::<&str>([]);
    let client = Client::new(&server.url);
    for (shown, path) in expected {
        assert_eq!(client.get(&path).json(200), shown, "{path}");
    }
}

#[test]
fn a_followed_stream_is_taken_up_where_it_broke_off() {
    let (_chaperone, _server, client) = told_by_the_demo();
    let all = client.follow("/v1/stream?after=0", &[], 20);
    let rest = client.follow("/v1/stream?after=0", &[("last-event-id", &all[9].id)], 10);
    assert_eq!(rest, all[10..]);
    let ids: Vec<&str> = all.iter().map(|sent| sent.id.as_str()).collect();
    assert_eq!(ids[..3], ["1", "2", "3"]);
    let event: Value = serde_json::from_str(&all[19].data).unwrap();
    assert_eq!(event, client.get("/v1/events/20").json(200));
    let orders = client.follow("/v1/stream?after=0&type=trade.order_booked", &[], 2);
    assert!(orders.iter().all(|sent| sent.data.contains("chaperone.trade.order_booked.v1")), "{orders:?}");
    client.get("/v1/stream?after=soon").problem(400);
}

#[test]
fn a_list_is_walked_page_by_page_without_gap_or_repetition() {
    let (_chaperone, _server, client) = told_by_the_demo();
    for (path, name) in [
        ("/v1/accounts", "account"),
        ("/v1/deals", "deal"),
        ("/v1/handoffs", "handoff"),
        ("/v1/events", "id"),
    ] {
        let whole = client.get(&format!("{path}?limit=1000")).json(200);
        let mut next = Some(format!("{path}?limit=3"));
        let mut walked = Vec::new();
        while let Some(path) = next {
            let page = client.get(&path);
            let link = page.header("link").strip_prefix('<').and_then(|link| link.split('>').next());
            next = link.map(str::to_owned);
            walked.extend(page.json(200).as_array().unwrap().iter().map(|row| row[name].clone()));
        }
        let expected: Vec<Value> = whole.as_array().unwrap().iter().map(|row| row[name].clone()).collect();
        assert!(expected.len() > 3, "{path}");
        assert_eq!(walked, expected, "{path}");
    }
    client.get("/v1/accounts?limit=1001").problem(400);
}

#[test]
fn every_answer_is_what_the_document_says_it_is() {
    let (_chaperone, _server, client) = told_by_the_demo();
    let document = client.get("/openapi.json").json(200);
    assert_eq!(document["openapi"], "3.1.0");
    let first = |path: &str, name: &str| client.get(path).json(200)[0][name].as_str().unwrap().to_owned();
    client.post("/v1/events", EVENT, "{").problem(400);
    let pair = client.get("/v1/accounts").json(200);
    let pair = format!("?account={}&other={}", pair[0]["account"], pair[1]["account"]).replace('"', "");
    let named = [
        ("/v1/identities/comparison", format!("/v1/identities/comparison{pair}")),
        ("{account}", first("/v1/accounts", "account")),
        ("{deal}", first("/v1/deals", "deal")),
        ("{handoff}", first("/v1/handoffs", "handoff")),
        ("{partner}", first("/v1/partners", "partner")),
        ("{case}", first("/v1/cases", "case")),
        ("{id}", first("/v1/quarantine", "id")),
        ("{event}", "1".to_owned()),
        ("{schema}", "deal.submitted.v1.json".to_owned()),
        ("{version}", "current".to_owned()),
        ("/differences", "/differences?known_from=0".to_owned()),
        ("/v1/claims/check", "/v1/claims/check?account=solvik-retail&partner=northwind-it".to_owned()),
    ];
    let mut seen = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        if operations.get("get").is_none() || path == "/v1/stream" {
            continue;
        }
        let path_asked = named.iter().fold(path.clone(), |path, (from, to)| path.replace(from, to));
        let answer = client.get(&path_asked);
        assert_eq!(answer.status, 200, "{path_asked}: {}", answer.body);
        let content = operations["get"]["responses"]["200"]["content"].as_object().unwrap();
        let media_type = answer.header("content-type").split(';').next().unwrap();
        if !media_type.ends_with("json") {
            continue;
        }
        let schema =
            &content.get(media_type).unwrap_or_else(|| panic!("{path} answers {media_type}"))["schema"];
        let whole = json!({"allOf": [schema], "components": document["components"]});
        let validator = jsonschema::draft202012::new(&whole).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&answer.json(200)).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{path}: {errors:#?}");
        seen += 1;
    }
    assert!(seen > 15, "only {seen} answers were compared");
}

/// The head and the numbers beside it: read again for as long as a role adds something in between.
fn numbers_while_the_head_stands(client: &Client) -> (String, String) {
    let head = || {
        client.get("/v1/journal").json(200)["position"].as_str().expect("a head has a position").to_owned()
    };
    loop {
        let before = head();
        let metrics = client.get("/metrics").body;
        if head() == before {
            return (before, metrics);
        }
    }
}

#[test]
fn health_and_numbers_are_there_for_machines() {
    let (_chaperone, _server, client) = told_by_the_demo();
    assert_eq!((client.get("/livez").status, client.get("/readyz").status), (200, 200));
    client.post("/v1/events", EVENT, opened("e-1", "new", "New").to_string()).json(201);
    let (head, metrics) = numbers_while_the_head_stands(&client);
    for line in [
        format!("chaperone_journal_head_position {head}"),
        "chaperone_inputs_total{outcome=\"accepted\"} 1".to_owned(),
        "chaperone_http_requests_total{method=\"POST\",route=\"/v1/events\",status=\"201\"} 1".to_owned(),
        "chaperone_quarantine_waiting 0".to_owned(),
    ] {
        assert!(metrics.lines().any(|found| found == line), "no {line} in\n{metrics}");
    }
}

#[test]
fn the_page_of_partners_says_how_handoffs_ended_and_when_they_are_too_few() {
    let page = |name: &str| {
        let chaperone = Chaperone::new();
        chaperone.run(["ingest".as_ref(), story(name).as_os_str()]);
        let server = chaperone.serve::<&str>([]);
        let answer = Client::new(&server.url).get("/partners");
        assert_eq!(answer.status, 200);
        answer.body
    };
    let repeated = page("r1-repeated");
    assert!(repeated.contains("10 closed, 4 kept without a basis: more than chance explains<"), "{repeated}");
    let released = page("l02-released-again-and-again");
    assert!(
        released.contains("10 closed, 2 kept without a basis: no more than chance explains<"),
        "{released}"
    );
}
