//! How long after an event was sent whoever follows the findings has the alert, at a steady rate.
//!
//! `cargo bench -p tests --bench alert` ingests 100,000 events, then sends 1,000 a second for ten seconds, one request
//! each, to a server in this process: traffic, of which every fiftieth event completes a takeover. The alert is what
//! `GET /v1/stream?type=case.finding_recorded` sends about it. Times count from the instant an event was due to be
//! sent, so that a server that falls behind does not look better for it. `--seconds` and `--events` say otherwise.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at the first surprise"
)]

#[path = "measuring/book.rs"]
mod book;
#[path = "measuring/history.rs"]
mod history;

use std::collections::HashMap;
use std::fs;
use std::io::{Cursor, Write as _};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use domain::stream::Stream;
use serde_json::{Value, json};
use services::api::{self, Serving};
use services::book::Book;
use tests::http::Client;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Events a second.
const RATE_HZ: u64 = 1_000;
/// One event of so many completes a takeover.
const TAKEOVER_EVERY: u64 = 50;
/// Connections that send in turn: an answer may take 32 ms before an event leaves late.
const SENDERS: usize = 32;
/// How long to wait for an alert that does not come.
const ALERT_MAX: Duration = Duration::from_secs(10);
/// Writes of the disk alone, for comparison.
const SYNCS: usize = 1_000;

