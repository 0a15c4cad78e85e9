//! One subscription to everything of ours, from a position on until it ends.
//!
//! The crate's subscription has a fault: when the server ends it as if all had been said, the crate asks the
//! ended stream again and again within one poll, which neither returns nor can be cancelled. All it does in
//! that loop is to log a warning; so it is polled under a subscriber of its own, which knows that warning and
//! unwinds out of the poll. `tests/failures/supervisor.rs` ends a subscription to show that this holds; the crate's
//! version is pinned.

use std::panic::{AssertUnwindSafe, resume_unwind};

use eventstore::{
    Client, Error, Position, RecordedEvent, StreamPosition, SubscribeToAllOptions, SubscriptionEvent,
    SubscriptionFilter,
};
use futures::FutureExt as _;
use tokio::sync::mpsc;
use tracing::field::{Field, Visit};
use tracing::instrument::WithSubscriber as _;
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Level, Metadata, Subscriber};

/// What the crate says in its loop.
const SPINNING: &str = "Received an unknown subscription message";

/// What a subscription says.
pub(crate) enum Heard {
    Event(Box<RecordedEvent>),
    /// Everything there was has been said.
    CaughtUp,
}

/// Why a subscription ended.
pub(crate) enum Ended {
    /// The server said that this is all.
    Cleanly,
    Failed(Box<Error>),
    /// The crate gave up on something it did not expect.
    Broken,
    /// Nobody listens any more.
    Unheard,
}

/// Passes on everything of these types after `from`. It may be dropped at any time; the crate's own future may not.
pub(crate) async fn listen(
    client: Client,
    types: String,
    from: Option<Position>,
    heard: mpsc::Sender<Heard>,
) -> Ended {
    let options = SubscribeToAllOptions::default()
        .position(from.map_or(StreamPosition::Start, StreamPosition::Position))
        .filter(SubscriptionFilter::on_event_type().add_prefix(types));
    let mut subscription = client.subscribe_to_all(&options).await;
    let watcher = Dispatch::new(Watcher);
    loop {
        let next = subscription.next_subscription_event().with_subscriber(watcher.clone());
        let said = match AssertUnwindSafe(next).catch_unwind().await {
            Ok(Ok(SubscriptionEvent::EventAppeared(event))) => match event.event {
                Some(event) => Heard::Event(Box::new(event)),
                None => continue,
            },
            Ok(Ok(SubscriptionEvent::CaughtUp)) => Heard::CaughtUp,
            Ok(Ok(_)) => continue,
            Ok(Err(error)) => return Ended::Failed(Box::new(error)),
            Err(panic) if panic.is::<Spinning>() => return Ended::Cleanly,
            Err(_) => return Ended::Broken,
        };
        if heard.send(said).await.is_err() {
            return Ended::Unheard;
        }
    }
}

struct Spinning;

/// Hears what the crate logs while it is polled, and unwinds when it spins.
struct Watcher;

impl Subscriber for Watcher {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && *metadata.level() == Level::WARN && metadata.target().starts_with("eventstore")
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::WARN)
    }

    fn event(&self, event: &Event<'_>) {
        let mut spinning = false;
        event.record(&mut Message(&mut spinning));
        if spinning {
            // Not a panic: nothing is printed and nothing is wrong with this process.
            resume_unwind(Box::new(Spinning));
        }
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

struct Message<'m>(&'m mut bool);

impl Visit for Message<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        *self.0 |= field.name() == "message" && format!("{value:?}") == SPINNING;
    }
}
