//! The RFC 8785 form of JSON as it was received, written without building a tree.
//!
//! `serde_json_canonicalizer` gives the same bytes (a test compares the two) but parses every member's name
//! again and allocates for every fragment; here a record is digested in less than a microsecond.

mod plain;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Appends the RFC 8785 form of a JSON text to `out`.
///
/// # Errors
/// The text is no JSON, a member stands twice, or a number has no such form.
pub(crate) fn append_canonical(text: &str, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    let start = out.len();
    if plain::append(text, out).is_some() {
        return Ok(());
    }
    out.truncate(start);
    append_parsed(text, out)
}

fn append_parsed(text: &str, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    Value(out).deserialize(&mut deserializer)?;
    deserializer.end()
}

/// Writes one value behind what is already there.
struct Value<'o>(&'o mut Vec<u8>);

/// A member's name that is borrowed unless it has escapes.
#[derive(Deserialize)]
#[serde(transparent)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// Integers up to here are the same as doubles.
const EXACT_MAX: u64 = 1 << 53;

impl Value<'_> {
    fn text<E: de::Error>(self, text: &str) -> Result<(), E> {
        serde_json::to_writer(self.0, text).map_err(E::custom)
    }

    fn number<E: de::Error>(self, number: impl serde::Serialize) -> Result<(), E> {
        serde_json_canonicalizer::to_writer(&number, self.0).map_err(E::custom)
    }

    fn plain(self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.plain("null");
        Ok(())
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<(), E> {
        self.plain(if value { "true" } else { "false" });
        Ok(())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<(), E> {
        if value <= EXACT_MAX {
            self.plain(&value.to_string());
            return Ok(());
        }
        self.number(value)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<(), E> {
        self.number(value)
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<(), E> {
        self.number(value)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        self.text(text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let out = self.0;
        out.push(b'[');
        let empty = out.len();
        loop {
            let before = out.len();
            if before > empty {
                out.push(b',');
            }
            if seq.next_element_seed(Value(out))?.is_none() {
                out.truncate(before);
                break;
            }
        }
        out.push(b']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let out = self.0;
        let start = out.len();
        let mut members: Vec<(Cow<'de, str>, Range<usize>)> = Vec::new();
        while let Some(Name(name)) = map.next_key()? {
            let from = out.len();
            Value(out).text::<A::Error>(&name)?;
            out.push(b':');
            map.next_value_seed(Value(out))?;
            members.push((name, from..out.len()));
        }
        // RFC 8785 sorts names by their UTF-16 code units.
        members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
        if let Some(pair) = members.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(de::Error::custom(format_args!("duplicate field `{}`", pair[0].0)));
        }
        let mut sorted = Vec::with_capacity(out.len() - start + members.len());
        for (_, member) in members {
            if !sorted.is_empty() {
                sorted.push(b',');
            }
            sorted.extend_from_slice(&out[member]);
        }
        out.truncate(start);
        out.push(b'{');
        out.append(&mut sorted);
        out.push(b'}');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::{append_canonical, append_parsed, plain};

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_filter("JSON has no NaN", |n| n.is_finite()).prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::hash_map(any::<String>(), inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_is_the_form_the_library_gives(value in any_json()) {
            let mut ours = Vec::new();
            append_canonical(&value.to_string(), &mut ours).unwrap();
            let theirs = serde_json_canonicalizer::to_vec(&value).unwrap();
            prop_assert_eq!(String::from_utf8(ours).unwrap(), String::from_utf8(theirs).unwrap());
        }
    }

    /// JSON that is nearly plain, nearly JSON, or both.
    fn any_text() -> impl Strategy<Value = String> {
        let pieces = prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            " ",
            "\n",
            "\"\"",
            "\"a\"",
            "\"b\"",
            "\"é\"",
            "\"\\n\"",
            "0",
            "-0",
            "01",
            "-7",
            "1.0",
            "1e3",
            "123456789012345",
            "1234567890123456",
            "true",
            "nul",
            "\"open",
            "\u{1}",
        ]);
        prop_oneof![
            prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat()),
            any_json().prop_map(|value| value.to_string()),
            any_json().prop_map(|value| format!("{value:#}")),
        ]
    }

    proptest! {
        #[test]
        fn what_is_copied_as_plain_is_what_parsing_gives(text in any_text()) {
            let (mut copied, mut parsed) = (Vec::new(), Vec::new());
            if plain::append(&text, &mut copied).is_some() {
                append_parsed(&text, &mut parsed).unwrap();
                prop_assert_eq!(String::from_utf8(copied).unwrap(), String::from_utf8(parsed).unwrap());
            }
        }
    }

    #[test]
    fn a_usual_record_is_plain() {
        let text = r#"{"partner":"p-1","scope":{"lines":["a", "b"],"all":false},"need":"Kühlung","net":-12}"#;
        let mut copied = Vec::new();
        assert!(plain::append(text, &mut copied).is_some());
        let sorted =
            r#"{"need":"Kühlung","net":-12,"partner":"p-1","scope":{"all":false,"lines":["a","b"]}}"#;
        assert_eq!(String::from_utf8(copied).unwrap(), sorted);
    }

    #[test]
    fn a_name_that_stands_twice_is_refused_however_it_is_escaped() {
        for text in [r#"{"a":1,"a":2}"#, r#"[{"b":{"a":1,"\u0061":1}}]"#] {
            let error = append_canonical(text, &mut Vec::new()).unwrap_err().to_string();
            assert!(error.starts_with("duplicate field `a`"), "{error}");
        }
    }

    #[test]
    fn space_and_order_do_not_matter() {
        let mut bytes = Vec::new();
        append_canonical("{ \"b\" : [ 1 , {} , [] ] ,\n \"a\" : \"\\u00e9\" }", &mut bytes).unwrap();
        assert_eq!(bytes, serde_json_canonicalizer::to_vec(&json!({"a": "é", "b": [1, {}, []]})).unwrap());
    }
}
