//! Why something was not answered or taken, and where in the input.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::problem::{Place, Problem};

/// What is wrong with an input (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProblemAnswer {
    /// A URI reference that names the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// This occurrence, in one sentence.
    pub detail: String,
    /// Where in the input, and what was expected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemPlace>,
}

/// One place in an input that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProblemPlace {
    /// A JSON pointer (RFC 6901), when the input could be read as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// A byte offset, when it could not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub byte: Option<u64>,
    /// A column, when it is a table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What was expected.
    pub detail: String,
}

impl From<&Problem> for ProblemPlace {
    fn from(problem: &Problem) -> Self {
        let (pointer, byte, column) = match &problem.place {
            Place::Pointer(pointer) => (Some(pointer.clone()), None, None),
            Place::Byte(byte) => (None, Some(*byte), None),
            Place::Column(column) => (None, None, Some(column.clone())),
        };
        Self { pointer, byte, column, detail: problem.expected.clone() }
    }
}
