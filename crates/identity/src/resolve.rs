//! What the description of an account makes of its customer: which links follow, which follow no longer, and which
//! pairs a person has to look at.
//!
//! Links are worked out for all accounts at once that hard ids tie together, from their descriptions and from what
//! persons decided, and compared with what is recorded; so the last of them to be described settles all, whatever
//! came first. Of one customer's accounts the one opened first stands for it.

use std::collections::{BTreeMap, BTreeSet};

use domain::event::identity::{Band, FieldWeight, Linked, Suspected};
use domain::event::{DecidedBy, PolicyRef};
use domain::id::{AccountId, EventId, Key};
use domain::identity::{Decider, Identities};
use domain::policy::IdentityPolicy;
use domain::time::Instant;

use crate::compare::{Comparison, Verdict, compare_without};
use crate::hard::HardId;
use crate::index::Index;

/// Accounts that hard ids tie together, beyond which nothing is linked without a person: no customer has so many.
const TIED_MAX: usize = 256;
/// Accounts that one is suspected to be, the strongest of them: with these a person finds the others.
const SUSPECTED_MAX: usize = 8;

/// One thing that follows.
#[derive(Debug, Clone, PartialEq)]
pub enum Resolved {
    Linked(Linked),
    Suspected(Suspected),
    /// A link or a suspicion that follows no longer.
    TakenBack {
        event: EventId,
        accounts: [AccountId; 2],
    },
}

/// What is known when an account is resolved.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    pub index: &'a Index,
    pub identities: &'a Identities,
    pub policy: &'a IdentityPolicy,
    pub policy_name: &'a PolicyRef,
}

/// What follows from an account as it is described now; nothing where all of it is recorded.
pub fn resolve(account: &AccountId, known: Known<'_>) -> Vec<Resolved> {
    let tied = Tied::to(account, known);
    let wanted = tied.wanted();
    let mut resolved = links(&tied, &wanted, known);
    suspicions(account, &tied, &wanted, known, &mut resolved);
    resolved
}

/// Accounts that shared hard ids or recorded decisions tie together, however far.
struct Tied<'a> {
    known: Known<'a>,
    accounts: BTreeSet<AccountId>,
    is_too_many: bool,
}

/// Which account stands for each, by account, once everything is linked that may be.
type Wanted = BTreeMap<AccountId, AccountId>;

impl<'a> Tied<'a> {
    fn to(account: &AccountId, known: Known<'a>) -> Self {
        let mut accounts = BTreeSet::from([account.clone()]);
        let mut open = vec![account.clone()];
        let most = usize::from(known.policy.accounts_per_key_max) + 1;
        while let Some(at) = open.pop().filter(|_| accounts.len() <= TIED_MAX) {
            let hard = known.index.fingerprint(&at).into_iter().flat_map(|known| known.hard.iter());
            // Of an id that too many share, those who had it first may still be linked by it.
            let sharing = hard.flat_map(|id| known.index.known_by(id, most));
            let into = known.identities.joined(&at).map(|joined| &joined.into);
            let members = known.identities.members(&at);
            for other in sharing.chain(into).chain(members) {
                if accounts.insert(other.clone()) {
                    open.push(other.clone());
                }
            }
        }
        let is_too_many = accounts.len() > TIED_MAX;
        Self { known, accounts, is_too_many }
    }

    fn compare(&self, a: &AccountId, b: &AccountId) -> Option<Comparison> {
        let Known { index, policy, .. } = self.known;
        let most = usize::from(policy.accounts_per_key_max);
        let worn = |id: &HardId| index.known_by(id, most + 1).len() > most;
        Some(compare_without(index.fingerprint(a)?, index.fingerprint(b)?, policy, &worn))
    }

    /// Who should stand for whom: persons first, then the evidence, the strongest first.
    fn wanted(&self) -> Wanted {
        let mut groups = Groups::default();
        for account in &self.accounts {
            let joined = self.known.identities.joined(account);
            if let Some(joined) = joined.filter(|joined| joined.decider == Decider::Person) {
                groups.unite(account, &joined.into);
            }
        }
        for (a, b) in self.found() {
            let may_join = groups.pairs_between(a, b).all(|(one, other)| self.may_be_one(one, other));
            if may_join {
                groups.unite(a, b);
            }
        }
        self.accounts.iter().map(|one| (one.clone(), self.stands_for(&groups.of(one)))).collect()
    }

