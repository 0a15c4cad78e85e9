//! What an append promises.

use futures::future::join_all;

use super::Subject;
use super::sample::{NOON_MS, append, id};
use crate::clock::CLOCK_STEP_BACK_MAX_MS;
use crate::journal::{AppendError, EVENT_TEXT_BYTES_MAX, EVENTS_PER_APPEND_MAX, Outcome, Receipt};
use crate::position::{Expect, Version};

/// How many appends race: more than any backend serves in one step.
const RACERS: usize = 16;

pub(super) async fn a_repeated_key_gets_the_first_receipt(subject: Subject) {
    let input = append("first", "account-1", Expect::NoStream, 2);
    let first = subject.append(input.clone()).await.expect("the stream is new");
    assert_eq!(first.outcome, Outcome::Appended);
    assert_eq!(first.recorded_ms, NOON_MS);
    subject.record("second", "account-1", 1).await;
    subject.clock.advance(60_000);

    let again = subject.append(input.clone()).await.expect("a repetition is answered, not judged");
    assert_eq!(again, Receipt { outcome: Outcome::Repeated, ..first.clone() });
    let found = subject.journal.find(input.key).await.expect("the journal can be read");
    assert_eq!(found, Some(again));
    assert_eq!(subject.all().await.len(), 3, "a repetition records nothing");
}

pub(super) async fn a_key_with_other_content_is_a_mismatch(subject: Subject) {
    let mut input = append("first", "account-1", Expect::NoStream, 1);
    let first = subject.append(input.clone()).await.expect("the stream is new");
    input.digest = [9; 32];
    match subject.append(input).await {
        Err(AppendError::KeyMismatch { receipt }) => assert_eq!(receipt.first, first.first),
        other => panic!("expected a key mismatch, got {other:?}"),
    }
    assert_eq!(subject.all().await.len(), 1);
}

pub(super) async fn an_append_to_a_moved_stream_conflicts_and_leaves_its_key_free(subject: Subject) {
    let first = subject.record("first", "account-1", 1).await;
    let second = subject.record("second", "account-1", 1).await;
    let stale = Expect::from(first.version);
    for expect in [Expect::NoStream, stale] {
        let actual = conflict(subject.append(append("late", "account-1", expect, 1)).await);
        assert_eq!(actual, second.version);
    }
    assert_eq!(subject.journal.find(id("late")).await.expect("the journal can be read"), None);
    let actual = conflict(subject.append(append("late", "account-2", stale, 1)).await);
    assert_eq!(actual, None, "another stream has no version");

    let decided_again = append("late", "account-1", second.version.into(), 1);
    let third = subject.append(decided_again).await.expect("the key is still free");
    assert_eq!(third.version.map(|version| version.revision), Some(2));
}

pub(super) async fn a_version_with_a_foreign_token_conflicts(subject: Subject) {
    let first = subject.record("first", "account-1", 1).await;
    let version = first.version.expect("the stream has an event");
    let foreign = Version { token: version.token + 1, ..version };
    let actual = conflict(subject.append(append("next", "account-1", Expect::At(foreign), 1)).await);
    assert_eq!(actual, Some(version));
}

pub(super) async fn an_append_without_events_consumes_its_key(subject: Subject) {
    let before = subject.record("first", "account-1", 1).await;
    let input = append("nothing to record", "account-2", Expect::NoStream, 0);
    let receipt = subject.append(input.clone()).await.expect("the stream is new");
    assert_eq!((receipt.first, receipt.version, receipt.last), (None, None, before.last));
    let again = subject.append(input.clone()).await.expect("a repetition is answered");
    assert_eq!(again, Receipt { outcome: Outcome::Repeated, ..receipt });
    let version = subject.journal.version("account-2").await.expect("the journal can be read");
    assert_eq!(version, None, "the stream still has no event");

    let nothing = append("nothing again", "account-1", before.version.into(), 0);
    let receipt = subject.append(nothing).await.expect("the stream stands as expected");
    assert_eq!(receipt.version, before.version);
    conflict(subject.append(append("stale", "account-1", Expect::NoStream, 0)).await);
    assert_eq!(subject.all().await.len(), 1);
}

