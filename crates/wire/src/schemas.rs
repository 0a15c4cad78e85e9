//! One JSON Schema (2020-12) per type of event and command, and one for the policy.
//!
//! They are generated from the shapes that are read and written, doc comments included, and kept as files
//! in `schemas/`, so that a change to what we publish is seen before it is made.

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::Value;

use crate::{command, event, policy};

/// A schema and the file that holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Such as `deal.submitted.v1.json`.
    pub name: String,
    /// JSON, indented, with a line break at its end.
    pub text: String,
}

/// Every schema, by file name.
pub fn all() -> Vec<File> {
    let events = event::TYPES.iter().map(|one| (file_name(one.name), one.name, one.schema));
    let commands =
        command::TYPES.iter().map(|one| (format!("command.{}", file_name(one.name)), one.name, one.schema));
    let policy = ("policy.v1.json".to_owned(), "chaperone.policy.v1", policy::schema as Generate);
    let mut files: Vec<File> = events.chain(commands).chain([policy]).map(file).collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

/// The URI of the schema of a type of event, which is also its `$id`.
pub fn uri(name: &str) -> String {
    uri_of_file(&file_name(name))
}

type Generate = fn(&mut SchemaGenerator) -> Schema;

fn file((name, title, generate): (String, &str, Generate)) -> File {
    let mut schema = generate(&mut SchemaSettings::draft2020_12().into_generator());
    schema.insert("$id".to_owned(), uri_of_file(&name).into());
    schema.insert("title".to_owned(), title.into());
    let mut schema = schema.to_value();
    may_be_left_out(&mut schema);
    let text = serde_json::to_string_pretty(&schema).expect("a schema has only text keys");
    File { name, text: format!("{text}\n") }
}

fn file_name(name: &str) -> String {
    format!("{}.json", name.strip_prefix("chaperone.").unwrap_or(name))
}

fn uri_of_file(name: &str) -> String {
    format!("urn:chaperone:schemas:{name}")
}

/// Takes every member with a default off the list of required ones.
fn may_be_left_out(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            let has_default = |name: &Value, properties: &Value| {
                name.as_str().and_then(|name| properties.get(name)?.get("default")).is_some()
            };
            let properties = object.get("properties").cloned().unwrap_or_default();
            if let Some(Value::Array(required)) = object.get_mut("required") {
                required.retain(|name| !has_default(name, &properties));
            }
            if object.get("required").is_some_and(|required| required.as_array().is_some_and(Vec::is_empty)) {
                object.remove("required");
            }
            object.values_mut().for_each(may_be_left_out);
        }
        Value::Array(items) => items.iter_mut().for_each(may_be_left_out),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
