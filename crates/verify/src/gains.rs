//! What partners gained, and what they did at the customer before: read off the facts one by one.

use domain::event::account::HoldingBasis;
use domain::event::handoff::{GrantedAct, ProgressKind};
use domain::event::trade::Order;
use domain::id::{BatchId, ChangeId, DealId, EventId, HandoffId, OrderId, PartnerId};
use domain::money::Money;
use domain::scope::{Dimension, Scope};
use domain::time::Instant;

use crate::order::place;
use crate::terms::Terms;
use crate::told::{On, Told};

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind<'a> {
    /// A change of holder executed under our own steps.
    Executed {
        change: &'a ChangeId,
        effective_from: Instant,
    },
    /// Another system says who holds it.
    Held {
        change: Option<&'a ChangeId>,
        batch: Option<&'a BatchId>,
        corrects: bool,
    },
    Approved {
        deal: Option<&'a DealId>,
        submission: Option<EventId>,
    },
    Ordered {
        order: &'a OrderId,
        deal: Option<&'a DealId>,
    },
    Renewed {
        order: &'a OrderId,
        renews: &'a OrderId,
    },
    Contracted {
        below: &'a [PartnerId],
    },
}

#[derive(Debug, Clone)]
pub(crate) struct Gain<'a> {
    pub(crate) kind: Kind<'a>,
    pub(crate) partner: &'a PartnerId,
    /// Unknown when the source does not say.
    pub(crate) scope: Option<Scope>,
    pub(crate) at: Instant,
    pub(crate) event: EventId,
    pub(crate) told_at: Instant,
    pub(crate) by: Option<&'a PartnerId>,
    pub(crate) net: Option<Money>,
    /// Whether it was only tried.
    pub(crate) tried: bool,
}

impl<'a> Gain<'a> {
    fn new<T>(
        on: &On<'a, T>,
        kind: Kind<'a>,
        partner: &'a PartnerId,
        scope: Option<Scope>,
        at: Instant,
    ) -> Self {
        Self {
            kind,
            partner,
            scope,
            at,
            event: on.id(),
            told_at: on.told_at(),
            by: on.by(),
            net: None,
            tried: false,
        }
    }

    pub(crate) fn moves(&self) -> bool {
        matches!(self.kind, Kind::Executed { .. } | Kind::Held { .. })
    }

    pub(crate) fn order(&self) -> Option<&'a OrderId> {
        match self.kind {
            Kind::Ordered { order, .. } | Kind::Renewed { order, .. } => Some(order),
            Kind::Executed { .. } | Kind::Held { .. } | Kind::Approved { .. } | Kind::Contracted { .. } => {
                None
            }
        }
    }

    /// Whether the partner held it, or sold something.
    pub(crate) fn is_business(&self) -> bool {
        self.moves() || self.order().is_some()
    }

    pub(crate) fn change(&self) -> Option<&'a ChangeId> {
        match self.kind {
            Kind::Executed { change, .. } => Some(change),
            Kind::Held { change, .. } => change,
            Kind::Approved { .. } | Kind::Ordered { .. } | Kind::Renewed { .. } | Kind::Contracted { .. } => {
                None
            }
        }
    }

    pub(crate) fn deal(&self) -> Option<&'a DealId> {
        match self.kind {
            Kind::Approved { deal, .. } | Kind::Ordered { deal, .. } => deal,
            Kind::Executed { .. } | Kind::Held { .. } | Kind::Renewed { .. } | Kind::Contracted { .. } => {
                None
            }
        }
    }

    /// When it has its effect, where that is not when it was done.
    pub(crate) fn effective_from(&self) -> Instant {
        match self.kind {
            Kind::Executed { effective_from, .. } => effective_from,
            Kind::Held { .. }
            | Kind::Approved { .. }
            | Kind::Ordered { .. }
            | Kind::Renewed { .. }
            | Kind::Contracted { .. } => self.at,
        }
    }

    /// The word of the terms that would grant it.
    pub(crate) fn granted_as(&self) -> Option<GrantedAct> {
        match self.kind {
            Kind::Executed { .. } | Kind::Held { .. } => None,
            Kind::Approved { .. } => Some(GrantedAct::Register),
            Kind::Ordered { .. } => Some(GrantedAct::Order),
            Kind::Renewed { .. } => Some(GrantedAct::Renew),
            Kind::Contracted { .. } => Some(GrantedAct::Contract),
        }
    }

    /// The order in which gains take effect.
    pub(crate) fn effect(&self) -> (Instant, u8, EventId) {
        let step = match self.kind {
            Kind::Executed { .. } => 0,
            Kind::Held { .. } => 1,
            Kind::Approved { .. } => 2,
            Kind::Ordered { .. } => 3,
            Kind::Renewed { .. } => 4,
            Kind::Contracted { .. } => 5,
        };
        (self.at, step, self.event)
    }
}

