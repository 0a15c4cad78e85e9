//! Sides, papers and deciders.

use std::fmt;
use std::str::FromStr;

use domain::event::Party;
use domain::fact::Role;
use domain::id::*;
use schemars::{JsonSchema, Schema, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::shape::compact::{Compact, Damaged, Reader};
use crate::shape::leaf::{Form, misread};
use crate::shape::{Absent, Around, Reference, Shape, Text, Word, payload, words};

words! {
    Role {
        PartnerUser = "partner_user", VendorOfficer = "vendor_officer", DirectSales = "direct_sales",
        Customer = "customer", Verifier = "verifier", Adjudicator = "adjudicator", System = "system",
    }
}

/// A side, as it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Side(Party);

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Party::Customer => f.write_str("customer"),
            Party::Host => f.write_str("host"),
            Party::Guest => f.write_str("guest"),
            Party::Vendor => f.write_str("vendor"),
            Party::Partner(partner) => write!(f, "partner:{partner}"),
        }
    }
}

impl FromStr for Side {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = BadId { expected: "customer, host, guest, vendor or partner:<id>" };
        Ok(Self(match text {
            "customer" => Party::Customer,
            "host" => Party::Host,
            "guest" => Party::Guest,
            "vendor" => Party::Vendor,
            other => {
                let id = other.strip_prefix("partner:").and_then(|id| id.parse().ok());
                Party::Partner(id.ok_or(bad)?)
            }
        }))
    }
}

impl Form for Side {
    fn schema() -> Schema {
        json_schema!({"type": "string",
            "pattern": "^(customer|host|guest|vendor|partner:[a-z0-9][a-z0-9_-]{0,62})$"})
    }
}

impl Shape for Party {
    type Json = Text<Side>;

    fn to_json(&self) -> Self::Json {
        Text(Side(self.clone()))
    }

    fn from_json(json: Self::Json, _around: &Around<'_>) -> Self {
        json.0.0
    }
}

impl Compact for Party {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Customer => out.push(0),
            Self::Host => out.push(1),
            Self::Guest => out.push(2),
            Self::Vendor => out.push(3),
            Self::Partner(partner) => {
                out.push(4);
                partner.put(out);
            }
        }
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        Ok(match from.byte()? {
            0 => Self::Customer,
            1 => Self::Host,
            2 => Self::Guest,
            3 => Self::Vendor,
            4 => Self::Partner(Compact::take(from)?),
            _ => return Err(Damaged),
        })
    }
}

/// A paper somebody holds, or an event that shows the same.
#[derive(Debug, Clone, PartialEq)]
pub enum Evidence {
    /// An event, by its id or as its producer knows it.
    Event(Reference),
    /// A paper by its digest.
    Paper(Paper),
}

/// A paper somebody holds.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Paper {
    digest: Text<Digest>,
    /// Such as `application/pdf`.
    media_type: String,
    /// Who holds the paper.
    held_by: String,
}

/// The members of both a paper and a producer's reference, told apart once all are read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Either {
    source: Option<Text<SourceId>>,
    id: Option<Text<InputId>>,
    digest: Option<Text<Digest>>,
    media_type: Option<String>,
    held_by: Option<String>,
}

const EVIDENCE: &str = "an event id, {source, id}, or {digest, media_type, held_by}";

impl Serialize for Evidence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Event(reference) => reference.serialize(serializer),
            Self::Paper(paper) => paper.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Evidence {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EventOrPaper;

        impl<'de> de::Visitor<'de> for EventOrPaper {
            type Value = Evidence;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(EVIDENCE)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Evidence, E> {
                let event = text.parse().map(Reference::Event);
                event.map(Evidence::Event).map_err(|error| misread(&error, text))
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Evidence, A::Error> {
                let either = Either::deserialize(de::value::MapAccessDeserializer::new(map))?;
                match (either.source, either.id, either.digest, either.media_type, either.held_by) {
                    (Some(source), Some(id), None, None, None) => {
                        Ok(Evidence::Event(Reference::Told(source.0, id.0)))
                    }
                    (None, None, Some(digest), Some(media_type), Some(held_by)) => {
                        Ok(Evidence::Paper(Paper { digest, media_type, held_by }))
                    }
                    _ => Err(de::Error::custom(format_args!("expected {EVIDENCE}"))),
                }
            }
        }

        deserializer.deserialize_any(EventOrPaper)
    }
}

impl JsonSchema for Evidence {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Evidence".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> Schema {
        let (event, paper) = (generator.subschema_for::<Reference>(), generator.subschema_for::<Paper>());
        json_schema!({"anyOf": [event, paper]})
    }
}

impl Absent for Evidence {}

impl Shape for domain::event::Evidence {
    type Json = Evidence;

