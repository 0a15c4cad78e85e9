//! What the published rules say about a submission: the same answer live and for imported history.

use crate::account::Account;
use crate::account::registration::{Deal, Registration};
use crate::calendar::zone_or_utc;
use crate::decide::Grounds;
use crate::event::account::{AccountEvent, TakeoverRefused};
use crate::event::deal::{Approved, DealEvent, Rejected, RejectionReason, Returned};
use crate::event::{DecidedBy, Event};
use crate::id::{DealId, PartnerId};
use crate::policy::Tenders;
use crate::protection::{Act, Attempt};
use crate::scope::Scope;
use crate::time::Instant;

/// A submission as the rules look at it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ask<'a> {
    pub(crate) deal: &'a DealId,
    pub(crate) partner: &'a PartnerId,
    pub(crate) scope: &'a Scope,
    pub(crate) missing: &'a [String],
    pub(crate) tender: bool,
    pub(crate) at: Instant,
}

/// What the rules say.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Judgement {
    Returned,
    Rejected {
        reason: RejectionReason,
        rival: Option<DealId>,
    },
    /// An attempt on a protected account: recorded in full, and rejected.
    Takeover(Box<TakeoverRefused>),
    Approved {
        protected_until: Instant,
    },
}

/// Judges a submission; `rival` finds the first protection of another partner that it overlaps.
///
/// What is incomplete is only sent back, so it is no attempt on anybody's account. Whether another
/// partner holds the scope by incumbency alone does not matter: no published policy asks for it.
pub(crate) fn judge(
    account: &Account,
    grounds: &Grounds<'_>,
    ask: &Ask<'_>,
    rival: impl FnOnce() -> Option<DealId>,
) -> Judgement {
    let policy = &grounds.program.policy_at(ask.at).policy;
    if !ask.missing.is_empty() {
        return Judgement::Returned;
    }
    if let Some(refused) = takeover(account, grounds, ask, "deal.submit") {
        return Judgement::Takeover(Box::new(refused));
    }
    if ask.tender && policy.registration.tenders == Tenders::Refused {
        return Judgement::Rejected { reason: RejectionReason::PublishedTender, rival: None };
    }
    if let Some(rival) = rival() {
        let reason = RejectionReason::DuplicateOfRegisteredDeal;
        return Judgement::Rejected { reason, rival: Some(rival) };
    }
    Judgement::Approved { protected_until: protected_until(grounds, ask.at) }
}

/// The end of the protection of a registration approved at `at`, unless it is extended or the customer decides.
pub(crate) fn protected_until(grounds: &Grounds<'_>, at: Instant) -> Instant {
    let policy = &grounds.program.policy_at(at).policy;
    at.plus_civil_days(i64::from(policy.registration.protection_days), &zone_or_utc(&policy.zone))
}

/// The attempt on a protected account that registering this deal would be, if it is one.
pub(crate) fn takeover(
    account: &Account,
    grounds: &Grounds<'_>,
    ask: &Ask<'_>,
    command: &str,
) -> Option<TakeoverRefused> {
    let attempt = Attempt { partner: ask.partner, scope: ask.scope, act: Act::Register, at: ask.at };
    let refusable = grounds.refusable(account, &attempt)?;
    Some(TakeoverRefused {
        command: command.to_owned(),
        gaining: ask.partner.clone(),
        scope: ask.scope.clone(),
        deal: Some(ask.deal.clone()),
        change: None,
        order: None,
        rule: refusable.rule.to_owned(),
        handoff: refusable.handoff,
        nearest_clearing: refusable.nearest_clearing,
    })
}

/// Deals of other partners that keep this submission out at its instant, account by account in the order they became
/// known: a customer is one, under however many accounts it is known.
pub(crate) fn rivals<'a>(
    account: &'a Account,
    grounds: &'a Grounds<'_>,
    ask: &'a Ask<'_>,
) -> impl Iterator<Item = &'a Deal> {
    let deals = grounds.registered(account).flat_map(|account| &account.deals);
    deals.filter(|deal| keeps_out(deal, ask))
}

/// Whether `deal` is another partner's and protects part of what is asked for.
pub(crate) fn keeps_out(deal: &Deal, ask: &Ask<'_>) -> bool {
    let anothers = deal.partner.as_ref().is_some_and(|partner| partner != ask.partner);
    anothers
        && deal.protects(ask.at)
        && deal.approved_scope.as_ref().is_some_and(|scope| scope.overlaps(ask.scope))
}

impl Judgement {
    /// Where the registration stands after this judgement.
    pub(crate) fn registration(&self) -> Registration {
        match self {
            Self::Returned => Registration::Returned,
            Self::Rejected { .. } | Self::Takeover(_) => Registration::Rejected,
            Self::Approved { .. } => Registration::Approved,
        }
    }

    /// Whether `known` was already judged so, and nothing has ended since.
    pub(crate) fn is_in_effect(&self, known: &Deal, now: Instant) -> bool {
        let reason = known.rejection.as_ref().map(|rejection| rejection.reason);
        self.registration() == known.registration
            && match self {
                Self::Returned => true,
                Self::Rejected { reason: again, .. } => reason == Some(*again),
                Self::Takeover(_) => reason == Some(RejectionReason::ExistingCustomerOfOther),
                Self::Approved { .. } => known.protects(now),
            }
    }

    /// The facts that record this judgement.
    pub(crate) fn events(self, ask: &Ask<'_>, decided_by: DecidedBy) -> Vec<Event> {
        let deal = ask.deal.clone();
        let rejected = |reason, rival, decided_by| {
            let case = None;
            Event::Deal(DealEvent::Rejected(Rejected {
                deal: ask.deal.clone(),
                reason,
                rival,
                decided_by,
                case,
            }))
        };
        match self {
            Self::Returned => {
                let missing = ask.missing.to_vec();
                vec![Event::Deal(DealEvent::Returned(Returned { deal, missing, decided_by }))]
            }
            Self::Rejected { reason, rival } => vec![rejected(reason, rival, decided_by)],
            Self::Takeover(refused) => vec![
                Event::Account(AccountEvent::TakeoverRefused(*refused)),
                rejected(RejectionReason::ExistingCustomerOfOther, None, decided_by),
            ],
            Self::Approved { protected_until } => vec![Event::Deal(DealEvent::Approved(Approved {
                deal,
                scope: ask.scope.clone(),
                protected_from: ask.at,
                protected_until,
                decided_by,
                rivals_considered: Vec::new(),
            }))],
        }
    }
}
