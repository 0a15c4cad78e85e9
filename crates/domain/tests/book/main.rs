//! The book itself: registrations, holders, partners, the program, corrections and cases, told as stories.

#![expect(clippy::unwrap_used, reason = "a story that cannot be told fails its test")]

mod account;
mod corrections;
mod coverage;
mod families;
mod first_in;
mod outside;
mod properties;
mod registration;
mod settling;
mod story;
