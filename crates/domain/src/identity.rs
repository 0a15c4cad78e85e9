//! Which accounts are one customer, and which are related: what the identity decisions add up to.
//!
//! A match without a hard id (a registry number, a D-U-N-S number, a verified domain) is weaker than one with:
//! nothing is held on it. A split undoes a merge or a link as if it had never been decided. What a person decided
//! about two accounts prevails over what the rules find.

mod bond;
mod customer;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::event::Event;
use crate::event::identity::{FieldWeight, IdentityEvent, KeptApart, Linked, Merged, Split, Suspected};
use crate::fact::{Class, Fact};
use crate::id::{AccountId, EventId, Key};
use crate::time::Interval;
use bond::both_ways;
pub use bond::{Bond, KnownBy, Match, Relative, Tie};

/// Who decided that two accounts are one customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decider {
    /// The rules, by what the accounts are described as; they take it back when it follows no longer.
    Rules,
    Person,
}

#[derive(Debug, Clone, PartialEq)]
struct Absorption {
    absorbed: AccountId,
    sure: Match,
    during: Interval,
    event: EventId,
}

#[derive(Debug, Clone, PartialEq)]
struct Link {
    key: Key,
    account: Option<AccountId>,
    sure: Match,
    during: Interval,
    event: EventId,
}

/// The account that stands for a customer another account is known to be, and the decision that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    pub into: AccountId,
    pub decider: Decider,
    pub sure: Match,
    pub event: EventId,
}

/// Two accounts that may be one customer, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspicion {
    pub weights: Vec<FieldWeight>,
    pub hard_keys: Vec<Key>,
    pub event: EventId,
}

/// On which account's stream an event stands, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    pub from: AccountId,
    pub to: AccountId,
}

/// All identity decisions of one vendor, folded from its identity stream.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Identities {
    /// By survivor.
    absorbed: HashMap<AccountId, Vec<Absorption>>,
    /// By absorbed account.
    survivors: HashMap<AccountId, AccountId>,
    /// By account.
    links: HashMap<AccountId, Vec<Link>>,
    /// By key.
    linked: HashMap<Key, AccountId>,
    related: HashMap<AccountId, Vec<Bond>>,
    /// What each account is known to be, by account: through a merge, or a link that names it.
    joined: HashMap<AccountId, Joined>,
    /// What is joined to each account.
    members: HashMap<AccountId, Vec<AccountId>>,
    /// Pairs of which a person said that they are two customers.
    apart: HashMap<Pair, EventId>,
    suspected: BTreeMap<Pair, Suspicion>,
    /// The accounts each was suspected to be.
    suspects: HashMap<AccountId, BTreeSet<AccountId>>,
    /// Events that a split gave to the restored account.
    moved: HashMap<EventId, Moved>,
}

/// Two accounts, the smaller id first.
type Pair = (AccountId, AccountId);

fn pair(a: &AccountId, b: &AccountId) -> Pair {
    if a <= b { (a.clone(), b.clone()) } else { (b.clone(), a.clone()) }
}

impl Identities {
    /// The decisions after one more fact of the identity stream.
    pub fn evolve(mut self, fact: &Fact) -> Self {
        let Event::Identity(event) = &fact.event else { return self };
        match event {
            IdentityEvent::Linked(linked) => self.link(linked, fact),
            IdentityEvent::Merged(merged) => self.merge(merged, fact),
            IdentityEvent::Split(split) => self.split(split, fact),
            IdentityEvent::Suspected(suspected) => self.suspect(suspected, fact),
            IdentityEvent::KeptApart(kept) => {
                let KeptApart { account, other, .. } = kept;
                self.part(account, other);
                self.part(other, account);
                self.apart.insert(pair(account, other), fact.meta.id);
            }
            IdentityEvent::Related(related) => {
                let (one, other) = (&related.account, &related.other);
                let [of_one, of_other] = both_ways(related.relation);
                for (account, other, relative) in [(one, other, of_one), (other, one, of_other)] {
                    let tie = Tie::Related { relative, basis: related.basis };
                    let bond = Bond {
                        other: other.clone(),
                        tie,
                        during: related.during,
                        decided: vec![fact.meta.id],
                        known_by: KnownBy::Decision,
                    };
                    self.related.entry(account.clone()).or_default().push(bond);
                }
            }
        }
        self
    }

