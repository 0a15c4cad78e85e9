//! What a server is told to say and to do wrong.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// What goes wrong with one append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is recorded, and never answered.
    RecordedUnanswered,
    /// It is recorded, and answered as if the server were going away.
    RecordedUnavailable,
    /// It is not recorded, and never answered.
    LostUnanswered,
    /// It is not recorded, and answered as if the server were going away.
    LostUnavailable,
}

/// Orders that hold until they are changed.
pub(crate) struct Standing {
    pub(crate) version: String,
    pub(crate) credentials: Option<(String, String)>,
    pub(crate) append_bytes_max: usize,
    pub(crate) members: Vec<(String, u16)>,
    pub(crate) leader: Option<(String, u16)>,
    pub(crate) faults: VecDeque<Fault>,
}

pub(crate) struct Orders {
    standing: Mutex<Standing>,
    subscriptions: AtomicU64,
    /// Counts how often subscriptions were ended.
    ended: watch::Sender<u64>,
    /// Whether subscriptions say nothing.
    held: watch::Sender<bool>,
}

impl Default for Orders {
    fn default() -> Self {
        let standing = Standing {
            version: "25.0.1".to_owned(),
            credentials: None,
            append_bytes_max: 1024 * 1024,
            members: Vec::new(),
            leader: None,
            faults: VecDeque::new(),
        };
        let (ended, _) = watch::channel(0);
        let (held, _) = watch::channel(false);
        Self { standing: Mutex::new(standing), subscriptions: AtomicU64::new(0), ended, held }
    }
}

impl Orders {
    pub(crate) fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Standing)) {
        change(&mut self.standing());
    }

    pub(crate) fn end_subscriptions(&self) {
        self.ended.send_modify(|times| *times += 1);
    }

    pub(crate) fn hold(&self, held: bool) {
        self.held.send_replace(held);
    }

    /// Resolves as soon as subscriptions may speak.
    pub(crate) async fn may_speak(&self) {
        let mut held = self.held.subscribe();
        // The sender lives as long as this does.
        let _held = held.wait_for(|held| !held).await;
    }

    pub(crate) fn subscriptions(&self) -> u64 {
        self.subscriptions.load(Ordering::SeqCst)
    }

    /// Counts a subscription and says when it is to end.
    pub(crate) fn subscribed(&self) -> watch::Receiver<u64> {
        self.subscriptions.fetch_add(1, Ordering::SeqCst);
        let mut ended = self.ended.subscribe();
        ended.mark_unchanged();
        ended
    }
}
