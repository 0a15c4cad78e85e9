//! The roles a process can play: each a small loop over ports around pure code.

pub mod accounts;
pub mod api;
pub mod book;
mod dashboard;
pub mod desk;
pub mod ingest;
pub mod intake;
pub mod pen;
pub mod program;
pub mod queries;
pub mod receipts;
pub mod relay;
pub mod replay;
pub mod sentinel;
pub mod settling;
pub mod story;
pub mod world;
