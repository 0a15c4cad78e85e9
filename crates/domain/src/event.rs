//! Every fact the book can hold, by family. Names are past facts; payloads carry computed instants.

pub mod account;
mod act;
pub mod case;
pub mod change;
pub mod commission;
pub mod consent;
pub mod correction;
pub mod deal;
pub mod handoff;
pub mod identity;
pub mod notice;
pub mod partner;
pub mod program;
pub mod trade;

use crate::id::{Digest, EventId, PartnerId};

/// One fact of one family.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    Account(account::AccountEvent),
    Deal(deal::DealEvent),
    Handoff(handoff::HandoffEvent),
    Change(change::ChangeEvent),
    Consent(consent::ConsentEvent),
    Notice(notice::NoticeEvent),
    Trade(trade::TradeEvent),
    Commission(commission::CommissionEvent),
    Partner(partner::PartnerEvent),
    Identity(identity::IdentityEvent),
    Case(case::CaseEvent),
    Program(program::ProgramEvent),
    Correction(correction::CorrectionEvent),
}

/// A side in a handoff or change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    Customer,
    Host,
    Guest,
    Vendor,
    Partner(PartnerId),
}

/// A paper somebody holds, or an event that shows the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    Paper { digest: Digest, media_type: String, held_by: String },
    Event(EventId),
}

/// Proof that a paper existed when it says it was signed: an event that recorded its digest then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    pub digest: Digest,
    pub committed_event: EventId,
}

/// Who decided: the published rules, or a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecidedBy {
    pub policy: PolicyRef,
    pub person: Option<crate::id::PrincipalId>,
}

/// One published version of the program's policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyRef {
    pub version: u32,
    pub digest: Digest,
}

/// Two officers sign what one may not: who, and in which role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Officer {
    pub principal: crate::id::PrincipalId,
    pub role: crate::fact::Role,
}
