//! The published table of fields: nothing that a real sample holds is left unsaid.

use std::collections::BTreeSet;

use crate::support::sample;

const TABLE: &str = include_str!("../../FORMATS.md");

/// The part of the table about one format.
fn section(title: &str) -> &'static str {
    let from = TABLE.find(&format!("\n## {title}")).unwrap_or_else(|| panic!("no section {title}"));
    let rest = &TABLE[from + 4..];
    rest.find("\n## ").map_or(rest, |end| &rest[..end])
}

fn missing(section: &str, names: BTreeSet<String>) -> Vec<String> {
    names.into_iter().filter(|name| !section.contains(&format!("`{name}`"))).collect()
}

/// The names of a record's fields, and those one level down, with dots.
fn names(value: &serde_json::Value) -> BTreeSet<String> {
    let Some(fields) = value.as_object() else { return BTreeSet::new() };
    let inner = fields.iter().flat_map(|(name, value)| {
        let inner = value.as_object().into_iter().flatten().map(move |(inner, _)| format!("{name}.{inner}"));
        inner.collect::<Vec<_>>()
    });
    fields.keys().cloned().chain(inner).collect()
}

#[test]
fn every_field_of_the_real_samples_is_in_the_table() {
    let samples = [
        ("aws-eventbridge", "aws/eventbridge-16-events.jsonl"),
        ("aws-opportunity: files", "aws/opportunity-samples_Opportunity-Create-Inbound-Sample.json"),
        ("aws-opportunity: files", "aws/opportunity-samples_Opportunity-Outbound-Sample.json"),
        ("aws-opportunity: API", "aws/partner-central-apis_sample-payloads_createOpportunity.json"),
        ("aws-opportunity: API", "aws/partner-central-apis_sample-payloads_updateOpportunity.json"),
        ("aws-lead", "aws/lead-samples_Lead-Outbound-Sample.json"),
        ("aws-lead", "aws/lead-samples_Lead-Update-Inbound-Sample.json"),
        ("microsoft-referral", "microsoft/create-a-referral-1.json"),
        ("microsoft-referral", "microsoft/update-a-referral-1.json"),
    ];
    for (title, name) in samples {
        let Some(bytes) = sample(name) else { continue };
        let text = String::from_utf8(bytes).unwrap();
        let documents: Vec<serde_json::Value> = match serde_json::from_str(&text) {
            Ok(document) => vec![document],
            Err(_) => text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
        };
        for document in documents {
            let mut all = names(&document);
            for list in ["opportunities", "leads", "Leads"] {
                all.extend(document[list].as_array().into_iter().flatten().flat_map(names));
            }
            assert_eq!(missing(section(title), all), Vec::<String>::new(), "{name}");
        }
    }
}

#[test]
fn every_format_has_its_section() {
    for format in wire::foreign::Format::ALL {
        assert!(TABLE.contains(&format!("\n## {format}")), "{format}");
    }
}
