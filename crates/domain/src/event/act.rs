//! When an act happened by its own account, and whom it serves: what a correction of it must respect.

use super::Event;
use super::account::AccountEvent;
use super::change::ChangeEvent;
use super::deal::DealEvent;
use super::handoff::HandoffEvent;
use super::trade::TradeEvent;
use crate::id::PartnerId;
use crate::time::Instant;

impl Event {
    /// The instant inside the payload that repeats when it was so, if this fact has one.
    pub fn told_at(&mut self) -> Option<&mut Instant> {
        match self {
            Self::Account(AccountEvent::HolderRecorded(recorded)) => Some(&mut recorded.from),
            Self::Account(AccountEvent::FreezeLifted(lifted)) => Some(&mut lifted.from),
            Self::Deal(DealEvent::Won(won)) => Some(&mut won.at),
            Self::Deal(DealEvent::Lost(lost)) => Some(&mut lost.at),
            Self::Handoff(HandoffEvent::Released(released)) => Some(&mut released.from),
            Self::Change(ChangeEvent::Executed(executed)) => Some(&mut executed.effective_from),
            Self::Trade(TradeEvent::OrderBooked(order)) => Some(&mut order.booked_at),
            Self::Trade(TradeEvent::RenewalBooked(renewal)) => Some(&mut renewal.order.booked_at),
            Self::Trade(TradeEvent::OrderReturned(returned)) => Some(&mut returned.at),
            Self::Trade(TradeEvent::QuoteIssued(quote)) => Some(&mut quote.at),
            Self::Trade(TradeEvent::MeetingHeld(meeting)) => Some(&mut meeting.at),
            Self::Trade(TradeEvent::ContractSigned(contract)) => Some(&mut contract.at),
            Self::Account(_)
            | Self::Deal(_)
            | Self::Handoff(_)
            | Self::Change(_)
            | Self::Consent(_)
            | Self::Notice(_)
            | Self::Commission(_)
            | Self::Partner(_)
            | Self::Identity(_)
            | Self::Case(_)
            | Self::Program(_)
            | Self::Correction(_) => None,
        }
    }

    /// The partner that gains by this act, if it is one.
    pub fn gainer(&self) -> Option<&PartnerId> {
        match self {
            Self::Deal(DealEvent::Submitted(submitted)) => Some(&submitted.partner),
            Self::Account(AccountEvent::HolderRecorded(recorded)) => Some(&recorded.holder),
            Self::Change(ChangeEvent::Executed(executed)) => Some(&executed.holder),
            Self::Trade(TradeEvent::OrderBooked(order)) => Some(&order.partner),
            Self::Trade(TradeEvent::RenewalBooked(renewal)) => Some(&renewal.order.partner),
            Self::Trade(TradeEvent::ContractSigned(contract)) => {
                Some(contract.prime.as_ref().unwrap_or(&contract.partner))
            }
            Self::Account(_)
            | Self::Deal(_)
            | Self::Handoff(_)
            | Self::Change(_)
            | Self::Consent(_)
            | Self::Notice(_)
            | Self::Trade(_)
            | Self::Commission(_)
            | Self::Partner(_)
            | Self::Identity(_)
            | Self::Case(_)
            | Self::Program(_)
            | Self::Correction(_) => None,
        }
    }
}
