//! Appends per second of 64 writers, one event each, one fsync per group: ours beside a raw file, redb and
//! SQLite with a text index, in interleaved rounds.
//!
//! `cargo bench -p journal-sqlite --bench append -- [rounds] [seconds]`, by default 10 rounds of 2 s.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at the first surprise"
)]

#[path = "append/contenders.rs"]
mod contenders;
#[path = "append/cpu.rs"]
mod cpu;
#[path = "append/load.rs"]
mod load;

use std::time::{Duration, Instant};

use contenders::{Contender, GroupCommit, Ours, RawFile, Redb, TextIndex};
use load::Load;

struct Measured {
    per_s: f64,
    cpu_us: f64,
}

fn main() {
    let numbers: Vec<u64> = std::env::args().filter_map(|arg| arg.parse().ok()).collect();
    let rounds = numbers.first().copied().unwrap_or(10);
    let round = Duration::from_secs(numbers.get(1).copied().unwrap_or(2));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut contenders: Vec<Box<dyn Contender>> = vec![
        Box::new(Ours::open(&dir.path().join("ours"))),
        Box::new(GroupCommit::start("raw file + fdatasync", RawFile::open(&dir.path().join("raw")))),
        Box::new(GroupCommit::start("SQLite, UNIQUE(text stream, revision)", TextIndex::open(dir.path()))),
        Box::new(GroupCommit::start("redb, log + index", Redb::open(&dir.path().join("redb")))),
    ];
    println!("{}", load::DESCRIPTION);
    println!("durability: every group is synced before it is acknowledged, by every contender");
    println!("{rounds} rounds of {} s each, interleaved", round.as_secs());

    let mut loads: Vec<Load> = contenders.iter().map(|_| Load::new()).collect();
    let mut measured: Vec<Vec<Measured>> = contenders.iter().map(|_| Vec::new()).collect();
    for _ in 0..rounds {
        for (index, contender) in contenders.iter_mut().enumerate() {
            measured[index].push(measure(&runtime, contender.as_mut(), &mut loads[index], round));
        }
    }
    report(&contenders, &measured);
}

fn measure(
    runtime: &tokio::runtime::Runtime,
    contender: &mut dyn Contender,
    load: &mut Load,
    round: Duration,
) -> Measured {
    let (cpu_before, started) = (cpu::cpu_us(), Instant::now());
    let appended = contender.run(runtime, load, started + round);
    let took_s = started.elapsed().as_secs_f64();
    Measured { per_s: appended as f64 / took_s, cpu_us: (cpu::cpu_us() - cpu_before) / appended as f64 }
}

fn report(contenders: &[Box<dyn Contender>], measured: &[Vec<Measured>]) {
    println!("{:<40} {:>12} {:>14}", "contender", "events/s", "CPU µs/event");
    for (contender, rounds) in contenders.iter().zip(measured) {
        let per_s = spread(rounds.iter().map(|round| round.per_s));
        let cpu_us = spread(rounds.iter().map(|round| round.cpu_us));
        println!("{:<40} {:>12.0} {:>14.1}", contender.name(), per_s[1], cpu_us[1]);
    }
    println!("{:<40} {:>12} {:>18}", "ours relative to", "median ratio", "lowest..highest");
    for (contender, rounds) in contenders.iter().zip(measured).skip(1) {
        let ratios = measured[0].iter().zip(rounds).map(|(ours, theirs)| ours.per_s / theirs.per_s);
        let [lowest, median, highest] = spread(ratios);
        println!("{:<40} {median:>12.2} {:>18}", contender.name(), format!("{lowest:.2}..{highest:.2}"));
    }
}

/// Lowest, median and highest.
fn spread(values: impl Iterator<Item = f64>) -> [f64; 3] {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    [values[0], values[values.len() / 2], values[values.len() - 1]]
}
