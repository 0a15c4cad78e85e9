//! What the published rules put right after a takeover: computed, not chosen, and ordered by a person or not.
//!
//! No multiplier and no credit to the customer is proposed: those need a signed agreement that names them.

use crate::account::gain::Gain;
use crate::account::guest::Handoff;
use crate::calendar::zone_or_utc;
use crate::commission::{Due, due};
use crate::id::{EventId, HandoffId, OrderId, PartnerId};
use crate::money::{BasisPoints, Money};
use crate::protection::{self, Assessment, Known, Outcome};
use crate::scope::{Region, Scope};
use crate::time::{Instant, Interval};

/// What would put one act right.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    pub handoff: HandoffId,
    pub host: PartnerId,
    /// Who would hold it again; nothing where the act moved no holder.
    pub restore: Option<Restore>,
    /// Orders of the guest's family in the protected scope since the act, and what of them the host is owed.
    pub commission: Vec<Owed>,
    /// Share of what was withheld that is paid back.
    pub restitution: BasisPoints,
    /// The first orders, whose margin the guest gives up.
    pub margin: Margin,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Restore {
    pub holder: PartnerId,
    pub instead_of: PartnerId,
    pub scopes: Vec<Scope>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Owed {
    pub order: OrderId,
    pub event: EventId,
    pub at: Instant,
    /// By the terms both signed.
    pub due: Due,
    /// What was accrued for it, in the currency of what is due.
    pub accrued: Option<Money>,
    /// What remains to be paid back, where it can be told.
    pub outstanding: Option<Money>,
}

/// Margin itself is on nobody's record here; these are the orders it was made on.
#[derive(Debug, Clone, PartialEq)]
pub struct Margin {
    pub during: Interval,
    pub orders: Vec<EventId>,
    /// What the orders were worth, one sum per currency.
    pub net: Vec<Money>,
}

/// What would put the act told by `act` right; `None` when nothing stands against it.
pub fn propose(known: Known<'_>, act: EventId) -> Option<Proposal> {
    let assessments = protection::assess(known.account, known.account_id, known.families, known.program);
    let breach = assessments.iter().find_map(|assessment| match &assessment.outcome {
        Outcome::Violation(violation) if assessment.gain.event == act => Some((assessment, violation)),
        Outcome::Violation(_) | Outcome::NotConcerned(_) | Outcome::Cleared { .. } => None,
    });
    let (Assessment { gain, handoff, .. }, violation) = breach?;
    let policy = &known.program.policy_at(gain.at).policy;
    let margin_days = i64::from(policy.dispute.margin_days);
    let margin_until = gain.at.plus_civil_days(margin_days, &zone_or_utc(&policy.zone));
    let during = Interval::new(gain.at, margin_until);
    let orders = orders(known, handoff, gain.at);
    let early = orders.iter().filter(|order| during.contains(order.at));
    Some(Proposal {
        handoff: handoff.handoff.clone(),
        host: handoff.host.clone(),
        restore: restore(known, gain, handoff, &violation.touched),
        restitution: BasisPoints::new(policy.dispute.restitution_bp)?,
        margin: Margin {
            during,
            orders: early.clone().map(|order| order.event).collect(),
            net: sums(early.filter_map(|order| order.net)),
        },
        commission: orders.iter().filter_map(|order| owed(known, handoff, order)).collect(),
    })
}

/// Whoever held the scope before the act; the host where nobody did.
fn restore(known: Known<'_>, gain: &Gain, handoff: &Handoff, touched: &Region) -> Option<Restore> {
    let taken = known.account.holdings.iter().find(|holding| holding.event == gain.event)?;
    let scopes: Vec<Scope> = touched.scopes().to_vec();
    let before = known.account.holdings.iter().rev().find(|holding| {
        holding.event != gain.event
            && holding.during.until == Some(taken.during.from)
            && scopes.iter().any(|scope| holding.covers(scope))
    });
    let holder = before.map_or_else(|| handoff.host.clone(), |before| before.holder.clone());
    Some(Restore { holder, instead_of: taken.holder.clone(), scopes })
}

/// Orders of the guest's family in the protected scope from `since` on, while commission runs.
fn orders<'a>(known: Known<'a>, handoff: &Handoff, since: Instant) -> Vec<&'a Gain> {
    let Some(guest) = &handoff.guest else { return Vec::new() };
    let counts = |gain: &&Gain| {
        gain.order().is_some()
            && since <= gain.at
            && handoff.commission_until.is_none_or(|until| gain.at < until)
            && gain.scope.as_ref().is_none_or(|scope| scope.overlaps(&handoff.protected_scope))
            && (handoff.declared_family.contains(&gain.partner)
                || known.families.kinship(guest, &gain.partner, gain.at).is_some())
    };
    known.account.gains.iter().filter(counts).collect()
}

fn owed(known: Known<'_>, handoff: &Handoff, gain: &Gain) -> Option<Owed> {
    let order = gain.order()?.clone();
    let due =
        gain.net.zip(handoff.commission.as_ref()).map_or(Due::Something, |(net, terms)| due(terms, net));
    let rows =
        known.account.money.iter().filter(|row| {
            row.order.as_ref() == Some(&order) && row.handoff.as_ref() == Some(&handoff.handoff)
        });
    let accrued = sums(rows.map(|row| row.amount));
    let (accrued, outstanding) = match due {
        Due::Nothing => return None,
        Due::Something => (accrued.first().copied(), None),
        Due::Amount(amount) => {
            let paid = accrued.into_iter().find(|paid| paid.currency == amount.currency);
            let paid_minor = paid.map_or(0, |paid| paid.minor);
            let rest = amount.minor.saturating_sub(paid_minor).max(0);
            (paid, Some(Money::new(rest, amount.currency)))
        }
    };
    Some(Owed { order, event: gain.event, at: gain.at, due, accrued, outstanding })
}

/// One sum per currency, in the order the currencies were met.
fn sums(amounts: impl Iterator<Item = Money>) -> Vec<Money> {
    let mut sums: Vec<Money> = Vec::new();
    for amount in amounts {
        match sums.iter_mut().find(|sum| sum.currency == amount.currency) {
            Some(sum) => *sum = sum.plus(&amount).unwrap_or(*sum),
            None => sums.push(amount),
        }
    }
    sums
}
