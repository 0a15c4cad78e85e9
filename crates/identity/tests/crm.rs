//! The account names of a public CRM sample: none is taken for another, and each is found again with a wrong letter.

use std::path::PathBuf;

use domain::id::AccountId;
use domain::policy::IdentityPolicy;
use domain::time::Instant;
use identity::{Description, Fingerprint, Index, Verdict, compare};

/// The sample's names, or `None` where the data is not at hand.
fn names() -> Option<Vec<String>> {
    let folder = option_env!("CHAPERONE_SHARED_DATA").map(PathBuf::from);
    let folder =
        folder.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"));
    let mut table = csv::Reader::from_path(folder.join("crm/accounts.csv")).ok()?;
    Some(table.records().map(|row| row.expect("a row")[0].to_owned()).collect())
}

fn described(name: &str) -> Description {
    Description {
        keys: Vec::new(),
        legal_name: name.to_owned(),
        country: None,
        postcode: None,
        opened_at: Instant::EARLIEST,
    }
}

fn id(place: usize) -> AccountId {
    format!("account-{place}").parse().expect("an id")
}

/// The name with one letter left out, doubled, exchanged with its neighbour, or replaced.
fn misspelled(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let middle = letters.len() / 2;
    let change = |change: fn(&mut Vec<char>, usize)| {
        let mut letters = letters.clone();
        change(&mut letters, middle);
        letters.into_iter().collect()
    };
    vec![
        change(|letters, at| letters.splice(at..=at, []).for_each(drop)),
        change(|letters, at| letters.insert(at, letters[at])),
        change(|letters, at| letters.swap(at - 1, at)),
        change(|letters, at| letters[at] = 'q'),
    ]
}

#[test]
fn no_two_accounts_of_the_sample_are_taken_for_each_other() {
    let Some(names) = names() else { return };
    let policy = IdentityPolicy::default();
    let prints: Vec<Fingerprint> = names.iter().map(|name| Fingerprint::of(&described(name))).collect();
    for (a, one) in prints.iter().enumerate() {
        for (b, other) in prints.iter().enumerate().skip(a + 1) {
            let verdict = compare(one, other, &policy).verdict;
            assert_eq!(verdict, Verdict::Apart, "{} / {}", names[a], names[b]);
        }
    }
}

#[test]
fn a_misspelled_account_of_the_sample_is_found_among_all() {
    let Some(names) = names() else { return };
    let policy = IdentityPolicy::default();
    let (mut tried, mut missed) = (0, Vec::new());
    for (place, name) in names.iter().enumerate() {
        // A short word with another letter is another word.
        for wrong in misspelled(name).into_iter().filter(|_| name.chars().count() > 5) {
            let mut index = Index::default();
            names
                .iter()
                .enumerate()
                .for_each(|(place, name)| index.describe(&id(place), Fingerprint::of(&described(name))));
            let newcomer = id(names.len());
            index.describe(&newcomer, Fingerprint::of(&described(&wrong)));
            let print = index.fingerprint(&newcomer).expect("described");
            let looks = |other: &&&AccountId| {
                let other = index.fingerprint(other).expect("described");
                compare(print, other, &policy).verdict == Verdict::Clerical
            };
            let found: Vec<&AccountId> = index.candidates(&newcomer).iter().filter(looks).copied().collect();
            tried += 1;
            if found != [&id(place)] {
                missed.push((name.clone(), wrong, found.len()));
            }
        }
    }
    assert!(missed.len() * 20 <= tried, "{} of {tried} missed: {missed:?}", missed.len());
}
