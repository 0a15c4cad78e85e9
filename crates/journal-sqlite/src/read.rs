//! Queries over one connection.

use std::sync::Arc;

use bytes::Bytes;
use ports::{Outcome, Position, Receipt, Recorded, Select, Version};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use crate::memory::StreamHead;
use crate::pending::EntryKey;
use crate::runs::{self, Index};

const RECEIPT: &str = "SELECT r.key, r.digest, s.name, r.first, r.last, r.revision, r.token, r.recorded_ms
    FROM receipts r JOIN streams s ON s.number = r.stream";

/// The receipt of a key: by its pending number, or through the index.
pub(crate) fn receipt(
    connection: &Connection,
    pending: Option<u64>,
    key: Uuid,
) -> rusqlite::Result<Option<Receipt>> {
    if let Some(number) = pending {
        let mut select = connection.prepare_cached(&format!("{RECEIPT} WHERE r.number = ?"))?;
        return select.query_row([number], receipt_of).map(Some);
    }
    for number in values_of(connection, Index::Key, key)? {
        let mut select = connection.prepare_cached(&format!("{RECEIPT} WHERE r.number = ? AND r.key = ?"))?;
        if let Some(found) = select.query_row(params![number, key.as_bytes()], receipt_of).optional()? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Where the index leads for an id or key, the first place first; nearly always to none or one.
fn values_of(connection: &Connection, index: Index, id: Uuid) -> rusqlite::Result<Vec<u64>> {
    let key = EntryKey::of_uuid(id).in_run();
    let mut values: Vec<u64> =
        runs::find(connection, index, key..=key)?.into_iter().map(|entry| entry.value).collect();
    values.sort_unstable();
    Ok(values)
}

fn receipt_of(row: &Row<'_>) -> rusqlite::Result<Receipt> {
    let (revision, token): (Option<u64>, Option<u64>) = (row.get(5)?, row.get(6)?);
    Ok(Receipt {
        outcome: Outcome::Repeated,
        stream: Arc::from(row.get_ref(2)?.as_str()?),
        digest: row.get(1)?,
        first: row.get::<_, Option<u64>>(3)?.map(|first| Position::new(0, first)),
        last: Position::new(0, row.get(4)?),
        version: revision.zip(token).map(|(revision, token)| Version { revision, token }),
        recorded_ms: row.get(7)?,
    })
}

/// The version of a stream whose head memory may not know.
pub(crate) fn stream_version(
    connection: &Connection,
    stream: u32,
    head: StreamHead,
) -> rusqlite::Result<Option<Version>> {
    match head {
        StreamHead::Empty => Ok(None),
        StreamHead::At(version) => Ok(Some(version)),
        StreamHead::Unread => {
            let [first, last] = [0, u64::from(u32::MAX)].map(|revision| revision_key(stream, revision));
            let last = runs::last(connection, Index::Stream, first..=last)?;
            Ok(last.map(|last| Version { revision: last.key - first, token: last.value }))
        }
    }
}

fn revision_key(stream: u32, revision: u64) -> u64 {
    EntryKey::of_revision(stream, revision).in_run()
}

/// The position of an event id that is not pending.
pub(crate) fn position_of_id(connection: &Connection, id: Uuid) -> rusqlite::Result<Option<u64>> {
    for position in values_of(connection, Index::Id, id)? {
        let mut same = connection.prepare_cached("SELECT 1 FROM events WHERE position = ? AND id = ?")?;
        if same.exists(params![position, id.as_bytes()])? {
            return Ok(Some(position));
        }
    }
    Ok(None)
}

/// Positions of a stream's events through the index, revisions `from..=upto`.
pub(crate) fn positions_of_stream(
    connection: &Connection,
    stream: u32,
    from: u64,
    upto: u64,
) -> rusqlite::Result<Vec<u64>> {
    let keys = revision_key(stream, from)..=revision_key(stream, upto);
    let mut found = runs::find(connection, Index::Stream, keys)?;
    found.sort_unstable();
    Ok(found.into_iter().map(|entry| entry.value).collect())
}

/// Columns of an event, with the bodies the select names.
fn event_sql(select: Select) -> &'static str {
    match select {
        Select::Facts => {
            "SELECT e.position, e.stream, e.revision, e.id, e.recorded_ms, e.kind, NULL, e.fact FROM events e"
        }
        Select::Text => {
            "SELECT e.position, e.stream, e.revision, e.id, e.recorded_ms, e.kind, t.text, NULL
             FROM events e CROSS JOIN texts t ON t.position = e.position"
        }
        Select::Both => {
            "SELECT e.position, e.stream, e.revision, e.id, e.recorded_ms, e.kind, t.text, e.fact
             FROM events e CROSS JOIN texts t ON t.position = e.position"
        }
    }
}

/// An event with its stream's number, to be named by the caller.
pub(crate) type Numbered = (u32, Recorded);

/// The event at a position.
pub(crate) fn event_at(
    connection: &Connection,
    position: u64,
    select: Select,
) -> rusqlite::Result<Option<Numbered>> {
    Ok(events_at(connection, [position], select)?.pop())
}

/// The events at these positions, as far as there are any.
pub(crate) fn events_at(
    connection: &Connection,
    positions: impl IntoIterator<Item = u64>,
    select: Select,
) -> rusqlite::Result<Vec<Numbered>> {
    let mut one = connection.prepare_cached(&format!("{} WHERE e.position = ?", event_sql(select)))?;
    let found = positions.into_iter().map(|position| one.query_row([position], recorded).optional());
    found.filter_map(Result::transpose).collect()
}

/// Events with `after < position <= upto`.
pub(crate) fn events_between(
    connection: &Connection,
    after: u64,
    upto: u64,
    select: Select,
    max: usize,
) -> rusqlite::Result<Vec<Numbered>> {
    let sql =
        format!("{} WHERE e.position > ? AND e.position <= ? ORDER BY e.position LIMIT ?", event_sql(select));
    connection.prepare_cached(&sql)?.query_map(params![after, upto, max], recorded)?.collect()
}

fn recorded(row: &Row<'_>) -> rusqlite::Result<Numbered> {
    let event = Recorded {
        position: Position::new(0, row.get(0)?),
        stream: Arc::from(""),
        revision: row.get(2)?,
        id: Uuid::from_bytes(row.get(3)?),
        recorded_ms: row.get(4)?,
        kind: row.get(5)?,
        text: body(row.get_ref(6)?)?,
        fact: body(row.get_ref(7)?)?,
    };
    Ok((row.get(1)?, event))
}

fn body(value: ValueRef<'_>) -> rusqlite::Result<Bytes> {
    Ok(value.as_bytes_or_null()?.map(Bytes::copy_from_slice).unwrap_or_default())
}

/// When the event at a position was recorded.
pub(crate) fn recorded_ms(connection: &Connection, position: u64) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("SELECT recorded_ms FROM events WHERE position = ?")?
        .query_row([position], |row| row.get(0))
}
