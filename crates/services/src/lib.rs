//! The roles a process can play: each a small loop over ports around pure code.

mod abreast;
pub mod accounts;
pub mod api;
mod attended;
pub mod book;
mod customers;
mod dashboard;
pub mod desk;
mod elsewhere;
#[cfg(test)]
mod fixture;
pub mod horizon;
pub mod ingest;
pub mod intake;
pub mod pen;
pub mod policies;
pub mod program;
pub mod projector;
pub mod queries;
pub mod receipts;
mod registrations;
pub mod relay;
pub mod replay;
mod resolving;
pub mod roles;
pub mod rules;
pub mod sentinel;
pub mod settling;
pub mod story;
pub mod world;
