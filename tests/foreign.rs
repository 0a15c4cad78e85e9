//! What AWS and Microsoft publish as samples of their own formats, through the real binary.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops where it is")]

use std::path::Path;

use serde_json::{Value, json};
use tests::chaperone::{Chaperone, Finished};
use tests::shared_data::shared_data;

fn ingest(chaperone: &Chaperone, format: &str, file: &Path) -> Finished {
    let arguments = ["ingest", "--output", "json", "--format", format].map(AsRef::as_ref);
    chaperone.run::<&std::ffi::OsStr>(arguments.into_iter().chain([file.as_os_str()]))
}

fn list(chaperone: &Chaperone, things: &str) -> Vec<Value> {
    chaperone.run([things, "list", "--output", "ndjson"]).ended_with(0).ndjson()
}

/// The only account in the book, as shown, without the moment it was asked for.
fn only_account(chaperone: &Chaperone) -> Value {
    let accounts = list(chaperone, "account");
    assert_eq!(accounts.len(), 1, "{accounts:#?}");
    let id = accounts[0]["account"].as_str().unwrap();
    let mut shown = chaperone.run(["account", "show", id, "--output", "json"]).ended_with(0).json();
    let members = shown.as_object_mut().unwrap();
    members.remove("as_of");
    members.remove("known_at");
    shown
}

/// The account and the deal that AWS's sixteen events leave, in the order that `arrange` makes of the lines.
fn after_aws_events(arrange: fn(Vec<&str>) -> Vec<&str>) -> Option<(Value, Value)> {
    let file = shared_data("aws/eventbridge-16-events.jsonl")?;
    let text = std::fs::read_to_string(file).unwrap();
    let lines = arrange(text.lines().collect());
    let chaperone = Chaperone::new();
    let arguments = ["ingest", "-", "--format", "aws-eventbridge", "--output", "json"];
    let told = chaperone.run_with_input(arguments, lines.join("\n").as_bytes()).ended_with(0).json();
    let repeated = lines.len() - 16;
    let expected = json!({"read": lines.len(), "accepted": 16, "repeated": repeated, "refused": 0,
        "quarantined": 0, "cases": 0});
    assert_eq!(told, expected);
    let deal = chaperone.run(["deal", "show", "aws:O5465588", "--output", "json"]).ended_with(0).json();
    assert_eq!(list(&chaperone, "deal"), std::slice::from_ref(&deal), "one deal and no other");
    Some((only_account(&chaperone), deal))
}

#[test]
fn sixteen_aws_events_are_one_deal_in_whatever_order_and_however_often_they_come() {
    let Some(in_order) = after_aws_events(|lines| lines) else { return };
    assert_eq!(in_order.1["registration"], "reported", "an id without content protects nobody");
    let reversed = after_aws_events(|lines| lines.into_iter().rev().collect());
    assert_eq!(reversed.as_ref(), Some(&in_order));
    let twice = after_aws_events(|lines| [lines.clone(), lines].concat());
    assert_eq!(twice.as_ref(), Some(&in_order));
}

/// One file, and what the book keeps of it.
struct Kept {
    format: &'static str,
    file: &'static str,
    /// The customer's name, and its keys in order.
    name: &'static str,
    keys: &'static [&'static str],
    /// Deals by state and outcome, invitations by phase.
    deals: &'static [&'static str],
    handoffs: &'static [&'static str],
}

