//! Who the customer is: the keys a record gives, strongest first, and a contact by reference.

use domain::event::account::{AccountKey, KeyStrength};
use domain::id::{ContactRef, Key, VendorId};
use serde_json::Value;

use crate::foreign::facts::{self, is_foreign_id, reference};
use crate::foreign::tree::{At, Json};
use crate::json;
use crate::problem::Problem;

/// A customer as one record tells of it.
#[derive(Debug, Clone)]
pub(super) struct Customer {
    /// At least one, strongest first.
    pub keys: Vec<AccountKey>,
    /// Empty while it is not known.
    pub legal_name: String,
    pub country: Option<String>,
    /// Of the seat, as written.
    pub postcode: Option<String>,
    pub contact: Option<ContactRef>,
}

impl Customer {
    /// A customer known by its keys, of which there must be one.
    pub(super) fn known_by(mut keys: Vec<AccountKey>) -> Self {
        keys.sort_by(|a, b| b.strength.cmp(&a.strength).then_with(|| a.key.cmp(&b.key)));
        keys.dedup();
        Self { keys, legal_name: String::new(), country: None, postcode: None, contact: None }
    }

    /// The customer of a deal of which only the id is known: `deal:<system>:<id>`.
    pub(super) fn of_deal(deal: &Key) -> Self {
        Self::known_by(vec![provisional(deal)])
    }

    /// The key that says which account it is.
    pub(super) fn strongest(&self) -> &AccountKey {
        self.keys.first().expect("a customer has at least one key")
    }

    /// Whether nothing is known beyond one key and the name in it.
    pub(super) fn is_only_its_key(&self) -> bool {
        let named = self.legal_name.is_empty() || self.strongest().key.as_str().ends_with(&self.legal_name);
        let is_nowhere = self.country.is_none() && self.postcode.is_none();
        self.keys.len() == 1 && named && is_nowhere && self.contact.is_none()
    }

    /// What is told of it, for the digest.
    pub(super) fn content(&self) -> Value {
        let mut content = serde_json::json!({
            "keys": self.keys.iter().map(|key| key.key.as_str()).collect::<Vec<_>>(),
            "legal_name": self.legal_name,
            "country": self.country,
            "customer": self.contact.as_ref().map(ContactRef::as_str),
        });
        // Left out where there is none: what was imported before postcodes were read is still a repeat.
        if let Some(postcode) = &self.postcode {
            content["postcode"] = postcode.as_str().into();
        }
        content
    }
}

/// The key of a customer that is known only through its deal.
pub(super) fn provisional(deal: &Key) -> AccountKey {
    AccountKey { key: reference(&format!("deal:{deal}")), strength: KeyStrength::Provisional }
}

/// The D-U-N-S number, which has nine digits.
pub(super) fn duns(at: &At<'_>) -> Result<AccountKey, Problem> {
    let digits: String = at.digits()?.chars().filter(|c| *c != '-').collect();
    if digits.len() != 9 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(at.expected("a D-U-N-S number of nine digits"));
    }
    Ok(AccountKey { key: reference(&format!("duns:{digits}")), strength: KeyStrength::Duns })
}

/// The host of a website, without `www.`; `None` for an e-mail address, which is a person's.
pub(super) fn website(at: &At<'_>) -> Result<Option<AccountKey>, Problem> {
    let text = at.text()?.to_ascii_lowercase();
    if text.contains('@') {
        return Ok(None);
    }
    let after_scheme = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
    let host = after_scheme.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let host = host.strip_prefix("www.").unwrap_or(host).trim_end_matches('.');
    let is_host = host.contains('.') && host.split('.').all(is_label) && host.len() <= 253;
    if !is_host || !is_foreign_id(host) {
        return Err(at.expected("a website such as www.example.com"));
    }
    Ok(Some(AccountKey { key: reference(&format!("domain:{host}")), strength: KeyStrength::Domain }))
}

/// One part of a host name; internationalised names may stand there in their own letters.
fn is_label(label: &str) -> bool {
    let inner = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    !label.is_empty() && label.chars().all(inner) && !label.starts_with('-') && !label.ends_with('-')
}

/// A postal code, which some systems write as a number.
pub(super) fn postcode(at: &At<'_>) -> Result<String, Problem> {
    let text = if let Json::Number(digits) = at.json { digits } else { at.text()? };
    Ok(text.to_owned())
}

/// A customer id of another system, `<system>:<id>`.
pub(super) fn system_id(at: &At<'_>, system: &str) -> Result<AccountKey, Problem> {
    Ok(AccountKey { key: foreign_key(at, system)?, strength: KeyStrength::SystemId })
}

/// The key `<system>:<id>` for the id that stands here.
pub(super) fn foreign_key(at: &At<'_>, system: &str) -> Result<Key, Problem> {
    let id = at.text()?;
    if !is_foreign_id(id) {
        let most = facts::FOREIGN_ID_BYTES_MAX;
        return Err(at.expected(&format!("an id of 1 to {most} bytes without control characters")));
    }
    Ok(reference(&format!("{system}:{id}")))
}

/// A person by reference: a digest of what is told of them, salted with the vendor's id.
pub(super) fn contact(vendor: &VendorId, told: &str) -> ContactRef {
    let digest = json::sha256(format!("{vendor}\u{1f}{}", told.trim().to_lowercase()).as_bytes());
    reference(&format!("contact:{}", facts::short_hex(&digest)))
}

/// The first of these fields that tells a person apart, as a reference.
pub(super) fn contact_at(
    vendor: &VendorId,
    at: &At<'_>,
    fields: &[&str],
) -> Result<Option<ContactRef>, Problem> {
    Ok(at.first_text(fields)?.map(|told| contact(vendor, told)))
}
