//! What every bus promises whoever publishes facts on it.

use std::any::Any;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::future::{BoxFuture, join_all};

use super::sample::id;
use crate::bus::{Behind, Checkpoint, Extent, FactBus, Message, PUBLISH_MESSAGES_MAX, PublishError};
use crate::position::Position;

/// Opens a bus for one check.
#[async_trait]
pub trait BusAdapter: Send + Sync {
    /// A fresh bus without messages, and whatever must live as long.
    async fn open(&self) -> (Arc<dyn FactBus>, Box<dyn Any + Send + Sync>);

    /// What somebody reads there, in order: subjects, headers and bodies.
    async fn read(&self, keep: &(dyn Any + Send + Sync)) -> Vec<Message>;
}

struct Subject<'a> {
    bus: Arc<dyn FactBus>,
    adapter: &'a dyn BusAdapter,
    keep: Box<dyn Any + Send + Sync>,
}

struct Check {
    name: &'static str,
    run: for<'a> fn(Subject<'a>) -> BoxFuture<'a, ()>,
}

/// Lists checks under their names.
macro_rules! checks {
    ($($check:ident),* $(,)?) => {
        &[$(Check { name: stringify!($check), run: |subject| Box::pin($check(subject)) }),*]
    };
}

const CHECKS: &[Check] = checks![
    a_new_bus_ends_at_nothing,
    what_is_published_is_read_in_order_and_whole,
    the_last_message_says_how_far_the_bus_is,
    publishing_nothing_moves_nothing,
    whoever_expects_another_end_publishes_nothing,
    of_concurrent_publishers_behind_one_end_one_publishes,
    as_many_as_may_be_handed_over_are_published_in_order_or_refused,
    an_emptied_bus_keeps_its_number_and_takes_the_same_messages_again,
    whoever_did_not_see_it_emptied_publishes_nothing,
    what_came_later_is_not_removed,
    a_bus_emptied_beyond_its_end_takes_messages_where_it_says_it_ends,
];

/// Runs every check against a fresh bus, naming each on stderr.
///
/// # Panics
/// At the first check that fails.
pub async fn run(adapter: &dyn BusAdapter) {
    for check in CHECKS {
        eprintln!("conformance: {}", check.name);
        let (bus, keep) = adapter.open().await;
        (check.run)(Subject { bus, adapter, keep }).await;
    }
}

fn message(ordinal: u64) -> Message {
    Message {
        subject: format!("chaperone.acme.fact.account.account-{}", ordinal % 7),
        headers: vec![("ce-id".into(), id(&ordinal.to_string()).to_string())],
        payload: Bytes::from(format!("{{\"ordinal\":{ordinal}}}")),
        checkpoint: Checkpoint {
            journal: id("journal"),
            position: Position::new(0, ordinal),
            ordinal,
            digest: [ordinal.to_le_bytes()[0]; 32],
        },
    }
}

fn messages(ordinals: std::ops::RangeInclusive<u64>) -> Vec<Message> {
    ordinals.map(message).collect()
}

impl Subject<'_> {
    async fn extent(&self) -> Extent {
        self.bus.extent().await.expect("the bus answers")
    }

    async fn publish(&self, ordinals: std::ops::RangeInclusive<u64>, behind: Behind) -> Behind {
        self.bus.publish(messages(ordinals), behind).await.expect("nothing stands against it")
    }

    async fn refused(&self, ordinals: std::ops::RangeInclusive<u64>, behind: Behind) {
        let answer = self.bus.publish(messages(ordinals), behind).await;
        assert!(matches!(answer, Err(PublishError::Moved)), "{answer:?}");
    }

    async fn read(&self) -> Vec<Message> {
        self.adapter.read(&*self.keep).await
    }
}

async fn a_new_bus_ends_at_nothing(subject: Subject<'_>) {
    assert_eq!(subject.extent().await, Extent::default());
}

async fn what_is_published_is_read_in_order_and_whole(subject: Subject<'_>) {
    let end = subject.publish(1..=1, Behind::default()).await;
    let end = subject.publish(2..=40, end).await;
    subject.publish(41..=42, end).await;
    assert_eq!(subject.read().await, messages(1..=42));
}

async fn the_last_message_says_how_far_the_bus_is(subject: Subject<'_>) {
    let end = subject.publish(1..=3, Behind::default()).await;
    assert_eq!(end, Behind { sequence: 3, message: 3 });
    let checkpoint = Some(message(3).checkpoint);
    assert_eq!(subject.extent().await, Extent { end, messages: 3, checkpoint });
}

