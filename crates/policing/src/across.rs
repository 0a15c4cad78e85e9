//! What is looked at across accounts: of each only what its handoffs came to, and who left whom.
//!
//! Nothing here is folded or kept open: an account adds a few small records when it is judged ([`Among::own`]), and
//! takes them back when it is judged otherwise. The records follow from the facts of that account, the families and
//! the rules alone, so that the order in which accounts are judged changes nothing about what is known in the end.

mod of_account;
mod reporters;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::event::case::ClearedBy;
use domain::event::handoff::HandoffOutcome;
use domain::family::Families;
use domain::id::{AccountId, EventId, HandoffId, PartnerId};
use domain::program::Program;
use domain::time::Instant;

pub(crate) use of_account::of_account;

/// The patterns whose findings rest on several accounts.
pub const PATTERNS: [&str; 3] = ["T10", "T23", "R1"];

/// What an accepted handoff came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Handed {
    pub account: AccountId,
    pub handoff: HandoffId,
    pub host: PartnerId,
    pub guest: PartnerId,
    /// Its invitation and acceptance.
    pub bound_by: Vec<EventId>,
    pub taking: Option<Taking>,
    pub closed: Option<Closing>,
}

/// The guest's family gained what the handoff protected for its host.
#[derive(Debug, Clone, PartialEq)]
pub struct Taking {
    pub by: PartnerId,
    pub at: Instant,
    pub event: EventId,
    /// Where the gain stands in the journal.
    pub position: u64,
    /// What allowed it; `None` for a possible takeover.
    pub allowed: Option<Allowed>,
    /// What shows it.
    pub proof: Vec<EventId>,
}

/// The basis of a gain, and the last event that makes it one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowed {
    pub by: ClearedBy,
    pub because: Option<EventId>,
}

/// The handoff is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closing {
    pub at: Instant,
    pub event: EventId,
    pub outcome: HandoffOutcome,
}

/// The account went from one partner to another, under a handoff or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Departure {
    pub account: AccountId,
    pub from: PartnerId,
    pub to: PartnerId,
    pub at: Instant,
    pub event: EventId,
    /// Where the change of holder stands in the journal.
    pub position: u64,
    /// What made it the customer's wish or anybody's right, if anything did.
    pub because: Option<EventId>,
    /// What shows it.
    pub proof: Vec<EventId>,
}

/// What one account adds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OfAccount {
    pub handed: Vec<Arc<Handed>>,
    pub departures: Vec<Arc<Departure>>,
}

impl OfAccount {
    pub fn is_empty(&self) -> bool {
        self.handed.is_empty() && self.departures.is_empty()
    }
}

/// What all accounts of one vendor add, by partner and time: some 500 bytes for each accepted handoff that was
/// closed or ended in a gain, and nothing for any other event.
#[derive(Debug, Clone, Default)]
pub struct Gains {
    accounts: BTreeMap<AccountId, OfAccount>,
    /// By host, at the taking.
    taken: ByPartner<Handed>,
    /// By guest, at the closing.
    closed: ByPartner<Handed>,
    /// By whoever was left.
    left: ByPartner<Departure>,
}

type ByPartner<T> = BTreeMap<PartnerId, BTreeMap<Instant, Vec<Arc<T>>>>;

impl Gains {
    /// What is known of one account.
    pub fn of(&self, account: &AccountId) -> Option<&OfAccount> {
        self.accounts.get(account)
    }

    /// Takes `now` in the place of what was known of the account.
    pub fn put(&mut self, account: &AccountId, now: OfAccount) {
        let before = self.accounts.remove(account).unwrap_or_default();
        for handed in &before.handed {
            if let Some(taking) = &handed.taking {
                drop_one(&mut self.taken, &handed.host, taking.at, handed);
            }
            if let Some(closed) = &handed.closed {
                drop_one(&mut self.closed, &handed.guest, closed.at, handed);
            }
        }
        for departure in &before.departures {
            drop_one(&mut self.left, &departure.from, departure.at, departure);
        }
        for handed in &now.handed {
            if let Some(taking) = &handed.taking {
                keep_one(&mut self.taken, &handed.host, taking.at, handed);
            }
            if let Some(closed) = &handed.closed {
                keep_one(&mut self.closed, &handed.guest, closed.at, handed);
            }
        }
        for departure in &now.departures {
            keep_one(&mut self.left, &departure.from, departure.at, departure);
        }
        if !now.is_empty() {
            self.accounts.insert(account.clone(), now);
        }
    }
}

fn keep_one<T>(of: &mut ByPartner<T>, partner: &PartnerId, at: Instant, one: &Arc<T>) {
    of.entry(partner.clone()).or_default().entry(at).or_default().push(Arc::clone(one));
}

