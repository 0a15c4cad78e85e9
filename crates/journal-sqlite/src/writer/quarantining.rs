//! The writer's part of the quarantine.

use std::sync::Arc;

use ports::{Held, Put, QuarantineError, QuarantineId, Quarantined, TurnedAway, Whereabouts};
use rusqlite::{Connection, params};

use crate::quarantine::entry;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

pub(super) fn put(connection: &Connection, turned_away: &TurnedAway, now_ms: i64) -> rusqlite::Result<Put> {
    let digest = turned_away.digest();
    let alike = alike(connection, &digest)?;
    if let Some(known) = same(&alike, &turned_away.source, &turned_away.origin) {
        return Ok(Put::Known(known.id.clone()));
    }
    keep(
        connection,
        Quarantined {
            id: next_id(connection, &digest, alike.len())?,
            number: 0,
            source: Arc::clone(&turned_away.source),
            kept: turned_away.kept(),
            digest,
            received_bytes: turned_away.received.len() as u64,
            reason: turned_away.reason.clone(),
            whereabouts: turned_away.whereabouts.clone(),
            origin: turned_away.origin.clone(),
            put_ms: now_ms,
            held: Held::Waiting,
        },
    )
}

pub(super) fn adopt(connection: &Connection, mut entry: Quarantined) -> rusqlite::Result<Put> {
    let alike = alike(connection, &entry.digest)?;
    if let Some(known) = same(&alike, &entry.source, &entry.origin) {
        if let Held::Released { at_ms } = entry.held {
            mark_released(connection, &known.id, at_ms)?;
        }
        return Ok(Put::Known(known.id.clone()));
    }
    if is_taken(connection, &entry.id)? {
        entry.id = next_id(connection, &entry.digest, alike.len())?;
    }
    keep(connection, entry)
}

/// An entry of the same content as another, by who sent it from where.
struct Alike {
    id: QuarantineId,
    source: String,
    origin: String,
}

fn alike(connection: &Connection, digest: &[u8; 32]) -> rusqlite::Result<Vec<Alike>> {
    connection
        .prepare_cached("SELECT id, source, origin FROM quarantine WHERE digest = ? ORDER BY number")?
        .query_map([digest], |row| {
            let id = QuarantineId::from_text(row.get::<_, String>(0)?);
            Ok(Alike { id, source: row.get(1)?, origin: row.get(2)? })
        })?
        .collect()
}

fn same<'a>(alike: &'a [Alike], source: &str, origin: &str) -> Option<&'a Alike> {
    alike.iter().find(|one| one.source == source && one.origin == origin)
}

/// Keeps the entry under the next number of the table, whatever number it has.
fn keep(connection: &Connection, entry: Quarantined) -> rusqlite::Result<Put> {
    let (pointer, byte_offset) = match &entry.whereabouts {
        Whereabouts::Whole => (None, None),
        Whereabouts::Pointer(pointer) => (Some(pointer), None),
        Whereabouts::ByteOffset(offset) => (None, Some(*offset)),
    };
    let released_ms = match entry.held {
        Held::Waiting => None,
        Held::Released { at_ms } => Some(at_ms),
    };
    let mut insert = connection.prepare_cached(
        "INSERT INTO quarantine(id, source, kept, digest, received_bytes, reason, pointer, byte_offset,
           origin, put_ms, released_ms) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    insert.execute(params![
        entry.id.as_str(),
        &*entry.source,
        &*entry.kept,
        entry.digest,
        entry.received_bytes,
        entry.reason,
        pointer,
        byte_offset,
        entry.origin,
        entry.put_ms,
        released_ms,
    ])?;
    Ok(Put::Kept(entry.id))
}

/// Counts on while an id is taken: by an entry older than an expired one, or by a digest that begins alike.
fn next_id(connection: &Connection, digest: &[u8; 32], alike: usize) -> rusqlite::Result<QuarantineId> {
    let mut ordinal = u32::try_from(alike).unwrap_or(u32::MAX).saturating_add(1);
    loop {
        let id = QuarantineId::derive(digest, ordinal);
        if !is_taken(connection, &id)? {
            return Ok(id);
        }
        ordinal += 1;
    }
}

fn is_taken(connection: &Connection, id: &QuarantineId) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM quarantine WHERE id = ?")?.exists([id.as_str()])
}

pub(super) fn release(
    connection: &Connection,
    id: &QuarantineId,
    now_ms: i64,
) -> rusqlite::Result<Result<Quarantined, QuarantineError>> {
    mark_released(connection, id, now_ms)?;
    Ok(entry(connection, id)?.ok_or_else(|| QuarantineError::Unknown(id.clone())))
}

fn mark_released(connection: &Connection, id: &QuarantineId, at_ms: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE quarantine SET released_ms = ? WHERE id = ? AND released_ms IS NULL")?
        .execute(params![at_ms, id.as_str()])
        .map(drop)
}

pub(super) fn expire(connection: &Connection, retention_days: u32, now_ms: i64) -> rusqlite::Result<u64> {
    let oldest_ms = now_ms - i64::from(retention_days) * DAY_MS;
    let mut delete = connection.prepare_cached("DELETE FROM quarantine WHERE put_ms < ?")?;
    delete.execute([oldest_ms]).map(|expired| expired as u64)
}
