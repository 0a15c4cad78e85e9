//! Which account a key or a name stands for, and which partners there are.

use std::collections::BTreeMap;
use std::ops::Bound;

use domain::event::Event;
use domain::event::account::{AccountEvent, AccountKey};
use domain::event::partner::{Enrolled, PartnerEvent};
use domain::fact::Fact;
use domain::id::{AccountId, PartnerId, VendorId};
use domain::stream::Stream;

/// Rows of another version are thrown away and rebuilt.
pub const VERSION: u32 = 1;

/// One customer account as the directory knows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    pub name: String,
    /// Strongest first.
    pub keys: Vec<AccountKey>,
}

/// Accounts and partners of every vendor in the journal.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    accounts: BTreeMap<(VendorId, AccountId), Entry>,
    partners: BTreeMap<(VendorId, PartnerId), Enrolled>,
    /// Account ids and external keys alike.
    keys: BTreeMap<String, (VendorId, AccountId)>,
}

impl Directory {
    /// Takes in one fact of `stream`.
    pub fn take(&mut self, stream: &Stream, fact: &Fact) {
        match (stream, &fact.event) {
            (Stream::Account(vendor, account), Event::Account(AccountEvent::Opened(opened))) => {
                self.know(vendor, account);
                let place = (vendor.clone(), account.clone());
                let entry = self.accounts.entry(place.clone()).or_default();
                if entry.name.is_empty() {
                    entry.name.clone_from(&opened.legal_name);
                }
                for key in &opened.keys {
                    self.keys.entry(key.key.to_string()).or_insert_with(|| place.clone());
                    if !entry.keys.contains(key) {
                        entry.keys.push(key.clone());
                    }
                }
                entry.keys.sort_by_key(|key| std::cmp::Reverse(key.strength));
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
        let place = (vendor.clone(), account.clone());
        self.keys.entry(account.to_string()).or_insert_with(|| place.clone());
        self.accounts.entry(place).or_default();
    }

    /// The account a text stands for: its id, one of its keys, or its name when only one has it.
    pub fn find(&self, text: &str) -> Option<(VendorId, AccountId)> {
        if let Some(place) = self.keys.get(text) {
            return Some(place.clone());
        }
        let mut named = self.accounts.iter().filter(|(_, entry)| entry.name.eq_ignore_ascii_case(text));
        let first = named.next()?;
        named.next().is_none().then(|| first.0.clone())
    }

    pub fn accounts(&self) -> impl Iterator<Item = (&VendorId, &AccountId, &Entry)> {
        self.accounts.iter().map(|((vendor, account), entry)| (vendor, account, entry))
    }

    /// Accounts in order of vendor and id, from behind `after` on.
    pub fn accounts_after(
        &self,
        after: Option<&(VendorId, AccountId)>,
    ) -> impl Iterator<Item = &(VendorId, AccountId)> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.accounts.range((from, Bound::Unbounded)).map(|(place, _)| place)
    }

    /// What is known of one account.
    pub fn account(&self, vendor: &VendorId, account: &AccountId) -> Option<&Entry> {
        self.accounts.get(&(vendor.clone(), account.clone()))
    }

    pub fn accounts_len(&self) -> usize {
        self.accounts.len()
    }

    pub fn partners(&self) -> impl Iterator<Item = (&VendorId, &PartnerId, &Enrolled)> {
        self.partners.iter().map(|((vendor, partner), enrolled)| (vendor, partner, enrolled))
    }

    pub fn partner(&self, vendor: &VendorId, partner: &PartnerId) -> Option<&Enrolled> {
        self.partners.get(&(vendor.clone(), partner.clone()))
    }
}
