//! A file of history taken in: recorded, decided, judged and durable, beside writing the same bytes plainly.
//!
//! `cargo bench -p tests --bench ingest` takes 100,000 events and three rounds; the published figures are
//! `cargo bench -p tests --bench ingest -- --events 1000000 --rounds 5`. The stages below the total run alone on
//! one core, so they say where the processor time goes, not how long each takes inside an ingest.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at the first surprise"
)]

#[path = "measuring/book.rs"]
mod book;
#[path = "measuring/history.rs"]
mod history;
#[path = "measuring/measure.rs"]
mod measure;

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::sync::Arc;

use domain::fact::Context;
use measure::{Round, round};
use ports::{Append, Journal as _};
use services::book::Book;
use services::pen::{Entry, Line};
use services::queries::Moment;
use services::{ingest, replay, settling};
use wire::cloudevents;
use wire::input::Input;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let (events, rounds) = (book::argument("--events", 100_000), book::argument("--rounds", 3));
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let file = history::history(folder.path(), events);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    println!("{events} events, {}; synchronous=FULL", history::DESCRIPTION);
    let mut names: Vec<&str> = Vec::new();
    let mut stages: Vec<Vec<Round>> = Vec::new();
    for _ in 0..rounds {
        for (index, (name, measured)) in one_round(folder.path(), &file, &runtime).into_iter().enumerate() {
            if stages.len() == index {
                names.push(name);
                stages.push(Vec::new());
            }
            stages[index].push(measured);
        }
    }
    for (name, stage) in names.iter().zip(&stages) {
        measure::print(name, events, stage);
    }
    measure::print_ratio("ingest beside the plain file", &stages[0], &stages[1]);
}

type Stage = (&'static str, Round);

fn one_round(folder: &Path, file: &Path, runtime: &tokio::runtime::Runtime) -> Vec<Stage> {
    let whole = tempfile::tempdir_in(folder).unwrap();
    let (book, _journal) = book::open(whole.path());
    let mut stages = vec![
        (
            "ingest: recorded, decided, judged, durable",
            round(|| {
                runtime.block_on(book::ingest(&book, BufReader::new(File::open(file).unwrap())));
            }),
        ),
        ("the same bytes into a file, synced as often", round(|| plainly(whole.path(), file))),
    ];
    stages.extend(stages_alone(folder, file, runtime, &book));
    stages
}

/// What any program has to do that promises the same durability: as many syncs as there are groups.
fn plainly(folder: &Path, file: &Path) {
    let mut out = File::create(folder.join("plain")).unwrap();
    let mut group = Vec::new();
    for (number, line) in (1..).zip(BufReader::new(File::open(file).unwrap()).lines()) {
        group.extend_from_slice(line.unwrap().as_bytes());
        group.push(b'\n');
        if number % ingest::CHUNK_RECORDS == 0 {
            out.write_all(&group).unwrap();
            out.sync_data().unwrap();
            group.clear();
        }
    }
    out.write_all(&group).unwrap();
    out.sync_data().unwrap();
}

/// Each stage by itself, over chunks, so that memory stays that of an ingest.
fn stages_alone(folder: &Path, file: &Path, runtime: &tokio::runtime::Runtime, book: &Book) -> Vec<Stage> {
    let alone = tempfile::tempdir_in(folder).unwrap();
    let (_, journal) = book::open(alone.path());
    let defaults = book::defaults(book);
    let none = Round { seconds: 0.0, cpu: 0.0 };
    let (mut read, mut penned, mut recorded) = (none, none, none);
    let lines: Vec<String> = BufReader::new(File::open(file).unwrap()).lines().map(Result::unwrap).collect();
    for chunk in lines.chunks(ingest::CHUNK_RECORDS) {
        let mut inputs: Vec<Input> = Vec::new();
        add(
            &mut read,
            round(|| {
                inputs =
                    chunk.iter().flat_map(|l| cloudevents::read(l.as_bytes(), &defaults).unwrap()).collect();
            }),
        );
        let mut appends: Vec<Append> = Vec::new();
        add(
            &mut penned,
            round(|| appends = inputs.into_iter().map(|input| entry(input).pen().append).collect()),
        );
        for append in &mut appends {
            append.expect = runtime.block_on(journal.version(&append.stream)).unwrap().into();
        }
        let journal = Arc::clone(&journal);
        add(
            &mut recorded,
            round(|| {
                let answers = runtime.block_on(journal.append_all(appends.into()));
                assert!(answers.iter().all(Result::is_ok));
            }),
        );
    }
    let upto = runtime.block_on(book.journal.head()).unwrap().position;
    let mut facts_of = Vec::new();
    let gathered = round(|| {
        replay::each_account(book.journal.as_ref(), upto, &mut |stream, facts| {
            facts_of.push((stream.clone(), facts));
            Ok(())
        })
        .unwrap();
    });
    let settled = round(|| {
        for (stream, facts) in &facts_of {
            settling::due(stream, facts, &book.world(stream.vendor()));
        }
    });
    drop(facts_of);
    let judged = round(|| {
        let moment = Moment { as_of: book.now(), known: upto };
        replay::judge_all(book, moment, book.now()).unwrap();
    });
    vec![
        ("  read: parse, check, canonical form, digest", read),
        ("  write both forms, derive ids", penned),
        ("  record: SQLite with its sync", recorded),
        ("  gather: scan and read compact facts", gathered),
        ("  decide what is due", settled),
        ("  replay: gather, decide and judge all anew", judged),
    ]
}

fn add(total: &mut Round, round: Round) {
    total.seconds += round.seconds;
    total.cpu += round.cpu;
}

fn entry(input: Input) -> Entry {
    let lines = input.said.into_iter().map(|said| Line {
        class: said.class,
        valid_at: said.valid_at,
        causation: None,
        policy: None,
        context: Context::default(),
        event: said.event,
    });
    Entry {
        lines: lines.collect(),
        stream: input.stream,
        producer: input.producer,
        digest: input.digest,
        actor: input.actor,
        origin: input.origin,
    }
}
