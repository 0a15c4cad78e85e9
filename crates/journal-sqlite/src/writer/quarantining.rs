//! The writer's part of the quarantine.

use ports::{Put, QuarantineError, QuarantineId, Quarantined, TurnedAway, Whereabouts};
use rusqlite::{Connection, params};

use crate::quarantine::entry;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

pub(super) fn put(connection: &Connection, turned_away: &TurnedAway, now_ms: i64) -> rusqlite::Result<Put> {
    let digest = turned_away.digest();
    let mut same = connection
        .prepare_cached("SELECT id, source, origin FROM quarantine WHERE digest = ? ORDER BY number")?;
    let mut rows = same.query([digest])?;
    let mut ordinal = 0;
    while let Some(row) = rows.next()? {
        let id: String = row.get(0)?;
        if row.get_ref(1)?.as_str()? == &*turned_away.source
            && row.get_ref(2)?.as_str()? == turned_away.origin
        {
            return Ok(Put::Known(QuarantineId::from_text(id)));
        }
        ordinal += 1;
    }
    let (pointer, byte_offset) = match &turned_away.whereabouts {
        Whereabouts::Whole => (None, None),
        Whereabouts::Pointer(pointer) => (Some(pointer), None),
        Whereabouts::ByteOffset(offset) => (None, Some(*offset)),
    };
    let id = free_id(connection, &digest, ordinal + 1)?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO quarantine(id, source, kept, digest, received_bytes, reason, pointer, byte_offset,
           origin, put_ms) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    insert.execute(params![
        id.as_str(),
        &*turned_away.source,
        &*turned_away.kept(),
        digest,
        turned_away.received.len(),
        turned_away.reason,
        pointer,
        byte_offset,
        turned_away.origin,
        now_ms
    ])?;
    Ok(Put::Kept(id))
}

/// Counts on while an id is taken: by an entry older than an expired one, or by a digest that begins alike.
fn free_id(connection: &Connection, digest: &[u8; 32], from: u32) -> rusqlite::Result<QuarantineId> {
    let mut taken = connection.prepare_cached("SELECT 1 FROM quarantine WHERE id = ?")?;
    let mut ordinal = from;
    loop {
        let id = QuarantineId::derive(digest, ordinal);
        if !taken.exists([id.as_str()])? {
            return Ok(id);
        }
        ordinal += 1;
    }
}

pub(super) fn release(
    connection: &Connection,
    id: &QuarantineId,
    now_ms: i64,
) -> rusqlite::Result<Result<Quarantined, QuarantineError>> {
    connection
        .prepare_cached("UPDATE quarantine SET released_ms = ? WHERE id = ? AND released_ms IS NULL")?
        .execute(params![now_ms, id.as_str()])?;
    Ok(entry(connection, id)?.ok_or_else(|| QuarantineError::Unknown(id.clone())))
}

pub(super) fn expire(connection: &Connection, retention_days: u32, now_ms: i64) -> rusqlite::Result<u64> {
    let oldest_ms = now_ms - i64::from(retention_days) * DAY_MS;
    let mut delete = connection.prepare_cached("DELETE FROM quarantine WHERE put_ms < ?")?;
    delete.execute([oldest_ms]).map(|expired| expired as u64)
}
