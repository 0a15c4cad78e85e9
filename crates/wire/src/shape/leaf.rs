//! The smallest things: ids, instants, digests, texts, numbers and references to events.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use domain::id::*;
use domain::money::{BasisPoints, Currency};
use domain::time::Instant;
use jiff::civil::Date;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::ids;
use crate::shape::compact::{Compact, Damaged, Reader, put_text};
use crate::shape::{Absent, Around, Shape};

/// A thing written as text that its own type reads and writes.
#[derive(Debug, Clone, PartialEq)]
pub struct Text<T>(pub(crate) T);

/// What the schema says of a thing written as text.
pub(crate) trait Form: FromStr<Err: fmt::Display> + fmt::Display {
    fn schema() -> Schema;
}

impl<T> Absent for Text<T> {}

impl<T: fmt::Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de, T: Form> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reads<T>(PhantomData<T>);

        impl<T: Form> de::Visitor<'_> for Reads<T> {
            type Value = Text<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Text<T>, E> {
                text.parse().map(Text).map_err(|error| misread(&error, text))
            }
        }

        deserializer.deserialize_str(Reads(PhantomData))
    }
}

impl<T: Form> JsonSchema for Text<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        T::schema()
    }
}

/// An error that says what was expected and quotes what was there, shortened.
pub(crate) fn misread<E: de::Error>(expected: &dyn fmt::Display, found: &str) -> E {
    const QUOTED_CHARS_MAX: usize = 60;
    let quoted: String = found.chars().take(QUOTED_CHARS_MAX).collect();
    let more = if quoted.len() < found.len() { "..." } else { "" };
    E::custom(format_args!("{expected}, found {quoted:?}{more}"))
}

fn reference_schema() -> Schema {
    json_schema!({"type": "string", "minLength": 1, "maxLength": REFERENCE_BYTES_MAX})
}

fn token_schema() -> Schema {
    json_schema!({"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,62}$"})
}

macro_rules! forms {
    ($($type:ty => $schema:expr;)*) => {$(
        impl Form for $type {
            fn schema() -> Schema {
                $schema
            }
        }

        impl Shape for $type {
            type Json = Text<Self>;

            fn to_json(&self) -> Text<Self> {
                Text(self.clone())
            }

            fn from_json(json: Text<Self>, _around: &Around<'_>) -> Self {
                json.0
            }
        }
    )*};
}

forms! {
    VendorId => token_schema();
    CaseId => token_schema();
    CalendarId => token_schema();
    BatchId => token_schema();
    Term => token_schema();
    PrincipalId => reference_schema();
    ContactRef => reference_schema();
    Key => json_schema!({"type": "string", "minLength": 1, "maxLength": REFERENCE_BYTES_MAX,
        "description": "A thing as another system knows it, `system:foreign id`."});
    SourceId => reference_schema();
    InputId => reference_schema();
    Digest => json_schema!({"type": "string", "pattern": "^sha256:[0-9a-fA-F]{64}$"});
    Instant => json_schema!({"type": "string", "format": "date-time"});
    Currency => json_schema!({"type": "string", "pattern": "^[A-Z]{3}$"});
}

/// A civil date, as it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Day(Date);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Day {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let written = text.len() == "2026-03-01".len();
        let date = written.then(|| text.parse().ok()).flatten();
        date.map(Self).ok_or(BadId { expected: "a date such as 2026-03-01" })
    }
}

impl Form for Day {
    fn schema() -> Schema {
        json_schema!({"type": "string", "format": "date"})
    }
}

impl Shape for Date {
    type Json = Text<Day>;

    fn to_json(&self) -> Text<Day> {
        Text(Day(*self))
    }

    fn from_json(json: Text<Day>, _around: &Around<'_>) -> Self {
        json.0.0
    }
}

macro_rules! compact_texts {
    ($($type:ty),* $(,)?) => {$(
        impl Compact for $type {
            fn put(&self, out: &mut Vec<u8>) {
                put_text(self.as_str(), out);
            }

            fn take(from: &mut Reader<'_>) -> Result<Self, Damaged> {
                from.text()?.parse().map_err(|_| Damaged)
            }
        }
    )*};
}

compact_texts! {
    VendorId, AccountId, PartnerId, DealId, HandoffId, ChangeId, LetterId, NoticeId, OrderId, QuoteId,
    ContractId, CommissionId, CaseId, FreezeId, CommitmentId, CalendarId, BatchId, Term, PrincipalId,
    ContactRef, Key, SourceId, InputId,
}

/// An id, or the key under which another system knows the thing; from a key the id is derived.
#[derive(Debug, Clone, PartialEq)]
pub enum Known<T> {
    /// The id itself.
    Id(T),
    /// `system:foreign id`.
    Key(Key),
}

impl<T> Absent for Known<T> {}

impl<T> Known<T> {
    /// The foreign key, if the thing was given by one.
    pub(crate) fn key(&self) -> Option<&Key> {
        match self {
            Self::Id(_) => None,
            Self::Key(key) => Some(key),
        }
    }
}

impl<T: fmt::Display> fmt::Display for Known<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Key(key) => key.fmt(f),
        }
    }
}

impl<T: FromStr<Err = BadId>> FromStr for Known<T> {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        match text.split_once(':') {
            None => text.parse().map(Self::Id),
            Some((system, foreign)) if !system.is_empty() && !foreign.trim().is_empty() => {
                text.parse().map(Self::Key)
            }
            Some(_) => Err(BadId { expected: "an id, or a foreign key written system:foreign id" }),
        }
    }
}

