//! The rules of the house about crates and files, as functions over text, so that each can be seen to fail.

pub mod dependencies;
pub mod sources;
