//! A change of holder, step by step: requested, verified, notified, open to objection, executed.

use crate::event::{DecidedBy, Evidence, Party};
use crate::id::*;
use crate::policy::Recordings;
use crate::scope::Scope;
use crate::time::Instant;

#[derive(Debug, Clone, PartialEq)]
pub enum ChangeEvent {
    Requested(Requested),
    Verified(Verified),
    Notified(Notified),
    WindowOpened(WindowOpened),
    Objected(Objected),
    ObjectionDecided(ObjectionDecided),
    Waived(Waived),
    Executed(Executed),
    Rescinded(Rescinded),
    Reversed(Reversed),
    ErrorReported(ErrorReported),
    ErrorAnswered(ErrorAnswered),
}

/// The nine grounds on which a guest may lawfully gain, as numbered in the program's rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// V1: a complete, verified customer letter (or the customer's own token).
    CustomerLetter,
    /// V2: the host released the scope, or ratified the act.
    HostRelease,
    /// V3: the host forfeited: notices delivered, cure period over, no response.
    Forfeiture,
    /// V4: window and tail are over.
    WindowOver,
    /// V5: the host is deauthorised or insolvent for the scope.
    HostDeauthorised,
    /// V6: inheritance on the host's side.
    Inheritance,
    /// V7: a prior relationship, declared and evidenced.
    DeclaredPrior,
    /// V8: a correction of an error, in time.
    Correction,
    /// V9: an override by two officers.
    Override,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Requested {
    pub change: ChangeId,
    pub losing: Option<PartnerId>,
    pub gaining: PartnerId,
    pub scope: Scope,
    pub effective_from: Instant,
    pub basis_claimed: Basis,
    pub letter: Option<LetterId>,
    pub token: Option<Digest>,
    pub release: Option<EventId>,
    pub reverses: Option<ChangeId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verifier {
    Vendor,
    Partner(PartnerId),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VerificationMethod {
    CallBack,
    Token,
    ThirdParty,
    InPerson,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VerificationOutcome {
    Confirmed,
    Denied,
    Unreachable,
}

/// Somebody independent asked the customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    pub change: ChangeId,
    pub verifier: Verifier,
    pub verifier_principal: PrincipalId,
    pub method: VerificationMethod,
    pub contact: ContactRef,
    pub contact_on_file_since: Instant,
    pub outcome: VerificationOutcome,
    pub recording: Option<Digest>,
    pub outcome_fee: bool,
}

impl Verified {
    /// Whether its answer counts where the policy says this of recordings. Only a yes needs one, and only where the
    /// customer was heard and not seen: what is said in person or with a token leaves no recording.
    pub fn is_on_tape(&self, recordings: Option<Recordings>) -> bool {
        let is_heard = match self.method {
            VerificationMethod::CallBack | VerificationMethod::ThirdParty => true,
            VerificationMethod::Token | VerificationMethod::InPerson => false,
        };
        let is_asked = recordings == Some(Recordings::Required) && is_heard;
        !is_asked || self.recording.is_some() || self.outcome != VerificationOutcome::Confirmed
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Notified {
    pub change: ChangeId,
    pub notices: Vec<NoticeId>,
    pub window_days_business: u8,
    pub names_gaining: PartnerId,
}

/// A named, versioned business-day calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarRef {
    pub id: CalendarId,
    pub version: u32,
}

/// The last notice to host and customer was delivered: the objection window runs.
#[derive(Debug, Clone, PartialEq)]
pub struct WindowOpened {
    pub change: ChangeId,
    pub opened_by: NoticeId,
    pub window_until: Instant,
    pub calendar: CalendarRef,
}

/// The closed list of grounds; `Other` suspends nothing and counts against the objector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ObjectionGround {
    InvalidLetter,
    SignerNotAuthorised,
    IdentityMismatch,
    ActiveDispute,
    ScopeMismatch,
    FreezeNotLifted,
    Fraud,
    UndeclaredAffiliation,
    Other,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Objected {
    pub change: ChangeId,
    pub by: Party,
    pub ground: ObjectionGround,
    pub text: Option<String>,
    pub evidence: Vec<Evidence>,
    pub inquiry_attested: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ObjectionOutcome {
    Upheld,
    Rejected,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ObjectionDecided {
    pub change: ChangeId,
    pub objection: EventId,
    pub outcome: ObjectionOutcome,
    pub reason: String,
    pub decided_by: DecidedBy,
}

/// The losing side gives up the rest of its window.
#[derive(Debug, Clone, PartialEq)]
pub struct Waived {
    pub change: ChangeId,
    pub by: Party,
    pub signed_by: PrincipalId,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Executed {
    pub change: ChangeId,
    pub holder: PartnerId,
    pub scope: Scope,
    pub effective_from: Instant,
    pub basis: Basis,
    pub basis_events: Vec<EventId>,
    pub waiver: Option<EventId>,
    pub emergency: Option<EventId>,
    pub decided_by: Option<DecidedBy>,
    pub lock_until: Option<Instant>,
}

/// The customer takes the request back before it was executed.
#[derive(Debug, Clone, PartialEq)]
pub struct Rescinded {
    pub change: ChangeId,
    pub by: Party,
    pub letter: Option<LetterId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReversalReason {
    Error,
    Rescission,
    Ruling,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Reversed {
    pub change: ChangeId,
    pub restores: PartnerId,
    pub scope: Scope,
    pub reason: ReversalReason,
}

/// A side says that the change was an error; the clocks of the fast way back run.
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorReported {
    pub change: ChangeId,
    pub by: Party,
    pub text: String,
    /// When the other side owes an answer.
    pub reply_until: Instant,
    /// Until when both may agree; after that a person rules.
    pub agree_until: Instant,
    /// When the account is back, if both agree.
    pub restore_until: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorAnswer {
    Agrees,
    Disagrees,
}

/// What the other side says to a reported error.
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorAnswered {
    pub change: ChangeId,
    pub by: Party,
    pub answer: ErrorAnswer,
}
