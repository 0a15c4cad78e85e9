//! Who holds an account, and what may not move for now.

use crate::event::{Anchor, Evidence, Officer, Party};
use crate::id::*;
use crate::scope::Scope;
use crate::time::Instant;

#[derive(Debug, Clone, PartialEq)]
pub enum AccountEvent {
    Opened(Opened),
    HolderRecorded(HolderRecorded),
    FreezePlaced(FreezePlaced),
    FreezeLifted(FreezeLifted),
    Locked(Locked),
    ContactReplaced(ContactReplaced),
    OverrideRecorded(OverrideRecorded),
    StewardshipStarted(StewardshipStarted),
    TakeoverRefused(TakeoverRefused),
    RefusalDisputed(RefusalDisputed),
    Absorbed(Absorbed),
    Restored(Restored),
}

/// How strongly a key identifies a customer; the strongest agree or disagree first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyStrength {
    /// The customer is not known yet: the key is the deal's own.
    Provisional,
    /// The account key a source declares for itself.
    Declared,
    /// A verified registrable domain.
    Domain,
    /// The customer id of another system.
    SystemId,
    Lei,
    Duns,
    RegistryNumber,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountKey {
    pub key: Key,
    pub strength: KeyStrength,
}

/// A customer account is known from now on.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    pub keys: Vec<AccountKey>,
    pub legal_name: String,
    pub country: Option<String>,
    /// Postal code of the seat, as it is written there.
    pub postcode: Option<String>,
    pub customer: Option<ContactRef>,
}

/// Why a vendor system says the holder is who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HoldingBasis {
    Initial,
    Order,
    CustomerLetter,
    Release,
    Merger,
    Correction,
    Migration,
}

/// A vendor system reports who holds a scope of the account.
#[derive(Debug, Clone, PartialEq)]
pub struct HolderRecorded {
    pub holder: PartnerId,
    pub scope: Scope,
    pub from: Instant,
    pub previous: Option<PartnerId>,
    pub basis_claimed: HoldingBasis,
    pub change: Option<ChangeId>,
    pub batch: Option<BatchId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FreezeTarget {
    FamilyOf(PartnerId),
    All,
}

#[derive(Debug, Clone, PartialEq)]
pub struct FreezePlaced {
    pub freeze: FreezeId,
    pub scope: Scope,
    pub against: FreezeTarget,
    pub from: Instant,
    pub until: Instant,
    pub handoff: Option<HandoffId>,
    pub requested_by: Party,
}

/// What a lift names: a freeze, or the handoff whose default freeze it lifts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lifted {
    Freeze(FreezeId),
    Handoff(HandoffId),
}

#[derive(Debug, Clone, PartialEq)]
pub struct FreezeLifted {
    pub lifted: Lifted,
    pub scope: Scope,
    pub from: Instant,
    pub by: Party,
    pub evidence: Option<Evidence>,
    pub anchor: Option<Anchor>,
}

/// After a change: no further change for a while (no relay through a straw).
#[derive(Debug, Clone, PartialEq)]
pub struct Locked {
    pub change: ChangeId,
    pub scope: Scope,
    pub from: Instant,
    pub until: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContactPurpose {
    Notice,
    CustomerAuthority,
    Billing,
    /// Who answers for a party when its own contact does not.
    Deputy,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ContactReplaced {
    pub party: Party,
    pub purpose: ContactPurpose,
    pub previous: Option<ContactRef>,
    pub contact: ContactRef,
    pub confirmed_by: Option<Party>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OverrideAct {
    Change,
    Lift,
    Waive,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OverrideReason {
    PublicTender,
    Continuity,
    CourtOrder,
    Insolvency,
    Other,
}

/// The vendor steps over the rules: two officers, a reason, an end, and notice to both sides.
#[derive(Debug, Clone, PartialEq)]
pub struct OverrideRecorded {
    pub scope: Scope,
    pub holder: Option<PartnerId>,
    pub act: OverrideAct,
    pub reason: OverrideReason,
    pub reason_text: String,
    pub officers: Vec<Officer>,
    pub until: Instant,
    pub published_to: Vec<NoticeId>,
}

/// Somebody keeps the account for a time, with an end date; a stewardship is no gain.
#[derive(Debug, Clone, PartialEq)]
pub struct StewardshipStarted {
    pub steward: PartnerId,
    pub scope: Scope,
    pub until: Instant,
    pub reason: String,
}

/// What was attempted, in full, so that a replay can decide it again.
#[derive(Debug, Clone, PartialEq)]
pub struct TakeoverRefused {
    pub command: String,
    pub gaining: PartnerId,
    pub scope: Scope,
    pub deal: Option<DealId>,
    pub change: Option<ChangeId>,
    pub order: Option<OrderId>,
    /// The pattern or safeguard that refused it, such as `T01` or `freeze`.
    pub rule: String,
    pub handoff: HandoffId,
    pub nearest_clearing: String,
}

/// The refused side disagrees: only now is there a case.
#[derive(Debug, Clone, PartialEq)]
pub struct RefusalDisputed {
    pub refused: EventId,
    pub by: PartnerId,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Absorbed {
    pub into: AccountId,
    pub identity_event: EventId,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Restored {
    pub from: AccountId,
}
