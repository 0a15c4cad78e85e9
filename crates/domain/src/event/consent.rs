//! The customer's own voice: letters and one-time tokens.

use crate::event::change::{VerificationOutcome, Verifier};
use crate::event::{Anchor, Evidence, Party};
use crate::id::*;
use crate::scope::Scope;
use crate::time::Instant;

#[derive(Debug, Clone, PartialEq)]
pub enum ConsentEvent {
    LetterRecorded(Box<LetterRecorded>),
    LetterRescinded(LetterRescinded),
    TokenIssued(TokenIssued),
    TokenRedeemed(TokenRedeemed),
    TokenTryFailed(TokenTryFailed),
    TokenVoided(TokenVoided),
    CustomerAsked(CustomerAsked),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Authority {
    Officer,
    Delegated,
    ContactOnFile,
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Inducement {
    None,
    Declared,
    Found,
}

#[derive(Debug, Clone, PartialEq)]
pub struct LetterRecorded {
    pub letter: LetterId,
    pub legal_name: String,
    pub account_key: Key,
    pub signer: ContactRef,
    pub authority: Authority,
    pub authority_evidence: Option<Evidence>,
    pub losing: Option<PartnerId>,
    pub gaining: PartnerId,
    pub scope: Scope,
    pub signed_at: Instant,
    pub sole_purpose: bool,
    pub inducement: Inducement,
    pub statement_version: String,
    pub document: Digest,
    pub anchor: Option<Anchor>,
    pub supersedes: Option<LetterId>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct LetterRescinded {
    pub letter: LetterId,
    pub signer: ContactRef,
    pub signed_at: Instant,
    pub document: Digest,
}

/// A one-time token went to the customer's verified contact; only its digest is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenIssued {
    pub token: Digest,
    pub scope: Scope,
    pub gaining: PartnerId,
    pub terms: Digest,
    pub contact: ContactRef,
    pub expires_at: Instant,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TokenRedeemed {
    pub token: Digest,
    pub change: ChangeId,
    /// How many tries had failed for this change before.
    pub tries_failed: u8,
}

/// A token was presented that is unknown here or stands for something else.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenTryFailed {
    pub token: Digest,
    pub change: ChangeId,
    /// How many tries have failed for this change, this one included.
    pub tries_failed: u8,
    pub fault: TokenFault,
}

/// Why a token does not fit what it was presented for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenFault {
    Unknown,
    OtherGainer,
    OtherScope,
    OtherTerms,
}

/// A token that was not used is worth nothing any more.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenVoided {
    pub token: Digest,
    pub by: Party,
    pub reason: Option<String>,
}

/// What a customer was asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskedAbout {
    Handoff(HandoffId),
    Deal(DealId),
}

/// Somebody called the customer and asked whether it knows of a handoff or a registration in its name.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomerAsked {
    pub about: AskedAbout,
    pub verifier: Verifier,
    pub verifier_principal: PrincipalId,
    pub contact: ContactRef,
    pub contact_on_file_since: Instant,
    pub outcome: VerificationOutcome,
    pub recording: Option<Digest>,
}
