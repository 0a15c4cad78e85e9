//! Answers about which accounts are one customer.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An account that is known to be the customer of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IdentityRow {
    /// The account that stands for the customer.
    pub customer: String,
    /// The customer's name there.
    pub customer_name: String,
    /// The account that is this customer too.
    pub account: String,
    /// Its name there.
    pub name: String,
    /// What it was linked or merged into, which may itself be linked further.
    pub into: String,
    /// `link`, or `merge` where nothing is written to the account any more.
    pub how: String,
    /// `rules`, or `person`.
    pub decided_by: String,
    /// `hard` where a hard id agrees, else `soft`.
    pub sure: String,
    /// The decision.
    pub event: String,
}

/// What one field says for or against two accounts being one customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WeightRow {
    /// `registry_number`, `lei`, `duns`, `domain`, `legal_name`, `country` or `postcode`.
    pub field: String,
    /// Whether it speaks for one customer.
    pub agree: bool,
    /// Thousandths of a bit of evidence; negative against.
    pub weight_millibit: i64,
}

/// Two accounts that may be one customer: a person has to look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SuspicionRow {
    /// One of them.
    pub account: String,
    /// Its name.
    pub name: String,
    /// The other.
    pub other: String,
    /// Its name.
    pub other_name: String,
    /// All evidence together, in thousandths of a bit.
    pub sum_millibit: i64,
    /// Field by field.
    pub weights: Vec<WeightRow>,
    /// Hard ids that agree.
    pub hard_keys: Vec<String>,
    /// What put the pair here.
    pub event: String,
}

/// Two accounts compared as they are described now, and what was decided about them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ComparisonAnswer {
    /// One of them.
    pub account: String,
    /// Its name.
    pub name: String,
    /// The other.
    pub other: String,
    /// Its name.
    pub other_name: String,
    /// `link`, `clerical` or `apart`, as the policy in force has it.
    pub band: String,
    /// All evidence together, in thousandths of a bit.
    pub sum_millibit: i64,
    /// Evidence from which two accounts are linked where a hard id agrees and none disagrees.
    pub link_millibit_min: i64,
    /// Evidence from which a person looks.
    pub clerical_millibit_min: i64,
    /// Field by field.
    pub weights: Vec<WeightRow>,
    /// Hard ids that agree.
    pub hard_keys: Vec<String>,
    /// Whether they are known to be one customer.
    pub one_customer: bool,
    /// The account that stands for the first.
    pub customer: String,
    /// The account that stands for the other.
    pub other_customer: String,
    /// The decisions that say so.
    pub decided: Vec<String>,
    /// A person's decision that they are two.
    pub kept_apart: Option<String>,
    /// What put the pair before a person.
    pub suspected: Option<String>,
}
