//! JSON as it was written: numbers keep their digits, a key given twice is turned away, places have names.

use std::collections::HashSet;
use std::fmt;

use domain::time::Instant;
use jiff::civil::Date;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::json::inside;
use crate::problem::Problem;

/// How deep values may nest; the deepest real record has six levels.
const DEPTH_MAX: usize = 64;
/// Longest text of one field, in bytes: an event holds 48 KiB in all.
const TEXT_BYTES_MAX: usize = 16 * 1024;
/// What AWS writes in place of a customer's details until the partner accepts.
pub(super) const HIDDEN: &str = "Accept To View";

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    /// The digits as written.
    Number(String),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// The value written in `bytes`.
pub(super) fn parse(bytes: &[u8]) -> Result<Json, Problem> {
    let raw: &RawValue = serde_json::from_slice(bytes).map_err(|error| {
        Problem::at_byte(offset(bytes, &error), format!("expected JSON: {}", reason(&error)))
    })?;
    tree(raw, "", 0)
}

/// The value as compact JSON, with its digits as they were.
pub(super) fn written(json: &Json) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    match json {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => value.to_string(),
        Json::Number(digits) => digits.clone(),
        Json::Text(text) => quoted(text),
        Json::List(items) => format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(",")),
        Json::Object(fields) => {
            let field = |(name, value): &(String, Json)| format!("{}:{}", quoted(name), written(value));
            format!("{{{}}}", fields.iter().map(field).collect::<Vec<_>>().join(","))
        }
    }
}

/// Where in `bytes` the parser stopped.
fn offset(bytes: &[u8], error: &serde_json::Error) -> u64 {
    let before = bytes.split_inclusive(|b| *b == b'\n').take(error.line().saturating_sub(1));
    let at = before.map(<[u8]>::len).sum::<usize>() + error.column().saturating_sub(1);
    u64::try_from(at.min(bytes.len())).unwrap_or(u64::MAX)
}

/// The parser's reason without its own line and column.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split_once(" at line ").map_or(text.clone(), |(reason, _)| reason.to_owned())
}

fn tree(raw: &RawValue, pointer: &str, depth: usize) -> Result<Json, Problem> {
    let text = raw.get();
    let broken =
        |error: serde_json::Error| Problem::at_pointer(pointer, format!("expected JSON: {}", reason(&error)));
    if depth > DEPTH_MAX {
        return Err(Problem::at_pointer(pointer, format!("expected at most {DEPTH_MAX} levels of nesting")));
    }
    match text.as_bytes().first() {
        Some(b'{') => {
            let entries: Entries<'_> = serde_json::from_str(text).map_err(broken)?;
            let mut seen = HashSet::new();
            let mut fields = Vec::with_capacity(entries.0.len());
            for (name, value) in entries.0 {
                let place = inside(pointer, &name);
                if !seen.insert(name.clone()) {
                    return Err(Problem::at_pointer(place, "expected a member once, found it twice"));
                }
                fields.push((name, tree(value, &place, depth + 1)?));
            }
            Ok(Json::Object(fields))
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text).map_err(broken)?;
            let items = items.into_iter().enumerate();
            let items = items.map(|(index, item)| tree(item, &format!("{pointer}/{index}"), depth + 1));
            Ok(Json::List(items.collect::<Result<_, _>>()?))
        }
        Some(b'"') => Ok(Json::Text(serde_json::from_str(text).map_err(broken)?)),
        Some(b'n') => Ok(Json::Null),
        Some(b't') => Ok(Json::Bool(true)),
        Some(b'f') => Ok(Json::Bool(false)),
        _ => Ok(Json::Number(text.to_owned())),
    }
}

/// The entries of an object, repeats included, in the order they were written.
struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<'de>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

impl Json {
    /// The same value for digests: numbers become texts of their digits, so that no float comes near them.
    pub(super) fn content(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Number(text) | Self::Text(text) => text.as_str().into(),
            Self::List(items) => items.iter().map(Self::content).collect(),
            Self::Object(fields) => {
                fields.iter().map(|(name, value)| (name.clone(), value.content())).collect()
            }
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

/// A value and where it stands in its record.
#[derive(Debug, Clone)]
pub(super) struct At<'a> {
    pub(super) json: &'a Json,
    pointer: String,
}

impl<'a> At<'a> {
    pub(super) fn root(json: &'a Json) -> Self {
        Self { json, pointer: String::new() }
    }

