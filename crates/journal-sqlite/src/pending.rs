//! Index entries that are recorded but not yet in a run: kept in memory until there are enough of them.
//!
//! After a crash they are read again from the end of the tables.

use rustc_hash::FxHashMap;
use uuid::Uuid;

use crate::runs::Entry;

/// What an entry is found by in memory; the leading half is what it is sorted by in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct EntryKey(u64, u64);

impl EntryKey {
    /// For ids and keys: in a run the low half stands for the whole, which is then compared with the row's.
    pub(crate) fn of_uuid(id: Uuid) -> Self {
        let (high, low) = id.as_u64_pair();
        Self(low, high)
    }

    /// For streams.
    pub(crate) fn of_revision(stream: u32, revision: u64) -> Self {
        let revision = u32::try_from(revision).expect("a stream has fewer than 2^32 events");
        Self(u64::from(stream) << 32 | u64::from(revision), 0)
    }

    /// What the entry is sorted by in a run.
    pub(crate) fn in_run(self) -> u64 {
        self.0
    }
}

/// The entries of one index that no run holds yet. Values are positions or receipt numbers.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    entries: FxHashMap<EntryKey, u64>,
    /// The largest value, zero if there is none.
    upto: u64,
}

impl Pending {
    /// The value of the key, if it is pending; the first one recorded, should there be two.
    pub(crate) fn get(&self, key: EntryKey) -> Option<u64> {
        self.entries.get(&key).copied()
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn upto(&self) -> u64 {
        self.upto
    }

    pub(crate) fn add(&mut self, key: EntryKey, value: u64) {
        self.entries.entry(key).or_insert(value);
        self.upto = self.upto.max(value);
    }

    /// Drops what runs hold by now.
    pub(crate) fn forget_upto(&mut self, upto: u64) {
        if upto >= self.upto {
            self.entries.clear();
        } else {
            self.entries.retain(|_, value| *value > upto);
        }
    }

    /// All entries, in no order.
    pub(crate) fn entries(&self) -> impl Iterator<Item = Entry> {
        self.entries.iter().map(|(key, value)| Entry { key: key.in_run(), value: *value })
    }
}
