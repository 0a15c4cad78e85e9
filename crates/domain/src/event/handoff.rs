//! A host brings in a guest, on written terms.

use crate::event::{Anchor, Evidence, Party, PolicyRef};
use crate::id::*;
use crate::money::{BasisPoints, Money};
use crate::scope::Scope;
use crate::time::Instant;

#[derive(Debug, Clone, PartialEq)]
pub enum HandoffEvent {
    Reported(Reported),
    Requested(Requested),
    Invited(Box<Invited>),
    Accepted(Accepted),
    Declined(Declined),
    Revoked(Revoked),
    Amended(Amended),
    Progressed(Progressed),
    Released(Released),
    ForfeitureClaimed(ForfeitureClaimed),
    Closed(Closed),
}

impl HandoffEvent {
    /// The handoff it is about.
    pub fn handoff(&self) -> &HandoffId {
        match self {
            Self::Reported(reported) => &reported.handoff,
            Self::Requested(requested) => &requested.handoff,
            Self::Invited(invited) => &invited.handoff,
            Self::Accepted(accepted) => &accepted.handoff,
            Self::Declined(declined) => &declined.handoff,
            Self::Revoked(revoked) => &revoked.handoff,
            Self::Amended(amended) => &amended.handoff,
            Self::Progressed(progressed) => &progressed.handoff,
            Self::Released(released) => &released.handoff,
            Self::ForfeitureClaimed(claimed) => &claimed.handoff,
            Self::Closed(closed) => &closed.handoff,
        }
    }
}

/// Where an invitation of another system stands there (AWS: PENDING, ACCEPTED, REJECTED, EXPIRED, CANCELED).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InvitationStatus {
    Pending,
    Accepted,
    Rejected,
    Expired,
    Cancelled,
}

/// Another system says a lead or referral was offered to a partner. No terms of ours, so no protection.
#[derive(Debug, Clone, PartialEq)]
pub struct Reported {
    pub handoff: HandoffId,
    /// The lead or referral as its system knows it, `system:foreign id`.
    pub system: Key,
    pub sender: Option<PartnerId>,
    pub receiver: Option<PartnerId>,
    pub status: InvitationStatus,
    pub need: String,
}

/// A host asks the vendor for a skill it lacks.
#[derive(Debug, Clone, PartialEq)]
pub struct Requested {
    pub handoff: HandoffId,
    pub host: PartnerId,
    pub skills: Vec<Term>,
    pub scope: Scope,
    pub need: String,
}

/// What a guest may do in the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GrantedAct {
    Quote,
    Order,
    Deliver,
    Support,
    Renew,
    Register,
    Contract,
}

impl GrantedAct {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quote => "quote",
            Self::Order => "order",
            Self::Deliver => "deliver",
            Self::Support => "support",
            Self::Renew => "renew",
            Self::Register => "register",
            Self::Contract => "contract",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CommissionBase {
    NetOrder,
    NetCollected,
    Margin,
}

#[derive(Debug, Clone, PartialEq)]
pub struct CommissionTerms {
    pub rate: BasisPoints,
    pub base: CommissionBase,
    /// What an order must be worth to owe anything.
    pub minimum: Option<Money>,
    pub tail_months: u16,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Commitment {
    pub commitment: CommitmentId,
    pub what: String,
    pub due_days: u16,
    pub by: Party,
}

/// The terms offered to a guest.
#[derive(Debug, Clone, PartialEq)]
pub struct Invited {
    pub handoff: HandoffId,
    pub host: PartnerId,
    pub guest: PartnerId,
    /// What the guest must not take.
    pub protected_scope: Scope,
    /// Where the guest may act.
    pub granted_scope: Scope,
    pub granted_acts: Vec<GrantedAct>,
    pub role: String,
    pub terms: Digest,
    pub commission: CommissionTerms,
    pub protection_days: u16,
    pub tail_days: u16,
    pub commitments: Vec<Commitment>,
    pub expires_at: Instant,
    pub host_signed_at: Instant,
    pub customer_consent: Option<Evidence>,
}

/// A relationship the guest had before, declared when accepting.
#[derive(Debug, Clone, PartialEq)]
pub struct DeclaredPrior {
    pub partner: PartnerId,
    pub scope: Scope,
    pub since: Instant,
    pub evidence: Evidence,
    pub anchor: Option<Anchor>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    pub handoff: HandoffId,
    pub terms: Digest,
    pub signed_by: PrincipalId,
    pub protected_until: Instant,
    pub tail_until: Instant,
    pub commission_until: Instant,
    pub declared_prior: Vec<DeclaredPrior>,
    pub declared_family: Vec<PartnerId>,
    pub disclosed_networks: Vec<Digest>,
    pub policy: PolicyRef,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Declined {
    pub handoff: HandoffId,
    pub reason: Option<String>,
}

/// The host or vendor takes the invitation back before it was accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct Revoked {
    pub handoff: HandoffId,
    pub by: Party,
    pub reason: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Signature {
    pub party: Party,
    pub at: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AmendmentReason {
    Amendment,
    Typo,
}

/// Other terms; without the signatures of host and guest they change no right.
#[derive(Debug, Clone, PartialEq)]
pub struct Amended {
    pub handoff: HandoffId,
    pub terms: Digest,
    pub previous_terms: Digest,
    pub granted_scope: Option<Scope>,
    pub granted_acts: Option<Vec<GrantedAct>>,
    pub role: Option<String>,
    pub prime: Option<Party>,
    pub signed: Vec<Signature>,
    pub reason: AmendmentReason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProgressKind {
    Contacted,
    Quoted,
    Met,
    Delivered,
    BlockedByCustomer,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Progressed {
    pub handoff: HandoffId,
    pub commitment: Option<CommitmentId>,
    pub kind: ProgressKind,
    pub by: Party,
    pub at: Instant,
}

/// The host lets go of a scope.
#[derive(Debug, Clone, PartialEq)]
pub struct Released {
    pub handoff: HandoffId,
    pub scope: Scope,
    pub from: Instant,
    pub until: Option<Instant>,
    pub signed_by: PrincipalId,
    pub signed_at: Instant,
    /// An act already done that the host agrees to.
    pub ratifies: Option<EventId>,
    pub anchor: Option<Anchor>,
}

/// Somebody says the host has abandoned the account.
#[derive(Debug, Clone, PartialEq)]
pub struct ForfeitureClaimed {
    pub handoff: HandoffId,
    pub scope: Scope,
    pub claimed_by: Party,
    pub notices: Vec<NoticeId>,
    pub cure_until: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HandoffOutcome {
    Delivered,
    Lost,
    CustomerLeft,
    Lapsed,
    MovedLawfully,
    MovedWithoutBasis,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Closed {
    pub handoff: HandoffId,
    pub outcome: HandoffOutcome,
    pub at: Instant,
}