/// Every gain that is told, in the order they take effect.
pub(crate) fn gains<'a>(told: &Told<'a>) -> Vec<Gain<'a>> {
    let held = told.held.iter().map(|on| {
        let corrects = on.said.basis_claimed == HoldingBasis::Correction;
        let kind = Kind::Held { change: on.said.change.as_ref(), batch: on.said.batch.as_ref(), corrects };
        Gain::new(on, kind, &on.said.holder, Some(on.said.scope.clone()), on.said.from)
    });
    let executed = told.executed.iter().map(|on| {
        let kind = Kind::Executed { change: &on.said.change, effective_from: on.said.effective_from };
        Gain::new(on, kind, &on.said.holder, Some(on.said.scope.clone()), on.at())
    });
    let approved = told.approved.iter().filter_map(|on| {
        let of_deal = |other: &&On<'a, domain::event::deal::Submitted>| {
            other.said.deal == on.said.deal && place(other.fact) < place(on.fact)
        };
        let submitted = told.submitted.iter().rfind(of_deal)?;
        let kind = Kind::Approved { deal: Some(&on.said.deal), submission: Some(submitted.id()) };
        Some(Gain::new(on, kind, &submitted.said.partner, Some(on.said.scope.clone()), on.at()))
    });
    let ordered = told.ordered.iter().map(|on| {
        let kind = Kind::Ordered { order: &on.said.order, deal: on.said.deal.as_ref() };
        booked(on, kind, on.said)
    });
    let renewed = told.renewed.iter().map(|on| {
        let kind = Kind::Renewed { order: &on.said.order.order, renews: &on.said.renews };
        booked(on, kind, &on.said.order)
    });
    let contracted = told.contracted.iter().map(|on| {
        let prime = on.said.prime.as_ref().unwrap_or(&on.said.partner);
        let kind = Kind::Contracted { below: &on.said.subcontractors };
        Gain::new(on, kind, prime, on.said.scope.clone(), on.said.at)
    });
    let mut gains: Vec<Gain<'a>> =
        held.chain(executed).chain(approved).chain(ordered).chain(renewed).chain(contracted).collect();
    gains.sort_by_key(Gain::effect);
    gains
}

fn booked<'a, T>(on: &On<'a, T>, kind: Kind<'a>, order: &'a Order) -> Gain<'a> {
    let lines = || order.lines.iter().map(|line| line.net);
    let sum = || lines().skip(1).try_fold(lines().next()?, |sum, net| sum.plus(&net));
    let gain = Gain::new(on, kind, &order.partner, scope(order), order.booked_at);
    Gain { net: order.net.or_else(sum), ..gain }
}

/// The union of an order's header and its lines; a header without product lines leaves those to the lines.
fn scope(order: &Order) -> Option<Scope> {
    if order.lines.is_empty() {
        return order.scope.clone();
    }
    let header = order.scope.clone().unwrap_or_default();
    let sold = order.lines.iter().map(|line| line.product_line.clone());
    let product_lines = match &header.product_lines {
        Dimension::Except(terms) if terms.is_empty() => Dimension::only(sold),
        Dimension::Except(_) => header.product_lines.clone(),
        Dimension::Only(terms) => Dimension::only(terms.iter().cloned().chain(sold)),
    };
    Some(Scope { product_lines, ..header })
}

/// A quote, a meeting or a contact with the customer.
#[derive(Debug, Clone)]
pub(crate) struct Touch<'a> {
    pub(crate) partner: &'a PartnerId,
    pub(crate) scope: Option<Scope>,
    pub(crate) at: Instant,
    pub(crate) reported_under: Option<&'a HandoffId>,
    pub(crate) customer_initiated: bool,
    pub(crate) submission: bool,
    pub(crate) event: EventId,
    pub(crate) by: Option<&'a PartnerId>,
}

/// Every touch that is told.
pub(crate) fn touches<'a>(told: &Told<'a>, terms: &[Terms<'a>]) -> Vec<Touch<'a>> {
    let quoted = told.quoted.iter().map(|on| Touch {
        partner: &on.said.partner,
        scope: on.said.scope.clone(),
        at: on.said.at,
        reported_under: on.said.reported_under.as_ref(),
        customer_initiated: on.said.customer_initiated.unwrap_or(false),
        submission: false,
        event: on.id(),
        by: on.by(),
    });
    let met = told.met.iter().map(|on| Touch {
        partner: &on.said.partner,
        scope: on.said.scope.clone(),
        at: on.said.at,
        reported_under: on.said.reported_under.as_ref(),
        customer_initiated: on.said.customer_initiated.unwrap_or(false),
        submission: false,
        event: on.id(),
        by: on.by(),
    });
    let submitted = told.submitted.iter().map(|on| Touch {
        partner: &on.said.partner,
        scope: Some(on.said.scope.clone()),
        at: on.at(),
        reported_under: on.said.under_handoff.as_ref(),
        customer_initiated: false,
        submission: true,
        event: on.id(),
        by: on.by(),
    });
    quoted.chain(met).chain(submitted).chain(terms.iter().flat_map(worked)).collect()
}

/// Progress under a handoff that touches the customer.
fn worked<'a>(terms: &Terms<'a>) -> Vec<Touch<'a>> {
    let touches = terms.progressed.iter().filter_map(|on| {
        let touches =
            matches!(on.said.kind, ProgressKind::Contacted | ProgressKind::Quoted | ProgressKind::Met);
        let partner = terms.partner(&on.said.by).filter(|_| touches)?;
        Some(Touch {
            partner,
            scope: Some(terms.protects().clone()),
            at: on.said.at,
            reported_under: Some(&on.said.handoff),
            customer_initiated: false,
            submission: false,
            event: on.id(),
            by: on.by(),
        })
    });
    touches.collect()
}
