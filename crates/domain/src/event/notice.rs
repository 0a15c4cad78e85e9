//! Notices and their delivery: no delivery, no window.

use crate::event::{Evidence, Party};
use crate::id::*;
use crate::time::Instant;

#[derive(Debug, Clone, PartialEq)]
pub enum NoticeEvent {
    Sent(Sent),
    Delivered(Delivered),
    Bounced(Bounced),
    Answered(Answered),
    Reminded(Reminded),
}

/// What a notice is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    Change(ChangeId),
    Handoff(HandoffId),
    Forfeiture(HandoffId),
    Override(EventId),
    Commitment(CommitmentId),
    /// A token that was tried.
    Token(Digest),
    /// The registration of a deal.
    Registration(DealId),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoticeMethod {
    Email,
    Portal,
    Post,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    pub notice: NoticeId,
    pub to: Party,
    pub about: About,
    pub address: ContactRef,
    pub address_on_file_since: Instant,
    pub method: NoticeMethod,
    pub names_gaining: Option<PartnerId>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Delivered {
    pub notice: NoticeId,
    pub at: Instant,
    pub receipt: Option<Evidence>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Bounced {
    pub notice: NoticeId,
    pub at: Instant,
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answer {
    Objects,
    Waives,
    Acknowledges,
    StillActive,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    pub notice: NoticeId,
    pub at: Instant,
    pub by: PrincipalId,
    pub answer: Answer,
}

/// People are reminded that an invitation is about to lapse, or a window or a registration about to end. It went to
/// nobody outside and is no notice to a party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminded {
    pub about: About,
    pub due_at: Instant,
}
