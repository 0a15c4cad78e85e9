//! Civil days, months and business days, counted here once more.

use domain::time::Instant;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

pub(crate) fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// The same time of day `days` civil days later.
pub(crate) fn after(at: Instant, days: i64, zone: &TimeZone) -> Instant {
    let moved = zoned(at, zone).and_then(|at| at.checked_add(jiff::Span::new().days(days)).ok());
    moved.map_or_else(|| at.plus_ms(days.saturating_mul(domain::time::DAY_MS)), |at| instant(&at))
}

/// The same day of the month `months` later.
pub(crate) fn months_after(at: Instant, months: u16, zone: &TimeZone) -> Instant {
    let span = jiff::Span::new().months(i64::from(months));
    let moved = zoned(at, zone).and_then(|at| at.checked_add(span).ok());
    moved.map_or(Instant::LATEST, |at| instant(&at))
}

/// 24:00 of the `days`-th business day after the day of `start`, which does not count.
pub(crate) fn end_of_business_day(start: Instant, days: u16, zone: &TimeZone, holidays: &[Date]) -> Instant {
    let Some(start) = zoned(start, zone) else { return Instant::LATEST };
    let worked = |date: &Date| {
        !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) && !holidays.contains(date)
    };
    let dates = std::iter::successors(start.date().tomorrow().ok(), |date| date.tomorrow().ok());
    let last = match days {
        0 => Some(start.date()),
        days => dates.filter(worked).nth(usize::from(days) - 1),
    };
    let midnight =
        last.and_then(|date| date.tomorrow().ok()).and_then(|date| date.to_zoned(zone.clone()).ok());
    midnight.map_or(Instant::LATEST, |at| instant(&at))
}

fn zoned(at: Instant, zone: &TimeZone) -> Option<Zoned> {
    Timestamp::from_millisecond(at.unix_ms()).ok().map(|at| at.to_zoned(zone.clone()))
}

fn instant(at: &Zoned) -> Instant {
    Instant::from_unix_ms(at.timestamp().as_millisecond()).unwrap_or(Instant::LATEST)
}
