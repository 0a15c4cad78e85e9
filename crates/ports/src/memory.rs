//! In-memory journal, quarantine and bus: for tests, the demo's tools, and as the plainest statement of the contract.

mod bus;
mod inbox;
mod journal;
mod projections;
mod quarantine;

pub use bus::MemoryBus;
pub use inbox::MemoryInbox;
pub use journal::MemoryJournal;
pub use projections::MemoryProjections;
pub use quarantine::MemoryQuarantine;
