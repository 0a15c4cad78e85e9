//! From producers over a real bus into the book: how many events a second, and how long until a projection has one.
//!
//! `cargo bench -p tests --bench intake` takes 40,000 events of 64 publishers in three rounds, and ten seconds at
//! 1,000 events a second. Each round is played three times: with the client alone, which publishes, pulls,
//! acknowledges and says so with no book in between; with a process that has the intake role and no other; and with
//! one that has every role, so that the same cores publish each event again and keep its projections. Both modes of
//! syncing are measured; the journal is SQLite with synchronous=FULL.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at the first surprise"
)]

use std::collections::HashMap;
use std::time::{Duration, Instant};

use async_nats::jetstream;
use async_nats::jetstream::consumer::pull;
use futures::StreamExt as _;
use serde_json::json;
use tests::chaperone::Chaperone;
use tests::nats::NatsServer;

/// Publishers side by side.
const PUBLISHERS: u64 = 64;
/// Events of one publisher under way at a time.
const UNDER_WAY: u64 = 32;
/// Events a second while latency is measured.
const RATE_HZ: u64 = 1_000;
/// The account of the event after which the projection is waited for.
const LAST_ACCOUNT: u64 = 99_999;
/// The account of the first event of which latency is measured; each event has one of its own.
const FIRST_ACCOUNT: u64 = 100_000;
const SUBJECT: &str = "chaperone.meridian.intake.crm";
const RECEIPTS: &str = "chaperone.meridian.receipt.crm";

fn main() {
    let events = argument("--events", 40_000);
    let rounds = argument("--rounds", 3);
    let seconds = argument("--seconds", 10);
    let Some(always) = NatsServer::start() else { return };
    let Some(default) = NatsServer::start_with_default_sync() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    for (name, nats) in [("synced by default", &default), ("synced always", &always)] {
        for round in 0..rounds {
            let bare = runtime.block_on(bare(nats, round, events));
            let alone = {
                let chaperone = Chaperone::new();
                let _server = chaperone.serve(["--nats", &nats.url(), "--roles", "intake"]);
                runtime.block_on(book(nats, round, events))
            };
            runtime.block_on(emptied(nats));
            let chaperone = Chaperone::new();
            let server = chaperone.serve(["--nats", &nats.url()]);
            let book = runtime.block_on(book(nats, round, events));
            println!(
                "{name}, round {round}: intake alone {alone:.0} events/s, every role {book:.0} events/s, \
                 client alone {bare:.0} events/s, ratios {:.2} and {:.2}",
                alone / bare,
                book / bare
            );
            if round + 1 == rounds {
                println!("{name}, at {RATE_HZ} events/s:");
                runtime.block_on(latency(nats, seconds));
            }
            drop(server);
            runtime.block_on(emptied(nats));
        }
    }
}

/// The number behind `name` on the command line.
fn argument(name: &str, otherwise: u64) -> u64 {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1).map_or(otherwise, |text| text.parse().unwrap())
}

/// About 600 bytes, as a CRM would tell of a meeting.
fn event(id: &str, account: u64) -> String {
    json!({"specversion": "1.0", "id": id, "source": "crm", "type": "chaperone.trade.meeting_held.v1",
        "subject": format!("account-meridian.a{account}"), "time": "2026-03-01T10:00:00Z", "actorrole": "system",
        "authtype": "system", "authid": "crm/export", "datacontenttype": "application/json",
        "data": {"partner": "northwind", "scope": {"product_lines": ["servers"], "territories": ["de"]},
            "at": "2026-03-01T10:00:00Z"}})
    .to_string()
}

/// Publishes with 64 publishers and returns events a second, from the first one sent to the last one answered.
async fn publish(nats: &NatsServer, subject: &'static str, answers: String, round: u64, events: u64) -> f64 {
    let listener = async_nats::connect(nats.url()).await.unwrap();
    let mut receipts = listener.subscribe(answers).await.unwrap();
    listener.flush().await.unwrap();
    let started = Instant::now();
    let publishers = (0..PUBLISHERS).map(|publisher| {
        let url = nats.url();
        tokio::spawn(async move {
            let mut context = jetstream::new(async_nats::connect(url).await.unwrap());
            // A slow disk makes figures worse, it does not end them.
            context.set_timeout(Duration::from_secs(60));
            let mut waiting = std::collections::VecDeque::new();
            for number in 0..events / PUBLISHERS {
                if number >= UNDER_WAY {
                    let oldest: jetstream::context::PublishAckFuture = waiting.pop_front().unwrap();
                    oldest.await.unwrap();
                }
                let body =
                    event(&format!("r{round}-{publisher}-{number}"), (publisher * 97 + number) % 5_000);
                waiting.push_back(context.publish(subject, body.into()).await.unwrap());
            }
            for one in waiting {
                one.await.unwrap();
            }
        })
    });
    let publishing = futures::future::join_all(publishers);
    let answered = async {
        for _ in 0..events / PUBLISHERS * PUBLISHERS {
            receipts.next().await.unwrap();
        }
    };
    let (published, ()) = tokio::join!(publishing, answered);
    published.into_iter().for_each(|publisher| publisher.unwrap());
    events as f64 / started.elapsed().as_secs_f64()
}

/// Waits until the roles have made their stream.
async fn book(nats: &NatsServer, round: u64, events: u64) -> f64 {
    let context = jetstream::new(async_nats::connect(nats.url()).await.unwrap());
    while context.get_stream("CHAPERONE_INTAKE").await.is_err() {}
    publish(nats, SUBJECT, RECEIPTS.to_owned(), round, events).await
}

