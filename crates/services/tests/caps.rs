//! The cap on a partner's open registrations counts over all its accounts, on every process, and history is free.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/asking.rs"]
mod asking;
#[path = "support/machine.rs"]
mod machine;
#[path = "support/unhurried.rs"]
mod unhurried;

use std::sync::Arc;

use domain::event::Officer;
use domain::fact::Role;
use domain::time::Instant;
use serde_json::{Value, json};
use services::book::Book;
use services::desk::Reply;
use services::intake::Answer;
use services::policies::{self, Publishing};
use services::queries::Asked;
use services::replay::{self, Question, Record as Compare};
use wire::answers::Difference;

use crate::asking::ask;
use crate::machine::{Machine, START_MS, tell};
use crate::unhurried::Unhurried;

const DAY_MS: i64 = 86_400_000;

impl Machine {
    /// A book with northwind and contoso enrolled, and no cap.
    async fn free(&self) -> Arc<Book> {
        let book = Arc::new(self.book());
        for (partner, name) in [("northwind", "Northwind"), ("contoso", "Contoso")] {
            let enrolled =
                json!({"kinds": ["var"], "legal_name": name, "country": "DE", "origin": "application"});
            let subject = format!("partner-acme.{partner}");
            let reply = ask(&book, &subject, "partner.enroll", ("vendor_officer", None), enrolled).await;
            assert!(matches!(reply, Reply::Accepted { .. }), "{reply:?}");
        }
        book
    }

    /// The same with a cap of so many open registrations.
    async fn capped(&self, open_max: u16) -> Arc<Book> {
        let book = self.free().await;
        let policy = json!({"registration": {"open_max": open_max}}).to_string();
        let officer = |name: &str| Officer { principal: name.parse().unwrap(), role: Role::VendorOfficer };
        let publishing = Publishing {
            vendor: "acme".parse().unwrap(),
            policy: wire::policy::read(policy.as_bytes()).unwrap(),
            effective_from: Instant::from_unix_ms(START_MS).unwrap(),
            officers: vec![officer("mara"), officer("olga")],
        };
        let (_, reply) = policies::publish(Arc::clone(&book), publishing).await.unwrap();
        assert!(matches!(reply, Reply::Accepted { .. }), "{reply:?}");
        book
    }
}

fn submission(partner: &str, deal: &str) -> Value {
    json!({"deal": deal, "partner": partner, "scope": {"product_lines": ["servers"]}, "need": "servers",
        "missing": []})
}

/// Northwind registers a deal on an account of its own.
async fn register(book: &Book, deal: &str) -> Result<(), String> {
    submit(book, "northwind", deal, &format!("of-{deal}")).await
}

async fn submit(book: &Book, partner: &str, deal: &str, account: &str) -> Result<(), String> {
    let (subject, data) = (format!("account-acme.{account}"), submission(partner, deal));
    match ask(book, &subject, "deal.submit", ("partner_user", Some(partner)), data).await {
        Reply::Accepted { .. } => Ok(()),
        Reply::Refused(refusal) => Err(refusal.to_string()),
        reply @ (Reply::Repeated { .. }
        | Reply::Prevented { .. }
        | Reply::Conflict(_)
        | Reply::Stale { .. }) => panic!("{reply:?}"),
    }
}

async fn import(book: &Book, deal: &str) {
    import_of(book, deal, book.now()).await;
}

async fn import_of(book: &Book, deal: &str, at: Instant) {
    let event = json!({"specversion": "1.0", "id": deal, "source": "crm", "type": "chaperone.deal.submitted.v1",
        "subject": format!("account-acme.of-{deal}"), "time": at.to_string(), "actorrole": "system",
        "data": submission("northwind", deal)});
    let answer = tell(book, &event.to_string()).await;
    assert!(matches!(answer, Answer::Accepted { .. }), "{answer:?}");
}

#[tokio::test]
async fn registrations_on_all_accounts_count_until_one_of_them_ends() {
    let machine = Machine::new();
    let book = machine.capped(2).await;
    register(&book, "d1").await.unwrap();
    machine.clock.advance(DAY_MS);
    register(&book, "d2").await.unwrap();
    let refused = register(&book, "d3").await.unwrap_err();
    assert_eq!(
        refused,
        "2 registrations of northwind are open and the program allows 2: withdraw one, report one as won or \
         lost, or wait until the first ends on 2026-05-31T09:00:00.000Z"
    );
    let partner = ("partner_user", Some("northwind"));
    let reply = ask(&book, "account-acme.of-d1", "deal.withdraw", partner, json!({"deal": "d1"})).await;
    assert!(matches!(reply, Reply::Accepted { .. }), "{reply:?}");
    register(&book, "d3").await.unwrap();
    register(&book, "d4").await.unwrap_err();
    machine.clock.advance(90 * DAY_MS);
    register(&book, "d4").await.unwrap();
}

