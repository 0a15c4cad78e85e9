//! The journal on KurrentDB passes the suite every adapter passes, over the double and over a real server.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use journal_kurrent::{Absent, KurrentJournal, Options};
use kurrent_double::{Double, Serving};
use ports::conformance::{Adapter, Opened, run};
use ports::memory::{MemoryJournal, MemoryQuarantine};
use ports::{Clock, SystemClock};

/// Names the real server, as a connection string.
const SERVER_VARIABLE: &str = "EVENTSTORE_URL";

/// A double for each check.
struct OverADouble;

#[async_trait]
impl Adapter for OverADouble {
    async fn open(&self, clock: Arc<dyn Clock>) -> Opened {
        let serving = double();
        opened(&serving.url(), clock, Some(serving)).await
    }
}

/// A journal of its own for each check, on one real server.
struct OverAServer {
    address: String,
    /// New with every run, since a server forgets nothing.
    run: u32,
    checks: AtomicU32,
}

#[async_trait]
impl Adapter for OverAServer {
    async fn open(&self, clock: Arc<dyn Clock>) -> Opened {
        let check = self.checks.fetch_add(1, Ordering::SeqCst);
        let joint = if self.address.contains('?') { '&' } else { '?' };
        let address = format!("{}{joint}journal=run-{}-{check}", self.address, self.run);
        opened(&address, clock, None).await
    }
}

fn double() -> Serving {
    Double::over(Arc::new(MemoryJournal::new(Arc::new(SystemClock)))).serve().unwrap()
}

async fn opened(address: &str, clock: Arc<dyn Clock>, serving: Option<Serving>) -> Opened {
    let mirror = Arc::new(MemoryJournal::new(clock.clone()));
    let opening = KurrentJournal::open(address, Absent::Found, mirror, clock.clone(), Options::default());
    Opened {
        journal: Arc::new(opening.await.unwrap()),
        quarantine: Arc::new(MemoryQuarantine::new(clock)),
        keep: Box::new(serving),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_over_a_double_of_kurrentdb_conforms() {
    run(&OverADouble).await;
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::disallowed_methods, reason = "which server to test with is said by whoever runs the tests")]
async fn the_journal_over_a_real_kurrentdb_conforms() {
    let Ok(address) = std::env::var(SERVER_VARIABLE) else {
        eprintln!("skipped: {SERVER_VARIABLE} names no server, so only the double of KurrentDB was used");
        return;
    };
    run(&OverAServer { address, run: std::process::id(), checks: AtomicU32::new(0) }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn journals_with_names_share_a_server_and_nothing_else() {
    let serving = double();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let one = opened(&format!("{}&journal=one", serving.url()), clock.clone(), None).await.journal;
    let two = opened(&format!("{}&journal=two", serving.url()), clock.clone(), None).await.journal;
    let none = opened(&serving.url(), clock, None).await.journal;
    assert!(one.id() != two.id() && one.id() != none.id());
    for journal in [one, two, none] {
        let past = ports::PastAppend {
            number: 1,
            key: uuid::Uuid::from_u128(1),
            digest: [1; 32],
            stream: Arc::from("account-1"),
            recorded_ms: 5,
            events: Vec::new(),
        };
        let receipts = journal.import(vec![past]).await.unwrap();
        assert_eq!(receipts[0].outcome, ports::Outcome::Appended, "the key is free in each");
    }
}
