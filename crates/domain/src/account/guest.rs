//! Handoffs, changes of holder and what binds them: freezes, letters, notices, locks.

use crate::event::account::{FreezeTarget, Lifted, OverrideAct, OverrideReason};
use crate::event::change::{Basis, ErrorAnswer, ObjectionGround, ObjectionOutcome, ReversalReason, Verified};
use crate::event::handoff::{
    CommissionTerms, Commitment, DeclaredPrior, GrantedAct, HandoffOutcome, ProgressKind, Signature,
};
use crate::event::notice::{About, Answer};
use crate::event::{Anchor, Officer, Party, PolicyRef, consent};
use crate::id::*;
use crate::scope::Scope;
use crate::time::{Instant, Interval};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    Requested,
    Invited,
    Accepted,
    Declined,
    Revoked,
    Closed,
}

/// One handoff: its terms, its windows and what ended parts of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Handoff {
    pub handoff: HandoffId,
    pub host: PartnerId,
    pub guest: Option<PartnerId>,
    pub phase: Phase,
    pub requested: Option<EventId>,
    pub invited: Option<EventId>,
    pub invited_at: Option<Instant>,
    pub expires_at: Option<Instant>,
    pub declined_at: Option<Instant>,
    /// The clock's note that nobody answered in time. It changes nothing: an answer of before `expires_at` may
    /// still arrive.
    pub lapse_noted: Option<EventId>,
    pub protected_scope: Scope,
    /// Terms as signed, oldest first; the last one in force at an instant governs it.
    pub grants: Vec<Grant>,
    pub terms: Option<Digest>,
    pub commission: Option<CommissionTerms>,
    pub commitments: Vec<Commitment>,
    pub protection_days: u16,
    pub tail_days: u16,
    pub accepted: Option<EventId>,
    pub accepted_at: Option<Instant>,
    /// When the acceptance was recorded.
    pub accepted_recorded_at: Option<Instant>,
    pub protected_until: Option<Instant>,
    pub tail_until: Option<Instant>,
    pub commission_until: Option<Instant>,
    pub declared_prior: Vec<DeclaredPrior>,
    pub declared_family: Vec<PartnerId>,
    pub disclosed_networks: Vec<Digest>,
    pub policy: Option<PolicyRef>,
    pub releases: Vec<Release>,
    pub forfeitures: Vec<Forfeiture>,
    pub progress: Vec<Progress>,
    pub amendments: Vec<Amendment>,
    pub closed: Option<(Instant, HandoffOutcome, EventId)>,
}

/// A lead or referral of another system: known, but on no terms of ours.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportedInvitation {
    pub event: EventId,
    pub at: Instant,
    pub reported: crate::event::handoff::Reported,
}

/// What the guest may do, from an instant on.
#[derive(Debug, Clone, PartialEq)]
pub struct Grant {
    pub from: Instant,
    pub scope: Scope,
    pub acts: Vec<GrantedAct>,
    pub role: String,
    pub event: EventId,
}

