//! The bus is a prefix of the journal whatever befalls it, and an alarm tells when it cannot be.

use std::sync::Arc;

use bytes::Bytes;
use ports::bus::Message;
use ports::memory::{MemoryBus, MemoryJournal};
use ports::{Append, Expect, Journal, ManualClock, NewEvent, Position};
use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use super::{Alarm, BATCH_BYTES_MAX, Stopped, relay};

const NOON_MS: i64 = 1_780_056_000_000;

/// A journal of `events` events, each on a stream of its own; `word` tells what they say.
async fn journal(events: u64, word: &str) -> Arc<dyn Journal> {
    let journal: Arc<dyn Journal> = Arc::new(MemoryJournal::new(Arc::new(ManualClock::at(NOON_MS))));
    for number in 1..=events {
        record(&journal, number, word).await;
    }
    journal
}

async fn record(journal: &Arc<dyn Journal>, number: u64, word: &str) {
    let id = Uuid::from_u128(u128::from(number));
    let text = Bytes::from(format!(r#"{{"id":"{id}","data":{{"word":"{word}"}}}}"#));
    let append = Append {
        key: id,
        digest: [0; 32],
        stream: Arc::from(format!("account-acme.a{number}")),
        expect: Expect::NoStream,
        events: vec![NewEvent { id, kind: 1, text, fact: Bytes::new() }],
    };
    journal.append(append).await.unwrap();
}

/// A relay that runs until this is dropped.
struct Running {
    published: watch::Receiver<Position>,
    task: tokio::task::JoinHandle<Stopped>,
}

impl Running {
    fn start(journal: &Arc<dyn Journal>, bus: &MemoryBus) -> Self {
        let (told, published) = watch::channel(Position::START);
        let (journal, bus) = (Arc::clone(journal), bus.clone());
        let task = tokio::spawn(async move {
            let told = move |position, _| {
                told.send_replace(position);
            };
            let Err(stopped) = relay(&journal, &bus, told).await;
            stopped
        });
        Self { published, task }
    }

    async fn reaches(&mut self, number: u64) {
        self.published.wait_for(|position| position.lo() == number).await.unwrap();
    }

    async fn stops(mut self) -> Stopped {
        (&mut self.task).await.unwrap()
    }

    async fn alarms(self) -> Alarm {
        match self.stops().await {
            Stopped::Alarm(alarm) => alarm,
            Stopped::Failed(error) => panic!("{error:#}"),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Waits until the bus has exactly the first `count` events, however it came to them.
async fn filled(bus: &MemoryBus, count: u64) {
    loop {
        let numbers: Vec<u64> = bus.messages().iter().map(number).collect();
        if numbers.iter().copied().eq(1..=count) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
}

fn number(message: &Message) -> u64 {
    message.checkpoint.position.lo()
}

async fn published(events: u64) -> (Arc<dyn Journal>, MemoryBus) {
    let (journal, bus) = (journal(events, "same").await, MemoryBus::default());
    Running::start(&journal, &bus).reaches(events).await;
    (journal, bus)
}

#[tokio::test]
async fn what_is_recorded_is_published_in_order_and_what_comes_later_too() {
    let (journal, bus) = (journal(2_500, "same").await, MemoryBus::default());
    let mut relay = Running::start(&journal, &bus);
    relay.reaches(2_500).await;
    record(&journal, 2_501, "same").await;
    relay.reaches(2_501).await;
    filled(&bus, 2_501).await;
    let message = bus.messages().swap_remove(1);
    assert_eq!(message.subject, "chaperone.acme.fact.account.a2");
    assert_eq!(&message.payload[..], br#"{"word":"same"}"#);
    let sequence = message.headers.iter().find(|(name, _)| name == "ce-sequence");
    assert_eq!(sequence.map(|(_, value)| value.as_str()), Some("00000000000000000002"));
}

#[tokio::test]
async fn a_relay_started_again_goes_on_where_the_bus_is() {
    let (journal, bus) = published(3).await;
    record(&journal, 4, "same").await;
    Running::start(&journal, &bus).reaches(4).await;
    filled(&bus, 4).await;
}

#[tokio::test(start_paused = true)]
async fn a_bus_purged_under_an_idle_relay_is_filled_again() {
    let (journal, bus) = (journal(5, "same").await, MemoryBus::default());
    let mut relay = Running::start(&journal, &bus);
    relay.reaches(5).await;
    bus.retain(|_| false);
    filled(&bus, 5).await;
    drop(relay);
}

#[tokio::test(start_paused = true)]
async fn an_event_recorded_after_a_purge_does_not_stand_there_alone() {
    let (journal, bus) = (journal(5, "same").await, MemoryBus::default());
    let mut relay = Running::start(&journal, &bus);
    relay.reaches(5).await;
    bus.retain(|_| false);
    record(&journal, 6, "same").await;
    relay.reaches(6).await;
    assert_eq!(bus.messages().iter().map(number).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
}

#[tokio::test(start_paused = true)]
async fn a_bus_that_lost_its_beginning_or_its_middle_is_filled_anew() {
    for lost in [0..3, 2..4] {
        let (journal, bus) = (journal(6, "same").await, MemoryBus::default());
        let mut relay = Running::start(&journal, &bus);
        relay.reaches(6).await;
        bus.retain(|index| !lost.contains(&index));
        filled(&bus, 6).await;
        drop(relay);
    }
}

#[tokio::test]
async fn a_bus_that_lost_its_end_gets_it_again() {
    let (journal, bus) = published(6).await;
    bus.retain(|index| index < 4);
    Running::start(&journal, &bus).reaches(6).await;
    filled(&bus, 6).await;
    bus.set_back(2);
    Running::start(&journal, &bus).reaches(6).await;
    filled(&bus, 6).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_relays_publish_each_event_once() {
    let (journal, bus) = (journal(50, "same").await, MemoryBus::default());
    let mut relays = [Running::start(&journal, &bus), Running::start(&journal, &bus)];
    for number in 51..=400 {
        record(&journal, number, "same").await;
        tokio::task::yield_now().await;
    }
    for relay in &mut relays {
        relay.reaches(400).await;
    }
    filled(&bus, 400).await;
}

#[tokio::test]
async fn a_bus_that_is_away_stops_the_relay_and_leaves_nothing_out() {
    let (journal, bus) = published(3).await;
    let mut relay = Running::start(&journal, &bus);
    relay.reaches(3).await;
    bus.send_away();
    record(&journal, 4, "same").await;
    assert!(matches!(relay.stops().await, Stopped::Failed(_)));
    bus.bring_back();
    Running::start(&journal, &bus).reaches(4).await;
    filled(&bus, 4).await;
}

#[tokio::test]
async fn an_older_journal_restored_behind_the_bus_is_an_alarm_and_the_bus_stays() {
    let (_, bus) = published(5).await;
    let restored = journal(3, "same").await;
    let alarm = Running::start(&restored, &bus).alarms().await;
    assert_eq!(alarm, Alarm::BusAhead { bus: Position::new(0, 5), journal: Position::new(0, 3) });
    filled(&bus, 5).await;
}

#[tokio::test]
async fn a_journal_that_went_another_way_is_an_alarm() {
    let (_, bus) = published(5).await;
    let other = journal(9, "other").await;
    let alarm = Running::start(&other, &bus).alarms().await;
    assert_eq!(alarm, Alarm::Diverged { position: Position::new(0, 5) });
}

#[tokio::test]
async fn another_journal_is_an_alarm() {
    let (_, bus) = published(5).await;
    let id = Uuid::from_u128(7);
    let clock = Arc::new(ManualClock::at(NOON_MS));
    let other: Arc<dyn Journal> = Arc::new(MemoryJournal::new(clock).with_id(id));
    let alarm = Running::start(&other, &bus).alarms().await;
    assert_eq!(alarm, Alarm::OtherJournal { bus: Uuid::nil(), journal: id });
}

#[tokio::test]
async fn large_events_are_published_in_batches_of_bounded_size() {
    let (journal, bus) = (journal(0, "").await, MemoryBus::default());
    let word = "x".repeat(40_000);
    let count = (BATCH_BYTES_MAX / word.len()) as u64 + 2;
    for number in 1..=count {
        record(&journal, number, &word).await;
    }
    let (told, mut steps) = mpsc::unbounded_channel();
    let relay = tokio::spawn({
        let (journal, bus) = (Arc::clone(&journal), bus.clone());
        async move {
            relay(&journal, &bus, |position, _| told.send(position.lo()).expect("the test listens")).await
        }
    });
    let mut before = 0;
    while before < count {
        let step = steps.recv().await.unwrap();
        let bytes = (step - before) as usize * word.len();
        assert!(bytes <= BATCH_BYTES_MAX, "{bytes} bytes of payload at once");
        before = step;
    }
    relay.abort();
    filled(&bus, count).await;
}
