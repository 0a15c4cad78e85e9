//! What every format says in the same way: partners met, accounts opened, and inputs with their digests.

use std::collections::HashSet;

use domain::event::Event;
use domain::event::account::{AccountEvent, AccountKey, KeyStrength, Opened};
use domain::event::partner::{Enrolled, Origin as PartnerOrigin, PartnerEvent};
use domain::fact::{Actor, Class, Origin, Producer, Role};
use domain::id::{AccountId, Digest, InputId, Key, PartnerId, SourceId, VendorId};
use domain::stream::Stream;
use domain::time::Instant;
use serde_json::{Value, json};

use crate::foreign::customer::Customer;
use crate::input::{Defaults, Input, Said};
use crate::{ids, json};

/// Longest id of another system, in bytes: with our prefixes and suffixes it is still a reference.
pub(super) const FOREIGN_ID_BYTES_MAX: usize = 160;
/// How many partners and accounts a run remembers having told of. Past it they are told again, and the
/// journal knows the repeat; so memory stays flat however long the file.
const REMEMBERED_MAX: usize = 200_000;

/// One reading of one file: whose book, and what it has told already.
pub(super) struct Run {
    pub vendor: VendorId,
    pub source: SourceId,
    pub now: Instant,
    told: HashSet<[u8; 16]>,
}

impl Run {
    pub(super) fn new(defaults: &Defaults) -> Self {
        Self {
            vendor: defaults.vendor.clone(),
            source: defaults.source.clone(),
            now: defaults.now,
            told: HashSet::new(),
        }
    }

    /// Whether `what` is told for the first time in this run.
    fn first(&mut self, source: &SourceId, id: &InputId) -> bool {
        let digest = json::sha256(format!("{source}\n{id}").as_bytes());
        let mut short = [0; 16];
        short.copy_from_slice(&digest.0[..16]);
        if self.told.len() >= REMEMBERED_MAX {
            return !self.told.contains(&short);
        }
        self.told.insert(short)
    }

    /// The partner is enrolled as seen in data, unless this run has told so.
    pub(super) fn enrolled(&mut self, source: &SourceId, partner: &Partner, at: Instant) -> Option<Input> {
        let id = reference(&format!("partner:{}", partner.foreign_id()));
        self.first(source, &id).then(|| {
            let enrolled = Enrolled {
                kinds: Vec::new(),
                legal_name: partner.name.clone(),
                keys: vec![AccountKey { key: partner.key.clone(), strength: partner.strength }],
                country: None,
                origin: PartnerOrigin::SeenInData,
            };
            let told = Told {
                stream: Stream::Partner(self.vendor.clone(), partner.id.clone()),
                producer: Producer { source: source.clone(), id },
                content: json!({ "partner": partner.key.as_str() }),
                actor: Actor::system(),
            };
            told.observed(at, Event::Partner(PartnerEvent::Enrolled(enrolled)))
        })
    }

    /// The customer's account is opened, unless this run has told so.
    pub(super) fn opened(&mut self, source: &SourceId, customer: &Customer, at: Instant) -> Option<Input> {
        let content = customer.content();
        let id = if customer.is_only_its_key() {
            format!("account:{}", customer.strongest().key)
        } else {
            // What is known of a customer differs from record to record: each wording is an input of its own.
            format!("account:{}#{}", customer.strongest().key, short_hex(&digest_of(&content)))
        };
        let id = reference(&id);
        self.first(source, &id).then(|| {
            let opened = Opened {
                keys: customer.keys.clone(),
                legal_name: customer.legal_name.clone(),
                country: customer.country.clone(),
                postcode: customer.postcode.clone(),
                customer: customer.contact.clone(),
            };
            let told = Told {
                stream: Stream::Account(self.vendor.clone(), self.account(customer)),
                producer: Producer { source: source.clone(), id },
                content,
                actor: Actor::system(),
            };
            told.observed(at, Event::Account(AccountEvent::Opened(opened)))
        })
    }

    /// The account the customer's strongest key stands for.
    pub(super) fn account(&self, customer: &Customer) -> AccountId {
        ids::account_id(&self.vendor, &customer.strongest().key)
    }

    /// The partner another system knows by `key`.
    pub(super) fn partner(&self, key: Key, name: &str) -> Partner {
        let id = ids::partner_id(&self.vendor, &key);
        Partner { id, key, strength: KeyStrength::SystemId, name: name.to_owned() }
    }
}

/// A partner as another system knows it.
#[derive(Debug, Clone)]
pub(super) struct Partner {
    pub id: PartnerId,
    pub key: Key,
    pub strength: KeyStrength,
    pub name: String,
}

impl Partner {
    /// The partner's id at its own system.
    fn foreign_id(&self) -> &str {
        let key = self.key.as_str();
        key.split_once(':').map_or(key, |(_, id)| id)
    }

    /// Somebody of the partner, as far as the record says.
    pub(super) fn actor(&self) -> Actor {
        Actor { partner: Some(self.id.clone()), role: Role::PartnerUser, ..Actor::system() }
    }
}

/// Something about to be told: where, under which key, and what of the record it rests on.
pub(super) struct Told {
    pub stream: Stream,
    pub producer: Producer,
    /// Of the record, what decides whether the same key says the same again.
    pub content: Value,
    pub actor: Actor,
}

impl Told {
    pub(super) fn asked(self, at: Instant, event: Event) -> Input {
        self.said(Class::Asked, at, event)
    }

    pub(super) fn observed(self, at: Instant, event: Event) -> Input {
        self.said(Class::Observed, at, event)
    }

    fn said(self, class: Class, valid_at: Instant, event: Event) -> Input {
        Input {
            stream: self.stream,
            producer: self.producer,
            digest: digest_of(&self.content),
            actor: self.actor,
            origin: Origin::Imported,
            said: vec![Said { class, valid_at, event }],
            recorded_at: None,
        }
    }
}

/// SHA-256 over the RFC 8785 form of `content`.
pub(super) fn digest_of(content: &Value) -> Digest {
    json::sha256(&json::canonical(content))
}

/// The first 16 hex digits of a digest.
pub(super) fn short_hex(digest: &Digest) -> String {
    data_encoding::HEXLOWER.encode(&digest.0[..8])
}

/// A reference made of a foreign id within its limit and of words of ours.
pub(super) fn reference<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().expect("a foreign id within its limit, with our words around it, is a reference")
}

/// Whether `text` can stand in a key: not empty, not too long, no control characters.
pub(super) fn is_foreign_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= FOREIGN_ID_BYTES_MAX && !text.chars().any(char::is_control)
}
