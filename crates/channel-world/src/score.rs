//! How well a method finds what was meant: its alerts joined with the labels, as rates with intervals.

mod bootstrap;
mod outcome;
mod report;

use crate::label::Label;
pub use bootstrap::Rate;
pub use report::{Delay, LookAlikeRow, MethodRow, PatternRow, Report, TierRow, report};

/// Handoffs a partner must have been invited into before statistics say anything about it.
pub const JUDGEABLE_HANDOFFS_MIN: usize = 10;

/// Something a method says about an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    pub account: String,
    /// The pattern named, if the method names any.
    pub pattern: Option<String>,
    /// 1 to 4.
    pub severity: u8,
    pub concern: Concern,
    /// Whether it still stands at the end of the story.
    pub stands: bool,
    /// Seconds since 1970 at which it was first said, if the method was asked day by day.
    pub raised_s: Option<i64>,
}

/// What an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concern {
    /// That something was taken, or a right abused.
    Taking,
    /// That a step was left out which was owed, with whatever intent and by whomever it was: it takes nothing from
    /// the guest.
    Procedure,
}

/// What one method says about one world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Such as `rules`, `B0`.
    pub method: &'static str,
    pub alerts: Vec<Alert>,
}

/// One world, what was meant in it and what each method says; every trial asks the same methods.
#[derive(Debug, Clone)]
pub struct Trial {
    pub seed: u64,
    pub labels: Vec<Label>,
    pub said: Vec<Said>,
}
