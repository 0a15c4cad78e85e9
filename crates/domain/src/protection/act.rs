//! What is judged: something a partner gained, or is about to gain.

use crate::account::gain::{Gain, GainKind};
use crate::event::handoff::GrantedAct;
use crate::id::*;
use crate::scope::Scope;
use crate::time::Instant;

/// The kind of an act, with what decides about it beside partner, scope and time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Act<'a> {
    /// A registration is approved.
    Register,
    /// The holder changes, in a change of ours or as another system reports.
    ChangeHolder { change: Option<&'a ChangeId>, effective_from: Instant },
    /// An order is booked, perhaps on a registered deal.
    Order { deal: Option<&'a DealId> },
    /// The named order is renewed.
    Renew { renews: &'a OrderId },
    /// A contract is signed as prime.
    Contract,
}

/// An act somebody asks for, before it happens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Attempt<'a> {
    pub partner: &'a PartnerId,
    pub scope: &'a Scope,
    pub act: Act<'a>,
    pub at: Instant,
}

/// One act as the predicate sees it, whether it happened or is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged<'a> {
    pub act: Act<'a>,
    pub partner: &'a PartnerId,
    /// `None` when the source does not say what it concerns: it then overlaps everything.
    pub scope: Option<&'a Scope>,
    pub at: Instant,
    /// The gain it was, or `None` while it is only asked for.
    pub gain: Option<&'a Gain>,
}

impl<'a> From<&Attempt<'a>> for Judged<'a> {
    fn from(attempt: &Attempt<'a>) -> Self {
        let Attempt { partner, scope, act, at } = *attempt;
        Self { act, partner, scope: Some(scope), at, gain: None }
    }
}

impl<'a> From<&'a Gain> for Judged<'a> {
    fn from(gain: &'a Gain) -> Self {
        let act = match &gain.kind {
            GainKind::HolderRecorded { change, .. } => {
                Act::ChangeHolder { change: change.as_ref(), effective_from: gain.at }
            }
            GainKind::ChangeExecuted { change, effective_from, .. } => {
                Act::ChangeHolder { change: Some(change), effective_from: *effective_from }
            }
            GainKind::DealApproved { .. } => Act::Register,
            GainKind::OrderBooked { deal, .. } => Act::Order { deal: deal.as_ref() },
            GainKind::RenewalBooked { renews, .. } => Act::Renew { renews },
            GainKind::ContractSigned { .. } => Act::Contract,
        };
        Self { act, partner: &gain.partner, scope: gain.scope.as_ref(), at: gain.at, gain: Some(gain) }
    }
}

impl<'a> Judged<'a> {
    /// When it has its effect: the later of the two instants for a change announced ahead.
    pub fn effective_from(&self) -> Instant {
        match self.act {
            Act::ChangeHolder { effective_from, .. } => effective_from,
            Act::Register | Act::Order { .. } | Act::Renew { .. } | Act::Contract => self.at,
        }
    }

    /// The change it names, if it is one and names it.
    pub fn change(&self) -> Option<&'a ChangeId> {
        match self.act {
            Act::ChangeHolder { change, .. } => change,
            Act::Register | Act::Order { .. } | Act::Renew { .. } | Act::Contract => None,
        }
    }

    /// The deal it registers or fulfils, if that is known.
    pub fn deal(&self) -> Option<&'a DealId> {
        match (self.act, self.gain.map(|gain| &gain.kind)) {
            (Act::Order { deal }, _) => deal,
            (Act::Register, Some(GainKind::DealApproved { deal })) => Some(deal),
            (Act::Register | Act::ChangeHolder { .. } | Act::Renew { .. } | Act::Contract, _) => None,
        }
    }

    pub fn event(&self) -> Option<EventId> {
        self.gain.map(|gain| gain.event)
    }

    pub fn is_registration(&self) -> bool {
        matches!(self.act, Act::Register)
    }

    pub fn is_change(&self) -> bool {
        matches!(self.act, Act::ChangeHolder { .. })
    }
}

impl Act<'_> {
    /// The word of the handoff's terms that grants it; a change of holder is never granted.
    pub fn granted_as(&self) -> Option<GrantedAct> {
        match self {
            Self::Register => Some(GrantedAct::Register),
            Self::ChangeHolder { .. } => None,
            Self::Order { .. } => Some(GrantedAct::Order),
            Self::Renew { .. } => Some(GrantedAct::Renew),
            Self::Contract => Some(GrantedAct::Contract),
        }
    }

    /// As a partner manager would say what was done.
    pub fn words(&self) -> &'static str {
        match self {
            Self::Register => "registered",
            Self::ChangeHolder { .. } => "became holder of",
            Self::Order { .. } => "booked an order for",
            Self::Renew { .. } => "booked a renewal of",
            Self::Contract => "signed a contract as prime for",
        }
    }
}
