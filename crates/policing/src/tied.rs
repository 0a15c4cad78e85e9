//! Accounts that identity decisions tie to the one looked at: duplicates of it, and relatives of its customer.
//!
//! The caller gathers them, each folded from its own stream, as it gathers families; what is made of them here
//! depends on nothing else. The acts of a duplicate count for the account: the caller folds their facts into it.

use std::collections::HashMap;

use domain::account::Account;
use domain::account::guest::Handoff;
use domain::event::case::Severity;
use domain::event::partner::AffiliationBasis;
use domain::fact::Fact;
use domain::id::{AccountId, EventId};
use domain::identity::{Bond, KnownBy, Match, Tie};

/// Another account, and what ties it to the one looked at.
#[derive(Debug, Clone, Copy)]
pub struct Tied<'a> {
    pub account_id: &'a AccountId,
    /// Its own stream alone.
    pub account: &'a Account,
    pub facts: &'a [Fact],
    pub bond: &'a Bond,
}

/// The account's facts together with those of its duplicates, whose acts are acts on it; `None` when it has none.
///
/// A duplicate that is only linked and accepted handoffs of its own stays an account of its own: it is judged by them.
pub fn joined(own: &[Fact], ties: &[Tied<'_>]) -> Option<Vec<Fact>> {
    let duplicates = || ties.iter().filter(|tie| tie.is_joined());
    duplicates().next()?;
    Some(own.iter().chain(duplicates().flat_map(|tie| tie.facts)).cloned().collect())
}

/// On which tied account's stream an event stands.
pub(crate) struct Whereabouts(HashMap<EventId, usize>);

impl Whereabouts {
    pub(crate) fn of(ties: &[Tied<'_>]) -> Self {
        let places = ties.iter().enumerate();
        Self(
            places.flat_map(|(place, tie)| tie.facts.iter().map(move |fact| (fact.meta.id, place))).collect(),
        )
    }

    pub(crate) fn tie<'a>(&self, ties: &'a [Tied<'a>], event: EventId) -> Option<&'a Tied<'a>> {
        self.0.get(&event).and_then(|place| ties.get(*place))
    }
}

impl Tied<'_> {
    /// Whether its acts are acts on the account.
    pub fn is_joined(&self) -> bool {
        // An acceptance whose invitation nobody told binds nobody: it says neither whom it protects nor from whom.
        let accepted = |handoff: &Handoff| handoff.accepted_at.is_some() && handoff.guest.is_some();
        let is_own = || self.account.handoffs.iter().any(accepted);
        self.is_same() && (self.bond.known_by == KnownBy::Decision || !is_own())
    }

    /// Whether what protects the account forbids acts on this one beforehand: nothing is held on a match without a
    /// hard id, of which a person judges afterwards.
    pub fn is_held(&self) -> bool {
        self.is_joined() && self.bond.tie == Tie::Same(Match::Hard)
    }

    /// Whether it is looked at by itself as well, since nothing but a link says that it is the same customer.
    pub(crate) fn is_looked_at(&self) -> bool {
        self.is_same() && self.bond.known_by != KnownBy::Decision
    }

    pub(crate) fn is_same(&self) -> bool {
        matches!(self.bond.tie, Tie::Same(_))
    }

    /// The decisions without which it would not be tied to the account.
    pub(crate) fn decided(&self) -> impl Iterator<Item = EventId> {
        let opening = match self.bond.known_by {
            KnownBy::Opening => self.account.opened,
            KnownBy::Decision | KnownBy::Link => None,
        };
        self.bond.decided.iter().copied().chain(opening)
    }

    /// How far acts on it may be held against anybody: a match without a hard id and a relation that was only
    /// guessed are no ground to hold an account.
    pub(crate) fn severity_max(&self) -> Severity {
        match self.bond.tie {
            Tie::Same(Match::Soft) | Tie::Related { basis: AffiliationBasis::Inferred, .. } => Severity::S2,
            Tie::Same(Match::Hard)
            | Tie::Related { basis: AffiliationBasis::Declared | AffiliationBasis::Registry, .. } => {
                Severity::S4
            }
        }
    }

    /// What ties it to the account, in words.
    pub(crate) fn words(&self) -> String {
        let account = self.account_id;
        match self.bond.tie {
            Tie::Same(Match::Hard) => format!("account {account} is the same customer: a hard id agrees"),
            Tie::Same(Match::Soft) => {
                format!("account {account} is taken to be the same customer, without a hard id")
            }
            Tie::Related { relative, basis } => {
                format!("account {account} is {} of this customer ({})", relative.as_str(), basis.as_str())
            }
        }
    }
}
