//! Answers about policies: which there are, and how two of them differ.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One published version of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyRow {
    /// The vendor that published it; `default` for the installation's own.
    pub vendor: String,
    /// The version.
    pub version: u32,
    /// SHA-256 of its RFC 8785 form: the name under which decisions cite it.
    pub digest: String,
    /// From when it holds.
    pub effective_from: String,
    /// The two officers who signed it.
    pub officers: Vec<String>,
    /// SHA-256 of the report of what it would have changed, made before it was published.
    pub backtest: Option<String>,
    /// The event that published it.
    pub event: String,
}

/// One version of a policy with every number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyAnswer {
    /// Which one.
    #[serde(flatten)]
    pub row: PolicyRow,
    /// The whole document.
    pub policy: Value,
}

/// One number or switch that differs between two policies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyChange {
    /// A JSON pointer into the document.
    pub place: String,
    /// In the old policy.
    pub was: Value,
    /// In the new policy.
    pub is: Value,
    /// What it governs.
    pub governs: String,
}

/// Whether a policy document may be published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LintAnswer {
    /// Whether it may.
    pub valid: bool,
    /// Its digest, when it may.
    pub digest: Option<String>,
    /// What is wrong with it otherwise.
    pub error: Option<super::ProblemPlace>,
}

/// What became of a policy or calendar that was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PublishAnswer {
    /// The receipt.
    #[serde(flatten)]
    pub receipt: super::ReceiptAnswer,
    /// Its version.
    pub version: u32,
    /// SHA-256 of the policy; absent for a calendar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// SHA-256 of the report of what it would have changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backtest: Option<String>,
    /// The question the report answers: repeat it with `--as-of` and `--known-at`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backtest_as_of: Option<String>,
    /// The journal position up to which the report knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backtest_known_at: Option<String>,
}

/// One published version of a business-day calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CalendarRow {
    /// The vendor that published it; `default` for the installation's own.
    pub vendor: String,
    /// The calendar.
    pub calendar: String,
    /// The version.
    pub version: u32,
    /// The time zone its days are counted in.
    pub zone: String,
    /// From when it is used.
    pub since: String,
    /// How many holidays it lists.
    pub holidays: u64,
    /// The event that published it.
    pub event: String,
}
