//! How one fact changes the account: freezes, locks, overrides, and who holds it after a change.

use crate::account::Account;
use crate::account::guest::*;
use crate::account::holding::{HeldBy, Holding, take_over};
use crate::event::account::{FreezeLifted, FreezePlaced, Lifted, Locked, OverrideAct, OverrideRecorded};
use crate::fact::Meta;
use crate::id::PartnerId;
use crate::scope::Scope;
use crate::time::{Instant, Interval};

impl Account {
    pub(super) fn place_freeze(&mut self, meta: &Meta, placed: &FreezePlaced) {
        self.freezes.push(Freeze {
            name: Lifted::Freeze(placed.freeze.clone()),
            scope: placed.scope.clone(),
            against: placed.against.clone(),
            during: Interval::new(placed.from, placed.until),
            handoff: placed.handoff.clone(),
            event: meta.id,
            lifts: Vec::new(),
        });
    }

    pub(super) fn lift_freeze(&mut self, meta: &Meta, lifted: &FreezeLifted) {
        let named = |freeze: &&mut Freeze| match &lifted.lifted {
            Lifted::Freeze(id) => freeze.is_named(id),
            Lifted::Handoff(handoff) => freeze.handoff.as_ref() == Some(handoff),
        };
        for freeze in self.freezes.iter_mut().filter(named) {
            freeze.lifts.push(Lift {
                scope: lifted.scope.clone(),
                from: lifted.from,
                by: lifted.by.clone(),
                event: meta.id,
                valid_at: meta.valid_at,
                evidenced: lifted.evidence.is_some() || lifted.anchor.is_some(),
            });
        }
    }

    /// A lock stands in the executed change and in `account.locked`: the same lock counts once.
    pub(super) fn lock(&mut self, meta: &Meta, locked: &Locked) {
        let during = Interval::new(locked.from, locked.until);
        let (scope, change) = (locked.scope.clone(), locked.change.clone());
        let same = |known: &Lock| known.change == change && known.scope == scope && known.during == during;
        if !self.locks.iter().any(same) {
            self.locks.push(Lock { scope, during, change, event: meta.id });
        }
    }

    pub(super) fn record_override(&mut self, meta: &Meta, recorded: &OverrideRecorded) {
        if let (OverrideAct::Change, Some(holder)) = (recorded.act, &recorded.holder) {
            self.hold(meta, holder.clone(), recorded.scope.clone(), meta.valid_at, HeldBy::Override);
        }
        self.overrides.push(Override {
            event: meta.id,
            scope: recorded.scope.clone(),
            holder: recorded.holder.clone(),
            act: recorded.act,
            reason: recorded.reason,
            reason_text: recorded.reason_text.clone(),
            officers: recorded.officers.clone(),
            during: Interval::new(meta.valid_at, recorded.until),
            published_to: recorded.published_to.clone(),
        });
    }

    pub(super) fn hold(
        &mut self,
        meta: &Meta,
        holder: PartnerId,
        scope: Scope,
        from: Instant,
        basis: HeldBy,
    ) {
        let holding = Holding {
            scope,
            holder,
            during: Interval::open(from),
            basis,
            event: meta.id,
            recorded_at: meta.recorded_at,
            contested: None,
            batch: None,
        };
        take_over(&mut self.holdings, holding);
    }
}
