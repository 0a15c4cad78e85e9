//! Pairs as they are met in programs: one customer written twice, and customers that only look like one.

use domain::event::account::{AccountKey, KeyStrength};
use domain::policy::IdentityPolicy;
use domain::time::Instant;
use identity::{Description, Fingerprint, Verdict, compare};

use KeyStrength::{Domain, Duns, RegistryNumber};
use Verdict::{Apart, Clerical, Link};

/// Name, country, postcode, keys.
type Told<'a> = (&'a str, &'a str, &'a str, &'a [(KeyStrength, &'a str)]);

fn fingerprint((name, country, postcode, keys): Told<'_>) -> Fingerprint {
    let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let key = |(strength, key): &(KeyStrength, &str)| AccountKey {
        key: key.parse().expect("a key"),
        strength: *strength,
    };
    Fingerprint::of(&Description {
        keys: keys.iter().map(key).collect(),
        legal_name: name.to_owned(),
        country: said(country),
        postcode: said(postcode),
        opened_at: Instant::EARLIEST,
    })
}

#[track_caller]
fn check(expected: Verdict, a: Told<'_>, b: Told<'_>) {
    let policy = IdentityPolicy::default();
    let (one, other) = (fingerprint(a), fingerprint(b));
    let compared = compare(&one, &other, &policy);
    assert_eq!(compared.verdict, expected, "{a:?} / {b:?}: {:#?}", compared.weights);
    assert_eq!(compared, compare(&other, &one, &policy), "whichever comes first: {a:?} / {b:?}");
}

const NONE: &[(KeyStrength, &str)] = &[];

#[test]
fn a_hard_id_that_agrees_links_though_the_name_is_written_otherwise() {
    let duns: &[_] = &[(Duns, "duns:150483782")];
    check(Link, ("Solvik Retail AS", "NO", "", duns), ("Solvik Retail Nordic AS", "NO", "", duns));
    check(Link, ("Müller & Söhne GmbH", "DE", "", duns), ("MULLER UND SOHNE G.m.b.H.", "DE", "", duns));
    check(Link, ("Acme Corporation", "", "", duns), ("", "", "", duns));
    let hrb: &[_] = &[(RegistryNumber, "hrb-berlin:6684 B")];
    let same: &[_] = &[(RegistryNumber, "HRB-Berlin:6684b"), (Domain, "domain:cheers.example")];
    check(Link, ("Cheers", "DE", "", hrb), ("Cheers Entertainment AG", "DE", "", same));
    let host: &[_] = &[(Domain, "domain:shop.betatech.com")];
    let bare: &[_] = &[(Domain, "domain:betatech.com")];
    check(Link, ("Betatech", "KE", "", host), ("Betatech Ltd.", "KE", "", bare));
}

#[test]
fn a_name_alone_never_links_and_is_looked_at() {
    for (a, b) in [
        ("Acme Corporation", "ACME Corp."),
        ("Betasoloin", "Betasolin"),
        ("Dalttechnology", "Dalt Technology"),
        ("Nam-zim", "Namzim"),
        ("Łódź Żeglarska", "Lodz Zeglarska"),
        ("Singletechno", "Singletecho"),
        ("The Blackzim Company", "Blackzim"),
        ("Rundofase Systems International", "Rundofase International Systems"),
    ] {
        check(Clerical, (a, "", "", NONE), (b, "", "", NONE));
        check(Clerical, (a, "US", "10001", NONE), (b, "US", "10001", NONE));
    }
}

#[test]
fn names_of_common_words_tell_nothing() {
    check(Apart, ("Global Business Services Ltd", "", "", NONE), ("Global Services Group", "", "", NONE));
    check(Apart, ("First National Bank", "US", "", NONE), ("National Bank of the West", "US", "", NONE));
    check(Apart, ("Customer Works 1024 AG", "DE", "", NONE), ("Customer Works 1025 AG", "DE", "", NONE));
    check(Apart, ("Betatech", "", "", NONE), ("Scottech", "", "", NONE));
    check(Apart, ("", "DE", "10115", NONE), ("", "DE", "10115", NONE));
}

