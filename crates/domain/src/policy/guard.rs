//! Guards: questions a policy asks of a finding before it stands, and what they may look at.

use crate::event::case::Severity;
use crate::id::{AccountId, PartnerId};
use crate::money::Money;
use crate::scope::Scope;
use crate::time::Instant;

/// A question about a finding, in the words of the policy, and what follows when the answer is yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// An expression over a [`Subject`]; `wire` reads it.
    pub when: String,
    pub then: Measure,
}

/// What follows for a finding its guard concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measure {
    /// It is no finding, and one that stands is cleared.
    HoldBack,
    DemoteToS1,
    DemoteToS2,
    DemoteToS3,
}

/// One finding as a guard sees it. What is `None` is not known, and a guard that needs it cannot be answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    pub account: AccountId,
    pub pattern: String,
    pub severity: Severity,
    /// A partner id, or `vendor`.
    pub respondent: String,
    /// What was done: `holder`, `change`, `registration`, `order`, `renewal`, `contract`, or `attempt` for
    /// what was refused.
    pub act: &'static str,
    /// Who did it.
    pub by: PartnerId,
    /// When it was so.
    pub at: Instant,
    pub scope: Option<Scope>,
    /// What the deal behind the act is worth.
    pub value: Option<Money>,
    pub handoff: Option<HandoffSubject>,
}

/// The handoff a finding is about.
#[derive(Debug, Clone, PartialEq)]
pub struct HandoffSubject {
    pub host: PartnerId,
    pub guest: PartnerId,
    /// When the guest accepted.
    pub accepted_at: Option<Instant>,
    /// The finder's commission in basis points.
    pub rate_bp: Option<u32>,
}

impl Measure {
    /// The highest severity that is left, or `None` when nothing is.
    pub fn severity_max(self) -> Option<Severity> {
        match self {
            Self::HoldBack => None,
            Self::DemoteToS1 => Some(Severity::S1),
            Self::DemoteToS2 => Some(Severity::S2),
            Self::DemoteToS3 => Some(Severity::S3),
        }
    }
}
