//! Which account a key or a name stands for, and which partners there are.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::Bound;

use domain::event::Event;
use domain::event::account::{AccountEvent, AccountKey, Opened};
use domain::event::partner::{Enrolled, PartnerEvent};
use domain::fact::Fact;
use domain::id::{AccountId, Key, PartnerId, VendorId};
use domain::stream::Stream;

/// Rows of another version are thrown away and rebuilt.
pub const VERSION: u32 = 1;

/// One customer account as the directory knows it. There are many: each takes no more room than it says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    pub name: Box<str>,
    /// Strongest first.
    pub keys: Box<[AccountKey]>,
    /// How many accounts were opened before it, and itself; 0 before it is opened.
    number: u32,
}

/// Accounts and partners of every vendor in the journal.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    accounts: BTreeMap<VendorId, Accounts>,
    partners: BTreeMap<(VendorId, PartnerId), Enrolled>,
}

/// The accounts of one vendor.
#[derive(Debug, Clone, Default)]
struct Accounts {
    entries: BTreeMap<AccountId, Entry>,
    /// In the order in which they were opened.
    opened: Vec<AccountId>,
    /// Which accounts may have a key: its hash, and the account's number.
    keys: BTreeSet<(u32, u32)>,
}

impl Directory {
    /// Takes in one fact of `stream`.
    pub fn take(&mut self, stream: &Stream, fact: &Fact) {
        match (stream, &fact.event) {
            (Stream::Account(vendor, account), Event::Account(AccountEvent::Opened(opened))) => {
                self.of(vendor).open(account, opened);
            }
            (Stream::Account(vendor, account), _) => self.know(vendor, account),
            (Stream::Partner(vendor, partner), Event::Partner(PartnerEvent::Enrolled(enrolled))) => {
                self.partners.insert((vendor.clone(), partner.clone()), enrolled.clone());
            }
            (
                Stream::Partner(..)
                | Stream::Program(_)
                | Stream::Identity(_)
                | Stream::Case(..)
                | Stream::Partnership(..),
                _,
            ) => {}
        }
    }

    /// Knows an account of which nothing is said yet but that it has events.
    pub fn know(&mut self, vendor: &VendorId, account: &AccountId) {
        self.of(vendor).entries.entry(account.clone()).or_default();
    }

    fn of(&mut self, vendor: &VendorId) -> &mut Accounts {
        self.accounts.entry(vendor.clone()).or_default()
    }

    /// The account a text stands for: its id, else one of its keys, else its name when only one has it.
    pub fn find(&self, text: &str) -> Option<(VendorId, AccountId)> {
        let id = text.parse::<AccountId>().ok();
        let key = text.parse::<Key>().ok();
        let by_id = || self.first(|accounts| accounts.entries.get_key_value(id.as_ref()?).map(|(id, _)| id));
        let by_key = || self.first(|accounts| accounts.with_key(key.as_ref()?));
        by_id().or_else(by_key).or_else(|| self.named(text))
    }

    fn first<'a>(
        &'a self,
        of: impl Fn(&'a Accounts) -> Option<&'a AccountId>,
    ) -> Option<(VendorId, AccountId)> {
        let mut found = self.accounts.iter().filter_map(|(vendor, accounts)| Some((vendor, of(accounts)?)));
        found.next().map(|(vendor, account)| (vendor.clone(), account.clone()))
    }

    fn named(&self, name: &str) -> Option<(VendorId, AccountId)> {
        let mut named = self.accounts().filter(|(_, _, entry)| entry.name.eq_ignore_ascii_case(name));
        let (vendor, account, _) = named.next()?;
        named.next().is_none().then(|| (vendor.clone(), account.clone()))
    }

    /// The account that a key stands for at one vendor.
    pub fn with_key(&self, vendor: &VendorId, key: &Key) -> Option<&AccountId> {
        self.accounts.get(vendor)?.with_key(key)
    }

    pub fn accounts(&self) -> impl Iterator<Item = (&VendorId, &AccountId, &Entry)> {
        self.accounts.iter().flat_map(|(vendor, accounts)| {
            accounts.entries.iter().map(move |(account, entry)| (vendor, account, entry))
        })
    }

    /// Accounts in order of vendor and id, from behind `after` on.
    pub fn accounts_after(
        &self,
        after: Option<&(VendorId, AccountId)>,
    ) -> impl Iterator<Item = (&VendorId, &AccountId)> {
        let from = after.map_or(Bound::Unbounded, |(vendor, _)| Bound::Included(vendor));
        self.accounts.range::<VendorId, _>((from, Bound::Unbounded)).flat_map(move |(vendor, accounts)| {
            let from = match after {
                Some((of, account)) if of == vendor => Bound::Excluded(account),
                Some(_) | None => Bound::Unbounded,
            };
            let entries = accounts.entries.range::<AccountId, _>((from, Bound::Unbounded));
            entries.map(move |(account, _)| (vendor, account))
        })
    }

    /// The vendors with an account.
    pub fn vendors(&self) -> impl Iterator<Item = &VendorId> {
        self.accounts.keys()
    }

    /// What is known of one account.
    pub fn account(&self, vendor: &VendorId, account: &AccountId) -> Option<&Entry> {
        self.accounts.get(vendor)?.entries.get(account)
    }

    pub fn accounts_len(&self) -> usize {
        self.accounts.values().map(|accounts| accounts.entries.len()).sum()
    }

    pub fn partners(&self) -> impl Iterator<Item = (&VendorId, &PartnerId, &Enrolled)> {
        self.partners.iter().map(|((vendor, partner), enrolled)| (vendor, partner, enrolled))
    }

    pub fn partner(&self, vendor: &VendorId, partner: &PartnerId) -> Option<&Enrolled> {
        self.partners.get(&(vendor.clone(), partner.clone()))
    }
}

impl Accounts {
    fn open(&mut self, account: &AccountId, opened: &Opened) {
        let entry = self.entries.entry(account.clone()).or_default();
        if entry.number == 0 {
            self.opened.push(account.clone());
            entry.number =
                u32::try_from(self.opened.len()).expect("fewer than 2^32 accounts fit into memory");
        }
        if entry.name.is_empty() {
            entry.name = opened.legal_name.as_str().into();
        }
        let mut keys = entry.keys.to_vec();
        for key in &opened.keys {
            self.keys.insert((hash(&key.key), entry.number));
            if !keys.contains(key) {
                keys.push(key.clone());
            }
        }
        keys.sort_by_key(|key| std::cmp::Reverse(key.strength));
        entry.keys = keys.into();
    }

    /// Of the accounts that have a key, the one that was opened first.
    fn with_key(&self, key: &Key) -> Option<&AccountId> {
        let hash = hash(key);
        let mut may_have = self.keys.range((hash, 0)..=(hash, u32::MAX)).filter_map(|(_, number)| {
            let account = self.opened.get(usize::try_from(*number).ok()?.checked_sub(1)?)?;
            Some((account, self.entries.get(account)?))
        });
        let found = may_have.find(|(_, entry)| entry.keys.iter().any(|known| known.key == *key));
        found.map(|(account, _)| account)
    }
}

/// Half of the key's hash: two keys of one hash only cost a comparison.
fn hash(key: &Key) -> u32 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    u32::try_from(hasher.finish() >> 32).expect("the upper half of 64 bits has 32")
}
