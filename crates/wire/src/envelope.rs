//! The attributes around a payload, as CloudEvents names them, read once and in any order.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use domain::fact::{Actor, Role};
use domain::id::{BadId, Key, PartnerId, SourceId, VendorId};
use domain::stream::Stream;
use domain::time::Instant;
use serde::de::{self, Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::json;
use crate::problem::Problem;
use crate::shape::{Around, Known, Shape, word};

/// A text attribute; null says the same as absent.
#[derive(Deserialize)]
#[serde(transparent)]
struct Attribute<'a>(#[serde(borrow)] Option<Cow<'a, str>>);

/// Reads a member that may stand once.
fn once<'de, A: MapAccess<'de>>(
    slot: &mut Option<Cow<'de, str>>,
    seen: &mut bool,
    name: &'static str,
    map: &mut A,
) -> Result<(), A::Error> {
    if std::mem::replace(seen, true) {
        return Err(A::Error::duplicate_field(name));
    }
    *slot = map.next_value::<Attribute<'de>>()?.0;
    Ok(())
}

macro_rules! envelope {
    ($($field:ident = $name:literal,)*) => {
        /// Everything around a payload, and the payload as it was received.
        #[derive(Debug, Default)]
        pub(crate) struct Envelope<'a> {
            $(pub(crate) $field: Option<Cow<'a, str>>,)*
            pub(crate) data: Option<&'a RawValue>,
        }

        #[derive(Default)]
        struct Seen { $($field: bool,)* others: Vec<String> }

        impl<'de> Visitor<'de> for Members {
            type Value = Envelope<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with the attributes of a CloudEvent")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Envelope<'de>, A::Error> {
                let mut envelope = Envelope::default();
                let mut seen = Seen::default();
                while let Some(Name(name)) = map.next_key()? {
                    match &*name {
                        $($name => once(&mut envelope.$field, &mut seen.$field, $name, &mut map)?,)*
                        "data" if envelope.data.is_some() => return Err(A::Error::duplicate_field("data")),
                        "data" => envelope.data = Some(map.next_value()?),
                        other => seen.others.push(extension(other, &seen.others, &mut map)?),
                    }
                }
                Ok(envelope)
            }
        }
    };
}

envelope! {
    specversion = "specversion",
    id = "id",
    source = "source",
    kind = "type",
    subject = "subject",
    time = "time",
    datacontenttype = "datacontenttype",
    dataschema = "dataschema",
    recordedtime = "recordedtime",
    sequence = "sequence",
    partitionkey = "partitionkey",
    traceparent = "traceparent",
    tracestate = "tracestate",
    dataclassification = "dataclassification",
    correlationid = "correlationid",
    causationid = "causationid",
    authtype = "authtype",
    authid = "authid",
    actorpartner = "actorpartner",
    actorrole = "actorrole",
    actornetwork = "actornetwork",
    actorsession = "actorsession",
    actoremaildomain = "actoremaildomain",
    producersource = "producersource",
    producerid = "producerid",
    class = "class",
    origin = "origin",
    policydigest = "policydigest",
    identityrevision = "identityrevision",
    partnerrevisions = "partnerrevisions",
}

struct Members;

#[derive(Deserialize)]
#[serde(transparent)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Envelope<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

