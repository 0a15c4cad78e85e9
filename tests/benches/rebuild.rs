//! Rebuilding views from the journal file, beside DuckDB answering the same question from the same events.
//!
//! `cargo bench -p tests --bench rebuild` takes 100,000 events and five rounds; the published figures are
//! `cargo bench -p tests --bench rebuild -- --events 1000000 --rounds 10`. DuckDB comes from the environment that
//! `tests/run` makes, or from the Python that `CHAPERONE_PYTHON` names; without it that side is skipped, aloud.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at the first surprise"
)]

#[path = "measuring/book.rs"]
mod book;
#[path = "measuring/duckdb.rs"]
mod duckdb;
#[path = "measuring/history.rs"]
mod history;
#[path = "measuring/measure.rs"]
mod measure;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::sync::Arc;

use domain::account::holding::Holding;
use domain::stream::Stream;
use duckdb::DuckDb;
use journal_sqlite::SqliteJournal;
use measure::Round;
use ports::{Journal as _, Position};
use services::book::Book;
use services::queries::Moment;
use services::replay;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let (events, rounds) = (book::argument("--events", 100_000), book::argument("--rounds", 5));
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let file = history::history(folder.path(), events);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (book, journal) = book::open(folder.path());
    let summary = runtime.block_on(book::ingest(&book, BufReader::new(File::open(&file).unwrap())));
    let head = runtime.block_on(journal.head()).unwrap();
    println!(
        "{events} events ({}), {} in the journal with what the rules derived",
        history::DESCRIPTION,
        head.position
    );
    println!("{} findings' cases, {} attempts refused; synchronous=FULL", summary.cases, summary.refused);

    let mut duckdb = DuckDb::start("holders_duckdb.py", &[file.as_os_str()]);
    let (mut holders, mut peers, mut everything) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let mut answer = BTreeMap::new();
        holders.push(measure::round(|| {
            answer = replay::holders(&*journal, Position::END.min(head.position)).unwrap()
        }));
        if let Some(duckdb) = &mut duckdb {
            let (round, said) = duckdb.ask("");
            assert_eq!(format!("sha256:{}", said[1]), digest_of(&answer), "the two answer differently");
            peers.push(round);
        }
        everything.push(judge_all(&book, head.position));
    }
    check_against_full_fold(&journal, head.position);
    measure::print("holders, from the journal", events, &holders);
    if duckdb.is_some() {
        measure::print("holders, DuckDB from JSON lines", events, &peers);
        measure::print_ratio("the journal beside DuckDB", &holders, &peers);
    }
    measure::print("all accounts, decided and judged anew", events, &everything);
}

fn judge_all(book: &Book, upto: Position) -> Round {
    let moment = Moment { as_of: book.now(), known: upto };
    measure::round(|| {
        replay::judge_all(book, moment, book.now()).unwrap();
    })
}

/// The view's answer is the one the full fold of every account gives.
fn check_against_full_fold(journal: &Arc<SqliteJournal>, upto: Position) {
    let held = replay::holders(&**journal, upto).unwrap();
    let mut compared = 0;
    replay::each_account(&**journal, upto, &mut |stream, facts| {
        let full = domain::account::history::fold(&facts).holdings;
        assert_eq!(held.get(stream).cloned().unwrap_or_default(), full, "{stream}");
        compared += 1;
        Ok(())
    })
    .unwrap();
    println!("the holders of {compared} accounts are those of the full fold");
}

/// The last holder of each account, as the DuckDB side writes them.
fn digest_of(held: &BTreeMap<Stream, Vec<Holding>>) -> String {
    let mut text = String::new();
    let mut named: Vec<(String, &Holding)> =
        held.iter().filter_map(|(stream, held)| Some((stream.to_string(), held.last()?))).collect();
    named.sort_by(|(a, _), (b, _)| a.cmp(b));
    for (stream, holding) in named {
        text.push_str(&format!("{stream} {}\n", holding.holder));
    }
    wire::ids::digest(text.as_bytes()).to_string()
}
