//! Broken variants of one CloudEvents line; every one breaks a rule of the format, none is merely unusual.

use serde_json::{Value, json};

use super::{HUGE_TEXT_BYTES, Random, Variant, assembled, with_byte};

/// Stands where a piece of text goes that is no JSON value; no event contains it.
const HOLE: &str = "@@a hole in the text@@";
/// Members without which an event cannot be told from another or cannot be judged.
const REQUIRED: &[&str] =
    &["/specversion", "/id", "/source", "/type", "/data", "/data/deal", "/data/partner"];
const BAD_INSTANTS: &[&str] = &[
    "",
    "yesterday",
    "2017-01-05",
    "2017-01-05T10:00:00",
    "2017-02-30T10:00:00Z",
    "2017-01-05T25:00:00Z",
    "2017-13-05T10:00:00Z",
    "1483610400",
];
const BAD_TYPES: &[&str] = &[
    "",
    "com.example.unheard_of",
    "chaperone.deal.submitted",
    "chaperone.deal.submitted.v0",
    "chaperone.deal.submitted.v999",
    "chaperone.deal.Updated.v1",
    "CHAPERONE.DEAL.SUBMITTED.V1",
];
const BAD_AMOUNTS: &[&str] =
    &["", "-1.00", "NaN", "Infinity", "1e9", "0x10", "1,000.00", "12.345", "99999999999999999999999999.00"];
const BAD_CURRENCIES: &[&str] = &["", "usd", "US", "EURO", "???"];
const BAD_VERSIONS: &[&str] = &["", "0.3", "1", "1.1", "2.0", "one"];

/// Two hundred different broken lines that follow from the seed; none contains a line break.
///
/// # Panics
/// If `valid` is not one JSON object on one line.
pub fn variants(seed: u64, valid: &str) -> Vec<Variant> {
    let valid = valid.trim();
    let event: Value = serde_json::from_str(valid).expect("the text to break is valid JSON");
    assert!(event.is_object() && !valid.contains('\n'), "the text to break is one object on one line");
    let mut random = Random::from_seed(seed);
    let always = [not_an_event(valid), sizes_and_depths(&event), bad_values(&event)].concat();
    let sampled = [missing(&event), wrong_types(&event), repeated_keys(&event)].concat();
    assembled(&mut random, always, sampled, |random| broken_somewhere(random, valid))
}

fn not_an_event(valid: &str) -> Vec<Variant> {
    let utf_16: Vec<u8> = valid.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let texts = [
        ("null", "null".to_owned()),
        ("a number", "17".to_owned()),
        ("a text", "\"event\"".to_owned()),
        ("an empty array", "[]".to_owned()),
        ("an empty object", "{}".to_owned()),
        ("an open brace", "{".to_owned()),
        ("two events on one line", format!("{valid}{valid}")),
        ("something behind the end", format!("{valid} x")),
        ("a comma before the end", format!("{},}}", &valid[..valid.len() - 1])),
        ("single quotes", valid.replace('"', "'")),
        ("a comment", format!("/* an event */ {valid}")),
        ("a page of HTML", "<!DOCTYPE html><title>502 Bad Gateway</title>".to_owned()),
    ];
    texts
        .map(|(name, text)| (name.to_owned(), text.into_bytes()))
        .into_iter()
        .chain([("UTF-16".to_owned(), utf_16), ("64 KiB of zero bytes".to_owned(), vec![0; 64 * 1024])])
        .collect()
}

fn sizes_and_depths(event: &Value) -> Vec<Variant> {
    let huge = "x".repeat(HUGE_TEXT_BYTES);
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    vec![
        ("id of 10 MB".to_owned(), with_value(event, "/id", json!(huge))),
        ("a member of data of 10 MB".to_owned(), with_member(event, "/data", "need", &format!("\"{huge}\""))),
        ("data 129 deep".to_owned(), with_raw(event, "/data", &deep(129))),
        ("data 100,000 deep".to_owned(), with_raw(event, "/data", &deep(100_000))),
        ("arrays opened 100,000 times".to_owned(), "[".repeat(100_000).into_bytes()),
        ("objects opened 100,000 times".to_owned(), "{\"a\":".repeat(100_000).into_bytes()),
        ("id that is a number of 400 digits".to_owned(), with_raw(event, "/id", &"9".repeat(400))),
        ("time that is 1e999".to_owned(), with_raw(event, "/time", "1e999")),
        ("id that is 2^64".to_owned(), with_raw(event, "/id", "18446744073709551616")),
        ("id that is NaN".to_owned(), with_raw(event, "/id", "NaN")),
    ]
}

