//! What the facts of one account say, kind by kind, in the order in which they take effect.

use domain::event::Event;
use domain::event::account::{
    AccountEvent, ContactReplaced, FreezeLifted, FreezePlaced, HolderRecorded, Opened, OverrideRecorded,
    RefusalDisputed, StewardshipStarted, TakeoverRefused,
};
use domain::event::change::{
    ChangeEvent, Executed, Notified, Objected, ObjectionDecided, Requested, Rescinded, Reversed, Verified,
    Waived, WindowOpened,
};
use domain::event::commission::CommissionEvent;
use domain::event::consent::{
    ConsentEvent, CustomerAsked, LetterRecorded, LetterRescinded, TokenIssued, TokenRedeemed, TokenVoided,
};
use domain::event::correction::{Committed, CorrectionEvent};
use domain::event::deal::{Approved, DealEvent, Submitted};
use domain::event::handoff::{
    Accepted, Amended, Closed, ForfeitureClaimed, HandoffEvent, Invited, Progressed, Released,
    Requested as Wanted,
};
use domain::event::notice::{Answered, Bounced, Delivered, NoticeEvent, Sent};
use domain::event::trade::{Contract, Meeting, Order, Quote, Renewal, Returned, TradeEvent};
use domain::fact::{Class, Fact};
use domain::id::{EventId, PartnerId};
use domain::time::Instant;

/// What one fact says, with when it was so and who told it.
#[derive(Debug)]
pub(crate) struct On<'a, T> {
    pub(crate) fact: &'a Fact,
    pub(crate) said: &'a T,
}

impl<T> Clone for On<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for On<'_, T> {}

impl<'a, T> On<'a, T> {
    pub(crate) fn id(&self) -> EventId {
        self.fact.meta.id
    }

    pub(crate) fn at(&self) -> Instant {
        self.fact.meta.valid_at
    }

    pub(crate) fn told_at(&self) -> Instant {
        self.fact.meta.recorded_at
    }

    /// The partner that told it, if one did.
    pub(crate) fn by(&self) -> Option<&'a PartnerId> {
        self.fact.meta.actor.partner.as_ref()
    }
}

macro_rules! told {
    ($($list:ident: $what:ty;)*) => {
        /// Everything that is said of one account, by kind.
        #[derive(Debug, Default)]
        pub(crate) struct Told<'a> {
            $(pub(crate) $list: Vec<On<'a, $what>>,)*
            pub(crate) deals: Vec<On<'a, DealEvent>>,
            pub(crate) money: Vec<On<'a, CommissionEvent>>,
            pub(crate) trades: Vec<On<'a, TradeEvent>>,
            /// Facts whose actors show where partners act from.
            pub(crate) acted: Vec<&'a Fact>,
        }
    };
}

told! {
    opened: Opened;
    held: HolderRecorded;
    frozen: FreezePlaced;
    lifted: FreezeLifted;
    contacts: ContactReplaced;
    overrides: OverrideRecorded;
    stewardships: StewardshipStarted;
    refusals: TakeoverRefused;
    disputes: RefusalDisputed;
    wanted: Wanted;
    invited: Invited;
    accepted: Accepted;
    amended: Amended;
    progressed: Progressed;
    closed: Closed;
    released: Released;
    forfeited: ForfeitureClaimed;
    requested: Requested;
    verified: Verified;
    notified: Notified;
    windows: WindowOpened;
    objected: Objected;
    decided: ObjectionDecided;
    waived: Waived;
    executed: Executed;
    rescinded: Rescinded;
    reversed: Reversed;
    letters: LetterRecorded;
    taken_back: LetterRescinded;
    tokens: TokenIssued;
    redeemed: TokenRedeemed;
    voided: TokenVoided;
    asked: CustomerAsked;
    sent: Sent;
    delivered: Delivered;
    bounced: Bounced;
    answered: Answered;
    submitted: Submitted;
    approved: Approved;
    ordered: Order;
    renewed: Renewal;
    returned: Returned;
    quoted: Quote;
    met: Meeting;
    contracted: Contract;
    committed: Committed;
}

impl<'a> Told<'a> {
    /// Sorts `facts`, which stand in the order they take effect, by what they say.
    pub(crate) fn of(facts: impl IntoIterator<Item = &'a Fact>) -> Self {
        let mut told = Self::default();
        for fact in facts {
            told.take(fact);
        }
        told
    }

    fn take(&mut self, fact: &'a Fact) {
        match &fact.event {
            Event::Account(said) => self.take_account(fact, said),
            Event::Deal(said) => self.take_deal(fact, said),
            Event::Handoff(said) => {
                self.acted.push(fact);
                self.take_handoff(fact, said);
            }
            Event::Change(said) => {
                self.acted.push(fact);
                self.take_change(fact, said);
            }
            Event::Consent(said) => {
                self.acted.push(fact);
                self.take_consent(fact, said);
            }
            Event::Notice(NoticeEvent::Sent(said)) => self.sent.push(On { fact, said }),
            Event::Notice(NoticeEvent::Delivered(said)) => self.delivered.push(On { fact, said }),
            Event::Notice(NoticeEvent::Bounced(said)) => self.bounced.push(On { fact, said }),
            Event::Notice(NoticeEvent::Answered(said)) => self.answered.push(On { fact, said }),
            Event::Trade(said) => self.take_trade(fact, said),
            Event::Commission(said) => self.money.push(On { fact, said }),
            Event::Correction(CorrectionEvent::Committed(said)) => self.committed.push(On { fact, said }),
            Event::Correction(CorrectionEvent::Corrected(_) | CorrectionEvent::Retracted(_))
            | Event::Notice(NoticeEvent::Reminded(_))
            | Event::Partner(_)
            | Event::Identity(_)
            | Event::Case(_)
            | Event::Program(_) => {}
        }
    }

