//! Commands about handoffs.

use domain::command::{Command, HandoffCommand};
use domain::event::handoff::{
    CommissionTerms, Commitment, DeclaredPrior, GrantedAct, HandoffOutcome, Invited,
};
use domain::event::{Anchor, Evidence, Party};
use domain::id::*;
use domain::scope::Scope;
use domain::time::Instant;

use crate::command::Asking;
use crate::command::table::{Order, orders};
use crate::event::deal::{Introduced, opened};
use crate::shape::{Around, Beside, Shape, published};

orders! { Handoff;
    /// The guest accepts the terms.
    Accept for HandoffCommand::Accept {
        handoff: HandoffId,
        /// Must equal the digest of the terms in the invitation.
        terms: Digest,
        declared_prior: Vec<DeclaredPrior>,
        declared_family: Vec<PartnerId>,
        /// Networks the guest runs for the customer.
        disclosed_networks: Vec<Digest>,
    }

    /// The guest does not take it.
    Decline for HandoffCommand::Decline { handoff: HandoffId, reason: Option<String> }

    /// Take the invitation back before it is accepted.
    Revoke for HandoffCommand::Revoke { handoff: HandoffId, reason: Option<String> }

    /// The host lets go of a scope.
    Release for HandoffCommand::Release {
        handoff: HandoffId,
        scope: Scope,
        /// Now, when left out.
        from: Option<Instant>,
        until: Option<Instant>,
        /// An act already done that the host agrees to.
        ratifies: Option<EventId>,
        anchor: Option<Anchor>,
    }

    /// Say that the host has abandoned the account.
    ClaimForfeiture for HandoffCommand::ClaimForfeiture {
        handoff: HandoffId,
        scope: Scope,
        claimed_by: Party,
        notices: Vec<NoticeId>,
    }

    /// End the handoff.
    Close for HandoffCommand::Close { handoff: HandoffId, outcome: HandoffOutcome }
}

published! {
    /// Offer a guest written terms.
    Invite {
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
        commission: CommissionTerms,
        /// Civil days from acceptance.
        protection_days: u16,
        /// Civil days after protection.
        tail_days: u16,
        commitments: Vec<Commitment>,
        /// After the policy's invitation life, when left out.
        expires_at: Option<Instant>,
        /// Now, when left out.
        host_signed_at: Option<Instant>,
        customer_consent: Option<Evidence>,
        customer: Option<Introduced>,
    }
}

impl Order for Invite {
    fn command(self, asking: &Asking<'_>) -> Command {
        let around = &asking.around;
        let expires_at: Option<Instant> = Shape::from_json(self.expires_at, around);
        let signed_at: Option<Instant> = Shape::from_json(self.host_signed_at, around);
        let invitation = Invited {
            handoff: Shape::from_json(self.handoff, around),
            host: Shape::from_json(self.host, around),
            guest: Shape::from_json(self.guest, around),
            protected_scope: Shape::from_json(self.protected_scope, around),
            granted_scope: Shape::from_json(self.granted_scope, around),
            granted_acts: Shape::from_json(self.granted_acts, around),
            role: self.role,
            terms: Shape::from_json(self.terms, around),
            commission: Shape::from_json(self.commission, around),
            protection_days: self.protection_days,
            tail_days: self.tail_days,
            commitments: Shape::from_json(self.commitments, around),
            expires_at: expires_at.unwrap_or(asking.now),
            host_signed_at: signed_at.unwrap_or(asking.now),
            customer_consent: Shape::from_json(self.customer_consent, around),
        };
        Command::Handoff(HandoffCommand::Invite { invitation: Box::new(invitation), expires_at })
    }

    fn beside(&self, around: &Around<'_>) -> Beside {
        opened(self.customer.as_ref(), around)
    }
}