fn main() {
    let (events, seconds) = (book::argument("--events", 100_000), book::argument("--seconds", 10));
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let sent = seconds * RATE_HZ;
    let text = fs::read_to_string(history::history(folder.path(), events + sent)).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let (past, live) = lines.split_at(usize::try_from(events).unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (book, _journal) = book::open(folder.path());
    let summary = runtime.block_on(book::ingest(&book, Cursor::new(past.join("\n"))));
    println!(
        "{events} events in the book ({}), {} cases; synchronous=FULL",
        history::DESCRIPTION,
        summary.cases
    );
    let traffic = Traffic::new(past, live);
    disk_alone(folder.path());
    let server = Server::start(&runtime, &book);
    let alerts = follow(&server.url);
    // What is read once, when the first account is judged, is read before anything is measured.
    let first = Client::new(&server.url).post("/v1/events", "application/cloudevents+json", &traffic.warming);
    assert_eq!(first.status, 201, "{}", first.body);
    alerts.recv_timeout(ALERT_MAX).unwrap();
    let started = Instant::now();
    let (answered, again) = send(&server.url, &traffic.events, started);
    let took = told(&alerts, &traffic, started);
    let (takeovers, others): (Vec<_>, Vec<_>) =
        answered.into_iter().partition(|(number, _)| is_takeover(*number));
    let took_of = |answered: Vec<(usize, Duration)>| answered.into_iter().map(|(_, took)| took).collect();
    let due = u64::try_from(traffic.takeovers.len()).unwrap();
    print(&format!("event to receipt at {RATE_HZ} events/s"), sent - due, took_of(others));
    print("the same of events that complete a takeover", due, took_of(takeovers));
    println!("{again} sent again, since the book was too busy");
    print("event to alert", due, took);
    server.stop(&runtime);
}

/// What is sent, and what has to be found.
struct Traffic {
    /// A takeover that is sent before the others.
    warming: String,
    events: Vec<String>,
    /// The number of each takeover's event among those sent, by the id that the book gives it.
    takeovers: HashMap<String, usize>,
}

impl Traffic {
    fn new(past: &[&str], live: &[&str]) -> Self {
        let invited = past.iter().filter(|line| line.contains(r#""type":"chaperone.handoff.invited.v1""#));
        // Taken at random from each other, the accounts make rings of all partners.
        let mut invited = invited.map(|line| serde_json::from_str::<Value>(line).unwrap());
        let warming = takeover(&invited.next().unwrap(), live[0], "first").0;
        let mut traffic = Self { warming, events: Vec::with_capacity(live.len()), takeovers: HashMap::new() };
        for (number, line) in live.iter().enumerate() {
            if !is_takeover(number) {
                traffic.events.push((*line).to_owned());
                continue;
            }
            let handoff = invited.next().expect("a handoff for each takeover: take more --events");
            let (event, id) = takeover(&handoff, line, &number.to_string());
            traffic.events.push(event);
            traffic.takeovers.insert(id, number);
        }
        traffic
    }
}

/// Whether the event of this number completes a takeover.
fn is_takeover(number: usize) -> bool {
    (number as u64).is_multiple_of(TAKEOVER_EVERY)
}

/// The guest becomes the holder, at the time of another line; the event, and the id the book gives it.
fn takeover(invited: &Value, line: &str, number: &str) -> (String, String) {
    let line: Value = serde_json::from_str(line).unwrap();
    let (source, id) = ("crm.example", format!("takeover-{number}"));
    let event = json!({"specversion": "1.0", "id": id, "source": source,
        "type": "chaperone.account.holder_recorded.v1", "subject": invited["subject"], "time": line["time"],
        "datacontenttype": "application/json", "data": {"holder": invited["data"]["guest"], "from": line["time"],
            "scope": {"product_lines": "*", "territories": "*", "segments": "*"}, "basis_claimed": "initial"}});
    let stream: Stream = invited["subject"].as_str().unwrap().parse().unwrap();
    let known = wire::ids::event_id(stream.vendor(), &source.parse().unwrap(), &id.parse().unwrap(), 0);
    (event.to_string(), known.to_string())
}

/// The book as `chaperone serve` serves it.
struct Server {
    url: String,
    end: oneshot::Sender<()>,
    serving: tokio::task::JoinHandle<anyhow::Result<()>>,
}

impl Server {
    fn start(runtime: &Runtime, book: &Arc<Book>) -> Self {
        let listener = runtime.block_on(api::bind("127.0.0.1:0".parse().unwrap())).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (end, ended) = oneshot::channel();
        let serving = Serving::whole(Arc::clone(book));
        let serving = runtime.spawn(api::serve(serving, listener, async { drop(ended.await) }));
        Self { url, end, serving }
    }

    fn stop(self, runtime: &Runtime) {
        self.end.send(()).unwrap();
        runtime.block_on(self.serving).unwrap().unwrap();
    }
}

/// Every finding from now on, with the instant it was read.
fn follow(url: &str) -> Receiver<(Instant, Value)> {
    let (found, alerts) = channel();
    let (client, ready) = (Client::new(url), channel());
    std::thread::spawn(move || {
        let path = "/v1/stream?type=case.finding_recorded";
        client.follow_each(path, &[], &mut || ready.0.send(()).unwrap(), &mut |sent| {
            let seen = Instant::now();
            let event = serde_json::from_str(&sent.data).unwrap();
            match found.send((seen, event)) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        });
    });
    ready.1.recv().unwrap();
    alerts
}

/// When the event of this number is due.
fn due(started: Instant, number: usize) -> Instant {
    started + Duration::from_secs(1) / u32::try_from(RATE_HZ).unwrap() * u32::try_from(number).unwrap()
}

/// Sends every event when it is due, and again while the book is too busy; how long the event of each number took until
/// it was answered, and how many were sent again.
fn send(url: &str, events: &[String], started: Instant) -> (Vec<(usize, Duration)>, u64) {
    let took = Mutex::new((Vec::with_capacity(events.len()), 0));
    std::thread::scope(|scope| {
        for sender in 0..SENDERS {
            let took = &took;
            scope.spawn(move || {
                let client = Client::new(url);
                for (number, event) in events.iter().enumerate().skip(sender).step_by(SENDERS) {
                    let due = due(started, number);
                    std::thread::sleep(due.saturating_duration_since(Instant::now()));
                    let post = || client.post("/v1/events", "application/cloudevents+json", event);
                    let mut answer = post();
                    while answer.status == 503 {
                        took.lock().unwrap().1 += 1;
                        answer = post();
                    }
                    assert!(answer.status < 300, "{} to {event}", answer.body);
                    took.lock().unwrap().0.push((number, due.elapsed()));
                }
            });
        }
    });
    took.into_inner().unwrap()
}

/// How long each takeover's alert took, as far as it came.
fn told(alerts: &Receiver<(Instant, Value)>, traffic: &Traffic, started: Instant) -> Vec<Duration> {
    let mut took: HashMap<usize, Duration> = HashMap::new();
    while took.len() < traffic.takeovers.len() {
        let Ok((seen, event)) = alerts.recv_timeout(ALERT_MAX) else { break };
        let act = event["data"]["act"].as_str().unwrap_or_default();
        let Some(number) = traffic.takeovers.get(act) else { continue };
        took.entry(*number).or_insert_with(|| seen.saturating_duration_since(due(started, *number)));
    }
    took.into_values().collect()
}

/// What the disk takes for an event's bytes, written and synced, with nothing else going on.
fn disk_alone(folder: &Path) {
    let mut file = fs::File::create(folder.join("plain")).unwrap();
    let write = |_| {
        let started = Instant::now();
        file.write_all(&[b'x'; 600]).unwrap();
        file.sync_data().unwrap();
        started.elapsed()
    };
    let took: Vec<Duration> = (0..SYNCS).map(write).collect();
    print("600 bytes written and synced, nothing else", SYNCS as u64, took);
}

fn print(name: &str, expected: u64, mut took: Vec<Duration>) {
    took.sort();
    let at = |share: f64| {
        let index = ((took.len().saturating_sub(1)) as f64 * share) as usize;
        took.get(index).map_or(f64::NAN, |took| took.as_secs_f64() * 1e3)
    };
    println!(
        "{name:<44} p50 {:.2} ms, p99 {:.2} ms, most {:.2} ms; {} of {expected}",
        at(0.5),
        at(0.99),
        at(1.0),
        took.len()
    );
}