    fn take_account(&mut self, fact: &'a Fact, said: &'a AccountEvent) {
        match said {
            AccountEvent::Opened(said) => self.opened.push(On { fact, said }),
            AccountEvent::HolderRecorded(said) => self.held.push(On { fact, said }),
            AccountEvent::FreezePlaced(said) => self.frozen.push(On { fact, said }),
            AccountEvent::FreezeLifted(said) => self.lifted.push(On { fact, said }),
            AccountEvent::ContactReplaced(said) => self.contacts.push(On { fact, said }),
            AccountEvent::OverrideRecorded(said) => self.overrides.push(On { fact, said }),
            AccountEvent::StewardshipStarted(said) => self.stewardships.push(On { fact, said }),
            AccountEvent::TakeoverRefused(said) => self.refusals.push(On { fact, said }),
            AccountEvent::RefusalDisputed(said) => self.disputes.push(On { fact, said }),
            AccountEvent::Locked(_) | AccountEvent::Absorbed(_) | AccountEvent::Restored(_) => {}
        }
    }

    fn take_deal(&mut self, fact: &'a Fact, event: &'a DealEvent) {
        self.deals.push(On { fact, said: event });
        if let DealEvent::Submitted(said) = event {
            self.submitted.push(On { fact, said });
        }
        if let DealEvent::Approved(said) = event {
            self.approved.push(On { fact, said });
        }
    }

    fn take_handoff(&mut self, fact: &'a Fact, said: &'a HandoffEvent) {
        match said {
            HandoffEvent::Requested(said) => self.wanted.push(On { fact, said }),
            HandoffEvent::Invited(said) => self.invited.push(On { fact, said: said.as_ref() }),
            HandoffEvent::Accepted(said) => self.accepted.push(On { fact, said }),
            HandoffEvent::Amended(said) => self.amended.push(On { fact, said }),
            HandoffEvent::Progressed(said) => self.progressed.push(On { fact, said }),
            HandoffEvent::Released(said) => self.released.push(On { fact, said }),
            HandoffEvent::ForfeitureClaimed(said) => self.forfeited.push(On { fact, said }),
            // What the clock wrote ends an invitation nobody answered, never what was accepted.
            HandoffEvent::Closed(_) if fact.meta.class == Class::Derived => {}
            HandoffEvent::Closed(said) => self.closed.push(On { fact, said }),
            HandoffEvent::Reported(_) | HandoffEvent::Declined(_) | HandoffEvent::Revoked(_) => {}
        }
    }

    fn take_change(&mut self, fact: &'a Fact, said: &'a ChangeEvent) {
        match said {
            ChangeEvent::Requested(said) => self.requested.push(On { fact, said }),
            ChangeEvent::Verified(said) => self.verified.push(On { fact, said }),
            ChangeEvent::Notified(said) => self.notified.push(On { fact, said }),
            ChangeEvent::WindowOpened(said) => self.windows.push(On { fact, said }),
            ChangeEvent::Objected(said) => self.objected.push(On { fact, said }),
            ChangeEvent::ObjectionDecided(said) => self.decided.push(On { fact, said }),
            ChangeEvent::Waived(said) => self.waived.push(On { fact, said }),
            ChangeEvent::Executed(said) => self.executed.push(On { fact, said }),
            ChangeEvent::Rescinded(said) => self.rescinded.push(On { fact, said }),
            ChangeEvent::Reversed(said) => self.reversed.push(On { fact, said }),
            ChangeEvent::ErrorReported(_) | ChangeEvent::ErrorAnswered(_) => {}
        }
    }

    fn take_consent(&mut self, fact: &'a Fact, said: &'a ConsentEvent) {
        match said {
            ConsentEvent::LetterRecorded(said) => self.letters.push(On { fact, said: said.as_ref() }),
            ConsentEvent::LetterRescinded(said) => self.taken_back.push(On { fact, said }),
            ConsentEvent::TokenIssued(said) => self.tokens.push(On { fact, said }),
            ConsentEvent::TokenRedeemed(said) => self.redeemed.push(On { fact, said }),
            ConsentEvent::TokenVoided(said) => self.voided.push(On { fact, said }),
            ConsentEvent::CustomerAsked(said) => self.asked.push(On { fact, said }),
            ConsentEvent::TokenTryFailed(_) => {}
        }
    }

    fn take_trade(&mut self, fact: &'a Fact, event: &'a TradeEvent) {
        self.trades.push(On { fact, said: event });
        match event {
            TradeEvent::OrderBooked(said) => self.ordered.push(On { fact, said }),
            TradeEvent::RenewalBooked(said) => self.renewed.push(On { fact, said }),
            TradeEvent::OrderReturned(said) => self.returned.push(On { fact, said }),
            TradeEvent::QuoteIssued(said) => self.quoted.push(On { fact, said }),
            TradeEvent::MeetingHeld(said) => self.met.push(On { fact, said }),
            TradeEvent::ContractSigned(said) => self.contracted.push(On { fact, said }),
        }
    }
}
