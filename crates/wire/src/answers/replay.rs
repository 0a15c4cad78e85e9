//! Answers of a replay: what was found, what differs, and why.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::FindingRow;

/// What a replay decided and found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReplayAnswer {
    /// Events known.
    pub events: u64,
    /// Accounts known.
    pub accounts: u64,
    /// The policy that took the place of the published ones, by its digest; absent when theirs held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub what_if: Option<String>,
    /// Decisions about registrations and changes of holder.
    pub decisions: u64,
    /// Findings that stand (not cleared, not superseded).
    pub findings: Vec<FindingRow>,
    /// SHA-256 over the lines of the verdict log, sorted: the same for the same facts, whatever order they
    /// came in.
    pub verdict_log: String,
    /// What differs from the record, when that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub differences: Option<Vec<Difference>>,
    /// Rulings of persons that stand although this policy would forbid them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ruling_outside_policy: Vec<RulingRow>,
    /// Time it took, in milliseconds.
    pub elapsed_ms: u64,
}

/// One answer that differs, and the one input that made it so.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// The account.
    pub account: String,
    /// The pattern, such as `T01`; `deal`, `change`, `holder` or `handoff` for what is no finding.
    pub pattern: String,
    /// The act, deal, change, scope or handoff it is about.
    pub about: String,
    /// What was so before; absent when nothing was.
    pub was: Option<String>,
    /// What is so now; absent when nothing is.
    pub is: Option<String>,
    /// `data`, `correction`, `identity`, `policy` or `code`: the first that makes the difference, in this
    /// order, when one after the other is exchanged.
    pub cause: String,
}

/// A person's ruling that the policy of a replay would forbid.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct RulingRow {
    /// The account.
    pub account: String,
    /// The ruling's event.
    pub event: String,
    /// The type of the event.
    pub kind: String,
    /// Why the policy would forbid it.
    pub forbidden_because: String,
}

/// What changed about an account between two states of knowledge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccountDifference {
    /// The account.
    pub account: String,
    /// The instant the answer is about.
    pub as_of: String,
    /// The earlier state of knowledge: a journal position.
    pub known_from: String,
    /// The later one.
    pub known_at: String,
    /// What differs, each with one cause.
    pub differences: Vec<Difference>,
}

/// One line of the verdict log: a decision, a refused attempt, a change of holder or a finding. It names
/// nothing that depends on when or in which order the facts came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum VerdictLine {
    /// What the program decided about a registration.
    Decision {
        /// The account's stream.
        account: String,
        /// The deal.
        deal: String,
        /// The deal as its source knows it.
        source_id: Option<String>,
        /// Who registered it.
        partner: Option<String>,
        /// The decision.
        registration: String,
        /// Why it was rejected.
        rejection_reason: Option<String>,
        /// Until when others are kept out.
        protected_until: Option<String>,
    },
    /// An attempt on a protected account.
    Refused {
        /// The account's stream.
        account: String,
        /// What was asked.
        command: String,
        /// When.
        at: String,
        /// Who would have gained.
        gaining: String,
        /// The pattern or safeguard that refused it.
        rule: String,
        /// The handoff that protects.
        handoff: String,
    },
    /// A change of holder.
    Change {
        /// The account's stream.
        account: String,
        /// The change.
        change: String,
        /// How far it came.
        state: String,
        /// When it was executed.
        executed_at: Option<String>,
    },
    /// What was found in one act, also when it is cleared.
    Finding {
        /// The account's stream.
        account: String,
        /// The pattern.
        pattern: String,
        /// The version of the pattern's rule.
        rule_version: u32,
        /// The act's event; one that the rules derived is named after the event it follows from.
        act: String,
        /// When it happened.
        at: String,
        /// `S1` to `S4`.
        severity: String,
        /// The verdict.
        verdict: String,
        /// SHA-256 of the policy in force.
        policy: String,
    },
}

impl VerdictLine {
    /// The line in RFC 8785 form.
    pub fn canonical(&self) -> String {
        String::from_utf8(crate::json::canonical(self)).expect("RFC 8785 is UTF-8")
    }
}

/// SHA-256 over lines, each with a line break at its end.
pub fn digest_of_lines<'a>(lines: impl IntoIterator<Item = &'a str>) -> domain::id::Digest {
    use sha2::Digest as _;
    let mut digest = sha2::Sha256::new();
    for line in lines {
        digest.update(line.as_bytes());
        digest.update(b"\n");
    }
    domain::id::Digest(digest.finalize().into())
}

/// What a policy would have changed, had it been in force all along. It can be made again from the same
/// journal, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BacktestReport {
    /// The policy, by its digest.
    pub policy: String,
    /// The instant the report is about.
    pub as_of: String,
    /// The journal position up to which the story is known.
    pub known_at: String,
    /// Accounts looked at.
    pub accounts: u64,
    /// Decisions made.
    pub decisions: u64,
    /// Findings that would stand.
    pub findings: u64,
    /// SHA-256 of the verdict log.
    pub verdict_log: String,
    /// What would differ from the record, each with its cause.
    pub differences: Vec<Difference>,
    /// Rulings that would stand although the policy forbids them.
    pub ruling_outside_policy: Vec<RulingRow>,
}

impl BacktestReport {
    /// SHA-256 of the report's RFC 8785 form.
    pub fn digest(&self) -> domain::id::Digest {
        crate::json::sha256(&crate::json::canonical(self))
    }
}

/// A backtest report and its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BacktestAnswer {
    /// SHA-256 of the report.
    pub digest: String,
    /// The report.
    pub report: BacktestReport,
}
