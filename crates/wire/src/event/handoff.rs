//! `handoff.*`: a host brings in a guest, on written terms.

use domain::event::handoff as facts;
use domain::event::handoff::{
    AmendmentReason, CommissionBase, Commitment, DeclaredPrior, GrantedAct, HandoffOutcome, InvitationStatus,
    ProgressKind,
};
use domain::event::{Anchor, Evidence, Party, PolicyRef};
use domain::id::*;
use domain::money::{BasisPoints, Money};
use domain::scope::Scope;
use domain::time::Instant;

use crate::event::deal::{Introduced, opened};
use crate::shape::compact::fields;
use crate::shape::{Around, Beside, Shape, payload, published, words};

words! {
    InvitationStatus {
        Pending = "pending", Accepted = "accepted", Rejected = "rejected", Expired = "expired",
        Cancelled = "cancelled",
    }
    GrantedAct {
        Quote = "quote", Order = "order", Deliver = "deliver", Support = "support", Renew = "renew",
        Register = "register", Contract = "contract",
    }
    CommissionBase { NetOrder = "net_order", NetCollected = "net_collected", Margin = "margin" }
    AmendmentReason { Amendment = "amendment", Typo = "typo" }
    ProgressKind {
        Contacted = "contacted", Quoted = "quoted", Met = "met", Delivered = "delivered",
        BlockedByCustomer = "blocked_by_customer",
    }
    HandoffOutcome {
        Delivered = "delivered", Lost = "lost", CustomerLeft = "customer_left", Lapsed = "lapsed",
        MovedLawfully = "moved_lawfully", MovedWithoutBasis = "moved_without_basis",
    }
}

payload! {
    /// Another system says a lead or referral was offered to a partner. No terms of ours, so no protection.
    Reported for facts::Reported {
        handoff: HandoffId,
        /// The lead or referral as its system knows it, `system:foreign id`.
        system: Key,
        sender: Option<PartnerId>,
        receiver: Option<PartnerId>,
        /// Where the invitation stands in that system.
        status: InvitationStatus,
        /// What the customer needs.
        need: String,
    }

    /// A host asks the vendor for a skill it lacks.
    Requested for facts::Requested {
        handoff: HandoffId,
        host: PartnerId,
        /// What the host lacks.
        skills: Vec<Term>,
        scope: Scope,
        need: String,
    }

    /// What the finder earns.
    CommissionTerms for facts::CommissionTerms {
        /// Basis points of the base.
        rate as "rate_bp": BasisPoints,
        base: CommissionBase,
        /// What an order must be worth to owe anything.
        minimum: Option<Money>,
        /// Months the commission runs on.
        tail_months: u16,
    }

    /// A promise made in a handoff.
    Promise for Commitment {
        commitment: CommitmentId,
        what: String,
        /// Civil days from acceptance.
        due_days: u16,
        by: Party,
    }

    /// A relationship the guest had before, declared when accepting.
    Prior for DeclaredPrior {
        partner: PartnerId,
        scope: Scope,
        since: Instant,
        evidence: Evidence,
        anchor: Option<Anchor>,
    }

    /// The guest accepts the terms; protection begins.
    Accepted for facts::Accepted {
        handoff: HandoffId,
        /// Must equal the digest of the terms in the invitation.
        terms: Digest,
        signed_by: PrincipalId,
        protected_until: Instant,
        tail_until: Instant,
        commission_until: Instant,
        declared_prior: Vec<DeclaredPrior>,
        declared_family: Vec<PartnerId>,
        /// Networks the guest runs for the customer.
        disclosed_networks: Vec<Digest>,
        /// The policy in force, which decides the rights from now on.
        policy: PolicyRef,
    }

    /// The guest does not take it.
    Declined for facts::Declined { handoff: HandoffId, reason: Option<String> }

    /// The invitation is taken back before it was accepted.
    Revoked for facts::Revoked { handoff: HandoffId, by: Party, reason: Option<String> }

    /// Who signed, and when.
    Signature for facts::Signature { party: Party, at: Instant }

    /// Other terms; without the signatures of host and guest they change no right.
    Amended for facts::Amended {
        handoff: HandoffId,
        terms: Digest,
        previous_terms: Digest,
        granted_scope: Option<Scope>,
        granted_acts: Option<Vec<GrantedAct>>,
        role: Option<String>,
        /// Who is prime from now on.
        prime: Option<Party>,
        signed: Vec<facts::Signature>,
        reason: AmendmentReason,
    }

    /// Work under the handoff.
    Progressed for facts::Progressed {
        handoff: HandoffId,
        commitment: Option<CommitmentId>,
        kind: ProgressKind,
        by: Party,
        at: Instant,
    }

    /// The host lets go of a scope.
    Released for facts::Released {
        handoff: HandoffId,
        scope: Scope,
        from: Instant,
        until: Option<Instant>,
        /// Who signed for the host.
        signed_by: PrincipalId,
        signed_at: Instant,
        /// An act already done that the host agrees to.
        ratifies: Option<EventId>,
        anchor: Option<Anchor>,
    }

    /// Somebody says the host has abandoned the account.
    ForfeitureClaimed for facts::ForfeitureClaimed {
        handoff: HandoffId,
        scope: Scope,
        claimed_by: Party,
        notices: Vec<NoticeId>,
        /// Until when the host may respond.
        cure_until: Instant,
    }

    /// The handoff is over.
    Closed for facts::Closed { handoff: HandoffId, outcome: HandoffOutcome, at: Instant }
}

