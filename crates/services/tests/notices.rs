//! The clock's notices: each said once however many clocks run, listed while it waits for somebody, and taken back
//! by nothing.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/asking.rs"]
mod asking;
#[path = "support/machine.rs"]
mod machine;

use std::sync::Arc;
use std::time::Duration;

use domain::event::Event;
use domain::event::handoff::HandoffEvent;
use domain::stream::Stream;
use ports::{Clock as _, ManualClock};
use serde_json::{Value, json};
use services::book::Book;
use services::desk::Reply;
use services::intake::Answer;
use services::queries::notices::{self, Which};
use services::queries::{Asked, accounts, cases};
use services::replay;
use services::roles::standing::Standing;
use services::roles::{Role, clock};

use crate::asking::ask;
use crate::machine::{Machine, START_MS, tell};

const HOUR_MS: i64 = 3_600_000;
const ACCOUNT: &str = "account-acme.globex";
const TERMS: &str = "sha256:abababababababababababababababababababababababababababababababab";

/// Two processes on one machine that each play the clock role.
struct Clocks {
    clock: Arc<ManualClock>,
    books: [Arc<Book>; 2],
}

impl Clocks {
    fn new() -> Self {
        let machine = Machine::new();
        let books = [(); 2].map(|()| Arc::new(machine.book()));
        Self { clock: machine.clock, books }
    }

    fn book(&self) -> &Book {
        &self.books[0]
    }

    /// Turns the clock to so many hours after the start and lets both processes look at it for a while.
    async fn at(&self, hours: i64) {
        self.clock.set(START_MS + hours * HOUR_MS);
        let looks = self.books.iter().map(|book| {
            let following = services::roles::follower::follow(Arc::clone(book));
            let keeping = clock::keep(Arc::clone(book), Standing::new(Role::Clock));
            async { tokio::join!(following, keeping) }
        });
        let a_while = tokio::time::timeout(Duration::from_secs(45), futures::future::join_all(looks)).await;
        assert!(a_while.is_err(), "a role ended: {a_while:?}");
    }

    async fn tell(&self, id: &str, subject: &str, kind: &str, data: Value) {
        self.tell_of(self.clock.now_ms(), id, subject, kind, data).await;
    }

    /// Tells now what was so at another time.
    async fn tell_of(&self, at_ms: i64, id: &str, subject: &str, kind: &str, data: Value) {
        let time = domain::time::Instant::from_unix_ms(at_ms).unwrap();
        let event = json!({"specversion": "1.0", "id": id, "source": "crm", "type": format!("chaperone.{kind}.v1"),
            "subject": subject, "time": time.to_string(), "actorrole": "system", "data": data});
        let answer = tell(self.book(), &event.to_string()).await;
        assert!(matches!(answer, Answer::Accepted { .. }), "{answer:?}");
    }

    async fn ask(&self, subject: &str, kind: &str, by: (&str, Option<&str>), data: Value) {
        let reply = ask(self.book(), subject, kind, by, data).await;
        assert!(matches!(reply, Reply::Accepted { .. }), "{reply:?}");
    }

    /// What waits for somebody, by what it is about and how near it is.
    async fn waits(&self) -> Vec<(String, String)> {
        let rows = notices::list(self.book(), Which::Pending).await.unwrap();
        rows.into_iter().map(|row| (row.about, row.nearness)).collect()
    }

    /// What is answered about the handoff, but for the ids of its events.
    async fn handoff(&self) -> Value {
        let moment = Asked::default().moment(self.book()).await.unwrap();
        let listed = accounts::all_handoffs(self.book(), moment).unwrap();
        let mut row = serde_json::to_value(listed.first().unwrap()).unwrap();
        row["events"] = row["events"].as_array().unwrap().len().into();
        row
    }

    async fn told(&self) -> usize {
        notices::list(self.book(), Which::All).await.unwrap().len()
    }
}

fn invitation() -> Value {
    json!({"handoff": "h1", "host": "northwind", "guest": "contoso", "protected_scope": {}, "granted_scope": {},
        "granted_acts": ["deliver"], "role": "Services Partner", "terms": TERMS,
        "commission": {"rate_bp": 500, "base": "net_order", "tail_months": 12}, "protection_days": 365,
        "tail_days": 90, "commitments": [], "expires_at": "2026-03-16T09:00:00Z",
        "host_signed_at": "2026-03-01T10:00:00Z"})
}

fn waiting(rows: &[(&str, &str)]) -> Vec<(String, String)> {
    rows.iter().map(|(about, nearness)| ((*about).to_owned(), (*nearness).to_owned())).collect()
}

