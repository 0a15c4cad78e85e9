//! An event as it is published on the bus: CloudEvents 1.0 in binary mode, attributes as headers and the data alone.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use domain::time::Instant;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::json;
use crate::problem::Problem;
use crate::record;

/// What stands before an attribute's name in a header.
const PREFIX: &str = "ce-";
/// Room for the attributes of most events.
const ATTRIBUTES: usize = 24;

/// An event in binary mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binary {
    /// `ce-` with the name of an attribute, in lower case, and its value, percent-encoded where it is not
    /// plain ASCII; in the order in which the event is written.
    pub headers: Vec<(Cow<'static, str>, String)>,
    /// The data, JSON, byte for byte as it is recorded.
    pub data: Bytes,
    /// SHA-256 of the whole event as [`record::render`] writes it.
    pub digest: [u8; 32],
}

/// The recorded `text` of the event at `position`, in binary mode.
///
/// # Errors
/// It is no text that [`record::write`] wrote.
pub fn publish(text: &Bytes, position: u64, recorded_ms: i64) -> Result<Binary, Problem> {
    let stored: Stored<'_> = json::parse(json::utf8(text)?, "", 0)?;
    let recorded_at = Instant::from_unix_ms(recorded_ms).unwrap_or(Instant::EARLIEST);
    let mut headers = Vec::with_capacity(ATTRIBUTES);
    headers.push((header("sequence"), format!("{position:020}")));
    headers.push((header("recordedtime"), recorded_at.to_string()));
    let own = stored.attributes.into_iter();
    headers.extend(own.map(|(name, value)| (header(name), encoded(value))));
    let data = text.slice_ref(stored.data.get().as_bytes());
    Ok(Binary { headers, data, digest: digest(text, position, recorded_ms) })
}

/// What tells the recorded event from every other: SHA-256 of the event as [`record::render`] writes it, its
/// place in the journal included.
pub fn digest(text: &[u8], position: u64, recorded_ms: i64) -> [u8; 32] {
    json::sha256(&record::render(text, position, recorded_ms)).0
}

/// A recorded text: every member but `data` is an attribute, and its value a string.
struct Stored<'a> {
    attributes: Vec<(&'a str, String)>,
    data: &'a RawValue,
}

impl<'de> Deserialize<'de> for Stored<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(StoredVisitor)
    }
}

struct StoredVisitor;

impl<'de> Visitor<'de> for StoredVisitor {
    type Value = Stored<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a recorded event")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut attributes = Vec::with_capacity(ATTRIBUTES);
        let mut data = None;
        while let Some(name) = members.next_key::<&str>()? {
            if name == "data" {
                data = Some(members.next_value()?);
            } else {
                attributes.push((name, members.next_value()?));
            }
        }
        let data = data.ok_or_else(|| serde::de::Error::missing_field("data"))?;
        Ok(Stored { attributes, data })
    }
}

/// The header of an attribute: every name that [`record::write`] writes is there already.
fn header(name: &str) -> Cow<'static, str> {
    let known = match name {
        "specversion" => "ce-specversion",
        "id" => "ce-id",
        "source" => "ce-source",
        "type" => "ce-type",
        "subject" => "ce-subject",
        "time" => "ce-time",
        "datacontenttype" => "ce-datacontenttype",
        "dataschema" => "ce-dataschema",
        "producersource" => "ce-producersource",
        "producerid" => "ce-producerid",
        "class" => "ce-class",
        "origin" => "ce-origin",
        "authtype" => "ce-authtype",
        "authid" => "ce-authid",
        "actorpartner" => "ce-actorpartner",
        "actorrole" => "ce-actorrole",
        "actornetwork" => "ce-actornetwork",
        "actorsession" => "ce-actorsession",
        "actoremaildomain" => "ce-actoremaildomain",
        "causationid" => "ce-causationid",
        "policydigest" => "ce-policydigest",
        "identityrevision" => "ce-identityrevision",
        "partnerrevisions" => "ce-partnerrevisions",
        "sequence" => "ce-sequence",
        "recordedtime" => "ce-recordedtime",
        other => return format!("{PREFIX}{other}").into(),
    };
    known.into()
}

/// Percent-encoded as the HTTP and NATS bindings of CloudEvents ask: everything but printable ASCII, and
/// space, the quotation mark and the percent sign.
fn encoded(value: String) -> String {
    let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'%');
    if value.bytes().all(plain) {
        return value;
    }
    let encode = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    value.bytes().map(encode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"specversion":"1.0","id":"7d9f","source":"chaperone","type":"chaperone.deal.won.v1","subject":"account-acme.north","producersource":"crm \"Zürich\" 100%","data":{"deal":"d1",  "at":"2026-01-02T00:00:00.000Z"}}"#;

    #[test]
    fn attributes_become_headers_and_the_data_stays_as_it_is() {
        let text = Bytes::from_static(TEXT.as_bytes());
        let binary = publish(&text, 42, 1_780_056_000_000).unwrap();
        let value = |name: &str| {
            let found = binary.headers.iter().find(|(found, _)| found == name);
            found.map(|(_, value)| value.as_str()).unwrap_or_default()
        };
        assert_eq!(value("ce-sequence"), "00000000000000000042");
        assert_eq!(value("ce-recordedtime"), "2026-05-29T12:00:00.000Z");
        assert_eq!(value("ce-type"), "chaperone.deal.won.v1");
        assert_eq!(value("ce-producersource"), "crm%20%22Z%C3%BCrich%22%20100%25");
        assert_eq!(value("ce-data"), "");
        assert_eq!(&binary.data[..], br#"{"deal":"d1",  "at":"2026-01-02T00:00:00.000Z"}"#);
    }

    #[test]
    fn the_digest_tells_the_same_text_at_another_place_or_time_apart() {
        let first = digest(TEXT.as_bytes(), 42, 1_780_056_000_000);
        assert_eq!(first, digest(TEXT.as_bytes(), 42, 1_780_056_000_000));
        assert_ne!(first, digest(TEXT.as_bytes(), 43, 1_780_056_000_000));
        assert_ne!(first, digest(TEXT.as_bytes(), 42, 1_780_056_000_001));
        assert_ne!(first, digest(TEXT.replace("d1", "d2").as_bytes(), 42, 1_780_056_000_000));
    }

    #[test]
    fn a_text_that_is_no_record_is_refused_where_it_is_wrong() {
        let check = |text: &'static str| publish(&Bytes::from_static(text.as_bytes()), 1, 0).unwrap_err();
        check("{}");
        check(r#"{"id":7,"data":{}}"#);
        check("[]");
    }
}
