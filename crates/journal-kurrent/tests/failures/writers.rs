//! Several processes on one server, and mirrors that are kept, thrown away or exchanged.

use std::sync::Arc;

use journal_kurrent::{Absent, KurrentJournal, OpenError};
use ports::memory::MemoryJournal;
use ports::{Append, AppendError, Expect, Journal, ManualClock, Outcome};

use crate::journals::{NOON_MS, clock, double, memory, open, open_with, quick};
use crate::recording::{append, everything, record, until_head, until_recorded};

#[tokio::test(flavor = "multi_thread")]
async fn two_writers_see_one_story_with_the_same_positions() {
    let double = double();
    let serving = double.serve().unwrap();
    let (one, two) = (open(&serving.url()).await.unwrap(), open(&serving.url()).await.unwrap());
    assert_eq!(one.id(), two.id());
    for round in 0..10 {
        let (writer, other) = if round % 2 == 0 { (&one, &two) } else { (&two, &one) };
        let receipt = record(writer, &format!("round {round}"), "account-1", 2).await;
        until_head(other, receipt.last).await;
    }
    assert_eq!(everything(&one).await, everything(&two).await);
    let late = open(&serving.url()).await.unwrap();
    assert_eq!(everything(&one).await, everything(&late).await, "a mirror made anew tells the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_with_another_writer_tells_where_the_stream_stands() {
    let double = double();
    let serving = double.serve().unwrap();
    let (one, two) = (open(&serving.url()).await.unwrap(), open(&serving.url()).await.unwrap());
    let first = record(&one, "first", "account-1", 1).await;
    // Whether or not the second writer has read that yet.
    match two.append(append("second", "account-1", Expect::NoStream, 1)).await {
        Err(AppendError::Conflict { actual }) => assert_eq!(actual, first.version),
        other => panic!("expected a conflict, got {other:?}"),
    }
    let again = append("second", "account-1", first.version.into(), 1);
    assert_eq!(two.append(again).await.unwrap().version.unwrap().revision, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_one_key_written_twice_at_once_to_two_streams_the_first_one_counts_for_everybody() {
    let double = double();
    let serving = double.serve().unwrap();
    let (one, two) = (open(&serving.url()).await.unwrap(), open(&serving.url()).await.unwrap());
    // Neither hears of the other, so both write.
    double.hold_subscriptions();
    let first = append("same", "account-1", Expect::NoStream, 2);
    let second =
        Append { stream: Arc::from("account-2"), ..append("same", "account-2", Expect::NoStream, 2) };
    let writing_first = async {
        let writing = one.append(first);
        tokio::pin!(writing);
        tokio::select! { answer = &mut writing => return answer, () = until_recorded(&double, 3) => {} }
        let writing_second = two.append(second);
        tokio::pin!(writing_second);
        tokio::select! { _ = &mut writing_second => unreachable!("it hears nothing"), () = until_recorded(&double, 5) => {} }
        double.release_subscriptions();
        let repeated = writing_second.await.unwrap();
        assert_eq!((repeated.outcome, &*repeated.stream), (Outcome::Repeated, "account-1"));
        writing.await
    };
    let receipt = writing_first.await.unwrap();
    assert_eq!((receipt.outcome, &*receipt.stream), (Outcome::Appended, "account-1"));
    for journal in [&one, &two] {
        until_head(journal, receipt.last).await;
        assert_eq!(everything(journal).await.len(), 2);
        assert_eq!(journal.version("account-2").await.unwrap(), None, "what does not count is not there");
    }
    // The stream there holds two events that do not count; who does not know finds out.
    let late = open(&serving.url()).await.unwrap();
    let next = record(&late, "next", "account-2", 1).await;
    assert_eq!(next.version.unwrap().revision, 0);
    until_head(&two, next.last).await;
    let then = record(&two, "then", "account-2", 1).await;
    assert_eq!(then.version.unwrap().revision, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_that_was_kept_is_read_on_from_where_it_ends() {
    let double = double();
    let serving = double.serve().unwrap();
    let mirror = memory();
    let journal = open_with(&serving.url(), mirror.clone(), quick()).await.unwrap();
    let first = record(&journal, "first", "account-1", 3).await;
    drop(journal);
    let other = open(&serving.url()).await.unwrap();
    record(&other, "meanwhile", "account-2", 2).await;
    other.append(append("nothing", "account-3", Expect::NoStream, 0)).await.unwrap();

    let journal = open_with(&serving.url(), mirror, quick()).await.unwrap();
    assert_eq!(everything(&journal).await, everything(&other).await);
    let again = journal.append(append("nothing", "account-3", Expect::NoStream, 0)).await.unwrap();
    assert_eq!(again.outcome, Outcome::Repeated, "keys without events are mirrored too");
    assert!(again.last > first.last);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_of_another_journal_is_refused() {
    let (one, other) = (double(), double());
    let (at_one, at_other) = (one.serve().unwrap(), other.serve().unwrap());
    let mirror = memory();
    let journal = open_with(&at_one.url(), mirror.clone(), quick()).await.unwrap();
    let receipt = record(&journal, "first", "account-1", 1).await;
    drop(journal);
    let error = open_with(&at_other.url(), mirror, quick()).await.map(drop).unwrap_err();
    assert!(matches!(error, OpenError::Diverged { .. }), "{error}");
    assert_eq!(receipt.version.unwrap().revision, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn times_are_our_own_to_the_millisecond_and_never_go_back_whatever_another_clock_shows() {
    let double = double();
    let serving = double.serve().unwrap();
    let fast = Arc::new(ManualClock::at(NOON_MS + 1_234));
    let mirror: Arc<MemoryJournal> = memory();
    let ahead = KurrentJournal::open(&serving.url(), Absent::Found, mirror, fast, quick()).await.unwrap();
    let behind = open(&serving.url()).await.unwrap();
    let first = record(&ahead, "first", "account-1", 1).await;
    assert_eq!(first.recorded_ms, NOON_MS + 1_234);
    let second = record(&behind, "second", "account-2", 1).await;
    assert_eq!(second.recorded_ms, NOON_MS + 1_234);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_journal_was_founded_reading_says_so() {
    let double = double();
    let serving = double.serve().unwrap();
    let opened = KurrentJournal::open(&serving.url(), Absent::Refuse, memory(), clock(), quick()).await;
    let error = opened.map(drop).unwrap_err();
    assert!(matches!(error, OpenError::Missing { .. }), "{error}");
}
