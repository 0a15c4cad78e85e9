//! Mistakes and how they are mended: the old fact stays readable, another one takes effect.

use crate::event::{Event, Evidence};
use crate::id::*;
use crate::time::Instant;

#[derive(Debug, Clone, PartialEq)]
pub enum CorrectionEvent {
    Corrected(Box<Corrected>),
    Retracted(Retracted),
    Committed(Committed),
}

impl CorrectionEvent {
    /// The fact that says something else from now on, or nothing any more.
    pub fn target(&self) -> Option<EventId> {
        match self {
            Self::Corrected(corrected) => Some(corrected.target),
            Self::Retracted(retracted) => Some(retracted.target),
            Self::Committed(_) => None,
        }
    }

    /// The second person who agreed, where one did.
    pub fn approved_by(&self) -> Option<&PrincipalId> {
        match self {
            Self::Corrected(corrected) => corrected.approved_by.as_ref(),
            Self::Retracted(retracted) => retracted.approved_by.as_ref(),
            Self::Committed(_) => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CorrectionReason {
    Typo,
    WrongIdentity,
    Duplicate,
    WrongDate,
    /// What the rules derived follows no longer, by all that is known now.
    DecidedAnew,
    Other,
}

/// The target says something else from now on, or happened at another time, or both.
#[derive(Debug, Clone, PartialEq)]
pub struct Corrected {
    pub target: EventId,
    pub replaces: Option<Event>,
    pub valid_at: Option<Instant>,
    pub reason: CorrectionReason,
    pub approved_by: Option<PrincipalId>,
    pub evidence: Option<Evidence>,
}

/// The target never happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Retracted {
    pub target: EventId,
    pub reason: CorrectionReason,
    pub approved_by: Option<PrincipalId>,
    pub evidence: Option<Evidence>,
}

/// A paper's digest, laid down when it was signed.
#[derive(Debug, Clone, PartialEq)]
pub struct Committed {
    pub digest: Digest,
    pub kind: String,
}
