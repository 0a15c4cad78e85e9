//! What is said over the bus and about the roles of a process.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ReceiptAnswer;

/// The receipt of something that was published on the bus: what it was, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BusReceipt {
    /// The source it named, when it could be read.
    pub source: Option<String>,
    /// The id it named, when it could be read.
    pub id: Option<String>,
    /// What became of it.
    #[serde(flatten)]
    pub receipt: ReceiptAnswer,
}

/// How one role of a process stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RoleRow {
    /// Its name, as `serve --roles` takes it.
    pub role: String,
    /// `starting`, `running`, `restarting` or `halted`; a halted role waits for a person.
    pub state: String,
    /// How often it was started again since the process began.
    pub restarts: u64,
    /// The journal position it is done with, for a role that follows the journal.
    pub position: Option<String>,
    /// How far behind the journal's head it is, in positions.
    pub lag_events: Option<u64>,
    /// How far behind the journal's head it is, in milliseconds of recorded time.
    pub lag_ms: Option<u64>,
    /// Keys it set aside because something about them cannot be read.
    pub parked: Vec<String>,
    /// Why it last stopped, or must not go on.
    pub problem: Option<String>,
}
