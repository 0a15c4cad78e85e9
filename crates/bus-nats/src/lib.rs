//! The bus on JetStream: facts go out in journal order, fenced, over `async-nats`.
#![warn(missing_docs)]

mod connect;
mod facts;

pub use connect::{ConnectError, Connection, Options, SERVER_VERSIONS};
pub use facts::{FACT_SUBJECTS, FactStream, NatsFacts};
