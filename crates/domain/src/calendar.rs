//! Business days: named, versioned data, so that a computed deadline can be computed again.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use crate::event::change::CalendarRef;
use crate::id::BadId;
use crate::time::Instant;

/// Monday to Friday in a zone, without the listed holidays.
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    pub name: CalendarRef,
    pub zone: TimeZone,
    pub holidays: Vec<Date>,
}

/// The time zone an IANA name stands for.
///
/// # Errors
/// The name is not in the bundled time zone database.
pub fn zone(name: &str) -> Result<TimeZone, BadId> {
    if name == "UTC" {
        return Ok(TimeZone::UTC);
    }
    TimeZone::get(name).map_err(|_| BadId { expected: "an IANA time zone name, such as Europe/Berlin" })
}

/// The zone a published policy names; UTC should its name have left the time zone database since.
pub fn zone_or_utc(name: &str) -> TimeZone {
    zone(name).unwrap_or(TimeZone::UTC)
}

impl Calendar {
    /// Monday to Friday in UTC without holidays: what is used until a vendor publishes its own.
    pub fn weekdays_utc() -> Self {
        let id = "weekdays-utc".parse().expect("a lower-case token is a calendar id");
        Self { name: CalendarRef { id, version: 1 }, zone: TimeZone::UTC, holidays: Vec::new() }
    }

    pub fn is_business_day(&self, date: Date) -> bool {
        !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) && !self.holidays.contains(&date)
    }

    /// The end (24:00 in the calendar's zone) of the `days`-th business day after the day of `start`,
    /// which itself does not count.
    pub fn end_of_business_day(&self, start: Instant, days: u16) -> Instant {
        let mut date = start.date_in(&self.zone);
        let mut left = days;
        while left > 0 {
            date = date.checked_add(1.day()).unwrap_or(Date::MAX);
            if date == Date::MAX {
                return Instant::LATEST;
            }
            left -= u16::from(self.is_business_day(date));
        }
        Instant::midnight(date.checked_add(1.day()).unwrap_or(Date::MAX), &self.zone)
    }

    /// The instant `hours` business hours after `start`: of a business day, 9:00 to 17:00 count.
    pub fn plus_business_hours(&self, start: Instant, hours: u8) -> Instant {
        let mut left_ms = i64::from(hours) * HOUR_MS;
        let mut date = start.date_in(&self.zone);
        while date < Date::MAX {
            let morning = Instant::midnight(date, &self.zone);
            let (opens, closes) =
                (morning.plus_ms(OPENS_HOUR * HOUR_MS), morning.plus_ms(CLOSES_HOUR * HOUR_MS));
            let from = start.max(opens);
            if self.is_business_day(date) && from < closes {
                let rest_ms = closes.unix_ms() - from.unix_ms();
                if left_ms <= rest_ms {
                    return from.plus_ms(left_ms);
                }
                left_ms -= rest_ms;
            }
            date = date.checked_add(1.day()).unwrap_or(Date::MAX);
        }
        Instant::LATEST
    }
}

const HOUR_MS: i64 = 3_600_000;
/// When a business day begins and ends, in hours after midnight.
const OPENS_HOUR: i64 = 9;
const CLOSES_HOUR: i64 = 17;
