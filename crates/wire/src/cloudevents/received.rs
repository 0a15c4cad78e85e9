//! An event or command as a message with headers: CloudEvents in binary mode is brought into the structured form
//! that everything else is read from.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::Deserialize;

use crate::command;
use crate::json;
use crate::problem::Problem;

/// What a message may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One event or command.
    One,
    /// A JSON list of events.
    Batch,
}

/// The structured form of a message; `headers` have names in lower case.
///
/// # Errors
/// A header is not what CloudEvents makes of an attribute, or the body of a binary message is not UTF-8.
pub fn structured<'a>(headers: &[(String, String)], body: &'a [u8]) -> Result<Cow<'a, [u8]>, Problem> {
    if !headers.iter().any(|(name, _)| name == "ce-specversion") {
        return Ok(Cow::Borrowed(body));
    }
    let mut text = String::with_capacity(body.len() + 512);
    text.push('{');
    for (name, value) in headers {
        let name = match name.strip_prefix("ce-") {
            Some(name) => name,
            None if name == "content-type" => "datacontenttype",
            None => continue,
        };
        let value = decoded(value).ok_or_else(|| {
            Problem::at_pointer(format!("/{name}"), "expected a percent-encoded header, found a stray %")
        })?;
        let quoted = |text: &str| serde_json::to_string(text).expect("text is JSON");
        let written = write!(text, "{}:{},", quoted(name), quoted(&value));
        written.expect("a String takes all that is written to it");
    }
    let data = json::utf8(body)?.trim();
    text.push_str("\"data\":");
    text.push_str(if data.is_empty() { "null" } else { data });
    text.push('}');
    Ok(Cow::Owned(text.into_bytes()))
}

/// Whether the structured body is one event or command, or a list.
pub fn form(body: &[u8]) -> Form {
    match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'[') => Form::Batch,
        _ => Form::One,
    }
}

/// Whether the structured body names a type of command; what cannot be read is no command.
pub fn is_command(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Typed<'a> {
        #[serde(rename = "type", borrow)]
        kind: Cow<'a, str>,
    }
    let kind = serde_json::from_slice::<Typed<'_>>(body).map(|typed| typed.kind);
    kind.is_ok_and(|kind| command::TYPES.iter().any(|known| known.name == kind))
}

/// A header's value without its percent-encoding; `None` where that is broken.
fn decoded(value: &str) -> Option<Cow<'_, str>> {
    if !value.contains('%') {
        return Some(Cow::Borrowed(value));
    }
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        if byte == b'%' {
            let hex = std::str::from_utf8(after.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(hex, 16).ok()?);
            rest = after.get(2..)?;
        } else {
            bytes.push(byte);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_binary_message_reads_as_the_structured_one() {
        let headers = headers(&[
            ("ce-specversion", "1.0"),
            ("ce-type", "chaperone.deal.won.v1"),
            ("ce-source", "crm%20%22Z%C3%BCrich%22"),
            ("content-type", "application/json"),
            ("nats-msg-id", "x"),
        ]);
        let text = structured(&headers, br#"{"deal":"d1"}"#).unwrap();
        let expected = r#"{"specversion":"1.0","type":"chaperone.deal.won.v1","source":"crm \"Zürich\"","datacontenttype":"application/json","data":{"deal":"d1"}}"#;
        assert_eq!(std::str::from_utf8(&text).unwrap(), expected);
        assert!(!is_command(&text));
    }

    #[test]
    fn a_structured_message_stays_as_it_is_and_a_command_is_known_by_its_type() {
        let text = br#"{"type":"chaperone.deal.withdraw.v1"}"#;
        assert_eq!(structured(&[], text).unwrap(), Cow::Borrowed(&text[..]));
        assert!(is_command(text));
        assert!(!is_command(b"[]") && !is_command(b"{") && !is_command(b"{}"));
        assert_eq!((form(b" [1]"), form(text)), (Form::Batch, Form::One));
    }

    #[test]
    fn a_header_with_a_stray_percent_sign_is_named() {
        let headers = headers(&[("ce-specversion", "1.0"), ("ce-source", "100%")]);
        assert_eq!(structured(&headers, b"{}").unwrap_err().place.to_string(), "/source");
    }
}
