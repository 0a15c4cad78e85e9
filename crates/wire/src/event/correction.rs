//! `fact.*`: mistakes and how they are mended, and papers laid down when they were signed.

use domain::event::correction as facts;
use domain::event::correction::CorrectionReason;
use domain::event::{Event, Evidence};
use domain::id::*;
use domain::time::Instant;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::value::RawValue;

use crate::event;
use crate::shape::compact::{Compact, Damaged, Reader};
use crate::shape::{Absent, Around, Shape, payload, words};

words! {
    CorrectionReason {
        Typo = "typo", WrongIdentity = "wrong_identity", Duplicate = "duplicate", WrongDate = "wrong_date",
        Other = "other",
    }
}

payload! {
    /// The target says something else from now on, or happened at another time, or both.
    Corrected for facts::Corrected {
        /// The fact that was wrong.
        target: EventId,
        /// What it says instead, as `{type, data}`.
        replaces: Option<Event>,
        /// When it really happened.
        valid_at as "v": Option<Instant>,
        reason: CorrectionReason,
        /// A second person, where the correction favours the corrector's side.
        approved_by: Option<PrincipalId>,
        evidence: Option<Evidence>,
    }

    /// The target never happened.
    Retracted for facts::Retracted {
        /// The fact that was wrong.
        target: EventId,
        reason: CorrectionReason,
        /// A second person, where the retraction favours the retractor's side.
        approved_by: Option<PrincipalId>,
        evidence: Option<Evidence>,
    }

    /// A paper's digest, laid down when it was signed.
    Committed for facts::Committed {
        digest: Digest,
        /// What kind of paper, such as `letter`.
        kind: String,
    }
}

/// A fact inside a correction, checked when read and turned into a fact when its vendor is known.
#[derive(Debug, Clone)]
pub struct Told {
    name: String,
    data: Box<RawValue>,
}

impl PartialEq for Told {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.data.get() == other.data.get()
    }
}

impl Absent for Told {}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
struct Written {
    #[serde(rename = "type")]
    name: String,
    data: Box<RawValue>,
}

crate::shape::object::written_as_objects! { Written }

impl Serialize for Told {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written { name: self.name.clone(), data: self.data.clone() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Told {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Written { name, data } = <Written as Deserialize>::deserialize(deserializer)?;
        if name.starts_with("chaperone.fact.") {
            return Err(de::Error::custom(
                "expected another fact: a correction is corrected by naming its target",
            ));
        }
        // Whether a payload can be read does not depend on whose it is; any vendor shows it.
        let anybody = "a".parse().expect("a letter is an id");
        let told = Self { name, data };
        told.event(&Around { vendor: &anybody }).map_err(de::Error::custom)?;
        Ok(told)
    }
}

impl Told {
    fn event(&self, around: &Around<'_>) -> Result<Event, crate::problem::Problem> {
        event::read(&self.name, self.data.get(), 0, around).map(|reading| reading.event)
    }
}

impl JsonSchema for Told {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Fact".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A fact: its type and its data, as the schema of that type says.",
            "type": "object",
            "properties": {"type": {"type": "string", "pattern": "^chaperone[.]"}, "data": {"type": "object"}},
            "required": ["type", "data"],
            "additionalProperties": false
        })
    }
}

impl Shape for Event {
    type Json = Told;

    fn to_json(&self) -> Told {
        let data = serde_json::value::to_raw_value(&event::Data(self));
        Told {
            name: event::name(self).to_owned(),
            data: data.expect("a payload has only text keys, so it can be written"),
        }
    }

    fn from_json(json: Told, around: &Around<'_>) -> Self {
        json.event(around).expect("it was read once already, when the correction was")
    }
}

impl Compact for Event {
    fn put(&self, out: &mut Vec<u8>) {
        event::kind(self).put(out);
        event::put(self, out);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        let kind = u16::take(from)?;
        event::take(kind, from)
    }
}
