//! Comparing does not grow with the number of accounts; run with `--nocapture` to see what it takes here.

use std::time::Instant as Clock;

use domain::event::PolicyRef;
use domain::event::account::{AccountKey, KeyStrength};
use domain::id::{AccountId, Digest};
use domain::identity::Identities;
use domain::policy::IdentityPolicy;
use domain::time::Instant;
use identity::{Description, Fingerprint, Index, Known, resolve};

const ACCOUNTS: usize = 3_000;
/// Blocks of a name of two rare words, with the sixteen accounts of each that are compared.
const CANDIDATES_MAX: usize = 16 * 10;

const WORDS: [&str; 24] = [
    "solvik",
    "halden",
    "kestrel",
    "nordbund",
    "betatech",
    "hottechi",
    "zumgoity",
    "rundofase",
    "plussunin",
    "streethex",
    "treequote",
    "umbrella",
    "vehement",
    "warephase",
    "yearin",
    "zathunicon",
    "scotfind",
    "silis",
    "sonron",
    "stanredtax",
    "sumace",
    "toughzap",
    "opentech",
    "ontomedia",
];

fn id(number: usize) -> AccountId {
    format!("a{number}").parse().expect("an id")
}

fn described(name: String, number: usize) -> Description {
    let key = |text: String, strength| AccountKey { key: text.parse().expect("a key"), strength };
    Description {
        keys: vec![
            key(format!("crm:{number}"), KeyStrength::SystemId),
            key(format!("domain:customer-{number}.example"), KeyStrength::Domain),
        ],
        legal_name: name,
        country: Some("DE".to_owned()),
        postcode: None,
        opened_at: Instant::EARLIEST,
    }
}

#[test]
fn an_account_is_compared_with_few_of_many() {
    let names: [fn(usize) -> String; 2] = [
        |number| format!("Customer Works {number} AG"),
        |number| format!("{} {} GmbH", WORDS[number % 24], WORDS[number / 24 % 24]),
    ];
    for name in names {
        let started = Clock::now();
        let mut index = Index::default();
        for number in 0..ACCOUNTS {
            index.describe(&id(number), Fingerprint::of(&described(name(number), number)));
        }
        let indexed = started.elapsed();
        let identities = Identities::default();
        let policy = IdentityPolicy::default();
        let policy_name = PolicyRef { version: 1, digest: Digest([0; 32]) };
        let known =
            Known { index: &index, identities: &identities, policy: &policy, policy_name: &policy_name };
        let (mut compared, mut resolved) = (0, 0);
        for number in 0..ACCOUNTS {
            let candidates = index.candidates(&id(number)).len();
            assert!(candidates <= CANDIDATES_MAX, "{} is compared with {candidates}", name(number));
            compared += candidates;
            resolved += resolve(&id(number), known).len();
        }
        eprintln!(
            "{ACCOUNTS} accounts like {:?}: indexed in {indexed:?}, resolved in {:?}, {} comparisons each, {resolved} decisions",
            name(7),
            started.elapsed() - indexed,
            compared / ACCOUNTS,
        );
    }
}
