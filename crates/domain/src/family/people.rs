//! People who went from one partner to another, known by nothing but a reference.

use crate::event::partner::{PersonJoined, PersonLeft};
use crate::fact::Meta;
use crate::id::{AccountId, ContactRef, EventId, PartnerId};
use crate::time::Instant;

/// A person at one partner: since when, or until when, as one event says.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    person: ContactRef,
    partner: PartnerId,
    at: Instant,
    event: EventId,
    /// Accounts that were agreed to come with it; `None` where it left.
    carries: Option<Vec<AccountId>>,
}

/// A person that was at one partner and joined another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PersonMoved<'a> {
    pub joined_at: Instant,
    pub person: &'a ContactRef,
    pub from: &'a PartnerId,
    pub to: &'a PartnerId,
    /// The event that shows the person at the first partner, and the one by which it joined the second.
    pub shown_by: [EventId; 2],
    /// Accounts that both sides agreed would come with it.
    pub carries: &'a [AccountId],
}

/// Everybody who joined or left a partner.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct People(Vec<Seen>);

impl People {
    pub(super) fn join(&mut self, partner: &PartnerId, joined: &PersonJoined, meta: &Meta) {
        let PersonJoined { person, at, carry_list, .. } = joined.clone();
        let (partner, event) = (partner.clone(), meta.id);
        self.0.push(Seen { person, partner, at, event, carries: Some(carry_list) });
    }

    pub(super) fn leave(&mut self, partner: &PartnerId, left: &PersonLeft, meta: &Meta) {
        let PersonLeft { person, at, .. } = left.clone();
        self.0.push(Seen { person, partner: partner.clone(), at, event: meta.id, carries: None });
    }

    /// Those who joined a partner after they were at another, in the order they joined. Of several events that
    /// show them at the first, the last one before counts.
    pub(super) fn moved(&self) -> Vec<PersonMoved<'_>> {
        let mut moved: Vec<PersonMoved<'_>> =
            self.0.iter().filter_map(|joined| self.before(joined, joined.carries.as_deref()?)).collect();
        moved.sort();
        moved
    }

    fn before<'a>(&'a self, joined: &'a Seen, carries: &'a [AccountId]) -> Option<PersonMoved<'a>> {
        let elsewhere = |seen: &&Seen| {
            seen.person == joined.person && seen.partner != joined.partner && seen.at <= joined.at
        };
        let last = self.0.iter().filter(elsewhere).max_by_key(|seen| (seen.at, seen.event))?;
        Some(PersonMoved {
            joined_at: joined.at,
            person: &joined.person,
            from: &last.partner,
            to: &joined.partner,
            shown_by: [last.event, joined.event],
            carries,
        })
    }
}
