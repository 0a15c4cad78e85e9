//! In-memory journal, quarantine and bus: for tests, the demo's tools, and as the plainest statement of the contract.

mod bus;
mod journal;
mod quarantine;

pub use bus::MemoryBus;
pub use journal::MemoryJournal;
pub use quarantine::MemoryQuarantine;