    fn to_json(&self) -> Evidence {
        match self {
            Self::Event(id) => Evidence::Event(Reference::Event(*id)),
            Self::Paper { digest, media_type, held_by } => Evidence::Paper(Paper {
                digest: Text(*digest),
                media_type: media_type.clone(),
                held_by: held_by.clone(),
            }),
        }
    }

    fn from_json(json: Evidence, around: &Around<'_>) -> Self {
        match json {
            Evidence::Event(reference) => Self::Event(reference.resolve(around.vendor)),
            Evidence::Paper(paper) => {
                Self::Paper { digest: paper.digest.0, media_type: paper.media_type, held_by: paper.held_by }
            }
        }
    }
}

impl Compact for domain::event::Evidence {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Event(id) => {
                out.push(0);
                id.put(out);
            }
            Self::Paper { digest, media_type, held_by } => {
                out.push(1);
                digest.put(out);
                media_type.put(out);
                held_by.put(out);
            }
        }
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        match from.byte()? {
            0 => Compact::take(from).map(Self::Event),
            1 => Ok(Self::Paper {
                digest: Compact::take(from)?,
                media_type: Compact::take(from)?,
                held_by: Compact::take(from)?,
            }),
            _ => Err(Damaged),
        }
    }
}

payload! {
    /// Proof that a paper existed when it says it was signed: an event that recorded its digest then.
    Anchor for domain::event::Anchor { digest: Digest, committed_event: EventId }

    /// One published version of the program's policy.
    PolicyRef for domain::event::PolicyRef {
        #[serde(deserialize_with = "number")]
        version: u32,
        digest: Digest,
    }

    /// An officer who signed, and in which role.
    Officer for domain::event::Officer { principal: PrincipalId, role: Role }
}

/// Reads a version also where it is written as a text, such as `"3"` or `"v3"`.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    struct NumberOrText;

    impl de::Visitor<'_> for NumberOrText {
        type Value = u32;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a whole number")
        }

        fn visit_u64<E: de::Error>(self, number: u64) -> Result<u32, E> {
            u32::try_from(number).map_err(|_| E::invalid_value(de::Unexpected::Unsigned(number), &self))
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<u32, E> {
            let digits = text.strip_prefix('v').unwrap_or(text);
            digits.parse().map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
        }
    }

    deserializer.deserialize_any(NumberOrText)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decider {
    Policy,
    Person,
}

words! { Decider { Policy = "policy", Person = "person" } }

/// Who decided: the published rules, or a person. Left out, it was the rules of a policy not named.
#[derive(Debug, Clone, PartialEq)]
pub struct DecidedBy(domain::event::DecidedBy);

/// Who decided: the published rules, or a person.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
#[schemars(rename = "DecidedBy")]
struct Written {
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<Word<Decider>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<PolicyRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<Text<PrincipalId>>,
}

/// Stands where a source does not say which policy was in force.
const NO_POLICY: domain::event::PolicyRef = domain::event::PolicyRef { version: 0, digest: Digest([0; 32]) };

crate::shape::object::written_as_objects! { Written }

impl Absent for DecidedBy {}

impl Serialize for DecidedBy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let person = self.0.person.clone();
        let kind = if person.is_some() { Decider::Person } else { Decider::Policy };
        let policy = Some(self.0.policy.to_json());
        Written { kind: Some(Word(kind)), policy, person: person.map(Text) }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for DecidedBy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Option::<Written>::deserialize(deserializer)?;
        let Some(Written { kind, policy, person }) = written else {
            return Ok(Self(domain::event::DecidedBy { policy: NO_POLICY, person: None }));
        };
        match (kind.map(|kind| kind.0), &person) {
            (Some(Decider::Person), None) => return Err(de::Error::custom("expected a member `person`")),
            (Some(Decider::Policy), Some(_)) => {
                return Err(de::Error::custom("expected no `person` where kind is policy"));
            }
            (Some(Decider::Person), Some(_)) | (Some(Decider::Policy), None) | (None, _) => {}
        }
        let policy = policy.map_or(NO_POLICY, |PolicyRef { version, digest }| domain::event::PolicyRef {
            version,
            digest: digest.0,
        });
        Ok(Self(domain::event::DecidedBy { policy, person: person.map(|person| person.0) }))
    }
}

impl JsonSchema for DecidedBy {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "MaybeDecidedBy".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> Schema {
        let mut schema = generator.subschema_for::<Written>();
        schema.insert("default".to_owned(), serde_json::json!({"kind": "policy"}));
        schema
    }
}

impl Shape for domain::event::DecidedBy {
    type Json = DecidedBy;

    fn to_json(&self) -> DecidedBy {
        DecidedBy(self.clone())
    }

    fn from_json(json: DecidedBy, _around: &Around<'_>) -> Self {
        json.0
    }
}

crate::shape::compact::fields! { domain::event::DecidedBy { policy, person } }
