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
    /// What one opening tells.
    pub fn of(opened: &Opened, at: Instant) -> Self {
        Self {
            keys: opened.keys.clone(),
            legal_name: opened.legal_name.clone(),
            country: opened.country.clone(),
            postcode: opened.postcode.clone(),
            opened_at: at,
        }
    }
}

/// A description in the form it is compared in; some 150 bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    pub(crate) hard: Box<[HardId]>,
    pub(crate) name: Box<str>,
    pub(crate) country: Option<Box<str>>,
    pub(crate) postcode: Option<Box<str>>,
    named_at: Instant,
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
            named_at: description.opened_at,
            opened_at: description.opened_at,
        }
    }

    /// What two openings of one account tell together, whichever came first: all ids, and the name that was told
    /// of the earliest time.
    pub fn and(self, other: Self) -> Self {
        let mut hard: Vec<HardId> = self.hard.into_iter().chain(other.hard).collect();
        hard.sort();
        hard.dedup();
        let named = [(self.named_at, self.name), (other.named_at, other.name)];
        let named = named.into_iter().filter(|(_, name)| !name.is_empty()).min();
        let (named_at, name) = named.unwrap_or((self.opened_at, Box::default()));
        // Where two are told, either would do; the same one has to be taken each time.
        let either = |a: Option<Box<str>>, b: Option<Box<str>>| a.into_iter().chain(b).min();
        Self {
            hard: hard.into(),
            name,
            country: either(self.country, other.country),
            postcode: either(self.postcode, other.postcode),
            named_at,
            opened_at: self.opened_at.min(other.opened_at),
        }
    }

    /// When the account was first opened.
    pub fn opened_at(&self) -> Instant {
        self.opened_at
    }
}
