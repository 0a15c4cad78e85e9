//! What reads promise.

use super::Subject;
use super::sample::{NOON_MS, append, id};
use crate::journal::{PAGE_EVENTS_MAX, Page, Select};
use crate::position::{Expect, Position};

const READABLE: &str = "the journal can be read";

pub(super) async fn an_acknowledged_append_is_seen_by_every_read(subject: Subject) {
    for round in 0..50 {
        let label = format!("round {round}");
        let receipt = subject.record(&label, &format!("account-{}", round % 7), 2).await;
        let journal = &subject.journal;
        assert_eq!(journal.version(&receipt.stream).await.expect(READABLE), receipt.version);
        assert!(journal.head().await.expect(READABLE).position >= receipt.last);
        let found = journal.find(id(&label)).await.expect(READABLE).expect("the key was consumed");
        assert_eq!(found.last, receipt.last);
        let first = journal.event(id(&format!("{label}/0"))).await.expect(READABLE).expect("it was recorded");
        assert_eq!(Some(first.position), receipt.first);
        assert_eq!(first.text, format!(r#"{{"label":"{label}/0"}}"#));
        assert_eq!(first.fact, format!("fact of {label}/0"));
        let revision = receipt.version.expect("the stream has events").revision;
        let page = journal.read_stream(&receipt.stream, revision, Select::Both, 9).await.expect(READABLE);
        assert_eq!(page.events.last().map(|event| event.position), Some(receipt.last));
    }
}

pub(super) async fn revisions_are_dense_and_positions_grow(subject: Subject) {
    for round in 0..20 {
        subject.record(&format!("round {round}"), &format!("account-{}", round % 3), 1 + round % 4).await;
    }
    let all = subject.all().await;
    assert!(all.is_sorted_by(|earlier, later| earlier.position < later.position));
    for account in 0..3 {
        let stream = format!("account-{account}");
        let of_stream: Vec<_> = all.iter().filter(|event| *event.stream == *stream).cloned().collect();
        let revisions: Vec<u64> = of_stream.iter().map(|event| event.revision).collect();
        assert_eq!(revisions, (0..of_stream.len() as u64).collect::<Vec<_>>());
        let page = subject.journal.read_stream(&stream, 0, Select::Both, PAGE_EVENTS_MAX).await;
        assert_eq!(page.expect(READABLE), Page { events: of_stream, more: false });
    }
}

pub(super) async fn pages_give_the_asked_range_and_say_whether_there_is_more(subject: Subject) {
    subject.record("ten", "account-1", 10).await;
    subject.record("five", "account-2", 5).await;
    let all = subject.all().await;
    let (after, upto) = (all[2].position, all[8].position);
    let read = |after, upto, max| subject.journal.read_all(after, upto, Select::Both, max);
    let page = read(after, upto, 4).await.expect(READABLE);
    assert_eq!((page.events.as_slice(), page.more), (&all[3..7], true));
    let page = read(all[6].position, upto, 4).await.expect(READABLE);
    assert_eq!((page.events.as_slice(), page.more), (&all[7..9], false));
    assert_eq!(read(upto, after, 4).await.expect(READABLE), Page::default(), "an empty range");
    assert_eq!(read(all[14].position, Position::END, 4).await.expect(READABLE), Page::default());

    let page = subject.journal.read_stream("account-1", 3, Select::Both, 4).await.expect(READABLE);
    assert_eq!((page.events.as_slice(), page.more), (&all[3..7], true));
    let page = subject.journal.read_stream("account-1", 7, Select::Both, 4).await.expect(READABLE);
    assert_eq!((page.events.as_slice(), page.more), (&all[7..10], false));
}

pub(super) async fn a_select_fetches_only_what_it_names(subject: Subject) {
    subject.record("one", "account-1", 1).await;
    for (select, text, fact) in [(Select::Facts, false, true), (Select::Text, true, false)] {
        let pages = [
            subject.journal.read_all(Position::START, Position::END, select, 1).await.expect(READABLE),
            subject.journal.read_stream("account-1", 0, select, 1).await.expect(READABLE),
        ];
        for page in pages {
            assert_eq!((!page.events[0].text.is_empty(), !page.events[0].fact.is_empty()), (text, fact));
        }
    }
}

pub(super) async fn unknown_things_are_absent_and_not_errors(subject: Subject) {
    let journal = &subject.journal;
    let head = journal.head().await.expect(READABLE);
    assert_eq!((head.position, head.recorded_ms), (Position::START, 0));
    assert_eq!(journal.position_at(NOON_MS).await.expect(READABLE), Position::START);
    assert_eq!(journal.find(id("nobody")).await.expect(READABLE), None);
    assert_eq!(journal.event(id("nobody")).await.expect(READABLE), None);
    assert_eq!(journal.version("nobody").await.expect(READABLE), None);
    let page = journal.read_stream("nobody", 0, Select::Both, 1).await.expect(READABLE);
    assert_eq!(page, Page::default());
    assert!(subject.all().await.is_empty());
}

pub(super) async fn what_was_known_at_a_time_is_a_prefix(subject: Subject) {
    let first = subject.record("first", "account-1", 3).await;
    let same_time = subject.record("same time", "account-2", 1).await;
    subject.clock.advance(10);
    let later = subject.record("later", "account-1", 2).await;
    subject.clock.advance(10);
    let empty = append("no event", "account-9", Expect::NoStream, 0);
    subject.append(empty).await.expect("the stream is new");

    assert!(first.last < same_time.last);
    for (at_ms, known) in [
        (NOON_MS - 1, Position::START),
        (NOON_MS, same_time.last),
        (NOON_MS + 9, same_time.last),
        (NOON_MS + 10, later.last),
        (i64::MAX, later.last),
    ] {
        assert_eq!(subject.journal.position_at(at_ms).await.expect(READABLE), known, "at {at_ms}");
    }
}
