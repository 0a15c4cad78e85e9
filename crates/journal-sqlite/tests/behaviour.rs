//! What the journal over SQLite promises beyond the suite: one owner, readers beside it, an end to tampering.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use futures::StreamExt;
use futures::future::join_all;
use journal_sqlite::{BackupError, OpenError, Options, SqliteJournal};
use ports::{
    Append, AppendError, Clock, Expect, Journal, ManualClock, NewEvent, Outcome, PAGE_EVENTS_MAX, Position,
    Receipt, Recorded, Select, Tailed,
};
use rusqlite::Connection;
use uuid::Uuid;

fn open(dir: &Path) -> SqliteJournal {
    open_with(dir, Options::default())
}

fn open_with(dir: &Path, options: Options) -> SqliteJournal {
    SqliteJournal::open_owner(dir, options, Arc::new(ManualClock::at(1_780_056_000_000))).unwrap()
}

fn input(number: usize, stream: &str, expect: Expect) -> Append {
    let key = Uuid::new_v5(&Uuid::NAMESPACE_OID, &number.to_be_bytes());
    let event = NewEvent { id: key, kind: 1, text: format!("text {number}").into(), fact: "fact".into() };
    Append { key, digest: [1; 32], stream: Arc::from(stream), expect, events: vec![event] }
}

async fn record(journal: &SqliteJournal, number: usize, stream: &str) -> Receipt {
    let expect = journal.version(stream).await.unwrap().into();
    journal.append(input(number, stream, expect)).await.unwrap()
}

async fn everything(journal: &SqliteJournal) -> Vec<Recorded> {
    let mut events: Vec<Recorded> = Vec::new();
    loop {
        let after = events.last().map_or(Position::START, |event| event.position);
        let page = journal.read_all(after, Position::END, Select::Both, PAGE_EVENTS_MAX).await.unwrap();
        events.extend(page.events);
        if !page.more {
            return events;
        }
    }
}

fn raw(dir: &Path) -> Connection {
    Connection::open(dir.join("journal.sqlite")).unwrap()
}

fn problems(journal: &SqliteJournal) -> Vec<String> {
    journal.verify(&mut |_| Ok(())).unwrap().problems
}

#[tokio::test]
async fn a_second_owner_is_told_who_holds_the_journal() {
    let dir = tempfile::tempdir().unwrap();
    let first =
        open_with(dir.path(), Options { command: "chaperone serve".to_owned(), ..Options::default() });
    let clock = Arc::new(ManualClock::default());
    let second = SqliteJournal::open_owner(dir.path(), Options::default(), clock);
    match second.map(|_| ()) {
        Err(OpenError::Held { pid, command }) => {
            assert_eq!((pid, command.as_str()), (Some(std::process::id()), "chaperone serve"));
        }
        other => panic!("expected held, got {other:?}"),
    }
    drop(first);
    open(dir.path());
}

#[tokio::test]
async fn a_reader_beside_the_writer_sees_what_is_committed_and_cannot_write() {
    let dir = tempfile::tempdir().unwrap();
    let owner = open_with(dir.path(), Options { run_entries: 8, ..Options::default() });
    record(&owner, 0, "account-1").await;
    let reader = SqliteJournal::open_reader(dir.path()).unwrap();
    let mut tail = reader.tail(Position::START, Select::Both);
    for number in 1..100 {
        let receipt = record(&owner, number, &format!("account-{}", number % 7)).await;
        let version = reader.version(&receipt.stream).await.unwrap();
        assert_eq!(version, receipt.version, "at {number}");
        let found = reader.find(input(number, "", Expect::NoStream).key).await.unwrap();
        assert_eq!(found.map(|found| found.last), Some(receipt.last));
    }
    assert_eq!(everything(&reader).await, everything(&owner).await);
    let mut followed = Vec::new();
    while followed.len() < 100 {
        if let Tailed::Event(event) = tail.next().await.unwrap().unwrap() {
            followed.push(event);
        }
    }
    assert_eq!(followed, everything(&owner).await);
    let refused = reader.append(input(1_000, "account-1", Expect::NoStream)).await;
    assert!(matches!(refused, Err(AppendError::Unavailable(_))));
    assert!(problems(&reader).is_empty());
}

