//! Which other accounts are the same customer, or of the same enterprise, computed anew from the identity decisions.

use std::collections::{BTreeMap, BTreeSet};

use domain::event::Event;
use domain::event::identity::{AccountRelation, IdentityEvent, Linked, Merged, Related};
use domain::event::partner::AffiliationBasis;
use domain::fact::{Class, Fact};
use domain::id::{AccountId, EventId, Key};
use domain::time::Interval;

/// What another account is to the one looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bond {
    /// The same customer; whether a hard id agrees in every decision.
    Same { hard: bool },
    /// Of one enterprise; whether the other bought this one, whether it is a mere franchise, whether it is a guess.
    Related { buyer: bool, franchise: bool, guessed: bool },
}

#[derive(Debug, Clone)]
pub(crate) struct Tie {
    pub(crate) other: AccountId,
    pub(crate) bond: Bond,
    pub(crate) during: Interval,
    /// Whether a link alone says so, and no merge.
    pub(crate) by_link: bool,
}

/// What identity decisions add up to.
#[derive(Debug, Default)]
pub(crate) struct Decisions<'a> {
    merges: Vec<(&'a Fact, &'a Merged)>,
    links: Vec<(&'a Fact, &'a Linked)>,
    related: Vec<(&'a Fact, &'a Related)>,
    /// What each account was merged into.
    survivors: BTreeMap<&'a AccountId, &'a AccountId>,
    /// Pairs that a person said are two customers.
    apart: BTreeSet<[&'a AccountId; 2]>,
    /// Events that a split gave away: from whose stream, and to whom.
    moved: BTreeMap<EventId, (&'a AccountId, &'a AccountId)>,
}

fn pair<'a>(one: &'a AccountId, other: &'a AccountId) -> [&'a AccountId; 2] {
    if one <= other { [one, other] } else { [other, one] }
}

impl<'a> Decisions<'a> {
    /// From the decisions in the order they take effect.
    pub(crate) fn of(facts: impl Iterator<Item = &'a Fact>) -> Self {
        let mut decisions = Self::default();
        for fact in facts {
            if let Event::Identity(event) = &fact.event {
                decisions.take(fact, event);
            }
        }
        decisions
    }

    fn take(&mut self, fact: &'a Fact, event: &'a IdentityEvent) {
        match event {
            IdentityEvent::Linked(linked) => {
                if let Some(account) = &linked.account {
                    let by_rules = fact.meta.class == Class::Derived;
                    if by_rules && self.apart.contains(&pair(account, &linked.survivor)) {
                        return;
                    }
                    self.join(account, &linked.survivor);
                }
                self.links.push((fact, linked));
            }
            IdentityEvent::Merged(merged) => {
                self.join(&merged.absorbed, &merged.survivor);
                self.survivors.insert(&merged.absorbed, &merged.survivor);
                self.merges.push((fact, merged));
            }
            IdentityEvent::Split(split) => {
                self.part(&split.restored, &split.survivor);
                if fact.meta.class != Class::Derived {
                    self.apart.insert(pair(&split.restored, &split.survivor));
                }
                let moved = split.moved.iter().map(|event| (*event, (&split.survivor, &split.restored)));
                self.moved.extend(moved);
            }
            IdentityEvent::KeptApart(kept) => {
                self.part(&kept.account, &kept.other);
                self.part(&kept.other, &kept.account);
                self.apart.insert(pair(&kept.account, &kept.other));
            }
            IdentityEvent::Related(related) => self.related.push((fact, related)),
            IdentityEvent::Suspected(_) => {}
        }
    }

    fn join(&mut self, account: &'a AccountId, into: &'a AccountId) {
        self.apart.remove(&pair(account, into));
        self.part(into, account);
        // It stands under one account at a time: the later decision says under which.
        self.merges.retain(|(_, merged)| merged.absorbed != *account || merged.survivor == *into);
        self.links.retain(|(_, linked)| linked.account.as_ref() != Some(account) || linked.survivor == *into);
    }

