//! Sentences: what they say, how long they are, and what they keep to themselves.

use domain::account::Account;
use domain::event::Event;
use domain::event::partner::{Enrolled, Origin, PartnerEvent, PartnerKind};
use views::sentence::{Audience, Telling, sentence};

use crate::sample::*;

fn partner(id: &str) -> Audience {
    Audience::Partner(id.parse().unwrap())
}

fn tell(event: &Event, account: Option<&Account>, audience: &Audience) -> String {
    sentence(event, Telling { stream: &stream(), account, audience })
}

/// The whole story as `audience` reads it.
fn told_to(audience: &Audience) -> Vec<String> {
    let account = account(story());
    story().iter().map(|(_, event)| tell(event, Some(&account), audience)).collect()
}

#[test]
fn the_vendor_reads_who_did_what_until_when() {
    assert_eq!(
        told_to(&Audience::Vendor),
        [
            "northwind is recorded as holder of gtx-pro and wireless from 2026-02-02 as its first holder",
            "northwind registers a deal for gtx-pro",
            "northwind's registration is approved until 2026-05-05",
            "proseware registers a deal for gtx-pro",
            "proseware's registration is rejected: a deal is already registered",
            "northwind invites contoso-services to work on wireless; the offer stands until 2026-02-20",
            "contoso-services accepts the terms; northwind's account is protected until 2027-02-10",
            "contoso-services books an order for wireless, worth 920.50 EUR",
            "the customer buys: northwind's registration is won on 2026-03-02, worth 900.00 EUR",
            "a change of gtx-pro from northwind to contoso-services is requested on a customer letter (V1)",
            "the customer is told by e-mail about the change to contoso-services, naming contoso-services",
            "the notice to the customer about the change to contoso-services is delivered on 2026-04-08",
            "objections to the change to contoso-services are open until 2026-04-16",
            "the customer lifts the freeze of gtx-pro and wireless from 2026-04-10",
            "contoso-services becomes holder of gtx-pro from 2026-04-20 on a customer letter (V1)",
        ]
    );
}

#[test]
fn sentences_with_ordinary_ids_stay_within_a_line() {
    for sentence in told_to(&Audience::Vendor).iter().chain(&told_to(&partner("proseware"))) {
        assert!(sentence.len() <= 120, "{} characters: {sentence}", sentence.len());
    }
}

#[test]
fn a_rival_is_never_named_to_a_partner() {
    for sentence in told_to(&partner("proseware")) {
        for hidden in ["northwind", "contoso", "d-1", "so-1", "920.50"] {
            assert!(!sentence.contains(hidden), "{sentence} names {hidden}");
        }
    }
    for sentence in told_to(&partner("northwind")) {
        assert!(!sentence.contains("proseware"), "{sentence}");
    }
}

#[test]
fn host_and_guest_read_each_others_names() {
    let host = told_to(&partner("northwind"));
    assert!(host.iter().any(|said| said.starts_with("contoso-services accepts the terms")), "{host:#?}");
    let guest = told_to(&partner("contoso-services"));
    assert!(guest.iter().any(|said| said.starts_with("northwind invites contoso-services")), "{guest:#?}");
}

#[test]
fn people_and_free_text_are_never_repeated() {
    for sentence in told_to(&Audience::Vendor) {
        assert!(!sentence.to_lowercase().contains("mustermann"), "{sentence}");
    }
}

#[test]
fn without_the_account_a_deal_is_told_by_its_id_and_only_to_the_vendor() {
    let approved = approved("d-1", "2026-02-04", "2026-05-05");
    assert_eq!(tell(&approved, None, &Audience::Vendor), "deal d-1 is approved until 2026-05-05");
    assert_eq!(tell(&approved, None, &partner("proseware")), "a deal is approved until 2026-05-05");
    assert_eq!(
        tell(&accepted(), None, &Audience::Vendor),
        "the guest accepts the terms; the host's account is protected until 2027-02-10"
    );
}

#[test]
fn long_lists_are_counted_past_the_third_term() {
    let deal = submitted("d-1", "northwind", lines(&["a", "b", "c", "d", "e"]));
    assert_eq!(tell(&deal, None, &Audience::Vendor), "northwind registers a deal for a, b, c and 2 more");
    let all = submitted("d-1", "northwind", domain::scope::Scope::all());
    assert_eq!(tell(&all, None, &Audience::Vendor), "northwind registers a deal for everything");
}

#[test]
fn a_partner_is_told_by_the_stream_it_stands_in() {
    let enrolled = Event::Partner(PartnerEvent::Enrolled(Enrolled {
        kinds: vec![PartnerKind::Var, PartnerKind::Msp],
        legal_name: "Northwind GmbH".to_owned(),
        keys: Vec::new(),
        country: None,
        origin: Origin::Application,
    }));
    let stream = "partner-meridian.northwind".parse().unwrap();
    let telling = Telling { stream: &stream, account: None, audience: &Audience::Vendor };
    assert_eq!(sentence(&enrolled, telling), "northwind (VAR and MSP) joins the program");
}