pub(super) async fn what_is_too_large_is_refused_and_not_recorded(subject: Subject) {
    let mut long_text = append("long text", "account-1", Expect::NoStream, 1);
    long_text.events[0].text = vec![b'x'; EVENT_TEXT_BYTES_MAX + 1].into();
    let many = append("many", "account-1", Expect::NoStream, EVENTS_PER_APPEND_MAX + 1);
    for input in [long_text, many] {
        let key = input.key;
        match subject.append(input).await {
            Err(AppendError::TooLarge { limit, actual, .. }) => assert_eq!(actual, limit + 1),
            other => panic!("expected too large, got {other:?}"),
        }
        assert_eq!(subject.journal.find(key).await.expect("the journal can be read"), None);
    }
    let mut just_fits = append("just fits", "account-1", Expect::NoStream, 1);
    just_fits.events[0].text = vec![b'x'; EVENT_TEXT_BYTES_MAX].into();
    subject.append(just_fits).await.expect("the limit itself is allowed");
    let most = append("most", "account-2", Expect::NoStream, EVENTS_PER_APPEND_MAX);
    subject.append(most).await.expect("the limit itself is allowed");
}

pub(super) async fn of_concurrent_appends_to_one_version_one_wins(subject: Subject) {
    let racing = (0..RACERS)
        .map(|racer| subject.append(append(&format!("racer {racer}"), "account-1", Expect::NoStream, 1)));
    let results = join_all(racing).await;
    let won = results.iter().filter(|result| result.is_ok()).count();
    let lost = results.iter().filter(|result| matches!(result, Err(AppendError::Conflict { .. }))).count();
    assert_eq!((won, lost), (1, RACERS - 1));
    assert_eq!(subject.all().await.len(), 1);
}

pub(super) async fn of_concurrent_appends_with_one_key_one_is_recorded(subject: Subject) {
    let racing = (0..RACERS).map(|_| subject.append(append("same", "account-1", Expect::NoStream, 1)));
    let receipts: Vec<Receipt> =
        join_all(racing).await.into_iter().map(|result| result.expect("same key, same content")).collect();
    let appended = receipts.iter().filter(|receipt| receipt.outcome == Outcome::Appended).count();
    assert_eq!(appended, 1);
    assert!(receipts.iter().all(|receipt| receipt.first == receipts[0].first));
    assert_eq!(subject.all().await.len(), 1);
}

pub(super) async fn recorded_time_never_goes_back_and_a_broken_clock_stops_recording(subject: Subject) {
    let input = append("noon", "account-1", Expect::NoStream, 1);
    let noon = subject.append(input.clone()).await.expect("the stream is new");
    subject.clock.set(NOON_MS - CLOCK_STEP_BACK_MAX_MS);
    assert_eq!(subject.record("a small step back", "account-2", 1).await.recorded_ms, NOON_MS);

    subject.clock.set(NOON_MS - CLOCK_STEP_BACK_MAX_MS - 1);
    let broken = append("too far back", "account-3", Expect::NoStream, 1);
    match subject.append(broken.clone()).await {
        Err(AppendError::Unavailable(why)) => assert!(why.contains("clock"), "{why}"),
        other => panic!("expected unavailable, got {other:?}"),
    }
    let again = subject.append(input).await.expect("a repetition records nothing, so it is answered");
    assert_eq!(again.recorded_ms, noon.recorded_ms);

    subject.clock.set(NOON_MS + 1);
    let mended = subject.append(broken).await.expect("recording resumes without hands");
    assert_eq!(mended.recorded_ms, NOON_MS + 1);
}

fn conflict(result: Result<Receipt, AppendError>) -> Option<Version> {
    match result {
        Err(AppendError::Conflict { actual }) => actual,
        other => panic!("expected a conflict, got {other:?}"),
    }
}
