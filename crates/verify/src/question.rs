//! One act under one handoff: is it a gain of the guest's family in what is protected, that nothing let go of?

use domain::event::case::{ClearedBy, Unknown};
use domain::event::change::Basis;
use domain::id::PartnerId;
use domain::policy::Policy;
use domain::scope::Scope;
use domain::time::Instant;

use crate::bases::{self, Support};
use crate::family::{Kin, Owned};
use crate::gains::Gain;
use crate::parts::Part;
use crate::scene::Scene;
use crate::terms::Terms;
use crate::walk::Ledger;

pub(crate) struct Question<'q, 'a> {
    pub(crate) scene: &'q Scene<'a>,
    pub(crate) terms: &'q Terms<'a>,
    pub(crate) act: &'q Gain<'a>,
    pub(crate) ledger: &'q Ledger<'a>,
    /// Rights and durations: the policy at acceptance.
    pub(crate) rights: &'a Policy,
    /// Steps and thresholds: the policy at the act.
    pub(crate) procedure: &'a Policy,
}

/// What the formula says of an act.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// The handoff has nothing to say about it, and why.
    Unconcerned(&'static str),
    Cleared(ClearedBy),
    /// It stands: what nothing let go of, and how the partner belongs to the guest.
    Open(Open),
}

#[derive(Debug, Clone)]
pub(crate) struct Open {
    pub(crate) part: Part,
    pub(crate) kin: Kin,
    pub(crate) unknown: Option<Unknown>,
}

impl<'q, 'a> Question<'q, 'a> {
    pub(crate) fn new(
        scene: &'q Scene<'a>,
        terms: &'q Terms<'a>,
        act: &'q Gain<'a>,
        ledger: &'q Ledger<'a>,
    ) -> Self {
        let program = &scene.known.program;
        let cited = program.cited(terms.accepted.said.policy.digest);
        let rights = cited.unwrap_or_else(|| program.policy_at(terms.accepted_at()));
        Self { scene, terms, act, ledger, rights, procedure: program.policy_at(act.at) }
    }

    pub(crate) fn answer(&self, counts: &dyn Fn(Basis) -> bool) -> Answer {
        let touched = self.touched();
        if self.act.at < self.terms.accepted_at() {
            return Answer::Unconcerned("it came before the acceptance");
        }
        if touched.is_empty() {
            return Answer::Unconcerned("it concerns nothing the handoff protects");
        }
        let Some(kin) = self.guests(self.act.partner, &touched) else {
            return Answer::Unconcerned("whoever gained is not of the guest's family");
        };
        if self.is_hosts_of_old(&touched) {
            return Answer::Unconcerned("whoever gained was of the host's family at acceptance");
        }
        if self.ledger.restates(self) {
            return Answer::Unconcerned("it only repeats another record");
        }
        match self.let_go(touched, counts) {
            Ok(part) => Answer::Open(Open { part, kin, unknown: self.unknown() }),
            Err(answer) => answer,
        }
    }

    /// What the act touches of what the handoff protects.
    pub(crate) fn touched(&self) -> Part {
        let protected = Part::of(self.terms.protects());
        match &self.act.scope {
            Some(scope) => protected.and(scope),
            None => protected,
        }
    }

    fn let_go(&self, mut open: Part, counts: &dyn Fn(Basis) -> bool) -> Result<Part, Answer> {
        open = self.ledger.minus_thirds(self.act.at, open);
        if open.is_empty() {
            return Err(Answer::Unconcerned("a third party had won it"));
        }
        for supports in bases::IN_ORDER {
            for Support { by, scope } in supports(self, &open) {
                if matches!(by, ClearedBy::Basis(basis) if !counts(basis) && !bases::is_left(supports)) {
                    continue;
                }
                open = open.minus(&scope.unwrap_or_else(Scope::all));
                if open.is_empty() {
                    return Err(Answer::Cleared(by));
                }
            }
        }
        Ok(open)
    }

    /// How `who` belongs to the guest's family at the act; a merger may leave parts of the book where they were.
    pub(crate) fn guests(&self, who: &PartnerId, touched: &Part) -> Option<Kin> {
        let stays = |link: &Owned| !self.is_excluded(link, touched);
        let by_links = self.scene.known.families.kin_by(self.terms.guest(), who, self.act.at, &stays);
        by_links.or_else(|| self.scene.declared(self.terms, who, self.act.at))
    }

    fn is_hosts_of_old(&self, touched: &Part) -> bool {
        let stays = |link: &Owned| !self.is_excluded(link, touched);
        let (host, then) = (self.terms.host(), self.terms.accepted_at());
        self.scene.known.families.kin_by(host, self.act.partner, then, &stays).is_some()
    }

    pub(crate) fn is_excluded(&self, link: &Owned, touched: &Part) -> bool {
        let excluded = link.merger.iter().flat_map(|merger| &merger.exclusions);
        excluded.into_iter().any(|part| part.account == *self.scene.account && touched.meets(&part.scope))
    }

    pub(crate) fn is_hosts(&self, who: &PartnerId) -> bool {
        self.scene.of_host(self.terms, who, self.act.at)
    }

    pub(crate) fn days_after(&self, at: Instant, days: impl Into<i64>) -> Instant {
        crate::days::after(at, days.into(), &crate::days::zone(&self.procedure.zone))
    }

    pub(crate) fn business_days_after(&self, at: Instant, days: u16) -> Instant {
        self.scene.known.program.business_days_after(at, days)
    }

    /// Why it cannot be judged after all.
    fn unknown(&self) -> Option<Unknown> {
        if self.act.scope.is_none() {
            return Some(Unknown::ScopeUnknown);
        }
        let deal = self.act.deal();
        let submitted = self.scene.told.submitted.iter().rfind(|on| Some(&on.said.deal) == deal);
        if submitted.is_some_and(|on| on.said.tender == Some(true)) {
            return Some(Unknown::Tender);
        }
        let is_contested =
            !self.act.tried && self.act.moves() && crate::holdings::is_contested(self.scene, self.act.event);
        is_contested.then_some(Unknown::Contested)
    }
}
