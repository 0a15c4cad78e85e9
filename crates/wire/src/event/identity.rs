//! `identity.*`: which external keys are which account.

use domain::event::identity as facts;
use domain::event::identity::{AccountRelation, Band, FieldWeight};
use domain::event::partner::AffiliationBasis;
use domain::event::{DecidedBy, Evidence};
use domain::id::*;
use domain::time::Interval;

use crate::shape::{payload, words};

words! {
    Band { Auto = "auto", Clerical = "clerical" }
    AccountRelation {
        Parent = "parent", Subsidiary = "subsidiary", Sister = "sister", AcquiredBy = "acquired_by",
        Franchise = "franchise",
    }
}

payload! {
    /// How much one field speaks for or against two records being one customer.
    Weight for FieldWeight {
        field: String,
        agree: bool,
        /// Thousandths of a bit of evidence.
        weight_millibit: i64,
    }

    /// A key belongs to an account.
    Linked for facts::Linked {
        key: Key,
        /// The account that was opened under the key, where one was.
        account: Option<AccountId>,
        survivor: AccountId,
        band: Band,
        weights: Vec<FieldWeight>,
        hard_keys: Vec<Key>,
        decided_by: DecidedBy,
    }

    /// Two accounts are one customer.
    Merged for facts::Merged {
        absorbed: AccountId,
        survivor: AccountId,
        band: Band,
        weights: Vec<FieldWeight>,
        hard_keys: Vec<Key>,
        decided_by: DecidedBy,
    }

    /// They are two after all.
    Split for facts::Split {
        survivor: AccountId,
        restored: AccountId,
        decided_by: DecidedBy,
        /// The events that go with the restored account.
        moved: Vec<EventId>,
        reason: Option<String>,
    }

    /// Two customers are related without being one.
    Related for facts::Related {
        account: AccountId,
        other: AccountId,
        relation: AccountRelation,
        during: Interval,
        basis: AffiliationBasis,
        evidence: Option<Evidence>,
    }
    /// Two accounts may be one customer: a person has to look.
    Suspected for facts::Suspected {
        account: AccountId,
        other: AccountId,
        weights: Vec<FieldWeight>,
        hard_keys: Vec<Key>,
        decided_by: DecidedBy,
    }

    /// A person looked: two accounts are two customers.
    KeptApart for facts::KeptApart {
        account: AccountId,
        other: AccountId,
        reason: String,
        decided_by: DecidedBy,
    }
}
