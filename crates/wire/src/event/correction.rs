//! `fact.*`: mistakes and how they are mended, and papers laid down when they were signed.

use domain::event::correction as facts;
use domain::event::correction::CorrectionReason;
use domain::event::{Event, Evidence};
use domain::fact::{Actor, Role};
use domain::id::*;
use domain::time::Instant;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::value::RawValue;

use crate::event;
use crate::shape::compact::{Compact, Damaged, Reader, fields};
use crate::shape::{Absent, Around, Beside, Shape, payload, published, words};

words! {
    CorrectionReason {
        Typo = "typo", WrongIdentity = "wrong_identity", Duplicate = "duplicate", WrongDate = "wrong_date",
        Other = "other", DecidedAnew = "decided_anew",
    }
}

published! {
    /// Who corrects, for sources that say it here and not in the attributes around the payload.
    Corrector {
        principal: Option<PrincipalId>,
        partner: Option<PartnerId>,
        role: Option<Role>,
        network_digest: Option<Digest>,
        session_digest: Option<Digest>,
        email_domain: Option<String>,
    }
}

published! {
    /// The target says something else from now on, or happened at another time, or both.
    Corrected {
        /// The fact that was wrong.
        target: EventId,
        /// What it says instead: `{type, data}`, or the payload alone where only one type of fact has such.
        replaces: Option<Event>,
        /// When it really happened.
        #[serde(rename = "v")]
        valid_at: Option<Instant>,
        reason: CorrectionReason,
        by: Option<Doer>,
        /// A second person, where the correction favours the corrector's side.
        approved_by: Option<PrincipalId>,
        evidence: Option<Evidence>,
    }
}

published! {
    /// The target never happened.
    Retracted {
        /// The fact that was wrong.
        target: EventId,
        reason: CorrectionReason,
        by: Option<Doer>,
        /// A second person, where the retraction favours the retractor's side.
        approved_by: Option<PrincipalId>,
        evidence: Option<Evidence>,
    }
}

/// Who corrects, as a payload says it.
pub(crate) struct Doer(Actor);

impl Shape for Doer {
    type Json = Corrector;

    fn to_json(&self) -> Corrector {
        Corrector {
            principal: self.0.principal.to_json(),
            partner: self.0.partner.to_json(),
            role: Some(self.0.role.to_json()),
            network_digest: self.0.network.to_json(),
            session_digest: self.0.session.to_json(),
            email_domain: self.0.email_domain.clone(),
        }
    }

    fn from_json(json: Corrector, around: &Around<'_>) -> Self {
        let partner: Option<PartnerId> = Shape::from_json(json.partner, around);
        let unsaid = if partner.is_some() { Role::PartnerUser } else { Role::System };
        Self(Actor {
            principal: Shape::from_json(json.principal, around),
            partner,
            role: Option::<Role>::from_json(json.role, around).unwrap_or(unsaid),
            network: Shape::from_json(json.network_digest, around),
            session: Shape::from_json(json.session_digest, around),
            email_domain: json.email_domain,
        })
    }
}

fn done_by(by: Option<&Corrector>, around: &Around<'_>) -> Beside {
    let actor = by.map(|by| Doer::from_json(by.clone(), around).0);
    Beside { actor, ..Beside::default() }
}

impl Shape for facts::Corrected {
    type Json = Corrected;

    fn to_json(&self) -> Corrected {
        Corrected {
            target: self.target.to_json(),
            replaces: self.replaces.to_json(),
            valid_at: self.valid_at.to_json(),
            reason: self.reason.to_json(),
            by: None,
            approved_by: self.approved_by.to_json(),
            evidence: self.evidence.to_json(),
        }
    }

    fn from_json(json: Corrected, around: &Around<'_>) -> Self {
        Self {
            target: Shape::from_json(json.target, around),
            replaces: Shape::from_json(json.replaces, around),
            valid_at: Shape::from_json(json.valid_at, around),
            reason: Shape::from_json(json.reason, around),
            approved_by: Shape::from_json(json.approved_by, around),
            evidence: Shape::from_json(json.evidence, around),
        }
    }

    fn beside(json: &Corrected, around: &Around<'_>) -> Beside {
        done_by(json.by.as_ref(), around)
    }
}

impl Shape for facts::Retracted {
    type Json = Retracted;

    fn to_json(&self) -> Retracted {
        Retracted {
            target: self.target.to_json(),
            reason: self.reason.to_json(),
            by: None,
            approved_by: self.approved_by.to_json(),
            evidence: self.evidence.to_json(),
        }
    }

    fn from_json(json: Retracted, around: &Around<'_>) -> Self {
        Self {
            target: Shape::from_json(json.target, around),
            reason: Shape::from_json(json.reason, around),
            approved_by: Shape::from_json(json.approved_by, around),
            evidence: Shape::from_json(json.evidence, around),
        }
    }

    fn beside(json: &Retracted, around: &Around<'_>) -> Beside {
        done_by(json.by.as_ref(), around)
    }
}

fields! { facts::Corrected { target, replaces, valid_at, reason, approved_by, evidence } }
fields! { facts::Retracted { target, reason, approved_by, evidence } }

payload! {
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
        let text = Box::<RawValue>::deserialize(deserializer)?;
        let told = match serde_json::from_str(text.get()) {
            Ok(Written { name, data }) => Self { name, data },
            Err(error) => {
                Self { name: only_type(text.get()).ok_or_else(|| de::Error::custom(error))?, data: text }
            }
        };
        if told.name.starts_with(CORRECTIONS) {
            return Err(de::Error::custom(
                "expected another fact: a correction is corrected by naming its target",
            ));
        }
        told.event(&Around { vendor: &anybody() }).map_err(de::Error::custom)?;
        Ok(told)
    }
}

const CORRECTIONS: &str = "chaperone.fact.";

/// The one type of fact whose payload looks like this.
fn only_type(payload: &str) -> Option<String> {
    let vendor = anybody();
    let around = Around { vendor: &vendor };
    let fits = |name: &&str| !name.starts_with(CORRECTIONS) && event::read(name, payload, 0, &around).is_ok();
    let mut fitting = event::TYPES.iter().map(|one| one.name).filter(fits);
    let only = fitting.next()?;
    fitting.next().is_none().then(|| only.to_owned())
}

/// Whether a payload can be read does not depend on whose it is; any vendor shows it.
fn anybody() -> VendorId {
    "a".parse().expect("a letter is an id")
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
        json_schema!({"anyOf": [
            {
                "description": "A fact: its type and its data, as the schema of that type says.",
                "type": "object",
                "properties": {"type": {"type": "string", "pattern": "^chaperone[.]"}, "data": {"type": "object"}},
                "required": ["type", "data"],
                "additionalProperties": false
            },
            {"description": "The data alone, where only one type of fact has such.", "type": "object"}
        ]})
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
