//! What any source comes down to: facts said about one stream, under one key, by somebody.

use domain::event::Event;
use domain::fact::{Actor, Class, Origin, Producer};
use domain::id::{Digest, VendorId};
use domain::stream::Stream;
use domain::time::Instant;

use crate::problem::Problem;

/// Facts one producer says about one stream, under one key that makes a repeat a repeat.
///
/// A record that touches several streams becomes several inputs with derived ids, in the order identity,
/// partner, account.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// The stream they are said about.
    pub stream: Stream,
    /// Source and id: the key, for ever.
    pub producer: Producer,
    /// SHA-256 over the RFC 8785 form of what was said; the same key with another digest is a conflict.
    pub digest: Digest,
    /// Who acted.
    pub actor: Actor,
    /// Whether it was asked here or told later.
    pub origin: Origin,
    /// The facts, in the order of their indices.
    pub said: Vec<Said>,
    /// The recorded time the record itself claims (`recordedtime`); only the demo's clock follows it.
    pub recorded_at: Option<Instant>,
}

/// One fact as it was said.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// What kind of claim it is.
    pub class: Class,
    /// When it was so.
    pub valid_at: Instant,
    /// The fact.
    pub event: Event,
}

/// One record of a file or request: where it stood, and what it says or why it cannot be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Such as `line 17`, `row 204` or `/3`.
    pub place: String,
    /// The bytes as received, for the quarantine (may be empty when they are the caller's own).
    pub received: Vec<u8>,
    /// What it says, or why it cannot be read.
    pub reading: Result<Vec<Input>, Problem>,
}

/// Whose book the facts go to, and under which source, when the records do not say so themselves.
#[derive(Debug, Clone, PartialEq)]
pub struct Defaults {
    /// The vendor whose book it is.
    pub vendor: VendorId,
    /// The source of what names none.
    pub source: domain::id::SourceId,
    /// When the records are read: the valid time of what has none of its own.
    pub now: Instant,
}
