//! Appends per second of 64 writers, one event each: over KurrentDB's wire to a double, beside the same SQLite
//! without it, in interleaved rounds.
//!
//! `cargo bench -p journal-kurrent --bench append -- [rounds] [seconds]`, by default 10 rounds of 2 s.
//!
//! The double keeps its events in SQLite and so does the mirror, each with one fsync per group, so the ratio is
//! what the wire, the way through `$all` and the second copy cost. It says nothing of KurrentDB's own speed.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at the first surprise"
)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use journal_kurrent::{Absent, KurrentJournal, Options};
use journal_sqlite::SqliteJournal;
use kurrent_double::{Double, Serving};
use ports::{Append, Expect, Journal, NewEvent, SystemClock};
use uuid::Uuid;

/// As the embedded journal's own benchmark: 64 connections, one event each.
const WRITERS: usize = 64;
/// A CloudEvent of the usual size, and its compact form.
const TEXT_BYTES: usize = 600;
const FACT_BYTES: usize = 150;

struct Contender {
    name: &'static str,
    journal: Arc<dyn Journal>,
    /// Appends made so far by each writer, so that no key comes twice.
    rounds: u64,
    per_s: Vec<f64>,
    /// Median and slowest hundredth of one append, in milliseconds, by round.
    took_ms: Vec<[f64; 2]>,
}

fn main() {
    let numbers: Vec<u64> = std::env::args().filter_map(|arg| arg.parse().ok()).collect();
    let rounds = numbers.first().copied().unwrap_or(10);
    let round = Duration::from_secs(numbers.get(1).copied().unwrap_or(2));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let (remote, _serving) = runtime.block_on(over_the_wire(dir.path()));
    let mut contenders = [
        Contender::new("KurrentDB's wire, double over SQLite", Arc::new(remote)),
        Contender::new("SQLite", Arc::new(sqlite(&dir.path().join("embedded")))),
    ];
    println!(
        "{WRITERS} writers with a stream each, one event of {TEXT_BYTES} + {FACT_BYTES} bytes an append"
    );
    println!("durability: a group is synced before it is acknowledged; over the wire twice, there and here");
    println!("{rounds} rounds of {} s each, interleaved", round.as_secs());
    for _ in 0..rounds {
        for contender in &mut contenders {
            runtime.block_on(contender.run(round));
        }
    }
    report(&contenders);
}

fn sqlite(dir: &Path) -> SqliteJournal {
    SqliteJournal::open_owner(dir, journal_sqlite::Options::default(), Arc::new(SystemClock)).unwrap()
}

async fn over_the_wire(dir: &Path) -> (KurrentJournal, Serving) {
    let serving = Double::over(Arc::new(sqlite(&dir.join("there")))).serve().unwrap();
    let mirror = Arc::new(sqlite(&dir.join("mirror")));
    let (url, clock) = (serving.url(), Arc::new(SystemClock));
    let opened = KurrentJournal::open(&url, Absent::Found, mirror, clock, Options::default()).await;
    (opened.unwrap(), serving)
}

impl Contender {
    fn new(name: &'static str, journal: Arc<dyn Journal>) -> Self {
        Self { name, journal, rounds: 0, per_s: Vec::new(), took_ms: Vec::new() }
    }

    async fn run(&mut self, round: Duration) {
        self.rounds += 1;
        let (started, number) = (Instant::now(), self.rounds);
        let until = started + round;
        let writers = (0..WRITERS).map(|writer| {
            let journal = Arc::clone(&self.journal);
            tokio::spawn(async move { write(&*journal, writer, number, until).await })
        });
        let mut took = Vec::new();
        for writer in writers.collect::<Vec<_>>() {
            took.extend(writer.await.unwrap());
        }
        self.per_s.push(took.len() as f64 / started.elapsed().as_secs_f64());
        took.sort_by(f64::total_cmp);
        self.took_ms.push([took[took.len() / 2], took[took.len() * 99 / 100]]);
    }
}

/// How long each append took, in milliseconds.
async fn write(journal: &dyn Journal, writer: usize, round: u64, until: Instant) -> Vec<f64> {
    let stream: Arc<str> = Arc::from(format!("account-{writer}"));
    let mut expect = Expect::from(journal.version(&stream).await.unwrap());
    let mut took = Vec::new();
    for number in 0u64.. {
        let started = Instant::now();
        if started >= until {
            break;
        }
        let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{writer} {round} {number}").as_bytes());
        let (text, fact) = (vec![b'x'; TEXT_BYTES].into(), vec![b'y'; FACT_BYTES].into());
        let events = vec![NewEvent { id, kind: 1, text, fact }];
        let append = Append { key: id, digest: [1; 32], stream: Arc::clone(&stream), expect, events };
        expect = journal.append(append).await.unwrap().version.into();
        took.push(started.elapsed().as_secs_f64() * 1_000.0);
    }
    took
}

fn report(contenders: &[Contender]) {
    println!("{:<40} {:>10} {:>10} {:>10}", "contender", "events/s", "p50 ms", "p99 ms");
    for contender in contenders {
        let [_, per_s, _] = spread(contender.per_s.iter().copied());
        let [_, p50, _] = spread(contender.took_ms.iter().map(|took| took[0]));
        let [_, p99, _] = spread(contender.took_ms.iter().map(|took| took[1]));
        println!("{:<40} {per_s:>10.0} {p50:>10.1} {p99:>10.1}", contender.name);
    }
    let [wire, embedded] = contenders else { return };
    let [lowest, median, highest] =
        spread(wire.per_s.iter().zip(&embedded.per_s).map(|(wire, sqlite)| wire / sqlite));
    println!("over the wire relative to SQLite: {median:.3} ({lowest:.3}..{highest:.3})");
}

/// Lowest, median and highest.
fn spread(values: impl Iterator<Item = f64>) -> [f64; 3] {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    [values[0], values[values.len() / 2], values[values.len() - 1]]
}
