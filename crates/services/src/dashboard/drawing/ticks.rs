//! The ticks of a time axis: weeks, months, quarters or years, whatever leaves room to read them.

use domain::time::{DAY_MS, Instant};
use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Tick, round};

/// Ticks at most; a runaway span must not fill the page.
const TICKS_MAX: usize = 40;

/// How far apart ticks stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Days(i64),
    Months(i64),
}

/// Ticks between two instants, placed by `x`.
pub(super) fn of(from: Instant, until: Instant, x: impl Fn(Instant) -> f64) -> Vec<Tick> {
    let days = (until.unix_ms() - from.unix_ms()) / DAY_MS;
    let step = match days {
        ..=12 => Step::Days(1),
        13..=80 => Step::Days(7),
        81..=420 => Step::Months(1),
        421..=1_200 => Step::Months(3),
        _ => Step::Months(12 * (days / 4_400 + 1)),
    };
    let mut ticks = Vec::new();
    let mut next = Some(first(from.date_in(&TimeZone::UTC), step));
    while let Some(date) = next {
        let at = Instant::midnight(date, &TimeZone::UTC);
        if at >= until || ticks.len() == TICKS_MAX {
            break;
        }
        if at >= from {
            ticks.push(Tick { x: round(x(at)), label: label(date, step, ticks.is_empty()) });
        }
        next = after(date, step);
    }
    ticks
}

fn first(date: Date, step: Step) -> Date {
    match step {
        Step::Days(1) => date,
        Step::Days(_) => {
            date.checked_sub(i64::from(date.weekday().to_monday_zero_offset()).days()).unwrap_or(date)
        }
        Step::Months(months) if months < 12 => {
            let months = i8::try_from(months).unwrap_or(1);
            let month = (date.month() - 1) / months * months + 1;
            Date::new(date.year(), month, 1).unwrap_or(date)
        }
        Step::Months(_) => Date::new(date.year(), 1, 1).unwrap_or(date),
    }
}

fn after(date: Date, step: Step) -> Option<Date> {
    match step {
        Step::Days(days) => date.checked_add(days.days()).ok(),
        Step::Months(months) => date.checked_add(months.months()).ok(),
    }
}

/// The year stands once, at its first tick.
fn label(date: Date, step: Step, is_first: bool) -> String {
    let format = match step {
        Step::Days(_) if is_first => "%-d %b %Y",
        Step::Days(_) => "%-d %b",
        Step::Months(months) if months >= 12 => "%Y",
        Step::Months(_) if is_first || date.month() == 1 => "%b %Y",
        Step::Months(_) => "%b",
    };
    date.strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::of;

    fn labels(from: &str, until: &str) -> Vec<String> {
        of(from.parse().unwrap(), until.parse().unwrap(), |_| 0.0)
            .into_iter()
            .map(|tick| tick.label)
            .collect()
    }

    #[test]
    fn ticks_fit_the_span_they_measure() {
        assert_eq!(labels("2026-03-02T10:00:00Z", "2026-03-05T10:00:00Z"), ["3 Mar 2026", "4 Mar", "5 Mar"]);
        assert_eq!(
            labels("2026-03-04T00:00:00Z", "2026-03-25T00:00:00Z"),
            ["9 Mar 2026", "16 Mar", "23 Mar"]
        );
        assert_eq!(labels("2025-11-20T00:00:00Z", "2026-03-01T00:00:00Z"), ["Dec 2025", "Jan 2026", "Feb"]);
        assert_eq!(labels("2025-02-01T00:00:00Z", "2026-08-01T00:00:00Z").len(), 6);
        assert!(labels("1970-01-01T00:00:00Z", "2090-01-01T00:00:00Z").len() < 20);
        assert!(labels("0001-01-01T00:00:00Z", "9999-01-01T00:00:00Z").len() <= 40);
    }
}
