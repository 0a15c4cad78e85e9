//! The vendor's published rules and calendars: which held when.

use domain::event::Event;
use domain::event::program::ProgramEvent;
use domain::fact::Fact;
use domain::id::Digest;
use domain::policy::Policy;
use domain::time::Instant;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::days;

/// One published policy.
#[derive(Debug)]
pub(crate) struct Published {
    pub(crate) digest: Digest,
    pub(crate) policy: Policy,
    from: Instant,
}

#[derive(Debug)]
struct Calendar {
    from: Instant,
    zone: TimeZone,
    holidays: Vec<Date>,
}

#[derive(Debug)]
pub(crate) struct Program {
    policies: Vec<Published>,
    calendars: Vec<Calendar>,
}

impl Program {
    /// From the facts of the program streams in the order they take effect; before all of them the built-in policy
    /// holds, under no digest.
    pub(crate) fn of(facts: &[Fact]) -> Self {
        let built_in =
            Published { digest: Digest([0; 32]), policy: Policy::default(), from: Instant::EARLIEST };
        let mut program = Self { policies: vec![built_in], calendars: Vec::new() };
        for fact in facts {
            let Event::Program(event) = &fact.event else { continue };
            match event {
                ProgramEvent::PolicyPublished(said) => program.policies.push(Published {
                    digest: said.digest,
                    policy: said.policy.clone(),
                    from: said.effective_from,
                }),
                ProgramEvent::CalendarPublished(said) => program.calendars.push(Calendar {
                    from: fact.meta.valid_at,
                    zone: days::zone(&said.zone),
                    holidays: said.holidays.clone(),
                }),
            }
        }
        program
    }

    /// The policy in force at `at`.
    pub(crate) fn published_at(&self, at: Instant) -> &Published {
        let in_force = self.policies.iter().filter(|published| published.from <= at);
        in_force.max_by_key(|published| published.from).expect("the built-in policy always held")
    }

    pub(crate) fn policy_at(&self, at: Instant) -> &Policy {
        &self.published_at(at).policy
    }

    /// The policy a handoff cites, if it was published.
    pub(crate) fn cited(&self, digest: Digest) -> Option<&Policy> {
        let published = self.policies.iter().skip(1).rev();
        published.into_iter().find(|published| published.digest == digest).map(|published| &published.policy)
    }

    /// `days` civil days after `at`, in the zone of the policy then.
    pub(crate) fn days_after(&self, at: Instant, days: impl Into<i64>) -> Instant {
        days::after(at, days.into(), &self.zone_at(at))
    }

    pub(crate) fn zone_at(&self, at: Instant) -> TimeZone {
        days::zone(&self.policy_at(at).zone)
    }

    /// 24:00 of the `days`-th business day after the day of `at`.
    pub(crate) fn business_days_after(&self, at: Instant, days: u16) -> Instant {
        let in_force = self.calendars.iter().filter(|calendar| calendar.from <= at);
        match in_force.max_by_key(|calendar| calendar.from) {
            Some(calendar) => days::end_of_business_day(at, days, &calendar.zone, &calendar.holidays),
            None => days::end_of_business_day(at, days, &TimeZone::UTC, &[]),
        }
    }
}
