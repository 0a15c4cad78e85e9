//! What others tell is read as it was meant, and what is wrong is named with its place.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops where it is")]

use domain::event::Event;
use domain::event::account::AccountEvent;
use domain::event::deal::{DealEvent, Submitted};
use domain::fact::{Class, Origin, Role};
use domain::id::EventId;
use domain::scope::Scope;
use serde_json::{Value, json};
use wire::cloudevents::{RECORD_BYTES_MAX, read, read_batch};
use wire::ids;
use wire::input::{Defaults, Input};
use wire::problem::{Place, Problem};

fn defaults() -> Defaults {
    Defaults {
        vendor: "acme".parse().unwrap(),
        source: "portal".parse().unwrap(),
        now: "2026-07-01T00:00:00Z".parse().unwrap(),
    }
}

fn submitted() -> Value {
    json!({
        "specversion": "1.0", "type": "chaperone.deal.submitted.v1", "source": "crm.example", "id": "e-17",
        "subject": "account-acme.brightwater", "time": "2017-01-05T10:00:00Z",
        "data": {"deal": "d-17", "partner": "northwind", "need": "backup"}
    })
}

/// The event with one place replaced, or taken out when `value` is null.
fn with(mut event: Value, pointer: &str, value: Value) -> Value {
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    let parent = event.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    if value.is_null() {
        parent.remove(member);
    } else {
        parent.insert(member.to_owned(), value);
    }
    event
}

fn one(event: &Value) -> Input {
    let mut inputs = read(event.to_string().as_bytes(), &defaults()).unwrap();
    assert_eq!(inputs.len(), 1);
    inputs.remove(0)
}

fn deal(input: &Input) -> &Submitted {
    let Event::Deal(DealEvent::Submitted(submitted)) = &input.said[0].event else { panic!("{input:?}") };
    submitted
}

#[test]
fn an_event_is_read_with_its_circumstances() {
    let event = with(submitted(), "/actorpartner", json!("northwind"));
    let event = with(event, "/authid", json!("anna@northwind"));
    let event = with(event, "/recordedtime", json!("2017-01-05T10:00:01.5Z"));
    let input = one(&event);
    assert_eq!(input.stream.to_string(), "account-acme.brightwater");
    assert_eq!((input.producer.source.as_str(), input.producer.id.as_str()), ("crm.example", "e-17"));
    assert_eq!(input.origin, Origin::Imported);
    assert_eq!(input.actor.role, Role::PartnerUser);
    assert_eq!(input.actor.principal.as_ref().unwrap().as_str(), "anna@northwind");
    assert_eq!(input.recorded_at.unwrap().to_string(), "2017-01-05T10:00:01.500Z");
    assert_eq!(input.said[0].class, Class::Asked);
    assert_eq!(input.said[0].valid_at.to_string(), "2017-01-05T10:00:00.000Z");
    assert_eq!(deal(&input).scope, Scope::all());
    assert!(deal(&input).missing.is_empty());
}

#[test]
fn a_system_observes_what_a_partner_asks() {
    assert_eq!(one(&submitted()).said[0].class, Class::Observed);
}

#[test]
fn an_imported_approval_is_a_ruling() {
    let approved = json!({
        "specversion": "1.0", "type": "chaperone.deal.approved.v1", "source": "crm.example", "id": "e-18",
        "subject": "account-acme.brightwater", "time": "2017-01-06T10:00:00Z",
        "data": {"deal": "d-17", "protected_from": "2017-01-06T10:00:00Z", "protected_until": "2017-04-06T10:00:00Z"}
    });
    assert_eq!(one(&approved).said[0].class, Class::Ruled);
}

#[test]
fn an_event_without_a_time_is_so_now() {
    let input = one(&with(submitted(), "/time", Value::Null));
    assert_eq!(input.said[0].valid_at, defaults().now);
}

#[test]
fn a_foreign_key_is_always_the_same_thing() {
    let event = with(submitted(), "/data/deal", json!("crm:1C1I7A6R"));
    let event = with(event, "/subject", json!("account-acme.crm:001"));
    let input = one(&event);
    let vendor = &defaults().vendor;
    assert_eq!(deal(&input).deal, ids::deal_id(vendor, &"crm:1C1I7A6R".parse().unwrap()));
    assert_eq!(deal(&input).source.as_ref().unwrap().as_str(), "crm:1C1I7A6R");
    assert_eq!(input.stream.account(), Some(&ids::account_id(vendor, &"crm:001".parse().unwrap())));
}

#[test]
fn a_submission_said_to_be_incomplete_lacks_something() {
    let input = one(&with(submitted(), "/data/complete", json!(false)));
    assert_eq!(deal(&input).missing, ["unspecified"]);
}