    /// Pairs that the evidence alone would link, the strongest first.
    fn found(&self) -> Vec<(&AccountId, &AccountId)> {
        if self.is_too_many {
            return Vec::new();
        }
        let mut found = Vec::new();
        for a in &self.accounts {
            for b in self
                .accounts
                .range::<AccountId, _>((std::ops::Bound::Excluded(a), std::ops::Bound::Unbounded))
            {
                let compared = self.compare(a, b).filter(|compared| compared.verdict == Verdict::Link);
                found.extend(compared.map(|compared| (std::cmp::Reverse(compared.sum_millibit()), a, b)));
            }
        }
        found.sort();
        found.into_iter().map(|(_, a, b)| (a, b)).collect()
    }

    /// Whether nothing speaks against two accounts being one customer through others.
    fn may_be_one(&self, a: &AccountId, b: &AccountId) -> bool {
        self.known.identities.kept_apart(a, b).is_none()
            && self.compare(a, b).is_none_or(|compared| !compared.contradicted)
    }

    /// The account that stands for a group: of those that no person joined to another, the one opened first.
    fn stands_for(&self, group: &BTreeSet<AccountId>) -> AccountId {
        let joined_by_person = |account: &AccountId| {
            let joined = self.known.identities.joined(account);
            joined.is_some_and(|joined| joined.decider == Decider::Person)
        };
        let has_person =
            |account: &AccountId| group.iter().any(|other| self.is_joined_by_person(other, account));
        let rank = |account: &&AccountId| {
            let opened_at =
                self.known.index.fingerprint(account).map_or(Instant::LATEST, |known| known.opened_at);
            (joined_by_person(account), !has_person(account), opened_at, (*account).clone())
        };
        group.iter().min_by_key(rank).expect("a group has the account it was made for").clone()
    }

    fn is_joined_by_person(&self, account: &AccountId, into: &AccountId) -> bool {
        let joined = self.known.identities.joined(account);
        joined.is_some_and(|joined| joined.decider == Decider::Person && joined.into == *into)
    }
}

/// Accounts that are one customer.
#[derive(Default)]
struct Groups(Vec<BTreeSet<AccountId>>);

impl Groups {
    fn of(&self, account: &AccountId) -> BTreeSet<AccountId> {
        let group = self.0.iter().find(|group| group.contains(account));
        group.cloned().unwrap_or_else(|| BTreeSet::from([account.clone()]))
    }

    fn unite(&mut self, a: &AccountId, b: &AccountId) {
        let mut united = self.of(a);
        united.extend(self.of(b));
        self.0.retain(|group| !group.contains(a) && !group.contains(b));
        self.0.push(united);
    }

    /// Every pair of which one is with `a` and the other with `b`.
    fn pairs_between<'g>(
        &'g self,
        a: &'g AccountId,
        b: &'g AccountId,
    ) -> impl Iterator<Item = (&'g AccountId, &'g AccountId)> {
        let with = |account: &'g AccountId| {
            let group = self.0.iter().find(|group| group.contains(account));
            group.map_or_else(|| vec![account], |group| group.iter().collect())
        };
        let (with_a, with_b) = (with(a), with(b));
        with_a.into_iter().flat_map(move |one| with_b.clone().into_iter().map(move |other| (one, other)))
    }
}

/// Links that follow and are not recorded, and recorded ones of the rules that do not follow.
fn links(tied: &Tied<'_>, wanted: &Wanted, known: Known<'_>) -> Vec<Resolved> {
    let mut resolved = Vec::new();
    for (account, into) in wanted {
        let recorded = known.identities.joined(account);
        match recorded {
            Some(joined) if joined.decider == Decider::Person || joined.into == *into => continue,
            Some(joined) => {
                let accounts = [account.clone(), joined.into.clone()];
                resolved.push(Resolved::TakenBack { event: joined.event, accounts });
            }
            None => {}
        }
        if account == into {
            continue;
        }
        let Comparison { weights, hard_keys, .. } = evidence(tied, account, into, wanted);
        resolved.push(Resolved::Linked(Linked {
            key: own_key(account),
            account: Some(account.clone()),
            survivor: into.clone(),
            band: Band::Auto,
            weights,
            hard_keys,
            decided_by: decided_by(known),
        }));
    }
    resolved
}

