//! The rules of the partner program: what can be asked, what follows, and who may not take what.
//!
//! Nothing in here reads a clock, does I/O, makes an id or knows how a thing is written down.
//! Read [`event`] for the facts, [`account`] for what they add up to, [`decide`] for what follows
//! from a command, and [`protection`] for the one predicate everything turns on.

pub mod account;
pub mod calendar;
pub mod case;
pub mod choice;
pub mod claim;
pub mod command;
pub mod commission;
pub mod decide;
pub mod dispute;
pub mod event;
pub mod fact;
pub mod family;
pub mod freeze;
pub mod id;
pub mod identity;
pub mod ladder;
pub mod letter;
pub mod money;
pub mod policy;
pub mod program;
pub mod protection;
pub mod public_mail;
pub mod rank;
pub mod refusal;
pub mod remedy;
pub mod reminder;
pub mod scope;
pub mod settle;
pub mod stream;
pub mod time;
