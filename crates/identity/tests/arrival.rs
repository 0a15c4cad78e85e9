//! Whatever order accounts and decisions come in, the same accounts are one customer in the end.

use domain::event::account::{AccountKey, KeyStrength};
use domain::event::correction::{CorrectionEvent, CorrectionReason, Retracted};
use domain::event::identity::{IdentityEvent, KeptApart, Split};
use domain::event::{DecidedBy, Event, PolicyRef};
use domain::fact::{Actor, Class, Context, Fact, Meta, Origin, Producer};
use domain::id::{AccountId, Digest, EventId};
use domain::identity::Identities;
use domain::policy::IdentityPolicy;
use domain::time::Instant;
use identity::{Description, Fingerprint, Index, Known, Resolved, resolve};
use proptest::prelude::*;

/// What one vendor knows, account by account.
#[derive(Default)]
struct Book {
    index: Index,
    facts: Vec<Fact>,
}

impl Book {
    fn describe(&mut self, account: &AccountId, description: &Description) {
        self.index.describe(account, Fingerprint::of(description));
        self.resolve(account);
    }

    fn resolve(&mut self, account: &AccountId) {
        let policy_name = PolicyRef { version: 1, digest: Digest([0; 32]) };
        let identities = self.identities();
        let policy = IdentityPolicy::default();
        let known =
            Known { index: &self.index, identities: &identities, policy: &policy, policy_name: &policy_name };
        for resolved in resolve(account, known) {
            let event = match resolved {
                Resolved::Linked(linked) => Event::Identity(IdentityEvent::Linked(linked)),
                Resolved::Suspected(suspected) => Event::Identity(IdentityEvent::Suspected(suspected)),
                Resolved::TakenBack { event: target, .. } => {
                    let reason = CorrectionReason::DecidedAnew;
                    let retracted = Retracted { target, reason, approved_by: None, evidence: None };
                    Event::Correction(CorrectionEvent::Retracted(retracted))
                }
            };
            self.record(Class::Derived, event);
        }
    }

    fn record(&mut self, class: Class, event: Event) {
        let position = u64::try_from(self.facts.len()).expect("few") + 1;
        let meta = Meta {
            id: EventId(uuid::Uuid::from_u128(u128::from(position))),
            position,
            revision: position,
            valid_at: Instant::EARLIEST,
            recorded_at: Instant::EARLIEST,
            class,
            origin: Origin::Live,
            producer: Producer { source: "test".parse().expect("a source"), id: "1".parse().expect("an id") },
            actor: Actor::system(),
            causation: None,
            policy: None,
            context: Context::default(),
        };
        self.facts.push(Fact { meta, event });
    }

    fn identities(&self) -> Identities {
        let effective = domain::account::history::effective(&self.facts);
        effective.iter().fold(Identities::default(), |known, fact| known.evolve(fact))
    }

    /// For each account the one that stands for it.
    fn customers(&self, accounts: &[(AccountId, Description)]) -> Vec<AccountId> {
        let identities = self.identities();
        accounts.iter().map(|(account, _)| identities.customer(account).clone()).collect()
    }

    fn queue(&self) -> Vec<(AccountId, AccountId)> {
        self.identities().queue().map(|(pair, _)| pair.clone()).collect()
    }
}

fn account(number: usize) -> AccountId {
    format!("a{number:02}").parse().expect("an id")
}

fn told(name: &str, keys: &[(KeyStrength, String)], opened_day: i64) -> Description {
    let key = |(strength, key): &(KeyStrength, String)| AccountKey {
        key: key.parse().expect("a key"),
        strength: *strength,
    };
    Description {
        keys: keys.iter().map(key).collect(),
        legal_name: name.to_owned(),
        country: None,
        postcode: None,
        opened_at: Instant::EARLIEST.plus_ms(opened_day * 86_400_000),
    }
}

const NAMES: [&str; 5] = ["Betasoloin AG", "Betasolin", "Hottechi GmbH", "Hottechi", "Umbrella Corp"];

/// A name, a D-U-N-S number, a registry number, a domain, the day it was opened.
type Drawn = (usize, Option<u32>, Option<u32>, Option<u32>, i64);

/// Few names, numbers and domains, so that they meet and contradict each other.
fn accounts() -> impl Strategy<Value = Vec<(AccountId, Description)>> {
    let one = (
        0..NAMES.len(),
        prop::option::of(0..3_u32),
        prop::option::of(0..2_u32),
        prop::option::of(0..3_u32),
        0..4_i64,
    );
    prop::collection::vec(one, 2..9).prop_map(|drawn| {
        let described = |(number, (name, duns, registered, domain, day)): (usize, Drawn)| {
            let keys: Vec<(KeyStrength, String)> = [
                duns.map(|duns| (KeyStrength::Duns, format!("duns:{duns}"))),
                registered.map(|number| (KeyStrength::RegistryNumber, format!("hrb:{number}"))),
                domain.map(|domain| (KeyStrength::Domain, format!("domain:beta{domain}.com"))),
            ]
            .into_iter()
            .flatten()
            .collect();
            (account(number), told(NAMES[name], &keys, day))
        };
        drawn.into_iter().enumerate().map(described).collect()
    })
}