    fn link(&mut self, linked: &Linked, fact: &Fact) {
        if let Some(account) = &linked.account {
            if decider(fact) == Decider::Rules && self.apart.contains_key(&pair(account, &linked.survivor)) {
                return;
            }
            self.join(account, &linked.survivor, sure(&linked.hard_keys), fact);
        }
        let link = Link {
            key: linked.key.clone(),
            account: linked.account.clone(),
            sure: sure(&linked.hard_keys),
            during: Interval::open(fact.meta.valid_at),
            event: fact.meta.id,
        };
        self.linked.insert(linked.key.clone(), linked.survivor.clone());
        self.links.entry(linked.survivor.clone()).or_default().push(link);
    }

    fn merge(&mut self, merged: &Merged, fact: &Fact) {
        let (absorbed, sure) = (merged.absorbed.clone(), sure(&merged.hard_keys));
        self.join(&absorbed, &merged.survivor, sure, fact);
        self.survivors.insert(absorbed.clone(), merged.survivor.clone());
        let during = Interval::open(fact.meta.valid_at);
        let absorption = Absorption { absorbed, sure, during, event: fact.meta.id };
        self.absorbed.entry(merged.survivor.clone()).or_default().push(absorption);
    }

    fn join(&mut self, account: &AccountId, into: &AccountId, sure: Match, fact: &Fact) {
        self.apart.remove(&pair(account, into));
        // Said the other way round: the later decision tells which of the two stands for both.
        self.part(into, account);
        // It stands under one account at a time: the later decision says under which.
        let before = self.joined.get(account).map(|joined| joined.into.clone());
        if let Some(other) = before.as_ref().filter(|before| *before != into) {
            self.part(account, other);
        }
        let joined = Joined { into: into.clone(), decider: decider(fact), sure, event: fact.meta.id };
        self.joined.insert(account.clone(), joined);
        if before.as_ref() == Some(into) {
            return;
        }
        self.members.entry(into.clone()).or_default().push(account.clone());
    }

    fn split(&mut self, split: &Split, fact: &Fact) {
        self.part(&split.restored, &split.survivor);
        if fact.meta.class != Class::Derived {
            self.apart.insert(pair(&split.restored, &split.survivor), fact.meta.id);
        }
        let (from, to) = (&split.survivor, &split.restored);
        let moved = split.moved.iter().map(|event| (*event, Moved { from: from.clone(), to: to.clone() }));
        self.moved.extend(moved);
    }

    /// Takes back that `account` is `other`, by whatever decision.
    fn part(&mut self, account: &AccountId, other: &AccountId) {
        if self.survivors.get(account) == Some(other) {
            self.survivors.remove(account);
        }
        if let Some(absorbed) = self.absorbed.get_mut(other) {
            absorbed.retain(|known| known.absorbed != *account);
        }
        if let Some(links) = self.links.get_mut(other) {
            let linked = &mut self.linked;
            links.retain(|link| {
                let is_kept = link.account.as_ref() != Some(account);
                if !is_kept {
                    linked.remove(&link.key);
                }
                is_kept
            });
        }
        if self.joined.get(account).is_some_and(|joined| joined.into == *other) {
            self.joined.remove(account);
            self.leave(account, other);
        }
    }

    fn leave(&mut self, account: &AccountId, into: &AccountId) {
        if let Some(members) = self.members.get_mut(into) {
            members.retain(|member| member != account);
        }
    }

