//! The order in which facts of one valid time are folded: ends before beginnings, asks before decisions.

use crate::event::account::AccountEvent;
use crate::event::change::ChangeEvent;
use crate::event::deal::DealEvent;
use crate::event::handoff::HandoffEvent;
use crate::event::notice::NoticeEvent;
use crate::event::partner::PartnerEvent;
use crate::event::{Event, trade};
use crate::fact::Fact;
use crate::time::Instant;

/// Where an event stands among others of the same valid time; earlier variants fold first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// Identity, policy, affiliation.
    Ground,
    /// Rights that end: won, lost, withdrawn, released, lifted.
    End,
    /// Consent and its verification.
    Consent,
    /// A handoff is asked for or offered.
    Offer,
    /// Terms of a handoff that was offered.
    Terms,
    Notice,
    /// What became of a notice: delivery, answers, the window they open.
    Receipt,
    Ask,
    Decision,
    /// Orders, quotes, commissions.
    Money,
}

/// The place of a fact in its account's story: (valid time, rank, position).
pub type FoldKey = (Instant, Rank, u64);

/// Where `fact` stands in fold order.
pub fn fold_key(fact: &Fact) -> FoldKey {
    (fact.meta.valid_at, Rank::of(&fact.event), fact.meta.position)
}

impl Rank {
    /// The rank of an event; every event has one.
    pub fn of(event: &Event) -> Self {
        match event {
            Event::Identity(_) | Event::Program(_) | Event::Correction(_) => Self::Ground,
            Event::Partner(event) => of_partner(event),
            Event::Account(event) => of_account(event),
            Event::Deal(event) => of_deal(event),
            Event::Handoff(event) => of_handoff(event),
            Event::Change(event) => of_change(event),
            Event::Consent(_) => Self::Consent,
            Event::Notice(NoticeEvent::Sent(_)) => Self::Notice,
            Event::Notice(
                NoticeEvent::Delivered(_)
                | NoticeEvent::Bounced(_)
                | NoticeEvent::Answered(_)
                | NoticeEvent::Reminded(_),
            ) => Self::Receipt,
            Event::Trade(event) => of_trade(event),
            Event::Commission(_) => Self::Money,
            Event::Case(_) => Self::Decision,
        }
    }
}

fn of_partner(event: &PartnerEvent) -> Rank {
    match event {
        PartnerEvent::Enrolled(_)
        | PartnerEvent::Affiliated(_)
        | PartnerEvent::AffiliationEnded(_)
        | PartnerEvent::Merged(_)
        | PartnerEvent::PersonJoined(_) => Rank::Ground,
        PartnerEvent::Deauthorised(_) | PartnerEvent::PersonLeft(_) => Rank::End,
    }
}

fn of_account(event: &AccountEvent) -> Rank {
    match event {
        AccountEvent::Opened(_) | AccountEvent::Absorbed(_) | AccountEvent::Restored(_) => Rank::Ground,
        AccountEvent::FreezeLifted(_) => Rank::End,
        AccountEvent::FreezePlaced(_)
        | AccountEvent::ContactReplaced(_)
        | AccountEvent::RefusalDisputed(_) => Rank::Ask,
        AccountEvent::HolderRecorded(_)
        | AccountEvent::Locked(_)
        | AccountEvent::OverrideRecorded(_)
        | AccountEvent::StewardshipStarted(_)
        | AccountEvent::TakeoverRefused(_) => Rank::Decision,
    }
}

fn of_deal(event: &DealEvent) -> Rank {
    match event {
        DealEvent::Won(_) | DealEvent::Lost(_) | DealEvent::Withdrawn(_) | DealEvent::Cancelled(_) => {
            Rank::End
        }
        DealEvent::Reported(_) | DealEvent::Submitted(_) | DealEvent::Progressed(_) => Rank::Ask,
        DealEvent::ReviewStarted(_)
        | DealEvent::Returned(_)
        | DealEvent::Approved(_)
        | DealEvent::Rejected(_)
        | DealEvent::Extended(_) => Rank::Decision,
    }
}

fn of_handoff(event: &HandoffEvent) -> Rank {
    match event {
        HandoffEvent::Released(_)
        | HandoffEvent::Declined(_)
        | HandoffEvent::Revoked(_)
        | HandoffEvent::Closed(_) => Rank::End,
        HandoffEvent::Requested(_) | HandoffEvent::Invited(_) => Rank::Offer,
        HandoffEvent::Accepted(_) | HandoffEvent::Amended(_) => Rank::Terms,
        HandoffEvent::Reported(_) | HandoffEvent::Progressed(_) | HandoffEvent::ForfeitureClaimed(_) => {
            Rank::Ask
        }
    }
}

fn of_change(event: &ChangeEvent) -> Rank {
    match event {
        ChangeEvent::Verified(_) => Rank::Consent,
        ChangeEvent::Notified(_) => Rank::Notice,
        ChangeEvent::WindowOpened(_) => Rank::Receipt,
        ChangeEvent::Requested(_)
        | ChangeEvent::Objected(_)
        | ChangeEvent::Waived(_)
        | ChangeEvent::ErrorReported(_)
        | ChangeEvent::ErrorAnswered(_)
        | ChangeEvent::Rescinded(_) => Rank::Ask,
        ChangeEvent::ObjectionDecided(_) | ChangeEvent::Executed(_) | ChangeEvent::Reversed(_) => {
            Rank::Decision
        }
    }
}

fn of_trade(event: &trade::TradeEvent) -> Rank {
    match event {
        trade::TradeEvent::OrderBooked(_)
        | trade::TradeEvent::RenewalBooked(_)
        | trade::TradeEvent::OrderReturned(_)
        | trade::TradeEvent::QuoteIssued(_)
        | trade::TradeEvent::MeetingHeld(_)
        | trade::TradeEvent::ContractSigned(_) => Rank::Money,
    }
}
