//! Judging a whole journal by all patterns, certificates included, beside the strong SQL answer in DuckDB.
//!
//! `cargo bench -p tests --bench judge` takes 100,000 events and three rounds; the published figures are
//! `cargo bench -p tests --bench judge -- --events 10000000 --rounds 3`. A journal of a tenth of the events is judged
//! in each round too: what an event costs, and what memory, should be the same. Each round is a process of its own, so
//! that its memory is that of one replay. `--journal DIR` keeps the journals in a folder, or takes those that are there;
//! ten million events need some 8 GB, and in each round 2 GB in the folder for temporary files.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at the first surprise"
)]

#[path = "measuring/book.rs"]
mod book;
#[path = "measuring/duckdb.rs"]
mod duckdb;
#[path = "measuring/measure.rs"]
mod measure;
#[path = "measuring/mixed.rs"]
mod mixed;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use duckdb::DuckDb;
use measure::Round;
use ports::Journal as _;
use services::queries::Moment;
use services::replay;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Written once a journal is whole.
const PREPARED: &str = "prepared";
/// What a round found, one finding a line: its pattern and its account.
const FINDINGS: &str = "findings";
/// Queries of the baselines; the first is the strong one.
const QUERIES: [&str; 3] = ["b3", "b0", "b1"];
/// The pattern that says what the strong query says: the guest became the holder, and nobody who may allow it did.
const SAID_BY_SQL: &str = "T01";

fn main() {
    if let Some(folder) = text_argument("--measured") {
        return measured(Path::new(&folder));
    }
    let (events, rounds) = (book::argument("--events", 100_000), book::argument("--rounds", 3));
    let scratch = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let folder = text_argument("--journal").map_or_else(|| scratch.path().to_owned(), PathBuf::from);
    println!("{events} events, {}; synchronous=FULL", mixed::DESCRIPTION);
    let [few, many] =
        [events / 10, events].map(|events| Sized { events, folder: folder.join(events.to_string()) });
    [&few, &many].into_iter().for_each(prepare);
    let mut duckdb = told_to_duckdb(&many);
    let (mut of_few, mut of_many) = (Vec::new(), Vec::new());
    let mut answers: BTreeMap<&str, Vec<Round>> = BTreeMap::new();
    for _ in 0..rounds {
        of_few.push(few.judged());
        of_many.push(many.judged());
        for query in QUERIES {
            if let Some(duckdb) = &mut duckdb {
                answers.entry(query).or_default().push(duckdb.ask(query).0);
            }
        }
    }
    for (sized, of_it) in [(&few, &of_few), (&many, &of_many)] {
        sized.print(of_it);
    }
    let [few_rounds, many_rounds] =
        [(&few, &of_few), (&many, &of_many)].map(|(sized, of_it)| sized.an_event(of_it));
    measure::print_ratio("an event of few beside one of ten times as many", &many_rounds, &few_rounds);
    let [few_cpu, many_cpu] = [few_rounds, many_rounds].map(by_processor);
    measure::print_ratio("the same by processor time", &many_cpu, &few_cpu);
    let Some(mut duckdb) = duckdb else { return };
    for (query, rounds) in &answers {
        measure::print(&format!("{query} in DuckDB, from Parquet"), events, rounds);
    }
    let judged: Vec<Round> = of_many.iter().map(|judged| judged.round).collect();
    measure::print_ratio("all patterns beside b3 alone", &judged, &answers["b3"]);
    many.compare(&mut duckdb);
}

/// The rounds as if nothing but the processors had taken time.
fn by_processor(rounds: Vec<Round>) -> Vec<Round> {
    rounds.into_iter().map(|round| Round { seconds: round.cpu, ..round }).collect()
}

fn text_argument(name: &str) -> Option<String> {
    std::env::args().skip_while(|argument| argument != name).nth(1)
}

/// A journal of so many events.
struct Sized {
    events: u64,
    folder: PathBuf,
}

/// Ingests the history, unless that was done before.
fn prepare(sized: &Sized) {
    let Sized { events, folder } = sized;
    if folder.join(PREPARED).exists() {
        return;
    }
    fs::create_dir_all(folder).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (book, _journal) = book::open(folder);
    let started = Instant::now();
    let summary = runtime.block_on(book::ingest(&book, mixed::lines(*events)));
    println!(
        "{events} events ingested in {:.0} s: {} quarantined, {} attempts refused, {} cases",
        started.elapsed().as_secs_f64(),
        summary.quarantined,
        summary.refused,
        summary.cases
    );
    fs::write(folder.join(PREPARED), "").unwrap();
}

/// DuckDB with the same events as Parquet, if it is there.
fn told_to_duckdb(sized: &Sized) -> Option<DuckDb> {
    let folder = sized.folder.join("parquet");
    let is_there = folder.exists();
    let mut duckdb = DuckDb::start("judge_duckdb.py", &[folder.as_os_str()])?;
    if !is_there {
        let mut loading = Round { seconds: 0.0, cpu: 0.0 };
        mixed::in_slices(sized.events, &sized.folder, &mut |slice| {
            let (round, _) = duckdb.ask(&format!("add {}", slice.display()));
            loading.seconds += round.seconds;
            loading.cpu += round.cpu;
        });
        measure::print("DuckDB: JSON lines into Parquet, once", sized.events, &[loading]);
    }
    let (_, said) = duckdb.ask("events");
    assert_eq!(said[1], sized.events.to_string(), "DuckDB was told other events");
    Some(duckdb)
}

