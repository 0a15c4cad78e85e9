//! Who holds each account, for which scope, since which event.
//!
//! Two ways to the same rows: [`rows`] reads them off a folded account; [`Holders`] folds nothing but the
//! facts that move a holding, which is what a rebuild over millions of events does.

use std::collections::HashMap;
use std::hash::Hash;

use domain::account::Account;
use domain::account::holding::{HeldBy, Holding, take_over};
use domain::event::Event;
use domain::event::account::{AccountEvent, OverrideAct};
use domain::event::change::ChangeEvent;
use domain::fact::Fact;
use domain::id::{AccountId, EventId, PartnerId};
use domain::rank::{FoldKey, fold_key};
use domain::scope::Scope;
use domain::time::{Instant, Interval};

/// Rows of another version are thrown away and rebuilt.
pub const VERSION: u32 = 1;

/// One holding as a list shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct HolderRow {
    pub account: AccountId,
    pub holder: PartnerId,
    pub scope: Scope,
    pub since: Instant,
    pub until: Option<Instant>,
    pub basis: HeldBy,
    pub event: EventId,
    pub contested: Option<EventId>,
}

/// Who holds what of the account at `at`.
pub fn rows(account_id: &AccountId, account: &Account, at: Instant) -> Vec<HolderRow> {
    in_force(&account.holdings, at).map(|holding| row(account_id, holding)).collect()
}

/// One holding as a row.
pub fn row(account_id: &AccountId, holding: &Holding) -> HolderRow {
    HolderRow {
        account: account_id.clone(),
        holder: holding.holder.clone(),
        scope: holding.scope.clone(),
        since: holding.during.from,
        until: holding.during.until,
        basis: holding.basis.clone(),
        event: holding.event,
        contested: holding.contested,
    }
}

fn in_force(holdings: &[Holding], at: Instant) -> impl Iterator<Item = &Holding> {
    holdings.iter().filter(move |holding| holding.during.contains(at))
}

/// The holding a fact begins, or `None` when it begins none.
pub fn begun(fact: &Fact) -> Option<Holding> {
    let (holder, scope, from, basis, batch) = match &fact.event {
        Event::Account(AccountEvent::HolderRecorded(recorded)) => (
            recorded.holder.clone(),
            recorded.scope.clone(),
            recorded.from,
            HeldBy::Recorded(recorded.basis_claimed),
            recorded.batch.clone(),
        ),
        Event::Account(AccountEvent::OverrideRecorded(o)) if o.act == OverrideAct::Change => {
            (o.holder.clone()?, o.scope.clone(), fact.meta.valid_at, HeldBy::Override, None)
        }
        Event::Change(ChangeEvent::Executed(executed)) => (
            executed.holder.clone(),
            executed.scope.clone(),
            executed.effective_from,
            HeldBy::Change(executed.change.clone()),
            None,
        ),
        Event::Change(ChangeEvent::Reversed(reversed)) => (
            reversed.restores.clone(),
            reversed.scope.clone(),
            fact.meta.valid_at,
            HeldBy::Change(reversed.change.clone()),
            None,
        ),
        Event::Account(_)
        | Event::Change(_)
        | Event::Deal(_)
        | Event::Handoff(_)
        | Event::Consent(_)
        | Event::Notice(_)
        | Event::Trade(_)
        | Event::Commission(_)
        | Event::Partner(_)
        | Event::Identity(_)
        | Event::Case(_)
        | Event::Program(_)
        | Event::Correction(_) => return None,
    };
    Some(Holding {
        scope,
        holder,
        during: Interval::open(from),
        basis,
        event: fact.meta.id,
        recorded_at: fact.meta.recorded_at,
        contested: None,
        batch,
    })
}

/// Who holds each account, folded from the facts that move a holding; `A` names an account.
#[derive(Debug, Clone)]
pub struct Holders<A> {
    accounts: HashMap<A, Vec<(FoldKey, Holding)>>,
}

impl<A> Default for Holders<A> {
    fn default() -> Self {
        Self { accounts: HashMap::new() }
    }
}

impl<A: Eq + Hash> Holders<A> {
    /// Takes one fact of an account in; facts may come in any order, each once.
    pub fn take(&mut self, account: A, fact: &Fact) {
        if let Some(holding) = begun(fact) {
            self.accounts.entry(account).or_default().push((fold_key(fact), holding));
        }
    }

    /// Adds what another fold gathered about other accounts, or about the same.
    pub fn merge(&mut self, other: Self) {
        for (account, mut begun) in other.accounts {
            self.accounts.entry(account).or_default().append(&mut begun);
        }
    }

    /// Each account with what is held of it, holdings in the order they took effect.
    pub fn settle(self) -> impl Iterator<Item = (A, Vec<Holding>)> {
        self.accounts.into_iter().map(|(account, begun)| (account, settled(begun)))
    }
}

fn settled(mut begun: Vec<(FoldKey, Holding)>) -> Vec<Holding> {
    begun.sort_by_key(|(key, _)| *key);
    begun.into_iter().fold(Vec::new(), |mut holdings, (_, holding)| {
        take_over(&mut holdings, holding);
        holdings
    })
}
