//! The views that are kept on the bus: pure functions of one stream's facts, so that replaying them can have no
//! effect but their values.

use std::sync::LazyLock;

use bytes::Bytes;
use domain::fact::Fact;
use domain::stream::Stream;
use domain::time::Instant;
use ports::{KindSet, Position};
use serde::Serialize;
use wire::answers::DealRow;

use crate::accounts::Loaded;
use crate::queries::{accounts, cases, deals};
use crate::registrations;

/// One view: a question that each of its streams answers for itself.
pub struct View {
    pub name: &'static str,
    /// Raised whenever a value would differ for the same facts.
    pub version: u32,
    /// Which streams it is made of.
    pub concerns: fn(&Stream) -> bool,
    /// Which kinds of their facts may change what it says.
    of_kinds: &'static LazyLock<KindSet>,
    /// What it says, when this is the position of the last fact that may have changed it.
    value: fn(&Said<'_>, Position) -> Option<Vec<u8>>,
}

/// Every view.
pub static VIEWS: [View; 3] = [
    View { name: "accounts", version: 1, concerns: is_account, of_kinds: &ALL, value: account },
    View { name: "deals", version: 2, concerns: is_account, of_kinds: &OF_DEALS, value: account_deals },
    View { name: "cases", version: 2, concerns: is_case, of_kinds: &ALL, value: case },
];

static ALL: LazyLock<KindSet> = LazyLock::new(|| KindSet::ALL);
static OF_DEALS: LazyLock<KindSet> = LazyLock::new(registrations::kinds);

/// What a stream says, for every view that is made of it.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    pub(super) stream: &'a Stream,
    pub(super) loaded: &'a Loaded,
}

impl Said<'_> {
    /// As it stands when its last event is recorded: nothing here depends on when it is written.
    fn seen_at(&self) -> Instant {
        self.loaded.facts.iter().map(|fact| fact.meta.recorded_at).max().unwrap_or(Instant::EARLIEST)
    }
}

/// A value as it is watched.
#[derive(Serialize)]
struct Value<R> {
    /// The last event that may have changed it.
    position: String,
    #[serde(flatten)]
    row: R,
}

impl View {
    /// Whether a fact of this kind may change what it says of the stream.
    pub(super) fn turns_on(&self, stream: &Stream, kind: u16) -> bool {
        (self.concerns)(stream) && self.of_kinds.contains(kind)
    }

    /// What is said in this view, if anything is.
    pub(super) fn value(&self, said: &Said<'_>) -> Option<Bytes> {
        let turns = |fact: &&Fact| self.of_kinds.contains(wire::event::kind(&fact.event));
        let last = said.loaded.facts.iter().rfind(turns)?;
        (self.value)(said, Position::new(0, last.meta.position)).map(Bytes::from)
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

fn written(last: Position, row: impl Serialize) -> Vec<u8> {
    serde_json::to_vec(&Value { position: last.to_string(), row })
        .expect("rows of texts and numbers are JSON")
}

fn account(said: &Said<'_>, last: Position) -> Option<Vec<u8>> {
    let Stream::Account(vendor, id) = said.stream else { return None };
    Some(written(last, accounts::answer(vendor, id, &said.loaded.account, said.seen_at(), last)))
}

fn account_deals(said: &Said<'_>, last: Position) -> Option<Vec<u8>> {
    #[derive(Serialize)]
    struct Deals {
        deals: Vec<DealRow>,
    }
    Some(written(last, Deals { deals: deals::of(said.stream.account()?, &said.loaded.account) }))
}

fn case(said: &Said<'_>, last: Position) -> Option<Vec<u8>> {
    Some(written(last, cases::answer_of(said.stream, &said.loaded.facts)?))
}
