//! From the journal to a real bus: refilling an emptied one, and how long an append takes until it is there.
//!
//! `cargo bench -p tests --bench bus` takes 100,000 events, five rounds and ten seconds; beside each figure stands
//! the same with the client alone: messages made beforehand, no journal, no fence, no checkpoint. Both modes of
//! syncing are measured; the journal is SQLite with synchronous=FULL.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at the first surprise"
)]

#[path = "measuring/measure.rs"]
mod measure;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_nats::jetstream;
use async_nats::jetstream::message::PublishMessage;
use bus_nats::{Connection, FactStream, NatsFacts, Options};
use bytes::Bytes;
use journal_sqlite::SqliteJournal;
use ports::{Append, Expect, Journal, NewEvent, Position, SystemClock};
use services::relay::relay;
use tests::nats::NatsServer;
use tokio::runtime::Runtime;
use uuid::Uuid;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Messages of one atomic batch, the server's limit.
const BATCH: usize = 1_000;
/// Appends a second while latency is measured.
const RATE_HZ: u64 = 1_000;

fn main() {
    let events = argument("--events", 100_000);
    let rounds = argument("--rounds", 5);
    let seconds = argument("--seconds", 10);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let Some(always) = NatsServer::start() else { return };
    let Some(default) = NatsServer::start_with_default_sync() else { return };
    println!("{events} events of {} bytes, each on a stream of its own", text(1).len());
    for (name, server) in [("synced always", &always), ("synced by default", &default)] {
        refill(&runtime, name, server, (events, rounds));
        runtime.block_on(latency(name, server, seconds));
    }
}

/// The number behind `name` on the command line.
fn argument(name: &str, otherwise: u64) -> u64 {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1).map_or(otherwise, |text| text.parse().unwrap())
}

fn refill(runtime: &Runtime, name: &str, server: &NatsServer, (events, rounds): (u64, u64)) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let journal = journal(&folder);
    for first in (0..events).step_by(BATCH) {
        let numbers = first + 1..=(first + BATCH as u64).min(events);
        let answers = runtime.block_on(journal.append_all(numbers.map(append).collect()));
        answers.into_iter().for_each(|answer| drop(answer.unwrap()));
    }
    let jetstream =
        runtime.block_on(async { jetstream::new(async_nats::connect(server.url()).await.unwrap()) });
    let (mut ours, mut plain) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let facts = runtime.block_on(anew(&jetstream, server));
        ours.push(measure::round(|| runtime.block_on(fill(&journal, &facts, events))));
        let made = runtime.block_on(copied(&jetstream, events));
        plain.push(measure::round(|| runtime.block_on(publish_plainly(&jetstream, made))));
    }
    measure::print(&format!("relay into an empty bus, {name}"), events, &ours);
    measure::print(&format!("the client alone, batches of {BATCH}"), events, &plain);
    measure::print_ratio("the relay beside it", &ours, &plain);
}

/// Two streams without messages: the facts', and one for the client alone.
async fn anew(jetstream: &jetstream::Context, server: &NatsServer) -> NatsFacts {
    for stream in ["CHAPERONE", "PLAIN"] {
        // There is none before the first round.
        drop(jetstream.delete_stream(stream).await);
    }
    let plain = jetstream::stream::Config {
        name: "PLAIN".to_owned(),
        subjects: vec!["plain.>".to_owned()],
        allow_atomic_publish: true,
        ..Default::default()
    };
    jetstream.create_stream(plain).await.unwrap();
    facts(server).await
}

fn journal(folder: &tempfile::TempDir) -> Arc<dyn Journal> {
    let options = journal_sqlite::Options::default();
    Arc::new(SqliteJournal::open_owner(folder.path(), options, Arc::new(SystemClock)).unwrap())
}

async fn facts(server: &NatsServer) -> NatsFacts {
    let connection = Connection::open(&Options::at(&server.url())).await.unwrap();
    while connection.client().is_err() {
        tokio::task::yield_now().await;
    }
    NatsFacts::new(connection, FactStream::default())
}

async fn fill(journal: &Arc<dyn Journal>, facts: &NatsFacts, events: u64) {
    let (told, mut upto) = tokio::sync::watch::channel(0);
    let relaying = relay(journal, facts, |position: Position, _| {
        told.send_replace(position.lo());
    });
    tokio::select! {
        Err(stopped) = relaying => panic!("{stopped}"),
        reached = upto.wait_for(|upto| *upto == events) => drop(reached.unwrap()),
    }
}

/// The messages as the relay made them, to be published again.
async fn copied(jetstream: &jetstream::Context, events: u64) -> Vec<(async_nats::HeaderMap, Bytes)> {
    let stream = jetstream.get_stream("CHAPERONE").await.unwrap();
    let first = stream.get_raw_message(1).await.unwrap();
    let kept = first.headers.iter().filter(|(name, _)| !name.to_string().starts_with("Nats-"));
    let headers: async_nats::HeaderMap =
        kept.map(|(name, values)| (name.clone(), values[0].clone())).collect();
    (0..events).map(|_| (headers.clone(), first.payload.clone())).collect()
}

