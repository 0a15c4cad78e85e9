//! Roles that live on the bus, over a bus in memory: intake with receipts, answers, and projections made anew.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::sync::Arc;

use bytes::Bytes;
use ports::inbox::Inbox;
use ports::memory::{MemoryInbox, MemoryJournal, MemoryProjections, MemoryQuarantine};
use ports::projections::Projections;
use ports::{Append, Clock, Exchange, Expect, Listing, ManualClock, MemoryExchange, NewEvent};
use serde_json::{Value, json};
use services::api::{self, Serving};
use services::book::Book;
use services::projector::{self, DIRECTORY, Edition, HEAD, Past, build, view};
use services::roles::Role;
use services::roles::commands::Commands;
use services::roles::intake::{self, Desk};
use services::roles::standing::Standing;
use services::roles::supervisor::Stopped;

/// 2026-03-02T09:00:00Z.
const START_MS: i64 = 1_772_442_000_000;

fn book() -> Arc<Book> {
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(START_MS));
    let journal = Arc::new(MemoryJournal::new(Arc::clone(&clock)));
    let quarantine = Arc::new(MemoryQuarantine::new(Arc::clone(&clock)));
    Arc::new(Book::open(journal, quarantine, clock).unwrap())
}

fn desk(book: &Arc<Book>) -> Desk {
    Desk { book: Arc::clone(book), commands: Arc::new(Commands::local(Arc::clone(book))) }
}

fn submission(id: &str, account: &str, partner: &str) -> Value {
    json!({"specversion": "1.0", "id": id, "source": "crm.acme.example", "type": "chaperone.deal.submitted.v1",
        "subject": format!("account-acme.{account}"), "time": "2026-03-01T10:00:00Z", "actorrole": "system",
        "data": {"deal": id, "partner": partner, "scope": {"product_lines": ["servers"]}, "need": "servers",
            "complete": true, "missing": []}})
}

fn bytes(value: &Value) -> Bytes {
    value.to_string().into()
}

/// Plays the intake role until everything published is settled.
async fn take_all(book: &Arc<Book>, inbox: &Arc<MemoryInbox>) {
    let published: Arc<dyn Inbox> = Arc::clone(inbox) as _;
    let keeping = intake::keep(desk(book), published, Standing::new(Role::Intake));
    tokio::select! {
        ended = keeping => panic!("the role ended: {ended:?}"),
        () = until(|| inbox.unsettled() == 0) => {}
    }
}

async fn until(condition: impl Fn() -> bool) {
    while !condition() {
        tokio::task::yield_now().await;
    }
}

fn receipts(inbox: &MemoryInbox) -> Vec<(String, Value)> {
    let said = inbox.said().into_iter();
    said.map(|one| (one.subject, serde_json::from_slice(&one.body).unwrap())).collect()
}