#[tokio::test(start_paused = true)]
async fn an_invitation_about_to_lapse_is_said_once_and_its_lapse_stands() {
    let machine = Clocks::new();
    machine.tell("h1", ACCOUNT, "handoff.invited", invitation()).await;
    machine.at(10 * 24).await;
    assert_eq!(machine.waits().await, []);
    machine.at(11 * 24).await;
    machine.at(12 * 24).await;
    assert_eq!(machine.waits().await, waiting(&[("invitation", "soon")]));
    assert_eq!(machine.told().await, 1);

    machine.at(15 * 24).await;
    assert_eq!((machine.waits().await, machine.told().await), (Vec::new(), 1));
    // What is derived anew after more is told leaves alone what only the time brought.
    let submission = json!({"deal": "d1", "partner": "northwind", "scope": {}, "need": "servers", "complete": true,
        "missing": []});
    machine.tell("d1", ACCOUNT, "deal.submitted", submission).await;
    let stream: Stream = ACCOUNT.parse().unwrap();
    let loaded = machine.book().load(&stream).await.unwrap();
    assert!(loaded.account.handoff(&"h1".parse().unwrap()).unwrap().lapse_noted.is_some());
    let is_lapse = |event: &Event| matches!(event, Event::Handoff(HandoffEvent::Closed(_)));
    assert_eq!(loaded.facts.iter().filter(|fact| is_lapse(&fact.event)).count(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_acceptance_that_arrives_after_the_lapse_was_noted_counts_as_if_it_had_come_in_time() {
    let machine = Clocks::new();
    machine.tell("h1", ACCOUNT, "handoff.invited", invitation()).await;
    machine.at(15 * 24).await;
    let stream: Stream = ACCOUNT.parse().unwrap();
    let noted = machine.book().load(&stream).await.unwrap();
    assert!(noted.account.handoff(&"h1".parse().unwrap()).unwrap().lapse_noted.is_some());
    machine.tell_of(START_MS + HOUR_MS, "a1", ACCOUNT, "handoff.accepted", acceptance()).await;

    let in_time = Clocks::new();
    in_time.tell("h1", ACCOUNT, "handoff.invited", invitation()).await;
    in_time.at(1).await;
    in_time.tell("a1", ACCOUNT, "handoff.accepted", acceptance()).await;
    in_time.clock.set(START_MS + 15 * 24 * HOUR_MS);

    let (late, prompt) = (machine.handoff().await, in_time.handoff().await);
    assert_eq!(late["phase"], "accepted");
    assert_eq!(late, prompt);
}

fn acceptance() -> Value {
    json!({"handoff": "h1", "terms": TERMS, "signed_by": "user@contoso",
        "protected_until": "2027-03-02T09:00:00Z", "tail_until": "2027-06-02T09:00:00Z",
        "commission_until": "2028-03-02T09:00:00Z", "declared_prior": [], "declared_family": [],
        "policy": {"version": 0, "digest": TERMS}})
}

/// A guest took the account, and the case about it.
async fn taken(machine: &Clocks) -> String {
    machine.tell("h1", ACCOUNT, "handoff.invited", invitation()).await;
    machine.clock.advance(HOUR_MS);
    machine.tell("a1", ACCOUNT, "handoff.accepted", acceptance()).await;
    machine.clock.advance(HOUR_MS);
    let taken =
        json!({"holder": "contoso", "scope": {}, "from": "2026-03-02T11:00:00Z", "basis_claimed": "order"});
    machine.tell("t1", ACCOUNT, "account.holder_recorded", taken).await;
    let listed = cases::list(machine.book(), cases::Which::Open);
    format!("case-acme.{}", listed.first().unwrap().case)
}

#[tokio::test(start_paused = true)]
async fn the_clocks_of_a_case_are_said_before_and_after_they_run_out_and_no_more() {
    let machine = Clocks::new();
    let case = taken(&machine).await;
    let filed = json!({"by": "host", "text": "they took it"});
    let host = ("partner_user", Some("northwind"));
    // Nobody may speak who only was met in data.
    let enrolled =
        json!({"kinds": ["var"], "legal_name": "Northwind", "country": "DE", "origin": "application"});
    machine.ask("partner-acme.northwind", "partner.enroll", ("vendor_officer", None), enrolled).await;
    machine.ask(&case, "case.file", host, filed).await;
    machine.at(4 * 24).await;
    assert_eq!(machine.waits().await, []);
    machine.at(6 * 24).await;
    assert_eq!(machine.waits().await, waiting(&[("answer", "soon")]));
    machine.at(8 * 24).await;
    assert_eq!(machine.waits().await, waiting(&[("answer", "elapsed")]));
    machine.at(32 * 24).await;
    assert_eq!(machine.waits().await, waiting(&[("answer", "elapsed"), ("decision", "elapsed")]));
    assert_eq!(machine.told().await, 3);

    let ruled = json!({"outcome": "confirmed", "grounds": "they did"});
    machine.ask(&case, "case.decide", ("adjudicator", None), ruled).await;
    assert_eq!(machine.waits().await, []);
    machine.at(60 * 24).await;
    assert_eq!((machine.waits().await, machine.told().await), (Vec::new(), 4));
}

#[tokio::test(start_paused = true)]
async fn a_snooze_that_ended_is_said_and_the_case_is_back() {
    let machine = Clocks::new();
    let case = taken(&machine).await;
    let snoozed = json!({"until": "2026-03-05T09:00:00Z", "reason": "on leave"});
    machine.ask(&case, "case.snooze", ("vendor_officer", None), snoozed).await;
    machine.at(2 * 24).await;
    assert_eq!(cases::list(machine.book(), cases::Which::Open), []);
    assert_eq!(cases::list(machine.book(), cases::Which::Snoozed).len(), 1);
    machine.at(3 * 24).await;
    assert_eq!(machine.waits().await, waiting(&[("snooze", "elapsed")]));
    assert_eq!(cases::list(machine.book(), cases::Which::Open).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_replay_makes_no_notice_and_finds_the_same() {
    let machine = Clocks::new();
    let case = taken(&machine).await;
    machine
        .ask(
            &case,
            "case.snooze",
            ("vendor_officer", None),
            json!({"until": "2026-03-05T09:00:00Z", "reason": "why"}),
        )
        .await;
    machine.at(3 * 24).await;
    let book = machine.book();
    let head = book.journal.head().await.unwrap().position;
    let moment = Asked::default().moment(book).await.unwrap();
    let until = moment.known_until(book).await.unwrap();
    let replayed = replay::judge_all(book, moment, until).unwrap();
    assert_eq!(replayed.findings, cases::findings(book));
    assert_eq!(book.journal.head().await.unwrap().position, head);
}

fn submission() -> Value {
    json!({"deal": "d1", "partner": "northwind", "scope": {"product_lines": ["servers"]}, "need": "servers",
        "missing": []})
}

#[tokio::test(start_paused = true)]
async fn a_registration_about_to_end_is_said_once_at_each_lead_until_it_is_won() {
    let machine = Clocks::new();
    machine.tell("d1", ACCOUNT, "deal.submitted", submission()).await;
    machine.at(59 * 24).await;
    assert_eq!(machine.waits().await, []);
    for (days, told) in [(60, 1), (61, 1), (76, 2), (82, 2)] {
        machine.at(days * 24).await;
        assert_eq!(machine.waits().await, waiting(&[("registration", "soon")]), "on day {days}");
        assert_eq!(machine.told().await, told, "on day {days}");
    }
    let row = notices::list(machine.book(), Which::Pending).await.unwrap().remove(0);
    assert_eq!(row.sentence, "a reminder: northwind's registration ends on 2026-05-31");
    assert_eq!((row.id.as_str(), row.due_at.as_str()), ("d1", "2026-05-31T09:00:00.000Z"));

    machine.tell("w1", ACCOUNT, "deal.won", json!({"deal": "d1", "at": "2026-05-20T09:00:00Z"})).await;
    assert_eq!(machine.waits().await, []);
    machine.at(84 * 24).await;
    assert_eq!(machine.told().await, 2);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_stood_still_across_reminders_says_the_nearest_and_nothing_of_what_is_over() {
    let machine = Clocks::new();
    machine.tell("d1", ACCOUNT, "deal.submitted", submission()).await;
    machine.at(84 * 24).await;
    assert_eq!((machine.waits().await, machine.told().await), (waiting(&[("registration", "soon")]), 1));

    let late = Clocks::new();
    late.tell("d1", ACCOUNT, "deal.submitted", submission()).await;
    late.at(90 * 24).await;
    assert_eq!((late.waits().await, late.told().await), (Vec::new(), 0));
}

#[tokio::test(start_paused = true)]
async fn an_outcome_taken_back_leaves_a_registration_to_be_reminded_of() {
    let machine = Clocks::new();
    machine.tell("d1", ACCOUNT, "deal.submitted", submission()).await;
    machine.clock.set(START_MS + 61 * 24 * HOUR_MS);
    machine.tell("l1", ACCOUNT, "deal.lost", json!({"deal": "d1", "at": "2026-04-20T09:00:00Z"})).await;
    let keeping = machine.at(61 * 24);
    let taking_back = async {
        // The clocks have looked at it meanwhile.
        tokio::time::sleep(Duration::from_secs(25)).await;
        assert_eq!(machine.told().await, 0);
        let target = json!({"source": "crm", "id": "l1"});
        machine.tell("r1", ACCOUNT, "fact.retracted", json!({"target": target, "reason": "typo"})).await;
    };
    tokio::join!(keeping, taking_back);
    assert_eq!((machine.waits().await, machine.told().await), (waiting(&[("registration", "soon")]), 1));
}
