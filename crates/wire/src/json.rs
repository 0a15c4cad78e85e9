//! JSON read strictly: what is wrong is named with its place, repeated members are refused, digests are stable.

mod canonical;

use domain::id::Digest;
use serde::{Deserialize, Serialize};
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};
use sha2::{Digest as _, Sha256};

use crate::problem::Problem;

pub(crate) use canonical::append_canonical;

/// The longest sentence about what was expected, in characters: lists of types are cut here.
const EXPECTED_CHARS_MAX: usize = 300;

/// The text of a record.
///
/// # Errors
/// Where the bytes stop being UTF-8.
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str, Problem> {
    std::str::from_utf8(bytes)
        .map_err(|error| Problem::at_byte(offset(error.valid_up_to()), "expected UTF-8"))
}

/// Reads one JSON value; `text` stands at `base` of the document and starts at byte `start` of it.
///
/// # Errors
/// The pointer of what does not fit its shape, or the byte at which the text stops being JSON.
pub(crate) fn parse<'a, T: Deserialize<'a>>(text: &'a str, base: &str, start: u64) -> Result<T, Problem> {
    // Following the path costs time, so it is followed only when there is something to point at.
    serde_json::from_str(text).or_else(|_| parse_with_path(text, base, start))
}

fn parse_with_path<'a, T: Deserialize<'a>>(text: &'a str, base: &str, start: u64) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let pointer = format!("{base}{}", pointer(error.path()));
        problem(error.inner(), pointer, text, start)
    })?;
    deserializer.end().map_err(|error| problem(&error, base.to_owned(), text, start))?;
    Ok(value)
}

fn problem(error: &serde_json::Error, pointer: String, text: &str, start: u64) -> Problem {
    let message = message(error);
    match error.classify() {
        Category::Data => shape_problem(&message, pointer),
        Category::Syntax | Category::Eof | Category::Io => {
            let before: usize =
                text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
            let byte = (before + error.column().saturating_sub(1)).min(text.len());
            Problem::at_byte(start + offset(byte), format!("expected JSON: {message}"))
        }
    }
}

/// The message without the line and column at its end, which the place says better.
fn message(error: &serde_json::Error) -> String {
    let full = error.to_string();
    let end = full.rfind(" at line ").unwrap_or(full.len());
    let cut: String = full[..end].chars().take(EXPECTED_CHARS_MAX).collect();
    cut
}

/// serde's words for a shape that does not fit, as "expected ..., found ...".
fn shape_problem(message: &str, pointer: String) -> Problem {
    let named = |prefix: &str| {
        let rest = message.strip_prefix(prefix)?;
        rest.split('`').nth(1)
    };
    if let Some(name) = named("missing field ") {
        return Problem::at_pointer(pointer, format!("expected a member `{name}`"));
    }
    if let Some(name) = named("unknown field ") {
        let known = message.split_once(", expected ").map_or("no members", |(_, known)| known);
        return Problem::at_pointer(at_member(pointer, name), format!("expected {known}"));
    }
    if let Some(name) = named("duplicate field ") {
        return Problem::at_pointer(at_member(pointer, name), "expected a member once, found it twice");
    }
    let mismatch = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "));
    if let Some((found, expected)) = mismatch.and_then(|rest| rest.rsplit_once(", expected ")) {
        let expected = match expected {
            "u8" | "u16" | "u32" | "u64" | "i64" => "a whole number",
            other if other.starts_with("struct ") || other.ends_with(" tagged enum") => "an object",
            other => other,
        };
        return Problem::at_pointer(pointer, format!("expected {expected}, found {found}"));
    }
    Problem::at_pointer(pointer, message)
}

/// The pointer of a member, whether or not the path already leads to it.
fn at_member(pointer: String, name: &str) -> String {
    if pointer.ends_with(&inside("", name)) { pointer } else { inside(&pointer, name) }
}

fn pointer(path: &Path) -> String {
    path.iter().fold(String::new(), |pointer, segment| match segment {
        Segment::Seq { index } => format!("{pointer}/{index}"),
        Segment::Map { key } => inside(&pointer, key),
        Segment::Enum { .. } | Segment::Unknown => pointer,
    })
}

/// The pointer of a member, its name escaped as RFC 6901 says.
pub(crate) fn inside(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// A place in a text as 64 bits.
pub(crate) fn offset(bytes: usize) -> u64 {
    u64::try_from(bytes).expect("a length in memory fits 64 bits")
}

/// The RFC 8785 form of a value that has one.
pub(crate) fn canonical(value: &impl Serialize) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value).expect("texts and numbers within 53 bits have an RFC 8785 form")
}

/// SHA-256 of bytes.
pub(crate) fn sha256(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}