    fn suspect(&mut self, suspected: &Suspected, fact: &Fact) {
        let (weights, hard_keys) = (suspected.weights.clone(), suspected.hard_keys.clone());
        let suspicion = Suspicion { weights, hard_keys, event: fact.meta.id };
        let (account, other) = (&suspected.account, &suspected.other);
        self.suspected.insert(pair(account, other), suspicion);
        self.suspects.entry(account.clone()).or_default().insert(other.clone());
        self.suspects.entry(other.clone()).or_default().insert(account.clone());
    }

    /// The account this one was merged into, if it was.
    pub fn survivor(&self, account: &AccountId) -> Option<&AccountId> {
        self.survivors.get(account)
    }

    /// Every account tied to this one: absorbed by it, directly or through others; opened under a key that was
    /// linked to it, as far as `opened_under` knows; or related.
    pub fn bonds(&self, account: &AccountId, opened_under: impl Fn(&Key) -> Option<AccountId>) -> Vec<Bond> {
        let mut bonds = self.absorbed_by(account);
        for link in self.links.get(account).into_iter().flatten() {
            let known = |other: &AccountId| bonds.iter().any(|bond| bond.other == *other);
            let other = link.account.clone().or_else(|| opened_under(&link.key));
            let Some(other) = other.filter(|other| other != account && !known(other)) else { continue };
            let Link { sure, during, event, .. } = *link;
            let known_by = if link.account.is_some() { KnownBy::Link } else { KnownBy::Opening };
            bonds.push(Bond { other, tie: Tie::Same(sure), during, decided: vec![event], known_by });
        }
        bonds.extend(self.related.get(account).into_iter().flatten().cloned());
        bonds
    }

    /// Accounts that ended up in `account`, with the weakest match and all decisions on the way.
    fn absorbed_by(&self, account: &AccountId) -> Vec<Bond> {
        let mut bonds: Vec<Bond> = Vec::new();
        let mut open = vec![(account.clone(), Match::Hard, Vec::new())];
        while let Some((survivor, sure, decided)) = open.pop() {
            for one in self.absorbed.get(&survivor).into_iter().flatten() {
                if one.absorbed == *account || bonds.iter().any(|bond| bond.other == one.absorbed) {
                    continue;
                }
                // Where a link said it before, the merge adds nothing to what is known.
                let mut linked = self.links.get(&survivor).into_iter().flatten();
                let first = linked.find(|link| link.account.as_ref() == Some(&one.absorbed));
                let (first_sure, first) = first.map_or((one.sure, one.event), |link| (link.sure, link.event));
                let sure = sure.min(one.sure.max(first_sure));
                let mut decided: Vec<EventId> = decided.clone();
                decided.push(first);
                open.push((one.absorbed.clone(), sure, decided.clone()));
                let (other, tie) = (one.absorbed.clone(), Tie::Same(sure));
                let known_by = KnownBy::Decision;
                bonds.push(Bond { other, tie, during: one.during, decided, known_by });
            }
        }
        bonds
    }

    /// Whether some decision names this account as one that others are tied to.
    pub fn concern(&self, account: &AccountId) -> bool {
        self.absorbed.contains_key(account)
            || self.links.contains_key(account)
            || self.related.contains_key(account)
            || self.survivors.contains_key(account)
            || self.reach(account)
    }

