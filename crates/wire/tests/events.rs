//! Every type of event is read, written, stored in both forms and described by its schema.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops where it is")]

use std::collections::BTreeSet;

use domain::fact::Fact;
use domain::id::{EventId, InputId, SourceId, VendorId};
use serde_json::{Value, json};
use wire::record::{self, Draft, Place};
use wire::{event, ids};

const SAMPLES: &str = include_str!("samples/events.jsonl");
const PLACE: Place =
    Place { id: EventId(uuid::Uuid::nil()), position: 17, revision: 3, recorded_ms: 1_780_000_000_000 };

fn samples() -> Vec<Value> {
    SAMPLES.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn stream_of(name: &str) -> &'static str {
    match name.split('.').nth(1).unwrap() {
        "partner" => "partner-acme.north",
        "identity" => "identity-acme",
        "case" => "case-acme.case-1",
        "program" => "program-acme",
        _ => "account-acme.brightwater",
    }
}

/// The text as it is stored, around a sample.
fn stored(sample: &Value) -> Value {
    let name = sample["type"].as_str().unwrap();
    json!({
        "specversion": "1.0", "id": PLACE.id.to_string(), "source": "chaperone", "type": name,
        "subject": stream_of(name), "time": "2026-03-01T09:00:00.000Z", "datacontenttype": "application/json",
        "dataschema": wire::schemas::uri(name), "producersource": "crm.example", "producerid": "17",
        "class": "observed", "origin": "imported", "authtype": "user", "authid": "anna@north",
        "actorpartner": "north", "actorrole": "partner_user",
        "actornetwork": format!("sha256:{}", "1f".repeat(32)), "actorsession": format!("sha256:{}", "2e".repeat(32)),
        "actoremaildomain": "north.example", "causationid": "6b3c2d58-7a0f-5c64-9b1e-3f1f7a5b0a11",
        "policydigest": format!("sha256:{}", "3d".repeat(32)), "identityrevision": "4",
        "partnerrevisions": "north=2 south=9", "data": sample["data"],
    })
}

fn fact_of(sample: &Value) -> Fact {
    let text = stored(sample).to_string();
    record::read_text(text.as_bytes(), PLACE).unwrap_or_else(|problem| panic!("{problem}\n{sample}"))
}

fn draft(sample: &Value) -> Draft {
    let Fact { meta, event } = fact_of(sample);
    Draft {
        id: meta.id,
        stream: stream_of(sample["type"].as_str().unwrap()).parse().unwrap(),
        class: meta.class,
        origin: meta.origin,
        producer: meta.producer,
        actor: meta.actor,
        valid_at: meta.valid_at,
        causation: meta.causation,
        policy: meta.policy,
        context: meta.context,
        event,
    }
}

#[test]
fn every_type_has_a_sample_and_every_number_is_given_once() {
    let with_sample: BTreeSet<String> =
        samples().iter().map(|sample| sample["type"].as_str().unwrap().to_owned()).collect();
    let names: BTreeSet<String> = event::TYPES.iter().map(|one| one.name.to_owned()).collect();
    assert_eq!(names, with_sample, "tests/samples/events.jsonl lacks a type, or names one there is not");
    let kinds: BTreeSet<u16> = event::TYPES.iter().map(|one| one.kind).collect();
    assert_eq!(kinds.len(), event::TYPES.len());
    for one in event::TYPES {
        assert_eq!(event::kind_of(one.name), Some(one.kind));
        assert_eq!(event::kinds(|name| name == one.short_name()), [one.kind]);
    }
}

#[test]
fn what_is_written_is_what_was_read() {
    for sample in samples() {
        let (text, _) = record::write(&draft(&sample));
        let written: Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(written, stored(&sample));
    }
}

#[test]
fn the_compact_form_says_what_the_text_says() {
    for sample in samples() {
        let draft = draft(&sample);
        let (text, fact) = record::write(&draft);
        assert_eq!(record::read_fact(&fact, PLACE).unwrap(), fact_of(&sample));
        assert_eq!(record::check(&text, &fact, PLACE), Ok(()));
        assert_eq!(record::peek_valid_at(&fact), Ok(draft.valid_at));
        assert_eq!(event::kind_of(event::name(&draft.event)), Some(event::kind(&draft.event)));
    }
}

#[test]
fn a_compact_form_that_was_cut_or_changed_is_found_out() {
    for sample in samples() {
        let (text, fact) = record::write(&draft(&sample));
        for length in 0..fact.len() {
            assert!(record::read_fact(&fact[..length], PLACE).is_err(), "{length} of {} bytes", fact.len());
        }
        for place in 0..fact.len() {
            let mut changed = fact.to_vec();
            changed[place] ^= 0x01;
            assert!(record::check(&text, &changed, PLACE).is_err(), "byte {place} of {sample}");
        }
    }
}

#[test]
fn a_sample_is_what_its_schema_describes() {
    for sample in samples() {
        let name = sample["type"].as_str().unwrap();
        let file = format!("{}.json", name.strip_prefix("chaperone.").unwrap());
        let schema = wire::schemas::all().into_iter().find(|schema| schema.name == file).unwrap();
        let validator = jsonschema::draft202012::new(&serde_json::from_str(&schema.text).unwrap()).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&sample["data"]).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
        assert!(!validator.is_valid(&json!({"unheard_of": 1})), "{name}");
    }
}

#[test]
fn a_published_event_has_its_place_in_the_journal() {
    let (text, _) = record::write(&draft(&samples()[0]));
    let full: Value = serde_json::from_slice(&record::render(&text, 17, PLACE.recorded_ms)).unwrap();
    assert_eq!(full["sequence"], "00000000000000000017");
    assert_eq!(full["recordedtime"], "2026-05-28T20:26:40.000Z");
    assert_eq!(full["data"], samples()[0]["data"]);
}

#[test]
fn the_worked_examples_of_ids_hold() {
    let vendor: VendorId = "acme".parse().unwrap();
    let source: SourceId = "crm".parse().unwrap();
    let id: InputId = "17".parse().unwrap();
    let other: InputId = "order \"9\"".parse().unwrap();
    // UUIDv5 in 39640e3a-4f5a-50fc-bf73-4dacebd92afa over ["acme","crm","17",0] and ["acme","crm","order \"9\"",1].
    assert_eq!(ids::event_id(&vendor, &source, &id, 0).to_string(), "529dda80-e9e7-56ae-9f18-2575afef29b4");
    assert_eq!(
        ids::event_id(&vendor, &source, &other, 1).to_string(),
        "ac33a522-eb3c-5f0e-aa41-ea95b639911e"
    );
    assert_eq!(
        ids::account_id(&vendor, &"crm:1C1I7A6R".parse().unwrap()).as_str(),
        "zdsam4m7fjp4lfwyypl3b4qqba"
    );
}