#[test]
fn a_namesake_in_another_country_is_another_customer() {
    check(Apart, ("Umbrella Corp", "US", "", NONE), ("Umbrella Ltd", "GB", "", NONE));
    check(Apart, ("Umbrella", "US", "10001", NONE), ("Umbrella", "DE", "10001", NONE));
    let (one, other): (&[_], &[_]) = (&[(Duns, "duns:150483782")], &[(Duns, "duns:150483783")]);
    check(Apart, ("Umbrella", "US", "", one), ("Umbrella", "US", "", other));
}

#[test]
fn companies_of_one_group_are_not_one_customer() {
    let holding: &[_] = &[(Domain, "domain:siemens.com")];
    let parts = [("Siemens AG", "DE"), ("Siemens Healthineers AG", "DE"), ("Siemens Energy GmbH", "DE")];
    for (place, (a, country)) in parts.iter().enumerate() {
        for (b, other) in &parts[place + 1..] {
            check(Clerical, (a, country, "", holding), (b, other, "", holding));
            check(Apart, (a, country, "", NONE), (b, other, "", NONE));
        }
    }
    check(Apart, ("Halden Foods AS", "NO", "", NONE), ("Halden Logistics AS", "NO", "", NONE));
}

#[test]
fn where_a_hard_id_disagrees_a_person_looks_at_most() {
    let one: &[_] = &[(RegistryNumber, "hrb-berlin:1"), (Duns, "duns:150483782")];
    let other: &[_] = &[(RegistryNumber, "hrb-berlin:1"), (Duns, "duns:150483783")];
    check(Clerical, ("Hottechi GmbH", "DE", "", one), ("Hottechi GmbH", "DE", "", other));
    let moved: &[_] = &[(Duns, "duns:150483782"), (Domain, "domain:hottechi.com")];
    let sold: &[_] = &[(Duns, "duns:150483782"), (Domain, "domain:newowner.com")];
    check(Clerical, ("Hottechi GmbH", "DE", "", moved), ("Hottechi GmbH", "DE", "", sold));
    let suffix: &[_] = &[(Duns, "duns:150483782"), (Domain, "domain:hottechi.de")];
    check(Link, ("Hottechi GmbH", "DE", "", moved), ("Hottechi GmbH", "DE", "", suffix));
}

#[test]
fn an_address_at_a_provider_of_mail_says_nothing() {
    let mail: &[_] = &[(Domain, "domain:gmail.com")];
    check(Apart, ("Streethex", "", "", mail), ("Plussunin", "", "", mail));
    check(Clerical, ("Streethex", "", "", mail), ("Streethex", "", "", mail));
}

#[test]
fn a_policy_that_asks_for_more_links_less() {
    let duns: &[_] = &[(Duns, "duns:150483782")];
    let (a, b) = (fingerprint(("Acme", "", "", duns)), fingerprint(("Acme", "", "", duns)));
    let strict = IdentityPolicy { link_millibit_min: 40_000, ..IdentityPolicy::default() };
    assert_eq!(compare(&a, &b, &IdentityPolicy::default()).verdict, Link);
    assert_eq!(compare(&a, &b, &strict).verdict, Clerical);
}

#[test]
fn every_field_that_counted_is_told_with_what_it_weighed() {
    let duns: &[_] = &[(Duns, "duns:15-048-3782")];
    let (a, b) = (fingerprint(("Acme Corp", "US", "", duns)), fingerprint(("Acme Inc", "CA", "", duns)));
    let compared = compare(&a, &b, &IdentityPolicy::default());
    let told: Vec<_> =
        compared.weights.iter().map(|w| (w.field.as_str(), w.agree, w.weight_millibit)).collect();
    assert_eq!(told, [("duns", true, 22_000), ("legal_name", true, 8_000), ("country", false, -6_000)]);
    assert_eq!(compared.hard_keys, ["duns:150483782".parse().expect("a key")]);
    assert_eq!(compared.sum_millibit(), 24_000);
}
