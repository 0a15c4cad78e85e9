//! What went into an answer, and how far each part of it is known: swapping one part at a time tells which of
//! them made a difference.

use domain::event::Event;
use domain::event::account::AccountEvent;
use domain::fact::Fact;
use domain::id::Digest;
use domain::policy::Policy;
use ports::Position;

/// One of the inputs of an answer, in the order in which causes are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Input {
    /// What somebody asked, observed or ruled.
    Data,
    /// What was corrected or retracted.
    Correction,
    /// Which records are one customer.
    Identity,
    Policy,
    /// The rules as they are programmed: they cannot be exchanged, so what nothing else explains is theirs.
    Code,
}

impl Input {
    /// The word a cause is named by.
    pub fn word(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Correction => "correction",
            Self::Identity => "identity",
            Self::Policy => "policy",
            Self::Code => "code",
        }
    }

    /// The input a recorded fact belongs to.
    pub fn of(event: &Event) -> Self {
        match event {
            Event::Correction(_) => Self::Correction,
            Event::Identity(_) | Event::Account(AccountEvent::Absorbed(_) | AccountEvent::Restored(_)) => {
                Self::Identity
            }
            Event::Program(_) => Self::Policy,
            Event::Account(_)
            | Event::Deal(_)
            | Event::Handoff(_)
            | Event::Change(_)
            | Event::Consent(_)
            | Event::Notice(_)
            | Event::Trade(_)
            | Event::Commission(_)
            | Event::Partner(_)
            | Event::Case(_) => Self::Data,
        }
    }
}

/// Up to which journal position each input is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Horizon {
    data: u64,
    correction: u64,
    identity: u64,
    policy: u64,
}

impl Horizon {
    /// Everything up to a position.
    pub fn at(position: Position) -> Self {
        let position = position.lo();
        Self { data: position, correction: position, identity: position, policy: position }
    }

    /// Everything there is.
    pub const ALL: Self = Self { data: u64::MAX, correction: u64::MAX, identity: u64::MAX, policy: u64::MAX };

    /// The same with one input known as far as in `other`.
    pub fn with(self, input: Input, other: Self) -> Self {
        match input {
            Input::Data => Self { data: other.data, ..self },
            Input::Correction => Self { correction: other.correction, ..self },
            Input::Identity => Self { identity: other.identity, ..self },
            Input::Policy => Self { policy: other.policy, ..self },
            Input::Code => self,
        }
    }

    /// Whether it is a state of knowledge somebody could have had: the journal up to one position.
    pub fn is_prefix(&self) -> bool {
        [self.correction, self.identity, self.policy].iter().all(|position| *position == self.data)
    }

    /// Whether a fact is known.
    pub fn knows(&self, fact: &Fact) -> bool {
        let position = match Input::of(&fact.event) {
            Input::Data | Input::Code => self.data,
            Input::Correction => self.correction,
            Input::Identity => self.identity,
            Input::Policy => self.policy,
        };
        fact.meta.position <= position
    }

    /// Up to which position observations are known.
    pub fn observed_upto(&self) -> u64 {
        self.data
    }

    /// Whether an observation at a position is known.
    pub fn observes(&self, position: u64) -> bool {
        position <= self.data
    }
}

/// A policy that takes the place of all published ones, under its own digest.
#[derive(Debug, Clone, PartialEq)]
pub struct WhatIf {
    pub digest: Digest,
    pub policy: Policy,
}

impl WhatIf {
    /// A policy under the digest of its document.
    pub fn of(policy: Policy) -> Self {
        Self { digest: wire::policy::digest(&policy), policy }
    }
}
