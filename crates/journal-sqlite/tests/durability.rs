//! No acknowledged event is lost and none is there twice: after kill -9, and after a power cut.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

#[path = "support/kill.rs"]
mod kill;

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use futures::future::join_all;
use journal_sqlite::{Durability, Options, SqliteJournal};
use kill::{ACKNOWLEDGED, Seeded, kill_under_load};
use ports::{
    Append, AppendError, Expect, Journal, NewEvent, Outcome, PAGE_EVENTS_MAX, Position, Select, SystemClock,
};
use uuid::Uuid;

const WRITERS: usize = 16;
/// Kills in an ordinary run; `CHAPERONE_KILLS=50` for a long one.
const KILLS: u64 = 5;
/// A kill comes after at most this many acknowledgements.
const ACKNOWLEDGED_MAX: u64 = 3_000;
const SEED: u64 = 20_260_529;

#[tokio::test(flavor = "multi_thread")]
async fn no_acknowledged_event_is_lost_or_doubled_by_kill_9() {
    let dir = tempfile::tempdir().unwrap();
    let mut seeded = Seeded(SEED);
    let mut acknowledged = HashSet::new();
    for run in 0..kills() {
        let input = format!("{run} full {}", dir.path().display());
        let after = 1 + seeded.below(ACKNOWLEDGED_MAX);
        let new = kill_under_load(appender(), &input, usize::try_from(after).unwrap());
        acknowledged.extend(new);
        let missing = missing(dir.path(), &acknowledged).await;
        assert!(missing.is_empty(), "run {run} lost {missing:?}");
    }
    println!("{} kills, {} acknowledged, none lost, none twice (seed {SEED})", kills(), acknowledged.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_acknowledged_event_is_lost_by_a_power_cut() {
    for (cut, torn) in [(0, None), (1, Some(SEED)), (2, Some(SEED + 1)), (3, Some(SEED + 2))] {
        let (missing, acknowledged) = cut_power("full", 2_000 + cut * 3_000, torn).await;
        assert!(missing.is_empty(), "cut {cut} lost {} of {acknowledged}", missing.len());
        println!("power cut {cut} (torn writes {torn:?}): {acknowledged} acknowledged, none lost");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_fsync_the_power_cut_is_seen_to_lose_events() {
    let (missing, acknowledged) = cut_power("off", 2_000, None).await;
    assert!(!missing.is_empty(), "the disk that drops what is not synced dropped nothing");
    println!("without fsync: {} of {acknowledged} acknowledged events lost", missing.len());
}

#[test]
fn a_failing_disk_is_answered_and_recording_resumes_without_hands() {
    let (dir, kept) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut command = child("meets_a_failing_disk");
    on_a_forgetful_disk(&mut command, dir.path(), kept.path());
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{}", dir.path().canonicalize().unwrap().display()).unwrap();
    assert!(child.wait().unwrap().success());
}

/// The process whose disk fails: the directory comes on stdin, and the shim looks for the file `fault` in it.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "started by another test, on a disk that fails when told"]
async fn meets_a_failing_disk() {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).unwrap();
    let dir = Path::new(line.trim());
    if line.is_empty() {
        return;
    }
    let journal = open(&dir.join("journal"), Durability::Full);
    let stream: Arc<str> = Arc::from("account-1");
    let id = |number: u8| Uuid::new_v5(&Uuid::NAMESPACE_OID, &[number]);
    let first = journal.append(input(id(1), &stream, Expect::NoStream)).await.unwrap();
    let at_first = Expect::from(first.version);

    std::fs::write(dir.join("fault"), "ENOSPC").unwrap();
    let full = journal.append(input(id(2), &stream, at_first)).await;
    assert!(matches!(full, Err(AppendError::Unavailable(_))), "{full:?}");
    assert_eq!(journal.find(id(1)).await.unwrap().map(|found| found.last), Some(first.last), "reads go on");
    std::fs::remove_file(dir.join("fault")).unwrap();
    let second = journal.append(input(id(2), &stream, at_first)).await.unwrap();
    assert_eq!((second.outcome, second.last), (Outcome::Appended, Position::new(0, 2)));

    std::fs::write(dir.join("fault"), "EIO").unwrap();
    let third = input(id(3), &stream, second.version.into());
    let unknown = journal.append(third.clone()).await;
    assert!(matches!(unknown, Err(AppendError::Indeterminate)), "{unknown:?}");
    let still = journal.append(third.clone()).await;
    assert!(
        matches!(still, Err(AppendError::Unavailable(_))),
        "not called recorded before a sync: {still:?}"
    );
    std::fs::remove_file(dir.join("fault")).unwrap();
    let resolved = journal.append(third).await.unwrap();
    assert_eq!(resolved.first, Some(Position::new(0, 3)));
    let report = journal.verify(&mut |_| Ok(())).unwrap();
    assert_eq!((report.events, report.problems), (3, Vec::new()));
}

/// Kills an appender on a disk that keeps only what was synced, and looks at what it kept.
async fn cut_power(durability: &str, after: usize, torn: Option<u64>) -> (Vec<String>, usize) {
    let (dir, kept) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut command = appender();
    let journal = on_a_forgetful_disk(&mut command, dir.path(), kept.path());
    if let Some(seed) = torn {
        command.env("POWERCUT_TORN", seed.to_string());
    }
    let input = format!("0 {durability} {}", journal.display());
    let acknowledged: HashSet<String> = kill_under_load(command, &input, after).into_iter().collect();
    (missing(kept.path(), &acknowledged).await, acknowledged.len())
}

/// Lets the command's journal below `dir` be mirrored into `kept` by what is synced.
fn on_a_forgetful_disk(command: &mut Command, dir: &Path, kept: &Path) -> PathBuf {
    let dir = dir.canonicalize().unwrap();
    let (library, journal) = (dir.join("powercut.so"), dir.join("journal"));
    build_shim(&library);
    command.env("LD_PRELOAD", &library).env("POWERCUT_DIR", &journal);
    command.env("POWERCUT_SHADOW", kept).env("POWERCUT_FAULT", dir.join("fault"));
    journal
}

fn build_shim(library: &Path) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/powercut/powercut.c");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
        .args([library, &source])
        .args(["-ldl", "-lpthread"])
        .status();
    assert!(built.expect("a C compiler is needed to build SQLite too").success());
}

/// Opens what was left, checks that it is whole, that nothing is there twice and that it can go on, and
/// returns the acknowledged ids that are not there.
async fn missing(dir: &Path, acknowledged: &HashSet<String>) -> Vec<String> {
    let journal = open(dir, Durability::Full);
    let report = journal.verify(&mut |_| Ok(())).unwrap();
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    let mut times: HashMap<Uuid, u32> = HashMap::new();
    let mut after = Position::START;
    loop {
        let page = journal.read_all(after, Position::END, Select::Facts, PAGE_EVENTS_MAX).await.unwrap();
        for event in &page.events {
            *times.entry(event.id).or_default() += 1;
            after = event.position;
        }
        if !page.more {
            break;
        }
    }
    assert!(times.values().all(|times| *times == 1), "an event is there twice");
    let missing: Vec<String> =
        acknowledged.iter().filter(|id| !times.contains_key(&id.parse().unwrap())).cloned().collect();
    if let Some(kept) = acknowledged.iter().find(|id| !missing.contains(id)) {
        let id: Uuid = kept.parse().unwrap();
        let found = journal.event(id).await.unwrap().expect("a kept event is found by its id");
        let again = journal.append(input(id, &found.stream, Expect::NoStream)).await.unwrap();
        assert_eq!((again.outcome, again.first), (Outcome::Repeated, Some(found.position)));
    }
    missing
}

fn appender() -> Command {
    child("appends_until_it_is_killed")
}

/// This very binary, running one ignored test.
fn child(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--ignored", "--nocapture"]);
    command
}

/// The process that is killed: "<run> full|off <directory>" on stdin says what to do.
#[test]
#[ignore = "started by the other tests, to be killed"]
fn appends_until_it_is_killed() {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).unwrap();
    let mut words = line.trim().splitn(3, ' ');
    let (Some(run), Some(durability), Some(dir)) = (words.next(), words.next(), words.next()) else { return };
    let durability = if durability == "off" { Durability::Off } else { Durability::Full };
    let journal = open(Path::new(dir), durability);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(join_all((0..WRITERS).map(|writer| {
        let (journal, run) = (journal.clone(), run.to_owned());
        runtime.spawn(append_for_ever(journal, run, writer))
    })));
}

async fn append_for_ever(journal: SqliteJournal, run: String, writer: usize) {
    let stream: Arc<str> = Arc::from(format!("account-{writer}"));
    let mut expect = Expect::from(journal.version(&stream).await.unwrap());
    for counter in 0u64.. {
        let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{run}/{writer}/{counter}").as_bytes());
        match journal.append(input(id, &stream, expect)).await {
            Ok(receipt) => {
                expect = receipt.version.into();
                println!("{ACKNOWLEDGED}{id}");
            }
            Err(AppendError::Overloaded { .. }) => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    }
}

fn input(id: Uuid, stream: &Arc<str>, expect: Expect) -> Append {
    let text = format!(r#"{{"id":"{id}","padding":"{:x<500}"}}"#, "");
    let event = NewEvent { id, kind: 1, text: text.into(), fact: id.as_bytes().to_vec().into() };
    Append { key: id, digest: [1; 32], stream: stream.clone(), expect, events: vec![event] }
}

fn open(dir: &Path, durability: Durability) -> SqliteJournal {
    // Small, so that every run also meets checkpoints and half-merged indexes.
    let options = Options { durability, log_pages_max: 64, run_entries: 64, ..Options::default() };
    SqliteJournal::open_owner(dir, options, Arc::new(SystemClock)).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "a test's own knob, not configuration of the program")]
fn kills() -> u64 {
    std::env::var("CHAPERONE_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS)
}
