//! `consent.*`: the customer's own voice, in letters and one-time tokens.

use domain::event::change::{VerificationOutcome, Verifier};
use domain::event::consent as facts;
use domain::event::consent::{AskedAbout, Authority, Inducement, TokenFault};
use domain::event::{Anchor, Evidence, Party};
use domain::id::*;
use domain::scope::Scope;
use domain::time::Instant;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::shape::compact::{Compact, Damaged, Reader};
use crate::shape::{Absent, Around, Known, Shape, payload, words};

words! {
    Authority {
        Officer = "officer", Delegated = "delegated", ContactOnFile = "contact_on_file", Unknown = "unknown",
    }
    Inducement { None = "none", Declared = "declared", Found = "found" }
    TokenFault {
        Unknown = "unknown", OtherGainer = "other_gainer", OtherScope = "other_scope",
        OtherTerms = "other_terms",
    }
}

payload! {
    /// The customer's letter: whom it wants, where, and who signed with which authority.
    LetterRecorded for facts::LetterRecorded {
        letter: LetterId,
        legal_name: String,
        /// The customer as the letter names it, `system:foreign id`.
        account_key: Key,
        signer: ContactRef,
        authority: Authority,
        authority_evidence: Option<Evidence>,
        losing: Option<PartnerId>,
        gaining: PartnerId,
        scope: Scope,
        signed_at: Instant,
        /// Whether the letter has no other purpose.
        sole_purpose: bool,
        /// Whether something was given for it.
        inducement: Inducement,
        /// The version of the statement the customer signed.
        statement_version: String,
        document: Digest,
        anchor: Option<Anchor>,
        supersedes: Option<LetterId>,
    }

    /// The customer takes a letter back.
    LetterRescinded for facts::LetterRescinded {
        letter: LetterId,
        signer: ContactRef,
        signed_at: Instant,
        document: Digest,
    }

    /// A one-time token went to the customer's verified contact; only its digest is kept.
    TokenIssued for facts::TokenIssued {
        token: Digest,
        scope: Scope,
        gaining: PartnerId,
        terms: Digest,
        contact: ContactRef,
        expires_at: Instant,
    }

    /// The customer used its token.
    TokenRedeemed for facts::TokenRedeemed {
        token: Digest,
        change: ChangeId,
        /// Wrong tries before.
        tries_failed: u8,
    }

    /// A token was presented that is unknown here or stands for something else.
    TokenTryFailed for facts::TokenTryFailed {
        token: Digest,
        change: ChangeId,
        /// How many tries have failed for this change, this one included.
        tries_failed: u8,
        /// What is wrong with it.
        fault: TokenFault,
    }

    /// A token that was not used is worth nothing any more.
    TokenVoided for facts::TokenVoided {
        token: Digest,
        by: Party,
        reason: Option<String>,
    }

    /// Somebody called the customer and asked whether it knows of a handoff or a registration in its name.
    CustomerAsked for facts::CustomerAsked {
        about: AskedAbout,
        /// Who asked: the vendor, or a partner.
        verifier: Verifier,
        verifier_principal: PrincipalId,
        /// Who was asked.
        contact: ContactRef,
        contact_on_file_since: Instant,
        outcome: VerificationOutcome,
        recording: Option<Digest>,
    }
}

/// What a customer was asked about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case", deny_unknown_fields, remote = "Self")]
pub enum AskedSubject {
    /// A handoff.
    Handoff(Known<HandoffId>),
    /// A registered deal.
    Deal(Known<DealId>),
}

crate::shape::object::written_as_objects! { AskedSubject }

impl Absent for AskedSubject {}

impl Shape for AskedAbout {
    type Json = AskedSubject;

    fn to_json(&self) -> AskedSubject {
        match self {
            Self::Handoff(id) => AskedSubject::Handoff(id.to_json()),
            Self::Deal(id) => AskedSubject::Deal(id.to_json()),
        }
    }

    fn from_json(json: AskedSubject, around: &Around<'_>) -> Self {
        match json {
            AskedSubject::Handoff(id) => Self::Handoff(Shape::from_json(id, around)),
            AskedSubject::Deal(id) => Self::Deal(Shape::from_json(id, around)),
        }
    }
}

impl Compact for AskedAbout {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Handoff(id) => {
                out.push(0);
                id.put(out);
            }
            Self::Deal(id) => {
                out.push(1);
                id.put(out);
            }
        }
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        match from.byte()? {
            0 => Compact::take(from).map(Self::Handoff),
            1 => Compact::take(from).map(Self::Deal),
            _ => Err(Damaged),
        }
    }
}
