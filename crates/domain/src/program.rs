//! What a vendor has published so far: which policy and which calendar held at an instant.

use std::collections::{BTreeMap, BTreeSet};

use crate::calendar::{Calendar, zone};
use crate::event::change::CalendarRef;
use crate::event::program::{PolicyPublished, ProgramEvent};
use crate::event::{Event, PolicyRef};
use crate::fact::Fact;
use crate::id::{AccountId, BatchId, Digest};
use crate::policy::Policy;
use crate::time::Instant;

/// One version of the policy and from when it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    pub name: PolicyRef,
    pub policy: Policy,
    pub effective_from: Instant,
}

/// The program of one vendor, folded from its program stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    policies: Vec<Published>,
    calendars: Vec<(Instant, Calendar)>,
    built_in: Published,
    /// A policy that takes the place of all published ones.
    what_if: Option<Published>,
    weekdays: Calendar,
    /// Accounts that each uniform act of the vendor covers.
    batches: BTreeMap<BatchId, BTreeSet<AccountId>>,
}

impl Default for Program {
    /// The built-in policy and Monday to Friday in UTC, for a vendor that has published nothing.
    fn default() -> Self {
        let name = PolicyRef { version: 0, digest: Digest([0; 32]) };
        Self {
            policies: Vec::new(),
            calendars: Vec::new(),
            built_in: Published { name, policy: Policy::default(), effective_from: Instant::EARLIEST },
            what_if: None,
            weekdays: Calendar::weekdays_utc(),
            batches: BTreeMap::new(),
        }
    }
}

impl Program {
    /// The program after one more fact of its stream.
    pub fn evolve(mut self, fact: &Fact) -> Self {
        if let Event::Program(event) = &fact.event {
            match event {
                ProgramEvent::PolicyPublished(published) => self.publish(published),
                ProgramEvent::CalendarPublished(published) => {
                    // An unknown zone cannot get here: `wire` refuses it by name.
                    let zone = zone(&published.zone).unwrap_or(jiff::tz::TimeZone::UTC);
                    let name = CalendarRef { id: published.calendar.clone(), version: published.version };
                    let calendar = Calendar { name, zone, holidays: published.holidays.clone() };
                    self.calendars.push((fact.meta.valid_at, calendar));
                }
            }
        }
        self
    }

    fn publish(&mut self, published: &PolicyPublished) {
        self.policies.push(Published {
            name: PolicyRef { version: published.version, digest: published.digest },
            policy: published.policy.clone(),
            effective_from: published.effective_from,
        });
    }

    /// The program after one more account was found to be covered by a uniform act.
    pub fn covering(mut self, batch: BatchId, account: AccountId) -> Self {
        self.batches.entry(batch).or_default().insert(account);
        self
    }

    /// The accounts a uniform act covers, as far as known.
    pub fn covered(&self, batch: &BatchId) -> impl Iterator<Item = &AccountId> {
        self.batches.get(batch).into_iter().flatten()
    }

    /// The policy in force at `at`: of those effective by then, the one effective last, the later one on a tie.
    pub fn policy_at(&self, at: Instant) -> &Published {
        if let Some(what_if) = &self.what_if {
            return what_if;
        }
        let in_force = self.policies.iter().filter(|published| published.effective_from <= at);
        in_force.max_by_key(|published| published.effective_from).unwrap_or(&self.built_in)
    }

    /// The policy with this digest, as a handoff or registration cites it.
    pub fn policy_by_digest(&self, digest: Digest) -> Option<&Published> {
        if self.what_if.is_some() {
            return self.what_if.as_ref();
        }
        self.policies.iter().rev().find(|published| published.name.digest == digest)
    }

    /// Every version published so far in the order they were, the built-in one first.
    pub fn published(&self) -> impl Iterator<Item = &Published> {
        match &self.what_if {
            Some(what_if) => std::slice::from_ref(what_if).iter().chain(&[]),
            None => std::slice::from_ref(&self.built_in).iter().chain(self.policies.as_slice()),
        }
    }

    /// The same program as if `policy` had been in force all along, for rights given before as well: what a
    /// replay asks that tries another policy.
    pub fn under(self, name: PolicyRef, policy: Policy) -> Self {
        let published = Published { name, policy, effective_from: Instant::EARLIEST };
        Self { what_if: Some(published), ..self }
    }

    /// The policy published last, or `None` when there is only the built-in one.
    pub fn latest(&self) -> Option<&Published> {
        self.policies.last()
    }

    /// Every calendar version published so far.
    pub fn calendars(&self) -> impl Iterator<Item = &Calendar> {
        self.calendars.iter().map(|(_, calendar)| calendar)
    }

    /// The business-day calendar in force at `at`.
    pub fn calendar_at(&self, at: Instant) -> &Calendar {
        let in_force = self.calendars.iter().filter(|(from, _)| *from <= at);
        in_force.max_by_key(|(from, _)| *from).map_or(&self.weekdays, |(_, calendar)| calendar)
    }
}
