//! A quarantine that lives as long as the process.

use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;

use crate::clock::Clock;
use crate::quarantine::{
    Held, Listing, Put, Quarantine, QuarantineError, QuarantineId, Quarantined, RETENTION_DAYS, TurnedAway,
};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A quarantine in memory; clones share it.
#[derive(Clone)]
pub struct MemoryQuarantine {
    clock: Arc<dyn Clock>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    entries: Vec<Quarantined>,
    last_number: u64,
}

impl MemoryQuarantine {
    /// An empty quarantine with the default retention.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, state: Arc::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder of the lock panics")
    }
}

impl State {
    fn known(&mut self, digest: &[u8; 32], source: &str, origin: &str) -> Option<&mut Quarantined> {
        let same = |entry: &&mut Quarantined| {
            entry.digest == *digest && &*entry.source == source && entry.origin == origin
        };
        self.entries.iter_mut().find(same)
    }

    fn free_id(&self, digest: &[u8; 32]) -> QuarantineId {
        let taken = self.entries.iter().filter(|entry| entry.digest[..8] == digest[..8]).map(ordinal).max();
        QuarantineId::derive(digest, taken.unwrap_or(0) + 1)
    }

    fn keep(&mut self, entry: Quarantined) -> Put {
        let id = entry.id.clone();
        self.last_number += 1;
        self.entries.push(Quarantined { number: self.last_number, ..entry });
        Put::Kept(id)
    }
}

#[async_trait]
impl Quarantine for MemoryQuarantine {
    async fn put(&self, turned_away: TurnedAway) -> Result<Put, QuarantineError> {
        let mut state = self.state();
        let digest = turned_away.digest();
        if let Some(entry) = state.known(&digest, &turned_away.source, &turned_away.origin) {
            return Ok(Put::Known(entry.id.clone()));
        }
        let entry = Quarantined {
            id: state.free_id(&digest),
            number: 0,
            kept: turned_away.kept(),
            digest,
            received_bytes: turned_away.received.len() as u64,
            source: turned_away.source,
            reason: turned_away.reason,
            whereabouts: turned_away.whereabouts,
            origin: turned_away.origin,
            put_ms: self.clock.now_ms(),
            held: Held::Waiting,
        };
        Ok(state.keep(entry))
    }

    async fn list(
        &self,
        listing: Listing,
        after: u64,
        max: usize,
    ) -> Result<Vec<Quarantined>, QuarantineError> {
        let shown = |entry: &&Quarantined| {
            entry.number > after && (listing == Listing::All || entry.held == Held::Waiting)
        };
        Ok(self.state().entries.iter().filter(shown).take(max).cloned().collect())
    }

    async fn get(&self, id: &QuarantineId) -> Result<Option<Quarantined>, QuarantineError> {
        Ok(self.state().entries.iter().find(|entry| entry.id == *id).cloned())
    }

    async fn mark_released(&self, id: &QuarantineId) -> Result<Quarantined, QuarantineError> {
        let at_ms = self.clock.now_ms();
        let mut state = self.state();
        let entry = state
            .entries
            .iter_mut()
            .find(|entry| entry.id == *id)
            .ok_or_else(|| QuarantineError::Unknown(id.clone()))?;
        if entry.held == Held::Waiting {
            entry.held = Held::Released { at_ms };
        }
        Ok(entry.clone())
    }

    async fn adopt(&self, mut entry: Quarantined) -> Result<Put, QuarantineError> {
        let mut state = self.state();
        if let Some(known) = state.known(&entry.digest, &entry.source, &entry.origin) {
            if known.held == Held::Waiting {
                known.held = entry.held;
            }
            return Ok(Put::Known(known.id.clone()));
        }
        if state.entries.iter().any(|other| other.id == entry.id) {
            entry.id = state.free_id(&entry.digest);
        }
        Ok(state.keep(entry))
    }

    async fn expire(&self) -> Result<u64, QuarantineError> {
        let oldest_ms = self.clock.now_ms() - i64::from(RETENTION_DAYS) * DAY_MS;
        let mut state = self.state();
        let before = state.entries.len();
        state.entries.retain(|entry| entry.put_ms >= oldest_ms);
        Ok((before - state.entries.len()) as u64)
    }

    fn retention_days(&self) -> u32 {
        RETENTION_DAYS
    }
}

fn ordinal(entry: &Quarantined) -> u32 {
    let (_, ordinal) = entry.id.as_str().rsplit_once('-').expect("ids here are derived");
    ordinal.parse().expect("ids here are derived")
}