/// Values of the right JSON type that no rule allows.
fn bad_values(event: &Value) -> Vec<Variant> {
    let mut variants = Vec::new();
    let mut put = |pointer: &str, value: Value| {
        let name = format!("{pointer} is {value}");
        variants.push((name, with_value(event, pointer, value)));
    };
    BAD_VERSIONS.iter().for_each(|text| put("/specversion", json!(text)));
    put("/specversion", json!(1.0));
    BAD_TYPES.iter().for_each(|text| put("/type", json!(text)));
    for pointer in ["/id", "/source", "/subject"] {
        put(pointer, json!(""));
        put(pointer, json!("a\u{0}b"));
    }
    for text in ["no stream at all", "account-acme.", "account-acme.a.b.c", "account-acme.../../etc/passwd"] {
        put("/subject", json!(text));
    }
    for pointer in ["/data/deal", "/data/partner"].iter().filter(|pointer| event.pointer(pointer).is_some()) {
        put(pointer, json!(""));
        put(pointer, json!("../../etc/passwd"));
    }
    for pointer in places(event) {
        let here = event.pointer(&pointer).expect("places are pointers into the event");
        if here.as_str().is_some_and(is_instant) {
            BAD_INSTANTS.iter().for_each(|text| put(&pointer, json!(text)));
        }
        if here.get("amount").is_some() && here.get("currency").is_some() {
            BAD_AMOUNTS.iter().for_each(|text| put(&format!("{pointer}/amount"), json!(text)));
            BAD_CURRENCIES.iter().for_each(|text| put(&format!("{pointer}/currency"), json!(text)));
            put(&format!("{pointer}/amount"), json!(4800.5));
            put(&format!("{pointer}/amount"), json!(-1));
        }
    }
    for pointer in places(event).iter().filter(|pointer| event.pointer(pointer).is_some_and(Value::is_string))
    {
        let name = format!("{pointer} is half of a surrogate pair");
        variants.push((name, with_raw(event, pointer, r#""\ud800""#)));
    }
    variants
}

fn missing(event: &Value) -> Vec<Variant> {
    let present = REQUIRED.iter().filter(|pointer| event.pointer(pointer).is_some());
    present
        .map(|pointer| {
            let mut event = event.clone();
            let (parent, key) = pointer.rsplit_once('/').expect("a pointer has a slash");
            let parent = event.pointer_mut(parent).and_then(Value::as_object_mut);
            parent.expect("its parent is an object").remove(key);
            (format!("no {pointer}"), event.to_string().into_bytes())
        })
        .collect()
}

fn wrong_types(event: &Value) -> Vec<Variant> {
    let replacements = [json!({}), json!([]), json!(true), json!(17), json!("text"), json!([null])];
    let mut variants = Vec::new();
    for pointer in places(event) {
        let here = event.pointer(&pointer).expect("places are pointers into the event");
        for value in replacements.iter().filter(|value| kind(value) != kind(here)) {
            variants.push((
                format!("{pointer} is {value}, not {}", kind(here)),
                with_value(event, &pointer, value.clone()),
            ));
        }
    }
    variants
}

fn repeated_keys(event: &Value) -> Vec<Variant> {
    places(event)
        .into_iter()
        .filter_map(|pointer| {
            let (parent, key) = pointer.rsplit_once('/')?;
            let value = event.pointer(parent)?.as_object()?.get(key)?.to_string();
            Some((format!("{pointer} twice"), with_member(event, parent, key, &value)))
        })
        .collect()
}

/// A cut, a byte that is no UTF-8, or a raw control character, at a drawn place inside the braces.
fn broken_somewhere(random: &mut Random, valid: &str) -> Variant {
    let inside: Vec<usize> = valid.char_indices().map(|(place, _)| place).skip(1).collect();
    let place = *random.pick(&inside);
    match random.below(3) {
        0 => (format!("cut after {place} bytes"), valid.as_bytes()[..place].to_vec()),
        1 => {
            let byte = *random.pick(&[0x80, 0xC0, 0xF5, 0xFF]);
            (format!("byte {byte:#x}, which is no UTF-8, at {place}"), with_byte(valid, place, byte))
        }
        _ => {
            let byte = *random.pick(&[0x00, 0x01, 0x08, 0x1B]);
            (format!("control character {byte:#x} at {place}"), with_byte(valid, place, byte))
        }
    }
}

/// A pointer to every member and element, the root left out.
fn places(event: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), event)];
    while let Some((pointer, value)) = open.pop() {
        let members = value.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), value));
        let elements = value.as_array().into_iter().flatten().enumerate();
        for (key, value) in members.chain(elements.map(|(index, value)| (index.to_string(), value))) {
            let inner = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
            open.push((inner.clone(), value));
            found.push(inner);
        }
    }
    found.sort();
    found
}

