//! `case verify`: certificates are asked again of the recorded events alone, and a forged one is told apart.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops where it is")]

use std::sync::Arc;

use domain::event::Event;
use domain::event::case::{CaseEvent, Finding, Opened};
use domain::fact::{Actor, Class, Context, Fact, Origin, Producer};
use domain::id::EventId;
use domain::stream::Stream;
use journal_sqlite::{Options, SqliteJournal};
use ports::{Append, Expect, Journal as _, NewEvent, Select, SystemClock};
use serde_json::Value;
use tests::chaperone::{Chaperone, Finished};
use tests::events::story;
use uuid::Uuid;
use wire::record::{Draft, Place, read_fact, write};

fn told(name: &str) -> Chaperone {
    let chaperone = Chaperone::new();
    let ingested = chaperone.run(["ingest", story(name).to_str().unwrap(), "--output", "json"]);
    assert!([0, 6].contains(&ingested.status), "{}", ingested.stderr);
    chaperone
}

fn verify(chaperone: &Chaperone, arguments: &[&str]) -> Finished {
    chaperone.run(["case", "verify"].iter().chain(arguments))
}

/// The events of all cases, as the journal holds them.
fn case_facts(journal: &SqliteJournal, runtime: &tokio::runtime::Runtime) -> Vec<(Stream, Fact)> {
    let (start, end) = (ports::Position::START, ports::Position::END);
    let page = runtime.block_on(journal.read_all(start, end, Select::Facts, ports::PAGE_EVENTS_MAX)).unwrap();
    let fact = |recorded: &ports::Recorded| {
        let place = Place {
            id: EventId(recorded.id),
            position: recorded.position.lo(),
            revision: recorded.revision,
            recorded_ms: recorded.recorded_ms,
        };
        (recorded.stream.parse().unwrap(), read_fact(&recorded.fact, place).unwrap())
    };
    let facts: Vec<(Stream, Fact)> = page.events.iter().map(fact).collect();
    facts.into_iter().filter(|(stream, _)| matches!(stream, Stream::Case(..))).collect()
}

