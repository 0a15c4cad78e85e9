//! What can be set about the journal, and where the numbers come from.

use std::time::Duration;

/// How the journal speaks to its server.
#[derive(Clone, Debug)]
pub struct Options {
    /// How long one call may take, in seconds: the client's own default. The crate only tells it to the server,
    /// so it is kept here.
    pub call: Duration,
    /// How long an append is asked for again before it is answered `Indeterminate` or `Unavailable`, in
    /// seconds: a cluster elects a leader in less.
    pub append: Duration,
    /// How long opening waits without hearing anything new, in seconds.
    pub catch_up: Duration,
    /// Appends under way; the next one is answered `Overloaded`. At some 5 ms an append on a server that
    /// syncs, 1,024 are what 64 connections can have waiting.
    pub appends_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            call: Duration::from_secs(10),
            append: Duration::from_secs(30),
            catch_up: Duration::from_secs(30),
            appends_max: 1_024,
        }
    }
}