#[tokio::test]
async fn what_a_producer_publishes_is_recorded_once_and_answered_with_a_receipt() {
    let (book, inbox) = (book(), Arc::new(MemoryInbox::default()));
    let subject = "chaperone.acme.intake.crm-acme-example";
    let first = bytes(&submission("d1", "globex", "northwind"));
    inbox.publish(subject, &[], first.clone());
    inbox.publish(subject, &[], first);
    let order = json!({"type": "chaperone.deal.cancel.v1", "subject": "account-acme.globex", "id": "c1",
        "source": "crm.acme.example", "actorrole": "vendor_officer", "authtype": "user", "authid": "acme/desk",
        "data": {"deal": "d1", "reason": "entered twice"}});
    inbox.publish(subject, &[], bytes(&order));
    take_all(&book, &inbox).await;
    let receipts = receipts(&inbox);
    assert!(receipts.iter().all(|(subject, _)| subject == "chaperone.acme.receipt.crm-acme-example"));
    let told: Vec<(&str, &str)> = receipts
        .iter()
        .map(|(_, receipt)| (receipt["id"].as_str().unwrap(), receipt["status"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [("d1", "accepted"), ("d1", "repeated"), ("c1", "accepted")]);
    assert_eq!(receipts[0].1["events"], receipts[1].1["events"]);
}

#[tokio::test]
async fn a_producer_speaks_for_itself_and_to_its_own_vendor_only() {
    let (book, inbox) = (book(), Arc::new(MemoryInbox::default()));
    let said = bytes(&submission("d1", "globex", "northwind"));
    inbox.publish("chaperone.acme.intake.orders", &[], said.clone());
    inbox.publish("chaperone.other.intake.crm-acme-example", &[], said);
    inbox.publish("chaperone.acme.intake.crm-acme-example", &[], Bytes::from_static(b"{\"specversion\":"));
    take_all(&book, &inbox).await;
    assert_eq!(inbox.turned_away(), 3);
    assert_eq!(book.journal.head().await.unwrap().position, ports::Position::START);
    assert_eq!(book.quarantine.list(Listing::Waiting, 0, 10).await.unwrap().len(), 3);
    let quarantined: Vec<(String, Value)> =
        receipts(&inbox).into_iter().filter(|(subject, _)| subject.contains(".quarantine.")).collect();
    assert_eq!(quarantined.len(), 3);
    let why = |at: usize| quarantined[at].1["message"].as_str().unwrap().to_owned();
    assert!(why(0).starts_with("/source: expected a source that reads orders"), "{}", why(0));
    assert!(why(1).starts_with("/subject: expected a stream of vendor other"), "{}", why(1));
    assert!(why(2).starts_with("byte "), "{}", why(2));
}

#[tokio::test]
async fn binary_mode_and_batches_are_read_too() {
    let (book, inbox) = (book(), Arc::new(MemoryInbox::default()));
    let subject = "chaperone.acme.intake.crm-acme-example";
    let one = submission("d1", "globex", "northwind");
    let text = |name: &str| one[name].as_str().unwrap().to_owned();
    let attributes = ["specversion", "id", "source", "type", "subject", "time", "actorrole"];
    let headers: Vec<(String, String)> =
        attributes.iter().map(|name| (format!("ce-{name}"), text(name))).collect();
    let headers: Vec<(&str, &str)> =
        headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    inbox.publish(subject, &headers, bytes(&one["data"]));
    let batch = json!([submission("d2", "initech", "northwind"), {"specversion": "1.0"}]);
    inbox.publish(subject, &[], bytes(&batch));
    take_all(&book, &inbox).await;
    let status: Vec<String> =
        receipts(&inbox).iter().map(|(_, receipt)| receipt["status"].as_str().unwrap().to_owned()).collect();
    assert_eq!(status, ["accepted", "accepted", "quarantined", "quarantined"]);
    assert_eq!(inbox.turned_away(), 0);
}

#[tokio::test]
async fn a_receipt_and_every_read_can_be_asked_for_over_the_bus() {
    let book = book();
    let exchange: Arc<dyn Exchange> = Arc::new(MemoryExchange::default());
    let _submit = intake::answer(desk(&book), exchange.as_ref()).await.unwrap();
    let _reads = api::bus::answer(&Serving::whole(Arc::clone(&book)), exchange.as_ref()).await.unwrap();
    let ask = async |subject: &str, question: Value| -> Value {
        serde_json::from_slice(&exchange.ask(subject, bytes(&question)).await.unwrap()).unwrap()
    };
    let submit = "chaperone.acme.submit.crm-acme-example";
    let receipt = ask(submit, submission("d1", "globex", "northwind")).await;
    assert_eq!((&receipt["status"], &receipt["id"]), (&json!("accepted"), &json!("d1")));
    let deals = ask("chaperone.query.deals", json!({"partner": "northwind"})).await;
    assert_eq!(deals[0]["deal"], "d1");
    let account = ask("chaperone.query.accounts", json!({"id": "globex"})).await;
    assert_eq!(account["account"], "globex");
    let nothing = ask("chaperone.query.accounts", json!({"id": "nobody"})).await;
    assert_eq!(nothing["status"], 404);
    let odd = ask("chaperone.query.deals", json!([])).await;
    assert_eq!(odd["status"], 400);
}

/// Plays the projector until its views are current.
async fn project(book: &Arc<Book>, projections: &Arc<MemoryProjections>, standing: &Standing) {
    let head = book.journal.head().await.unwrap().position;
    let kept: Arc<dyn Projections> = Arc::clone(projections) as _;
    let keeping = projector::keep(Past::of(book), kept, standing.clone());
    let current = async {
        until(|| standing.done() >= Some(head)).await;
    };
    tokio::select! {
        ended = keeping => assert!(matches!(ended, Err(Stopped::Failed(_))), "the role ended: {ended:?}"),
        () = current => {}
    }
}

async fn value(projections: &MemoryProjections, bucket: &str, key: &str) -> Value {
    let found = projections.get(bucket, key).await.unwrap();
    found.map_or(Value::Null, |bytes| serde_json::from_slice(&bytes).unwrap())
}

#[tokio::test]
async fn a_projection_follows_the_journal_and_one_made_anew_is_the_same() {
    let (book, projections) = (book(), Arc::new(MemoryProjections::default()));
    let inbox = Arc::new(MemoryInbox::default());
    let subject = "chaperone.acme.intake.crm-acme-example";
    inbox.publish(subject, &[], bytes(&submission("d1", "globex", "northwind")));
    take_all(&book, &inbox).await;
    let standing = Standing::new(Role::Projector);
    project(&book, &projections, &standing).await;
    inbox.publish(subject, &[], bytes(&submission("d2", "globex", "contoso")));
    inbox.publish(subject, &[], bytes(&submission("d3", "initech", "contoso")));
    take_all(&book, &inbox).await;
    project(&book, &projections, &standing).await;

    let bucket = "CHAPERONE_deals_acme_v2";
    let deals = value(&projections, bucket, "globex").await;
    let registrations: Vec<&Value> =
        deals["deals"].as_array().unwrap().iter().map(|deal| &deal["registration"]).collect();
    assert_eq!(registrations, ["approved", "rejected"]);
    assert!(projections.get(bucket, HEAD).await.unwrap().is_some());
    assert_eq!(value(&projections, "CHAPERONE_accounts_acme_v1", "initech").await["account"], "initech");

    let deals = view::named("deals").unwrap();
    let (before, now, report) =
        build::rebuild(&Past::of(&book), projections.as_ref(), deals, &standing).await.unwrap();
    assert_eq!((before, now), (Some(Edition { version: 2, made: 1 }), Edition { version: 2, made: 2 }));
    assert_eq!(
        (report.same, report.changed, report.only_before, report.only_now),
        (2, 0, 0, 0),
        "{report:?}"
    );
    assert_eq!(value(&projections, DIRECTORY, "deals").await, json!({"version": 2, "made": 2}));

    // The role goes on in what is served now.
    inbox.publish(subject, &[], bytes(&submission("d4", "hooli", "contoso")));
    take_all(&book, &inbox).await;
    project(&book, &projections, &standing).await;
    assert!(projections.get("CHAPERONE_deals_acme_v2_2", "hooli").await.unwrap().is_some());
}

#[tokio::test]
async fn what_changes_nothing_in_a_view_is_not_written_there_but_its_head_goes_on() {
    let (book, projections) = (book(), Arc::new(MemoryProjections::default()));
    let inbox = Arc::new(MemoryInbox::default());
    let subject = "chaperone.acme.intake.crm-acme-example";
    inbox.publish(subject, &[], bytes(&submission("d1", "globex", "northwind")));
    take_all(&book, &inbox).await;
    project(&book, &projections, &Standing::new(Role::Projector)).await;
    let (accounts, deals) = ("CHAPERONE_accounts_acme_v1", "CHAPERONE_deals_acme_v2");
    let before = [value(&projections, accounts, "globex").await, value(&projections, deals, "globex").await];

    let kept: Arc<dyn Projections> = Arc::clone(&projections) as _;
    let standing = Standing::new(Role::Projector);
    let keeping = projector::keep(Past::of(&book), kept, standing);
    let is_current = async || {
        let head = book.journal.head().await.unwrap().position.to_string();
        while projections.get(deals, HEAD).await.unwrap().is_none_or(|read| read != head) {
            tokio::task::yield_now().await;
        }
    };
    let telling = async {
        inbox.publish(subject, &[], bytes(&submission("d2", "initech", "northwind")));
        take_all(&book, &inbox).await;
        is_current().await;
        let held = json!({"specversion": "1.0", "id": "m1", "source": "crm.acme.example",
            "type": "chaperone.trade.meeting_held.v1", "subject": "account-acme.globex",
            "time": "2026-03-01T11:00:00Z", "actorrole": "system",
            "data": {"partner": "northwind", "scope": {"product_lines": ["servers"]}, "at": "2026-03-01T11:00:00Z"}});
        inbox.publish(subject, &[], bytes(&held));
        take_all(&book, &inbox).await;
        is_current().await;
    };
    tokio::select! {
        ended = keeping => panic!("the role ended: {ended:?}"),
        () = telling => {}
    }
    let after = [value(&projections, accounts, "globex").await, value(&projections, deals, "globex").await];
    assert!(after[0] != before[0] && after[1] == before[1], "{before:?} {after:?}");
    let row = value(&projections, deals, "globex").await;
    assert_eq!(row["position"], "3", "the decision, and not the meeting after it: {row}");
}

#[tokio::test]
async fn a_view_of_an_older_version_stays_beside_the_new_one_which_says_how_it_differs() {
    let (book, projections) = (book(), Arc::new(MemoryProjections::default()));
    let inbox = Arc::new(MemoryInbox::default());
    for (id, account) in [("d1", "globex"), ("d2", "initech")] {
        let told = bytes(&submission(id, account, "northwind"));
        inbox.publish("chaperone.acme.intake.crm-acme-example", &[], told);
    }
    take_all(&book, &inbox).await;
    let older = "CHAPERONE_deals_acme_v0";
    let written = |value: Value| Some(bytes(&value));
    projections.open(older).await.unwrap();
    projections.write(older, vec![("globex".to_owned(), written(json!({"deals": 1})))]).await.unwrap();
    projections.open(DIRECTORY).await.unwrap();
    let served = ("deals".to_owned(), written(json!({"version": 0, "made": 1})));
    projections.write(DIRECTORY, vec![served]).await.unwrap();

    project(&book, &projections, &Standing::new(Role::Projector)).await;
    assert_eq!(value(&projections, DIRECTORY, "deals").await, json!({"version": 2, "made": 1}));
    let report = value(&projections, DIRECTORY, "deals.report").await;
    assert_eq!((&report["changed"], &report["only_now"]), (&json!(1), &json!(1)), "{report}");
    assert_eq!(report["keys"], json!(["acme/globex", "acme/initech"]));
    assert_eq!(value(&projections, older, "globex").await, json!({"deals": 1}));
    assert_eq!(value(&projections, "CHAPERONE_deals_acme_v2", "globex").await["deals"][0]["deal"], "d1");
}

#[tokio::test]
async fn a_stream_that_cannot_be_read_is_set_aside_and_shown_and_the_others_go_on() {
    let (book, projections) = (book(), Arc::new(MemoryProjections::default()));
    let garbage = NewEvent {
        id: uuid::Uuid::from_u128(7),
        kind: 22,
        text: Bytes::from_static(b"{}"),
        fact: Bytes::from_static(b"no fact"),
    };
    let poison = Append {
        key: uuid::Uuid::from_u128(8),
        digest: [0; 32],
        stream: "account-acme.poison".into(),
        expect: Expect::NoStream,
        events: vec![garbage],
    };
    book.journal.append(poison).await.unwrap();
    let inbox = Arc::new(MemoryInbox::default());
    let said = bytes(&submission("d1", "globex", "northwind"));
    inbox.publish("chaperone.acme.intake.crm-acme-example", &[], said);
    take_all(&book, &inbox).await;
    let standing = Standing::new(Role::Projector);
    project(&book, &projections, &standing).await;
    assert_eq!(standing.read().parked, ["account-acme.poison"]);
    assert_eq!(value(&projections, "CHAPERONE_accounts_acme_v1", "globex").await["account"], "globex");
    assert_eq!(value(&projections, "CHAPERONE_accounts_acme_v1", "poison").await, Value::Null);
}
