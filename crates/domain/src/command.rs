//! What can be asked of the book: orders in the imperative, by family.
//!
//! A command carries what its sender knows; ids, instants and windows that follow from the rules are
//! computed by [`crate::decide`] and stand in the events.

use crate::dispute::Kept;
use crate::event::account::{FreezeTarget, HoldingBasis, Lifted, OverrideRecorded};
use crate::event::change::{self, ErrorAnswer, ObjectionGround, ObjectionOutcome, ReversalReason};
use crate::event::correction::{Committed, Corrected, Retracted};
use crate::event::deal::{RejectionReason, Submitted};
use crate::event::handoff::{self, DeclaredPrior, HandoffOutcome, Invited};
use crate::event::partner::{Affiliated, AffiliationEnded, Deauthorised, Enrolled, Merged};
use crate::event::program::{CalendarPublished, PolicyPublished};
use crate::event::{Anchor, Evidence, Party, case, consent, notice};
use crate::id::*;
use crate::scope::Scope;
use crate::time::Instant;

/// One order to the book; each family is decided in a file of its own.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    Deal(DealCommand),
    Account(AccountCommand),
    Handoff(HandoffCommand),
    Change(ChangeCommand),
    Consent(ConsentCommand),
    Partner(PartnerCommand),
    Program(ProgramCommand),
    Correction(CorrectionCommand),
    Case(CaseCommand),
    Identity(IdentityCommand),
}