#[tokio::test]
async fn an_owner_answers_from_memory_what_the_file_says() {
    let dir = tempfile::tempdir().unwrap();
    let owner = open(dir.path());
    let count = 3 * PAGE_EVENTS_MAX + 100;
    let appends =
        (0..count).map(|number| input(number, &format!("account-{}", number % 7), Expect::NoStream));
    let answers = owner.append_all(appends.collect()).await;
    let head = answers.last().unwrap().as_ref().unwrap().last.lo();
    let file = SqliteJournal::open_reader(dir.path()).unwrap();
    let page = PAGE_EVENTS_MAX as u64;
    let in_memory = head - 2 * page;
    let starts = [0, 1, page, in_memory - 1, in_memory, in_memory + 1, head - page, head - 1, head, head + 1];
    for after in starts.into_iter().chain([u64::MAX]) {
        for upto in [0, after, after.saturating_add(1), in_memory + 9, head - 1, head, u64::MAX] {
            for max in [0, 1, 17, PAGE_EVENTS_MAX, usize::MAX] {
                for select in [Select::Facts, Select::Text, Select::Both] {
                    let (from, to) = (Position::new(0, after), Position::new(0, upto));
                    let told = owner.read_all(from, to, select, max).await.unwrap();
                    let written = file.read_all(from, to, select, max).await.unwrap();
                    assert!(told == written, "after {after} up to {upto}, {max} with {select:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_reader_needs_a_journal_to_read() {
    let dir = tempfile::tempdir().unwrap();
    let missing = SqliteJournal::open_reader(dir.path()).map(|_| ());
    assert!(matches!(missing, Err(OpenError::Missing(_))));
}

#[tokio::test]
async fn everything_is_found_again_after_closing_and_opening_at_any_stage_of_the_indexes() {
    let dir = tempfile::tempdir().unwrap();
    let options = || Options { run_entries: 20, log_pages_max: 16, ..Options::default() };
    let mut receipts = Vec::new();
    for opening in 0..12 {
        let journal = open_with(dir.path(), options());
        for number in opening * 13..(opening + 1) * 13 {
            receipts.push(record(&journal, number, &format!("account-{}", number % 5)).await);
        }
        for (number, receipt) in receipts.iter().enumerate() {
            let sample = input(number, &receipt.stream, Expect::NoStream);
            let again = journal.append(sample.clone()).await.unwrap();
            assert_eq!(again, Receipt { outcome: Outcome::Repeated, ..receipt.clone() });
            let event = journal.event(sample.key).await.unwrap().expect("found by id");
            assert_eq!(Some(event.position), receipt.first);
            let page = journal.read_stream(&receipt.stream, event.revision, Select::Both, 1).await.unwrap();
            assert_eq!(page.events, [event]);
        }
        assert!(problems(&journal).is_empty(), "{:?}", problems(&journal));
    }
}

#[tokio::test]
async fn what_is_recorded_cannot_be_changed_or_deleted() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    record(&journal, 1, "account-1").await;
    let connection = raw(dir.path());
    for table in ["events", "texts", "receipts", "streams", "journal"] {
        let refused = connection.execute(&format!("DELETE FROM {table}"), []).unwrap_err();
        assert!(refused.to_string().contains("never deleted"), "{refused}");
    }
    for change in ["events SET kind = 2", "texts SET text = 'x'", "receipts SET recorded_ms = 0"] {
        let refused = connection.execute(&format!("UPDATE {change}"), []).unwrap_err();
        assert!(refused.to_string().contains("never changed"), "{refused}");
    }
}

#[tokio::test]
async fn a_newer_or_older_format_and_a_foreign_file_are_refused_with_a_clear_error() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()));
    raw(dir.path()).pragma_update(None, "user_version", 99).unwrap();
    let clock = Arc::new(ManualClock::default());
    let newer = SqliteJournal::open_owner(dir.path(), Options::default(), clock.clone()).map(|_| ());
    assert!(matches!(newer, Err(OpenError::NewerFormat { found: 99, known: 2 })));
    raw(dir.path()).pragma_update(None, "user_version", 1).unwrap();
    let older = SqliteJournal::open_owner(dir.path(), Options::default(), clock.clone()).map(|_| ());
    assert!(matches!(older, Err(OpenError::OlderFormat { found: 1, known: 2 })));
    raw(dir.path()).pragma_update(None, "application_id", 1).unwrap();
    let foreign = SqliteJournal::open_owner(dir.path(), Options::default(), clock).map(|_| ());
    assert!(matches!(foreign, Err(OpenError::NotAJournal)));
}

#[tokio::test]
async fn a_backup_taken_under_load_is_a_whole_journal_of_one_moment() {
    let dir = tempfile::tempdir().unwrap();
    let target = tempfile::tempdir().unwrap();
    let journal = open_with(dir.path(), Options { run_entries: 16, ..Options::default() });
    for number in 0..200 {
        record(&journal, number, &format!("account-{}", number % 9)).await;
    }
    let copying = {
        let (journal, target) = (journal.clone(), target.path().to_owned());
        std::thread::spawn(move || journal.backup(&target))
    };
    for number in 200..400 {
        record(&journal, number, &format!("account-{}", number % 9)).await;
    }
    copying.join().unwrap().unwrap();
    assert!(matches!(journal.backup(target.path()), Err(BackupError::Exists)));

    let copy = open(target.path());
    assert_eq!(copy.id(), journal.id());
    assert!(problems(&copy).is_empty(), "{:?}", problems(&copy));
    let (copied, all) = (everything(&copy).await, everything(&journal).await);
    assert!(copied.len() >= 200);
    assert_eq!(copied, all[..copied.len()]);
}

#[tokio::test]
async fn verification_names_what_was_tampered_with() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    for number in 0..10 {
        record(&journal, number, "account-1").await;
    }
    drop(journal);
    let tampering = [
        ("events", "DELETE FROM events WHERE position = 4", "position 5 follows 3"),
        ("texts", "DELETE FROM texts WHERE position = 7", "position 7 has no text"),
        ("events", "UPDATE events SET revision = 50 WHERE position = 9", "position 9 has revision 50, not 8"),
        ("receipts", "UPDATE receipts SET first = 1 WHERE number = 3", "receipt 3 does not match its events"),
    ];
    for (table, sql, _) in tampering {
        let connection = raw(dir.path());
        connection
            .execute_batch(&format!("DROP TRIGGER {table}_no_DELETE; DROP TRIGGER {table}_no_UPDATE; {sql};"))
            .or_else(|_| connection.execute_batch(sql))
            .unwrap();
    }
    let reader = SqliteJournal::open_reader(dir.path()).unwrap();
    let mut differ = |event: journal_sqlite::Audited<'_>| match event.position {
        2 => Err("the fact says otherwise".to_owned()),
        _ => Ok(()),
    };
    let problems = reader.verify(&mut differ).unwrap().problems;
    let expected = tampering.iter().map(|(_, _, problem)| *problem);
    for problem in expected.chain(["position 2: the fact says otherwise"]) {
        assert!(problems.iter().any(|found| found == problem), "{problem} not in {problems:?}");
    }
}