published! {
    /// The terms offered to a guest.
    Invited {
        handoff: HandoffId,
        host: PartnerId,
        guest: PartnerId,
        /// What the guest must not take.
        protected_scope: Scope,
        /// Where the guest may act.
        granted_scope: Scope,
        granted_acts: Vec<GrantedAct>,
        /// Such as `Services Partner`.
        role: String,
        /// SHA-256 of the RFC 8785 form of the written terms.
        terms: Digest,
        commission: facts::CommissionTerms,
        /// Civil days from acceptance.
        protection_days: u16,
        /// Civil days after protection.
        tail_days: u16,
        commitments: Vec<Commitment>,
        expires_at: Instant,
        host_signed_at: Instant,
        customer_consent: Option<Evidence>,
        customer: Option<Introduced>,
    }
}

impl Shape for facts::Invited {
    type Json = Invited;

    fn to_json(&self) -> Invited {
        Invited {
            handoff: self.handoff.to_json(),
            host: self.host.to_json(),
            guest: self.guest.to_json(),
            protected_scope: self.protected_scope.to_json(),
            granted_scope: self.granted_scope.to_json(),
            granted_acts: self.granted_acts.to_json(),
            role: self.role.clone(),
            terms: self.terms.to_json(),
            commission: self.commission.to_json(),
            protection_days: self.protection_days,
            tail_days: self.tail_days,
            commitments: self.commitments.to_json(),
            expires_at: self.expires_at.to_json(),
            host_signed_at: self.host_signed_at.to_json(),
            customer_consent: self.customer_consent.to_json(),
            customer: None,
        }
    }

    fn from_json(json: Invited, around: &Around<'_>) -> Self {
        Self {
            handoff: Shape::from_json(json.handoff, around),
            host: Shape::from_json(json.host, around),
            guest: Shape::from_json(json.guest, around),
            protected_scope: Shape::from_json(json.protected_scope, around),
            granted_scope: Shape::from_json(json.granted_scope, around),
            granted_acts: Shape::from_json(json.granted_acts, around),
            role: json.role,
            terms: Shape::from_json(json.terms, around),
            commission: Shape::from_json(json.commission, around),
            protection_days: json.protection_days,
            tail_days: json.tail_days,
            commitments: Shape::from_json(json.commitments, around),
            expires_at: Shape::from_json(json.expires_at, around),
            host_signed_at: Shape::from_json(json.host_signed_at, around),
            customer_consent: Shape::from_json(json.customer_consent, around),
        }
    }

    fn beside(json: &Invited, around: &Around<'_>) -> Beside {
        opened(json.customer.as_ref(), around)
    }
}

fields! {
    facts::Invited {
        handoff, host, guest, protected_scope, granted_scope, granted_acts, role, terms, commission,
        protection_days, tail_days, commitments, expires_at, host_signed_at, customer_consent,
    }
}