    /// What was expected here, and what was there instead.
    pub(super) fn expected(&self, what: &str) -> Problem {
        let found = match self.json {
            Json::Text(text) if text.len() <= 80 => format!("{text:?}"),
            Json::Number(text) if text.len() <= 80 => text.clone(),
            Json::Null
            | Json::Bool(_)
            | Json::Number(_)
            | Json::Text(_)
            | Json::List(_)
            | Json::Object(_) => self.json.kind().to_owned(),
        };
        self.problem(format!("expected {what}, found {found}"))
    }

    /// A problem with what stands here.
    pub(super) fn problem(&self, expected: impl Into<String>) -> Problem {
        Problem::at_pointer(&self.pointer, expected)
    }

    /// The field, unless it is absent, null, blank or hidden.
    pub(super) fn field(&self, name: &str) -> Result<Option<At<'a>>, Problem> {
        let found = self.written(name)?;
        Ok(found.filter(|at| match at.json {
            Json::Null => false,
            Json::Text(text) => !text.trim().is_empty() && text.trim() != HIDDEN,
            Json::Bool(_) | Json::Number(_) | Json::List(_) | Json::Object(_) => true,
        }))
    }

    /// The field as it stands there, null and placeholders included.
    pub(super) fn written(&self, name: &str) -> Result<Option<At<'a>>, Problem> {
        let Json::Object(fields) = self.json else { return Err(self.expected("an object")) };
        let found = fields.iter().find(|(own, _)| own == name);
        Ok(found.map(|(_, json)| At { json, pointer: inside(&self.pointer, name) }))
    }

    /// The field, which must be there.
    pub(super) fn required(&self, name: &str) -> Result<At<'a>, Problem> {
        self.field(name)?
            .ok_or_else(|| Problem::at_pointer(inside(&self.pointer, name), "expected a value, found none"))
    }

    /// The first of these fields that says something.
    pub(super) fn first(&self, names: &[&str]) -> Result<Option<At<'a>>, Problem> {
        for name in names {
            if let Some(found) = self.field(name)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The text of the first of these fields that says something.
    pub(super) fn first_text(&self, names: &[&str]) -> Result<Option<&'a str>, Problem> {
        self.first(names)?.map(|at| at.text()).transpose()
    }

    /// The text, without blanks around it.
    pub(super) fn text(&self) -> Result<&'a str, Problem> {
        match self.json {
            Json::Text(text) if text.len() <= TEXT_BYTES_MAX => Ok(text.trim()),
            Json::Text(_) => Err(self.expected(&format!("at most {TEXT_BYTES_MAX} bytes of text"))),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::List(_) | Json::Object(_) => {
                Err(self.expected("a text"))
            }
        }
    }

    /// The digits of a number, or a text that holds them.
    pub(super) fn digits(&self) -> Result<&'a str, Problem> {
        match self.json {
            Json::Number(digits) => Ok(digits),
            Json::Text(text) => Ok(text.trim()),
            Json::Null | Json::Bool(_) | Json::List(_) | Json::Object(_) => Err(self.expected("a number")),
        }
    }

    pub(super) fn items(&self) -> Result<Vec<At<'a>>, Problem> {
        let Json::List(items) = self.json else { return Err(self.expected("a list")) };
        let items = items.iter().enumerate();
        Ok(items.map(|(index, json)| At { json, pointer: format!("{}/{index}", self.pointer) }).collect())
    }

    pub(super) fn instant(&self) -> Result<Instant, Problem> {
        self.text()?.parse().map_err(|_| self.expected("an RFC 3339 instant such as 2026-03-01T09:00:00Z"))
    }

    /// A date, or the date an instant starts with.
    pub(super) fn date(&self) -> Result<Date, Problem> {
        let text = self.text()?;
        let day = text.split_once('T').map_or(text, |(day, _)| day);
        day.parse().map_err(|_| self.expected("a date such as 2026-03-01"))
    }

    /// The meaning of the text in `words`, matched without regard to case.
    pub(super) fn one_of<T: Copy>(&self, words: &[(&str, T)]) -> Result<T, Problem> {
        let text = self.text()?;
        let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
        found.map(|(_, meaning)| *meaning).ok_or_else(|| {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.expected(&format!("one of {}", words.join(", ")))
        })
    }
}
