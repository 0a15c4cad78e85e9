//! Facts per second of a bulk scan, beside reading the same events in pages.
//!
//! `cargo bench -p journal-sqlite --bench scan -- [events] [rounds]`, by default 1,000,000 events, 5 rounds.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at the first surprise"
)]

#[path = "append/load.rs"]
mod load;

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use futures::future::join_all;
use journal_sqlite::{Options, SqliteJournal};
use load::{Load, WRITERS};
use ports::{Journal, KindSet, PAGE_EVENTS_MAX, Position, Scan, Select, StreamShare, SystemClock};

/// Appends under way per writer: a bulk load keeps the writer's groups large.
const BULK_CACHE_KIB: u32 = 256 * 1024;

fn main() {
    let numbers: Vec<u64> = std::env::args().filter_map(|arg| arg.parse().ok()).collect();
    let events = numbers.first().copied().unwrap_or(1_000_000);
    let rounds = numbers.get(1).copied().unwrap_or(5);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let journal = open(dir.path());
    println!("{}", load::DESCRIPTION);
    let started = Instant::now();
    runtime.block_on(fill(&journal, events));
    println!("filled with {events} events, synchronous=FULL, {:.0} events/s", rate(events, started));
    println!(
        "log {} MiB, file {} MiB",
        mib(dir.path(), "journal.sqlite-wal"),
        mib(dir.path(), "journal.sqlite")
    );
    drop(journal);
    let started = Instant::now();
    let journal = open(dir.path());
    println!("opened in {} ms", started.elapsed().as_millis());
    for round in 1..=rounds {
        let scanned = scan(&journal);
        let paged = runtime.block_on(page(&journal));
        println!("round {round}: scan_facts {scanned:.0} rows/s, read_all in pages {paged:.0} events/s");
    }
}

fn open(dir: &Path) -> SqliteJournal {
    let options = Options { cache_kib: BULK_CACHE_KIB, ..Options::default() };
    SqliteJournal::open_owner(dir, options, Arc::new(SystemClock)).unwrap()
}

async fn fill(journal: &SqliteJournal, events: u64) {
    let writers = Load::new().writers.into_iter().map(|mut writer| {
        let journal = journal.clone();
        tokio::spawn(async move {
            for _ in 0..events / WRITERS as u64 {
                let (account, input) = writer.next();
                let receipt = journal.append(input).await.unwrap();
                writer.appended(account, receipt.version);
            }
        })
    });
    join_all(writers.collect::<Vec<_>>()).await;
}

/// Counts events per stream, the least a fold does.
fn scan(journal: &SqliteJournal) -> f64 {
    let started = Instant::now();
    let mut per_stream: HashMap<u32, u64> = HashMap::new();
    let mut rows = 0;
    let everything =
        Scan { after: Position::START, upto: Position::END, kinds: &KindSet::ALL, streams: StreamShare::ALL };
    journal
        .scan_facts(everything, &mut |row| {
            rows += 1;
            *per_stream.entry(row.stream.0).or_default() += row.fact.len() as u64;
            ControlFlow::Continue(())
        })
        .unwrap();
    rate(rows, started)
}

async fn page(journal: &SqliteJournal) -> f64 {
    let started = Instant::now();
    let (mut after, mut events) = (Position::START, 0);
    loop {
        let page = journal.read_all(after, Position::END, Select::Both, PAGE_EVENTS_MAX).await.unwrap();
        events += page.events.len() as u64;
        let Some(last) = page.events.last() else { return rate(events, started) };
        after = last.position;
    }
}

fn rate(count: u64, started: Instant) -> f64 {
    count as f64 / started.elapsed().as_secs_f64()
}

fn mib(dir: &Path, file: &str) -> u64 {
    std::fs::metadata(dir.join(file)).map_or(0, |metadata| metadata.len() / 1024 / 1024)
}
