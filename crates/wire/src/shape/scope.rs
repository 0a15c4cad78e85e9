//! Scopes: an absent dimension means all, and so does an absent scope.

use std::borrow::Cow;
use std::fmt;

use domain::id::Term;
use domain::scope::Dimension;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::shape::compact::{Compact, Damaged, Reader};
use crate::shape::{Absent, Around, Shape, Text};

/// Product lines x territories x segments. Left out altogether it means everything.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scope(domain::scope::Scope);

/// What part of a customer's business is meant; a dimension left out means all of it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
#[schemars(rename = "Scope")]
struct Written {
    product_lines: Terms,
    territories: Terms,
    segments: Terms,
}

/// Terms of one dimension: `"*"`, a list, or all `except` some.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Terms(Dimension);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
struct AllBut {
    except: Vec<Text<Term>>,
}

crate::shape::object::read_as_objects! { Written, AllBut }

impl Absent for Scope {}

impl Shape for domain::scope::Scope {
    type Json = Scope;

    fn to_json(&self) -> Scope {
        Scope(self.clone())
    }

    fn from_json(json: Scope, _around: &Around<'_>) -> Self {
        json.0
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let dimensions = [
            ("product_lines", &self.0.product_lines),
            ("territories", &self.0.territories),
            ("segments", &self.0.segments),
        ];
        let stated = dimensions.iter().filter(|(_, dimension)| !dimension.is_all()).count();
        let mut fields = serializer.serialize_struct("Scope", stated)?;
        for (name, dimension) in dimensions {
            match dimension {
                Dimension::Except(terms) if terms.is_empty() => fields.skip_field(name)?,
                Dimension::Except(terms) => {
                    let except = std::collections::BTreeMap::from([("except", texts(terms))]);
                    fields.serialize_field(name, &except)?;
                }
                Dimension::Only(terms) => fields.serialize_field(name, &texts(terms))?,
            }
        }
        fields.end()
    }
}

fn texts(terms: &[Term]) -> Vec<&str> {
    terms.iter().map(Term::as_str).collect()
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MaybeScope;

        impl<'de> de::Visitor<'de> for MaybeScope {
            type Value = Scope;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a scope {product_lines, territories, segments}")
            }

            fn visit_none<E: de::Error>(self) -> Result<Scope, E> {
                Ok(Scope::default())
            }

            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Scope, D::Error> {
                let Written { product_lines, territories, segments } =
                    <Written as Deserialize>::deserialize(deserializer)?;
                Ok(Scope(domain::scope::Scope {
                    product_lines: product_lines.0,
                    territories: territories.0,
                    segments: segments.0,
                }))
            }
        }

        // A member that may be missing is one that is read as an option.
        deserializer.deserialize_option(MaybeScope)
    }
}

impl JsonSchema for Scope {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "MaybeScope".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = generator.subschema_for::<Written>();
        schema.insert("default".to_owned(), serde_json::json!({}));
        schema
    }
}

impl<'de> Deserialize<'de> for Terms {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AllOrList;

        impl<'de> de::Visitor<'de> for AllOrList {
            type Value = Dimension;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("\"*\" or a list of terms")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Dimension, E> {
                if text == "*" {
                    return Ok(Dimension::ALL);
                }
                Err(E::invalid_value(de::Unexpected::Str(text), &self))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Dimension, A::Error> {
                let mut terms: Vec<Term> = Vec::new();
                while let Some(term) = seq.next_element::<Text<Term>>()? {
                    terms.push(term.0);
                }
                if terms.is_empty() {
                    return Err(de::Error::custom(
                        "expected \"*\" or at least one term, found an empty list",
                    ));
                }
                Ok(Dimension::only(terms))
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Dimension, A::Error> {
                let all_but =
                    <AllBut as Deserialize>::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(Dimension::Except(all_but.except.into_iter().map(|term| term.0).collect()))
            }
        }

        struct MaybeTerms;

        impl<'de> de::Visitor<'de> for MaybeTerms {
            type Value = Terms;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("\"*\" or a list of terms")
            }

            fn visit_none<E: de::Error>(self) -> Result<Terms, E> {
                Ok(Terms::default())
            }

            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Terms, D::Error> {
                deserializer.deserialize_any(AllOrList).map(Terms)
            }
        }

        deserializer.deserialize_option(MaybeTerms)
    }
}

impl JsonSchema for Terms {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Terms".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let term = generator.subschema_for::<Text<Term>>();
        let all_but = generator.subschema_for::<AllBut>();
        json_schema!({
            "anyOf": [{"const": "*"}, {"type": "array", "items": term, "minItems": 1}, all_but],
            "default": "*"
        })
    }
}

impl Compact for Dimension {
    fn put(&self, out: &mut Vec<u8>) {
        let (tag, terms) = match self {
            Self::Except(terms) => (0, terms),
            Self::Only(terms) => (1, terms),
        };
        out.push(tag);
        terms.put(out);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        match from.byte()? {
            0 => Vec::take(from).map(Self::Except),
            1 => Vec::take(from).map(Self::Only),
            _ => Err(Damaged),
        }
    }
}

crate::shape::compact::fields! { domain::scope::Scope { product_lines, territories, segments } }
