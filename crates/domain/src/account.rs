//! One customer account, as its stream tells it: the state every rule reads.
//!
//! The state keeps intervals, not just the present, so that it answers for any instant; which facts
//! went in decides what was known. [`history`] puts facts in order, [`Account::evolve`] folds them.

pub mod bearer;
mod evolve;
mod evolve_change;
mod evolve_consent;
mod evolve_freeze;
mod evolve_handoff;
pub mod gain;
pub mod guest;
pub mod history;
pub mod holding;
pub mod registration;

use std::collections::HashMap;

use crate::event::Party;
use crate::event::account::AccountKey;
use crate::event::notice::{About, Reminded};
use crate::fact::Fact;
use crate::id::*;
use crate::rank::{FoldKey, fold_key};
use crate::scope::Scope;
use crate::time::{Instant, Interval};
use bearer::Bearer;
use gain::{Gain, Touch};
use guest::{Asked, Change, Freeze, Handoff, Letter, Lock, Notice, Override, ReportedInvitation, Token};
use holding::{Holding, Stewardship};
use registration::Deal;

/// Everything the rules know about one customer account.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Account {
    pub keys: Vec<AccountKey>,
    pub legal_name: String,
    pub opened: Option<EventId>,
    /// The partner that opened it, if one did: itself, or by the first registration on it.
    pub opened_by: Option<Founder>,
    pub into: Option<AccountId>,
    pub holdings: Vec<Holding>,
    pub deals: Vec<Deal>,
    /// Where each deal stands in `deals`.
    deal_places: HashMap<DealId, usize>,
    pub handoffs: Vec<Handoff>,
    pub invitations: Vec<ReportedInvitation>,
    pub freezes: Vec<Freeze>,
    pub locks: Vec<Lock>,
    pub changes: Vec<Change>,
    pub letters: Vec<Letter>,
    pub tokens: Vec<Token>,
    pub notices: Vec<Notice>,
    /// Of what people were reminded, by which event and when.
    pub reminders: Vec<(Reminded, EventId, Instant)>,
    pub contacts: Vec<Contact>,
    pub stewardships: Vec<Stewardship>,
    pub overrides: Vec<Override>,
    pub gains: Vec<Gain>,
    pub touches: Vec<Touch>,
    pub money: Vec<Accrual>,
    pub returns: Vec<Return>,
    /// What the customer said of handoffs and registrations when it was asked.
    pub asked: Vec<Asked>,
    /// Networks, sessions and mail domains partners acted from in handoffs, consents and changes.
    pub bearers: Vec<Bearer>,
    pub refusals: Vec<Refused>,
    /// Digests that were laid down, with the event that did it and when it was recorded.
    pub anchors: Vec<Anchored>,
    /// Where the fold stands: the key of the last fact folded.
    pub last: Option<FoldKey>,
}

/// Who a party is reached through, and since when.
#[derive(Debug, Clone, PartialEq)]
pub struct Contact {
    pub party: Party,
    pub purpose: crate::event::account::ContactPurpose,
    pub contact: ContactRef,
    pub during: Interval,
    pub by: Option<PartnerId>,
    pub confirmed_by: Option<Party>,
    pub event: EventId,
}

/// A partner through which the account came to be known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Founder {
    pub partner: PartnerId,
    pub at: Instant,
    pub event: EventId,
}

/// What a row of commission money does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccrualKind {
    Accrued,
    Waived,
    ClawedBack,
}

/// One row of commission money.
#[derive(Debug, Clone, PartialEq)]
pub struct Accrual {
    pub kind: AccrualKind,
    /// Who waived it or took it back.
    pub by: Option<Party>,
    /// Who told it, when that is a partner.
    pub reported_by: Option<PartnerId>,
    pub commission: CommissionId,
    pub handoff: Option<HandoffId>,
    pub order: Option<OrderId>,
    pub amount: crate::money::Money,
    pub at: Instant,
    pub event: EventId,
}

/// Part of an order that came back.
#[derive(Debug, Clone, PartialEq)]
pub struct Return {
    pub order: OrderId,
    pub net: crate::money::Money,
    pub at: Instant,
    pub event: EventId,
    /// Who told it, when that is a partner.
    pub reported_by: Option<PartnerId>,
}

/// An attempt that was refused, and whether somebody disputes that.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    pub event: EventId,
    pub refused: crate::event::account::TakeoverRefused,
    pub at: Instant,
    pub disputed: Option<EventId>,
}

/// A digest that an event recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchored {
    pub digest: Digest,
    pub event: EventId,
    pub recorded_at: Instant,
}

impl Account {
    /// Whether `fact` sorts after everything folded so far, so that it may be folded as it comes.
    pub fn takes(&self, fact: &Fact) -> bool {
        fact.corrects().is_none() && self.last.is_none_or(|last| last < fold_key(fact))
    }

    /// The holder of `scope` at `at`: the holding folded last among those that cover part of it.
    pub fn holder(&self, scope: &Scope, at: Instant) -> Option<&Holding> {
        self.holdings.iter().rev().find(|holding| holding.during.contains(at) && holding.covers(scope))
    }

    pub fn deal(&self, deal: &DealId) -> Option<&Deal> {
        self.deal_place(deal).map(|place| &self.deals[place])
    }

    /// Where a deal stands among [`Account::deals`]; the place never changes.
    pub(crate) fn deal_place(&self, deal: &DealId) -> Option<usize> {
        self.deal_places.get(deal).copied()
    }

    pub fn handoff(&self, handoff: &HandoffId) -> Option<&Handoff> {
        self.handoffs.iter().find(|known| known.handoff == *handoff)
    }

    pub fn change(&self, change: &ChangeId) -> Option<&Change> {
        self.changes.iter().find(|known| known.change == *change)
    }

    pub fn letter(&self, letter: &LetterId) -> Option<&Letter> {
        self.letters.iter().find(|known| known.letter == *letter)
    }

    /// Notices about one thing, in the order they were sent.
    pub fn notices_about(&self, about: &About) -> impl Iterator<Item = &Notice> {
        self.notices.iter().filter(move |notice| notice.about == *about)
    }
}
