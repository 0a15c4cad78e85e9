//! One customer under several accounts: which of them stands for it, and what belongs to each.

use std::collections::BTreeSet;

use super::{Decider, Identities, Joined, Match, Pair, Suspicion, pair};
use crate::id::{AccountId, EventId};

impl Identities {
    /// The account that stands for the customer of this one: itself, unless it was merged or linked into another.
    pub fn customer<'a>(&'a self, account: &'a AccountId) -> &'a AccountId {
        let mut met = vec![account];
        let mut at = account;
        while let Some(joined) = self.joined.get(at).filter(|joined| !met.contains(&&joined.into)) {
            at = &joined.into;
            met.push(at);
        }
        at
    }

    /// The accounts that were merged or linked into this one, directly or through others; not itself.
    pub fn members(&self, account: &AccountId) -> BTreeSet<&AccountId> {
        let mut found = BTreeSet::new();
        let mut open = vec![account];
        while let Some(at) = open.pop() {
            for member in self.members.get(at).into_iter().flatten() {
                if member != account && found.insert(member) {
                    open.push(member);
                }
            }
        }
        found
    }

    /// The accounts that are one customer with this one by merges and hard ids alone, itself included: what a link by
    /// names joins to them is left to persons.
    pub fn surely_with<'a>(&'a self, account: &'a AccountId) -> BTreeSet<&'a AccountId> {
        let is_sure = |of: &AccountId, joined: &Joined| {
            joined.sure == Match::Hard || self.survivors.get(of) == Some(&joined.into)
        };
        let mut found = BTreeSet::from([account]);
        let mut open = vec![account];
        while let Some(at) = open.pop() {
            let into = self.joined.get(at).filter(|joined| is_sure(at, joined)).map(|joined| &joined.into);
            let members = self.members.get(at).into_iter().flatten();
            let sure =
                |member: &&AccountId| self.joined.get(*member).is_some_and(|joined| is_sure(member, joined));
            let next: Vec<&AccountId> = into.into_iter().chain(members.filter(sure)).collect();
            open.extend(next.into_iter().filter(|next| found.insert(next)));
        }
        found
    }

    /// Whether both are known to be one customer.
    pub fn are_one(&self, a: &AccountId, b: &AccountId) -> bool {
        self.customer(a) == self.customer(b)
    }

    /// What the account was merged or linked into, if it was.
    pub fn joined(&self, account: &AccountId) -> Option<&Joined> {
        self.joined.get(account)
    }

    /// Every account that was merged or linked into another, and into which, in order of ids.
    pub fn all_joined(&self) -> impl Iterator<Item = (&AccountId, &Joined)> {
        let mut all: Vec<(&AccountId, &Joined)> = self.joined.iter().collect();
        all.sort_by_key(|(account, _)| *account);
        all.into_iter()
    }

    /// Every account that was merged or linked into another, or of which a split moved events, and what stands for it.
    pub fn of_several(&self) -> BTreeSet<&AccountId> {
        let joined = self.joined.iter().flat_map(|(account, joined)| [account, &joined.into]);
        let moved = self.moved.values().flat_map(|moved| [&moved.from, &moved.to]);
        joined.chain(moved).collect()
    }

    /// What the rules linked into this account.
    pub fn linked_by_rules(&self, account: &AccountId) -> impl Iterator<Item = (&AccountId, &Joined)> {
        let members = self.members.get(account).into_iter().flatten();
        let joined = members.filter_map(|member| Some((member, self.joined.get(member)?)));
        joined.filter(|(_, joined)| joined.decider == Decider::Rules)
    }

    /// Whether a person said that they are two customers, and by which event.
    pub fn kept_apart(&self, a: &AccountId, b: &AccountId) -> Option<EventId> {
        self.apart.get(&pair(a, b)).copied()
    }

    /// Why they were thought to be one customer perhaps.
    pub fn suspicion(&self, a: &AccountId, b: &AccountId) -> Option<&Suspicion> {
        self.suspected.get(&pair(a, b))
    }

    /// The pairs that wait for a person: suspected, and nothing was decided about them since.
    pub fn queue(&self) -> impl Iterator<Item = (&Pair, &Suspicion)> {
        let is_open = |(a, b): &Pair| !self.are_one(a, b) && self.kept_apart(a, b).is_none();
        self.suspected.iter().filter(move |(pair, _)| is_open(pair))
    }

    /// The accounts with which this one was suspected to be one customer, whatever was decided since.
    pub fn suspected_with(&self, account: &AccountId) -> impl Iterator<Item = (&AccountId, &Suspicion)> {
        let with = self.suspects.get(account).into_iter().flatten();
        with.filter_map(move |other| Some((other, self.suspected.get(&pair(account, other))?)))
    }

    /// The account whose an event is that stands on the stream of `account`.
    pub fn belongs_to<'a>(&'a self, event: EventId, account: &'a AccountId) -> &'a AccountId {
        self.moved.get(&event).filter(|moved| moved.from == *account).map_or(account, |moved| &moved.to)
    }

    /// The accounts on whose streams events stand that a split gave to this one.
    pub fn given_by(&self, account: &AccountId) -> BTreeSet<&AccountId> {
        self.moved.values().filter(|moved| moved.to == *account).map(|moved| &moved.from).collect()
    }

    /// Every account on whose stream events stand that a split gave to another.
    pub fn givers(&self) -> BTreeSet<&AccountId> {
        self.moved.values().map(|moved| &moved.from).collect()
    }

    /// Whether acts on other streams are acts on this account, or the other way round.
    pub fn reach(&self, account: &AccountId) -> bool {
        let moved = || self.moved.values().any(|moved| moved.to == *account || moved.from == *account);
        let has_members = self.members.get(account).is_some_and(|members| !members.is_empty());
        self.joined.contains_key(account) || has_members || moved()
    }
}
