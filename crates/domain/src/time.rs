//! Instants, intervals and civil dates. Every interval is half-open: `[from, until)`.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// A point in time, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

/// 0001-01-01T00:00:00Z.
const EARLIEST_MS: i64 = -62_135_596_800_000;
/// 9999-12-30T00:00:00Z: late enough for every contract, early enough for every calendar.
const LATEST_MS: i64 = 253_402_128_000_000;
/// One civil day without a clock change, in milliseconds.
pub const DAY_MS: i64 = 86_400_000;

/// Why a text is not an instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an RFC 3339 instant between years 1 and 9999, such as 2026-03-01T09:00:00Z")]
pub struct BadInstant;

impl Instant {
    /// The instant `ms` milliseconds after 1970, or `None` outside the years 1 to 9999.
    pub fn from_unix_ms(ms: i64) -> Option<Self> {
        (EARLIEST_MS..=LATEST_MS).contains(&ms).then_some(Self(ms))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn unix_ms(self) -> i64 {
        self.0
    }

    /// The earliest instant there is.
    pub const EARLIEST: Self = Self(EARLIEST_MS);
    /// The latest instant there is.
    pub const LATEST: Self = Self(LATEST_MS);

    /// `ms` later (earlier if negative), kept inside the years 1 to 9999.
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms).clamp(EARLIEST_MS, LATEST_MS))
    }

    /// The civil date of this instant in `zone`.
    pub fn date_in(self, zone: &TimeZone) -> Date {
        self.timestamp().to_zoned(zone.clone()).date()
    }

    /// The same time of day `days` civil days later in `zone`; across a clock change the hour is kept.
    pub fn plus_civil_days(self, days: i64, zone: &TimeZone) -> Self {
        if *zone == TimeZone::UTC {
            return self.plus_ms(days.saturating_mul(DAY_MS));
        }
        let moved = self.timestamp().to_zoned(zone.clone()).checked_add(days.days());
        moved.map_or_else(|_| self.plus_ms(days.saturating_mul(DAY_MS)), |z| Self::from(z.timestamp()))
    }

    /// The same day of month and time of day `months` later in `zone`; a day the month lacks becomes its last.
    pub fn plus_civil_months(self, months: u16, zone: &TimeZone) -> Self {
        let moved = self.timestamp().to_zoned(zone.clone()).checked_add(i64::from(months).months());
        moved.map_or(Self::LATEST, |z| Self::from(z.timestamp()))
    }

    /// Midnight at the start of `date` in `zone`.
    pub fn midnight(date: Date, zone: &TimeZone) -> Self {
        date.to_zoned(zone.clone()).map_or(Self::LATEST, |z| Self::from(z.timestamp()))
    }

    fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).expect("an Instant lies within the years 1 to 9999")
    }
}

impl From<Timestamp> for Instant {
    /// Truncates to the millisecond.
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp.as_millisecond().clamp(EARLIEST_MS, LATEST_MS))
    }
}

impl FromStr for Instant {
    type Err = BadInstant;
    fn from_str(text: &str) -> Result<Self, BadInstant> {
        let timestamp: Timestamp = text.parse().map_err(|_| BadInstant)?;
        Self::from_unix_ms(timestamp.as_millisecond()).ok_or(BadInstant)
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.timestamp())
    }
}

/// A stretch of time `[from, until)`; without `until` it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Interval {
    pub from: Instant,
    pub until: Option<Instant>,
}

impl Interval {
    pub fn new(from: Instant, until: Instant) -> Self {
        Self { from, until: Some(until) }
    }

    pub fn open(from: Instant) -> Self {
        Self { from, until: None }
    }

    /// Whether `at` lies in `[from, until)`.
    pub fn contains(&self, at: Instant) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }

    /// Whether the two share at least one instant.
    pub fn overlaps(&self, other: &Self) -> bool {
        let starts_before = |a: &Self, b: &Self| b.until.is_none_or(|until| a.from < until);
        !self.is_empty() && !other.is_empty() && starts_before(self, other) && starts_before(other, self)
    }

    pub fn is_empty(&self) -> bool {
        self.until.is_some_and(|until| until <= self.from)
    }

    /// The same interval, over at `at` if it would have lasted longer.
    pub fn ended_at(self, at: Instant) -> Self {
        Self { from: self.from, until: Some(self.until.map_or(at, |until| until.min(at))) }
    }
}