#[tokio::test]
async fn imported_history_counts_and_is_never_refused() {
    let machine = Machine::new();
    let book = machine.capped(2).await;
    for deal in ["d1", "d2", "d3"] {
        import(&book, deal).await;
    }
    let refused = register(&book, "d4").await.unwrap_err();
    assert!(refused.starts_with("3 registrations of northwind are open"), "{refused}");
}

#[tokio::test]
async fn what_another_process_recorded_counts() {
    let machine = Machine::new();
    let book = machine.capped(2).await;
    let other = machine.book();
    register(&book, "d1").await.unwrap();
    register(&other, "d2").await.unwrap();
    register(&book, "d3").await.unwrap_err();
    register(&other, "d3").await.unwrap_err();
}

#[tokio::test]
async fn submissions_at_one_moment_do_not_exceed_the_cap() {
    let machine = Machine::new();
    machine.capped(3).await;
    let book = machine.book_on(Arc::new(Unhurried(Arc::clone(&machine.journal))));
    let deals: Vec<String> = (0..10).map(|number| format!("d{number}")).collect();
    let answers = futures::future::join_all(deals.iter().map(|deal| register(&book, deal))).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 3);
}

/// What would have changed under a cap of `open_max`, and the digest of all verdicts.
async fn tried(book: &Arc<Book>, open_max: u16, threads: u32) -> (Vec<String>, String) {
    let moment = Asked::default().moment(book).await.unwrap();
    let until = moment.known_until(book).await.unwrap();
    let policy = json!({"registration": {"open_max": open_max}}).to_string();
    let policy = wire::policy::read(policy.as_bytes()).unwrap();
    let book = Arc::clone(book);
    let report = tokio::task::spawn_blocking(move || {
        policies::backtest(&book, policy, moment, until, Some(threads)).unwrap().report
    });
    let report = report.await.unwrap();
    let outside =
        report.ruling_outside_policy.iter().map(|row| format!("outside: {}", row.forbidden_because));
    let differing = report.differences.iter().map(|row| {
        let state = |says: &Option<String>| {
            says.as_deref().map_or("none", |says| says.split(' ').next().unwrap()).to_owned()
        };
        format!("{} {} {} -> {}: {}", row.pattern, row.about, state(&row.was), state(&row.is), row.cause)
    });
    (differing.chain(outside).collect(), report.verdict_log)
}

#[tokio::test]
async fn a_tried_cap_refuses_in_the_order_of_the_journal_over_all_accounts() {
    let machine = Machine::new();
    let book = machine.free().await;
    // In another order than their accounts' names are in.
    for deal in ["d9", "d5", "d7"] {
        register(&book, deal).await.unwrap();
        machine.clock.advance(DAY_MS);
    }
    submit(&book, "contoso", "c1", "of-c1").await.unwrap();
    let partner = ("partner_user", Some("northwind"));
    for deal in ["d9", "d7"] {
        let to = format!("account-acme.of-{deal}");
        let reply = ask(&book, &to, "deal.withdraw", partner, json!({"deal": deal})).await;
        assert!(matches!(reply, Reply::Accepted { .. }), "{reply:?}");
    }
    for deal in ["d1", "d2"] {
        register(&book, deal).await.unwrap();
    }
    let (differing, digest) = tried(&book, 2, 1).await;
    let refused = ["deal d2 approved -> none: policy", "deal d7 withdrawn -> none: policy"];
    assert_eq!(differing, refused, "d7 was withdrawn and never there, so it left no place to d2");
    for threads in [1, 3, 7] {
        assert_eq!(tried(&book, 2, threads).await, (differing.clone(), digest.clone()), "{threads} threads");
    }
    machine.clock.advance(DAY_MS);
    assert_eq!(tried(&Arc::new(machine.book()), 2, 2).await, (differing, digest));
    assert_eq!(tried(&book, 3, 2).await.0, [""; 0], "never more than three were open");
}

