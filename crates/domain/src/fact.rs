//! An event as the journal holds it: what was said, by whom, when it was so and when we learned of it.

use crate::event::Event;
use crate::id::*;
use crate::time::Instant;

/// One recorded event with what the rules need to know about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    pub meta: Meta,
    pub event: Event,
}

impl Fact {
    /// The fact this one corrects or retracts, if it does either.
    pub fn corrects(&self) -> Option<EventId> {
        let Event::Correction(correction) = &self.event else { return None };
        correction.target()
    }

    /// Whether the rules derived it from another recorded fact. What they decided about a command is no such
    /// fact: the command was answered with it.
    pub fn is_settled(&self) -> bool {
        self.meta.class == Class::Derived && self.meta.causation.is_some()
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Meta {
    pub id: EventId,
    /// Place in the journal.
    pub position: u64,
    /// Place in its stream, from 0.
    pub revision: u64,
    /// When it was so (`v`).
    pub valid_at: Instant,
    /// When the journal recorded it (`r`).
    pub recorded_at: Instant,
    pub class: Class,
    pub origin: Origin,
    pub producer: Producer,
    pub actor: Actor,
    /// The event this one follows from.
    pub causation: Option<EventId>,
    /// The policy a derived event was decided under.
    pub policy: Option<Digest>,
    /// What else was read to decide it, as revisions of other streams.
    pub context: Context,
}

/// What kind of claim an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Claimed or requested; recorded also when it is then refused.
    Asked,
    /// Happened elsewhere; never refused for policy reasons.
    Observed,
    /// A named person with authority decided.
    Ruled,
    /// Decided here under a policy; dropped and computed anew by a replay under another.
    Derived,
}

/// Whether it was asked here, or somewhere else and told later with its own time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    Live,
    Imported,
}

/// Who published it, under which id: the key that makes a repeat a repeat.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Producer {
    pub source: SourceId,
    pub id: InputId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    PartnerUser,
    VendorOfficer,
    DirectSales,
    Customer,
    Verifier,
    Adjudicator,
    System,
}

/// Who acted, as far as the input says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub principal: Option<PrincipalId>,
    pub partner: Option<PartnerId>,
    pub role: Role,
    pub network: Option<Digest>,
    pub session: Option<Digest>,
    pub email_domain: Option<String>,
}

impl Actor {
    /// A system without a person behind it.
    pub fn system() -> Self {
        Self {
            principal: None,
            partner: None,
            role: Role::System,
            network: None,
            session: None,
            email_domain: None,
        }
    }
}

/// Revisions of other streams a decision read; empty when it read none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Context {
    pub identity_revision: Option<u64>,
    pub partner_revisions: Vec<(PartnerId, u64)>,
}
