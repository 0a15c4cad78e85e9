//! What is gathered of a journal is the same on any number of threads, in memory or beyond it.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::fact::Fact;
use domain::stream::Stream;
use ports::memory::{MemoryJournal, MemoryQuarantine};
use ports::{Clock, Journal, ManualClock};
use serde_json::json;
use services::book::Book;
use services::intake;
use services::replay::{Gathering, map_accounts};
use wire::input::{Defaults, Record};

/// 2026-03-02T09:00:00Z.
const NOW_MS: i64 = 1_772_442_000_000;
const ACCOUNTS: usize = 24;
const MEETINGS: usize = 30;

/// A journal in which the meetings of many accounts stand mixed.
async fn journal() -> Arc<MemoryJournal> {
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(NOW_MS));
    let journal = Arc::new(MemoryJournal::new(Arc::clone(&clock)));
    let quarantine = Arc::new(MemoryQuarantine::new(Arc::clone(&clock)));
    let book = Book::open(Arc::clone(&journal) as _, quarantine, clock).unwrap();
    let defaults =
        Defaults { vendor: "acme".parse().unwrap(), source: "crm".parse().unwrap(), now: book.now() };
    for meeting in 0..MEETINGS {
        for account in 0..ACCOUNTS {
            let event = json!({"specversion": "1.0", "id": format!("{account}-{meeting}"), "source": "crm",
                "type": "chaperone.trade.meeting_held.v1", "subject": format!("account-acme.a{account}"),
                "time": "2026-03-01T10:00:00Z", "datacontenttype": "application/json",
                "data": {"partner": "northwind", "scope": {"product_lines": [format!("line-{meeting}")]},
                    "at": "2026-03-01T10:00:00Z"}});
            let received = event.to_string().into_bytes();
            let reading = wire::cloudevents::read(&received, &defaults);
            let record = Record { place: "here".to_owned(), received, reading };
            intake::take(&book, "crm", record).await.unwrap();
        }
    }
    journal
}

async fn gathered(journal: &MemoryJournal, threads: u32, memory_bytes: u64) -> BTreeMap<Stream, Vec<Fact>> {
    let upto = journal.head().await.unwrap().position;
    let gathering = Gathering { upto, wanted: &|_| true, apart: None, threads, memory_bytes };
    let mut all = BTreeMap::new();
    map_accounts(journal, &gathering, |stream, facts| Ok((stream, facts)), &mut |(stream, facts)| {
        assert!(all.insert(stream, facts).is_none(), "an account came twice");
        Ok(())
    })
    .unwrap();
    all
}

#[tokio::test]
async fn what_is_gathered_does_not_depend_on_threads_or_memory() {
    let journal = journal().await;
    let expected = gathered(&journal, 1, u64::MAX).await;
    assert_eq!(expected.len(), ACCOUNTS);
    for facts in expected.values() {
        assert_eq!(facts.len(), MEETINGS);
        assert!(facts.is_sorted_by_key(|fact| fact.meta.position));
    }
    for threads in [1, 2, 3, 7] {
        for memory_bytes in [0, 20_000, u64::MAX] {
            let is = gathered(&journal, threads, memory_bytes).await;
            assert!(is == expected, "on {threads} threads with {memory_bytes} bytes of memory");
        }
    }
}
