//! A vendor's system that submits deals over the bus and insists on receipts, and what the bus says of them later.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures::StreamExt as _;
use serde_json::{Value, json};
use tests::chaperone::Chaperone;
use tests::http::Client;
use tokio::task::JoinHandle;

/// How long anything may take to happen, in seconds; generous, since the machine may be busy.
const PATIENCE_S: u64 = 120;
/// How long one receipt or acknowledgement is waited for before it is asked for again, in seconds.
const RECEIPT_S_MAX: u64 = 5;

/// Accounts the submissions are about.
const ACCOUNTS: usize = 200;

/// Submissions that go on until they are told to stop: of one a receipt is asked, the next is published, and each again
/// until it is acknowledged.
pub(crate) struct Submitting {
    stop: Arc<AtomicBool>,
    acknowledged: Arc<AtomicUsize>,
    task: JoinHandle<BTreeMap<usize, Value>>,
}

impl Submitting {
    /// Submits deals from number 1 on, at least so many.
    pub(crate) fn start(client: &async_nats::Client, at_least: usize) -> Self {
        let (stop, acknowledged) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (client, stopped, counted) = (client.clone(), Arc::clone(&stop), Arc::clone(&acknowledged));
        let task = tokio::spawn(async move {
            let mut receipts = BTreeMap::new();
            let mut number = 1;
            while !stopped.load(Ordering::Relaxed) || number < at_least {
                if number % 2 == 0 {
                    publish(&client, number).await;
                } else {
                    receipts.insert(number, receipt(&client, number).await);
                }
                counted.store(number, Ordering::Relaxed);
                number += 1;
            }
            receipts
        });
        Self { stop, acknowledged, task }
    }

    /// Returns when so many more have been acknowledged.
    pub(crate) async fn more(&self, count: usize) {
        let enough = self.acknowledged.load(Ordering::Relaxed) + count;
        until("more submissions are acknowledged", async || {
            (self.acknowledged.load(Ordering::Relaxed) >= enough).then_some(())
        })
        .await;
    }

    /// Returns how many were acknowledged.
    ///
    /// # Panics
    /// If one of them was not recorded.
    pub(crate) async fn end(self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        let receipts = self.task.await.unwrap();
        let bad: Vec<&Value> = receipts.values().filter(|one| !is_recorded(one)).collect();
        assert_eq!(bad, Vec::<&Value>::new());
        self.acknowledged.load(Ordering::Relaxed)
    }
}

fn submission(number: usize) -> Value {
    json!({"specversion": "1.0", "id": format!("s{number}"), "source": "crm", "actorrole": "system",
        "type": "chaperone.deal.submitted.v1", "subject": format!("account-meridian.a{}", number % ACCOUNTS),
        "time": "2026-03-01T10:00:00Z", "data": {"deal": format!("d{number}"), "partner": "northwind",
            "scope": {"product_lines": ["servers"]}, "need": "servers", "complete": true, "missing": []}})
}

/// Asks for a receipt until there is one; asking again is safe, since the event has a key.
pub(crate) async fn receipt(client: &async_nats::Client, number: usize) -> Value {
    let body = submission(number).to_string();
    loop {
        let asking = async_nats::Request::new()
            .payload(body.clone().into())
            .timeout(Some(Duration::from_secs(RECEIPT_S_MAX)));
        if let Ok(answer) = client.send_request("chaperone.meridian.submit.crm", asking).await {
            let receipt: Value = serde_json::from_slice(&answer.payload).unwrap();
            if receipt["status"] != "unavailable" {
                return receipt;
            }
        }
        tokio::task::yield_now().await;
    }
}

/// Publishes to the intake until its stream has it; publishing again is safe, since the event has a key.
async fn publish(client: &async_nats::Client, number: usize) {
    let body = submission(number).to_string();
    let jetstream = async_nats::jetstream::new(client.clone());
    let patience = Duration::from_secs(RECEIPT_S_MAX);
    loop {
        let sent = jetstream.publish("chaperone.meridian.intake.crm", body.clone().into()).await;
        if let Ok(acknowledgement) = sent
            && matches!(tokio::time::timeout(patience, acknowledgement.into_future()).await, Ok(Ok(_)))
        {
            return;
        }
        tokio::task::yield_now().await;
    }
}

