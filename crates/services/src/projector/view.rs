//! The views that are kept on the bus: pure functions of one stream's facts, so that replaying them can have no
//! effect but their values.

use bytes::Bytes;
use domain::account::history;
use domain::fact::Fact;
use domain::stream::Stream;
use domain::time::Instant;
use ports::Position;
use serde::Serialize;

use crate::queries::{accounts, cases, deals};

/// One view: a question that each of its streams answers for itself.
pub struct View {
    pub name: &'static str,
    /// Raised whenever a value would differ for the same facts.
    pub version: u32,
    /// Which streams it is made of.
    pub concerns: fn(&Stream) -> bool,
    row: fn(&Stream, &[Fact]) -> Option<serde_json::Value>,
}

/// Every view.
pub const VIEWS: [View; 3] = [
    View { name: "accounts", version: 1, concerns: is_account, row: account },
    View { name: "deals", version: 1, concerns: is_account, row: account_deals },
    View { name: "cases", version: 2, concerns: is_case, row: case },
];

/// A value as it is watched.
#[derive(Serialize)]
struct Value {
    /// The last event it is made of.
    position: String,
    #[serde(flatten)]
    row: serde_json::Value,
}

impl View {
    /// What the stream says in this view, if it says anything.
    pub fn value(&self, stream: &Stream, facts: &[Fact]) -> Option<Bytes> {
        let last = facts.last()?.meta.position;
        let row = (self.row)(stream, facts)?;
        let value = Value { position: Position::new(0, last).to_string(), row };
        Some(serde_json::to_vec(&value).expect("rows of texts and numbers are JSON").into())
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

/// As it stands when its last event is recorded: nothing here depends on when it is written.
fn seen_at(facts: &[Fact]) -> Instant {
    facts.iter().map(|fact| fact.meta.recorded_at).max().unwrap_or(Instant::EARLIEST)
}

fn account(stream: &Stream, facts: &[Fact]) -> Option<serde_json::Value> {
    let Stream::Account(vendor, id) = stream else { return None };
    let known = Position::new(0, facts.last()?.meta.position);
    let answer = accounts::answer(vendor, id, &history::fold(facts), seen_at(facts), known);
    serde_json::to_value(answer).ok()
}

fn account_deals(stream: &Stream, facts: &[Fact]) -> Option<serde_json::Value> {
    let deals = deals::of(stream.account()?, &history::fold(facts));
    serde_json::to_value(deals).ok().map(|deals| serde_json::json!({ "deals": deals }))
}

fn case(stream: &Stream, facts: &[Fact]) -> Option<serde_json::Value> {
    serde_json::to_value(cases::answer_of(stream, facts)?).ok()
}
