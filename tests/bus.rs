//! The binary with a real bus: facts arrive there in order, and no command waits for a bus that is dead.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use kurrent_double::Double;
use ports::SystemClock;
use ports::memory::MemoryJournal;
use serde_json::{Value, json};
use tests::chaperone::{Chaperone, Server};
use tests::events::event;
use tests::http::Client;
use tests::nats::NatsServer;

const EVENT: &str = "application/cloudevents+json";
/// How long a fact may take to the bus, in seconds; generous, since the machine may be busy.
const ARRIVES_S_MAX: u64 = 60;

fn serve(chaperone: &Chaperone, nats: &NatsServer) -> (Server, Client) {
    let server = chaperone.serve(["--nats", &nats.url()]);
    let client = Client::new(&server.url);
    (server, client)
}

fn open(client: &Client, account: &str) -> String {
    let data =
        json!({"keys": [{"key": format!("crm:{account}"), "strength": "system_id"}], "legal_name": account});
    let stream = format!("account-meridian.{account}");
    let told = event(account, "account.opened", &stream, "2026-01-05T09:00:00.000Z", data);
    let answer = client.post("/v1/events", EVENT, told.to_string()).json(201);
    answer["events"][0].as_str().expect("an event has an id").to_owned()
}

/// How the relay stands.
fn relay(client: &Client) -> Value {
    let roles = client.get("/v1/roles").json(200);
    let found = roles.as_array().expect("a list").iter().find(|role| role["role"] == "relay");
    found.expect("the relay is played").clone()
}

/// Asks how the relay stands until it is as wanted; each question takes a while, so nothing else is waited for.
fn until(client: &Client, wanted: impl Fn(&Value) -> bool) -> Value {
    let started = std::time::Instant::now();
    loop {
        let relay = relay(client);
        if wanted(&relay) {
            return relay;
        }
        assert!(
            started.elapsed() < Duration::from_secs(ARRIVES_S_MAX),
            "the relay stands like this: {relay}"
        );
    }
}

/// What the metrics say of the relay.
fn counted(client: &Client, metric: &str) -> u64 {
    let metrics = client.get("/metrics").body;
    let beginning = format!("chaperone_{metric}{{role=\"relay\"}} ");
    let found = metrics.lines().find_map(|line| line.strip_prefix(&beginning));
    found.unwrap_or_else(|| panic!("{metric} is not among {metrics}")).parse().expect("a number")
}

fn has_caught_up(relay: &Value) -> bool {
    relay["state"] == "running" && relay["lag_events"] == 0
}

