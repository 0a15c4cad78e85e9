//! kill -9 of the real binary under load: what was acknowledged is there, once, and what was cut off is finished
//! by saying the same again.
//!
//! `CHAPERONE_KILLS=50 cargo test -p tests --test kill -- --nocapture` for a long run; `CHAPERONE_SEED` repeats one.

use std::collections::{BTreeMap, HashMap};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tests::chaperone::{Chaperone, program};
use tests::generator::{Plan, write_history};
use tests::random::Random;
use ureq::Agent;

const TOLD: Plan = Plan { events: 3_000, accounts: 150, seed: 7 };
/// Some six chunks, so that kills meet both passes.
const FED: Plan = Plan { events: 6_000, accounts: 300, seed: 7 };
/// Kills of each kind in an ordinary run.
const KILLS: u64 = 3;
const SEED: u64 = 20_260_529;
/// Senders at a time; each account's events come from one of them, in order.
const SENDERS: usize = 4;

#[test]
fn what_is_acknowledged_over_http_is_there_once_after_every_kill() {
    let seed = number("CHAPERONE_SEED", SEED);
    let (lines, mut random) = (history(&TOLD), Random::from_seed(seed));
    let chaperone = Chaperone::new();
    let mut acknowledged: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let kills = number("CHAPERONE_KILLS", KILLS);
    for kill in 0..kills {
        let open = (lines.len() - acknowledged.len()) as u64;
        let after = 1 + random.below(2 * open / (kills - kill + 1));
        let new = kill_a_server(&chaperone, &lines, &acknowledged, after);
        acknowledged.extend(new);
        let recorded = recorded_once(&chaperone);
        for event in acknowledged.values().flatten() {
            assert!(
                recorded.contains_key(event),
                "kill {kill}, seed {seed}: {event} was acknowledged and is lost"
            );
        }
    }
    let summary = ingest(&chaperone, &lines);
    let repeated = summary["repeated"].as_u64().expect("a count");
    assert!(repeated >= acknowledged.len() as u64, "{summary}: {} were acknowledged", acknowledged.len());
    assert_eq!(state(&chaperone), state(&uninterrupted(&lines)));
    println!(
        "{kills} kills of serve, {} of {} acknowledged before the last, {repeated} found again, none lost, \
         none twice (seed {seed})",
        acknowledged.len(),
        lines.len()
    );
}

#[test]
fn an_ingest_killed_at_any_moment_is_finished_by_feeding_the_file_again() {
    let seed = number("CHAPERONE_SEED", SEED);
    let (lines, mut random) = (history(&FED), Random::from_seed(seed));
    let started = Instant::now();
    let whole = uninterrupted(&lines);
    let takes_us = u64::try_from(started.elapsed().as_micros()).expect("a test is short");
    let (mut cut_off, kills) = (0, number("CHAPERONE_KILLS", KILLS));
    let mut books = 0;
    while cut_off < kills {
        let chaperone = Chaperone::new();
        chaperone.run(["init"]).ended_with(0);
        books += 1;
        let mut of_book = 0;
        while of_book + cut_off < kills
            && kill_an_ingest(&chaperone, &lines, Duration::from_micros(random.below(takes_us)))
        {
            of_book += 1;
            recorded_once(&chaperone);
        }
        cut_off += of_book;
        ingest(&chaperone, &lines);
        assert_eq!(state(&chaperone), state(&whole));
        assert_eq!(recorded_once(&chaperone).len(), recorded_once(&whole).len());
    }
    println!(
        "{cut_off} ingests of {} events cut off in {books} books, all finished (seed {seed})",
        lines.len()
    );
}

fn history(plan: &Plan) -> Vec<String> {
    let mut bytes = Vec::new();
    write_history(plan, &mut bytes).expect("memory takes every line");
    String::from_utf8(bytes).expect("a history is UTF-8").lines().map(str::to_owned).collect()
}

fn uninterrupted(lines: &[String]) -> Chaperone {
    let chaperone = Chaperone::new();
    ingest(&chaperone, lines);
    chaperone
}

/// Feeds the whole history and returns the summary, in which every line is accounted for.
fn ingest(chaperone: &Chaperone, lines: &[String]) -> Value {
    let input = lines.join("\n");
    let ended = chaperone.run_with_input(["ingest", "-", "--output", "json"], input.as_bytes());
    assert!(matches!(ended.status, 0 | 6), "{ended:?}");
    let summary = ended.json();
    let counted = ["accepted", "repeated", "refused"].map(|what| summary[what].as_u64().expect("a count"));
    assert_eq!(counted.iter().sum::<u64>(), lines.len() as u64, "{summary}");
    summary
}

