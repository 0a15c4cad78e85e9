//! The question itself: one act under one handoff, put against everything that may let go of it.

use jiff::tz::TimeZone;

use crate::account::gain::GainKind;
use crate::account::guest::Handoff;
use crate::calendar::zone_or_utc;
use crate::event::case::{ClearedBy, Unknown};
use crate::event::change::Basis;
use crate::id::{EventId, PartnerId};
use crate::policy::Policy;
use crate::protection::act::Judged;
use crate::protection::basis::{BASES, Support};
use crate::protection::kin::{self, Side};
use crate::protection::outcome::{Outcome, Unconcerned, Violation};
use crate::protection::walk::Ledger;
use crate::protection::window;
use crate::protection::{Known, basis, certificate};
use crate::scope::{Region, Scope};
use crate::time::Instant;

/// One act under one accepted handoff, with the rules that govern it.
pub struct Question<'a> {
    pub known: Known<'a>,
    pub handoff: &'a Handoff,
    pub guest: &'a PartnerId,
    pub accepted_at: Instant,
    pub act: Judged<'a>,
    /// What earlier acts left behind under this handoff.
    pub ledger: &'a Ledger,
    /// Rights and durations: the policy at acceptance.
    pub rights: &'a Policy,
    /// Steps and thresholds: the policy at the act.
    pub procedure: &'a Policy,
    /// In which civil days are counted.
    pub zone: TimeZone,
}

impl<'a> Question<'a> {
    /// The question, or `None` when the handoff was never accepted and so binds nobody.
    pub fn new(known: Known<'a>, handoff: &'a Handoff, act: Judged<'a>, ledger: &'a Ledger) -> Option<Self> {
        let (guest, accepted_at) = (handoff.guest.as_ref()?, handoff.accepted_at?);
        let cited = handoff.policy.as_ref().and_then(|policy| known.program.policy_by_digest(policy.digest));
        let rights = &cited.unwrap_or_else(|| known.program.policy_at(accepted_at)).policy;
        let procedure = &known.program.policy_at(act.at).policy;
        let zone = zone_or_utc(&procedure.zone);
        Some(Self { known, handoff, guest, accepted_at, act, ledger, rights, procedure, zone })
    }

    /// The answer, with the events that make it so.
    pub fn answer(&self) -> Outcome {
        self.answer_by(&|_| true)
    }

    /// The answer when only those of the nine bases count that `counts` lets through.
    pub fn answer_by(&self, counts: &dyn Fn(Basis) -> bool) -> Outcome {
        let touched = self.touched();
        if self.act.at < self.accepted_at {
            return Outcome::NotConcerned(Unconcerned::BeforeAcceptance);
        }
        if touched.is_empty() {
            return Outcome::NotConcerned(Unconcerned::OutOfScope);
        }
        let kinship = match kin::side(self, &touched) {
            Side::Neither => return Outcome::NotConcerned(Unconcerned::NotTheGuest),
            Side::Hosts => return Outcome::NotConcerned(Unconcerned::TheHosts),
            Side::Guests(kinship) => kinship,
        };
        let phase = window::phase(self, &touched);
        if let Some(restated) = self.ledger.restates(self) {
            return Outcome::NotConcerned(Unconcerned::Restates(restated));
        }
        let open = match self.let_go(touched, counts) {
            Ok(open) => open,
            Err(outcome) => return outcome,
        };
        let violation = Violation {
            unknown: self.unknown(),
            grounds: certificate::grounds(self, &open, kinship.as_ref(), phase, counts),
            proof: certificate::proof(self, kinship.as_ref(), phase),
            clearing: basis::clearing(self, &open, counts),
            touched: open,
            kinship,
        };
        Outcome::Violation(Box::new(violation))
    }

    /// What the act touches of what the handoff protects; all of it when the act's scope is unknown.
    pub fn touched(&self) -> Region {
        let protected = Region::from(self.handoff.protected_scope.clone());
        match self.act.scope {
            Some(scope) => protected.and(scope),
            None => protected,
        }
    }

    /// What is left of `open` when everything that lets go of a scope had its say.
    ///
    /// # Errors
    /// The outcome when nothing is left.
    fn let_go(&self, mut open: Region, counts: &dyn Fn(Basis) -> bool) -> Result<Region, Outcome> {
        if let Some(third) = self.ledger.held_by_third(self.act.at, &mut open) {
            return Err(Outcome::NotConcerned(Unconcerned::HeldByThird(third)));
        }
        let mut because = Vec::new();
        let bases = BASES.iter().filter(|row| counts(row.basis)).map(|row| row.supports);
        for supports in basis::BEFORE_BASES.into_iter().chain(bases).chain(basis::AFTER_BASES) {
            for support in supports(self, &open) {
                if !support.scope.as_ref().is_none_or(|scope| open.overlaps(scope)) {
                    continue;
                }
                let Support { by, scope, events } = support;
                because.extend(events);
                open = open.minus(&scope.unwrap_or_else(Scope::all));
                if open.is_empty() {
                    return Err(cleared(by, because));
                }
            }
        }
        Ok(open)
    }

    /// Until when a paper about the act may arrive.
    pub fn lateness_ends(&self) -> Instant {
        self.act.at.plus_civil_days(i64::from(self.procedure.policing.lateness_days), &self.zone)
    }

    /// The end of the `days`-th business day after the act.
    pub fn business_days_after(&self, start: Instant, days: u16) -> Instant {
        self.known.program.calendar_at(start).end_of_business_day(start, days)
    }

    /// The deal the act registers or fulfils.
    fn deal(&self) -> Option<&'a crate::account::registration::Deal> {
        self.known.account.deal(self.act.deal()?)
    }

    /// Whether the act stands under a tender the guest's side says there is.
    pub fn claims_tender(&self) -> bool {
        self.deal().is_some_and(|deal| deal.tender)
    }

    /// Why the act cannot be judged, if so.
    fn unknown(&self) -> Option<Unknown> {
        if self.act.scope.is_none() {
            return Some(Unknown::ScopeUnknown);
        }
        if self.claims_tender() {
            return Some(Unknown::Tender);
        }
        let gain = self.act.gain?;
        let moves = matches!(gain.kind, GainKind::HolderRecorded { .. } | GainKind::ChangeExecuted { .. });
        let disputed = |event: EventId| {
            let holdings = &self.known.account.holdings;
            holdings.iter().any(|h| (h.event == event && h.contested.is_some()) || h.contested == Some(event))
        };
        (moves && disputed(gain.event)).then_some(Unknown::Contested)
    }
}

fn cleared(by: ClearedBy, because: Vec<EventId>) -> Outcome {
    Outcome::Cleared { by, because }
}
