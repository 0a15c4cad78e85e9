//! The journal on KurrentDB passes the suite every adapter passes, over the double and over a real server.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::sync::Arc;

use async_trait::async_trait;
use journal_kurrent::{Absent, KurrentJournal, Options};
use kurrent_double::Double;
use ports::conformance::{Adapter, Opened, run};
use ports::memory::{MemoryJournal, MemoryQuarantine};
use ports::{Clock, SystemClock};

struct OverADouble;

#[async_trait]
impl Adapter for OverADouble {
    async fn open(&self, clock: Arc<dyn Clock>) -> Opened {
        let double = Double::over(Arc::new(MemoryJournal::new(Arc::new(SystemClock))));
        let serving = double.serve().unwrap();
        let mirror = Arc::new(MemoryJournal::new(clock.clone()));
        let url = serving.url();
        let opened = KurrentJournal::open(&url, Absent::Found, mirror, clock.clone(), Options::default());
        Opened {
            journal: Arc::new(opened.await.unwrap()),
            quarantine: Arc::new(MemoryQuarantine::new(clock)),
            keep: Box::new(serving),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_over_a_double_of_kurrentdb_conforms() {
    run(&OverADouble).await;
}