#[tokio::test]
async fn a_registration_that_a_tried_cap_refuses_lets_in_its_rival_which_takes_a_place_itself() {
    let machine = Machine::new();
    let book = machine.free().await;
    for (partner, deal, account) in [
        ("northwind", "n1", "a1"),
        ("northwind", "n2", "a2"),
        // Kept out by n2, which a cap of one refuses; then this takes contoso's only place.
        ("contoso", "c1", "a2"),
        ("contoso", "c2", "a3"),
        // Kept out by c2.
        ("northwind", "n3", "a3"),
        ("contoso", "c3", "a4"),
    ] {
        submit(&book, partner, deal, account).await.unwrap();
        machine.clock.advance(DAY_MS);
    }
    let differing = [
        "deal n2 approved -> none: policy",
        "deal c1 rejected -> approved: policy",
        "deal c2 approved -> none: policy",
        "deal n3 rejected -> none: policy",
        "deal c3 approved -> none: policy",
    ];
    let mut told = tried(&book, 1, 2).await.0;
    told.sort_by_key(|row| differing.iter().position(|one| one == row));
    assert_eq!(told, differing);
}

#[tokio::test]
async fn what_a_person_approved_stays_under_a_tried_cap_and_counts() {
    let machine = Machine::new();
    let book = machine.free().await;
    for (partner, deal, account) in [
        ("northwind", "n1", "a1"),
        ("northwind", "n2", "a2"),
        ("contoso", "c1", "a3"),
        ("contoso", "c2", "a2"),
    ] {
        submit(&book, partner, deal, account).await.unwrap();
        machine.clock.advance(DAY_MS);
    }
    // Kept out by n2, which a cap of one refuses; there would be no place for it.
    let officer = ("vendor_officer", None);
    let reply = ask(&book, "account-acme.a2", "deal.approve", officer, json!({"deal": "c2"})).await;
    assert!(matches!(reply, Reply::Accepted { .. }), "{reply:?}");
    let to = "account-acme.a3";
    let reply =
        ask(&book, to, "deal.withdraw", ("partner_user", Some("contoso")), json!({"deal": "c1"})).await;
    assert!(matches!(reply, Reply::Accepted { .. }), "{reply:?}");
    submit(&book, "contoso", "c3", "a4").await.unwrap();
    let refused = ["deal n2 approved -> none: policy", "deal c3 approved -> none: policy"];
    assert_eq!(tried(&book, 1, 2).await.0, refused);
}

#[tokio::test]
async fn a_replay_under_the_cap_that_was_in_force_tells_no_difference() {
    let machine = Machine::new();
    let book = machine.capped(2).await;
    for deal in ["d1", "d2"] {
        register(&book, deal).await.unwrap();
        machine.clock.advance(DAY_MS);
    }
    register(&book, "d3").await.unwrap_err();
    let partner = ("partner_user", Some("northwind"));
    let reply = ask(&book, "account-acme.of-d1", "deal.withdraw", partner, json!({"deal": "d1"})).await;
    assert!(matches!(reply, Reply::Accepted { .. }), "{reply:?}");
    register(&book, "d3").await.unwrap();
    register(&book, "d4").await.unwrap_err();
    machine.clock.advance(90 * DAY_MS);
    register(&book, "d4").await.unwrap();
    // What is told late was not known when the cap was asked.
    for deal in ["h1", "h2"] {
        import_of(&book, deal, Instant::from_unix_ms(START_MS - DAY_MS).unwrap()).await;
    }
    assert_eq!(tried(&book, 2, 2).await.0, [""; 0]);
    assert_eq!(again(&book).await, Some(vec![]), "nor does the record, decided again");
    assert_eq!(tried(&book, 1, 2).await.0, ["deal d2 approved -> none: policy"]);
}

/// What differs from the record when everything is decided again.
async fn again(book: &Arc<Book>) -> Option<Vec<Difference>> {
    let moment = Asked::default().moment(book).await.unwrap();
    let until = moment.known_until(book).await.unwrap();
    let question = Question { moment, until, what_if: None, record: Compare::Compared, threads: Some(2) };
    let book = Arc::clone(book);
    tokio::task::spawn_blocking(move || replay::run(&book, &question).unwrap().answer.differences)
        .await
        .unwrap()
}

#[tokio::test]
async fn what_is_told_counts_under_a_tried_cap_and_is_not_refused() {
    let machine = Machine::new();
    let book = machine.free().await;
    register(&book, "d1").await.unwrap();
    for deal in ["h1", "h2"] {
        import(&book, deal).await;
    }
    register(&book, "d2").await.unwrap();
    assert_eq!(tried(&book, 3, 2).await.0, ["deal d2 approved -> none: policy"]);
}
