//! Callers that wait until what they wrote has come back in `$all`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ports::{AppendError, Outcome, Receipt, Version};
use tokio::sync::oneshot;
use uuid::Uuid;

/// What came of a key that was read in `$all`.
#[derive(Clone, Debug)]
pub(crate) enum Arrived {
    /// It was consumed, by this very append of ours or by another one.
    Consumed { receipt: Receipt, is_ours: bool },
    /// It stays free: the append was written expecting a version the stream did not have.
    Void { actual: Option<Version> },
}

/// The callers by the key they wait for.
#[derive(Clone, Default)]
pub(crate) struct Waiting {
    callers: Arc<Mutex<HashMap<Uuid, Vec<Caller>>>>,
}

struct Caller {
    number: u64,
    answer: oneshot::Sender<(Arrived, Outcome)>,
}

/// A place in the queue; it is given up when this goes.
pub(crate) struct Place {
    waiting: Waiting,
    key: Uuid,
    number: u64,
    answer: oneshot::Receiver<(Arrived, Outcome)>,
}

impl Waiting {
    /// Waits for a key from now on.
    pub(crate) fn queue(&self, key: Uuid) -> Place {
        let (answer, receive) = oneshot::channel();
        let mut callers = self.callers();
        let queue = callers.entry(key).or_default();
        let number = queue.last().map_or(0, |last| last.number + 1);
        queue.push(Caller { number, answer });
        Place { waiting: self.clone(), key, number, answer: receive }
    }

    /// Tells everybody who waits for the key. Of several only the first has recorded it.
    pub(crate) fn arrived(&self, key: Uuid, arrived: &Arrived) {
        let callers = self.callers().remove(&key).unwrap_or_default();
        let is_ours = matches!(arrived, Arrived::Consumed { is_ours: true, .. });
        let mut outcome = if is_ours { Outcome::Appended } else { Outcome::Repeated };
        for caller in callers {
            // A caller that is gone needs no answer.
            let told = caller.answer.send((arrived.clone(), outcome)).is_ok();
            if told {
                outcome = Outcome::Repeated;
            }
        }
    }

    fn callers(&self) -> MutexGuard<'_, HashMap<Uuid, Vec<Caller>>> {
        self.callers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// The answer to an append of this content, once the key was read in `$all`.
    pub(crate) async fn answer(&mut self, digest: [u8; 32]) -> Result<Receipt, AppendError> {
        match (&mut self.answer).await {
            Ok((Arrived::Consumed { receipt, .. }, outcome)) => {
                first_come(Receipt { outcome, ..receipt }, digest)
            }
            Ok((Arrived::Void { actual }, _)) => Err(AppendError::Conflict { actual }),
            Err(_) => Err(AppendError::Indeterminate),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut callers = self.waiting.callers();
        if let Some(queue) = callers.get_mut(&self.key) {
            queue.retain(|caller| caller.number != self.number);
            if queue.is_empty() {
                callers.remove(&self.key);
            }
        }
    }
}

/// The receipt, where it is about this content.
pub(crate) fn first_come(receipt: Receipt, digest: [u8; 32]) -> Result<Receipt, AppendError> {
    if receipt.digest == digest {
        return Ok(receipt);
    }
    let receipt = Receipt { outcome: Outcome::Repeated, ..receipt };
    Err(AppendError::KeyMismatch { receipt: Box::new(receipt) })
}
