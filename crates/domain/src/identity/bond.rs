//! What ties one account to another, as seen from either of them.

use crate::event::identity::AccountRelation;
use crate::event::partner::AffiliationBasis;
use crate::id::{AccountId, EventId};
use crate::time::Interval;

/// What another account is to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relative {
    Parent,
    Subsidiary,
    Sister,
    /// The other one bought this one.
    Acquirer,
    /// This one bought the other.
    Acquired,
    Franchise,
}

impl Relative {
    /// What the other is to the one, in words that continue "is".
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Parent => "the parent",
            Self::Subsidiary => "a subsidiary",
            Self::Sister => "a sister",
            Self::Acquirer => "the buyer",
            Self::Acquired => "a purchase",
            Self::Franchise => "a franchise partner",
        }
    }
}

/// How sure it is that two accounts are one customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Match {
    /// By names and other soft signs.
    Soft,
    /// A hard id agrees.
    Hard,
}

/// What ties another account to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tie {
    /// Both are one customer.
    Same(Match),
    /// Two customers, one enterprise.
    Related { relative: Relative, basis: AffiliationBasis },
}

/// What says which other account is tied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KnownBy {
    /// A merge or a relation.
    Decision,
    /// A link that names it, without a merge.
    Link,
    /// Its opening, under a key that was linked without naming it.
    Opening,
}

/// Another account tied to one, and the decisions that say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bond {
    pub other: AccountId,
    pub tie: Tie,
    pub during: Interval,
    pub decided: Vec<EventId>,
    pub known_by: KnownBy,
}

/// What the other is to the account a relation is said of, and the other way round.
pub(super) fn both_ways(relation: AccountRelation) -> [Relative; 2] {
    match relation {
        AccountRelation::Parent => [Relative::Parent, Relative::Subsidiary],
        AccountRelation::Subsidiary => [Relative::Subsidiary, Relative::Parent],
        AccountRelation::Sister => [Relative::Sister; 2],
        AccountRelation::AcquiredBy => [Relative::Acquirer, Relative::Acquired],
        AccountRelation::Franchise => [Relative::Franchise; 2],
    }
}
