//! One account as one body of evidence tells it, ready to be asked.

use std::collections::HashMap;

use domain::event::notice::{About, Delivered, Sent};
use domain::fact::Fact;
use domain::id::{AccountId, ChangeId, DealId, EventId, HandoffId, PartnerId};
use domain::policy::Policy;
use domain::time::Instant;

use crate::deals::{Deal, deals};
use crate::family::Kin;
use crate::gains::{Gain, Touch, gains, touches};
use crate::known::{Known, Other};
use crate::parts::meet;
use crate::terms::Terms;
use crate::told::{On, Told};

#[derive(Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) known: &'a Known,
    /// Whose stream it is: the account's, or that of one tied to it.
    pub(crate) account: &'a AccountId,
    pub(crate) told: Told<'a>,
    pub(crate) terms: Vec<Terms<'a>>,
    pub(crate) gains: Vec<Gain<'a>>,
    pub(crate) touches: Vec<Touch<'a>>,
    places: HashMap<EventId, usize>,
}

/// A notice with its receipt, if it arrived.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Notice<'a> {
    pub(crate) sent: On<'a, Sent>,
    pub(crate) delivered: Option<On<'a, Delivered>>,
}

impl<'a> Scene<'a> {
    /// The account looked at, with its duplicates.
    pub(crate) fn of(known: &'a Known) -> Self {
        Self::from(known, &known.account, &known.facts)
    }

    /// The stream of another account alone.
    pub(crate) fn there(known: &'a Known, other: &'a Other) -> Self {
        Self::from(known, &other.tie.other, &other.facts)
    }

    fn from(known: &'a Known, account: &'a AccountId, facts: &'a [Fact]) -> Self {
        let told = Told::of(facts);
        let (terms, gains) = (Terms::all(&told), gains(&told));
        let touches = touches(&told, &terms);
        let places = facts.iter().enumerate().map(|(place, fact)| (fact.meta.id, place)).collect();
        Self { known, account, told, terms, gains, touches, places }
    }

    pub(crate) fn gain(&self, event: EventId) -> Option<&Gain<'a>> {
        self.gains.iter().find(|gain| gain.event == event)
    }

    /// Where a fact stands in the order in which facts take effect.
    pub(crate) fn place(&self, event: EventId) -> Option<usize> {
        self.places.get(&event).copied()
    }

    /// Every registration.
    pub(crate) fn deals(&self) -> Vec<Deal<'a>> {
        deals(self)
    }

    pub(crate) fn deal(&self, id: &DealId) -> Option<Deal<'a>> {
        self.deals().into_iter().find(|deal| deal.id == id)
    }

    pub(crate) fn handoff(&self, id: &HandoffId) -> Option<&Terms<'a>> {
        self.terms.iter().find(|terms| terms.id() == id)
    }

    pub(crate) fn policy_at(&self, at: Instant) -> &'a Policy {
        self.known.program.policy_at(at)
    }

    /// Until when a paper about an act at `at` may still arrive.
    pub(crate) fn papers_until(&self, at: Instant) -> Instant {
        self.known.program.days_after(at, self.policy_at(at).policing.lateness_days)
    }

    pub(crate) fn kin(&self, of: &PartnerId, who: &PartnerId, at: Instant) -> Option<Kin> {
        self.known.families.kin(of, who, at)
    }

    /// How `who` belongs to the family of the handoff's guest: by ownership, or as declared at acceptance.
    pub(crate) fn of_guest(&self, terms: &Terms<'_>, who: &PartnerId, at: Instant) -> Option<Kin> {
        self.kin(terms.guest(), who, at).or_else(|| self.declared(terms, who, at))
    }

    pub(crate) fn declared(&self, terms: &Terms<'_>, who: &PartnerId, at: Instant) -> Option<Kin> {
        let declared = terms.accepted.said.declared_family.contains(who);
        let parted = self.known.families.have_parted(terms.guest(), who, at);
        (declared && !parted).then_some(Kin::Known)
    }

    /// Whether `who` is of the host's family, or was at acceptance.
    pub(crate) fn of_host(&self, terms: &Terms<'_>, who: &PartnerId, at: Instant) -> bool {
        [at, terms.accepted_at()].into_iter().any(|at| self.kin(terms.host(), who, at).is_some())
    }

    /// Everything that was sent.
    pub(crate) fn notices(&self) -> impl Iterator<Item = Notice<'a>> {
        self.told.sent.iter().map(|sent| {
            let delivered =
                self.told.delivered.iter().rfind(|on| on.said.notice == sent.said.notice).copied();
            Notice { sent: *sent, delivered }
        })
    }

    /// What was sent about a change: what names it, and what it names.
    pub(crate) fn notices_of(&self, change: &'a ChangeId) -> impl Iterator<Item = Notice<'a>> {
        let notified = self.told.notified.iter().rfind(|on| on.said.change == *change);
        let named = notified.map(|on| on.said.notices.as_slice()).unwrap_or_default();
        let about = About::Change(change.clone());
        self.notices()
            .filter(move |notice| notice.sent.said.about == about || named.contains(&notice.sent.said.notice))
    }

    /// The handoff accepted last that protects some of `scope` from the family of whoever gains.
    pub(crate) fn protecting(
        &self,
        gaining: &PartnerId,
        scope: &domain::scope::Scope,
        at: Instant,
    ) -> Option<&Terms<'a>> {
        let concerned = self.terms.iter().filter(|terms| {
            let declared = terms.accepted.said.declared_family.contains(gaining);
            terms.accepted_at() <= at
                && meet(terms.protects(), scope)
                && (declared || self.kin(terms.guest(), gaining, at).is_some())
        });
        concerned.max_by_key(|terms| (terms.accepted_at(), terms.id()))
    }
}
