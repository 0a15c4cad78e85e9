//! `program.*`: the vendor's published policy and calendars.

use domain::event::Officer;
use domain::event::program as facts;
use domain::id::*;
use domain::policy::Policy;
use domain::time::Instant;
use jiff::civil::Date;

use crate::policy::{self, Zone};
use crate::shape::compact::fields;
use crate::shape::{Around, Shape, Text, published};

published! {
    /// A version of the policy, and from when it holds.
    PolicyPublished {
        version: u32,
        /// SHA-256 of the RFC 8785 form of the whole policy; computed when left out.
        document: Option<Digest>,
        /// The policy itself. What it leaves out has its default.
        policy: Policy,
        effective_from: Instant,
        /// Two officers.
        officers: Vec<Officer>,
        /// The version it replaces.
        supersedes: Option<u32>,
        /// SHA-256 of the report of what it would have changed, made before it was published.
        backtest: Option<Digest>,
    }
}

impl Shape for facts::PolicyPublished {
    type Json = PolicyPublished;

    fn to_json(&self) -> PolicyPublished {
        PolicyPublished {
            version: self.version,
            document: Some(Text(self.digest)),
            policy: self.policy.to_json(),
            effective_from: self.effective_from.to_json(),
            officers: self.officers.to_json(),
            supersedes: self.supersedes,
            backtest: self.backtest.to_json(),
        }
    }

    fn from_json(json: PolicyPublished, around: &Around<'_>) -> Self {
        let policy = Policy::from_json(json.policy, around);
        Self {
            version: json.version,
            digest: json.document.map_or_else(|| policy::digest(&policy), |document| document.0),
            policy,
            effective_from: Shape::from_json(json.effective_from, around),
            officers: Shape::from_json(json.officers, around),
            supersedes: json.supersedes,
            backtest: Shape::from_json(json.backtest, around),
        }
    }
}

fields! { facts::PolicyPublished { version, digest, policy, effective_from, officers, supersedes, backtest } }

published! {
    /// A version of a business-day calendar.
    CalendarPublished {
        calendar: CalendarId,
        version: u32,
        /// An IANA time zone name.
        zone: Zone,
        /// Days that are no business days, beside Saturdays and Sundays.
        holidays: Vec<Date>,
    }
}

impl Shape for facts::CalendarPublished {
    type Json = CalendarPublished;

    fn to_json(&self) -> CalendarPublished {
        CalendarPublished {
            calendar: self.calendar.to_json(),
            version: self.version,
            zone: Text(Zone::named(&self.zone)),
            holidays: self.holidays.to_json(),
        }
    }

    fn from_json(json: CalendarPublished, around: &Around<'_>) -> Self {
        Self {
            calendar: Shape::from_json(json.calendar, around),
            version: json.version,
            zone: json.zone.0.to_string(),
            holidays: Shape::from_json(json.holidays, around),
        }
    }
}

fields! { facts::CalendarPublished { calendar, version, zone, holidays } }
