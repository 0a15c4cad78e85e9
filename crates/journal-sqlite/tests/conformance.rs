//! The SQLite journal passes the suite every adapter passes.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::sync::Arc;

use async_trait::async_trait;
use journal_sqlite::{Options, SqliteJournal};
use ports::Clock;
use ports::conformance::{Adapter, Opened, run};

struct OnDisk;

#[async_trait]
impl Adapter for OnDisk {
    async fn open(&self, clock: Arc<dyn Clock>) -> Opened {
        let dir = tempfile::tempdir().unwrap();
        let journal = Arc::new(SqliteJournal::open_owner(dir.path(), Options::default(), clock).unwrap());
        Opened { journal: journal.clone(), quarantine: journal, keep: Box::new(dir) }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_over_sqlite_conforms() {
    run(&OnDisk).await;
}
