//! What differs between two policies: each changed number with its place, and what it governs.

use std::collections::BTreeSet;

use domain::policy::Policy;
use schemars::SchemaGenerator;
use serde_json::{Map, Value};

use super::{document, schema};
use crate::answers::PolicyChange;
use crate::json;

/// Every number and switch that differs, in the order of their places in the document.
pub fn diff(old: &Policy, new: &Policy) -> Vec<PolicyChange> {
    let [old, new] = [old, new].map(document);
    let schema = schema(&mut SchemaGenerator::default()).to_value();
    let mut walk = Walk { schema: &schema, changes: Vec::new() };
    walk.compare(String::new(), &old, &new, &schema);
    walk.changes
}

struct Walk<'a> {
    schema: &'a Value,
    changes: Vec<PolicyChange>,
}

impl Walk<'_> {
    /// Objects are compared member by member, where one side may lack what the other names; lists as a whole.
    fn compare(&mut self, place: String, was: &Value, is: &Value, schema: &Value) {
        if was == is {
            return;
        }
        let nothing = Map::new();
        let members = |value: &Value| value.as_object().cloned().or(value.is_null().then(|| nothing.clone()));
        let (Some(old), Some(new)) = (members(was), members(is)) else {
            let governs = self.described(schema);
            self.changes.push(PolicyChange { place, was: was.clone(), is: is.clone(), governs });
            return;
        };
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for name in names {
            let below = self.below(schema, name).clone();
            let [was, is] = [&old, &new].map(|side| side.get(name).unwrap_or(&Value::Null));
            self.compare(json::inside(&place, name), was, is, &below);
        }
    }

    /// The schema of a member.
    fn below<'s>(&'s self, schema: &'s Value, name: &str) -> &'s Value {
        let schema = self.resolved(schema);
        let named = schema.pointer("/properties").and_then(|properties| properties.get(name));
        named.or_else(|| schema.get("additionalProperties")).unwrap_or(&Value::Null)
    }

    /// The schema a reference leads to, also where null is allowed beside it.
    fn resolved<'s>(&'s self, schema: &'s Value) -> &'s Value {
        let options = schema.get("anyOf").and_then(Value::as_array).into_iter().flatten();
        let mut candidates = std::iter::once(schema).chain(options);
        let reference = candidates.find_map(|one| one.get("$ref").and_then(Value::as_str));
        let target = reference.and_then(|reference| self.schema.pointer(reference.trim_start_matches('#')));
        target.unwrap_or(schema)
    }

    fn described(&self, schema: &Value) -> String {
        let said = |schema: &Value| schema.get("description").and_then(Value::as_str).map(str::to_owned);
        let said = said(schema).or_else(|| said(self.resolved(schema))).unwrap_or_default();
        said.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}