/// Writes one more case into the journal, whose certificate is the first one there is, as `forge` leaves it.
fn forged(chaperone: &Chaperone, forge: impl Fn(&mut Opened, &mut Finding)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let _entered = runtime.enter();
    let clock = Arc::new(SystemClock);
    let journal = SqliteJournal::open_owner(chaperone.data(), Options::default(), clock).unwrap();
    let facts = case_facts(&journal, &runtime);
    let of_case = |kind: &dyn Fn(&CaseEvent) -> bool| {
        let known = |fact: &Fact| matches!(&fact.event, Event::Case(event) if kind(event));
        facts.iter().find(|(_, fact)| known(fact)).unwrap()
    };
    let (stream, opening) = of_case(&|event| matches!(event, CaseEvent::Opened(_)));
    let (_, found) = of_case(&|event| matches!(event, CaseEvent::FindingRecorded(_)));
    let (Event::Case(CaseEvent::Opened(opened)), Event::Case(CaseEvent::FindingRecorded(finding))) =
        (&opening.event, &found.event)
    else {
        panic!("a case that was opened for a finding");
    };
    let (mut opened, mut finding) = (opened.clone(), finding.clone());
    forge(&mut opened, &mut finding);
    let case = Stream::Case(stream.vendor().clone(), "forged".parse().unwrap());
    let events = [CaseEvent::Opened(opened), CaseEvent::FindingRecorded(finding)].into_iter().map(|event| {
        let draft = Draft {
            id: EventId(Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{event:?}").as_bytes())),
            stream: case.clone(),
            class: Class::Derived,
            origin: Origin::Live,
            producer: Producer { source: "chaperone".parse().unwrap(), id: "forged".parse().unwrap() },
            actor: Actor::system(),
            valid_at: found.meta.valid_at,
            causation: None,
            policy: None,
            context: Context::default(),
            event: Event::Case(event),
        };
        let (text, fact) = write(&draft);
        NewEvent { id: draft.id.0, kind: wire::event::kind(&draft.event), text, fact }
    });
    let append = Append {
        key: Uuid::new_v5(&Uuid::NAMESPACE_OID, b"forged"),
        digest: [0; 32],
        stream: case.to_string().into(),
        expect: Expect::NoStream,
        events: events.collect(),
    };
    runtime.block_on(journal.append(append)).unwrap();
}

#[test]
fn every_certificate_of_a_story_is_accepted() {
    let chaperone = told("t01-direct-grab");
    let answer = verify(&chaperone, &["--all", "--output", "json"]).ended_with(0).json();
    assert_eq!((&answer["certificates"], &answer["accepted"]), (&Value::from(2), &Value::from(2)));
    assert_eq!(answer["rejected"], Value::from(Vec::<Value>::new()));
    let cases = chaperone.run(["case", "list", "--output", "json"]).json();
    let case = cases[0]["case"].as_str().unwrap();
    let said = verify(&chaperone, &[case]).ended_with(0).stdout;
    assert_eq!(said, "2 of 2 certificates accepted\n");
}

#[test]
fn a_case_nobody_knows_is_not_found_and_no_case_at_all_is_no_question() {
    let chaperone = told("l01-customer-chose");
    verify(&chaperone, &["--all"]).ended_with(0);
    verify(&chaperone, &["nobody-knows-it"]).ended_with(3);
    verify(&chaperone, &[]).ended_with(2);
    verify(&chaperone, &["nobody-knows-it", "--all"]).ended_with(2);
}

#[test]
fn a_certificate_copied_into_another_case_is_as_good_as_the_first() {
    let chaperone = told("t03-renewal");
    forged(&chaperone, |_, _| {});
    let answer = verify(&chaperone, &["--all", "--output", "json"]).ended_with(0).json();
    assert_eq!(answer["accepted"], 2);
}

#[test]
fn a_forged_certificate_in_the_journal_is_rejected_and_says_which_part_fails() {
    type Forge = fn(&mut Opened, &mut Finding);
    let forgeries: [(&str, Forge); 4] = [
        ("proof", |_, finding| finding.proof.retain(|event| *event == finding.act)),
        ("parties", |_, finding| finding.actor = "somebody-else".parse().unwrap()),
        ("time", |_, finding| finding.violated_at = finding.violated_at.plus_ms(1)),
        ("case", |opened, _| opened.host = Some("somebody-else".parse().unwrap())),
    ];
    for (part, forge) in forgeries {
        let chaperone = told("t03-renewal");
        forged(&chaperone, forge);
        let answer = verify(&chaperone, &["forged", "--output", "json"]).ended_with(5).json();
        let faults = answer["rejected"][0]["faults"].as_array().unwrap();
        assert!(faults.iter().any(|fault| fault["part"] == part), "{part}: {faults:?}");
        let said = verify(&chaperone, &["--all"]).ended_with(5);
        assert!(said.stdout.contains("1 of 2 certificates accepted"), "{}", said.stdout);
        assert!(said.stdout.contains(&format!("  {part}: ")), "{}", said.stdout);
    }
}

#[test]
fn every_certificate_of_a_simulated_world_is_accepted() {
    let chaperone = Chaperone::new();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("world");
    let arguments = ["simulate", "--seed", "7", "--handoffs", "80", "--mix", "balanced", "--out"];
    chaperone.run(arguments.into_iter().chain([out.to_str().unwrap()])).ended_with(0);
    let events = out.join("events.jsonl");
    let ingested = chaperone.run(["ingest", events.to_str().unwrap()]);
    assert!([0, 6].contains(&ingested.status), "{}", ingested.stderr);
    let answer = verify(&chaperone, &["--all", "--output", "json"]).ended_with(0).json();
    assert!(answer["certificates"].as_u64().unwrap() > 50, "{answer}");
}
