//! Finds the accounts worth comparing with one, so that comparing does not grow with the number of accounts.
//!
//! Accounts that share a block are compared: a hard id, a rare word of the name, or the first or last letters of
//! the name without its spaces, of which a single wrong letter leaves one.

use std::collections::BTreeSet;
use std::hash::{Hash as _, Hasher as _};

use domain::id::AccountId;
use rustc_hash::{FxHashMap, FxHasher};

use crate::fingerprint::Fingerprint;
use crate::hard::HardId;
use crate::name;

/// Accounts of one block that another is compared with, the earliest in it first: a name that more accounts share
/// tells little, and with the first of them a person finds the rest.
const BLOCK_COMPARED_MAX: usize = 16;
/// Accounts that may have a word or an end of their names in common for it to lead from one to another.
const BLOCK_TELLING_MAX: usize = 64;
/// Letters at either end of a name that make a block, at most.
const END_CHARS_MAX: usize = 6;
/// The same at least: shorter ends are shared by too many names.
const END_CHARS_MIN: usize = 2;

type Number = u32;

/// The fingerprints of all accounts of one vendor; some 300 bytes an account.
#[derive(Debug, Clone, Default)]
pub struct Index {
    numbers: FxHashMap<AccountId, Number>,
    accounts: Vec<(AccountId, Option<Box<Fingerprint>>)>,
    /// Which accounts stand in a block, by the block's hash, the first described first; two blocks of one hash only
    /// cost a comparison.
    blocks: BTreeSet<(u32, Number)>,
}

impl Index {
    /// Takes in what an account is described as now.
    pub fn describe(&mut self, account: &AccountId, fingerprint: Fingerprint) {
        self.put(account, Some(fingerprint));
    }

    /// Takes in what one more opening of an account tells.
    pub fn tell(&mut self, account: &AccountId, told: Fingerprint) {
        let known = self.fingerprint(account).cloned();
        let told = match known {
            Some(known) => known.and(told),
            None => told,
        };
        self.put(account, Some(told));
    }

    /// Takes out an account that is described no longer.
    pub fn forget(&mut self, account: &AccountId) {
        self.put(account, None);
    }

    fn put(&mut self, account: &AccountId, fingerprint: Option<Fingerprint>) {
        let number = self.number(account);
        let before = self.accounts[place(number)].1.take();
        let left: BTreeSet<u32> = before.as_deref().into_iter().flat_map(blocks).collect();
        let entered: BTreeSet<u32> = fingerprint.iter().flat_map(blocks).collect();
        for block in left.difference(&entered) {
            self.blocks.remove(&(*block, number));
        }
        self.blocks.extend(entered.difference(&left).map(|block| (*block, number)));
        self.accounts[place(number)].1 = fingerprint.map(Box::new);
    }

    fn number(&mut self, account: &AccountId) -> Number {
        if let Some(number) = self.numbers.get(account) {
            return *number;
        }
        let number = Number::try_from(self.accounts.len()).expect("fewer than 2^32 accounts fit into memory");
        self.numbers.insert(account.clone(), number);
        self.accounts.push((account.clone(), None));
        number
    }

    /// The accounts in a block, in the order they were described.
    fn members(&self, block: u32) -> impl Iterator<Item = &(AccountId, Option<Box<Fingerprint>>)> {
        let members = self.blocks.range((block, Number::MIN)..=(block, Number::MAX));
        members.map(|(_, number)| &self.accounts[place(*number)])
    }

    /// The account's fingerprint, if it is described.
    pub fn fingerprint(&self, account: &AccountId) -> Option<&Fingerprint> {
        self.accounts[place(*self.numbers.get(account)?)].1.as_deref()
    }

    /// The accounts worth comparing with one, in order of their ids.
    pub fn candidates(&self, account: &AccountId) -> BTreeSet<&AccountId> {
        let Some(fingerprint) = self.fingerprint(account) else { return BTreeSet::new() };
        let together = name::run_together(&fingerprint.name);
        let naming = naming_blocks(fingerprint, &together);
        let similar = words_and_ends(fingerprint, &together).filter(|block| {
            // A word or an end that so many share leads to nobody.
            self.members(*block).nth(BLOCK_TELLING_MAX).is_none()
        });
        let blocks: BTreeSet<u32> = naming.chain(similar).collect();
        let found = blocks.iter().flat_map(|block| {
            let others = self.members(*block).map(|(other, _)| other);
            others.filter(|other| *other != account).take(BLOCK_COMPARED_MAX)
        });
        found.collect()
    }

    /// The accounts that have a hard id, in the order they were described, at most `most` of them.
    pub(crate) fn known_by(&self, id: &HardId, most: usize) -> Vec<&AccountId> {
        let accounts = self.members(hash(("hard", id.as_str())));
        let known = accounts.filter(|(_, known)| known.as_ref().is_some_and(|known| known.hard.contains(id)));
        known.map(|(account, _)| account).take(most).collect()
    }

    /// How many accounts are described.
    pub fn len(&self) -> usize {
        self.accounts.iter().filter(|(_, known)| known.is_some()).count()
    }

    /// Whether no account is described.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn place(number: Number) -> usize {
    usize::try_from(number).expect("a place in memory fits a word of the processor")
}

/// The blocks an account stands in.
fn blocks(of: &Fingerprint) -> BTreeSet<u32> {
    let together = name::run_together(&of.name);
    let ends = end_chars(together.len()).into_iter().flat_map(|chars| ends(&together, chars));
    naming_blocks(of, &together).chain(word_blocks(of)).chain(ends).collect()
}

/// The blocks of accounts with a word of the name, or one of its ends: theirs may have a letter more or less.
fn words_and_ends<'a>(of: &'a Fingerprint, together: &'a str) -> impl Iterator<Item = u32> + 'a {
    let lengths = [together.len().saturating_sub(1), together.len(), together.len() + 1];
    let chars: BTreeSet<usize> = lengths.into_iter().filter_map(end_chars).collect();
    word_blocks(of).chain(chars.into_iter().flat_map(|chars| ends(together, chars)))
}

/// The blocks of accounts with a hard id of this one, or all of its name.
fn naming_blocks<'a>(of: &'a Fingerprint, together: &'a str) -> impl Iterator<Item = u32> + 'a {
    let hard = of.hard.iter().map(|id| hash(("hard", id.as_str())));
    hard.chain((!together.is_empty()).then(|| hash(("whole", together))))
}

fn word_blocks(of: &Fingerprint) -> impl Iterator<Item = u32> {
    name::telling(&of.name).filter(|word| name::is_rare(word)).map(|word| hash(("word", word)))
}

/// How many letters at either end of a name of so many make a block: one wrong letter leaves the other end.
fn end_chars(length: usize) -> Option<usize> {
    let chars = (length.saturating_sub(1) / 2).min(END_CHARS_MAX);
    (chars >= END_CHARS_MIN).then_some(chars)
}

fn ends(together: &str, chars: usize) -> Vec<u32> {
    let (Some(first), Some(last)) =
        (together.get(..chars), together.len().checked_sub(chars).and_then(|from| together.get(from..)))
    else {
        return Vec::new();
    };
    vec![hash(("first", first)), hash(("last", last))]
}

/// The same on every machine and in every process.
fn hash(block: (&str, &str)) -> u32 {
    let mut hasher = FxHasher::default();
    block.hash(&mut hasher);
    let hashed = hasher.finish();
    u32::try_from(hashed >> 32).expect("the upper half of 64 bits has 32")
}
