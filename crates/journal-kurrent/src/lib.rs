//! The journal on EventStoreDB or KurrentDB, through the `eventstore` crate.
//!
//! **What stands where.** A stream of ours is a stream there, an append of ours is one `append_to_stream`, and
//! the text of an event is its data. The metadata holds the append's key and digest, our own recorded time and
//! the compact form (`envelope.rs`). An append without events becomes one `chaperone.key` event.
//!
//! **What counts.** `$all` has one order, the same for everybody who reads it. Every process folds it into a
//! *mirror*, a journal at hand that belongs to it alone and can be thrown away (`fold.rs`): the n-th event of
//! ours gets position n, and of appends with one key the first one counts. So positions are dense here too,
//! though those of `$all` are not, and the mirror is the index of the keys that KurrentDB lacks, kept for ever.
//!
//! **No gap between claim and append.** A key is claimed by the very write that carries the events, so there
//! is nothing to crash between. Two processes that write one key at the same time to different streams are
//! both told "written" by KurrentDB; which of them counts is decided by `$all`, alike for every reader, and
//! neither is answered before its own mirror has read that far. The events of the other one are in its stream
//! there and in nobody's mirror: revisions here then run behind those there by that many, and the next append
//! to the stream finds out by how many (`writing.rs`).
//!
//! **An answer that got lost** is asked for again with the same ids. KurrentDB answers a repeated append as the
//! first one while the expected revision is the same, the mirror's index of keys answers for ever.
//!
//! **Positions.** KurrentDB has two for an event, commit and prepare. Both are kept while a subscription runs,
//! to take it up again; after a start they are those of the last mirrored event, read from its stream there,
//! which shows at the same time that the mirror and the server tell the same story.
//!
//! **What was run.** Everywhere the suite and the failures run against a double that speaks the same wire
//! (`tests/kurrent-double`); with `EVENTSTORE_URL` set the suite runs against that server too, as
//! `.github/workflows/kurrent.yml` does. Several journals share a server when their addresses name them
//! (`journal=NAME`), so that a suite finds an empty one each time.
//!
//! **What is not promised.** A process sees what others appended when the subscription has told it, not at the
//! moment they were answered; an append that was decided on what is stale is a conflict, so that nothing is
//! recorded on it. Appends under way at the same time may come to stand in another order than their clocks say;
//! recorded time then is the later of the two, for everybody alike.
#![warn(missing_docs)]

mod address;
mod certificates;
mod client;
mod envelope;
mod fold;
mod following;
mod journal;
mod open;
mod options;
mod subscription;
mod waiting;
mod writing;

pub use address::{is_address, mirror_name};
pub use journal::KurrentJournal;
pub use open::{Absent, OpenError};
pub use options::Options;
