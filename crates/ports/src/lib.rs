//! What we need of a journal, a quarantine, a bus and a clock, with in-memory versions and the suite every adapter passes.
//!
//! Nothing here knows the partner program: an adapter carries bytes and never looks inside.
#![warn(missing_docs)]

pub mod bus;
mod clock;
pub mod conformance;
mod exchange;
pub mod inbox;
mod journal;
pub mod memory;
mod position;
pub mod projections;
mod quarantine;
mod tail;

pub use clock::{CLOCK_STEP_BACK_MAX_MS, Clock, ManualClock, SystemClock, next_recorded_ms};
pub use exchange::{Answering, AskError, Endpoint, Exchange, Handler, MemoryExchange, Question};
pub use journal::{
    Append, AppendError, EVENT_TEXT_BYTES_MAX, EVENTS_PER_APPEND_MAX, FactRow, Head, ImportError, InOrder,
    Journal, KindSet, NewEvent, Outcome, PAGE_EVENTS_MAX, Page, PastAppend, ReadError, Receipt, Recorded,
    STREAM_NAME_BYTES_MAX, Scan, Select, StreamNumber, StreamShare,
};
pub use position::{Expect, Position, PositionError, Version};
pub use quarantine::{
    Held, KEPT_BYTES_MAX, Listing, Put, Quarantine, QuarantineError, QuarantineId, Quarantined,
    RETENTION_DAYS, TurnedAway, Whereabouts,
};
pub use tail::{TailStream, Tailed, follow};
