//! The quarantine over its own table; it is written by the journal's writer.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use ports::{
    Held, Listing, PAGE_EVENTS_MAX, Put, Quarantine, QuarantineError, QuarantineId, Quarantined, TurnedAway,
    Whereabouts,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::journal::{QueueError, SqliteJournal};
use crate::writer::Work;

const COLUMNS: &str =
    "id, number, source, kept, digest, received_bytes, reason, pointer, byte_offset, origin,
    put_ms, released_ms";

#[async_trait]
impl Quarantine for SqliteJournal {
    async fn put(&self, turned_away: TurnedAway) -> Result<Put, QuarantineError> {
        self.ask(|reply| Work::Put(turned_away, reply)).await.map_err(unavailable)?
    }

    async fn list(
        &self,
        listing: Listing,
        after: u64,
        max: usize,
    ) -> Result<Vec<Quarantined>, QuarantineError> {
        let max = max.min(PAGE_EVENTS_MAX);
        self.blocking(move |reader| reader.with(|connection| list(connection, listing, after, max)))
            .await
            .map_err(unavailable)
    }

    async fn get(&self, id: &QuarantineId) -> Result<Option<Quarantined>, QuarantineError> {
        let id = id.clone();
        self.blocking(move |reader| reader.with(|connection| entry(connection, &id)))
            .await
            .map_err(unavailable)
    }

    async fn mark_released(&self, id: &QuarantineId) -> Result<Quarantined, QuarantineError> {
        self.ask(|reply| Work::Release(id.clone(), reply)).await.map_err(unavailable)?
    }

    async fn adopt(&self, entry: Quarantined) -> Result<Put, QuarantineError> {
        self.ask(|reply| Work::Adopt(Box::new(entry), reply)).await.map_err(unavailable)?
    }

    async fn expire(&self) -> Result<u64, QuarantineError> {
        let retention_days = self.retention_days();
        self.ask(|reply| Work::Expire(retention_days, reply)).await.map_err(unavailable)?
    }

    fn retention_days(&self) -> u32 {
        self.handle().retention_days()
    }
}

fn unavailable(error: impl std::fmt::Display) -> QuarantineError {
    QuarantineError::Unavailable(error.to_string())
}

impl std::fmt::Display for QueueError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            QueueError::Full => "the journal's queue is full",
            QueueError::ReadOnly => "the journal was opened for reading only",
            QueueError::Gone => "the journal's writer is gone",
        })
    }
}

/// The entry with the id.
pub(crate) fn entry(connection: &Connection, id: &QuarantineId) -> rusqlite::Result<Option<Quarantined>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM quarantine WHERE id = ?"))?
        .query_row([id.as_str()], quarantined)
        .optional()
}

fn list(
    connection: &Connection,
    listing: Listing,
    after: u64,
    max: usize,
) -> rusqlite::Result<Vec<Quarantined>> {
    let condition = match listing {
        Listing::Waiting => "AND released_ms IS NULL",
        Listing::All => "",
    };
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM quarantine WHERE number > ? {condition} ORDER BY number LIMIT ?"
        ))?
        .query_map(params![after, max], quarantined)?
        .collect()
}

fn quarantined(row: &Row<'_>) -> rusqlite::Result<Quarantined> {
    let pointer: Option<String> = row.get(7)?;
    let byte_offset: Option<u64> = row.get(8)?;
    let released_ms: Option<i64> = row.get(11)?;
    let whereabouts = match (pointer, byte_offset) {
        (Some(pointer), _) => Whereabouts::Pointer(pointer),
        (None, Some(offset)) => Whereabouts::ByteOffset(offset),
        (None, None) => Whereabouts::Whole,
    };
    Ok(Quarantined {
        id: QuarantineId::from_text(row.get::<_, String>(0)?),
        number: row.get(1)?,
        source: Arc::from(row.get_ref(2)?.as_str()?),
        kept: Bytes::from(row.get::<_, Vec<u8>>(3)?),
        digest: row.get(4)?,
        received_bytes: row.get(5)?,
        reason: row.get(6)?,
        whereabouts,
        origin: row.get(9)?,
        put_ms: row.get(10)?,
        held: released_ms.map_or(Held::Waiting, |at_ms| Held::Released { at_ms }),
    })
}
