//! What the predicate answers about one act under one handoff, with the events that make it so.

use crate::account::gain::Gain;
use crate::account::guest::Handoff;
use crate::event::case::{ClearedBy, Clearing, Ground, Unknown};
use crate::family::Kinship;
use crate::id::EventId;
use crate::scope::Region;

/// One gain judged under one accepted handoff.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment<'a> {
    pub gain: &'a Gain,
    pub handoff: &'a Handoff,
    pub outcome: Outcome,
}

/// The answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    NotConcerned(Unconcerned),
    /// Something lets go of all that was protected; the last ground that was needed names it.
    Cleared {
        by: ClearedBy,
        because: Vec<EventId>,
    },
    Violation(Box<Violation>),
}

/// Why a handoff has nothing to say about an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unconcerned {
    BeforeAcceptance,
    /// The partner is not of the guest's family.
    NotTheGuest,
    /// The partner is of the host's family, and was when the handoff was accepted.
    TheHosts,
    /// The act concerns nothing the handoff protects.
    OutOfScope,
    /// A third party had won the account and kept it past the relay window.
    HeldByThird(EventId),
    /// It only repeats a change that is judged by itself.
    Restates(EventId),
}

/// The formula holds: each part with the events that make it true.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    /// Why it cannot be judged after all, if so: then it is no more than indeterminate.
    pub unknown: Option<Unknown>,
    /// The protected part of the account that nothing let go of.
    pub touched: Region,
    /// How the partner belongs to the guest's family; `None` when it is the guest itself.
    pub kinship: Option<Kinship>,
    pub grounds: Vec<Ground>,
    /// The smallest set of events the formula needs.
    pub proof: Vec<EventId>,
    /// Grounds that would clear it and what each lacks, nearest first.
    pub clearing: Vec<Clearing>,
}

impl Clearing {
    /// The condition in words, with the basis it belongs to.
    pub fn words(&self) -> String {
        format!("{} ({})", self.missing, self.basis)
    }
}