/// The same with nothing in between: whoever pulls acknowledges and answers.
async fn bare(nats: &NatsServer, round: u64, events: u64) -> f64 {
    let client = async_nats::connect(nats.url()).await.unwrap();
    let context = jetstream::new(client.clone());
    let config = jetstream::stream::Config {
        name: "BARE".to_owned(),
        subjects: vec!["bare.intake".to_owned()],
        retention: jetstream::stream::RetentionPolicy::WorkQueue,
        ..Default::default()
    };
    let stream = context.create_stream(config).await.unwrap();
    let wanted = pull::Config { durable_name: Some("bare".to_owned()), ..Default::default() };
    let consumer = stream.create_consumer(wanted).await.unwrap();
    let taking = tokio::spawn(async move {
        let mut messages = consumer.stream().max_messages_per_batch(512).messages().await.unwrap();
        while let Some(Ok(message)) = messages.next().await {
            message.ack().await.unwrap();
            client.publish("bare.receipt", "{}".into()).await.unwrap();
        }
    });
    let rate = publish(nats, "bare.intake", "bare.receipt".to_owned(), round, events).await;
    taking.abort();
    context.delete_stream("BARE").await.unwrap();
    rate
}

/// How long after an event was sent, and after it was recorded, its producer has the receipt, whoever follows the bus
/// the fact, and a watcher of the projection the account, at a steady rate.
async fn latency(nats: &NatsServer, seconds: u64) {
    let client = async_nats::connect(nats.url()).await.unwrap();
    let context = jetstream::new(client.clone());
    let store = context.get_key_value("CHAPERONE_accounts_meridian_v1").await.unwrap();
    let mut watch = store.watch_all().await.unwrap();
    caught_up(&context, &mut watch).await;
    let receipts = client.subscribe(RECEIPTS).await.unwrap().map(|receipt| {
        let receipt: serde_json::Value = serde_json::from_slice(&receipt.payload).unwrap();
        let number = receipt["id"].as_str()?.strip_prefix('l')?.parse().ok()?;
        let recorded: domain::time::Instant = receipt["recorded_at"].as_str()?.parse().ok()?;
        Some((number, recorded.unix_ms()))
    });
    let numbered = |account: &str| account.strip_prefix('a')?.parse::<u64>().ok()?.checked_sub(FIRST_ACCOUNT);
    let facts = client.subscribe("chaperone.meridian.fact.account.*").await.unwrap();
    let facts = facts.map(move |fact| Some((numbered(fact.subject.rsplit('.').next()?)?, ())));
    let values = watch.map(move |entry| Some((numbered(&entry.unwrap().key)?, ())));
    let events = seconds * RATE_HZ;
    let receipts = tokio::spawn(seen(receipts, events));
    let others = [
        ("a fact on the bus", tokio::spawn(seen(facts, events))),
        ("a projection", tokio::spawn(seen(values, events))),
    ];
    client.flush().await.unwrap();
    let mut sent = HashMap::new();
    let mut tick = tokio::time::interval(Duration::from_micros(1_000_000 / RATE_HZ));
    for number in 0..events {
        tick.tick().await;
        sent.insert(number, now_ms());
        let event = event(&format!("l{number}"), FIRST_ACCOUNT + number);
        drop(context.publish(SUBJECT, event.into()).await.unwrap());
    }
    let receipts = receipts.await.unwrap();
    print("published to a receipt", events, receipts.iter().map(|(number, (at, _))| at - sent[number]));
    for (what, seen) in others {
        let seen = seen.await.unwrap();
        print(
            &format!("published to {what}"),
            events,
            seen.iter().map(|(number, (at, ()))| at - sent[number]),
        );
        let recorded = seen.iter().filter_map(|(number, (at, ()))| Some(at - receipts.get(number)?.1 as f64));
        print(&format!("recorded to {what}"), events, recorded);
    }
}

/// Milliseconds of the wall clock, which the journal reads too.
fn now_ms() -> f64 {
    std::time::UNIX_EPOCH.elapsed().unwrap().as_secs_f64() * 1_000.0
}

/// When each event was met for the first time, in milliseconds of the wall clock, and what was said of it, by its number.
async fn seen<T>(met: impl futures::Stream<Item = Option<(u64, T)>>, events: u64) -> HashMap<u64, (f64, T)> {
    let mut met = std::pin::pin!(met);
    let mut seen = HashMap::new();
    while (seen.len() as u64) < events {
        let Ok(Some(met)) = tokio::time::timeout(Duration::from_secs(10), met.next()).await else { break };
        let Some((number, said)) = met else { continue };
        seen.entry(number).or_insert_with(|| (now_ms(), said));
    }
    seen
}

fn print(what: &str, events: u64, took: impl Iterator<Item = f64>) {
    let mut took: Vec<f64> = took.collect();
    took.sort_by(f64::total_cmp);
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
    println!("  {what:<32} p50 {:.1} ms, p99 {:.1} ms, {} of {events} seen", at(0.5), at(0.99), took.len());
}

/// Waits until the projection has what was published before.
async fn caught_up(context: &jetstream::Context, watch: &mut jetstream::kv::Watch) {
    context.publish(SUBJECT, event("last", LAST_ACCOUNT).into()).await.unwrap().await.unwrap();
    let last = format!("a{LAST_ACCOUNT}");
    while watch.next().await.unwrap().unwrap().key != last {}
}

/// Another book must not find the bus of the last one.
async fn emptied(nats: &NatsServer) {
    let context = jetstream::new(async_nats::connect(nats.url()).await.unwrap());
    let mut names = context.stream_names();
    while let Some(Ok(name)) = names.next().await {
        context.delete_stream(name).await.unwrap();
    }
}
