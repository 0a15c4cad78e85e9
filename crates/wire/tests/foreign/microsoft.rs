//! Microsoft Partner Center: referrals.

use domain::event::Event;
use domain::event::account::AccountEvent;
use domain::event::deal::DealEvent;
use domain::event::handoff::{HandoffEvent, InvitationStatus};
use wire::foreign::Format;

use crate::support::{inputs, payloads, problems, sample, told};

const REFERRAL: &str = r#"{"id":"r-1","organizationId":"org-1","organizationName":"North Ltd",
 "createdDateTime":"2026-11-06T18:40:42.6178337Z","updatedDateTime":"2026-11-06T18:43:38.9948636Z",
 "status":"Active","substatus":"Accepted","name":"Supply chain",
 "customerProfile":{"name":"Contoso","address":{"addressLine1":"1 Long St","country":"US"},
   "team":[{"firstName":"Sue","lastName":"Smith","phoneNumber":"1","email":"sue@contoso.example"}],
   "ids":[{"profileType":"External","id":"C-9"},{"profileType":"Duns","id":"12-345-6789"}]},
 "details":{"dealValue":50000.25,"currency":"USD","closingDateTime":"2027-01-14T00:00:00Z",
   "requirements":{"products":[{"id":"Dynamics365Enterprise"}],"solutions":[{"id":"FieldService"}]}},
 "inviteContext":{"notes":"Hi, thanks, John","invitedBy":{"organizationId":"msft"}}}"#;

#[test]
fn an_accepted_referral_is_an_invitation_and_a_submission() {
    let inputs = inputs(Format::MicrosoftReferral, REFERRAL.as_bytes());
    let expected = [
        "partner.enrolled",
        "partner.enrolled",
        "account.opened",
        "handoff.reported",
        "deal.submitted",
        "deal.progressed",
    ];
    assert_eq!(told(&inputs), expected);
    let Event::Account(AccountEvent::Opened(opened)) = &inputs[2].said[0].event else { panic!("not opened") };
    let keys: Vec<_> = opened.keys.iter().map(|key| key.key.as_str()).collect();
    assert_eq!(keys, ["duns:123456789", "microsoft-org:org-1/C-9", "deal:microsoft:r-1"]);
    let Event::Deal(DealEvent::Submitted(deal)) = &inputs[4].said[0].event else { panic!("not submitted") };
    assert_eq!(deal.expected_value.unwrap().to_string(), "50000.25 USD");
    assert_eq!(deal.expected_close.unwrap().to_string(), "2027-01-14");
    assert_eq!(inputs[4].said[0].valid_at.to_string(), "2026-11-06T18:40:42.617Z");
    for personal in ["Sue", "Smith", "sue@", "Long St", "John"] {
        assert!(!payloads(&inputs).contains(personal), "{personal} stands in a payload");
    }
}

#[test]
fn each_substatus_has_its_meaning_and_its_own_input() {
    let told_as = |status: &str, substatus: &str| {
        let referral = REFERRAL.replace("\"Active\"", status).replace("\"Accepted\"", substatus);
        let inputs = inputs(Format::MicrosoftReferral, referral.as_bytes());
        let invitation = inputs.iter().find_map(|input| {
            if let Event::Handoff(HandoffEvent::Reported(reported)) = &input.said[0].event {
                Some(reported.status)
            } else {
                None
            }
        });
        (invitation.unwrap(), told(&inputs).split_off(4).join(" "))
    };
    assert_eq!(told_as("\"New\"", "\"Pending\""), (InvitationStatus::Pending, "deal.reported".into()));
    assert_eq!(told_as("\"New\"", "\"Received\""), (InvitationStatus::Pending, "deal.reported".into()));
    let won = "deal.submitted deal.progressed deal.won";
    assert_eq!(told_as("\"Closed\"", "\"Won\""), (InvitationStatus::Accepted, won.into()));
    let lost = "deal.submitted deal.progressed deal.lost";
    assert_eq!(told_as("\"Closed\"", "\"Lost\""), (InvitationStatus::Accepted, lost.into()));
    assert_eq!(told_as("\"Closed\"", "\"Declined\""), (InvitationStatus::Rejected, "deal.reported".into()));
    assert_eq!(told_as("\"Closed\"", "\"Expired\""), (InvitationStatus::Expired, "deal.reported".into()));
}

#[test]
fn a_substatus_its_status_does_not_allow_is_turned_away() {
    let wrong = REFERRAL.replace("\"Accepted\"", "\"Won\"");
    let [problem] = &problems(Format::MicrosoftReferral, wrong.as_bytes())[..] else { panic!("one problem") };
    assert!(
        problem.contains("/substatus: expected Accepted, which the status Active allows, found \"Won\""),
        "{problem}"
    );
}

#[test]
fn a_list_under_value_is_read_one_by_one_and_keeps_its_places() {
    let second = REFERRAL.replace("r-1", "r-2").replace("50000.25", "\"much\"");
    let list = format!("{{\"@odata.context\":\"x\",\"value\":[{REFERRAL},{second}]}}");
    let [problem] = &problems(Format::MicrosoftReferral, list.as_bytes())[..] else { panic!("one problem") };
    let expected =
        "/value/1: /value/0/details/dealValue: expected an amount no finer than its currency, found \"much\"";
    assert_eq!(problem, expected);
}

#[test]
fn real_referrals_are_read_whole() {
    let Some(create) = sample("microsoft/create-a-referral-1.json") else { return };
    let first = inputs(Format::MicrosoftReferral, &create);
    assert_eq!(told(&first), ["partner.enrolled", "account.opened", "handoff.reported", "deal.reported"]);
    assert_eq!(first, inputs(Format::MicrosoftReferral, &create), "without an id the content is the id");
    let Some(update) = sample("microsoft/update-a-referral-1.json") else { return };
    let inputs = inputs(Format::MicrosoftReferral, &update);
    let Event::Deal(DealEvent::Won(won)) = &inputs.last().unwrap().said[0].event else { panic!("not won") };
    assert_eq!(won.value.unwrap().to_string(), "50000.00 USD");
}

#[test]
fn the_postcode_of_the_customers_seat_is_read_beside_its_country() {
    let seat =
        |code: &str| REFERRAL.replace(r#""country":"US""#, &format!(r#""country":"US","postalCode":{code}"#));
    let postcode = |text: String| {
        let inputs = inputs(Format::MicrosoftReferral, text.as_bytes());
        let Event::Account(AccountEvent::Opened(opened)) = &inputs[2].said[0].event else {
            panic!("not opened")
        };
        opened.postcode.clone()
    };
    assert_eq!(postcode(seat(r#""98052""#)).as_deref(), Some("98052"));
    assert_eq!(postcode(seat(r#"" ""#)), None);
    let list = seat("[1]");
    let [problem] = &problems(Format::MicrosoftReferral, list.as_bytes())[..] else { panic!("one problem") };
    assert!(
        problem.ends_with("/customerProfile/address/postalCode: expected a text, found a list"),
        "{problem}"
    );
}