const KEPT: &[Kept] = &[
    Kept {
        format: "aws-opportunity",
        file: "aws/opportunity-samples_Opportunity-Create-Inbound-Sample.json",
        name: "Test LLC",
        keys: &["duns:123456789", "deal:aws-partner-crm:spmsId/TestIdentifier"],
        deals: &["approved open"],
        handoffs: &[],
    },
    Kept {
        format: "aws-opportunity",
        file: "aws/opportunity-samples_Opportunity-Outbound-Sample.json",
        name: "Test LLC",
        keys: &["duns:123456789", "deal:aws:OXXXXXX"],
        deals: &["approved open"],
        handoffs: &[],
    },
    Kept {
        format: "aws-opportunity",
        file: "aws/partner-central-apis_sample-payloads_createOpportunity.json",
        name: "ValidSandboxCreate",
        keys: &[
            "duns:111100111",
            "aws-account:909090909090",
            "domain:testsite011.amazon.com",
            "deal:aws-request:abcd1234-5678-90ef-gh12-ijkl3456mnop",
        ],
        deals: &["reported open"],
        handoffs: &[],
    },
    Kept {
        format: "aws-opportunity",
        file: "aws/partner-central-apis_sample-payloads_updateOpportunity.json",
        name: "TestAssignEditable1",
        keys: &[
            "duns:111100111",
            "aws-account:909090909090",
            "domain:testassigneditable1.com",
            "deal:aws:O12345678",
        ],
        deals: &["reported open"],
        handoffs: &[],
    },
    // AWS hides the customer until the lead is accepted: what stands in its place is no name.
    Kept {
        format: "aws-lead",
        file: "aws/lead-samples_Lead-Outbound-Sample.json",
        name: "",
        keys: &["deal:aws:LXXXXXX"],
        deals: &[],
        handoffs: &["reported pending"],
    },
    Kept {
        format: "aws-lead",
        file: "aws/lead-samples_Lead-Update-Inbound-Sample.json",
        name: "",
        keys: &["domain:test.com", "deal:aws:L1234567"],
        deals: &[],
        handoffs: &["reported accepted"],
    },
    Kept {
        format: "microsoft-referral",
        file: "microsoft/create-a-referral-1.json",
        name: "Contoso Customer Inc",
        keys: &["deal:microsoft:content-4e45e4c25cb98e63"],
        deals: &["reported open"],
        handoffs: &["reported pending"],
    },
    Kept {
        format: "microsoft-referral",
        file: "microsoft/update-a-referral-1.json",
        name: "Contoso Customer Inc",
        keys: &["deal:microsoft:4111fffc-f9ee-4d53-bba6-569135228642"],
        deals: &["approved won"],
        handoffs: &["reported accepted"],
    },
];

#[test]
fn samples_of_other_systems_become_deals_and_invitations_of_a_known_customer() {
    for kept in KEPT {
        let Some(file) = shared_data(kept.file) else { return };
        let chaperone = Chaperone::new();
        let told = ingest(&chaperone, kept.format, &file).ended_with(0).json();
        assert_eq!((&told["accepted"], &told["quarantined"]), (&json!(1), &json!(0)), "{}", kept.file);
        let account = only_account(&chaperone);
        assert_eq!((&account["name"], &account["keys"]), (&json!(kept.name), &json!(kept.keys)));
        let deals: Vec<String> = list(&chaperone, "deal")
            .iter()
            .map(|deal| {
                [&deal["registration"], &deal["outcome"]].map(|word| word.as_str().unwrap()).join(" ")
            })
            .collect();
        let handoffs: Vec<Value> =
            list(&chaperone, "handoff").into_iter().map(|mut handoff| handoff["phase"].take()).collect();
        assert_eq!(
            (deals, handoffs),
            (strings(kept.deals), strings(kept.handoffs).into_iter().map(Value::from).collect()),
            "{}",
            kept.file
        );
        let shown = account.to_string();
        assert!(!shown.contains("Accept To View"), "a placeholder is no value: {shown}");
    }
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn a_file_of_results_is_turned_away_by_name() {
    let files = [
        ("aws-opportunity", "aws/opportunity-samples_Opportunity-Results_With-Errors-Sample.json"),
        ("aws-lead", "aws/lead-samples_Lead-Results_With-Errors-Sample.json"),
    ];
    for (format, file) in files {
        let Some(file) = shared_data(file) else { return };
        let turned_away = ingest(&Chaperone::new(), format, &file).ended_with(5);
        assert!(turned_away.stderr.contains("/inboundApiResults"), "{turned_away:?}");
        assert!(turned_away.stderr.contains("result file"), "{turned_away:?}");
        assert!(turned_away.stdout.is_empty(), "{turned_away:?}");
    }
}

#[test]
fn a_format_is_not_taken_for_another() {
    let Some(file) = shared_data("microsoft/create-a-referral-1.json") else { return };
    for format in ["aws-opportunity", "aws-lead", "aws-eventbridge", "cloudevents"] {
        let turned_away = ingest(&Chaperone::new(), format, &file).ended_with(5);
        assert!(!turned_away.stderr.is_empty(), "{format}");
    }
}
