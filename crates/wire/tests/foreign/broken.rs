//! Inputs that are broken in every way we can think of: each is read or turned away, none is a panic.

use wire::foreign::Format;

use crate::support::{problems, read, sample};

const SAMPLES: [(Format, &str); 9] = [
    (Format::AwsEventbridge, "aws/eventbridge-16-events.jsonl"),
    (Format::AwsOpportunity, "aws/opportunity-samples_Opportunity-Create-Inbound-Sample.json"),
    (Format::AwsOpportunity, "aws/opportunity-samples_Opportunity-Outbound-Sample.json"),
    (Format::AwsOpportunity, "aws/partner-central-apis_sample-payloads_createOpportunity.json"),
    (Format::AwsOpportunity, "aws/partner-central-apis_sample-payloads_updateOpportunity.json"),
    (Format::AwsLead, "aws/lead-samples_Lead-Outbound-Sample.json"),
    (Format::AwsLead, "aws/lead-samples_Lead-Update-Inbound-Sample.json"),
    (Format::MicrosoftReferral, "microsoft/create-a-referral-1.json"),
    (Format::MicrosoftReferral, "microsoft/update-a-referral-1.json"),
];

const OWN: [(Format, &str); 4] = [
    (
        Format::AwsEventbridge,
        r#"{"id":"e","detail-type":"Opportunity Created","source":"aws.partnercentral-selling","account":"1","time":"2026-01-02T03:04:05Z","detail":{"opportunity":{"identifier":"O1"}}}"#,
    ),
    (
        Format::AwsOpportunity,
        r#"{"spmsId":"p","opportunities":[{"apnCrmUniqueIdentifier":"O1","customerDuns":"123456789","customerSoftwareValue":1.5,"customerSoftwareValueCurrency":"USD"}]}"#,
    ),
    (Format::AwsLead, r#"{"spmsId":"p","leads":[{"apnCrmUniqueIdentifier":"L1","website":"a.example"}]}"#),
    (
        Format::MicrosoftReferral,
        r#"{"id":"r","organizationId":"o","status":"Closed","substatus":"Won","customerProfile":{"ids":[]},"details":{"dealValue":5e1,"currency":"USD"}}"#,
    ),
];

/// Own examples always, real samples where they are present.
fn files() -> Vec<(Format, Vec<u8>)> {
    let own = OWN.into_iter().map(|(format, text)| (format, text.as_bytes().to_vec()));
    let real = SAMPLES.into_iter().filter_map(|(format, name)| Some((format, sample(name)?)));
    own.chain(real).collect()
}

#[test]
fn a_file_cut_off_at_any_byte_is_read_or_turned_away() {
    for (format, bytes) in files() {
        // Cutting sixteen lines at every byte says nothing that cutting two does not.
        let end = bytes.len().min(4_096);
        for length in 0..end {
            let cut = read(format, &bytes[..length]);
            assert!(!bytes[..length].trim_ascii().is_empty() || cut.is_err(), "an empty file is nothing");
        }
    }
    let table = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\r\nA1,P,\"X\"\"y\",C,Won,10/20/2016,3/1/2017,1\r\n";
    for length in 0..table.len() {
        let _ = read(Format::Csv, &table.as_bytes()[..length]);
    }
}

#[test]
fn a_byte_replaced_by_any_troublesome_one_is_read_or_turned_away() {
    for (format, bytes) in files() {
        for at in (0..bytes.len().min(3_000)).step_by(23) {
            for byte in [0, b'"', b'{', b']', b'\\', 0xff, b'9', b'\n'] {
                let mut changed = bytes.clone();
                changed[at] = byte;
                let _ = read(format, &changed);
            }
        }
    }
}

#[test]
fn a_value_of_another_type_anywhere_is_read_or_turned_away_with_its_place() {
    let replacements = [
        "null",
        "true",
        "-1",
        "1e400",
        "\"\"",
        "\" \"",
        "\"\\u0000\"",
        "[]",
        "{}",
        "[[{}]]",
        "\"@\"",
        "\"1e99\"",
    ];
    for (format, bytes) in files() {
        let text = String::from_utf8(bytes).unwrap();
        let line = if format == Format::AwsEventbridge { text.lines().next().unwrap() } else { &text };
        let document: serde_json::Value = serde_json::from_str(line).unwrap();
        for pointer in pointers(&document, String::new()) {
            for replacement in replacements {
                let mut changed = document.clone();
                *changed.pointer_mut(&pointer).unwrap() = serde_json::json!("<here>");
                let changed = changed.to_string().replace("\"<here>\"", replacement);
                if let Ok(records) = read(format, changed.as_bytes()) {
                    for problem in records.into_iter().filter_map(|record| record.reading.err()) {
                        assert!(problem.to_string().contains(": expected "), "{problem}");
                    }
                }
            }
        }
    }
}

fn pointers(value: &serde_json::Value, own: String) -> Vec<String> {
    let inner: Vec<String> = match value {
        serde_json::Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| {
                pointers(value, format!("{own}/{}", name.replace('~', "~0").replace('/', "~1")))
            })
            .collect(),
        serde_json::Value::Array(items) => items
            .iter()
            .enumerate()
            .flat_map(|(index, value)| pointers(value, format!("{own}/{index}")))
            .collect(),
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::String(_) => Vec::new(),
    };
    std::iter::once(own).chain(inner).collect()
}

#[test]
fn one_broken_line_does_not_take_the_others_with_it() {
    let good = OWN[0].1;
    let broken = [format!("{good}\n{{\"id\":\n{good}"), format!("{{\"id\":\n{good}\nnull")];
    assert_eq!(
        problems(Format::AwsEventbridge, broken[0].as_bytes()),
        ["line 2: byte 5: expected JSON: EOF while parsing a value"]
    );
    let problems = problems(Format::AwsEventbridge, broken[1].as_bytes());
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[1].starts_with("line 3: the document: expected an object, found null"), "{problems:?}");
}

#[test]
fn a_key_that_stands_twice_is_malformed() {
    let twice = OWN[0].1.replace("\"id\":\"e\"", "\"id\":\"e\",\"\\u0069d\":\"f\"");
    assert!(
        read(Format::AwsEventbridge, twice.as_bytes())
            .unwrap_err()
            .to_string()
            .starts_with("/id: expected a member once")
    );
}

#[test]
fn nesting_without_end_and_lines_without_end_are_turned_away() {
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    for format in [Format::AwsEventbridge, Format::AwsLead] {
        assert!(read(format, deep.as_bytes()).is_err());
    }
    let good = OWN[0].1;
    let long = format!("{good}\n{{\"id\":\"{}\"}}\n{good}\n", "x".repeat(2 * 1024 * 1024));
    let problems = problems(Format::AwsEventbridge, long.as_bytes());
    assert_eq!(problems, ["line 2: byte 1048576: expected a line of at most 1048576 bytes"]);
    let large = format!("[{}", " ".repeat(9 * 1024 * 1024));
    assert!(read(Format::AwsLead, large.as_bytes()).unwrap_err().to_string().contains("JSON lines"));
}
