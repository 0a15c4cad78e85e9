//! What each of many appends expects of its stream: as the ones before it left it.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Append, AppendError, Outcome, Receipt};
use crate::position::Expect;

/// The rule of [`super::Journal::append_all`], for its default and for backends that override it.
#[derive(Debug, Default)]
pub struct InOrder {
    left: FxHashMap<Arc<str>, Expect>,
}

impl InOrder {
    /// What the append expects: its own word for the first one to a stream, else as the stream was left.
    pub fn expect(&self, append: &Append) -> Expect {
        self.left.get(&append.stream).copied().unwrap_or(append.expect)
    }

    /// Notes how an append to `stream` that expected `expected` was answered.
    pub fn answered(&mut self, stream: &Arc<str>, expected: Expect, answer: &Result<Receipt, AppendError>) {
        let left = match answer {
            Ok(receipt) if receipt.outcome == Outcome::Appended => receipt.version.into(),
            // Nothing was recorded now: the next one expects what this one did.
            Ok(_) | Err(_) => expected,
        };
        match self.left.get_mut(stream) {
            Some(known) => *known = left,
            None => drop(self.left.insert(Arc::clone(stream), left)),
        }
    }
}
