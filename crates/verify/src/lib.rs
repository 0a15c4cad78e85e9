//! The independent checker of certificates: a second opinion from the recorded events alone.
//!
//! A finding says which events prove it, which formula they make true, where the opposite was looked for and what
//! would clear it. [`check`] asks all of that again of the events themselves, with nothing in common with what found
//! it but the events' own types: no folded account, no predicate, no family tree. It asks each pattern twice: of the
//! proof alone, which has to suffice and to spare no event; and of everything known when it was found, in which
//! nothing may speak against it.
#![warn(missing_docs)]

mod bases;
mod certificate;
mod changes;
mod days;
mod deals;
mod family;
mod freeze;
mod gains;
mod holdings;
pub mod journal;
mod known;
mod order;
mod parts;
mod patterns;
mod people;
mod procedure;
mod program;
mod question;
mod scene;
mod terms;
mod ties;
mod told;
mod verdict;
mod walk;

pub use certificate::{Fault, Part, check};
pub use verdict::check_change;

use domain::event::case::{Finding, Opened};
use domain::fact::Fact;
use domain::id::{AccountId, BatchId, EventId, PartnerId};
use domain::time::Instant;

/// A finding as it was recorded, with the case it stands in.
#[derive(Debug, Clone, Copy)]
pub struct Certificate<'a> {
    /// What the case says of itself.
    pub opened: &'a Opened,
    /// The finding as it was recorded.
    pub finding: &'a Finding,
    /// Up to when everybody had told what there was, when it was recorded.
    pub known_until: Instant,
}

/// What the journal said when a finding was recorded.
#[derive(Debug, Clone)]
pub struct Record {
    /// The account it is about.
    pub account: AccountId,
    /// The account's stream, up to the last event that was read.
    pub facts: Vec<Fact>,
    /// The streams of the vendor's partners.
    pub partners: Vec<(PartnerId, Fact)>,
    /// The vendor's identity decisions.
    pub identity: Vec<Fact>,
    /// Published policies and calendars: the vendor's and the installation's own.
    pub program: Vec<Fact>,
    /// The streams of other accounts that identity decisions tie to this one.
    pub others: Vec<(AccountId, Fact)>,
    /// Which accounts each uniform act of the vendor covers.
    pub batches: Vec<(BatchId, AccountId)>,
    /// Accounts of which the finding cites events though nothing ties them to this one; for accounts that follow a
    /// person, all whose holder changed.
    pub apart: Vec<Apart>,
    /// Every accepted handoff of the vendor that was closed.
    pub closings: Vec<Closing>,
}

/// Another account of which a finding cites events.
#[derive(Debug, Clone)]
pub struct Apart {
    /// Which one.
    pub account: AccountId,
    /// Its stream.
    pub facts: Vec<Fact>,
    /// The streams of accounts that identity decisions tie to it.
    pub others: Vec<(AccountId, Fact)>,
}

/// A handoff that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// Who had been invited.
    pub guest: PartnerId,
    /// When it was over.
    pub at: Instant,
    /// The event that says so.
    pub event: EventId,
}