    /// Takes back that `account` is `other`.
    fn part(&mut self, account: &AccountId, other: &AccountId) {
        if self.survivors.get(account).is_some_and(|survivor| *survivor == other) {
            self.survivors.remove(account);
        }
        self.merges.retain(|(_, merged)| merged.absorbed != *account || merged.survivor != *other);
        self.links
            .retain(|(_, linked)| linked.account.as_ref() != Some(account) || linked.survivor != *other);
    }

    /// Whether `account` was merged into another one and not parted from it since.
    pub(crate) fn is_absorbed(&self, account: &AccountId) -> bool {
        self.survivors.contains_key(account)
    }

    /// The keys that were linked without saying which account is known by them.
    pub(crate) fn linked_keys(&self) -> impl Iterator<Item = &'a Key> {
        self.links.iter().filter(|(_, linked)| linked.account.is_none()).map(|(_, linked)| &linked.key)
    }

    /// The account whose an event is that stands on the stream of `stream`.
    pub(crate) fn whose<'s>(&self, event: EventId, stream: &'s AccountId) -> &'s AccountId
    where
        'a: 's,
    {
        let moved = self.moved.get(&event).filter(|(from, _)| *from == stream);
        moved.map_or(stream, |(_, to)| to)
    }

    /// The ties of `account`; `opened_under` says which account has a key.
    pub(crate) fn ties(
        &self,
        account: &AccountId,
        opened_under: &dyn Fn(&Key) -> Option<AccountId>,
    ) -> Vec<Tie> {
        let mut ties = self.absorbed(account);
        for (fact, linked) in self.links.iter().filter(|(_, linked)| linked.survivor == *account) {
            let other = linked.account.clone().or_else(|| opened_under(&linked.key));
            let other = other.filter(|other| other != account);
            let Some(other) = other.filter(|other| !ties.iter().any(|tie| tie.other == *other)) else {
                continue;
            };
            ties.push(Tie {
                other,
                bond: Bond::Same { hard: !linked.hard_keys.is_empty() },
                during: Interval::open(fact.meta.valid_at),
                by_link: true,
            });
        }
        ties.extend(self.relatives(account));
        ties
    }

    fn absorbed(&self, account: &AccountId) -> Vec<Tie> {
        let mut found: Vec<Tie> = Vec::new();
        let mut open = vec![(account.clone(), true)];
        while let Some((survivor, hard)) = open.pop() {
            for (fact, merged) in self.merges.iter().filter(|(_, merged)| merged.survivor == survivor) {
                let other = merged.absorbed.clone();
                if other == *account || found.iter().any(|tie| tie.other == other) {
                    continue;
                }
                let is_linked = |linked: &Linked| {
                    linked.account.as_ref() == Some(&merged.absorbed) && linked.survivor == survivor
                };
                let mut links = self.links.iter().filter(|(_, linked)| is_linked(linked));
                let is_hard = links.any(|(_, linked)| !linked.hard_keys.is_empty());
                let hard = hard && (is_hard || !merged.hard_keys.is_empty());
                open.push((other.clone(), hard));
                let during = Interval::open(fact.meta.valid_at);
                found.push(Tie { other, bond: Bond::Same { hard }, during, by_link: false });
            }
        }
        found
    }

    fn relatives(&self, account: &AccountId) -> Vec<Tie> {
        let mut ties = Vec::new();
        for (_, said) in &self.related {
            let bought = said.relation == AccountRelation::AcquiredBy;
            for (one, other, buyer) in
                [(&said.account, &said.other, bought), (&said.other, &said.account, false)]
            {
                if one == account {
                    let franchise = said.relation == AccountRelation::Franchise;
                    let guessed = said.basis == AffiliationBasis::Inferred;
                    let bond = Bond::Related { buyer, franchise, guessed };
                    ties.push(Tie { other: other.clone(), bond, during: said.during, by_link: false });
                }
            }
        }
        ties
    }
}
