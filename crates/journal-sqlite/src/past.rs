//! Appends as they are recorded, for copying a journal elsewhere.

use std::sync::Arc;

use ports::{NewEvent, PAGE_EVENTS_MAX, PastAppend, ReadError, Recorded, Select};
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::journal::Handle;
use crate::read;

/// An append that is recorded, but for its events; first and last position where there are any.
struct Known {
    append: PastAppend,
    events: Option<(u64, u64)>,
}

/// At most `max` appends with a number above `after`, and about a page of events.
pub(crate) fn past(handle: &Handle, after: u64, max: usize) -> Result<Vec<PastAppend>, ReadError> {
    handle.with(|connection| {
        let mut page = page(connection, after, max)?;
        let first = page.iter().find_map(|known| known.events).map_or(1, |(first, _)| first);
        let last = page.iter().rev().find_map(|known| known.events).map_or(0, |(_, last)| last);
        let rows = usize::try_from((last + 1).saturating_sub(first)).unwrap_or(usize::MAX);
        let recorded = read::events_between(connection, first - 1, last, Select::Both, rows)?;
        // Appends are numbered in the order of their events, so the rows fall to them in turn.
        let mut recorded = recorded.into_iter().map(|(_, event)| unplaced(event));
        for known in &mut page {
            let count = known.events.map_or(0, |(first, last)| last + 1 - first);
            known.append.events = recorded.by_ref().take(usize::try_from(count).unwrap_or(0)).collect();
        }
        Ok(page.into_iter().map(|known| known.append).collect())
    })
}

fn page(connection: &Connection, after: u64, max: usize) -> rusqlite::Result<Vec<Known>> {
    let mut select = connection.prepare_cached(
        "SELECT r.number, r.key, r.digest, s.name, r.recorded_ms, r.first, r.last
         FROM receipts r JOIN streams s ON s.number = r.stream WHERE r.number > ? ORDER BY r.number LIMIT ?",
    )?;
    let mut rows = select.query(params![after, max])?;
    let (mut page, mut events) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let append = PastAppend {
            number: row.get(0)?,
            key: Uuid::from_bytes(row.get(1)?),
            digest: row.get(2)?,
            stream: Arc::from(row.get_ref(3)?.as_str()?),
            recorded_ms: row.get(4)?,
            events: Vec::new(),
        };
        let last: u64 = row.get(6)?;
        let known = Known { append, events: row.get::<_, Option<u64>>(5)?.map(|first| (first, last)) };
        events += known.events.map_or(0, |(first, last)| last + 1 - first);
        if events > PAGE_EVENTS_MAX as u64 && !page.is_empty() {
            break;
        }
        page.push(known);
    }
    Ok(page)
}

fn unplaced(event: Recorded) -> NewEvent {
    NewEvent { id: event.id, kind: event.kind, text: event.text, fact: event.fact }
}