/// Sends what is not acknowledged yet to a server, kills it after `after` acknowledgements, and returns all
/// that were received until it was dead, with the events each one names.
fn kill_a_server(
    chaperone: &Chaperone,
    lines: &[String],
    acknowledged: &BTreeMap<usize, Vec<String>>,
    after: u64,
) -> BTreeMap<usize, Vec<String>> {
    let server = chaperone.serve::<&str>([]);
    let url = format!("{}/v1/events", server.url);
    let mut lanes = vec![Vec::new(); SENDERS];
    for (index, line) in (0..).zip(lines).filter(|(index, _)| !acknowledged.contains_key(index)) {
        lanes[lane(line)].push((index, line));
    }
    let mut received = BTreeMap::new();
    std::thread::scope(|scope| {
        let (send, receipts) = mpsc::channel();
        for lane in lanes {
            let (send, url) = (send.clone(), &url);
            scope.spawn(move || {
                let agent = Agent::new_with_defaults();
                for (index, line) in lane {
                    let Some(events) = tell(&agent, url, line) else { return };
                    drop(send.send((index, events)));
                }
            });
        }
        drop(send);
        let mut server = Some(server);
        for (count, (index, events)) in (1..).zip(receipts) {
            received.insert(index, events);
            if count == after
                && let Some(server) = server.take()
            {
                server.kill();
            }
        }
    });
    received
}

/// What is told about one stream comes from one sender, in order.
fn lane(line: &str) -> usize {
    let event: Value = serde_json::from_str(line).expect("a history is JSON");
    let subject = event["subject"].as_str().expect("an event has a subject");
    subject.bytes().map(usize::from).sum::<usize>() % SENDERS
}

/// Tells one event and returns the ids it was recorded under, or none when the server is gone.
fn tell(agent: &Agent, url: &str, line: &str) -> Option<Vec<String>> {
    let request = agent.post(url).content_type("application/cloudevents+json");
    let receipt = request.send(line.as_bytes()).ok()?.body_mut().read_to_string().ok()?;
    let receipt: Value = serde_json::from_str(&receipt).ok()?;
    let events = receipt["events"].as_array()?.iter();
    Some(events.map(|id| id.as_str().expect("an id is text").to_owned()).collect())
}

/// Starts an ingest, kills it after a while, and says whether it was still at work.
fn kill_an_ingest(chaperone: &Chaperone, lines: &[String], after: Duration) -> bool {
    let file = chaperone.data().join("history.ndjson");
    std::fs::write(&file, lines.join("\n")).expect("the data directory can be written");
    let mut command = Command::new(program());
    command.arg("--data").arg(chaperone.data()).arg("ingest").arg(&file);
    let mut child: Child =
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary starts");
    // The moment is what this test is about; nothing depends on how far the program came by then.
    let (_open, never) = mpsc::channel::<()>();
    let _timed_out = never.recv_timeout(after);
    child.kill().expect("a child can be killed");
    child.wait().expect("a child can be waited for").code().is_none()
}

/// Every recorded event by its id, after checking that the journal is whole and holds none twice.
fn recorded_once(chaperone: &Chaperone) -> HashMap<String, Value> {
    let verified = chaperone.run(["journal", "verify", "--output", "json"]).ended_with(0).json();
    let mut recorded = HashMap::new();
    for event in chaperone.run(["journal", "export"]).ended_with(0).ndjson() {
        let id = event["id"].as_str().expect("an event has an id").to_owned();
        assert!(recorded.insert(id, event).is_none(), "an event is there twice");
    }
    assert_eq!(verified["events"], recorded.len());
    recorded
}

/// What the book answers to the questions people ask.
fn state(chaperone: &Chaperone) -> Vec<Vec<String>> {
    let questions = [
        vec!["account", "list", "--output", "ndjson"],
        vec!["deal", "list", "--output", "ndjson"],
        vec!["handoff", "list", "--output", "ndjson"],
        vec!["case", "list", "--output", "ndjson"],
    ];
    let mut state: Vec<Vec<String>> = questions
        .into_iter()
        .map(|question| {
            let answered = chaperone.run(question).ndjson().into_iter();
            let mut rows: Vec<String> = answered.map(|row| row.to_string()).collect();
            rows.sort();
            rows
        })
        .collect();
    let replayed = chaperone.run(["replay", "--output", "json"]).json();
    state.push(vec![replayed["accounts"].to_string(), replayed["findings"].to_string()]);
    assert!(state.iter().all(|rows| !rows.is_empty()), "{state:#?}");
    state
}

fn number(variable: &str, otherwise: u64) -> u64 {
    let told = std::env::var_os(variable).and_then(|text| text.into_string().ok());
    told.map_or(otherwise, |text| text.parse().expect("a knob is a number"))
}
