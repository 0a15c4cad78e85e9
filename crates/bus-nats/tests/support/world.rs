//! A journal that grows, relays that publish it, a server that fails, and the question whether the bus is a prefix.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bus_nats::{Connection, FactStream, NatsFacts, Options};
use bytes::Bytes;
use ports::bus::{Behind, BusError, Extent, FactBus, Message, PublishError};
use ports::memory::MemoryJournal;
use ports::{Append, Expect, Journal, ManualClock, NewEvent, PAGE_EVENTS_MAX, Position, Recorded, Select};
use services::relay::{Alarm, Stopped, relay};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::reading;

const NOON_MS: i64 = 1_780_056_000_000;
/// Streams the events are spread over.
const STREAMS: u64 = 97;
/// How long a bus may take until it has everything, in seconds, before a test gives up.
const SETTLE_S_MAX: u64 = 60;
/// How many of the bus's last answers a test that fails shows.
const REMEMBERED_MAX: usize = 30;
/// The pause of a relay between two starts, in milliseconds.
const RESTART_MS: u64 = 50;

/// The journal at hand; clones share it.
#[derive(Clone)]
pub(crate) struct Story {
    pub(crate) journal: Arc<dyn Journal>,
    word: &'static str,
}

impl Story {
    /// An empty journal whose events will all say `word`.
    pub(crate) fn saying(word: &'static str) -> Self {
        let clock = Arc::new(ManualClock::at(NOON_MS));
        Self { journal: Arc::new(MemoryJournal::new(clock)), word }
    }

