//! One plain English sentence for every event, in ids and dates, without personal data.
//!
//! Many events name only the deal, handoff or change they belong to; the account they are about says
//! whose that is. Free text, contacts and principals are never repeated here: they may name people.

mod account;
mod case;
mod change;
mod consent;
mod deal;
mod ground;
mod handoff;
mod trade;
mod words;

use domain::account::Account;
use domain::event::{Event, Party};
use domain::id::{ChangeId, DealId, HandoffId, PartnerId};
use domain::stream::Stream;

/// Whose eyes a sentence is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    Vendor,
    /// Reads `another partner` in place of anybody it does not work with in the account.
    Partner(PartnerId),
}

/// What is known beside the event itself.
#[derive(Debug, Clone, Copy)]
pub struct Telling<'a> {
    /// The stream the event stands in.
    pub stream: &'a Stream,
    /// The account it is about, folded as far as one likes; without it deals and handoffs are told by id.
    pub account: Option<&'a Account>,
    pub audience: &'a Audience,
}

/// What happened, as one sentence without a full stop; dates are UTC, written 2026-03-01.
pub fn sentence(event: &Event, telling: Telling<'_>) -> String {
    match event {
        Event::Account(event) => account::sentence(event, telling),
        Event::Deal(event) => deal::sentence(event, telling),
        Event::Handoff(event) => handoff::sentence(event, telling),
        Event::Change(event) => change::sentence(event, telling),
        Event::Consent(event) => consent::consent_sentence(event, telling),
        Event::Notice(event) => consent::notice_sentence(event, telling),
        Event::Trade(event) => trade::trade_sentence(event, telling),
        Event::Commission(event) => trade::commission_sentence(event, telling),
        Event::Partner(event) => ground::partner_sentence(event, telling),
        Event::Identity(event) => ground::identity_sentence(event),
        Event::Program(event) => ground::program_sentence(event),
        Event::Correction(event) => ground::correction_sentence(event),
        Event::Case(event) => case::sentence(event, telling),
    }
}

impl Telling<'_> {
    /// The partner's id, or `another partner` when the audience may not know it.
    fn who(&self, partner: &PartnerId) -> String {
        if self.may_name(partner) { partner.to_string() } else { "another partner".to_owned() }
    }

    fn may_name(&self, partner: &PartnerId) -> bool {
        let reader = match self.audience {
            Audience::Vendor => return true,
            Audience::Partner(reader) => reader,
        };
        let works_with = |account: &Account| {
            let both = |host: &PartnerId, guest: Option<&PartnerId>| {
                (host == reader && guest == Some(partner)) || (host == partner && guest == Some(reader))
            };
            account.handoffs.iter().any(|known| both(&known.host, known.guest.as_ref()))
        };
        reader == partner || self.account.is_some_and(works_with)
    }

    /// `northwind's registration`, or the deal by its id when nobody knows whose it is.
    fn registration(&self, deal: &DealId) -> String {
        let partner = self.account.and_then(|account| account.deal(deal)?.partner.as_ref());
        match (partner, self.audience) {
            (Some(partner), _) => format!("{}'s registration", self.who(partner)),
            (None, Audience::Vendor) => format!("deal {deal}"),
            (None, Audience::Partner(_)) => "a deal".to_owned(),
        }
    }

    fn host(&self, handoff: &HandoffId) -> String {
        let known = self.account.and_then(|account| account.handoff(handoff));
        known.map_or_else(|| "the host".to_owned(), |known| self.who(&known.host))
    }

    fn guest(&self, handoff: &HandoffId) -> String {
        let guest = self.account.and_then(|account| account.handoff(handoff)?.guest.as_ref());
        guest.map_or_else(|| "the guest".to_owned(), |guest| self.who(guest))
    }

    /// A side of `handoff`; without a handoff, host and guest stay roles.
    fn party(&self, party: &Party, handoff: Option<&HandoffId>) -> String {
        match (party, handoff) {
            (Party::Customer, _) => "the customer".to_owned(),
            (Party::Vendor, _) => "the vendor".to_owned(),
            (Party::Partner(partner), _) => self.who(partner),
            (Party::Host, Some(handoff)) => self.host(handoff),
            (Party::Guest, Some(handoff)) => self.guest(handoff),
            (Party::Host, None) => "the host".to_owned(),
            (Party::Guest, None) => "the guest".to_owned(),
        }
    }

    /// `the change to litware`, or the change by its id when nobody knows to whom.
    fn change(&self, change: &ChangeId) -> String {
        let gaining = self.account.and_then(|account| account.change(change)?.gaining.as_ref());
        match (gaining, self.audience) {
            (Some(gaining), _) => format!("the change to {}", self.who(gaining)),
            (None, Audience::Vendor) => format!("change {change}"),
            (None, Audience::Partner(_)) => "a change of holder".to_owned(),
        }
    }
}
