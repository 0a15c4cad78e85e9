//! In-memory journal and quarantine: for tests, the demo's tools, and as the plainest statement of the contract.

mod journal;
mod quarantine;

pub use journal::MemoryJournal;
pub use quarantine::MemoryQuarantine;
