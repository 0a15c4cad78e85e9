//! Ids are derived, never drawn: the same input makes the same ids on every machine, for ever.
//!
//! Every id is a UUID of version 5 in one fixed namespace, over the RFC 8785 form (UTF-8) of a JSON array
//! of texts and numbers. A producer can therefore compute the id of an event it told:
//!
//! | what | array |
//! |---|---|
//! | event | `["acme","crm","17",0]`: vendor, source, id, index of the fact in the record |
//! | input | `["acme","crm","17"]`: vendor, source, id |
//! | a thing of another system | `["acme","crm:1C1I7A6R"]`: vendor, key |
//! | case | `["acme","case","h-1","north"]`: vendor, `case`, handoff or subject, guest |
//!
//! For example `["acme","crm","17",0]` gives `529dda80-e9e7-56ae-9f18-2575afef29b4` and
//! `["acme","crm","order \"9\"",1]` gives `ac33a522-eb3c-5f0e-aa41-ea95b639911e`.
//! Things are named by 26 base32 characters (RFC 4648, lower case, no padding) of their UUID.

use std::str::FromStr;

use data_encoding::BASE32_NOPAD;
use domain::id::*;
use sha1::{Digest as _, Sha1};
use uuid::Uuid;

use crate::json;

/// The namespace of all our ids: the UUIDv5 of `urn:chaperone` in RFC 9562's namespace for URLs.
pub const NAMESPACE: Uuid = uuid::uuid!("39640e3a-4f5a-50fc-bf73-4dacebd92afa");

/// The id of the `index`-th fact of a record.
pub fn event_id(vendor: &VendorId, source: &SourceId, id: &InputId, index: u32) -> EventId {
    EventId(named(&(vendor.as_str(), source.as_str(), id.as_str(), index)))
}

/// The key that makes a repeated record a repeat.
pub fn input_key(vendor: &VendorId, source: &SourceId, id: &InputId) -> Uuid {
    named(&(vendor.as_str(), source.as_str(), id.as_str()))
}

/// The account another system knows by `key`, or that is known by its strongest key.
pub fn account_id(vendor: &VendorId, key: &Key) -> AccountId {
    known_by(vendor, key)
}

/// The deal another system knows by `key`.
pub fn deal_id(vendor: &VendorId, key: &Key) -> DealId {
    known_by(vendor, key)
}

/// The handoff another system knows by `key`.
pub fn handoff_id(vendor: &VendorId, key: &Key) -> HandoffId {
    known_by(vendor, key)
}

/// The partner another system knows by `key`.
pub fn partner_id(vendor: &VendorId, key: &Key) -> PartnerId {
    known_by(vendor, key)
}

/// The case about what a guest did in a handoff, or about `subject` where there is no handoff.
pub fn case_id(vendor: &VendorId, subject: &str, guest: &str) -> CaseId {
    token(named(&(vendor.as_str(), "case", subject, guest)))
}

/// The id of whatever another system knows by `key`; the same key is the same thing.
pub(crate) fn known_by<T: FromStr<Err = BadId>>(vendor: &VendorId, key: &Key) -> T {
    token(named(&(vendor.as_str(), key.as_str())))
}

/// A readable id for a name: lower case, spaces as `-`. Where anything else had to change, or the name is
/// too long, six hex digits of the name's digest follow, so that different names do not share an id.
pub fn slug<T: FromStr<Err = BadId>>(name: &str) -> T {
    const HEX_CHARS: usize = 6;
    let name = name.trim();
    let lower = name.to_lowercase();
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    let mut readable: String = lower.chars().map(|c| if allowed(c) { c } else { '-' }).collect();
    if lower.chars().all(|c| allowed(c) || c == ' ')
        && let Ok(id) = readable.parse()
    {
        return id;
    }
    readable.truncate(ID_BYTES_MAX - 1 - HEX_CHARS);
    let digest = json::sha256(name.as_bytes());
    let hex: String = digest.0.iter().take(HEX_CHARS / 2).map(|byte| format!("{byte:02x}")).collect();
    let slug = match readable.trim_matches(['-', '_']) {
        "" => hex,
        readable => format!("{readable}-{hex}"),
    };
    slug.parse().unwrap_or_else(|_| unreachable!("it has only allowed characters and starts with one"))
}

/// SHA-256 of bytes.
pub fn digest(bytes: &[u8]) -> Digest {
    json::sha256(bytes)
}

fn named(array: &impl serde::Serialize) -> Uuid {
    // Of texts and small numbers in an array, serde_json's compact form is the RFC 8785 form.
    let text = serde_json::to_vec(array).expect("texts and numbers are always JSON");
    // What `Uuid::new_v5` gives, with the processor's own SHA-1 where it has one.
    let hashed: [u8; 20] = Sha1::new().chain_update(NAMESPACE).chain_update(&text).finalize().into();
    let [first @ .., _, _, _, _] = hashed;
    uuid::Builder::from_sha1_bytes(first).into_uuid()
}

fn token<T: FromStr<Err = BadId>>(uuid: Uuid) -> T {
    let text = BASE32_NOPAD.encode(uuid.as_bytes()).to_ascii_lowercase();
    text.parse().unwrap_or_else(|_| unreachable!("26 lower-case letters and digits are an id"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slugged(name: &str) -> String {
        slug::<PartnerId>(name).to_string()
    }

    #[test]
    fn a_plain_name_stays_readable() {
        assert_eq!(slugged("North Wind 2"), "north-wind-2");
        assert_eq!(slugged(" storage "), "storage");
        assert_eq!(slugged(&"a".repeat(63)), "a".repeat(63));
    }

    #[test]
    fn names_that_had_to_change_do_not_meet() {
        let long = "x".repeat(70);
        let names =
            ["Müller", "Mueller", "M/ller", "M.ller", "-", "+", "", "日本", "日木", &long, &long[1..]];
        let slugs: std::collections::BTreeSet<String> = names.iter().map(|name| slugged(name)).collect();
        assert_eq!(slugs.len(), names.len(), "{slugs:?}");
        assert!(slugs.iter().any(|slug| slug.starts_with("m-ller-")), "{slugs:?}");
    }

    #[test]
    fn ids_are_uuids_of_version_5() {
        let named = named(&("acme", "crm", "17", 0));
        assert_eq!(named, Uuid::new_v5(&NAMESPACE, br#"["acme","crm","17",0]"#));
    }

    #[test]
    fn the_namespace_is_derived_too() {
        assert_eq!(NAMESPACE, Uuid::new_v5(&Uuid::NAMESPACE_URL, b"urn:chaperone"));
    }
}