#[derive(Debug, Clone, PartialEq)]
pub enum DealCommand {
    /// A partner registers a deal; what is missing is found out here, not said by the sender.
    Submit(Box<Submitted>),
    Withdraw {
        deal: DealId,
        reason: Option<String>,
    },
    ReportActivity {
        deal: DealId,
        what: String,
        at: Option<Instant>,
    },
    /// A person approves what no rule could decide, or what a rule would reject.
    Approve {
        deal: DealId,
    },
    Reject {
        deal: DealId,
        reason: RejectionReason,
    },
    Return {
        deal: DealId,
        missing: Vec<String>,
    },
    Extend {
        deal: DealId,
    },
    Cancel {
        deal: DealId,
        reason: String,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub enum AccountCommand {
    /// A vendor officer records who holds the account.
    RecordHolder {
        holder: PartnerId,
        scope: Scope,
        basis: HoldingBasis,
    },
    PlaceFreeze {
        freeze: FreezeId,
        scope: Scope,
        against: FreezeTarget,
        until: Instant,
        requested_by: Party,
    },
    LiftFreeze {
        lifted: Lifted,
        scope: Scope,
        from: Option<Instant>,
        by: Party,
        evidence: Option<Evidence>,
        anchor: Option<Anchor>,
    },
    Override(OverrideRecorded),
    StartStewardship {
        steward: PartnerId,
        scope: Scope,
        until: Instant,
        reason: String,
    },
    /// The refused side disagrees.
    DisputeRefusal {
        refused: EventId,
        text: String,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub enum HandoffCommand {
    Request(handoff::Requested),
    /// `expires_at` may be left out by the sender; the policy's invitation life is then used.
    Invite {
        invitation: Box<Invited>,
        expires_at: Option<Instant>,
    },
    Accept {
        handoff: HandoffId,
        terms: Digest,
        declared_prior: Vec<DeclaredPrior>,
        declared_family: Vec<PartnerId>,
        disclosed_networks: Vec<Digest>,
    },
    Decline {
        handoff: HandoffId,
        reason: Option<String>,
    },
    Revoke {
        handoff: HandoffId,
        reason: Option<String>,
    },
    Amend(handoff::Amended),
    Progress(handoff::Progressed),
    Release {
        handoff: HandoffId,
        scope: Scope,
        from: Option<Instant>,
        until: Option<Instant>,
        ratifies: Option<EventId>,
        anchor: Option<Anchor>,
    },
    ClaimForfeiture {
        handoff: HandoffId,
        scope: Scope,
        claimed_by: Party,
        notices: Vec<NoticeId>,
    },
    Close {
        handoff: HandoffId,
        outcome: HandoffOutcome,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub enum ChangeCommand {
    Request(change::Requested),
    Verify(change::Verified),
    /// Tell customer, host and guest at once who would gain.
    Notify {
        change: ChangeId,
        notices: Vec<notice::Sent>,
    },
    /// Tell the losing side, or its deputy, once more.
    Remind {
        change: ChangeId,
        notice: notice::Sent,
    },
    Object {
        change: ChangeId,
        by: Party,
        ground: ObjectionGround,
        text: Option<String>,
        evidence: Vec<Evidence>,
        inquiry_attested: bool,
    },
    DecideObjection {
        change: ChangeId,
        objection: EventId,
        outcome: ObjectionOutcome,
        reason: String,
    },
    Waive {
        change: ChangeId,
        by: Party,
    },
    Execute {
        change: ChangeId,
        effective_from: Option<Instant>,
    },
    Rescind {
        change: ChangeId,
        letter: Option<LetterId>,
    },
    Reverse {
        change: ChangeId,
        reason: ReversalReason,
    },
    /// A side says that an executed change was an error.
    ReportError {
        change: ChangeId,
        by: Party,
        text: String,
    },
    /// The other side agrees, which gives the account back, or does not.
    AnswerError {
        change: ChangeId,
        by: Party,
        answer: ErrorAnswer,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub enum ConsentCommand {
    RecordLetter(Box<consent::LetterRecorded>),
    RescindLetter(consent::LetterRescinded),
    IssueToken {
        token: Digest,
        scope: Scope,
        gaining: PartnerId,
        terms: Digest,
        contact: ContactRef,
    },
    /// `terms` are those the customer was shown.
    RedeemToken {
        token: Digest,
        change: ChangeId,
        terms: Digest,
    },
    VoidToken {
        token: Digest,
        reason: Option<String>,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub enum PartnerCommand {
    Enroll(Enrolled),
    Affiliate(Affiliated),
    EndAffiliation(AffiliationEnded),
    Merge(Merged),
    Deauthorise(Deauthorised),
}

#[derive(Debug, Clone, PartialEq)]
pub enum ProgramCommand {
    PublishPolicy(Box<PolicyPublished>),
    PublishCalendar(CalendarPublished),
}

#[derive(Debug, Clone, PartialEq)]
pub enum CorrectionCommand {
    Correct(Box<Corrected>),
    Retract(Retracted),
    Commit(Committed),
}

#[derive(Debug, Clone, PartialEq)]
pub enum CaseCommand {
    Assign {
        assignee: PrincipalId,
    },
    Snooze {
        until: Instant,
        reason: String,
    },
    /// A side disputes the act; with `letter`, the gaining side relies on a customer's letter that lies there.
    File {
        by: Party,
        text: String,
        letter: Option<Kept>,
        /// Why nothing may move on the account meanwhile.
        stay: Option<String>,
    },
    DecideStay {
        outcome: case::StayOutcome,
        reason: String,
    },
    State {
        by: Party,
        text: String,
        evidence: Vec<Evidence>,
    },
    AttachEvidence {
        by: Party,
        shows: case::Showing,
        evidence: Evidence,
    },
    Decide {
        outcome: case::CaseOutcome,
        grounds: String,
        remedy: Option<String>,
    },
    /// What the rules computed to put the act right is to be done.
    OrderRemedy {
        act: EventId,
    },
    Appeal {
        by: Party,
        grounds: String,
        evidence: Vec<Evidence>,
    },
    DecideAppeal {
        outcome: case::CaseOutcome,
        grounds: String,
    },
}

/// What a person says of two accounts that may be one customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answer {
    Same,
    Different,
}

#[derive(Debug, Clone, PartialEq)]
pub enum IdentityCommand {
    /// Two accounts are one customer, for which `account` stands; both may be written to.
    Link { account: AccountId, other: AccountId },
    /// The same for good: what is said of `absorbed` from now on is said to `survivor`.
    Merge { survivor: AccountId, absorbed: AccountId },
    /// They are two customers after all; `moved` are events of the one that stood for both which are the other's.
    Part { account: AccountId, other: AccountId, moved: Vec<EventId>, reason: String },
    /// An answer for a pair that waits.
    Decide { account: AccountId, other: AccountId, answer: Answer, reason: String },
}

impl IdentityCommand {
    /// The two accounts it is about.
    pub fn accounts(&self) -> [&AccountId; 2] {
        match self {
            Self::Link { account, other }
            | Self::Part { account, other, .. }
            | Self::Decide { account, other, .. } => [account, other],
            Self::Merge { survivor, absorbed } => [survivor, absorbed],
        }
    }
}
