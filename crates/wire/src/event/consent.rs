//! `consent.*`: the customer's own voice, in letters and one-time tokens.

use domain::event::consent as facts;
use domain::event::consent::{Authority, Inducement};
use domain::event::{Anchor, Evidence};
use domain::id::*;
use domain::scope::Scope;
use domain::time::Instant;

use crate::shape::{payload, words};

words! {
    Authority {
        Officer = "officer", Delegated = "delegated", ContactOnFile = "contact_on_file", Unknown = "unknown",
    }
    Inducement { None = "none", Declared = "declared", Found = "found" }
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
    }
}
