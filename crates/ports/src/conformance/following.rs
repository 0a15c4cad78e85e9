//! What a tail and the head promise.

use std::sync::Arc;

use futures::StreamExt;
use futures::future::join_all;
use tokio::task::JoinHandle;

use super::Subject;
use super::sample::{append, everything};
use crate::journal::{Journal, Recorded, Select};
use crate::position::{Expect, Position};
use crate::tail::{TailStream, Tailed};

const WRITERS: usize = 8;
const APPENDS_PER_WRITER: usize = 40;

pub(super) async fn a_tail_has_no_gap_under_concurrent_appends(subject: Subject) {
    let tail = subject.journal.tail(Position::START, Select::Both);
    let writers = spawn_writers(&subject);
    let followed = take_events(tail, WRITERS * APPENDS_PER_WRITER * 2).await;
    join_all(writers).await;
    assert_eq!(followed, subject.all().await);
}

fn spawn_writers(subject: &Subject) -> Vec<JoinHandle<()>> {
    (0..WRITERS).map(|writer| tokio::spawn(write(subject.journal.clone(), writer))).collect()
}

async fn write(journal: Arc<dyn Journal>, writer: usize) {
    let stream = format!("account-{writer}");
    let mut expect = Expect::NoStream;
    for round in 0..APPENDS_PER_WRITER {
        let input = append(&format!("writer {writer} round {round}"), &stream, expect, 2);
        let receipt = journal.append(input).await.expect("each stream has one writer");
        expect = receipt.version.into();
    }
}

async fn take_events(mut tail: TailStream, count: usize) -> Vec<Recorded> {
    let mut events = Vec::with_capacity(count);
    while events.len() < count {
        match next(&mut tail).await {
            Tailed::Event(event) => events.push(event),
            Tailed::CaughtUp(position) => {
                assert_eq!(
                    events.last().map_or(Position::START, |event: &Recorded| event.position),
                    position
                );
            }
        }
    }
    events
}

async fn next(tail: &mut TailStream) -> Tailed {
    tail.next().await.expect("a tail does not end").expect("the journal can be read")
}

pub(super) async fn a_tail_starts_after_its_position_and_says_when_it_has_caught_up(subject: Subject) {
    let first = subject.record("first", "account-1", 1).await;
    let second = subject.record("second", "account-1", 1).await;
    let mut tail = subject.journal.tail(first.last, Select::Facts);
    assert!(matches!(next(&mut tail).await, Tailed::Event(event) if event.position == second.last));
    assert_eq!(next(&mut tail).await, Tailed::CaughtUp(second.last));
    let third = subject.record("third", "account-2", 1).await;
    assert!(matches!(next(&mut tail).await, Tailed::Event(event) if event.position == third.last));
    assert_eq!(next(&mut tail).await, Tailed::CaughtUp(third.last));
}

pub(super) async fn the_head_never_runs_ahead_of_what_can_be_read(subject: Subject) {
    let writers = spawn_writers(&subject);
    let mut read = 0;
    while read < WRITERS * APPENDS_PER_WRITER * 2 {
        let head = subject.journal.head().await.expect("the journal can be read").position;
        let events = everything(&*subject.journal).await;
        let last = events.last().map_or(Position::START, |event| event.position);
        assert!(last >= head, "the head is {head} but reading ends at {last}");
        read = events.len();
        tokio::task::yield_now().await;
    }
    join_all(writers).await;
}