fn in_order(accounts: &[(AccountId, Description)], order: &[usize]) -> Book {
    let mut book = Book::default();
    for place in order {
        let (account, description) = &accounts[*place];
        book.describe(account, description);
    }
    book
}

proptest! {
    #[test]
    fn what_came_first_makes_no_difference(
        (accounts, order) in accounts().prop_flat_map(|accounts| {
            let places: Vec<usize> = (0..accounts.len()).collect();
            (Just(accounts), Just(places).prop_shuffle())
        })
    ) {
        let sorted: Vec<usize> = (0..accounts.len()).collect();
        let (one, other) = (in_order(&accounts, &sorted), in_order(&accounts, &order));
        prop_assert_eq!(one.customers(&accounts), other.customers(&accounts));
        prop_assert_eq!(one.queue(), other.queue());
    }

    #[test]
    fn resolving_again_adds_nothing(accounts in accounts()) {
        let sorted: Vec<usize> = (0..accounts.len()).collect();
        let mut book = in_order(&accounts, &sorted);
        let recorded = book.facts.len();
        accounts.iter().for_each(|(account, _)| book.resolve(account));
        prop_assert_eq!(book.facts.len(), recorded);
    }

    #[test]
    fn what_is_described_otherwise_and_back_again_is_as_it_was(accounts in accounts()) {
        let sorted: Vec<usize> = (0..accounts.len()).collect();
        let mut book = in_order(&accounts, &sorted);
        let before = (book.customers(&accounts), book.queue());
        let (first, description) = &accounts[0];
        book.describe(first, &told("Zumgoity", &[(KeyStrength::Duns, "duns:77".to_owned())], 0));
        book.describe(first, description);
        prop_assert_eq!((book.customers(&accounts), book.queue()), before);
    }

    #[test]
    fn nobody_is_one_with_an_account_whose_number_is_another(accounts in accounts()) {
        let sorted: Vec<usize> = (0..accounts.len()).collect();
        let book = in_order(&accounts, &sorted);
        let customers = book.customers(&accounts);
        for (one, (_, a)) in accounts.iter().enumerate() {
            for (other, (_, b)) in accounts.iter().enumerate() {
                let number = |told: &Description, strength| {
                    told.keys.iter().find(|key| key.strength == strength).map(|key| key.key.clone())
                };
                for strength in [KeyStrength::Duns, KeyStrength::RegistryNumber] {
                    let numbers = number(a, strength).zip(number(b, strength));
                    let differ = numbers.is_some_and(|(a, b)| a != b);
                    prop_assert!(!differ || customers[one] != customers[other]);
                }
            }
        }
    }
}

fn person() -> DecidedBy {
    let policy = PolicyRef { version: 1, digest: Digest([0; 32]) };
    DecidedBy { policy, person: Some("acme/ada".parse().expect("a principal")) }
}

fn duns(number: u32) -> Vec<(KeyStrength, String)> {
    vec![(KeyStrength::Duns, format!("duns:{number}"))]
}

#[test]
fn what_a_person_parted_is_not_linked_again() {
    let accounts =
        [(account(0), told("Hottechi", &duns(1), 0)), (account(1), told("Hottechi GmbH", &duns(1), 1))];
    let mut book = in_order(&accounts, &[0, 1]);
    assert_eq!(book.customers(&accounts), [account(0), account(0)]);
    let split = Split {
        survivor: account(0),
        restored: account(1),
        decided_by: person(),
        moved: Vec::new(),
        reason: None,
    };
    book.record(Class::Ruled, Event::Identity(IdentityEvent::Split(split)));
    for place in [1, 0, 1] {
        book.resolve(&account(place));
        assert_eq!(book.customers(&accounts), [account(0), account(1)]);
    }
    assert_eq!(book.queue(), []);
}

#[test]
fn a_pair_that_a_person_kept_apart_leaves_the_queue() {
    let accounts = [(account(0), told("Hottechi", &[], 0)), (account(1), told("Hottechi GmbH", &[], 1))];
    let mut book = in_order(&accounts, &[0, 1]);
    assert_eq!(book.queue(), [(account(0), account(1))]);
    let kept = KeptApart {
        account: account(1),
        other: account(0),
        reason: "two founders of one name".to_owned(),
        decided_by: person(),
    };
    book.record(Class::Ruled, Event::Identity(IdentityEvent::KeptApart(kept)));
    book.resolve(&account(1));
    assert_eq!(book.queue(), []);
}

#[test]
fn a_domain_that_turns_out_to_be_a_groups_links_nothing_any_more() {
    let domain = || (KeyStrength::Domain, "domain:hottechi.com".to_owned());
    let mut accounts = vec![
        (account(0), told("Hottechi", &[domain()], 0)),
        (account(1), told("Hottechi GmbH", &[domain()], 1)),
    ];
    let mut book = in_order(&accounts, &[0, 1]);
    assert_eq!(book.customers(&accounts), [account(0), account(0)]);
    // Sixteen companies may share a domain by default: the seventeenth shows that it identifies nobody.
    for number in 2..17 {
        let one = (account(number), told(&format!("Zumgoity {number}"), &[domain()], 2));
        book.describe(&one.0, &one.1);
        accounts.push(one);
    }
    assert_eq!(book.customers(&accounts[..2]), [account(0), account(1)]);
    assert!(book.queue().contains(&(account(0), account(1))), "a person looks instead");
}
