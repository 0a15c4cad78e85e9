//! Who holds what part of an account, since when, and on what basis.

use crate::event::account::HoldingBasis;
use crate::id::{BatchId, ChangeId, EventId, PartnerId};
use crate::scope::{Region, Scope};
use crate::time::{Instant, Interval};

/// A partner holds a scope of the account for a time.
///
/// A later holding ends the overlapping part of an earlier one, so there is one holder per scope and
/// instant by construction: what is cut off an earlier holding is kept as holdings of their own.
#[derive(Debug, Clone, PartialEq)]
pub struct Holding {
    pub scope: Scope,
    pub holder: PartnerId,
    pub during: Interval,
    pub basis: HeldBy,
    pub event: EventId,
    /// When it was recorded, which decides what it may prove.
    pub recorded_at: Instant,
    /// Another observation of the same instant says otherwise.
    pub contested: Option<EventId>,
    pub batch: Option<BatchId>,
}

/// What a holding rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeldBy {
    /// A vendor system said so.
    Recorded(HoldingBasis),
    /// A change of holder was executed, or reversed.
    Change(ChangeId),
    /// Two officers decided.
    Override,
}

/// A partner keeps the account for a time that ends by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Stewardship {
    pub partner: PartnerId,
    pub scope: Scope,
    pub during: Interval,
    pub event: EventId,
}

impl Holding {
    /// Whether it covers some part of `scope`.
    pub fn covers(&self, scope: &Scope) -> bool {
        self.scope.overlaps(scope)
    }
}

/// Adds `new` and ends the overlapping part of what was held before it.
pub fn take_over(holdings: &mut Vec<Holding>, mut new: Holding) {
    let mut cut_off = Vec::new();
    for old in holdings.iter_mut() {
        if !old.during.overlaps(&new.during) || !old.scope.overlaps(&new.scope) {
            continue;
        }
        let kept = Region::from(old.scope.clone()).minus(&new.scope);
        cut_off.extend(kept.scopes().iter().map(|scope| Holding { scope: scope.clone(), ..old.clone() }));
        if old.during.from == new.during.from && old.holder != new.holder {
            old.contested = Some(new.event);
            new.contested = Some(old.event);
        }
        if let Some(shared) = old.scope.and(&new.scope) {
            old.scope = shared;
        }
        old.during = old.during.ended_at(new.during.from);
    }
    holdings.extend(cut_off);
    holdings.retain(|holding| !holding.during.is_empty() || holding.contested.is_some());
    holdings.push(new);
}
