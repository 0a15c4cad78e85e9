//! The roles as processes of their own: one journal on a server, one bus, and restarts in turn under load.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::StreamExt as _;
use kurrent_double::{Double, Serving};
use ports::SystemClock;
use ports::memory::MemoryJournal;
use serde_json::{Value, json};
use tests::chaperone::{Chaperone, Server};
use tests::http::Client;
use tests::nats::NatsServer;

/// How long anything may take to happen, in seconds; generous, since the machine may be busy.
const PATIENCE_S: u64 = 120;

/// Accounts the submissions are about.
const ACCOUNTS: usize = 200;

/// Which roles each process plays; the rules and the intake are there twice.
const PROCESSES: [&str; 8] = [
    "intake",
    "intake",
    "registration,handoff,ownership",
    "registration,handoff,ownership",
    "sentinel,clock",
    "relay",
    "projector",
    "api",
];

/// A journal on a server and a bus, on which processes come and go.
struct Cluster {
    _double: Double,
    journal: Serving,
    nats: NatsServer,
}

/// One process with its folder.
struct Process {
    roles: &'static str,
    folder: Chaperone,
    running: Option<Server>,
}

impl Cluster {
    fn start() -> Option<Self> {
        let nats = NatsServer::start()?;
        let double = Double::over(Arc::new(MemoryJournal::new(Arc::new(SystemClock))));
        let journal = double.serve().expect("a port can be had");
        Some(Self { _double: double, journal, nats })
    }

    fn process(&self, roles: &'static str) -> Process {
        let mut process = Process { roles, folder: Chaperone::new(), running: None };
        process.start(self);
        process
    }
}

impl Process {
    fn start(&mut self, cluster: &Cluster) {
        let (journal, nats) = (cluster.journal.url(), cluster.nats.url());
        let arguments = ["--journal", &journal, "--roles", self.roles, "--nats", &nats];
        self.running = Some(self.folder.serve(arguments));
    }

    fn restart(&mut self, cluster: &Cluster) {
        drop(self.running.take());
        self.start(cluster);
    }

    fn client(&self) -> Client {
        Client::new(&self.running.as_ref().expect("it runs").url)
    }
}

fn submission(number: usize) -> Value {
    json!({"specversion": "1.0", "id": format!("s{number}"), "source": "crm", "actorrole": "system",
        "type": "chaperone.deal.submitted.v1", "subject": format!("account-meridian.a{}", number % ACCOUNTS),
        "time": "2026-03-01T10:00:00Z", "data": {"deal": format!("d{number}"), "partner": "northwind",
            "scope": {"product_lines": ["servers"]}, "need": "servers", "complete": true, "missing": []}})
}

/// Asks for a receipt until there is one; asking again is safe, since the event has a key.
async fn receipt(client: &async_nats::Client, number: usize) -> Value {
    let body = submission(number).to_string();
    loop {
        let asked = client.request("chaperone.meridian.submit.crm", body.clone().into()).await;
        if let Ok(answer) = asked {
            let receipt: Value = serde_json::from_slice(&answer.payload).unwrap();
            if receipt["status"] != "unavailable" {
                return receipt;
            }
        }
        tokio::task::yield_now().await;
    }
}

async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let looking = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(PATIENCE_S), looking).await.unwrap_or_else(|_| panic!("{what}"))
}

