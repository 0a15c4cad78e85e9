//! Deciding: from an account as it is and a command, to the events that follow or the rule that forbids it.
//!
//! A decider judges and changes nothing, reads no clock and makes no id. A command repeated after it took
//! effect yields no events. An attempt to take a protected account is no error: it is recorded as
//! `account.takeover_refused`, so that it can be disputed and decided again under another policy.

use crate::event::Event;
use crate::fact::{Actor, Class};
use crate::family::Families;
use crate::id::{AccountId, EventId};
use crate::program::Program;
use crate::time::Instant;

/// What a decider reads beside the account: all of it was folded from streams by the caller.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    pub now: Instant,
    pub actor: &'a Actor,
    pub account: &'a AccountId,
    pub families: &'a Families,
    pub program: &'a Program,
}

/// An event that follows, valid from `now`, and whether somebody asked for it or the rules derived it.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    pub class: Class,
    pub event: Event,
}

/// An event the rules derive from facts already recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    pub valid_at: Instant,
    /// The fact it follows from.
    pub causation: EventId,
    pub event: Event,
}