    /// The accounts for which acts on this one, opened under `keys`, may count: what it was absorbed into, what its
    /// keys were linked to, and what it is related to.
    pub fn counts_for<'a>(
        &'a self,
        account: &AccountId,
        keys: impl Iterator<Item = &'a Key>,
    ) -> Vec<&'a AccountId> {
        let mut into: Vec<&AccountId> = Vec::new();
        let next_to = |account: &AccountId| self.joined.get(account).map(|joined| &joined.into);
        let mut next = next_to(account);
        while let Some(survivor) = next.filter(|survivor| !into.contains(survivor)) {
            into.push(survivor);
            next = next_to(survivor);
        }
        let linked = keys.filter_map(|key| self.linked.get(key)).filter(|linked| *linked != account);
        let related = self.related.get(account).into_iter().flatten().map(|bond| &bond.other);
        into.into_iter().chain(linked).chain(related).collect()
    }

    /// Every account to which some decision ties another.
    pub fn accounts(&self) -> impl Iterator<Item = &AccountId> {
        self.absorbed.keys().chain(self.links.keys()).chain(self.related.keys())
    }

    /// Every account that was merged into another.
    pub fn merged(&self) -> impl Iterator<Item = &AccountId> {
        self.survivors.keys()
    }

    /// Every key that was linked to an account and of which the decision does not say which account is known by it.
    pub fn linked_keys(&self) -> impl Iterator<Item = &Key> {
        self.links.values().flatten().filter(|link| link.account.is_none()).map(|link| &link.key)
    }
}

fn decider(fact: &Fact) -> Decider {
    if fact.meta.class == Class::Derived { Decider::Rules } else { Decider::Person }
}

