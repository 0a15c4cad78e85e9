//! The binary on three NATS servers of which one is cut off its peers: what was acknowledged is on the bus once, the
//! bus is the journal, and the projections are what a replay makes of it.
//!
//! `CHAPERONE_FAULT_RUNS=10 cargo test -p tests --test partition -- --nocapture` plays ten seeds and prints each;
//! `CHAPERONE_FAULT_SEED=7` plays that one again.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/submitting.rs"]
mod submitting;

use serde_json::Value;
use submitting::{Submitting, all_decided, receipt, until, views_equal_a_replay};
use tests::chaperone::Chaperone;
use tests::http::Client;
use tests::nats::{CutOff, NatsCluster};
use tests::random::Random;

/// Submissions acknowledged in one run at least.
const SUBMISSIONS_MIN: usize = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_bus_that_is_parted_and_united_loses_and_repeats_nothing_that_was_acknowledged() {
    let asked = |variable: &str| {
        Some(std::env::var_os(variable)?.to_string_lossy().parse::<u64>().expect("a number"))
    };
    let runs = asked("CHAPERONE_FAULT_RUNS").unwrap_or(1);
    for seed in asked("CHAPERONE_FAULT_SEED").map_or(1..=runs, |seed| seed..=seed) {
        let mut random = Random::from_seed(seed);
        let how = *random.pick(&[CutOff::Told, CutOff::Silent]);
        let side = *random.pick(&[Side::Many, Side::Alone]);
        println!("seed {seed}: cut off {how:?}, the program speaks to {side:?}");
        let Some(cluster) = NatsCluster::start() else { return };
        let acknowledged = run(&cluster, how, side, &mut random).await;
        println!("seed {seed}: {acknowledged} submissions were acknowledged, and each is there once");
    }
}

/// Where the program is when the servers are parted.
#[derive(Clone, Copy, Debug)]
enum Side {
    /// With the two that go on.
    Many,
    /// With the one that cannot.
    Alone,
}

/// Parts and unites the servers under load; returns how many submissions were acknowledged.
async fn run(cluster: &NatsCluster, how: CutOff, side: Side, random: &mut Random) -> usize {
    let alone = random.pick(&NatsCluster::names()).clone();
    let (many, one) = (cluster.url_without(&alone), cluster.url_of(&alone));
    let chaperone = Chaperone::new();
    let url = match side {
        Side::Many => &many,
        Side::Alone => &one,
    };
    let server = chaperone.serve(["--nats", url, "--nats-replicas", "3"]);
    let servers: Vec<async_nats::ServerAddr> = many.split(',').map(|url| url.parse().unwrap()).collect();
    let client = async_nats::connect(servers).await.unwrap();
    receipt(&client, 0).await;
    let submitting = Submitting::start(&client, SUBMISSIONS_MIN);
    lead(&client, &alone).await;
    cluster.cut_off(&alone, how);
    until("the others have another leader", async || {
        leader(&client).await.filter(|leader| *leader != alone).map(drop)
    })
    .await;
    cluster.reunite();
    submitting.more(20).await;
    let acknowledged = submitting.end().await;
    let count = acknowledged + 1;
    let told = all_decided(&client, count).await;
    let ids: Vec<String> = told.into_iter().map(|told| told.id).collect();
    let recorded = chaperone.run(["journal", "export"]).ended_with(0).stdout;
    let recorded: Vec<Value> = recorded.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let recorded: Vec<&str> = recorded.iter().map(|event| event["id"].as_str().unwrap()).collect();
    assert_eq!(ids, recorded[..ids.len()], "the bus is what the journal begins with");

    let api = Client::new(&server.url);
    views_equal_a_replay(&api, &chaperone, &["--nats", &many], count).await;
    acknowledged
}

/// The server that decides what is on the bus, if one does.
async fn leader(client: &async_nats::Client) -> Option<String> {
    let stream = async_nats::jetstream::new(client.clone()).get_stream("CHAPERONE").await.ok()?;
    stream.cached_info().cluster.as_ref()?.leader.clone()
}

/// Makes the server lead.
async fn lead(client: &async_nats::Client, name: &str) {
    let wish = format!(r#"{{"placement": {{"preferred": "{name}"}}}}"#);
    until("the server leads", async || {
        if leader(client).await? == name {
            return Some(());
        }
        // A leader that was just lost answers nothing; then it is asked again.
        drop(client.request("$JS.API.STREAM.LEADER.STEPDOWN.CHAPERONE", wish.clone().into()).await);
        None
    })
    .await;
}
