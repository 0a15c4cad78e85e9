//! Cases: what was found, what proves it, how it was decided.

mod hearing;

use crate::id::*;
use crate::time::Instant;
pub use hearing::*;

#[derive(Debug, Clone, PartialEq)]
pub enum CaseEvent {
    Opened(Opened),
    FindingRecorded(Finding),
    VerdictChanged(VerdictChanged),
    Assigned(Assigned),
    Snoozed(Snoozed),
    Filed(Filed),
    StayDecided(StayDecided),
    Stated(Stated),
    EvidenceAttached(EvidenceAttached),
    Decided(Decided),
    RemedyOrdered(Box<RemedyOrdered>),
    Appealed(Appealed),
    AppealDecided(AppealDecided),
    Reminded(Reminded),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CaseKind {
    Takeover,
    Procedure,
    HostAbuse,
    Statistical,
    Registration,
}

/// S1 signal, S2 review queue, S3 case, S4 hold and case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    S1,
    S2,
    S3,
    S4,
}

/// What is held of a finding now.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// A basis may still arrive.
    Pending,
    Confirmed,
    /// Cleared by `V1`..`V9`, `prior`, `granted`, `uniform_action`, `acquired`, `stewardship`, `tender`,
    /// `held_back`.
    Cleared(ClearedBy),
    /// Replaced by a later event: `late`, `correction` or `reversal`.
    Superseded(SupersededBy),
    /// Cannot be judged: the reason names what is missing.
    Indeterminate(Unknown),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClearedBy {
    Basis(super::change::Basis),
    Prior,
    Granted,
    UniformAction,
    Acquired,
    Stewardship,
    Tender,
    /// The policy itself holds it back: its pattern is off, or its guard says so.
    HeldBack,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SupersededBy {
    Late(EventId),
    Correction(EventId),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unknown {
    ScopeUnknown,
    IdentityAmbiguous,
    Contested,
    Tender,
    Erased,
    /// The policy's guard could not be answered for this finding.
    GuardErrored,
    /// There are too few cases to tell it from chance.
    TooFew,
}

/// The case itself: whose handoff it is about. Its findings follow.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    pub kind: CaseKind,
    pub account: AccountId,
    pub handoff: Option<HandoffId>,
    pub host: Option<PartnerId>,
    pub guest: Option<PartnerId>,
}

/// What would clear a finding, and what is missing for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clearing {
    pub basis: String,
    pub missing: String,
}

/// One pattern found in one act: the certificate.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    pub pattern: String,
    pub rule_version: u32,
    pub kind: CaseKind,
    pub policy: Digest,
    /// Who acted.
    pub actor: PartnerId,
    /// Who has to answer for it, in words of the program: a partner id or `vendor`.
    pub respondent: String,
    pub act: EventId,
    pub verdict: Verdict,
    pub severity: Severity,
    /// When it happened.
    pub violated_at: Instant,
    /// The last event known when it was found.
    pub known: EventId,
    /// The smallest set of events that proves it.
    pub proof: Vec<EventId>,
    /// What helps to read it.
    pub context: Vec<EventId>,
    /// One sentence.
    pub sentence: String,
    /// The formula with each part bound to events, one line per part.
    pub grounds: Vec<Ground>,
    pub clearing: Vec<Clearing>,
    pub provisional_until: Instant,
}

/// One part of the formula, and the events that make it true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// Such as `gain`, `protected`, `family`, `not_granted`, `no_basis:V1`. What begins with `no_` or `not_`
    /// says that something is not there.
    pub part: String,
    pub holds_because: String,
    pub events: Vec<EventId>,
    /// Where something was looked for that is not there.
    pub searched: Option<Searched>,
}

impl Ground {
    /// A part that these events make true; policing adds where it looked for what is absent.
    pub fn new(part: &str, holds_because: impl Into<String>, events: Vec<EventId>) -> Self {
        Self { part: part.to_owned(), holds_because: holds_because.into(), events, searched: None }
    }

    /// Whether it says that something is not there.
    pub fn is_absence(&self) -> bool {
        self.part.starts_with("no_") || self.part.starts_with("not_")
    }
}

/// What was looked through for something that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Searched {
    /// The account whose stream was read.
    pub account: AccountId,
    /// Up to which event of that stream, included.
    pub until: EventId,
    /// Streams of the partners concerned, up to which revision.
    pub partners: Vec<SearchedPartner>,
}

/// The stream of a partner, as far as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchedPartner {
    pub partner: PartnerId,
    /// The last revision read, included.
    pub revision: u64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct VerdictChanged {
    pub pattern: String,
    pub act: EventId,
    pub verdict: Verdict,
    pub severity: Severity,
    pub because: Option<EventId>,
    pub known: EventId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CaseOutcome {
    Confirmed,
    Valuable,
    FalseAlarm,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    pub outcome: CaseOutcome,
    pub grounds: String,
    pub remedy: Option<String>,
    pub decided_by: PrincipalId,
    pub appeal_until: Instant,
}
