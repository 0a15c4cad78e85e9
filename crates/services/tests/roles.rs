//! Several processes on one journal: each plays some roles, and what one leaves undone another does.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/machine.rs"]
mod machine;

use std::sync::Arc;

use bytes::Bytes;
use domain::event::account::AccountEvent;
use domain::event::{Event, deal::DealEvent};
use domain::stream::Stream;
use futures::future::BoxFuture;
use ports::{Exchange, Journal as _, MemoryExchange};
use services::book::Book;
use services::intake::Answer;
use services::roles::checkpoint::{Checkpoints, MemoryCheckpoints};
use services::roles::commands::{Commands, Received};
use services::roles::duty::{self, Duty};
use services::roles::standing::{Standing, Standings};
use services::roles::supervisor::Supervisor;
use services::roles::{Role, Roles, clock, follower};
use tokio::sync::watch;
use wire::forwarded::Outcome;

use crate::machine::{Machine, defaults, tell};

impl Machine {
    /// A process that does `duties` at once when it records something.
    fn process(&self, duties: &[Duty]) -> Arc<Book> {
        Arc::new(self.book().doing_at_once(duties.iter().copied()))
    }
}

fn event(id: &str, subject: &str, kind: &str, data: &str) -> String {
    format!(
        r#"{{"specversion":"1.0","id":"{id}","source":"crm","type":"chaperone.{kind}.v1","subject":"{subject}",
        "time":"2026-03-01T10:00:00Z","actorrole":"system","data":{data}}}"#
    )
}

fn submission(id: &str, partner: &str) -> String {
    let data = format!(
        r#"{{"deal":"{id}","partner":"{partner}","scope":{{"product_lines":["servers"]}},"need":"twelve servers",
        "complete":true,"missing":[]}}"#
    );
    event(id, "account-acme.globex", "deal.submitted", &data)
}

fn account() -> Stream {
    "account-acme.globex".parse().unwrap()
}

async fn decisions(book: &Book) -> usize {
    let loaded = book.load(&account()).await.unwrap();
    let decided = |event: &Event| {
        matches!(event, Event::Deal(DealEvent::Approved(_) | DealEvent::Rejected(_)))
            || matches!(event, Event::Account(AccountEvent::TakeoverRefused(_)))
    };
    loaded.facts.iter().filter(|fact| decided(&fact.event)).count()
}

/// Plays one duty until everything recorded so far is done.
async fn done(book: &Arc<Book>, duty: Duty, checkpoints: &Arc<dyn Checkpoints>) {
    let standing = Standing::new(duty.role());
    let head = book.journal.head().await.unwrap().position;
    let keeping = duty::keep(Arc::clone(book), duty, Arc::clone(checkpoints), standing.clone());
    tokio::select! {
        ended = keeping => panic!("the role ended: {ended:?}"),
        () = until(|| standing.done() >= Some(head)) => {}
    }
}

