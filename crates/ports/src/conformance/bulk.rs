//! What a bulk scan promises.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::Subject;
use crate::journal::{FactRow, Journal, KindSet, Scan};
use crate::position::Position;

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
    let (rows, scanned) = scan(&*subject.journal, Position::START, Position::END, &KindSet::ALL, usize::MAX);
    assert_eq!((rows, scanned), (read.clone(), all[89].position));
    let (after, upto) = (all[9].position, all[70].position);
    let (rows, scanned) = scan(&*subject.journal, after, upto, &KindSet::ALL, usize::MAX);
    assert_eq!((rows.as_slice(), scanned), (&read[10..71], upto));
}

pub(super) async fn a_scan_filters_kinds_and_stops_when_told(subject: Subject) {
    subject.record("nine", "account-1", 9).await;
    let all = subject.all().await;
    let (rows, scanned) =
        scan(&*subject.journal, Position::START, Position::END, &KindSet::only([1]), usize::MAX);
    let positions: Vec<Position> = rows.iter().map(|row| row.0).collect();
    assert_eq!(positions, [all[1].position, all[4].position, all[7].position]);
    assert_eq!(scanned, all[8].position, "what the filter leaves out is scanned too");
    let (rows, scanned) = scan(&*subject.journal, Position::START, Position::END, &KindSet::ALL, 4);
    assert_eq!((rows.len(), scanned), (4, all[3].position));
}

fn scan(
    journal: &dyn Journal,
    after: Position,
    upto: Position,
    kinds: &KindSet,
    rows_max: usize,
) -> (Vec<Row>, Position) {
    let mut rows = Vec::new();
    let mut each = |row: FactRow<'_>| {
        let stream = journal.stream_name(row.stream).expect("a scanned stream has a name");
        let fact = row.fact.to_vec();
        rows.push((row.position, stream, row.revision, row.id, row.recorded_ms, row.kind, fact));
        if rows.len() == rows_max { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let scanned =
        journal.scan_facts(Scan { after, upto, kinds }, &mut each).expect("the journal can be read");
    (rows, scanned)
}
