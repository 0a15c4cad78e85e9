//! What every pattern looks at: the account with all its gains judged once.

use domain::account::Account;
use domain::calendar::zone_or_utc;
use domain::family::Families;
use domain::id::{AccountId, EventId};
use domain::policy::Policy;
use domain::program::{Program, Published};
use domain::protection::{self, Assessment, Known};
use domain::time::Instant;

/// How far the story is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watermark {
    /// Everybody who could tell of a basis has told all there is up to here.
    pub until: Instant,
    /// The last event that was read.
    pub head: EventId,
}

/// One account, ready to be looked at.
pub struct Scene<'a> {
    pub known: Known<'a>,
    /// Every gain under every accepted handoff.
    pub assessments: Vec<Assessment<'a>>,
    pub watermark: Watermark,
}

impl<'a> Scene<'a> {
    pub fn new(
        account_id: &'a AccountId,
        account: &'a Account,
        families: &'a Families,
        program: &'a Program,
        watermark: Watermark,
    ) -> Self {
        let known = Known { account, account_id, families, program };
        let assessments = protection::assess(account, account_id, families, program);
        Self { known, assessments, watermark }
    }

    /// The policy whose steps and thresholds govern an act at `at`.
    pub fn policy_at(&self, at: Instant) -> &'a Published {
        self.known.program.policy_at(at)
    }

    /// Until when a paper about an act at `at` may still arrive.
    pub fn provisional_until(&self, at: Instant) -> Instant {
        let policy: &Policy = &self.policy_at(at).policy;
        at.plus_civil_days(i64::from(policy.policing.lateness_days), &zone_or_utc(&policy.zone))
    }
}
