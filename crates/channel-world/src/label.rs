//! Labels: what the agents of one handoff meant, kept apart from what they caused to be told.

use serde::{Deserialize, Serialize};

use crate::intent::Intent;

/// What happened under one handoff, by the intent of those who did it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Label {
    /// Handoffs of one plan share it.
    pub story: String,
    pub vendor: String,
    /// The account that was handed over, first, and others the story plays on.
    pub accounts: Vec<String>,
    pub handoff: String,
    pub host: String,
    pub guest: String,
    pub accepted_at: String,
    pub intent: Intent,
    /// The patterns or look-alikes that were acted out, the leading one first: `["T01"]`, `["L7"]`.
    pub plan: Vec<String>,
    /// The acts that are the takeover, or those that look like one.
    pub acts: Vec<Act>,
    /// What ties the actor or the account to the guest or the handoff, where the plan hides that.
    pub link: Link,
}

/// One event, as its producer knows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Act {
    pub source: String,
    pub id: String,
    /// When it was done.
    pub at: String,
}

/// Whether what a plan hides is on file anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Link {
    /// Nothing is hidden.
    None,
    /// An affiliation is declared or registered, or a hard key agrees.
    Filed,
    /// It is true, and nobody told the vendor.
    Unfiled,
}
