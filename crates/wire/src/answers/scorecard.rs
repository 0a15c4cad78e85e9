//! The answer about how a partner does in handoffs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a partner does in handoffs in one role. It chooses nobody, and no tier is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScoreRow {
    /// `host` or `guest`.
    pub role: String,
    /// Handoffs in that role that were accepted.
    pub handoffs: u64,
    /// Answers: a guest's to an invitation, yes or no, and a host's first work after an acceptance.
    pub answered: u64,
    /// Invitations it declined, of those answered; absent for a host, which declines none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declined: Option<u64>,
    /// Invitations that lapsed, and acceptances the host did nothing about so far.
    pub unanswered: u64,
    /// Whole hours the middle answer took.
    pub median_answer_h: Option<u64>,
    /// Whole hours the longest answer took.
    pub slowest_answer_h: Option<u64>,
    /// Promises kept by the day they were due.
    pub promises_kept: u64,
    /// Promises kept later.
    pub promises_late: u64,
    /// Promises not kept, and due.
    pub promises_missed: u64,
    /// Promises not kept because the customer stood in the way.
    pub promises_excused: u64,
    /// Promises not kept and not due yet.
    pub promises_open: u64,
    /// Disputes it filed that were upheld.
    pub disputes_upheld: u64,
    /// Disputes it filed that were worth looking at and not upheld.
    pub disputes_valuable: u64,
    /// Disputes it filed that were rejected.
    pub disputes_rejected: u64,
    /// Disputes it filed that wait for a ruling.
    pub disputes_open: u64,
    /// Cases against it that were confirmed.
    pub against_confirmed: u64,
    /// Cases against it that were worth looking at and not confirmed.
    pub against_valuable: u64,
    /// Cases against it that were false alarms.
    pub against_false_alarm: u64,
    /// Cases against it that wait for a ruling.
    pub against_open: u64,
}
