//! What copying a journal promises.

use std::sync::Arc;

use super::Subject;
use super::sample::{NOON_MS, append, everything};
use crate::clock::ManualClock;
use crate::journal::{AppendError, ImportError, Journal, Outcome, PastAppend, Receipt, Recorded};
use crate::memory::MemoryJournal;
use crate::position::{Expect, Position};

const READABLE: &str = "the journal can be read";
/// Few enough that a copy takes several pages.
const PAGE_APPENDS: usize = 7;

pub(super) async fn a_copy_keeps_ids_revisions_times_and_keys(subject: Subject) {
    let source = storied().await;
    // What is copied keeps its times, whatever the clock here shows.
    subject.clock.set(0);
    copy(&source, &*subject.journal, u64::MAX).await;
    assert_same(&source, &*subject.journal).await;

    let input = append("nothing", "account-2", Expect::NoStream, 0);
    let first = source.find(input.key).await.expect(READABLE);
    let again = subject.append(input).await.expect("a copied key is a consumed key");
    assert_eq!((Some(&again), again.outcome), (first.as_ref(), Outcome::Repeated));
    subject.clock.set(NOON_MS + 1_000_000);
    let next = subject.record("next", "account-1", 1).await;
    let revision = next.version.expect("the stream has events").revision;
    assert_eq!(revision, 19, "a copy is recorded on like any journal");
}

pub(super) async fn what_was_recorded_here_can_be_copied_elsewhere(subject: Subject) {
    for round in 0..20 {
        subject.record(&format!("round {round}"), &format!("account-{}", round % 3), 1 + round % 4).await;
        subject.clock.advance(5);
    }
    let nothing = append("nothing", "account-9", Expect::NoStream, 0);
    subject.append(nothing).await.expect("the stream is new");
    let target = MemoryJournal::new(Arc::new(ManualClock::default()));
    copy(&*subject.journal, &target, u64::MAX).await;
    assert_same(&*subject.journal, &target).await;
}

pub(super) async fn a_copy_that_was_cut_off_is_taken_up_again(subject: Subject) {
    let source = storied().await;
    copy(&source, &*subject.journal, 11).await;
    assert_eq!(subject.journal.appends().await.expect(READABLE), 11);
    let overlapping = source.past(8, 6).await.expect(READABLE);
    let receipts = import(&*subject.journal, overlapping).await.expect("it follows");
    let outcomes: Vec<Outcome> = receipts.iter().map(|receipt| receipt.outcome).collect();
    let (old, new) = (Outcome::Repeated, Outcome::Appended);
    assert_eq!(outcomes, [old, old, old, new, new, new]);
    copy(&source, &*subject.journal, u64::MAX).await;
    assert_same(&source, &*subject.journal).await;
}

pub(super) async fn what_is_no_copy_is_not_added_to(subject: Subject) {
    let source = storied().await;
    let past = source.past(0, 3).await.expect(READABLE);
    let gap = import(&*subject.journal, past[1..].to_vec()).await;
    assert!(matches!(gap, Err(ImportError::Diverged { number: 2 })), "{gap:?}");
    subject.record("of its own", "account-1", 1).await;
    let other = import(&*subject.journal, past.clone()).await;
    assert!(matches!(other, Err(ImportError::Diverged { number: 1 })), "{other:?}");
    assert_eq!(subject.journal.appends().await.expect(READABLE), 1);
    let mut large = past;
    large[0].events[0].text = vec![b'x'; crate::journal::EVENT_TEXT_BYTES_MAX + 1].into();
    let large = import(&*subject.journal, large).await;
    assert!(matches!(large, Err(ImportError::Append(AppendError::TooLarge { .. }))), "{large:?}");
}

/// A journal with appends of several sizes, with and without events, at several times.
async fn storied() -> MemoryJournal {
    let clock = Arc::new(ManualClock::at(NOON_MS));
    let journal = MemoryJournal::new(clock.clone());
    for round in 0..20 {
        let stream = if round % 2 == 0 { "account-1" } else { "account-3" };
        let expect = journal.version(stream).await.expect(READABLE).into();
        let input = append(&format!("round {round}"), stream, expect, 1 + round % 3);
        journal.append(input).await.expect("nothing stands against this append");
        clock.advance(if round % 3 == 0 { 0 } else { 1_500 });
        if round == 9 {
            let nothing = append("nothing", "account-2", Expect::NoStream, 0);
            journal.append(nothing).await.expect("the stream is new");
        }
    }
    journal
}

async fn import(journal: &dyn Journal, past: Vec<PastAppend>) -> Result<Vec<Receipt>, ImportError> {
    journal.import(past).await
}

async fn copy(source: &dyn Journal, target: &dyn Journal, upto: u64) {
    loop {
        let after = target.appends().await.expect(READABLE);
        let mut past = source.past(after, PAGE_APPENDS).await.expect(READABLE);
        past.retain(|append| append.number <= upto);
        if past.is_empty() {
            return;
        }
        target.import(past).await.expect("it follows");
    }
}

/// Positions may differ between two kinds of journal, everything else may not.
async fn assert_same(source: &dyn Journal, target: &dyn Journal) {
    let unplaced = |event: Recorded| Recorded { position: Position::START, ..event };
    let of = |events: Vec<Recorded>| events.into_iter().map(unplaced).collect::<Vec<_>>();
    assert_eq!(of(everything(source).await), of(everything(target).await));
    let (from, to) = (source.past(0, 1_000).await, target.past(0, 1_000).await);
    let from = from.expect(READABLE);
    assert_eq!(from, to.expect(READABLE));
    for append in &from {
        assert_eq!(
            target.find(append.key).await.expect(READABLE).map(|first| first.digest),
            Some(append.digest)
        );
        for event in &append.events {
            let found = target.event(event.id).await.expect(READABLE).expect("it was copied");
            assert_eq!(found.text, event.text);
        }
    }
}