/// The `ce-sequence` of every message on the stream, in order.
async fn sequences(nats: &NatsServer) -> Vec<u64> {
    let client = async_nats::connect(nats.url()).await.unwrap();
    let stream = async_nats::jetstream::new(client).get_stream("CHAPERONE").await.unwrap();
    let state = &stream.cached_info().state;
    let mut sequences = Vec::new();
    for sequence in state.first_sequence..=state.last_sequence {
        let message = stream.get_raw_message(sequence).await.unwrap();
        sequences.push(message.headers.get("ce-sequence").unwrap().as_str().parse().unwrap());
    }
    sequences
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fact_told_over_http_arrives_on_the_bus_as_a_cloudevent() {
    let Some(nats) = NatsServer::start() else { return };
    let reader = async_nats::connect(nats.url()).await.unwrap();
    let mut facts = reader.subscribe("chaperone.meridian.fact.account.*").await.unwrap();
    reader.flush().await.unwrap();
    let chaperone = Chaperone::new();
    let (_server, client) = serve(&chaperone, &nats);
    let id = open(&client, "brightwater");
    let arrived = tokio::time::timeout(Duration::from_secs(ARRIVES_S_MAX), facts.next()).await;
    let message = arrived.unwrap().unwrap();
    assert_eq!(message.subject.as_str(), "chaperone.meridian.fact.account.brightwater");
    let headers = message.headers.unwrap();
    let header = |name: &str| headers.get(name).map(|value| value.as_str().to_owned()).unwrap_or_default();
    assert_eq!(header("ce-id"), id);
    assert_eq!(header("ce-type"), "chaperone.account.opened.v1");
    assert_eq!(header("ce-subject"), "account-meridian.brightwater");
    assert_eq!(header("ce-producerid"), "brightwater");
    let message_id = header("Nats-Msg-Id");
    assert!(
        !message_id.contains(&id),
        "{message_id}: the server would take a fact that is published again for a duplicate"
    );
    let data: Value = serde_json::from_slice(&message.payload).unwrap();
    assert_eq!(data["legal_name"], "brightwater");
}

/// The editions of the accounts on the bus, each with how it stands.
fn editions(chaperone: &Chaperone, nats: &NatsServer) -> Vec<(String, String)> {
    let listed = ["--output", "json", "projection", "list", "--nats", &nats.url()];
    let rows = chaperone.run(listed).ended_with(0).json();
    let of_accounts = rows.as_array().expect("a list").iter().filter(|row| row["view"] == "accounts");
    of_accounts
        .map(|row| [&row["edition"], &row["state"]].map(|text| text.as_str().unwrap_or_default().to_owned()))
        .map(|[edition, state]| (edition, state))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_sees_the_editions_of_a_projection_and_takes_away_what_is_no_longer_served() {
    let Some(nats) = NatsServer::start() else { return };
    let chaperone = Chaperone::new();
    let (_server, client) = serve(&chaperone, &nats);
    open(&client, "globex");
    let stands = |edition: &str, state: &str| (edition.to_owned(), state.to_owned());
    let started = std::time::Instant::now();
    while editions(&chaperone, &nats) != [stands("v1", "served")] {
        assert!(started.elapsed() < Duration::from_secs(ARRIVES_S_MAX), "no projection is served");
    }
    let at = ["--nats", &nats.url()];
    let run = |words: &[&str]| chaperone.run(words.iter().chain(&at).chain(&["--output", "json"]));
    run(&["projection", "rebuild", "accounts"]).ended_with(0);
    assert_eq!(editions(&chaperone, &nats), [stands("v1", "no_longer_served"), stands("v1_2", "served")]);

    let refused = run(&["projection", "prune", "accounts", "--edition", "v1_2"]).ended_with(4);
    assert!(refused.stderr.contains("edition v1_2 of accounts is served"), "{}", refused.stderr);
    run(&["projection", "prune", "accounts", "--edition", "v7"]).ended_with(3);
    run(&["projection", "prune", "nothing"]).ended_with(2);
    let pruned = run(&["projection", "prune"]).ended_with(0).json();
    assert_eq!((&pruned[0]["view"], &pruned[0]["edition"]), (&json!("accounts"), &json!("v1")), "{pruned}");
    assert_eq!(editions(&chaperone, &nats), [stands("v1_2", "served")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_bus_stops_no_command_and_has_everything_once_it_is_back() {
    let Some(mut nats) = NatsServer::start() else { return };
    let chaperone = Chaperone::new();
    let (_server, client) = serve(&chaperone, &nats);
    open(&client, "before");
    until(&client, has_caught_up);
    nats.kill();
    open(&client, "meanwhile");
    assert_eq!(client.get("/readyz").status, 200);
    let stalled = until(&client, |relay| relay["problem"].is_string());
    assert_ne!(stalled["lag_events"], 0, "{stalled}");
    assert_ne!(counted(&client, "role_lag_events"), 0, "the metrics show it too");
    nats.restart();
    until(&client, has_caught_up);
    assert_eq!(counted(&client, "role_lag_events"), 0);
    let sequences = sequences(&nats).await;
    assert!(
        sequences.len() >= 3 && sequences.iter().copied().eq(1..=sequences.len() as u64),
        "{sequences:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_killed_while_it_publishes_goes_on_where_the_bus_is() {
    let Some(nats) = NatsServer::start() else { return };
    let chaperone = Chaperone::new();
    for round in 0..3 {
        let (server, client) = serve(&chaperone, &nats);
        for number in 0..40 {
            open(&client, &format!("account-{round}-{number}"));
        }
        server.kill();
    }
    let (_server, client) = serve(&chaperone, &nats);
    until(&client, has_caught_up);
    let sequences = sequences(&nats).await;
    assert!(
        sequences.len() >= 120 && sequences.iter().copied().eq(1..=sequences.len() as u64),
        "{sequences:?}"
    );
}

#[test]
fn a_process_starts_without_the_bus_it_was_told_of() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let chaperone = Chaperone::new();
    let server = chaperone.serve(["--nats", &format!("nats://{nobody}")]);
    let client = Client::new(&server.url);
    open(&client, "brightwater");
    let relay = until(&client, |relay| relay["problem"].is_string());
    let problem = relay["problem"].as_str().unwrap_or_default();
    assert!(problem.contains("no NATS server answers"), "{relay}");
    assert_eq!(client.get("/readyz").status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_book_that_moved_to_a_server_goes_on_with_the_bus_it_had() {
    let Some(nats) = NatsServer::start() else { return };
    let chaperone = Chaperone::new();
    let (server, client) = serve(&chaperone, &nats);
    open(&client, "before");
    until(&client, has_caught_up);
    drop(server);
    let double = Double::over(Arc::new(MemoryJournal::new(Arc::new(SystemClock))));
    let serving = double.serve().unwrap();
    let journal = serving.url();
    let folder = chaperone.data().display().to_string();
    chaperone.run(["journal", "copy", "--from", &folder, "--to", &journal]).ended_with(0);
    let server = chaperone.serve(["--journal", &journal, "--nats", &nats.url()]);
    let client = Client::new(&server.url);
    open(&client, "after");
    until(&client, has_caught_up);
    let sequences = sequences(&nats).await;
    assert!(
        sequences.len() >= 3 && sequences.iter().copied().eq(1..=sequences.len() as u64),
        "{sequences:?}"
    );
}

#[test]
fn another_book_on_the_same_bus_is_halted_and_says_why() {
    let Some(nats) = NatsServer::start() else { return };
    let (first, second) = (Chaperone::new(), Chaperone::new());
    let (server, client) = serve(&first, &nats);
    until(&client, has_caught_up);
    server.kill();
    let (_server, client) = serve(&second, &nats);
    let halted = until(&client, |relay| relay["state"] == "halted");
    let problem = halted["problem"].as_str().unwrap_or_default();
    assert!(problem.starts_with("bus diverged: it has journal"), "{halted}");
    open(&client, "brightwater");
    assert_eq!(client.get("/readyz").status, 200);
}