fn sure(hard_keys: &[Key]) -> Match {
    if hard_keys.is_empty() { Match::Soft } else { Match::Hard }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::identity::{AccountRelation, Band, Linked, Merged, Related, Split};
    use crate::event::partner::AffiliationBasis;
    use crate::event::{DecidedBy, PolicyRef};
    use crate::fact::{Actor, Class, Context, Meta, Origin, Producer};
    use crate::id::Digest;
    use crate::time::Instant;

    fn id<T: std::str::FromStr>(text: &str) -> T
    where
        T::Err: std::fmt::Debug,
    {
        text.parse().expect("an id")
    }

    fn fact(number: u64, event: IdentityEvent) -> Fact {
        let at = Instant::EARLIEST;
        let meta = Meta {
            id: EventId(uuid::Uuid::from_u128(u128::from(number))),
            position: number,
            revision: number,
            valid_at: at,
            recorded_at: at,
            class: Class::Ruled,
            origin: Origin::Live,
            producer: Producer { source: id("test"), id: id("1") },
            actor: Actor::system(),
            causation: None,
            policy: None,
            context: Context::default(),
        };
        Fact { meta, event: Event::Identity(event) }
    }

    fn decided_by() -> DecidedBy {
        DecidedBy { policy: PolicyRef { version: 1, digest: Digest([0; 32]) }, person: None }
    }

    fn merged(absorbed: &str, survivor: &str, hard_keys: &[&str]) -> IdentityEvent {
        let hard_keys = hard_keys.iter().map(|key| id(key)).collect();
        let (absorbed, survivor) = (id(absorbed), id(survivor));
        let (band, weights) = (Band::Auto, Vec::new());
        IdentityEvent::Merged(Merged {
            absorbed,
            survivor,
            band,
            weights,
            hard_keys,
            decided_by: decided_by(),
        })
    }

    fn decided(events: Vec<IdentityEvent>) -> Identities {
        let facts = (1..).zip(events).map(|(number, event)| fact(number, event));
        facts.fold(Identities::default(), |known, fact| known.evolve(&fact))
    }

    fn bonds(known: &Identities, account: &str) -> Vec<(String, Tie, usize)> {
        let bonds = known.bonds(&id(account), |key| (key.as_str() == "duns:9").then(|| id("d")));
        bonds.into_iter().map(|bond| (bond.other.to_string(), bond.tie, bond.decided.len())).collect()
    }

    #[test]
    fn a_chain_of_merges_is_as_sure_as_its_weakest_link() {
        let known = decided(vec![merged("b", "a", &["duns:1"]), merged("c", "b", &[])]);
        let (hard, soft) = (Tie::Same(Match::Hard), Tie::Same(Match::Soft));
        assert_eq!(bonds(&known, "a"), [("b".to_owned(), hard, 1), ("c".to_owned(), soft, 2)]);
        assert_eq!(known.counts_for(&id("c"), std::iter::empty()), [&id("b"), &id("a")]);
    }

    #[test]
    fn of_two_merges_into_each_other_the_later_one_stands() {
        let known = decided(vec![merged("b", "a", &[]), merged("a", "b", &[])]);
        assert_eq!((bonds(&known, "a").len(), bonds(&known, "b").len()), (0, 1));
        assert_eq!(known.counts_for(&id("a"), std::iter::empty()), [&id("b")]);
    }

    #[test]
    fn a_split_takes_a_merge_back() {
        let (survivor, restored) = (id("a"), id("b"));
        let split = Split { survivor, restored, decided_by: decided_by(), moved: Vec::new(), reason: None };
        let known = decided(vec![merged("b", "a", &[]), IdentityEvent::Split(split)]);
        assert_eq!(bonds(&known, "a"), []);
        assert_eq!(known.survivor(&id("b")), None);
    }

    fn linked(account: &str, survivor: &str, hard_keys: &[&str]) -> IdentityEvent {
        let (key, hard_keys) = (id(&format!("crm:{account}")), hard_keys.iter().map(|key| id(key)).collect());
        let (account, survivor) = (Some(id(account)), id(survivor));
        let (band, weights) = (Band::Clerical, Vec::new());
        IdentityEvent::Linked(Linked {
            key,
            account,
            survivor,
            band,
            weights,
            hard_keys,
            decided_by: decided_by(),
        })
    }

    #[test]
    fn accounts_are_surely_one_by_merges_and_hard_ids_and_not_by_a_link_of_names() {
        let known = decided(vec![
            linked("b", "a", &["duns:1"]),
            merged("c", "b", &[]),
            linked("d", "a", &[]),
            linked("e", "d", &["duns:2"]),
        ]);
        let surely = |account: &str| -> Vec<String> {
            known.surely_with(&id(account)).into_iter().map(ToString::to_string).collect()
        };
        for of_a in ["a", "b", "c"] {
            assert_eq!(surely(of_a), ["a", "b", "c"]);
        }
        assert_eq!(
            (surely("d"), surely("e")),
            (vec!["d".to_owned(), "e".to_owned()], vec!["d".to_owned(), "e".to_owned()])
        );
        assert!(known.are_one(&id("e"), &id("c")), "a person said so");
    }

    #[test]
    fn a_linked_key_ties_the_account_that_was_opened_under_it() {
        let (key, survivor, hard_keys) = (id("duns:9"), id("a"), vec![id("duns:9")]);
        let (band, weights) = (Band::Auto, Vec::new());
        let account = None;
        let linked = Linked { key, account, survivor, band, weights, hard_keys, decided_by: decided_by() };
        let known = decided(vec![IdentityEvent::Linked(linked)]);
        assert_eq!(bonds(&known, "a"), [("d".to_owned(), Tie::Same(Match::Hard), 1)]);
        let key: Key = id("duns:9");
        assert_eq!(known.counts_for(&id("d"), std::iter::once(&key)), [&id("a")]);
    }

    #[test]
    fn a_relation_is_seen_from_both_sides() {
        let related = Related {
            account: id("a"),
            other: id("b"),
            relation: AccountRelation::AcquiredBy,
            during: Interval::open(Instant::EARLIEST),
            basis: AffiliationBasis::Registry,
            evidence: None,
        };
        let known = decided(vec![IdentityEvent::Related(related)]);
        let relative = |relative| Tie::Related { relative, basis: AffiliationBasis::Registry };
        assert_eq!(bonds(&known, "a"), [("b".to_owned(), relative(Relative::Acquirer), 1)]);
        assert_eq!(bonds(&known, "b"), [("a".to_owned(), relative(Relative::Acquired), 1)]);
    }
}