async fn publishing_nothing_moves_nothing(subject: Subject<'_>) {
    let end = subject.publish(1..=2, Behind::default()).await;
    assert_eq!(subject.bus.publish(Vec::new(), end).await.expect("there is nothing to refuse"), end);
    assert_eq!(subject.extent().await.end, end);
}

async fn whoever_expects_another_end_publishes_nothing(subject: Subject<'_>) {
    subject.refused(1..=1, Behind { sequence: 1, message: 1 }).await;
    let end = subject.publish(1..=2, Behind::default()).await;
    for count in [1, 5] {
        subject.refused(3..=2 + count, Behind::default()).await;
        subject.refused(3..=2 + count, Behind { sequence: 1, message: 1 }).await;
        subject.refused(3..=2 + count, Behind { sequence: 3, message: 3 }).await;
    }
    assert_eq!(subject.extent().await.end, end);
    assert_eq!(subject.read().await, messages(1..=2));
}

async fn of_concurrent_publishers_behind_one_end_one_publishes(subject: Subject<'_>) {
    let end = subject.publish(1..=1, Behind::default()).await;
    let batches: Vec<_> = (0..8).map(|size| messages(2..=3 + size)).collect();
    let answers = join_all(batches.iter().map(|batch| subject.bus.publish(batch.clone(), end))).await;
    let won: Vec<&Behind> = answers.iter().filter_map(|answer| answer.as_ref().ok()).collect();
    assert_eq!(won.len(), 1, "{answers:?}");
    assert_eq!(subject.extent().await.end, *won[0]);
    assert_eq!(subject.read().await, messages(1..=won[0].sequence));
}

async fn as_many_as_may_be_handed_over_are_published_in_order_or_refused(subject: Subject<'_>) {
    let full = PUBLISH_MESSAGES_MAX as u64;
    subject.refused(1..=full, Behind { sequence: 9, message: 9 }).await;
    assert_eq!(subject.extent().await, Extent::default());
    let end = subject.publish(1..=full, Behind::default()).await;
    assert_eq!(subject.extent().await.messages, full);
    subject.publish(full + 1..=2 * full, end).await;
    assert_eq!(subject.read().await, messages(1..=2 * full));
}

async fn an_emptied_bus_keeps_its_number_and_takes_the_same_messages_again(subject: Subject<'_>) {
    let end = subject.publish(1..=5, Behind::default()).await;
    subject.bus.empty(end.sequence).await.expect("the bus answers");
    let emptied = subject.extent().await;
    let end = Behind { sequence: 5, message: 0 };
    assert_eq!(emptied, Extent { end, messages: 0, checkpoint: None });
    subject.publish(1..=5, end).await;
    assert_eq!(subject.extent().await.messages, 5);
    assert_eq!(subject.read().await, messages(1..=5));
}

async fn whoever_did_not_see_it_emptied_publishes_nothing(subject: Subject<'_>) {
    let end = subject.publish(1..=5, Behind::default()).await;
    subject.bus.empty(end.sequence).await.expect("the bus answers");
    subject.refused(6..=6, end).await;
    subject.refused(6..=9, end).await;
    assert_eq!(subject.extent().await.messages, 0);
}

async fn what_came_later_is_not_removed(subject: Subject<'_>) {
    let seen = subject.publish(1..=3, Behind::default()).await;
    subject.publish(4..=6, seen).await;
    subject.bus.empty(seen.sequence).await.expect("the bus answers");
    assert_eq!(subject.read().await, messages(4..=6));
}

async fn a_bus_emptied_beyond_its_end_takes_messages_where_it_says_it_ends(subject: Subject<'_>) {
    subject.bus.empty(20).await.expect("the bus answers");
    let end = subject.extent().await.end;
    let end = subject.publish(1..=3, end).await;
    subject.bus.empty(end.sequence + 20).await.expect("the bus answers");
    let end = subject.extent().await.end;
    subject.publish(1..=3, end).await;
    assert_eq!(subject.read().await, messages(1..=3));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::MemoryBus;

    struct InMemory;

    #[async_trait]
    impl BusAdapter for InMemory {
        async fn open(&self) -> (Arc<dyn FactBus>, Box<dyn Any + Send + Sync>) {
            let bus = MemoryBus::default();
            (Arc::new(bus.clone()), Box::new(bus))
        }

        async fn read(&self, keep: &(dyn Any + Send + Sync)) -> Vec<Message> {
            keep.downcast_ref::<MemoryBus>().expect("as opened").messages()
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_bus_in_memory_conforms() {
        run(&InMemory).await;
    }
}