    /// Records so many more events, one at a time.
    pub(crate) async fn record(&self, count: u64) {
        for _ in 0..count {
            let number = self.len().await + 1;
            let stream: Arc<str> = format!("account-acme.a{}", number % STREAMS).into();
            let expect = Expect::from(self.journal.version(&stream).await.unwrap());
            let id = Uuid::from_u128(u128::from(number));
            let text = format!(r#"{{"id":"{id}","data":{}}}"#, data(number, self.word));
            let event = NewEvent { id, kind: 1, text: text.into(), fact: Bytes::new() };
            let append = Append { key: id, digest: [0; 32], stream, expect, events: vec![event] };
            self.journal.append(append).await.unwrap();
            tokio::task::yield_now().await;
        }
    }

    pub(crate) async fn len(&self) -> u64 {
        self.journal.head().await.unwrap().position.lo()
    }

    async fn events(&self) -> Vec<Recorded> {
        let mut events: Vec<Recorded> = Vec::new();
        loop {
            let after = events.last().map_or(Position::START, |event| event.position);
            let page =
                self.journal.read_all(after, Position::END, Select::Text, PAGE_EVENTS_MAX).await.unwrap();
            events.extend(page.events);
            if !page.more {
                return events;
            }
        }
    }

    /// Fails unless the messages are the first events, in order and as they were recorded.
    pub(crate) async fn begins_with(&self, messages: &[Message]) {
        let events = self.events().await;
        assert!(messages.len() <= events.len(), "{} messages of {} events", messages.len(), events.len());
        for (message, event) in messages.iter().zip(&events) {
            let number = event.position.lo();
            assert_eq!((message.checkpoint.ordinal, message.checkpoint.position), (number, event.position));
            assert_eq!(message.payload, data(number, self.word));
            assert_eq!(message.subject, format!("chaperone.acme.fact.account.a{}", number % STREAMS));
            let attributes: Vec<&str> = message.headers.iter().map(|(_, value)| value.as_str()).collect();
            let id = event.id.to_string();
            assert_eq!(attributes, [id.as_str(), "2026-05-29T12:00:00.000Z", &format!("{number:020}")]);
        }
    }
}

fn data(number: u64, word: &str) -> String {
    format!(r#"{{"number":{number},"word":"{word}","room":"{}"}}"#, "x".repeat(400))
}

/// The facts on the servers at `url`, over a connection of their own.
pub(crate) async fn facts(url: &str, replicas: usize) -> NatsFacts {
    let connection = Connection::open(&Options::at(url)).await.unwrap();
    NatsFacts::new(connection, FactStream { replicas, ..FactStream::default() })
}

/// Remembers the last answers of the bus, for the message of a test that fails.
struct Remembering {
    facts: NatsFacts,
    answers: Arc<Mutex<VecDeque<String>>>,
}

impl Remembering {
    fn note(&self, answer: String) {
        let mut answers = self.answers.lock().unwrap();
        answers.push_back(answer);
        if answers.len() > REMEMBERED_MAX {
            answers.pop_front();
        }
    }
}

#[async_trait]
impl FactBus for Remembering {
    async fn extent(&self) -> Result<Extent, BusError> {
        let answer = self.facts.extent().await;
        self.note(format!("extent: {answer:?}"));
        answer
    }

    async fn publish(&self, messages: Vec<Message>, behind: Behind) -> Result<Behind, PublishError> {
        let count = messages.len();
        let answer = self.facts.publish(messages, behind).await;
        self.note(format!("{count} behind {behind:?}: {answer:?}"));
        answer
    }

    async fn empty(&self, upto: u64) -> Result<(), BusError> {
        let answer = self.facts.empty(upto).await;
        self.note(format!("emptied up to {upto}: {answer:?}"));
        answer
    }
}

/// A relay that is started again whenever it fails; it ends when this goes, whatever it is doing.
pub(crate) struct Relaying {
    answers: Arc<Mutex<VecDeque<String>>>,
    published: watch::Receiver<u64>,
    task: JoinHandle<Alarm>,
}

impl Relaying {
    pub(crate) fn start(story: &Story, url: &str, replicas: usize) -> Self {
        let (told, published) = watch::channel(0);
        let (story, url) = (story.clone(), url.to_owned());
        let answers = Arc::<Mutex<VecDeque<String>>>::default();
        let noted = Arc::clone(&answers);
        let task = tokio::spawn(async move {
            let facts = Remembering { facts: facts(&url, replicas).await, answers: noted };
            loop {
                let say = |position: Position, _| {
                    told.send_replace(position.lo());
                };
                match relay(&story.journal, &facts, say).await {
                    Err(Stopped::Alarm(alarm)) => return alarm,
                    Err(Stopped::Failed(_)) => tokio::time::sleep(Duration::from_millis(RESTART_MS)).await,
                }
            }
        });
        Self { answers, published, task }
    }

    /// Up to which event it has published.
    pub(crate) fn published(&self) -> u64 {
        *self.published.borrow()
    }

    /// Returns when it has published up to this event, or stopped with an alarm.
    pub(crate) async fn reaches(&mut self, number: u64) {
        drop(self.published.wait_for(|published| *published >= number).await);
    }

    pub(crate) async fn alarms(mut self) -> Alarm {
        (&mut self.task).await.unwrap()
    }

    /// Fails if it stopped with an alarm.
    pub(crate) async fn is_calm(&mut self) {
        if self.task.is_finished() {
            panic!("the relay stopped: {}", (&mut self.task).await.unwrap());
        }
    }
}

impl Drop for Relaying {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the bus last answered the relay: {:#?}", self.answers.lock().unwrap());
        }
        self.task.abort();
    }
}

/// Returns when the bus has the whole story, which it then is seen to be.
pub(crate) async fn settled(story: &Story, url: &str) {
    let watching = facts(url, 1).await;
    let count = story.len().await;
    let complete = async {
        loop {
            let extent = watching.extent().await;
            let has =
                extent.as_ref().map(|extent| (extent.messages, extent.checkpoint.map_or(0, |c| c.ordinal)));
            if matches!(has, Ok(has) if has == (count, count)) {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(SETTLE_S_MAX), complete).await;
    if waited.is_err() {
        panic!("the bus has {:?} of {count} events after {SETTLE_S_MAX} s", watching.extent().await);
    }
    // A server that has just come back may answer for a moment as it last knew the stream: a prefix of it.
    let read = async {
        loop {
            let messages = reading::facts(url, "CHAPERONE").await;
            story.begins_with(&messages).await;
            if messages.len() as u64 >= count {
                return messages.len() as u64;
            }
        }
    };
    let read = tokio::time::timeout(Duration::from_secs(SETTLE_S_MAX), read).await;
    assert_eq!(read, Ok(count), "what readers of the stream get");
}

/// Looks at the bus all the time: whenever it answers, it must have exactly the first events. It is told to look
/// away while a test makes holes in the bus.
pub(crate) struct Watch {
    looks: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Watch {
    pub(crate) fn over(url: &str) -> Self {
        let looks = Arc::new(AtomicBool::new(true));
        let (url, looking) = (url.to_owned(), Arc::clone(&looks));
        let task = tokio::spawn(async move {
            let facts = facts(&url, 1).await;
            loop {
                let looked = looking.load(Ordering::SeqCst);
                let extent = facts.extent().await;
                if let (true, true, Ok(extent)) = (looked, looking.load(Ordering::SeqCst), &extent) {
                    let upto = extent.checkpoint.map_or(0, |checkpoint| checkpoint.ordinal);
                    assert_eq!(extent.messages, upto, "the bus is no prefix: {extent:?}");
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        Self { looks, task }
    }

    pub(crate) fn looks(&self, looks: Looks) {
        self.looks.store(looks == Looks::On, Ordering::SeqCst);
    }

    /// Fails if the bus was seen to be no prefix.
    pub(crate) async fn saw_nothing(self) {
        self.task.abort();
        if let Err(ended) = self.task.await {
            assert!(ended.is_cancelled(), "{ended}");
        }
    }
}

/// Whether the watch looks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Looks {
    On,
    Away,
}
