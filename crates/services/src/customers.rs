//! How accounts are described, vendor by vendor, and which of them were described since they were last resolved.

use std::collections::{BTreeMap, BTreeSet};

use domain::account::history;
use domain::event::Event;
use domain::event::account::{AccountEvent, Opened};
use domain::event::correction::{CorrectionEvent, CorrectionReason};
use domain::event::identity::IdentityEvent;
use domain::fact::{Class, Fact};
use domain::id::{AccountId, VendorId};
use domain::stream::Stream;
use domain::time::Instant;
use identity::{Description, Fingerprint, Index};

/// Descriptions that wait to be indexed, at most, once the journal was read: at some 300 bytes each, 2 MB.
const TOLD_MAX: usize = 8_192;

/// The descriptions of all accounts in the journal.
#[derive(Debug, Default)]
pub(crate) struct Customers {
    vendors: BTreeMap<VendorId, OfVendor>,
    /// Whether the journal was read to its end.
    is_read: bool,
}

/// Whether a description adds to those before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Also,
    /// It was put right: what was told before is wrong.
    Instead,
}

/// The accounts of one vendor.
#[derive(Debug, Default)]
pub(crate) struct OfVendor {
    index: Index,
    /// Told and not put into the index yet: that is done when somebody first asks, so that a book opens fast.
    told: Vec<(AccountId, Description, Told)>,
    /// Described otherwise since they were last resolved, with the position that says so.
    open: BTreeMap<AccountId, u64>,
    /// Of those, the ones of which something was corrected: what they are described as has to be read anew.
    corrected: BTreeSet<AccountId>,
    /// Accounts about which a person decided since merged accounts were last marked.
    decided: BTreeSet<AccountId>,
    /// Up to which position the rules last recorded what follows.
    resolved_upto: u64,
}

impl Customers {
    /// Takes in one fact of `stream`.
    pub(crate) fn take(&mut self, stream: &Stream, fact: &Fact) {
        match (stream, &fact.event) {
            (Stream::Account(vendor, account), Event::Account(AccountEvent::Opened(opened))) => {
                let is_read = self.is_read;
                let of_vendor = self.of(vendor);
                let told = Description::of(opened, fact.meta.valid_at);
                of_vendor.told.push((account.clone(), told, Told::Also));
                of_vendor.open.insert(account.clone(), fact.meta.position);
                if is_read && of_vendor.told.len() >= TOLD_MAX {
                    of_vendor.index();
                }
            }
            (Stream::Account(vendor, account), event) if redescribes(event) => {
                let of_vendor = self.of(vendor);
                if let Some(opened) = put_right(event) {
                    let told = Description::of(opened, fact.meta.valid_at);
                    of_vendor.told.push((account.clone(), told, Told::Instead));
                }
                of_vendor.open.insert(account.clone(), fact.meta.position);
                of_vendor.corrected.insert(account.clone());
            }
            (Stream::Identity(vendor), event) => self.of(vendor).decide(event, fact),
            (
                Stream::Account(..)
                | Stream::Partner(..)
                | Stream::Program(_)
                | Stream::Case(..)
                | Stream::Partnership(..),
                _,
            ) => {}
        }
    }

    /// The accounts of one vendor.
    pub(crate) fn of(&mut self, vendor: &VendorId) -> &mut OfVendor {
        self.vendors.entry(vendor.clone()).or_default()
    }

    /// The whole journal was read: what the rules recorded says that everything before it was resolved.
    pub(crate) fn opened(&mut self) {
        self.is_read = true;
        for of_vendor in self.vendors.values_mut() {
            let upto = of_vendor.resolved_upto;
            of_vendor.open.retain(|_, described| *described > upto);
            of_vendor.decided.clear();
        }
    }

    pub(crate) fn vendors(&self) -> Vec<VendorId> {
        self.vendors.keys().cloned().collect()
    }
}

