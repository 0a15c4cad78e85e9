//! The book itself: registrations, holders, partners, the program, corrections and cases, told as stories.

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
