//! Inputs the checks are made of.

use std::sync::Arc;

use bytes::Bytes;
use uuid::Uuid;

use super::Subject;
use crate::journal::{Append, AppendError, Journal, NewEvent, PAGE_EVENTS_MAX, Receipt, Recorded, Select};
use crate::position::{Expect, Position};

/// A noon in 2026, UTC unix milliseconds.
pub(super) const NOON_MS: i64 = 1_780_056_000_000;

/// The id named by a label, the same in every run.
pub(super) fn id(label: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, label.as_bytes())
}

/// An append of `count` events under a key named by the label.
pub(super) fn append(label: &str, stream: &str, expect: Expect, count: usize) -> Append {
    Append {
        key: id(label),
        digest: [label.len() as u8; 32],
        stream: Arc::from(stream),
        expect,
        events: (0..count).map(|index| event(&format!("{label}/{index}"), index)).collect(),
    }
}

fn event(label: &str, index: usize) -> NewEvent {
    NewEvent {
        id: id(label),
        kind: (index % 3) as u16,
        text: Bytes::from(format!(r#"{{"label":"{label}"}}"#)),
        fact: Bytes::from(format!("fact of {label}")),
    }
}

impl Subject {
    /// Appends `count` events to the stream as it stands.
    pub(super) async fn record(&self, label: &str, stream: &str, count: usize) -> Receipt {
        let expect = self.journal.version(stream).await.expect("the journal can be read").into();
        self.append(append(label, stream, expect, count)).await.expect("nothing stands against this append")
    }

    pub(super) async fn append(&self, append: Append) -> Result<Receipt, AppendError> {
        self.journal.append(append).await
    }

    /// Everything recorded.
    pub(super) async fn all(&self) -> Vec<Recorded> {
        everything(&*self.journal).await
    }
}

/// Everything recorded, read in pages.
pub(super) async fn everything(journal: &dyn Journal) -> Vec<Recorded> {
    let mut events: Vec<Recorded> = Vec::new();
    loop {
        let after = events.last().map_or(Position::START, |event| event.position);
        let page = journal
            .read_all(after, Position::END, Select::Both, PAGE_EVENTS_MAX)
            .await
            .expect("the journal can be read");
        events.extend(page.events);
        if !page.more {
            return events;
        }
    }
}
