//! Inputs, what was recorded of them, and waiting for a double.

use std::sync::Arc;

use kurrent_double::Double;
use ports::{Append, Expect, Journal, NewEvent, PAGE_EVENTS_MAX, Position, Receipt, Recorded, Select};
use uuid::Uuid;

/// The id named by a label.
pub(crate) fn id(label: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, label.as_bytes())
}

/// An append of `count` events under a key named by the label.
pub(crate) fn append(label: &str, stream: &str, expect: Expect, count: usize) -> Append {
    let event = |index: usize| NewEvent {
        id: id(&format!("{label}/{index}")),
        kind: 7,
        text: format!(r#"{{"label":"{label}/{index}"}}"#).into(),
        fact: format!("fact of {label}/{index}").into(),
    };
    let events = (0..count).map(event).collect();
    Append { key: id(label), digest: [1; 32], stream: Arc::from(stream), expect, events }
}

/// Appends `count` events to the stream as it stands.
pub(crate) async fn record(journal: &dyn Journal, label: &str, stream: &str, count: usize) -> Receipt {
    let expect = journal.version(stream).await.expect("the mirror can be read").into();
    journal.append(append(label, stream, expect, count)).await.expect("nothing stands against this append")
}

/// Everything recorded; fits one page here.
pub(crate) async fn everything(journal: &dyn Journal) -> Vec<Recorded> {
    let page = journal.read_all(Position::START, Position::END, Select::Both, PAGE_EVENTS_MAX).await;
    page.expect("the mirror can be read").events
}

/// Waits until so many subscriptions were opened.
pub(crate) async fn until_subscribed(double: &Double, count: u64) {
    while double.subscriptions() < count {
        tokio::task::yield_now().await;
    }
}

/// Waits until the server holds so many events, the founding one too.
pub(crate) async fn until_recorded(double: &Double, count: u64) {
    while double.recorded().await < count {
        tokio::task::yield_now().await;
    }
}

/// Waits until the mirror holds everything up to this position.
pub(crate) async fn until_head(journal: &dyn Journal, position: Position) {
    while journal.head().await.expect("the mirror can be read").position < position {
        tokio::task::yield_now().await;
    }
}
