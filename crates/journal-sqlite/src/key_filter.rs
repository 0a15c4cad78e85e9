//! Which keys were surely never used: what lets a bulk load skip the search for nearly every key it brings.
//!
//! A Bloom filter in blocks of one cache line; a key it knows wrongly costs one search in the index.

use rusqlite::Connection;

use crate::pending::{EntryKey, Pending};
use crate::runs::{self, Index};

/// The most keys a filter is made for: 16 million in 24 MiB. A larger journal searches its index.
const KEYS_MAX: u64 = 16 * 1_024 * 1_024;
/// Room for at least so many more keys than there are, in keys, so that it is seldom made anew.
const KEYS_AHEAD_MIN: u64 = 1_024 * 1_024;
/// Of 512 bits six are set by each of some forty keys: one key in a hundred is known wrongly.
const KEYS_PER_BLOCK: u64 = 42;
const BITS_PER_KEY: u32 = 6;

/// A block of 512 bits.
type Block = [u64; 8];

/// Keys by which something was recorded, and a few others.
#[derive(Debug)]
pub(crate) struct KeyFilter {
    blocks: Vec<Block>,
    keys: u64,
    keys_max: u64,
}

impl KeyFilter {
    /// Every key of the journal, unless there are too many. Takes about 0.1 s for ten million.
    pub(crate) fn load(
        connection: &Connection,
        pending: &Pending,
        receipts: u64,
    ) -> rusqlite::Result<Option<Self>> {
        let keys_max = receipts + receipts.max(KEYS_AHEAD_MIN);
        if receipts > KEYS_MAX {
            return Ok(None);
        }
        let blocks = usize::try_from(keys_max.div_ceil(KEYS_PER_BLOCK)).expect("it is some hundred thousand");
        let mut filter = Self { blocks: vec![[0; 8]; blocks], keys: 0, keys_max };
        runs::each(connection, Index::Key, |entry| filter.add(entry.key))?;
        pending.entries().for_each(|entry| filter.add(entry.key));
        Ok(Some(filter))
    }

    /// Whether it holds more keys than it was made for.
    pub(crate) fn is_full(&self) -> bool {
        self.keys > self.keys_max
    }

    pub(crate) fn add_key(&mut self, key: EntryKey) {
        self.add(key.in_run());
    }

    fn add(&mut self, key: u64) {
        let (block, bits) = self.place(key);
        for (word, bit) in bits {
            self.blocks[block][word] |= bit;
        }
        self.keys += 1;
    }

    /// False for a key that was surely never used.
    pub(crate) fn may_hold(&self, key: EntryKey) -> bool {
        let (block, mut bits) = self.place(key.in_run());
        bits.all(|(word, bit)| self.blocks[block][word] & bit != 0)
    }

    fn place(&self, key: u64) -> (usize, impl Iterator<Item = (usize, u64)> + use<>) {
        // Half a UUID of version 5 is random but for its variant; multiplying spreads what is.
        let spread = u128::from(key.wrapping_mul(0x9E37_79B9_7F4A_7C15)) * self.blocks.len() as u128;
        let block = usize::try_from(spread >> 64).expect("less than the number of blocks");
        let hash = key.wrapping_mul(0xD6E8_FEB8_6659_FD93);
        let bits = (0..BITS_PER_KEY).map(move |number| {
            let bit = hash >> (9 * number + 9) & 511;
            (usize::try_from(bit >> 6).expect("three bits"), 1 << (bit & 63))
        });
        (block, bits)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn key(number: u32) -> EntryKey {
        EntryKey::of_uuid(Uuid::new_v5(&Uuid::NAMESPACE_OID, &number.to_be_bytes()))
    }

    #[test]
    fn what_was_added_is_known_and_little_else() {
        let connection = Connection::open_in_memory().expect("memory");
        connection.execute_batch(crate::schema::TABLES).expect("the tables");
        let filter = KeyFilter::load(&connection, &Pending::default(), 0).expect("an empty journal");
        let mut filter = filter.expect("few keys");
        let count = u32::try_from(KEYS_AHEAD_MIN / 8).expect("small");
        let blocks = filter.blocks.len() / 8;
        filter.blocks.truncate(blocks);
        (0..count).for_each(|number| filter.add_key(key(number)));
        assert!((0..count).all(|number| filter.may_hold(key(number))));
        let wrong = (count..2 * count).filter(|number| filter.may_hold(key(*number))).count();
        assert!(wrong < usize::try_from(count / 50).expect("small"), "{wrong} of {count} are known wrongly");
    }
}