/// Terms that were changed, or that somebody wanted to change.
#[derive(Debug, Clone, PartialEq)]
pub struct Amendment {
    pub event: EventId,
    pub at: Instant,
    pub terms: Digest,
    pub signed: Vec<Signature>,
    pub granted_scope: Option<Scope>,
    pub granted_acts: Option<Vec<GrantedAct>>,
    pub role: Option<String>,
    pub prime: Option<Party>,
    /// Whether host and guest both signed; otherwise no right changed.
    pub effective: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Release {
    pub scope: Scope,
    pub during: Interval,
    pub signed_by: PrincipalId,
    pub signed_at: Instant,
    pub ratifies: Option<EventId>,
    pub anchor: Option<Anchor>,
    pub event: EventId,
    /// When the release was told (`v`) and when it was recorded (`r`).
    pub valid_at: Instant,
    pub recorded_at: Instant,
    /// Who told us of it.
    pub reported_by: Option<PartnerId>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Forfeiture {
    pub scope: Scope,
    pub claimed_by: Party,
    pub notices: Vec<NoticeId>,
    pub claimed_at: Instant,
    pub cure_until: Instant,
    pub event: EventId,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    pub commitment: Option<CommitmentId>,
    pub kind: ProgressKind,
    pub by: Party,
    pub at: Instant,
    pub event: EventId,
    pub recorded_at: Instant,
    /// Who told it, when that is a partner.
    pub reported_by: Option<PartnerId>,
}

/// Nothing moves toward `against` in `scope` while it holds, unless lifted.
#[derive(Debug, Clone, PartialEq)]
pub struct Freeze {
    /// The freeze's own id, or the handoff whose default freeze it is.
    pub name: Lifted,
    pub scope: Scope,
    pub against: FreezeTarget,
    pub during: Interval,
    pub handoff: Option<HandoffId>,
    pub event: EventId,
    pub lifts: Vec<Lift>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Lift {
    pub scope: Scope,
    pub from: Instant,
    pub by: Party,
    pub event: EventId,
    pub valid_at: Instant,
    /// Whether a paper or an anchor backs a `from` that lies before the telling.
    pub evidenced: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Lock {
    pub scope: Scope,
    pub during: Interval,
    pub change: ChangeId,
    pub event: EventId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeState {
    Requested,
    Verified,
    Notified,
    WindowOpen,
    Objected,
    Executed,
    Rescinded,
    Reversed,
    Refused,
}

/// One change of holder, step by step.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub change: ChangeId,
    pub losing: Option<PartnerId>,
    pub gaining: Option<PartnerId>,
    pub scope: Scope,
    pub state: ChangeState,
    pub requested: Option<EventId>,
    pub requested_at: Option<Instant>,
    pub effective_from: Option<Instant>,
    pub basis_claimed: Option<Basis>,
    pub letter: Option<LetterId>,
    pub token: Option<Digest>,
    /// Tries to redeem a token for this change that failed.
    pub token_tries_failed: u8,
    pub release: Option<EventId>,
    pub verifications: Vec<Verification>,
    pub notices: Vec<NoticeId>,
    pub window_days_business: Option<u8>,
    pub window_until: Option<Instant>,
    pub window_opened: Option<EventId>,
    pub waivers: Vec<Waiver>,
    pub objections: Vec<Objection>,
    pub executions: Vec<Execution>,
    pub rescinded: Option<(Instant, EventId)>,
    pub reversed: Option<(Instant, EventId)>,
    pub reversed_for: Option<ReversalReason>,
    pub error: Option<ErrorReport>,
}

/// A change that one side calls an error.
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorReport {
    pub event: EventId,
    pub at: Instant,
    pub reported: crate::event::change::ErrorReported,
    pub answered: Option<(Instant, ErrorAnswer, EventId)>,
}

/// An executed change, with all it claims for itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Execution {
    pub event: EventId,
    pub at: Instant,
    pub recorded_at: Instant,
    pub executed: crate::event::change::Executed,
    /// Whose act it was: the actor's partner, or the vendor's when none is named.
    pub by: Option<PartnerId>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Verification {
    pub event: EventId,
    pub at: Instant,
    pub verified: Verified,
    pub actor: crate::fact::Actor,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Waiver {
    pub by: Party,
    pub at: Instant,
    pub event: EventId,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Objection {
    pub event: EventId,
    pub at: Instant,
    pub by: Party,
    pub ground: ObjectionGround,
    pub inquiry_attested: bool,
    /// Who objected, when the actor says for which partner.
    pub reported_by: Option<PartnerId>,
    pub decided: Option<(Instant, ObjectionOutcome, EventId)>,
}

/// What the customer answered when asked about a handoff or a registration.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    pub event: EventId,
    pub at: Instant,
    pub asked: consent::CustomerAsked,
    /// Who told it, when that is a partner.
    pub reported_by: Option<PartnerId>,
}

/// A customer's letter, with what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    pub letter: LetterId,
    pub terms: consent::LetterRecorded,
    pub event: EventId,
    pub valid_at: Instant,
    pub recorded_at: Instant,
    pub reported_by: Option<PartnerId>,
    pub actor: crate::fact::Actor,
    pub rescinded: Option<(Instant, EventId)>,
    pub rescinded_by: Option<ContactRef>,
    /// The first change that was executed on it.
    pub used_by: Option<ChangeId>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    pub issued: consent::TokenIssued,
    pub event: EventId,
    pub issued_at: Instant,
    pub redemptions: Vec<(Instant, consent::TokenRedeemed, EventId)>,
    /// Who redeemed it, by redemption.
    pub redeemers: Vec<(EventId, crate::fact::Actor)>,
    /// Redemptions the customer made itself, in its own portal.
    pub redeemed_in_portal: Vec<EventId>,
    pub voided: Option<(Instant, EventId)>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    pub notice: NoticeId,
    pub to: Party,
    pub about: About,
    pub address: ContactRef,
    pub address_on_file_since: Instant,
    pub sent: EventId,
    pub sent_at: Instant,
    pub delivered: Option<(Instant, EventId)>,
    pub bounced: Option<(Instant, EventId)>,
    pub answers: Vec<(Instant, Answer, EventId)>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Override {
    pub event: EventId,
    pub scope: Scope,
    pub holder: Option<PartnerId>,
    pub act: OverrideAct,
    pub reason: OverrideReason,
    pub reason_text: String,
    pub officers: Vec<Officer>,
    pub during: Interval,
    pub published_to: Vec<NoticeId>,
}

impl Handoff {
    /// The grant in force at `at`.
    pub fn grant_at(&self, at: Instant) -> Option<&Grant> {
        self.grants.iter().rev().find(|grant| grant.from <= at)
    }
}

impl Objection {
    /// Whether it holds a change back until it is decided: the ground is on the closed list (`other` is
    /// not) and the objector attests that it looked into the matter.
    pub fn suspends(&self) -> bool {
        self.ground != ObjectionGround::Other && self.inquiry_attested
    }

    /// Whether it holds the change back now.
    pub fn is_pending(&self) -> bool {
        self.suspends() && self.decided.is_none()
    }
}

impl Freeze {
    /// Whether `id` is its own id; a default freeze has the id of its handoff.
    pub fn is_named(&self, id: &FreezeId) -> bool {
        match &self.name {
            Lifted::Freeze(own) => own == id,
            Lifted::Handoff(handoff) => handoff.as_str() == id.as_str(),
        }
    }
}