impl<T: fmt::Display> Serialize for Known<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<T: FromStr<Err = BadId> + fmt::Display> Form for Known<T> {
    fn schema() -> Schema {
        json_schema!({"type": "string", "minLength": 1, "maxLength": REFERENCE_BYTES_MAX,
            "pattern": "^([a-z0-9][a-z0-9_-]{0,62}|[^:]+:.+)$"})
    }
}

impl<'de, T: FromStr<Err = BadId> + fmt::Display> Deserialize<'de> for Known<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Text::<Self>::deserialize(deserializer).map(|text| text.0)
    }
}

impl<T: FromStr<Err = BadId> + fmt::Display> JsonSchema for Known<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Known".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        Self::schema()
    }
}

macro_rules! known {
    ($($type:ty),* $(,)?) => {$(
        impl Shape for $type {
            type Json = Known<Self>;

            fn to_json(&self) -> Known<Self> {
                Known::Id(self.clone())
            }

            fn from_json(json: Known<Self>, around: &Around<'_>) -> Self {
                match json {
                    Known::Id(id) => id,
                    Known::Key(key) => ids::known_by(around.vendor, &key),
                }
            }
        }
    )*};
}

known! {
    AccountId, PartnerId, DealId, HandoffId, ChangeId, LetterId, NoticeId, OrderId, QuoteId, ContractId,
    CommissionId, FreezeId, CommitmentId,
}

/// An event, by its id or as its producer knows it.
#[derive(Debug, Clone, PartialEq)]
pub enum Reference {
    /// The event's own id.
    Event(EventId),
    /// What its producer called it: the first fact of that record.
    Told(SourceId, InputId),
}

impl Absent for Reference {}

impl Reference {
    pub(crate) fn resolve(&self, vendor: &VendorId) -> EventId {
        match self {
            Self::Event(id) => *id,
            Self::Told(source, id) => ids::event_id(vendor, source, id, 0),
        }
    }
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Told {
    source: Text<SourceId>,
    id: Text<InputId>,
}

impl Serialize for Reference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Event(id) => serializer.collect_str(id),
            Self::Told(source, id) => {
                Told { source: Text(source.clone()), id: Text(id.clone()) }.serialize(serializer)
            }
        }
    }
}

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct IdOrTold;

        impl<'de> de::Visitor<'de> for IdOrTold {
            type Value = Reference;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an event id, or {source, id} of the record that told it")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Reference, E> {
                text.parse().map(Reference::Event).map_err(|error| misread(&error, text))
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Reference, A::Error> {
                let told = Told::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(Reference::Told(told.source.0, told.id.0))
            }
        }

        deserializer.deserialize_any(IdOrTold)
    }
}

impl JsonSchema for Reference {
    fn schema_name() -> Cow<'static, str> {
        "Reference".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let told = generator.subschema_for::<Told>();
        json_schema!({
            "description": "An event, by its id or by source and id of the record that told it.",
            "anyOf": [{"type": "string", "format": "uuid"}, told]
        })
    }
}

impl Shape for EventId {
    type Json = Reference;

    fn to_json(&self) -> Reference {
        Reference::Event(*self)
    }

    fn from_json(json: Reference, around: &Around<'_>) -> Self {
        json.resolve(around.vendor)
    }
}

impl Compact for EventId {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0.as_bytes());
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        from.array().map(uuid::Uuid::from_bytes).map(Self)
    }
}

impl Compact for Digest {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        from.array().map(Self)
    }
}

impl Compact for Instant {
    fn put(&self, out: &mut Vec<u8>) {
        self.unix_ms().put(out);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        Self::from_unix_ms(i64::take(from)?).ok_or(Damaged)
    }
}

impl Compact for Date {
    fn put(&self, out: &mut Vec<u8>) {
        i64::from(self.year()).put(out);
        out.extend_from_slice(&[self.month().cast_unsigned(), self.day().cast_unsigned()]);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        let year = i16::try_from(i64::take(from)?).map_err(|_| Damaged)?;
        let [month, day] = from.array()?;
        Self::new(year, month.cast_signed(), day.cast_signed()).map_err(|_| Damaged)
    }
}

macro_rules! plain {
    ($($type:ty),*) => {$(
        impl Absent for $type {}

        impl Shape for $type {
            type Json = Self;

            fn to_json(&self) -> Self {
                self.clone()
            }

            fn from_json(json: Self, _around: &Around<'_>) -> Self {
                json
            }
        }
    )*};
}

plain!(String, bool, u8, u16, u32, u64, i64);

/// A share in basis points, 0 to 100,000.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Share(BasisPoints);

impl Absent for Share {}

impl TryFrom<u32> for Share {
    type Error = &'static str;
    fn try_from(points: u32) -> Result<Self, Self::Error> {
        BasisPoints::new(points).map(Self).ok_or("expected basis points from 0 to 100000")
    }
}

impl From<Share> for u32 {
    fn from(share: Share) -> Self {
        share.0.get()
    }
}

impl JsonSchema for Share {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "BasisPoints".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "integer", "minimum": 0, "maximum": 100_000})
    }
}

impl Shape for BasisPoints {
    type Json = Share;

    fn to_json(&self) -> Share {
        Share(*self)
    }

    fn from_json(json: Share, _around: &Around<'_>) -> Self {
        json.0
    }
}

impl Compact for BasisPoints {
    fn put(&self, out: &mut Vec<u8>) {
        self.get().put(out);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        Self::new(u32::take(from)?).ok_or(Damaged)
    }
}
