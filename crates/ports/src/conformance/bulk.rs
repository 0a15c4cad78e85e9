//! What a bulk scan and a bulk append promise.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::Subject;
use super::sample::{append, id};
use crate::journal::{
    Append, AppendError, EVENT_TEXT_BYTES_MAX, EVENTS_PER_APPEND_MAX, FactRow, Journal, KindSet, Outcome,
    Receipt, Scan, StreamShare,
};
use crate::position::{Expect, Position};

type Row = (Position, Arc<str>, u64, uuid::Uuid, i64, u16, Vec<u8>);

pub(super) async fn a_scan_gives_what_reading_gives(subject: Subject) {
    for round in 0..30 {
        subject.record(&format!("round {round}"), &format!("account-{}", round % 5), 3).await;
        subject.clock.advance(1);
    }
    let all = subject.all().await;
    let read: Vec<Row> = all
        .iter()
        .map(|event| {
            let fact = event.fact.to_vec();
            let stream = event.stream.clone();
            (event.position, stream, event.revision, event.id, event.recorded_ms, event.kind, fact)
        })
        .collect();
    let (rows, scanned) = scan(&*subject.journal, EVERYTHING, usize::MAX);
    assert_eq!((rows, scanned), (read.clone(), all[89].position));
    let (after, upto) = (all[9].position, all[70].position);
    let (rows, scanned) = scan(&*subject.journal, Scan { after, upto, ..EVERYTHING }, usize::MAX);
    assert_eq!((rows.as_slice(), scanned), (&read[10..71], upto));
}

pub(super) async fn a_scan_filters_kinds_and_stops_when_told(subject: Subject) {
    subject.record("nine", "account-1", 9).await;
    let all = subject.all().await;
    let kinds = KindSet::only([1]);
    let (rows, scanned) = scan(&*subject.journal, Scan { kinds: &kinds, ..EVERYTHING }, usize::MAX);
    let positions: Vec<Position> = rows.iter().map(|row| row.0).collect();
    assert_eq!(positions, [all[1].position, all[4].position, all[7].position]);
    assert_eq!(scanned, all[8].position, "what the filter leaves out is scanned too");
    let (rows, scanned) = scan(&*subject.journal, EVERYTHING, 4);
    assert_eq!((rows.len(), scanned), (4, all[3].position));
}

pub(super) async fn scans_of_every_share_of_the_streams_give_each_row_once(subject: Subject) {
    for number in 0..7 {
        subject.record(&format!("input {number}"), &format!("account-{number}"), 2).await;
    }
    let (all, upto) = scan(&*subject.journal, EVERYTHING, usize::MAX);
    let mut shared = Vec::new();
    for number in 0..3 {
        let streams = StreamShare { number, of: 3 };
        let (rows, scanned) = scan(&*subject.journal, Scan { streams, ..EVERYTHING }, usize::MAX);
        assert!((1..all.len()).contains(&rows.len()), "a share of {} rows", rows.len());
        assert_eq!(scanned, upto, "what is left out is scanned too");
        shared.extend(rows);
    }
    shared.sort();
    assert_eq!(shared, all);
}

pub(super) async fn many_appends_are_recorded_in_the_order_given(subject: Subject) {
    let labels: Vec<String> = (0..9).map(|number| format!("input {number}")).collect();
    let appends: Arc<[Append]> = (0..)
        .zip(&labels)
        .map(|(number, label)| append(label, &format!("account-{}", number % 2), Expect::NoStream, 2))
        .collect();
    let answers = subject.journal.append_all(appends.clone()).await;
    let receipts: Vec<Receipt> =
        answers.into_iter().map(|answer| answer.expect("the streams are new")).collect();
    assert!(receipts.iter().all(|receipt| receipt.outcome == Outcome::Appended));
    assert!(receipts.windows(2).all(|pair| pair[0].last < pair[1].last), "they stand in another order");
    let revisions: Vec<u64> =
        receipts.iter().map(|receipt| receipt.version.expect("each has events").revision).collect();
    assert_eq!(revisions, [1, 1, 3, 3, 5, 5, 7, 7, 9]);

    let again = subject.journal.append_all(appends).await;
    for (first, again) in receipts.into_iter().zip(again) {
        let repeated = Receipt { outcome: Outcome::Repeated, ..first };
        assert_eq!(again.expect("a repetition is answered"), repeated);
    }
    assert_eq!(subject.all().await.len(), 18, "a repetition records nothing");
    assert!(subject.journal.append_all(Arc::new([])).await.is_empty());
}

