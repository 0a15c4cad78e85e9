//! The vendor's published program: policy and calendars, as data with a date.

use jiff::civil::Date;

use crate::event::Officer;
use crate::id::*;
use crate::policy::Policy;
use crate::time::Instant;

#[derive(Debug, Clone, PartialEq)]
pub enum ProgramEvent {
    PolicyPublished(Box<PolicyPublished>),
    CalendarPublished(CalendarPublished),
}

#[derive(Debug, Clone, PartialEq)]
pub struct PolicyPublished {
    pub version: u32,
    pub digest: Digest,
    pub policy: Policy,
    pub effective_from: Instant,
    pub officers: Vec<Officer>,
    pub supersedes: Option<u32>,
    /// SHA-256 of the report of what it would have changed, made before it was published.
    pub backtest: Option<Digest>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct CalendarPublished {
    pub calendar: CalendarId,
    pub version: u32,
    /// An IANA time zone name.
    pub zone: String,
    pub holidays: Vec<Date>,
}