/// The evidence for an account being of a group: that with the account that stands for it where the two would be
/// linked, else the strongest with any other of the group.
fn evidence(tied: &Tied<'_>, account: &AccountId, into: &AccountId, wanted: &Wanted) -> Comparison {
    let group = wanted.iter().filter(|(other, stands)| *stands == into && *other != account);
    let compared = group.filter_map(|(other, _)| Some((other, tied.compare(account, other)?)));
    let best = compared.max_by_key(|(other, found)| {
        (found.verdict, *other == into, found.sum_millibit(), std::cmp::Reverse(*other))
    });
    best.map_or_else(nothing_found, |(_, found)| found)
}

fn nothing_found() -> Comparison {
    let (weights, hard_keys): (Vec<FieldWeight>, Vec<Key>) = (Vec::new(), Vec::new());
    Comparison { verdict: Verdict::Apart, weights, hard_keys, contradicted: false }
}

/// An account is known by its own id, which no other has.
fn own_key(account: &AccountId) -> Key {
    account.as_str().parse().expect("an id has 1 to 63 plain characters")
}

/// Pairs a person has to look at, and recorded suspicions that follow no longer.
fn suspicions(
    account: &AccountId,
    tied: &Tied<'_>,
    wanted: &Wanted,
    known: Known<'_>,
    resolved: &mut Vec<Resolved>,
) {
    let pair = |a: &AccountId, b: &AccountId| (a.clone().min(b.clone()), a.clone().max(b.clone()));
    let suspected = known.identities.suspected_with(account).map(|(other, _)| other);
    let around = known.index.candidates(account).into_iter().chain(suspected);
    let mut pairs: BTreeSet<(AccountId, AccountId)> = around.map(|other| pair(account, other)).collect();
    // What ties others together may have changed as well.
    for one in tied.accounts.iter().filter(|_| !tied.is_too_many) {
        pairs.extend(tied.accounts.iter().filter(|other| *other != one).map(|other| pair(one, other)));
    }
    let (suspected, taken_back): (Vec<Resolved>, Vec<Resolved>) = pairs
        .iter()
        .filter_map(|(a, b)| suspicion(a, b, tied, wanted, known))
        .partition(|one| matches!(one, Resolved::Suspected(_)));
    resolved.extend(taken_back);
    let so_far = known.identities.suspected_with(account).count();
    resolved.extend(strongest(suspected).take(SUSPECTED_MAX.saturating_sub(so_far)));
}

fn strongest(mut suspected: Vec<Resolved>) -> impl Iterator<Item = Resolved> {
    let sum = |one: &Resolved| match one {
        Resolved::Suspected(suspected) => suspected.weights.iter().map(|weight| weight.weight_millibit).sum(),
        Resolved::Linked(_) | Resolved::TakenBack { .. } => 0,
    };
    suspected.sort_by_key(|one| std::cmp::Reverse::<i64>(sum(one)));
    suspected.into_iter()
}

fn suspicion(
    a: &AccountId,
    b: &AccountId,
    tied: &Tied<'_>,
    wanted: &Wanted,
    known: Known<'_>,
) -> Option<Resolved> {
    let stands = |account: &AccountId| wanted.get(account).cloned();
    let will_be_one = stands(a).zip(stands(b)).is_some_and(|(a, b)| a == b);
    let is_settled = will_be_one
        || (stands(a).is_none() || stands(b).is_none()) && known.identities.are_one(a, b)
        || known.identities.kept_apart(a, b).is_some();
    let recorded = known.identities.suspicion(a, b);
    let compared = tied.compare(a, b).filter(|compared| compared.verdict >= Verdict::Clerical);
    match (compared, recorded) {
        // What was settled since is no longer waiting, and why it was suspected stays readable.
        _ if is_settled => None,
        (Some(found), Some(recorded)) if found.weights == recorded.weights => None,
        (Some(found), _) => Some(Resolved::Suspected(Suspected {
            account: a.clone(),
            other: b.clone(),
            weights: found.weights,
            hard_keys: found.hard_keys,
            decided_by: decided_by(known),
        })),
        (None, Some(recorded)) => {
            Some(Resolved::TakenBack { event: recorded.event, accounts: [a.clone(), b.clone()] })
        }
        (None, None) => None,
    }
}

fn decided_by(known: Known<'_>) -> DecidedBy {
    DecidedBy { policy: known.policy_name.clone(), person: None }
}