pub(super) async fn a_key_twice_among_many_appends_is_recorded_once(subject: Subject) {
    let one = append("same", "account-1", Expect::NoStream, 1);
    let other = Append { digest: [9; 32], ..one.clone() };
    let next = append("next", "account-1", Expect::NoStream, 1);
    let mut answers = subject.journal.append_all(Arc::new([one.clone(), one, other, next])).await.into_iter();
    let mut answer = || answers.next().expect("each append is answered");
    let first = answer().expect("the stream is new");
    assert_eq!(answer().expect("a repetition is answered"), Receipt { outcome: Outcome::Repeated, ..first });
    assert!(matches!(answer(), Err(AppendError::KeyMismatch { .. })));
    let next = answer().expect("what was not recorded leaves the stream as it was");
    assert_eq!(next.version.map(|version| version.revision), Some(1));
}

pub(super) async fn after_a_conflict_the_later_appends_to_that_stream_conflict_too(subject: Subject) {
    let stands = subject.record("first", "account-1", 1).await.version;
    let appends: Arc<[Append]> = Arc::new([
        append("stale", "account-1", Expect::NoStream, 1),
        append("elsewhere", "account-2", Expect::NoStream, 1),
        // By itself this one would be recorded, before the one it follows.
        append("overtaking", "account-1", stands.into(), 1),
        append("elsewhere again", "account-2", Expect::NoStream, 1),
    ]);
    let answers = subject.journal.append_all(appends.clone()).await;
    for stale in [0, 2] {
        assert!(matches!(&answers[stale], Err(AppendError::Conflict { actual }) if *actual == stands));
    }
    assert!(answers[1].is_ok() && answers[3].is_ok(), "{answers:?}");
    assert_eq!(subject.journal.find(id("overtaking")).await.expect("the journal can be read"), None);

    let mended: Arc<[Append]> =
        appends.iter().map(|append| Append { expect: stands.into(), ..append.clone() }).collect();
    let answers = subject.journal.append_all(mended).await;
    let outcomes: Vec<Outcome> =
        answers.into_iter().map(|answer| answer.expect("the stream stands as expected").outcome).collect();
    let (new, old) = (Outcome::Appended, Outcome::Repeated);
    assert_eq!(outcomes, [new, old, new, old]);
}

pub(super) async fn one_append_that_is_too_large_does_not_stop_the_others(subject: Subject) {
    let mut long = append("long", "account-1", Expect::NoStream, 1);
    long.events[0].text = vec![b'x'; EVENT_TEXT_BYTES_MAX + 1].into();
    // More than any backend commits at once.
    let many = (0..40).map(|number| {
        append(&format!("many {number}"), "account-1", Expect::NoStream, EVENTS_PER_APPEND_MAX)
    });
    let answers = subject.journal.append_all(std::iter::once(long).chain(many).collect()).await;
    assert!(matches!(answers[0], Err(AppendError::TooLarge { .. })));
    assert!(answers[1..].iter().all(Result::is_ok));
    let version = subject.journal.version("account-1").await.expect("the journal can be read");
    assert_eq!(version.map(|version| version.revision), Some(39_999));
}

const EVERYTHING: Scan<'static> =
    Scan { after: Position::START, upto: Position::END, kinds: &KindSet::ALL, streams: StreamShare::ALL };

fn scan(journal: &dyn Journal, scan: Scan<'_>, rows_max: usize) -> (Vec<Row>, Position) {
    let mut rows = Vec::new();
    let mut each = |row: FactRow<'_>| {
        let stream = journal.stream_name(row.stream).expect("a scanned stream has a name");
        let fact = row.fact.to_vec();
        rows.push((row.position, stream, row.revision, row.id, row.recorded_ms, row.kind, fact));
        if rows.len() == rows_max { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let scanned = journal.scan_facts(scan, &mut each).expect("the journal can be read");
    (rows, scanned)
}