impl OfVendor {
    /// What a person decides about accounts lets the rules look at them again; what the rules decided last says
    /// that everything described before it was resolved.
    fn decide(&mut self, event: &Event, fact: &Fact) {
        if fact.meta.class == Class::Derived {
            self.resolved_upto = fact.meta.position;
            return;
        }
        let Event::Identity(event) = event else { return };
        let named = named(event);
        self.open.extend(named.iter().map(|account| (account.clone(), fact.meta.position)));
        self.decided.extend(named);
    }

    /// The index with everything told so far.
    pub(crate) fn index(&mut self) -> &Index {
        for (account, description, told) in std::mem::take(&mut self.told) {
            let fingerprint = Fingerprint::of(&description);
            match told {
                Told::Also => self.index.tell(&account, fingerprint),
                Told::Instead => self.index.describe(&account, fingerprint),
            }
        }
        &self.index
    }

    /// Takes in how an account is described by all of its facts.
    pub(crate) fn redescribe(&mut self, account: &AccountId, facts: &[Fact]) {
        self.index();
        match described(facts) {
            Some(fingerprint) => self.index.describe(account, fingerprint),
            None => self.index.forget(account),
        }
        self.corrected.remove(account);
    }

    pub(crate) fn is_open(&self, account: &AccountId) -> bool {
        self.open.contains_key(account)
    }

    pub(crate) fn is_corrected(&self, account: &AccountId) -> bool {
        self.corrected.contains(account)
    }

    /// The accounts that were described otherwise since they were last resolved, in order of their ids.
    pub(crate) fn open(&self) -> Vec<AccountId> {
        self.open.keys().cloned().collect()
    }

    /// Everything known of an account is resolved.
    pub(crate) fn close(&mut self, account: &AccountId) {
        self.open.remove(account);
    }

    /// The accounts about which a person decided since this was last asked.
    pub(crate) fn take_decided(&mut self) -> BTreeSet<AccountId> {
        std::mem::take(&mut self.decided)
    }
}

/// The accounts of which a decision says that they are one customer, or are not.
pub(crate) fn named(event: &IdentityEvent) -> Vec<AccountId> {
    match event {
        IdentityEvent::Linked(linked) => linked.account.iter().chain([&linked.survivor]).cloned().collect(),
        IdentityEvent::Merged(merged) => vec![merged.absorbed.clone(), merged.survivor.clone()],
        IdentityEvent::Split(split) => vec![split.restored.clone(), split.survivor.clone()],
        IdentityEvent::KeptApart(kept) => vec![kept.account.clone(), kept.other.clone()],
        IdentityEvent::Suspected(_) | IdentityEvent::Related(_) => Vec::new(),
    }
}

/// Whether an event on an account's stream may say otherwise how it is described.
pub(crate) fn redescribes(event: &Event) -> bool {
    let Event::Correction(correction) = event else { return false };
    match correction {
        CorrectionEvent::Corrected(corrected) => match &corrected.replaces {
            Some(event) => matches!(event, Event::Account(AccountEvent::Opened(_))),
            None => true,
        },
        CorrectionEvent::Retracted(retracted) => retracted.reason != CorrectionReason::DecidedAnew,
        CorrectionEvent::Committed(_) => false,
    }
}

/// What a correction says an account was opened as instead.
fn put_right(event: &Event) -> Option<&Opened> {
    let Event::Correction(CorrectionEvent::Corrected(corrected)) = event else { return None };
    let Some(Event::Account(AccountEvent::Opened(opened))) = &corrected.replaces else { return None };
    Some(opened)
}

/// How an account is described by its facts, corrections included; `None` when nothing opened it.
fn described(facts: &[Fact]) -> Option<Fingerprint> {
    let effective = history::effective(facts);
    let told = effective.iter().filter_map(|fact| {
        let Event::Account(AccountEvent::Opened(opened)) = &fact.event else { return None };
        Some(Fingerprint::of(&Description::of(opened, fact.meta.valid_at)))
    });
    told.reduce(Fingerprint::and)
}

/// When the later of two accounts was opened.
pub(crate) fn opened_last(index: &Index, a: &AccountId, b: &AccountId) -> Option<Instant> {
    let opened_at = |account: &AccountId| index.fingerprint(account).map(Fingerprint::opened_at);
    opened_at(a).max(opened_at(b))
}
