//! Instants of the simulated world, to the second, and the civil days and working days people count in.

use std::fmt;

const DAY_S: i64 = 86_400;
const HOUR_S: i64 = 3_600;

/// An instant, in seconds since 1970 (UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct At(pub(crate) i64);

impl At {
    pub(crate) fn plus_days(self, days: i64) -> Self {
        Self(self.0 + days * DAY_S)
    }

    pub(crate) fn plus_hours(self, hours: i64) -> Self {
        Self(self.0 + hours * HOUR_S)
    }

    pub(crate) fn plus_minutes(self, minutes: i64) -> Self {
        Self(self.0 + minutes * 60)
    }

    pub(crate) fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0 + seconds)
    }

    pub(crate) fn midnight(self) -> Self {
        Self(self.0.div_euclid(DAY_S) * DAY_S)
    }

    /// The same hour on this day, or on the Monday after when it is a weekend.
    pub(crate) fn on_a_working_day(self) -> Self {
        match self.weekday() {
            5 => self.plus_days(2),
            6 => self.plus_days(1),
            _ => self,
        }
    }

    /// Midnight at the end of the `days`th working day after this one.
    pub(crate) fn after_working_days(self, days: u32) -> Self {
        let mut day = self.midnight();
        for _ in 0..days {
            day = day.plus_days(1).on_a_working_day();
        }
        day.plus_days(1)
    }

    /// 0 is Monday: 1970-01-01 was a Thursday.
    fn weekday(self) -> i64 {
        (self.0.div_euclid(DAY_S) + 3).rem_euclid(7)
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let instant = jiff::Timestamp::from_second(self.0).map_err(|_| fmt::Error)?;
        write!(f, "{instant}")
    }
}

#[cfg(test)]
mod tests {
    use super::At;

    #[test]
    fn five_working_days_after_a_thursday_end_with_the_next_thursday() {
        let thursday = At(1_709_200_800);
        assert_eq!(thursday.to_string(), "2024-02-29T10:00:00Z");
        assert_eq!(thursday.after_working_days(5).to_string(), "2024-03-08T00:00:00Z");
    }
}
