//! What is kept of an account's description to compare it: the hard ids, the name in one form, the place.

use domain::event::account::{AccountKey, Opened};
use domain::time::Instant;

use crate::hard::{self, HardId};
use crate::name;

/// An account as its openings describe it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    pub keys: Vec<AccountKey>,
    pub legal_name: String,
    /// ISO 3166 country code.
    pub country: Option<String>,
    pub postcode: Option<String>,
    /// When the account was first opened.
    pub opened_at: Instant,
}

impl Description {
    /// The description after one more opening of the account: keys are added, what was not known before is taken
    /// over.
    pub fn told_by(before: Option<Self>, opened: &Opened, at: Instant) -> Self {
        let Some(mut known) = before else {
            return Self {
                keys: opened.keys.clone(),
                legal_name: opened.legal_name.clone(),
                country: opened.country.clone(),
                postcode: opened.postcode.clone(),
                opened_at: at,
            };
        };
        known
            .keys
            .extend(opened.keys.iter().filter(|key| !known.keys.contains(key)).cloned().collect::<Vec<_>>());
        if known.legal_name.is_empty() {
            known.legal_name.clone_from(&opened.legal_name);
        }
        known.country = known.country.or_else(|| opened.country.clone());
        known.postcode = known.postcode.or_else(|| opened.postcode.clone());
        known.opened_at = known.opened_at.min(at);
        known
    }
}

/// A description in the form it is compared in; some 150 bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    pub(crate) hard: Box<[HardId]>,
    pub(crate) name: Box<str>,
    pub(crate) country: Option<Box<str>>,
    pub(crate) postcode: Option<Box<str>>,
    pub(crate) opened_at: Instant,
}

impl Fingerprint {
    /// The form of a description.
    pub fn of(description: &Description) -> Self {
        let plain = |text: &Option<String>| -> Option<Box<str>> {
            let text = text.as_deref()?.chars().filter(char::is_ascii_alphanumeric);
            let text: String = text.map(|c| c.to_ascii_uppercase()).collect();
            (!text.is_empty()).then(|| text.into_boxed_str())
        };
        Self {
            hard: hard::ids(&description.keys),
            name: name::normalised(&description.legal_name).into_boxed_str(),
            country: plain(&description.country),
            postcode: plain(&description.postcode),
            opened_at: description.opened_at,
        }
    }
}
