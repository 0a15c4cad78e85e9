//! The views that are kept on the bus: pure functions of one stream's facts, so that replaying them can have no
//! effect but their values.

use bytes::Bytes;
use domain::stream::Stream;
use domain::time::Instant;
use ports::Position;
use serde::Serialize;
use wire::answers::DealRow;

use crate::accounts::Loaded;
use crate::queries::{accounts, cases, deals};

/// One view: a question that each of its streams answers for itself.
pub struct View {
    pub name: &'static str,
    /// Raised whenever a value would differ for the same facts.
    pub version: u32,
    /// Which streams it is made of.
    pub concerns: fn(&Stream) -> bool,
    value: fn(&Said<'_>) -> Option<Vec<u8>>,
}

/// Every view.
pub const VIEWS: [View; 3] = [
    View { name: "accounts", version: 1, concerns: is_account, value: account },
    View { name: "deals", version: 1, concerns: is_account, value: account_deals },
    View { name: "cases", version: 2, concerns: is_case, value: case },
];

/// What a stream says, for every view that is made of it.
pub(super) struct Said<'a> {
    stream: &'a Stream,
    loaded: &'a Loaded,
    last: Position,
}

impl<'a> Said<'a> {
    /// Nothing when the stream has no facts.
    pub(super) fn of(stream: &'a Stream, loaded: &'a Loaded) -> Option<Self> {
        let last = Position::new(0, loaded.facts.last()?.meta.position);
        Some(Self { stream, loaded, last })
    }

    /// As it stands when its last event is recorded: nothing here depends on when it is written.
    fn seen_at(&self) -> Instant {
        self.loaded.facts.iter().map(|fact| fact.meta.recorded_at).max().unwrap_or(Instant::EARLIEST)
    }

    fn written(&self, row: impl Serialize) -> Vec<u8> {
        let value = Value { position: self.last.to_string(), row };
        serde_json::to_vec(&value).expect("rows of texts and numbers are JSON")
    }
}

/// A value as it is watched.
#[derive(Serialize)]
struct Value<R> {
    /// The last event it is made of.
    position: String,
    #[serde(flatten)]
    row: R,
}

impl View {
    /// What is said in this view, if anything is.
    pub(super) fn value(&self, said: &Said<'_>) -> Option<Bytes> {
        (self.value)(said).map(Bytes::from)
    }
}

/// The view with this name.
pub fn named(name: &str) -> Option<&'static View> {
    VIEWS.iter().find(|view| view.name == name)
}

/// The key of a stream in every view: its own id.
pub fn key(stream: &Stream) -> String {
    let name = stream.to_string();
    name.split_once('.').map_or(name.clone(), |(_, id)| id.to_owned())
}

fn is_account(stream: &Stream) -> bool {
    matches!(stream, Stream::Account(..))
}

fn is_case(stream: &Stream) -> bool {
    matches!(stream, Stream::Case(..))
}

fn account(said: &Said<'_>) -> Option<Vec<u8>> {
    let Stream::Account(vendor, id) = said.stream else { return None };
    Some(said.written(accounts::answer(vendor, id, &said.loaded.account, said.seen_at(), said.last)))
}

fn account_deals(said: &Said<'_>) -> Option<Vec<u8>> {
    #[derive(Serialize)]
    struct Deals {
        deals: Vec<DealRow>,
    }
    Some(said.written(Deals { deals: deals::of(said.stream.account()?, &said.loaded.account) }))
}

fn case(said: &Said<'_>) -> Option<Vec<u8>> {
    Some(said.written(cases::answer_of(said.stream, &said.loaded.facts)?))
}