/// The kinds of value an extension attribute can have.
#[derive(Deserialize)]
#[serde(untagged)]
enum Extension {
    Nothing(()),
    Text(#[expect(dead_code, reason = "read to see that it is a text")] String),
    Truth(#[expect(dead_code, reason = "read to see that it is a truth value")] bool),
    Whole(#[expect(dead_code, reason = "read to see that it is a whole number")] i32),
}

/// Passes over an extension of somebody else's, if it is one CloudEvents allows.
fn extension<'de, A: MapAccess<'de>>(name: &str, others: &[String], map: &mut A) -> Result<String, A::Error> {
    let valid = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    if name.is_empty() || !name.bytes().all(valid) {
        let short: String = name.chars().take(40).collect();
        let refused = format_args!("unknown field `{short}`, expected attribute names of a-z and 0-9");
        return Err(A::Error::custom(refused));
    }
    if others.iter().any(|other| other == name) {
        return Err(A::Error::custom(format_args!("duplicate field `{name}`")));
    }
    map.next_value::<Extension>().map_err(|error| {
        let message = error.to_string();
        if message.contains("untagged enum") {
            return A::Error::custom(format_args!("expected a text, truth value or whole number for {name}"));
        }
        error
    })?;
    Ok(name.to_owned())
}

impl Envelope<'_> {
    /// The payload and the byte at which it starts in `text`.
    pub(crate) fn payload(&self, text: &str) -> Result<(&str, u64), Problem> {
        let data = self.data.ok_or_else(|| missing("data"))?.get();
        let start = (data.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
        Ok((data, json::offset(start)))
    }

    /// Who acted, as far as the attributes say; without any, a system.
    pub(crate) fn actor(&self, around: &Around<'_>) -> Result<Actor, Problem> {
        let partner: Option<Known<PartnerId>> = optional("actorpartner", self.actorpartner.as_deref())?;
        let partner = partner.map(|partner| PartnerId::from_json(partner, around));
        let role = match self.actorrole.as_deref() {
            Some(text) => known("actorrole", text, "a role such as partner_user or vendor_officer")?,
            None if partner.is_some() => Role::PartnerUser,
            None => Role::System,
        };
        Ok(Actor {
            principal: optional("authid", self.authid.as_deref())?,
            partner,
            role,
            network: optional("actornetwork", self.actornetwork.as_deref())?,
            session: optional("actorsession", self.actorsession.as_deref())?,
            email_domain: self.actoremaildomain.as_deref().map(str::to_owned),
        })
    }

    /// Whether the attributes say who acted.
    pub(crate) fn names_actor(&self) -> bool {
        self.authid.is_some() || self.actorpartner.is_some() || self.actorrole.is_some()
    }

    /// The stream the subject names, and the subject as it was given.
    pub(crate) fn stream(&self) -> Result<(Stream, &str), Problem> {
        let subject = self.subject.as_deref().ok_or_else(|| missing("subject"))?;
        let stream = subject.parse().or_else(|error| keyed_stream(subject).ok_or(error));
        stream.map(|stream| (stream, subject)).map_err(|error| misread("subject", &error, subject))
    }

    pub(crate) fn time(&self) -> Result<Option<Instant>, Problem> {
        optional("time", self.time.as_deref())
    }

    pub(crate) fn source(&self) -> Result<Option<SourceId>, Problem> {
        optional("source", self.source.as_deref())
    }
}

/// A stream whose account or partner is given by a foreign key, such as `account-acme.crm:17`.
fn keyed_stream(subject: &str) -> Option<Stream> {
    let (category, rest) = subject.split_once('-')?;
    let (vendor, key) = rest.split_once('.')?;
    let vendor: VendorId = vendor.parse().ok()?;
    let around = Around { vendor: &vendor };
    match category {
        "account" => Some(Stream::Account(vendor.clone(), keyed(key, &around)?)),
        "partner" => Some(Stream::Partner(vendor.clone(), keyed(key, &around)?)),
        _ => None,
    }
}

fn keyed<T>(key: &str, around: &Around<'_>) -> Option<T>
where
    T: Shape<Json = Known<T>> + FromStr<Err = BadId>,
{
    let known: Known<T> = key.parse().ok()?;
    let _: &Key = known.key()?;
    Some(T::from_json(known, around))
}

/// An attribute that must be there.
pub(crate) fn required<T: FromStr<Err: fmt::Display>>(name: &str, value: Option<&str>) -> Result<T, Problem> {
    optional(name, value)?.ok_or_else(|| missing(name))
}

/// An attribute that may be absent.
pub(crate) fn optional<T: FromStr<Err: fmt::Display>>(
    name: &str,
    value: Option<&str>,
) -> Result<Option<T>, Problem> {
    value.map(|text| text.parse().map_err(|error| misread(name, &error, text))).transpose()
}

/// An attribute that is one of a closed list.
pub(crate) fn known<T: word::Words>(name: &str, text: &str, expected: &str) -> Result<T, Problem> {
    word::find(text).ok_or_else(|| misread(name, &format_args!("expected {expected}"), text))
}

pub(crate) fn missing(name: &str) -> Problem {
    Problem::at_pointer("", format!("expected a member `{name}`"))
}

pub(crate) fn misread(name: &str, expected: &dyn fmt::Display, found: &str) -> Problem {
    let error: de::value::Error = crate::shape::misread(expected, found);
    Problem::at_pointer(json::inside("", name), error.to_string())
}