fn is_instant(text: &str) -> bool {
    text.parse::<jiff::Timestamp>().is_ok()
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// The event with another value at a place; the member is added where it was absent.
fn with_value(event: &Value, pointer: &str, value: Value) -> Vec<u8> {
    let mut event = event.clone();
    if event.pointer(pointer).is_none() {
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer has a slash");
        let parent = event.pointer_mut(parent).and_then(Value::as_object_mut);
        parent.expect("its parent is an object").insert(key.to_owned(), value);
    } else {
        *event.pointer_mut(pointer).expect("it was just found") = value;
    }
    event.to_string().into_bytes()
}

/// The event with text that need not be JSON at a place.
fn with_raw(event: &Value, pointer: &str, raw: &str) -> Vec<u8> {
    let text = String::from_utf8(with_value(event, pointer, json!(HOLE))).expect("JSON is UTF-8");
    text.replacen(&format!("\"{HOLE}\""), raw, 1).into_bytes()
}

/// The event with one more member in front of an object's own, even if the object has the key already.
fn with_member(event: &Value, parent: &str, key: &str, raw: &str) -> Vec<u8> {
    let object = event.pointer(parent).unwrap_or(&Value::Null).to_string();
    let own = object.strip_prefix('{').expect("the parent is an object");
    let widened = format!("{{{}:{raw},{own}", json!(key));
    if parent.is_empty() { widened.into_bytes() } else { with_raw(event, parent, &widened) }
}

#[cfg(test)]
mod tests {
    use super::variants;
    use crate::malformed::tests::distinct_and_repeatable;

    const VALID: &str = concat!(
        r#"{"specversion":"1.0","type":"chaperone.deal.submitted.v1","source":"crm.example","id":"e-17","#,
        r#""subject":"account-acme.brightwater","time":"2017-01-05T10:00:00Z","datacontenttype":"application/json","#,
        r#""data":{"deal":"d-17","partner":"northwind","scope":{"product_lines":["storage"]},"need":"backup","#,
        r#""expected_value":{"amount":"4800.00","currency":"EUR"},"complete":true,"missing":[]}}"#
    );

    #[test]
    fn two_hundred_broken_events_follow_from_a_seed() {
        distinct_and_repeatable(|seed| variants(seed, VALID), VALID);
    }

    #[test]
    fn every_kind_of_breakage_is_among_them() {
        let seed = 20_161_020;
        let variants = variants(seed, VALID);
        let has = |words: &str| variants.iter().any(|(name, _)| name.contains(words));
        for words in [
            "cut after",
            "is no UTF-8",
            "half of a surrogate",
            "10 MB",
            "100,000",
            "twice",
            "no /",
            "/specversion is",
            "/type is",
            "/time is",
            "/data/expected_value/amount is \"-1.00\"",
            "/data/expected_value/amount is 4800.5",
            "/subject is \"\"",
            r"\u0000",
            ", not a",
        ] {
            assert!(has(words), "seed {seed}: nothing called {words}");
        }
    }

    #[test]
    fn a_broken_event_stays_on_one_line() {
        for (name, bytes) in variants(7, VALID) {
            assert!(!bytes.contains(&b'\n') && !bytes.is_empty(), "{name}");
        }
    }

    #[test]
    fn a_repeated_key_is_written_twice() {
        let variants = variants(7, VALID);
        let (_, bytes) = variants.iter().find(|(name, _)| name.ends_with("twice")).unwrap();
        let text = std::str::from_utf8(bytes).unwrap();
        assert!(text.len() > VALID.len(), "{text}");
        serde_json::from_str::<serde_json::Value>(text).unwrap();
    }
}
