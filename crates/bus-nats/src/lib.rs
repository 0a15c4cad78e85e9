//! The bus on NATS over `async-nats`: facts go out in journal order, fenced; what producers publish comes in;
//! questions are answered; projections are kept for whoever watches.
#![warn(missing_docs)]

mod batch;
mod buckets;
mod connect;
mod exchange;
mod facts;
mod heard;
mod inbox;
mod projections;

pub use buckets::NatsBuckets;
pub use connect::{ConnectError, Connection, Options, SERVER_VERSIONS};
pub use exchange::NatsExchange;
pub use facts::{FACT_SUBJECTS, FactStream, NatsFacts};
pub use inbox::{INTAKE_SUBJECTS, IntakeStream, NatsInbox};
pub use projections::NatsProjections;