#[test]
fn a_customer_introduced_on_the_way_is_opened_too() {
    let customer = json!({"legal_name": "Brightwater AG", "keys": [{"key": "duns:1", "strength": "duns"}]});
    let input = one(&with(submitted(), "/data/customer", customer));
    // The fact itself stays the first, since that is the one producers cite by source and id.
    assert!(matches!(&input.said[0].event, Event::Deal(_)));
    let Event::Account(AccountEvent::Opened(opened)) = &input.said[1].event else { panic!("{input:?}") };
    assert_eq!((opened.legal_name.as_str(), input.said[1].class), ("Brightwater AG", Class::Observed));
}

#[test]
fn an_event_is_cited_by_its_id_or_as_its_producer_knows_it() {
    let confirmed = |reference: Value| {
        let input = one(&with(submitted(), "/data/customer_confirmation", reference));
        deal(&input).customer_confirmation.clone().unwrap()
    };
    let (source, id) = ("crm.example".parse().unwrap(), "e-3".parse().unwrap());
    let told: EventId = ids::event_id(&defaults().vendor, &source, &id, 0);
    let expected = domain::event::Evidence::Event(told);
    assert_eq!(confirmed(json!({"source": "crm.example", "id": "e-3"})), expected);
    assert_eq!(confirmed(json!(told.to_string())), expected);
}

fn correction(data: Value) -> Value {
    json!({
        "specversion": "1.0", "type": "chaperone.fact.corrected.v1", "source": "crm.example", "id": "e-18",
        "subject": "account-acme.brightwater", "time": "2017-01-06T10:00:00Z", "data": data
    })
}

#[test]
fn a_correction_may_say_who_corrects_and_give_the_payload_alone() {
    let target = json!({"source": "crm.example", "id": "e-17"});
    let recorded =
        json!({"holder": "northwind", "scope": {}, "from": "2017-01-05T10:00:00Z", "basis_claimed": "order"});
    let whole = json!({"type": "chaperone.account.holder_recorded.v1", "data": &recorded});
    let by = json!({"principal": "acme/records", "role": "vendor_officer"});
    let data = |replaces| json!({"target": &target, "replaces": replaces, "reason": "typo", "by": &by});
    let (alone, whole) = (one(&correction(data(recorded))), one(&correction(data(whole))));
    assert_eq!(alone.said[0].event, whole.said[0].event);
    assert_eq!(alone.actor.role, Role::VendorOfficer);
    let told = with(
        correction(data(json!({"deal": "d-1", "at": "2017-01-05T10:00:00Z"}))),
        "/actorrole",
        json!("system"),
    );
    assert_eq!(problem(told.to_string().as_bytes()).place, Place::Pointer("/data/replaces/at".to_owned()));
}

#[test]
fn the_attributes_say_who_acted_before_the_payload_does() {
    let data = json!({"target": {"source": "crm.example", "id": "e-17"}, "v": "2017-01-05T10:00:00Z",
        "reason": "wrong_date", "by": {"role": "vendor_officer"}});
    let told = with(correction(data), "/actorpartner", json!("northwind"));
    assert_eq!(one(&told).actor.role, Role::PartnerUser);
}

#[test]
fn a_version_may_be_written_as_a_text() {
    let policy = |version| {
        json!({"deal": "d-17", "reason": "other", "decided_by": {"kind": "policy", "policy":
            {"version": version, "digest": format!("sha256:{}", "0".repeat(64))}}})
    };
    let rejected = with(submitted(), "/type", json!("chaperone.deal.rejected.v1"));
    let rejected = with(rejected, "/actorrole", json!("vendor_officer"));
    let read = |version| one(&with(rejected.clone(), "/data", policy(version))).said[0].event.clone();
    assert_eq!(read(json!("3")), read(json!(3)));
    assert_eq!(read(json!("v3")), read(json!(3)));
}

#[test]
fn the_digest_follows_what_is_said_and_nothing_else() {
    let digest = |event: &Value| one(event).digest;
    let first = digest(&submitted());
    let spaced = serde_json::to_string_pretty(&submitted()).unwrap();
    assert_eq!(read(spaced.as_bytes(), &defaults()).unwrap()[0].digest, first);
    assert_eq!(digest(&with(submitted(), "/id", json!("e-18"))), first);
    assert_eq!(digest(&with(submitted(), "/traceparent", json!("00-1-2-01"))), first);
    assert_ne!(digest(&with(submitted(), "/time", json!("2017-01-05T10:00:01Z"))), first);
    assert_ne!(digest(&with(submitted(), "/data/need", json!("a backup"))), first);
    let form = serde_json_canonicalizer::to_vec(&json!({
        "type": submitted()["type"], "time": submitted()["time"], "subject": submitted()["subject"],
        "data": submitted()["data"],
    }));
    assert_eq!(first, ids::digest(&form.unwrap()));
}

#[test]
fn an_extension_of_somebody_else_is_passed_over() {
    for value in [json!("text"), json!(17), json!(true)] {
        assert_eq!(one(&with(submitted(), "/comexample", value)), one(&submitted()));
    }
}

#[test]
fn a_batch_is_read_one_by_one() {
    let batch = json!([submitted(), with(submitted(), "/data/need", json!(5))]);
    let records = read_batch(batch.to_string().as_bytes(), &defaults()).unwrap();
    assert_eq!(records[0].reading, Ok(vec![one(&submitted())]));
    let problem = records[1].reading.as_ref().unwrap_err();
    assert_eq!(problem.to_string(), "/1/data/need: expected a string, found integer `5`");
}