async fn publish_plainly(jetstream: &jetstream::Context, messages: Vec<(async_nats::HeaderMap, Bytes)>) {
    let client = jetstream.client();
    let mut number = 0_u64;
    let mut messages = messages.into_iter().peekable();
    while messages.peek().is_some() {
        let batch: Vec<_> = messages.by_ref().take(BATCH).collect();
        let count = batch.len();
        number += 1;
        for (index, (mut headers, payload)) in batch.into_iter().enumerate() {
            let subject = format!("plain.{}", index % 97);
            headers.insert("Nats-Batch-Id", format!("batch-{number}"));
            headers.insert("Nats-Batch-Sequence", (index + 1).to_string());
            if index + 1 < count {
                client.publish_with_headers(subject, headers, payload).await.unwrap();
            } else {
                headers.insert("Nats-Batch-Commit", "1");
                let commit = PublishMessage::build().headers(headers).payload(payload);
                jetstream.send_publish(subject, commit).await.unwrap().await.unwrap();
            }
        }
    }
}

/// Appends and publishes at a steady rate; the time until the bus has acknowledged each.
async fn latency(name: &str, server: &NatsServer, seconds: u64) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let journal = journal(&folder);
    let jetstream = jetstream::new(async_nats::connect(server.url()).await.unwrap());
    let facts = anew(&jetstream, server).await;
    let started = Arc::new(Mutex::new(Vec::<Instant>::new()));
    let (done, mut ended) = tokio::sync::mpsc::unbounded_channel();
    let (relayed, starts) = (Arc::clone(&journal), Arc::clone(&started));
    let relaying = tokio::spawn(async move {
        let mut before = 0;
        let Err(stopped) = relay(&relayed, &facts, |position: Position, _| {
            let (now, starts) = (Instant::now(), starts.lock().unwrap());
            for number in before..position.lo() {
                done.send(now - starts[usize::try_from(number).unwrap()]).unwrap();
            }
            before = position.lo();
        })
        .await;
        panic!("{stopped}");
    });
    let count = seconds * RATE_HZ;
    let mut tick = tokio::time::interval(Duration::from_micros(1_000_000 / RATE_HZ));
    for number in 1..=count {
        tick.tick().await;
        let append = append(number);
        started.lock().unwrap().push(Instant::now());
        let journal = Arc::clone(&journal);
        // Positions follow the order of appending, since one is started after the other.
        tokio::spawn(async move { journal.append(append).await.unwrap() });
    }
    let mut ours = Vec::new();
    while (ours.len() as u64) < count {
        ours.push(ended.recv().await.unwrap());
    }
    relaying.abort();
    print_latency(&format!("append to bus at {RATE_HZ}/s, {name}"), ours);
    print_latency("the client alone, one by one", publish_steadily(&jetstream, count).await);
}

fn print_latency(name: &str, mut took: Vec<Duration>) {
    took.sort();
    let at = |per_mille: usize| took[(took.len() - 1) * per_mille / 1_000].as_secs_f64() * 1e3;
    println!("{name:<44} p50 {:.2} ms, p99 {:.2} ms, p99.9 {:.2} ms", at(500), at(990), at(999));
}

async fn publish_steadily(jetstream: &jetstream::Context, count: u64) -> Vec<Duration> {
    let mut tick = tokio::time::interval(Duration::from_micros(1_000_000 / RATE_HZ));
    let mut publishing = tokio::task::JoinSet::new();
    for number in 1..=count {
        tick.tick().await;
        let jetstream = jetstream.clone();
        publishing.spawn(async move {
            let started = Instant::now();
            let payload = Bytes::from(text(number));
            jetstream.publish(format!("plain.{}", number % 97), payload).await.unwrap().await.unwrap();
            started.elapsed()
        });
    }
    publishing.join_all().await
}

fn append(number: u64) -> Append {
    let id = Uuid::from_u128(u128::from(number));
    let stream = Arc::from(format!("account-meridian.a{number}"));
    let text = Bytes::from(text(number));
    let event = NewEvent { id, kind: 1, text, fact: Bytes::from_static(&[0; 64]) };
    Append { key: id, digest: [0; 32], stream, expect: Expect::NoStream, events: vec![event] }
}

/// An event as wire writes it, of the usual size.
fn text(number: u64) -> String {
    let id = Uuid::from_u128(u128::from(number));
    format!(
        r#"{{"specversion":"1.0","id":"{id}","source":"chaperone","type":"chaperone.trade.order_booked.v1","subject":"account-meridian.a{number}","time":"2026-03-02T10:11:12.000Z","datacontenttype":"application/json","dataschema":"https://chaperone.example/schemas/trade.order_booked.v1.json","producersource":"erp.meridian.example","producerid":"order-{number:08}","class":"observed","origin":"live","actorrole":"system","data":{{"order":"o-{number:08}","partner":"northwind-it","scope":{{"product_lines":["gtx-pro"]}},"lines":[{{"product_line":"gtx-pro","quantity":3,"net":{{"amount":"1000.00","currency":"EUR"}}}}],"net":{{"amount":"1000.00","currency":"EUR"}},"booked_at":"2026-03-02T10:11:12.000Z"}}}}"#
    )
}
