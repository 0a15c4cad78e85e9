//! Identifiers: one type per kind of thing, so that a deal is never passed where a partner is meant.

use std::fmt;
use std::str::FromStr;

use smol_str::SmolStr;
use uuid::Uuid;

/// Longest identifier, in bytes. Ids are NATS subject tokens and file names, so they stay short.
pub const ID_BYTES_MAX: usize = 63;
/// Longest reference to a contact, principal or foreign key, in bytes.
pub const REFERENCE_BYTES_MAX: usize = 256;

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}")]
pub struct BadId {
    /// What would have been accepted, in words.
    pub expected: &'static str,
}

fn is_token(text: &str) -> bool {
    let bytes = text.as_bytes();
    let starts = bytes.first().is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    starts
        && bytes.len() <= ID_BYTES_MAX
        && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'_' || *b == b'-')
}

fn is_reference(text: &str) -> bool {
    let is_plain = || text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    let has_length = !text.is_empty() && text.len() <= REFERENCE_BYTES_MAX;
    has_length && (is_plain() || !text.chars().any(char::is_control))
}

macro_rules! text_ids {
    ($check:ident, $expected:literal: $($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(SmolStr);

        impl $name {
            /// The identifier as it is written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                if $check(text) { Ok(Self(SmolStr::new(text))) } else { Err(BadId { expected: $expected }) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

text_ids! { is_token, "1 to 63 of a-z, 0-9, _ and -, starting with a letter or digit":
    /// The company whose program this is (the tenant).
    VendorId;
    /// A resolved customer at one vendor.
    AccountId;
    /// A solution provider, or the vendor's own sales team.
    PartnerId;
    /// A deal registration.
    DealId;
    /// A handoff between a host and a guest.
    HandoffId;
    /// A change of holder.
    ChangeId;
    /// A customer's letter of consent.
    LetterId;
    /// A notice sent to a party.
    NoticeId;
    /// An order at the vendor or a distributor.
    OrderId;
    /// A quote.
    QuoteId;
    /// A contract.
    ContractId;
    /// A commission.
    CommissionId;
    /// A case about possible breaches.
    CaseId;
    /// A freeze on changes of an account.
    FreezeId;
    /// A promise made in a handoff.
    CommitmentId;
    /// A business-day calendar.
    CalendarId;
    /// A uniform act of the vendor over many accounts.
    BatchId;
    /// A product line, territory or segment.
    Term;
}

text_ids! { is_reference, "1 to 256 characters without control characters":
    /// A person or system that acts, by its own reference.
    PrincipalId;
    /// A contact by reference; the name and address behind it are sealed elsewhere.
    ContactRef;
    /// A thing as another system knows it, written `system:foreign id`.
    Key;
    /// The source a producer publishes under (CloudEvents `source`).
    SourceId;
    /// The id a producer gave its record (CloudEvents `id`).
    InputId;
}

/// The id of one recorded event: UUIDv5 over (vendor, producer source, producer id, index).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub Uuid);

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for EventId {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        Uuid::parse_str(text).map(Self).map_err(|_| BadId { expected: "a UUID" })
    }
}

/// A SHA-256 digest, written `sha256:<64 hex digits>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digits = |byte: &u8| [byte >> 4, byte & 15].map(|half| char::from(DIGITS[usize::from(half)]));
        let mut text = String::with_capacity("sha256:".len() + 64);
        text.push_str("sha256:");
        text.extend(self.0.iter().flat_map(digits));
        f.write_str(&text)
    }
}

impl FromStr for Digest {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = BadId { expected: "sha256: followed by 64 hex digits" };
        let hex = text
            .strip_prefix("sha256:")
            .filter(|hex| hex.len() == 64 && hex.is_ascii())
            .ok_or(bad.clone())?;
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| bad.clone())?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| bad.clone())?;
        }
        Ok(Self(bytes))
    }
}
