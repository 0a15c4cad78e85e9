//! The only crate that knows JSON: what is read from and written to the world, in versions that never change.

pub mod answers;
pub mod input;
pub mod problem;