#[tokio::test]
async fn verification_names_what_an_index_has_lost() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open_with(dir.path(), Options { run_entries: 10, ..Options::default() });
    for number in 0..25 {
        record(&journal, number, "account-1").await;
    }
    drop(journal);
    let leaves_of = |index: u8| {
        let runs = format!("SELECT min(number) FROM runs WHERE of = {index}");
        format!("DELETE FROM leaves WHERE number >> 32 = ({runs})")
    };
    for index in 1..=3 {
        raw(dir.path()).execute(&leaves_of(index), []).unwrap();
    }
    let problems = problems(&SqliteJournal::open_reader(dir.path()).unwrap());
    for problem in [
        "position 3 is not found by its stream",
        "position 3 is not found by its id",
        "receipt 3 is not found by its key",
    ] {
        assert!(problems.iter().any(|found| found == problem), "{problem} not in {problems:?}");
    }
    assert!(!problems.iter().any(|found| found.contains(" 25 ")), "{problems:?}");
}

/// A clock that answers only when told: it holds the writer in the middle of a group.
struct HeldClock {
    asked: SyncSender<()>,
    answer: Mutex<Receiver<i64>>,
}

impl Clock for HeldClock {
    fn now_ms(&self) -> i64 {
        self.asked.send(()).unwrap();
        self.answer.lock().unwrap().recv().unwrap_or(1_780_056_000_000)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_answers_overloaded_and_records_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let (asked, was_asked) = sync_channel(100);
    let (answering, answer) = sync_channel(100);
    let clock = Arc::new(HeldClock { asked, answer: Mutex::new(answer) });
    let options = Options { queue_max: 3, ..Options::default() };
    let journal = SqliteJournal::open_owner(dir.path(), options, clock).unwrap();

    let held = {
        let journal = journal.clone();
        tokio::spawn(async move { journal.append(input(0, "account-0", Expect::NoStream)).await })
    };
    was_asked.recv().unwrap();
    let mut queued = Box::pin(join_all((1..=4).map(|number| {
        let journal = journal.clone();
        async move { journal.append(input(number, &format!("account-{number}"), Expect::NoStream)).await }
    })));
    assert!(futures::poll!(queued.as_mut()).is_pending(), "three wait for the writer");
    drop(answering);
    held.await.unwrap().unwrap();
    let results = queued.await;
    assert!(results[..3].iter().all(Result::is_ok), "{results:?}");
    assert!(matches!(results[3], Err(AppendError::Overloaded { .. })), "{results:?}");
    assert_eq!(everything(&journal).await.len(), 4);
}