fn is_recorded(receipt: &Value) -> bool {
    receipt["status"] == "accepted" || receipt["status"] == "repeated"
}

/// Looks until there is something to be found.
pub(crate) async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
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

/// One message on the bus of facts.
pub(crate) struct Told {
    position: u64,
    pub(crate) id: String,
    kind: String,
    data: Value,
}

/// Every event on the bus, in order; nothing while servers that were parted find together.
async fn published(client: &async_nats::Client) -> Option<Vec<Told>> {
    let stream = async_nats::jetstream::new(client.clone()).get_stream("CHAPERONE").await.ok()?;
    let state = stream.cached_info().state.clone();
    let mut events = Vec::new();
    let config = async_nats::jetstream::consumer::pull::OrderedConfig::default();
    let mut messages = stream.create_consumer(config).await.ok()?.messages().await.ok()?;
    for _ in 0..state.messages {
        let message = messages.next().await?.ok()?;
        let headers = message.headers.as_ref().unwrap();
        let header = |name: &str| headers.get(name).unwrap().as_str().to_owned();
        let position = header("ce-sequence").parse().unwrap();
        let data = serde_json::from_slice(&message.payload).unwrap();
        events.push(Told { position, id: header("ce-id"), kind: header("ce-type"), data });
    }
    Some(events)
}

/// Waits until so many submissions are decided, and returns everything on the bus, which then holds each of them once
/// and every position in order.
pub(crate) async fn all_decided(client: &async_nats::Client, count: usize) -> Vec<Told> {
    let (events, decided) = until("every submission is decided", async || {
        let events = published(client).await?;
        let decided = decided(&events);
        (decided.len() == count).then_some((events, decided))
    })
    .await;
    assert!(decided.values().all(|times| *times == 1), "{decided:?}");
    let submitted = events.iter().filter(|told| told.kind == "chaperone.deal.submitted.v1").count();
    assert_eq!(submitted, count);
    let ids: BTreeSet<&str> = events.iter().map(|told| told.id.as_str()).collect();
    assert_eq!(ids.len(), events.len(), "no event is there twice");
    let positions: Vec<u64> = events.iter().map(|told| told.position).collect();
    assert_eq!(positions, (1..=positions.len() as u64).collect::<Vec<_>>());
    events
}

/// Makes the projections of `count` deals anew, once the process at `api` has caught up; they must not differ.
pub(crate) async fn views_equal_a_replay(api: &Client, at: &Chaperone, place: &[&str], count: usize) {
    until("the projections are current", async || {
        let roles = api.get("/v1/roles").json(200);
        let projector = roles.as_array().unwrap().iter().find(|role| role["role"] == "projector").unwrap();
        (projector["state"] == "running" && projector["lag_events"] == 0).then_some(())
    })
    .await;
    for view in ["accounts", "deals"] {
        let rebuild = ["--output", "json", "projection", "rebuild", view];
        let report = at.run(rebuild.iter().chain(place)).ended_with(0).json();
        let found = ["same", "changed", "only_before", "only_now"].map(|name| report[name].as_u64().unwrap());
        assert_eq!(found, [ACCOUNTS.min(count) as u64, 0, 0, 0], "{view}: {report}");
    }
}

/// How often each deal was decided.
fn decided(events: &[Told]) -> BTreeMap<String, u32> {
    let mut decided = BTreeMap::new();
    for Told { kind, data, .. } in events {
        if ["chaperone.deal.approved.v1", "chaperone.deal.rejected.v1"].contains(&kind.as_str()) {
            *decided.entry(data["deal"].as_str().expect("a deal has an id").to_owned()).or_insert(0) += 1;
        }
    }
    decided
}
