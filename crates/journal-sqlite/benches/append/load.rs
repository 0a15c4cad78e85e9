//! What is appended: events of some 600 bytes over many small account streams.

use std::sync::Arc;

use bytes::Bytes;
use ports::{Append, Expect, NewEvent, Version};
use uuid::Uuid;

pub(crate) const WRITERS: usize = 64;
/// Accounts per writer; writers do not share accounts, so nobody conflicts.
const ACCOUNTS: usize = 300;
/// One account in five has a live handoff and gets four events in five.
const LIVE_ACCOUNTS: usize = ACCOUNTS / 5;

/// Brings the text to some 600 bytes.
const PADDING_BYTES: usize = 400;

pub(crate) const DESCRIPTION: &str = "64 writers, one event of about 600 bytes text and 48 bytes fact each; \
     19,200 account streams, the 20 % with a live handoff get 80 % of the events";

/// The state of every writer, kept between rounds.
pub(crate) struct Load {
    pub(crate) writers: Vec<WriterLoad>,
}

pub(crate) struct WriterLoad {
    number: usize,
    counter: u64,
    random: u64,
    padding: String,
    streams: Vec<(Arc<str>, Option<Version>)>,
}

impl Load {
    pub(crate) fn new() -> Self {
        Self { writers: (0..WRITERS).map(WriterLoad::new).collect() }
    }
}

impl WriterLoad {
    fn new(number: usize) -> Self {
        let name = |account| (Arc::from(format!("account-{number:02}-{account:04}")), None);
        let streams = (0..ACCOUNTS).map(name).collect();
        Self {
            number,
            counter: 0,
            random: 0x9E37_79B9_7F4A_7C15 ^ (number as u64 + 1),
            padding: "x".repeat(PADDING_BYTES),
            streams,
        }
    }

    /// The next append and the account it goes to.
    pub(crate) fn next(&mut self) -> (usize, Append) {
        self.counter += 1;
        let live = self.random() % 5 < 4;
        let account = self.random() as usize;
        let account =
            if live { account % LIVE_ACCOUNTS } else { LIVE_ACCOUNTS + account % (ACCOUNTS - LIVE_ACCOUNTS) };
        let key = Uuid::from_u64_pair(self.random(), self.random());
        let id = Uuid::from_u64_pair(self.random(), self.random());
        let (stream, version) = &self.streams[account];
        let text = format!(
            r#"{{"specversion":"1.0","id":"{id}","source":"crm.example","type":"deal.submitted","subject":"{stream}","time":"2026-05-29T12:00:00Z","data":{{"number":{},"padding":"{}"}}}}"#,
            self.counter, self.padding
        );
        let append = Append {
            key,
            digest: [self.number as u8; 32],
            stream: stream.clone(),
            expect: Expect::from(*version),
            events: vec![NewEvent { id, kind: 7, text: text.into(), fact: Bytes::from_static(&[7; 48]) }],
        };
        (account, append)
    }

    pub(crate) fn appended(&mut self, account: usize, version: Option<Version>) {
        self.streams[account].1 = version;
    }

    /// Xorshift: the same sequence in every run.
    fn random(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }
}