fn drop_one<T>(of: &mut ByPartner<T>, partner: &PartnerId, at: Instant, one: &Arc<T>) {
    let Some(times) = of.get_mut(partner) else { return };
    if let Some(known) = times.get_mut(&at) {
        known.retain(|known| !Arc::ptr_eq(known, one));
        if known.is_empty() {
            times.remove(&at);
        }
    }
    if times.is_empty() {
        of.remove(partner);
    }
}

/// The gains of other accounts as far as somebody knows them.
#[derive(Debug, Clone, Copy)]
pub struct Others<'a> {
    gains: &'a Gains,
    /// Gains recorded after this position are not known.
    upto: u64,
}

impl<'a> Others<'a> {
    pub fn all(gains: &'a Gains) -> Self {
        Self { gains, upto: u64::MAX }
    }

    /// As known at a journal position.
    pub fn upto(gains: &'a Gains, position: u64) -> Self {
        Self { gains, upto: position }
    }

    /// What is known of one account.
    pub fn of(&self, account: &AccountId) -> Option<&'a OfAccount> {
        self.gains.of(account)
    }

    pub fn none() -> Others<'static> {
        static NONE: Gains = Gains {
            accounts: BTreeMap::new(),
            taken: BTreeMap::new(),
            closed: BTreeMap::new(),
            left: BTreeMap::new(),
        };
        Others::all(&NONE)
    }
}

/// One account among the others: its own records are those that follow from its facts now.
#[derive(Debug, Clone)]
pub struct Among<'a> {
    others: Others<'a>,
    /// The account whose records `own` takes the place of.
    account: Option<&'a AccountId>,
    pub own: OfAccount,
}

impl<'a> Among<'a> {
    pub(crate) fn new(others: Others<'a>, account: &'a AccountId, own: OfAccount) -> Self {
        Self { others, account: Some(account), own }
    }

    /// Nobody in particular.
    pub(crate) fn all(gains: &'a Gains) -> Self {
        Self { others: Others::all(gains), account: None, own: OfAccount::default() }
    }

    /// Handoffs of this host with a taking from `from` to `until`, both included.
    pub(crate) fn taken_from(&self, host: &PartnerId, from: Instant, until: Instant) -> Vec<&Handed> {
        let known = self.others.gains.taken.get(host).into_iter().flat_map(|at| at.range(from..=until));
        let known = known.flat_map(|(_, handed)| handed).filter(|handed| {
            let position = handed.taking.as_ref().map_or(u64::MAX, |taking| taking.position);
            position <= self.others.upto && self.is_other(&handed.account)
        });
        let is_within = |handed: &&Arc<Handed>| {
            let at = handed.taking.as_ref().map(|taking| taking.at);
            handed.host == *host && at.is_some_and(|at| from <= at && at <= until)
        };
        known.chain(self.own.handed.iter().filter(is_within)).map(Arc::as_ref).collect()
    }

    /// Handoffs to this guest that are over.
    pub(crate) fn closed_by(&self, guest: &PartnerId) -> Vec<&Handed> {
        let known = self.others.gains.closed.get(guest).into_iter().flat_map(BTreeMap::values).flatten();
        let known = known.filter(|handed| self.is_other(&handed.account));
        let is_over = |own: &&Arc<Handed>| own.closed.is_some() && own.guest == *guest;
        known.chain(self.own.handed.iter().filter(is_over)).map(Arc::as_ref).collect()
    }

    /// Accounts that left this partner from `from` on and before `until`.
    pub(crate) fn left(&self, partner: &PartnerId, from: Instant, until: Instant) -> Vec<&Departure> {
        if until <= from {
            return Vec::new();
        }
        let known = self.others.gains.left.get(partner).into_iter().flat_map(|at| at.range(from..until));
        let known = known
            .flat_map(|(_, departures)| departures)
            .filter(|departure| departure.position <= self.others.upto && self.is_other(&departure.account));
        let is_within = |departure: &&Arc<Departure>| {
            departure.from == *partner && from <= departure.at && departure.at < until
        };
        known.chain(self.own.departures.iter().filter(is_within)).map(Arc::as_ref).collect()
    }

    fn is_other(&self, account: &AccountId) -> bool {
        self.account != Some(account)
    }
}

/// What questions across accounts are asked of.
#[derive(Clone, Copy)]
pub(crate) struct Wide<'a> {
    pub(crate) among: &'a Among<'a>,
    pub(crate) families: &'a Families,
    pub(crate) program: &'a Program,
}

impl Wide<'_> {
    /// Whether the two are one family then.
    pub(crate) fn are_kin(&self, a: &PartnerId, b: &PartnerId, at: Instant) -> bool {
        a == b || self.families.kinship(a, b, at).is_some()
    }

    pub(crate) fn family(&self, partner: &PartnerId, at: Instant) -> BTreeSet<PartnerId> {
        self.families.family(partner, at)
    }
}
