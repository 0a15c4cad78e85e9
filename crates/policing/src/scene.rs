//! What every pattern looks at: the account with all its gains judged once.

use domain::account::Account;
use domain::account::guest::Handoff;
use domain::calendar::zone_or_utc;
use domain::family::Families;
use domain::id::{AccountId, EventId};
use domain::policy::Policy;
use domain::program::{Program, Published};
use domain::protection::{self, Assessment, Known, kin};
use domain::time::Instant;

use crate::acquired;
use crate::across::{Among, OfAccount, Others, Wide, of_account};
use crate::tied::{Tied, Whereabouts};

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
    /// Other accounts of the customer, and of its relatives.
    pub ties: &'a [Tied<'a>],
    whereabouts: Whereabouts,
    /// What other accounts of the vendor came to.
    pub among: Among<'a>,
    pub watermark: Watermark,
}

impl<'a> Scene<'a> {
    pub fn new(
        account_id: &'a AccountId,
        account: &'a Account,
        families: &'a Families,
        program: &'a Program,
        ties: &'a [Tied<'a>],
        watermark: Watermark,
    ) -> Self {
        let known = Known { account, account_id, families, program };
        let assessments = protection::assess(account, account_id, families, program);
        let whereabouts = Whereabouts::of(ties);
        let among = Among::new(Others::none(), account_id, OfAccount::default());
        let mut scene = Self { known, assessments, ties, whereabouts, among, watermark };
        acquired::clear(&mut scene);
        scene
    }

    /// The same account among the others of its vendor.
    pub fn among(mut self, others: Others<'a>) -> Self {
        self.among = Among::new(others, self.known.account_id, of_account(&self));
        self
    }

    /// What is asked across accounts.
    pub(crate) fn wide(&self) -> Wide<'_> {
        let Known { families, program, .. } = self.known;
        Wide { among: &self.among, families, program }
    }

    /// The tied account on whose stream an event stands; `None` for the account's own.
    pub fn tie_of(&self, event: EventId) -> Option<&'a Tied<'a>> {
        self.whereabouts.tie(self.ties, event)
    }

    /// The duplicate on which an act stands, if the guest's family opened that since it accepted.
    pub fn alias_of(&self, handoff: &Handoff, act: EventId) -> Option<&'a Tied<'a>> {
        let tie = self.tie_of(act).filter(|tie| tie.is_same())?;
        let founder = tie.account.opened_by.as_ref()?;
        kin::since_acceptance(self.known, handoff, &founder.partner, founder.at).map(|_| tie)
    }

    /// The policy whose steps and thresholds govern an act at `at`.
    pub fn policy_at(&self, at: Instant) -> &'a Published {
        self.known.program.policy_at(at)
    }

    /// `days` civil days after `at`, in the zone of the policy then; before it when negative.
    pub fn days_after(&self, at: Instant, days: i64) -> Instant {
        at.plus_civil_days(days, &zone_or_utc(&self.policy_at(at).policy.zone))
    }

    /// Until when a paper about an act at `at` may still arrive.
    pub fn provisional_until(&self, at: Instant) -> Instant {
        let policy: &Policy = &self.policy_at(at).policy;
        self.days_after(at, i64::from(policy.policing.lateness_days))
    }
}
