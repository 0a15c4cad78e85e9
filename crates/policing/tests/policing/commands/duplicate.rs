//! The same customer under a second account: what is asked for there is decided with what protects the first.

use domain::account::Account;
use domain::account::history::fold;
use domain::event::account::{AccountKey, KeyStrength};
use domain::event::identity::{Band, IdentityEvent, Linked};
use domain::event::{DecidedBy, PolicyRef};
use domain::fact::Fact;
use domain::id::AccountId;

use super::*;

const DUPLICATE: &str = "acme-2";

/// Under which account something is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Account,
    Duplicate,
}

impl Place {
    /// One in four asks goes to the duplicate.
    pub(super) fn of(choice: usize) -> Self {
        if choice == 3 { Self::Duplicate } else { Self::Account }
    }

    pub(super) fn id(self) -> AccountId {
        match self {
            Self::Account => account_id(),
            Self::Duplicate => id(DUPLICATE),
        }
    }

    /// What stands on its own stream.
    pub(super) fn facts(self, story: &Story) -> Vec<Fact> {
        match self {
            Self::Account => story.facts.clone(),
            Self::Duplicate => story.others.iter().map(|(_, fact)| fact.clone()).collect(),
        }
    }

    pub(super) fn account(self, story: &Story) -> Account {
        fold(&self.facts(story))
    }

    pub(super) fn tell(self, story: &mut Story, at: i64, event: Told) -> EventId {
        match self {
            Self::Account => story.tell(at, event),
            Self::Duplicate => story.tell_at(DUPLICATE, at, None, event),
        }
    }

    pub(super) fn last(self, story: &mut Story) -> &mut Fact {
        let last = match self {
            Self::Account => story.facts.last_mut(),
            Self::Duplicate => story.others.last_mut().map(|(_, fact)| fact),
        };
        last.expect("it was told just now")
    }

    /// Whether what protects the customer is asked about here.
    pub(super) fn is_customers(self, story: &Story) -> bool {
        match self {
            Self::Account => !story.identity.is_empty(),
            Self::Duplicate => story.holds(DUPLICATE),
        }
    }
}

/// An account that `partner` opens for the same customer.
pub(super) fn open(story: &mut Story, at: i64, partner: &str) {
    let opened = Opened {
        keys: vec![AccountKey { key: id("duns:1"), strength: KeyStrength::Duns }],
        legal_name: "Acme Holding".to_owned(),
        country: None,
        postcode: None,
        customer: None,
    };
    story.tell_at(DUPLICATE, at, Some(partner), AccountEvent::Opened(opened));
}

/// Identity resolution finds the two to be one.
pub(super) fn link(story: &mut Story, at: i64) {
    let linked = Linked {
        key: id("duns:1"),
        account: Some(id(DUPLICATE)),
        survivor: account_id(),
        band: Band::Auto,
        weights: Vec::new(),
        hard_keys: vec![id("duns:1")],
        decided_by: DecidedBy { policy: PolicyRef { version: 0, digest: digest(0) }, person: None },
    };
    story.decide(at, IdentityEvent::Linked(linked));
}

/// Whether the holder to be recorded was recorded before, under another account of the customer, and found to have
/// taken it over: the same once more is no other act.
pub(super) fn is_found_already(story: &Story, command: &Command, attempt: &TakeoverRefused) -> bool {
    let is_same = |event: &Event| {
        let Event::Account(AccountEvent::HolderRecorded(recorded)) = event else { return false };
        recorded.holder == attempt.gaining && recorded.scope.covers(&attempt.scope)
    };
    let facts = story.facts.iter().chain(story.others.iter().map(|(_, fact)| fact));
    let mut recorded = facts.filter(|fact| is_same(&fact.event));
    matches!(command, Command::Account(AccountCommand::RecordHolder { .. }))
        && recorded.any(|fact| !against(story, fact.meta.id).is_empty())
}

#[test]
fn what_was_taken_under_a_duplicate_before_it_was_linked_is_refused_once_more_and_found_once() {
    let place = |wanted: fn(&Ask) -> bool| ASKS.iter().position(wanted).expect("it is in the table");
    let record = place(|ask| matches!(ask, Ask::RecordHolder));
    let link = place(|ask| matches!(ask, Ask::Link));
    let asks = [(record, 0, 1, 1, 3), (link, 0, 0, 1, 0), (record, 0, 1, 1, 0)];
    assert_eq!(agree(&asks).expect("both agree"), (1, 1));
}

#[test]
fn a_guest_is_refused_a_registration_on_an_account_it_opened_for_the_same_customer() {
    let mut book = Book::new();
    book.place = Place::Duplicate;
    open(&mut book.story, book.now, "guest");
    let asked = |book: &mut Book| {
        let (actor, command) = book.command(Ask::Submit, "guest", "gtx").expect("a submission");
        let decided = book.ask(&actor, &command).expect("an answer");
        decided.into_iter().find_map(|decided| {
            let Event::Account(AccountEvent::TakeoverRefused(refused)) = decided.event else { return None };
            Some(refused)
        })
    };
    assert_eq!(asked(&mut book), None, "nobody knows yet that it is the same customer");
    link(&mut book.story, book.now);
    book.now += 1;
    let refused = asked(&mut book).expect("a refused attempt");
    assert_eq!((refused.rule.as_str(), refused.handoff.as_str()), ("T08", "h1"));
    book.place = Place::Account;
    let there = refused.nearest_clearing;
    let here = asked(&mut book).expect("a refused attempt");
    assert_eq!((here.rule.as_str(), here.nearest_clearing), ("T02", there), "as on the account itself");
}
