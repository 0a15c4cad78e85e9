//! A guest in a host's account: handoffs, freezes, the customer's consent and changes of holder, as stories.

mod changes;
mod consents;
mod coverage;
mod executions;
mod flips;
mod freezes;
mod handoffs;
mod mistakes;
mod paths;
mod properties;
mod releases;
mod remedies;
mod reminders;
#[path = "../book/story.rs"]
#[expect(dead_code, reason = "the book's other stories use the rest of it")]
mod story;
mod words;