/// One round: a process that opened the book and judged it.
struct Judged {
    opening: Round,
    round: Round,
    opened_mb: u64,
    peak_mb: u64,
    accounts: u64,
    head: u64,
}

/// What the process of a round does; it says what it measured in one line.
fn measured(folder: &Path) {
    let mut opened = None;
    let opening = measure::round(|| opened = Some(book::open(folder)));
    let (book, journal) = opened.unwrap();
    let opened_mb = memory_mb("VmHWM");
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let head = runtime.block_on(journal.head()).unwrap().position;
    let mut summary = None;
    let round = measure::round(|| {
        let moment = Moment { as_of: book.now(), known: head };
        summary = Some(replay::judge_all(&book, moment, book.now()).unwrap());
    });
    let peak_mb = memory_mb("VmHWM");
    let summary = summary.unwrap();
    let found: String =
        summary.findings.iter().map(|row| format!("{} {}\n", row.pattern, row.account)).collect();
    fs::write(folder.join(FINDINGS), found).unwrap();
    println!(
        "{} {} {} {} {opened_mb} {peak_mb} {} {}",
        opening.seconds,
        opening.cpu,
        round.seconds,
        round.cpu,
        summary.accounts,
        head.lo()
    );
}

impl Sized {
    fn judged(&self) -> Judged {
        let program = std::env::current_exe().unwrap();
        let output = Command::new(program).arg("--measured").arg(&self.folder).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let said = String::from_utf8(output.stdout).unwrap();
        let fields: Vec<&str> = said.split_whitespace().collect();
        let seconds = |at: usize| fields[at].parse::<f64>().unwrap();
        let number = |at: usize| fields[at].parse::<u64>().unwrap();
        Judged {
            opening: Round { seconds: seconds(0), cpu: seconds(1) },
            round: Round { seconds: seconds(2), cpu: seconds(3) },
            opened_mb: number(4),
            peak_mb: number(5),
            accounts: number(6),
            head: number(7),
        }
    }

    fn print(&self, judged: &[Judged]) {
        let Self { events, .. } = self;
        let of = |part: fn(&Judged) -> Round| -> Vec<Round> { judged.iter().map(part).collect() };
        let most = |part: fn(&Judged) -> u64| judged.iter().map(part).max().unwrap();
        let found = self.found();
        let by_pattern: Vec<String> =
            found.iter().map(|(pattern, accounts)| format!("{pattern} {}", accounts.len())).collect();
        let (opened_mb, peak_mb, accounts) =
            (most(|one| one.opened_mb), most(|one| one.peak_mb), most(|one| one.accounts));
        println!(
            "{events} events: {} in the journal with what the rules derived, {accounts} accounts",
            most(|one| one.head)
        );
        measure::print("  opening the book", *events, &of(|one| one.opening));
        measure::print("  all patterns, decided and judged anew", *events, &of(|one| one.round));
        let slowest = judged.iter().map(|one| one.round.seconds).fold(0.0, f64::max);
        println!(
            "  {slowest:.1} s at most; {opened_mb} MB when opened, {peak_mb} MB at most: {:.2} KB an account",
            peak_mb as f64 * 1e3 / accounts as f64
        );
        println!(
            "  {} findings stand; accounts of different names: {}",
            self.findings(),
            by_pattern.join(", ")
        );
    }

    /// The rounds as if each had had one event.
    fn an_event(&self, judged: &[Judged]) -> Vec<Round> {
        let events = self.events as f64;
        let an_event =
            |one: &Judged| Round { seconds: one.round.seconds / events, cpu: one.round.cpu / events };
        judged.iter().map(an_event).collect()
    }

    fn findings(&self) -> usize {
        fs::read_to_string(self.folder.join(FINDINGS)).unwrap().lines().count()
    }

    /// The accounts with a finding, by pattern, as the last round wrote them.
    fn found(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for line in fs::read_to_string(self.folder.join(FINDINGS)).unwrap().lines() {
            let (pattern, account) = line.split_once(' ').unwrap();
            found.entry(pattern.to_owned()).or_default().insert(account.to_owned());
        }
        found
    }

    /// Says where the two answers differ, as far as they answer the same.
    fn compare(&self, duckdb: &mut DuckDb) {
        let found = self.found();
        let of_rules = found.get(SAID_BY_SQL).cloned().unwrap_or_default();
        let of_any: BTreeSet<&String> = found.values().flatten().collect();
        for query in QUERIES {
            let (_, said) = duckdb.ask(query);
            let named = fs::read_to_string(&said[2]).unwrap();
            // A finding names no vendor: what is told of several vendors is one story.
            let named: BTreeSet<String> =
                named.lines().filter_map(|stream| Some(stream.split_once('.')?.1.to_owned())).collect();
            let both = named.iter().filter(|account| of_rules.contains(*account)).count();
            let other = named.iter().filter(|account| of_any.contains(account)).count() - both;
            println!(
                "{query} names {} accounts of different names, using {} MB: {SAID_BY_SQL} says so of {both}, other patterns something \
                 else of {other}, none anything of {}; of {} accounts with {SAID_BY_SQL} it misses {}",
                named.len(),
                said[0],
                named.len() - both - other,
                of_rules.len(),
                of_rules.len() - both
            );
        }
        println!("{} accounts of different names have a finding of any pattern", of_any.len());
    }
}

/// A line of /proc/self/status, in megabytes; 0 where there is none.
fn memory_mb(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    line.split_whitespace().nth(1).map_or(0, |kb| kb.parse::<u64>().unwrap() / 1024)
}
