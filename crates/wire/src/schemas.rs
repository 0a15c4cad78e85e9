//! One JSON Schema (2020-12) per type of event and command, and one for the policy.

/// The URI of the schema of a type, which is also its `$id`.
pub fn uri(name: &str) -> String {
    format!("urn:chaperone:schemas:{}", file_name(name))
}

/// The file in `schemas/` that holds the schema of a type, such as `deal.submitted.v1.json`.
pub fn file_name(name: &str) -> String {
    format!("{}.json", name.strip_prefix("chaperone.").unwrap_or(name))
}
