//! A command on its way to the process that answers it, and the answer on its way back.

use domain::id::{InputId, SourceId};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::answers::ReceiptAnswer;
use crate::command::{self, CommandInput};
use crate::input::Defaults;
use crate::json;
use crate::problem::Problem;

/// What the first process knows of a command beside its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The source and id it is known by.
    pub source: SourceId,
    /// See `source`.
    pub id: InputId,
    /// The revision its sender knows the stream at.
    pub revision: Option<u64>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Forwarded<'a> {
    source: String,
    id: String,
    revision: Option<u64>,
    #[serde(borrow)]
    command: &'a RawValue,
}

/// What became of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Recorded now.
    Accepted,
    /// Recorded before.
    Repeated,
    /// Recorded as an attempt that a rule forbids.
    Prevented,
    /// The rules forbid it; nothing was recorded.
    Refused,
    /// As `Refused`, and who asks must not learn that there is such a thing.
    Hidden,
    /// The key was used for another command.
    Conflict,
    /// The stream is not at the revision the sender knows.
    Stale,
    /// It could not be read.
    Malformed,
    /// The book cannot answer now.
    Unavailable,
}

/// The answer to a command, between processes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandAnswer {
    /// What became of it.
    pub outcome: Outcome,
    /// As published.
    pub receipt: ReceiptAnswer,
}

/// Writes a command for the process that answers it.
///
/// # Errors
/// `text` is not JSON.
pub fn write(text: &[u8], known: &Known) -> Result<Vec<u8>, Problem> {
    let command: &RawValue = json::parse(json::utf8(text)?, "", 0)?;
    let Known { source, id, revision } = known;
    let forwarded =
        Forwarded { source: source.to_string(), id: id.to_string(), revision: *revision, command };
    Ok(serde_json::to_vec(&forwarded).expect("texts, a number and JSON are JSON"))
}

/// Reads a command that another process forwarded, with the revision its sender knows.
///
/// # Errors
/// Where it is not a forwarded command.
pub fn read(bytes: &[u8], defaults: &Defaults) -> Result<(CommandInput, Option<u64>), Problem> {
    let forwarded: Forwarded<'_> = json::parse(json::utf8(bytes)?, "", 0)?;
    let misread =
        |pointer: &str, expected: &dyn std::fmt::Display| Problem::at_pointer(pointer, format!("{expected}"));
    let source: SourceId = forwarded.source.parse().map_err(|error| misread("/source", &error))?;
    let id: InputId = forwarded.id.parse().map_err(|error| misread("/id", &error))?;
    let defaults = Defaults { source, vendor: defaults.vendor.clone(), now: defaults.now };
    let mut input = command::read(forwarded.command.get().as_bytes(), &defaults)?;
    input.producer.id = id;
    Ok((input, forwarded.revision))
}

impl CommandAnswer {
    /// As it travels.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("words and texts are JSON")
    }

    /// As it arrived.
    ///
    /// # Errors
    /// Where it is not an answer.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Problem> {
        json::parse(json::utf8(bytes)?, "", 0)
    }
}