/// Every event on the bus: its position, and what the message says of it.
async fn published(client: &async_nats::Client) -> Vec<(u64, String, Value)> {
    let stream = async_nats::jetstream::new(client.clone()).get_stream("CHAPERONE").await.unwrap();
    let state = stream.cached_info().state.clone();
    let mut events = Vec::new();
    let config = async_nats::jetstream::consumer::pull::OrderedConfig::default();
    let mut messages = stream.create_consumer(config).await.unwrap().messages().await.unwrap();
    for _ in 0..state.messages {
        let message = messages.next().await.unwrap().unwrap();
        let headers = message.headers.as_ref().unwrap();
        let header = |name: &str| headers.get(name).unwrap().as_str().to_owned();
        let data = serde_json::from_slice(&message.payload).unwrap();
        events.push((header("ce-sequence").parse().unwrap(), header("ce-type"), data));
    }
    events
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn processes_restarted_in_turn_under_load_lose_and_repeat_nothing() {
    let Some(cluster) = Cluster::start() else { return };
    let mut processes: Vec<Process> = PROCESSES.into_iter().map(|roles| cluster.process(roles)).collect();
    let client = async_nats::connect(cluster.nats.url()).await.unwrap();
    receipt(&client, 0).await;

    let restarted = Arc::new(AtomicBool::new(false));
    let publishing = {
        let (client, restarted) = (client.clone(), Arc::clone(&restarted));
        tokio::spawn(async move {
            let mut receipts = BTreeMap::new();
            let mut number = 1;
            while !restarted.load(Ordering::Relaxed) || number < 100 {
                receipts.insert(number, receipt(&client, number).await);
                number += 1;
            }
            receipts
        })
    };
    let processes = tokio::task::spawn_blocking(move || {
        for process in &mut processes {
            process.restart(&cluster);
        }
        (processes, cluster)
    });
    let (processes, cluster) = processes.await.unwrap();
    restarted.store(true, Ordering::Relaxed);
    let receipts = publishing.await.unwrap();
    let bad: Vec<&Value> = receipts.values().filter(|one| !is_recorded(one)).collect();
    assert_eq!(bad, Vec::<&Value>::new());
    println!(
        "{} submissions were acknowledged while {} processes restarted",
        receipts.len(),
        processes.len()
    );

    // Everything acknowledged is decided once, and the bus has it once and in order.
    let count = receipts.len() + 1;
    let (events, decided) = until("every submission is decided", async || {
        let events = published(&client).await;
        let decided = decided(&events);
        (decided.len() == count).then_some((events, decided))
    })
    .await;
    assert!(decided.values().all(|times| *times == 1), "{decided:?}");
    let told = |kind: &str| events.iter().filter(|(_, found, _)| found == kind).count();
    assert_eq!(told("chaperone.deal.submitted.v1"), count);
    let positions: Vec<u64> = events.iter().map(|(position, ..)| *position).collect();
    assert_eq!(positions, (1..=positions.len() as u64).collect::<Vec<_>>());

    // Who asks the api of another process reads the same, and so does who watches the projection.
    let api = processes.last().expect("the api is the last").client();
    let deals = api.get("/v1/deals?limit=1000").json(200);
    assert_eq!(deals.as_array().map(Vec::len), Some(count.min(1000)));
    let jetstream = async_nats::jetstream::new(client.clone());
    let store = jetstream.get_key_value("CHAPERONE_deals_meridian_v1").await.unwrap();
    until("the projection is current", async || {
        let mut projected = 0;
        for account in 0..ACCOUNTS.min(count) {
            let value = store.get(format!("a{account}")).await.unwrap()?;
            let value: Value = serde_json::from_slice(&value).unwrap();
            projected += value["deals"].as_array().map_or(0, Vec::len);
        }
        (projected == count).then_some(())
    })
    .await;
    drop((processes, cluster));
}

fn is_recorded(receipt: &Value) -> bool {
    receipt["status"] == "accepted" || receipt["status"] == "repeated"
}

/// How often each deal was decided.
fn decided(events: &[(u64, String, Value)]) -> BTreeMap<String, u32> {
    let mut decided = BTreeMap::new();
    for (_, kind, data) in events {
        if ["chaperone.deal.approved.v1", "chaperone.deal.rejected.v1"].contains(&kind.as_str()) {
            *decided.entry(data["deal"].as_str().expect("a deal has an id").to_owned()).or_insert(0) += 1;
        }
    }
    decided
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_sent_to_the_api_is_answered_by_the_process_that_plays_its_role() {
    let Some(cluster) = Cluster::start() else { return };
    let api = cluster.process("api");
    let order = json!({"type": "chaperone.partner.enroll.v1", "subject": "partner-meridian.northwind", "id": "e1",
        "source": "portal", "authtype": "user", "authid": "meridian/desk", "actorrole": "vendor_officer",
        "data": {"partner": "northwind", "kinds": ["var"], "legal_name": "Northwind", "keys": [],
            "country": "DE", "origin": "application"}});
    let unanswered = api.client().post("/v1/commands", "application/json", order.to_string());
    assert_eq!(unanswered.status, 503, "nobody plays registration yet");
    let rules = cluster.process("registration,handoff,ownership");
    let answered = until("the command is answered", async || {
        let answer = api.client().post("/v1/commands", "application/json", order.to_string());
        (answer.status != 503).then_some(answer)
    })
    .await;
    assert!([200, 201].contains(&answered.status), "{}", answered.json(201));
    until("the api has taken in what the other process recorded", async || {
        (api.client().get("/v1/partners/northwind").status == 200).then_some(())
    })
    .await;
    let not_there = rules.client().get("/v1/accounts");
    assert_eq!(not_there.status, 404, "a process without the api role has only its health to show");
    assert_eq!(rules.client().get("/readyz").status, 200);
}

#[test]
fn roles_that_cannot_work_are_refused_by_name() {
    let chaperone = Chaperone::new();
    let check = |roles: &str, expected: &str| {
        let finished = chaperone.run(["serve", "--listen", "127.0.0.1:0", "--roles", roles]).ended_with(2);
        assert!(finished.stderr.contains(expected), "{}", finished.stderr);
    };
    check("relay", "expected --nats with the roles relay");
    check("api", "expected --nats or the roles registration, handoff, ownership, sentinel too");
    check("relays", "expected one of intake, registration");
}
