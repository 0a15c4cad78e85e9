//! The roles as processes of their own: one journal on a server, one bus, and restarts in turn under load.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/submitting.rs"]
mod submitting;

use std::sync::Arc;

use kurrent_double::{Double, Serving};
use ports::SystemClock;
use ports::memory::MemoryJournal;
use serde_json::json;
use submitting::{Submitting, all_decided, receipt, until, views_equal_a_replay};
use tests::chaperone::{Chaperone, Server};
use tests::http::Client;
use tests::nats::NatsServer;

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
    double: Double,
    journal: Option<Serving>,
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
        Some(Self { double, journal: Some(journal), nats })
    }

    fn journal(&self) -> String {
        self.journal.as_ref().expect("it serves").url()
    }

    /// The journal's server goes, with every line to it, and comes back over what it holds.
    fn restart_journal(&mut self) {
        let address = self.journal.take().expect("it serves").address();
        // The port is free once the lines are cut.
        while self.journal.is_none() {
            self.journal = self.double.serve_again(address).ok();
        }
    }

    /// Fails unless the projections are what a replay makes of the journal; asked is the process with the projector.
    async fn views_equal_a_replay(&self, projector: &Process, count: usize) {
        let (journal, nats) = (self.journal(), self.nats.url());
        let place = ["--journal", &journal, "--nats", &nats];
        views_equal_a_replay(&projector.client(), &Chaperone::new(), &place, count).await;
    }

    fn process(&self, roles: &'static str) -> Process {
        let mut process = Process { roles, folder: Chaperone::new(), running: None };
        process.start(self);
        process
    }
}

impl Process {
    fn start(&mut self, cluster: &Cluster) {
        let (journal, nats) = (cluster.journal(), cluster.nats.url());
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

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn processes_restarted_in_turn_under_load_lose_and_repeat_nothing() {
    let Some(cluster) = Cluster::start() else { return };
    let mut processes: Vec<Process> = PROCESSES.into_iter().map(|roles| cluster.process(roles)).collect();
    let client = async_nats::connect(cluster.nats.url()).await.unwrap();
    receipt(&client, 0).await;

    let submitting = Submitting::start(&client, 100);
    let processes = tokio::task::spawn_blocking(move || {
        for process in &mut processes {
            process.restart(&cluster);
        }
        (processes, cluster)
    });
    let (processes, cluster) = processes.await.unwrap();
    let acknowledged = submitting.end().await;
    println!("{acknowledged} submissions were acknowledged while {} processes restarted", processes.len());
    let count = acknowledged + 1;
    all_decided(&client, count).await;

    // Who asks the api of another process reads the same, and so does who watches the projection.
    let api = processes.last().expect("the api is the last").client();
    let deals = api.get("/v1/deals?limit=1000").json(200);
    assert_eq!(deals.as_array().map(Vec::len), Some(count.min(1000)));
    let projector = processes.iter().find(|process| process.roles == "projector").expect("it is played");
    cluster.views_equal_a_replay(projector, count).await;
    drop((processes, cluster));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_journal_server_restarted_under_load_loses_and_repeats_nothing() {
    let Some(mut cluster) = Cluster::start() else { return };
    let relay = cluster.process("relay");
    let others = cluster.process("intake,registration,handoff,ownership,sentinel,clock,projector,api");
    let client = async_nats::connect(cluster.nats.url()).await.unwrap();
    receipt(&client, 0).await;
    let submitting = Submitting::start(&client, 100);
    for _ in 0..3 {
        submitting.more(20).await;
        cluster.restart_journal();
    }
    submitting.more(20).await;
    let count = submitting.end().await + 1;
    all_decided(&client, count).await;
    cluster.views_equal_a_replay(&others, count).await;
    drop((relay, others));
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