async fn until(condition: impl Fn() -> bool) {
    while !condition() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_one_process_only_recorded_is_decided_by_another_and_once() {
    let machine = Machine::new();
    let intake = machine.process(&[]);
    let checkpoints: Arc<dyn Checkpoints> = Arc::new(MemoryCheckpoints::default());
    assert!(matches!(tell(&intake, &submission("d1", "northwind")).await, Answer::Accepted { .. }));
    assert!(matches!(tell(&intake, &submission("d2", "contoso")).await, Answer::Accepted { .. }));
    assert_eq!(decisions(&intake).await, 0);

    let registration = machine.process(&[Duty::Settle]);
    done(&registration, Duty::Settle, &checkpoints).await;
    assert_eq!(decisions(&registration).await, 2);
    let head = machine.journal.head().await.unwrap().position;
    assert_eq!(checkpoints.read(Role::Registration).map(|done| done <= head), Some(true));

    // Another replica goes through the whole journal and finds nothing left to do.
    let replica = machine.process(&[Duty::Settle]);
    done(&replica, Duty::Settle, &(Arc::new(MemoryCheckpoints::default()) as _)).await;
    assert_eq!(machine.journal.head().await.unwrap().position, head);
}

#[tokio::test]
async fn a_process_takes_in_what_others_recorded() {
    let machine = Machine::new();
    let (one, other) = (machine.process(&[Duty::Settle]), machine.process(&[Duty::Settle]));
    let following = tokio::spawn(follower::follow(Arc::clone(&other)));
    // The account is kept by the other process before anything stands on it.
    assert!(other.load(&account()).await.unwrap().version.is_none());
    tell(&one, &submission("d1", "northwind")).await;
    let northwind = "northwind".parse().unwrap();
    let vendor = "acme".parse().unwrap();
    until(|| other.shelf().directory.partner(&vendor, &northwind).is_some()).await;
    let stands = one.load(&account()).await.unwrap().version;
    loop {
        if other.load(&account()).await.unwrap().version == stands {
            break;
        }
        tokio::task::yield_now().await;
    }
    following.abort();
}

#[tokio::test]
async fn a_command_is_answered_by_the_process_that_plays_its_role() {
    let machine = Machine::new();
    let exchange: Arc<dyn Exchange> = Arc::new(MemoryExchange::default());
    let api = machine.process(&[Duty::Settle]);
    tell(&api, &submission("d1", "northwind")).await;
    let commands = Commands::new(Arc::clone(&api), Roles::of([Role::Api]), Some(Arc::clone(&exchange)));
    let text = r#"{"type":"chaperone.deal.cancel.v1","subject":"account-acme.globex","id":"c1","source":"portal",
        "actorrole":"vendor_officer","authtype":"user","authid":"acme/desk",
        "data":{"deal":"d1","reason":"entered twice"}}"#;
    let received = || Received {
        input: wire::command::read(text.as_bytes(), &defaults(&api)).unwrap(),
        text: Bytes::from_static(text.as_bytes()),
        known: None,
    };
    let unheard = commands.answer(received()).await.unwrap_err();
    assert_eq!(unheard.to_string(), "no process answers chaperone.command.registration now");

    let registration = machine.process(&[Duty::Settle]);
    let roles = Roles::of([Role::Registration]);
    let answering = Commands::new(registration, roles, Some(exchange));
    let _answering = answering.serve(Role::Registration).await.unwrap();
    let first = commands.answer(received()).await.unwrap();
    let again = commands.answer(received()).await.unwrap();
    assert_eq!(again.outcome, Outcome::Repeated, "{again:?}");
    assert_eq!((first.outcome, first.receipt.events), (Outcome::Accepted, again.receipt.events));
}

#[tokio::test]
async fn the_lapse_of_an_invitation_nobody_answers_is_noted_once() {
    let machine = Machine::new();
    let book = machine.process(&[Duty::Settle]);
    let terms = format!("sha256:{}", "ab".repeat(32));
    let invited = format!(
        r#"{{"handoff":"h1","host":"northwind","guest":"contoso","protected_scope":{{}},"granted_scope":{{}},
        "granted_acts":["deliver"],"role":"Services Partner","terms":"{terms}",
        "commission":{{"rate_bp":500,"base":"net_order","tail_months":12}},"protection_days":365,"tail_days":90,
        "commitments":[],"expires_at":"2026-03-15T10:00:00Z","host_signed_at":"2026-03-01T10:00:00Z"}}"#
    );
    let answer = tell(&book, &event("h1", "account-acme.globex", "handoff.invited", &invited)).await;
    assert!(matches!(answer, Answer::Accepted { .. }), "{answer:?}");
    machine.clock.advance(20 * 24 * 3_600 * 1_000);
    let (running, ending) = watch::channel(());
    let mut supervisor = Supervisor::new(Standings::default(), ending);
    let played = Arc::clone(&book);
    supervisor.play(Role::Clock, move |standing| -> BoxFuture<'static, _> {
        Box::pin(clock::keep(Arc::clone(&played), standing))
    });
    loop {
        let loaded = book.load(&account()).await.unwrap();
        let handoff = loaded.account.handoff(&"h1".parse().unwrap()).cloned();
        if handoff.is_some_and(|handoff| handoff.lapse_noted.is_some()) {
            break;
        }
        tokio::task::yield_now().await;
    }
    drop(running);
    supervisor.ended().await;
    assert_eq!(book.load(&account()).await.unwrap().facts.len(), 2);
}