fn problem(event: &[u8]) -> Problem {
    read(event, &defaults()).expect_err(&String::from_utf8_lossy(&event[..event.len().min(300)]))
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    for line in include_str!("samples/broken.jsonl").lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let event = with(submitted(), case["at"].as_str().unwrap(), case["value"].clone());
        let found = problem(event.to_string().as_bytes()).to_string();
        assert!(found.starts_with(case["problem"].as_str().unwrap()), "{case}\nfound {found}");
    }
}

#[test]
fn a_ruling_is_asked_for_by_a_command_and_told_by_nobody() {
    let event = json!({
        "specversion": "1.0", "type": "chaperone.case.appeal_decided.v1", "source": "crm.example", "id": "e-18",
        "subject": "case-acme.case-1", "actorrole": "adjudicator", "authid": "ada",
        "data": {"outcome": "false_alarm", "grounds": "so it is", "decided_by": "ada"}
    });
    let found = problem(event.to_string().as_bytes());
    assert_eq!(found.place, Place::Pointer("/type".to_owned()));
    assert!(found.expected.ends_with("a case goes on by commands"), "{found}");
}

#[test]
fn what_chaperone_derives_nobody_else_can_tell() {
    let event = json!({
        "specversion": "1.0", "type": "chaperone.account.absorbed.v1", "source": "crm.example", "id": "e-17",
        "subject": "account-acme.brightwater",
        "data": {"into": "a-2", "identity_event": "6b3c2d58-7a0f-5c64-9b1e-3f1f7a5b0a11"}
    });
    let found = problem(event.to_string().as_bytes());
    assert_eq!(found.place, Place::Pointer("/type".to_owned()));
    assert!(found.expected.ends_with("derived by Chaperone itself"), "{found}");
}

#[test]
fn a_partner_named_twice_is_the_same_partner() {
    let enrolled = |partner: &str| {
        json!({
            "specversion": "1.0", "type": "chaperone.partner.enrolled.v1", "source": "prm", "id": "1",
            "subject": "partner-acme.north",
            "data": {"partner": partner, "kinds": ["var"], "legal_name": "North", "origin": "import"}
        })
    };
    assert_eq!(one(&enrolled("north")).said[0].class, Class::Observed);
    let found = problem(enrolled("south").to_string().as_bytes()).to_string();
    assert_eq!(found, "/data/partner: expected north, the partner of the stream, found south");
}

#[test]
fn a_member_that_stands_twice_is_refused() {
    let text = submitted().to_string();
    for (member, doubled) in [
        ("\"deal\":", "\"deal\":\"d-1\",\"deal\":"),
        ("\"id\":", "\"id\":\"1\",\"id\":"),
        ("\"data\":", "\"data\":{},\"data\":"),
        ("\"id\":", "\"extra\":1,\"extra\":1,\"id\":"),
    ] {
        let found = problem(text.replacen(member, doubled, 1).as_bytes());
        assert!(found.expected.contains("found it twice"), "{member} {found}");
    }
}

#[test]
fn bytes_that_are_no_event_end_in_an_error_with_a_place() {
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    let in_data = |data: &str| submitted().to_string().replace("\"backup\"", data);
    let cases: Vec<Vec<u8>> = vec![
        vec![],
        b"null".to_vec(),
        b"[]".to_vec(),
        b"{".to_vec(),
        format!("{}x", submitted()).into_bytes(),
        deep.clone().into_bytes(),
        in_data(&deep).into_bytes(),
        in_data(&"9".repeat(400)).into_bytes(),
        in_data("1e999").into_bytes(),
        in_data("\"\\ud800\"").into_bytes(),
        in_data("\"\u{1}\"").into_bytes(),
        in_data(&format!("\"{}\"", "x".repeat(10_000_000))).into_bytes(),
        submitted().to_string().replace("e-17", "e-\\ud800").into_bytes(),
        with(submitted(), "/comexample", json!("HOLE")).to_string().replace("HOLE", "\\ud800").into_bytes(),
        [&submitted().to_string().as_bytes()[..60], &[0xFF], &submitted().to_string().as_bytes()[60..]]
            .concat(),
    ];
    for case in cases {
        assert!(!problem(&case).expected.is_empty());
    }
    let cut = submitted().to_string();
    for length in 0..cut.len() {
        problem(&cut.as_bytes()[..length]);
    }
    let long = problem(&vec![b' '; RECORD_BYTES_MAX + 1]);
    assert_eq!(long.place, Place::Byte(RECORD_BYTES_MAX as u64));
}

#[test]
fn a_syntax_error_is_named_with_its_byte() {
    let text = submitted().to_string();
    let place = text.find("\"backup\"").unwrap();
    let broken = text.replace("\"backup\"", "backup");
    assert_eq!(problem(broken.as_bytes()).place, Place::Byte(place as u64));
}
