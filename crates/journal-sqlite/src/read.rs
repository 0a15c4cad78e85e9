//! Queries over one connection.

use std::sync::Arc;

use bytes::Bytes;
use ports::{Outcome, Position, Receipt, Recorded, Select, Version};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, Statement, params};
use uuid::Uuid;

use crate::memory::StreamHead;
use crate::pending::hash_of;

const RECEIPT: &str = "SELECT r.key, r.digest, s.name, r.first, r.last, r.revision, r.token, r.recorded_ms
    FROM receipts r JOIN streams s ON s.number = r.stream";

/// Which receipts the index leads to; nearly always none or one.
pub(crate) const NUMBERS_OF_KEY: &str = "SELECT number FROM by_key WHERE hash = ? ORDER BY number";

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
    let mut numbers = connection.prepare_cached(NUMBERS_OF_KEY)?;
    receipt_through(&mut numbers, connection, key)
}

/// The receipt of a key that is not pending, through a prepared [`NUMBERS_OF_KEY`].
pub(crate) fn receipt_through(
    numbers: &mut Statement<'_>,
    connection: &Connection,
    key: Uuid,
) -> rusqlite::Result<Option<Receipt>> {
    let mut numbers = numbers.query([hash_of(key)])?;
    while let Some(row) = numbers.next()? {
        let number: u64 = row.get(0)?;
        let mut select = connection.prepare_cached(&format!("{RECEIPT} WHERE r.number = ? AND r.key = ?"))?;
        if let Some(found) = select.query_row(params![number, key.as_bytes()], receipt_of).optional()? {
            return Ok(Some(found));
        }
    }
    Ok(None)
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
        StreamHead::Unread => connection
            .prepare_cached(
                "SELECT revision, position FROM by_stream WHERE stream = ? ORDER BY revision DESC LIMIT 1",
            )?
            .query_row([stream], |row| Ok(Version { revision: row.get(0)?, token: row.get(1)? }))
            .optional(),
    }
}

/// The position of an event id that is not pending.
pub(crate) fn position_of_id(connection: &Connection, id: Uuid) -> rusqlite::Result<Option<u64>> {
    let mut positions =
        connection.prepare_cached("SELECT position FROM by_id WHERE hash = ? ORDER BY position")?;
    let mut positions = positions.query([hash_of(id)])?;
    while let Some(row) = positions.next()? {
        let position: u64 = row.get(0)?;
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
    connection
        .prepare_cached(
            "SELECT position FROM by_stream WHERE stream = ? AND revision BETWEEN ? AND ? ORDER BY revision",
        )?
        .query_map(params![stream, from, upto], |row| row.get(0))?
        .collect()
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
    connection
        .prepare_cached(&format!("{} WHERE e.position = ?", event_sql(select)))?
        .query_row([position], recorded)
        .optional()
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
