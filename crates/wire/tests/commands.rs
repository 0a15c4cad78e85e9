//! Every command is read, described by its schema, and known by its id or its content.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops where it is")]

use std::collections::BTreeSet;

use domain::command::{Command, DealCommand, HandoffCommand};
use domain::fact::Role;
use serde_json::{Value, json};
use wire::command::{TYPES, read};
use wire::input::Defaults;

fn defaults() -> Defaults {
    Defaults {
        vendor: "acme".parse().unwrap(),
        source: "portal".parse().unwrap(),
        now: "2026-07-01T00:00:00Z".parse().unwrap(),
    }
}

fn samples() -> Vec<Value> {
    include_str!("samples/commands.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn subject(name: &str) -> &'static str {
    match name.split('.').nth(1).unwrap() {
        "partner" => "partner-acme.north",
        "case" => "case-acme.case-1",
        "program" => "program-acme",
        "identity" => "identity-acme",
        _ => "account-acme.brightwater",
    }
}

fn command(sample: &Value) -> Value {
    json!({"type": sample["type"], "subject": subject(sample["type"].as_str().unwrap()), "data": sample["data"]})
}

fn sample(name: &str) -> Value {
    samples().into_iter().find(|sample| sample["type"] == name).unwrap()
}

#[test]
fn every_command_has_a_sample_that_can_be_read() {
    let mut with_sample = BTreeSet::new();
    for sample in samples() {
        let input = read(command(&sample).to_string().as_bytes(), &defaults());
        input.unwrap_or_else(|problem| panic!("{problem}\n{sample}"));
        with_sample.insert(sample["type"].as_str().unwrap().to_owned());
    }
    let names: BTreeSet<String> = TYPES.iter().map(|one| one.name.to_owned()).collect();
    assert_eq!(names, with_sample, "tests/samples/commands.jsonl lacks a command, or names one there is not");
}

#[test]
fn a_sample_is_what_its_schema_describes() {
    for sample in samples() {
        let name = sample["type"].as_str().unwrap();
        let file = format!("command.{}.json", name.strip_prefix("chaperone.").unwrap());
        let schema = wire::schemas::all().into_iter().find(|schema| schema.name == file).unwrap();
        let validator = jsonschema::draft202012::new(&serde_json::from_str(&schema.text).unwrap()).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&sample["data"]).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
}

#[test]
fn a_command_is_read_with_who_asks() {
    let mut approve = command(&sample("chaperone.deal.approve.v1"));
    approve["id"] = json!("c-1");
    approve["source"] = json!("desk");
    approve["authid"] = json!("officer-7");
    approve["actorrole"] = json!("vendor_officer");
    let input = read(approve.to_string().as_bytes(), &defaults()).unwrap();
    assert_eq!(input.command, Command::Deal(DealCommand::Approve { deal: "d-1".parse().unwrap() }));
    assert_eq!((input.producer.source.as_str(), input.producer.id.as_str()), ("desk", "c-1"));
    assert_eq!(input.actor.role, Role::VendorOfficer);
}

#[test]
fn a_command_without_an_id_is_known_by_its_content() {
    let extend = command(&sample("chaperone.deal.extend.v1"));
    let read = |value: &Value| read(value.to_string().as_bytes(), &defaults()).unwrap();
    let first = read(&extend);
    assert_eq!(first.producer.source.as_str(), "portal");
    assert_eq!(read(&extend).producer, first.producer);
    let mut other = extend.clone();
    other["data"]["deal"] = json!("d-2");
    assert_ne!(read(&other).producer, first.producer);
}

#[test]
fn an_invitation_may_leave_its_life_to_the_policy() {
    let input =
        read(command(&sample("chaperone.handoff.invite.v1")).to_string().as_bytes(), &defaults()).unwrap();
    let Command::Handoff(HandoffCommand::Invite { invitation, expires_at }) = input.command else { panic!() };
    assert_eq!((expires_at, invitation.host_signed_at), (None, defaults().now));
}

#[test]
fn what_is_wrong_in_a_command_is_named_with_its_place() {
    let cases = [
        (json!({"type": "chaperone.deal.submitted.v1", "subject": "account-acme.x", "data": {}}), "/type"),
        (
            json!({"type": "chaperone.deal.approve.v1", "subject": "program-acme", "data": {"deal": "d-1"}}),
            "/subject",
        ),
        (
            json!({"type": "chaperone.deal.approve.v1", "subject": "account-acme.x", "data": {"deal": 1}}),
            "/data/deal",
        ),
        (
            json!({"type": "chaperone.account.lift_freeze.v1", "subject": "account-acme.x",
                "data": {"freeze": "f-1", "handoff": "h-1", "by": "host"}}),
            "/data",
        ),
        (
            json!({"type": "chaperone.fact.correct.v1", "subject": "account-acme.x", "data": {
                "target": "6b3c2d58-7a0f-5c64-9b1e-3f1f7a5b0a11", "reason": "typo",
                "replaces": {"type": "chaperone.deal.won.v1", "data": {"deal": "d-1"}}}}),
            "/data/replaces",
        ),
    ];
    for (command, pointer) in cases {
        let problem = read(command.to_string().as_bytes(), &defaults()).unwrap_err();
        assert!(problem.to_string().starts_with(&format!("{pointer}: ")), "{pointer} {problem}");
    }
}
