//! The only crate that knows JSON: what is read from and written to the world, in versions that never change.

#![warn(missing_docs)]

pub mod answers;
pub mod cloudevents;
pub mod command;
mod envelope;
pub mod event;
pub mod foreign;
pub mod forwarded;
pub mod guard;
pub mod ids;
pub mod input;
mod json;
pub mod policy;
pub mod problem;
pub mod record;
pub mod schemas;
pub mod shape;
