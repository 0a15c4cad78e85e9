//! Which external keys are which account: decisions, with their weights.

use crate::event::{DecidedBy, Evidence};
use crate::id::*;
use crate::time::Interval;

#[derive(Debug, Clone, PartialEq)]
pub enum IdentityEvent {
    Linked(Linked),
    Merged(Merged),
    Split(Split),
    Related(Related),
    Suspected(Suspected),
    KeptApart(KeptApart),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Band {
    Auto,
    Clerical,
}

/// How much one field speaks for or against two records being one customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldWeight {
    pub field: String,
    pub agree: bool,
    pub weight_millibit: i64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Linked {
    pub key: Key,
    /// The account that was opened under the key, where one was.
    pub account: Option<AccountId>,
    pub survivor: AccountId,
    pub band: Band,
    pub weights: Vec<FieldWeight>,
    pub hard_keys: Vec<Key>,
    pub decided_by: DecidedBy,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Merged {
    pub absorbed: AccountId,
    pub survivor: AccountId,
    pub band: Band,
    pub weights: Vec<FieldWeight>,
    pub hard_keys: Vec<Key>,
    pub decided_by: DecidedBy,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    pub survivor: AccountId,
    pub restored: AccountId,
    pub decided_by: DecidedBy,
    pub moved: Vec<EventId>,
    pub reason: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccountRelation {
    Parent,
    Subsidiary,
    Sister,
    AcquiredBy,
    Franchise,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Related {
    pub account: AccountId,
    pub other: AccountId,
    pub relation: AccountRelation,
    pub during: Interval,
    pub basis: crate::event::partner::AffiliationBasis,
    pub evidence: Option<Evidence>,
}

/// Two accounts may be one customer: a person has to look.
#[derive(Debug, Clone, PartialEq)]
pub struct Suspected {
    pub account: AccountId,
    pub other: AccountId,
    pub weights: Vec<FieldWeight>,
    pub hard_keys: Vec<Key>,
    pub decided_by: DecidedBy,
}

/// A person looked: two accounts are two customers.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptApart {
    pub account: AccountId,
    pub other: AccountId,
    pub reason: String,
    pub decided_by: DecidedBy,
}
