//! AWS Partner Central: notifications, opportunities, leads.

use domain::event::Event;
use domain::event::account::{AccountEvent, KeyStrength};
use domain::event::deal::{DealEvent, Notification};
use domain::event::handoff::{HandoffEvent, InvitationStatus, Reported};
use domain::fact::Class;
use wire::foreign::Format;
use wire::input::Input;

use crate::support::{counts, inputs, payloads, problems, read, sample, told};

const SNAPSHOT: &str = r#"{"version":"0","id":"e-2","detail-type":"Engagement Resource Snapshot Created",
"source":"aws.partnercentral-selling","account":"111122223333","time":"2026-01-02T03:04:05Z","region":"us-east-1",
"resources":[],"detail":{"schemaVersion":"1","catalog":"AWS","resourceSnapshot":{
"arn":"arn:aws:partnercentral:us-east-1::catalog/AWS/engagement/eng-1/resource/Opportunity/O42/template/OpportunitySummaryView/snapshot/7",
"engagementId":"eng-1","resourceId":"O42","resourceType":"Opportunity","createdBy":"111122223333"}}}"#;

fn event(id: &str, detail_type: &str, detail: &str) -> String {
    format!(
        r#"{{"version":"0","id":"{id}","detail-type":"{detail_type}","source":"aws.partnercentral-selling","account":"111122223333","time":"2026-01-02T03:04:05Z","region":"us-east-1","resources":[],"detail":{detail}}}"#
    )
}

fn opened(inputs: &[Input]) -> &domain::event::account::Opened {
    let opened = inputs.iter().find_map(|input| {
        if let Event::Account(AccountEvent::Opened(opened)) = &input.said[0].event {
            Some(opened)
        } else {
            None
        }
    });
    opened.expect("an account is opened")
}

fn invitation(inputs: &[Input]) -> &Reported {
    let reported = inputs.iter().find_map(|input| {
        if let Event::Handoff(HandoffEvent::Reported(reported)) = &input.said[0].event {
            Some(reported)
        } else {
            None
        }
    });
    reported.expect("an invitation is reported")
}

#[test]
fn sixteen_notifications_of_one_deal_open_one_provisional_account() {
    let Some(bytes) = sample("aws/eventbridge-16-events.jsonl") else { return };
    let inputs = inputs(Format::AwsEventbridge, &bytes);
    let counts = counts(&inputs);
    assert_eq!((counts["account.opened"], counts["deal.reported"], counts.len()), (1, 16, 2));
    let streams: std::collections::BTreeSet<_> = inputs.iter().map(|input| &input.stream).collect();
    assert_eq!(streams.len(), 1);
    let revisions = inputs.iter().filter_map(|input| {
        if let Event::Deal(DealEvent::Reported(reported)) = &input.said[0].event {
            reported.snapshot_revision
        } else {
            None
        }
    });
    assert_eq!(revisions.collect::<Vec<_>>(), [1, 2, 3, 4]);
}

#[test]
fn a_notification_keeps_its_own_id_and_time_under_the_account_it_was_sent_to() {
    let inputs = inputs(Format::AwsEventbridge, SNAPSHOT.as_bytes());
    assert_eq!(told(&inputs), ["account.opened", "deal.reported"]);
    let reported = &inputs[1];
    assert_eq!(reported.producer.source.as_str(), "aws.partnercentral-selling/111122223333");
    assert_eq!(reported.producer.id.as_str(), "e-2");
    assert_eq!(reported.said[0].valid_at.to_string(), "2026-01-02T03:04:05.000Z");
    assert_eq!(reported.said[0].class, Class::Observed);
    let Event::Deal(DealEvent::Reported(reported)) = &reported.said[0].event else { panic!("not reported") };
    assert_eq!((reported.notification, reported.snapshot_revision), (Notification::Snapshot, Some(7)));
    assert_eq!(reported.system.as_str(), "aws:O42");
    let opened = opened(&inputs);
    assert_eq!(opened.keys[0].key.as_str(), "deal:aws:O42");
    assert_eq!(opened.keys[0].strength, KeyStrength::Provisional);
    assert_eq!(inputs[0].producer.id.as_str(), "account:deal:aws:O42");
}

#[test]
fn lines_a_list_and_single_objects_say_the_same() {
    let one = event("e-1", "Opportunity Created", r#"{"opportunity":{"identifier":"O1"}}"#);
    let two = event("e-2", "Opportunity Updated", r#"{"opportunity":{"identifier":"O1"}}"#);
    let lines = inputs(Format::AwsEventbridge, format!("{one}\n\n{two}\r\n").as_bytes());
    let list = inputs(Format::AwsEventbridge, format!("[\n{one},\n{two}]").as_bytes());
    assert_eq!(lines, list);
    assert_eq!(told(&lines), ["account.opened", "deal.reported", "deal.reported"]);
    assert_eq!(inputs(Format::AwsEventbridge, one.as_bytes()), lines[..2]);
}

#[test]
fn a_notification_that_is_not_known_is_turned_away_by_its_name() {
    let unknown = event("e-1", "Engagement Member Added", "{}");
    let [problem] = &problems(Format::AwsEventbridge, unknown.as_bytes())[..] else { panic!("one problem") };
    assert!(
        problem.starts_with("the document: /detail-type: expected one of Opportunity Created, "),
        "{problem}"
    );
    assert!(problem.ends_with("found \"Engagement Member Added\""), "{problem}");
    let other = unknown
        .replace("aws.partnercentral-selling", "aws.ec2")
        .replace("Member Added", "Invitation Created");
    let [problem] = &problems(Format::AwsEventbridge, other.as_bytes())[..] else { panic!("one problem") };
    assert!(problem.contains("/source: expected aws.partnercentral-selling, found \"aws.ec2\""), "{problem}");
}

#[test]
fn an_engagement_invitation_is_reported_with_its_sides_and_its_status() {
    let detail = r#"{"catalog":"AWS","engagementInvitation":{"id":"engi-1","engagementId":"eng-1",
        "senderAccountId":"aws","receiverAccountId":"111122223333","senderCompanyName":"AWS","payloadType":"LeadInvitation"}}"#
        .replace('\n', " ");
    let file = format!(
        "{}\n{}",
        event("e-1", "Engagement Invitation Created", &detail),
        event("e-2", "Engagement Invitation Expired", &detail)
    );
    let inputs = inputs(Format::AwsEventbridge, file.as_bytes());
    let expected =
        ["partner.enrolled", "partner.enrolled", "account.opened", "handoff.reported", "handoff.reported"];
    assert_eq!(told(&inputs), expected);
    assert_eq!(opened(&inputs).keys[0].key.as_str(), "deal:aws:eng-1");
    let pending = invitation(&inputs);
    assert_eq!((pending.status, pending.need.as_str()), (InvitationStatus::Pending, "LeadInvitation"));
    assert!(pending.sender.is_some() && pending.receiver.is_some() && pending.sender != pending.receiver);
    assert_eq!(invitation(&inputs[4..]).status, InvitationStatus::Expired);
}

const OPPORTUNITY: &str = r#"{"version":"2.0","spmsId":"p-1","opportunities":[{
  "apnCrmUniqueIdentifier":"O7","partnerCrmUniqueIdentifier":"X-1","status":"Approved","stage":"Prospect",
  "customerCompanyName":"Contoso","customerDuns":"123456789","customerWebsite":"https://www.Contoso.example/de",
  "customerEmail":"Ann.Lee@contoso.example","customerFirstName":"Ann","customerLastName":"Lee","streetAddress":"1 Long St",
  "country":"US","awsProducts":["Lambda","WorkLink"],"solutionOffered":["S-1"],"projectDescription":"Move the archive",
  "customerSoftwareValue":1250.50,"customerSoftwareValueCurrency":"USD","targetCloseDate":"2026-09-24",
  "createdDate":"2026-03-08T13:15:34.000Z","lastModifiedDate":"2026-03-09T10:00:00.000Z"}]}"#;

#[test]
fn an_opportunity_is_a_submission_by_the_partner_that_exchanged_it() {
    let inputs = inputs(Format::AwsOpportunity, OPPORTUNITY.as_bytes());
    assert_eq!(told(&inputs), ["partner.enrolled", "account.opened", "deal.submitted", "deal.progressed"]);
    let opened = opened(&inputs);
    let keys: Vec<_> = opened.keys.iter().map(|key| key.key.as_str()).collect();
    assert_eq!(keys, ["duns:123456789", "domain:contoso.example", "deal:aws:O7"]);
    assert_eq!((opened.legal_name.as_str(), opened.country.as_deref()), ("Contoso", Some("US")));
    let submission = &inputs[2];
    assert_eq!((submission.said[0].class, submission.producer.id.as_str()), (Class::Asked, "O7"));
    assert_eq!(submission.said[0].valid_at.to_string(), "2026-03-08T13:15:34.000Z");
    let Event::Deal(DealEvent::Submitted(deal)) = &submission.said[0].event else { panic!("not submitted") };
    assert_eq!(deal.expected_value.unwrap().to_string(), "1250.50 USD");
    assert_eq!(deal.expected_close.unwrap().to_string(), "2026-09-24");
    assert_eq!(
        deal.scope,
        domain::scope::Scope::of_product_lines(["lambda", "worklink"].map(|l| l.parse().unwrap()))
    );
    assert!(deal.missing.is_empty());
    let Event::Deal(DealEvent::Progressed(progress)) = &inputs[3].said[0].event else {
        panic!("no progress")
    };
    assert_eq!(progress.what, "aws: stage Prospect, review status Approved");
}

#[test]
fn nobodys_name_address_or_mail_gets_into_a_payload() {
    let inputs = inputs(Format::AwsOpportunity, OPPORTUNITY.as_bytes());
    let payloads = payloads(&inputs);
    for personal in ["Ann", "ann.lee", "Lee", "Long St"] {
        assert!(!payloads.contains(personal), "{personal} stands in a payload");
    }
    let contact = opened(&inputs).customer.as_ref().unwrap().as_str();
    assert!(contact.starts_with("contact:") && contact.len() == "contact:".len() + 16, "{contact}");
}

#[test]
fn stages_that_end_a_deal_are_outcomes_and_reviews_only_say_what_is_missing() {
    let won = OPPORTUNITY.replace("Prospect", "Launched");
    let won = inputs(Format::AwsOpportunity, won.as_bytes());
    let Event::Deal(DealEvent::Won(outcome)) = &won.last().unwrap().said[0].event else { panic!("not won") };
    assert_eq!(outcome.value.unwrap().to_string(), "1250.50 USD");
    assert_eq!(won.last().unwrap().producer.id.as_str(), "O7#outcome");
    let lost =
        OPPORTUNITY.replace(r#""stage":"Prospect""#, r#""stage":"Closed Lost","closedLostReason":"Price""#);
    let lost = inputs(Format::AwsOpportunity, lost.as_bytes());
    let Event::Deal(DealEvent::Lost(outcome)) = &lost.last().unwrap().said[0].event else {
        panic!("not lost")
    };
    assert_eq!(outcome.reason.as_deref(), Some("Price"));
    let draft = inputs(Format::AwsOpportunity, OPPORTUNITY.replace("Approved", "Draft").as_bytes());
    let Event::Deal(DealEvent::Submitted(deal)) = &draft[2].said[0].event else { panic!("not submitted") };
    assert_eq!(deal.missing, ["review_submission"]);
    assert_eq!(draft[2].producer.id.as_str(), "O7#review_submission");
}

#[test]
fn the_same_opportunity_after_a_change_repeats_its_submission_and_adds_progress() {
    let before = inputs(Format::AwsOpportunity, OPPORTUNITY.as_bytes());
    let after = OPPORTUNITY.replace("Prospect", "Qualified").replace("03-09T10", "03-20T10");
    let after = inputs(Format::AwsOpportunity, after.as_bytes());
    assert_eq!(before[2].digest, after[2].digest);
    assert_ne!(before[3].producer.id, after[3].producer.id);
}

#[test]
fn a_referral_of_aws_that_nobody_accepted_is_an_invitation_and_no_submission() {
    let waiting = OPPORTUNITY.replace(r#""status""#, r#""partnerAcceptanceStatus":"Pending","status""#);
    let inputs = inputs(Format::AwsOpportunity, waiting.as_bytes());
    assert_eq!(told(&inputs), ["account.opened", "deal.reported", "partner.enrolled", "handoff.reported"]);
}

#[test]
fn what_is_hidden_until_acceptance_counts_as_absent() {
    let mut hidden = OPPORTUNITY.replace("\"123456789\"", "null");
    for value in ["Contoso", "https://www.Contoso.example/de", "Ann.Lee@contoso.example", "US"] {
        hidden = hidden.replacen(&format!("\"{value}\""), "\"Accept To View\"", 1);
    }
    let inputs = inputs(Format::AwsOpportunity, hidden.as_bytes());
    let opened = opened(&inputs);
    assert_eq!((opened.keys.len(), opened.keys[0].key.as_str()), (1, "deal:aws:O7"));
    assert_eq!((opened.legal_name.as_str(), &opened.country, &opened.customer), ("", &None, &None));
}

#[test]
fn real_opportunities_keep_their_customer_and_what_they_ask_for() {
    for name in ["Create-Inbound", "Outbound"] {
        let Some(bytes) = sample(&format!("aws/opportunity-samples_Opportunity-{name}-Sample.json")) else {
            return;
        };
        let inputs = inputs(Format::AwsOpportunity, &bytes);
        let opened = opened(&inputs);
        assert_eq!(opened.keys[0].key.as_str(), "duns:123456789");
        assert_eq!(opened.legal_name, "Test LLC");
        assert!(
            opened.keys.iter().all(|key| !key.key.as_str().contains('@')),
            "a mail address is no website"
        );
        assert_eq!(counts(&inputs)["deal.submitted"], 1);
    }
}

#[test]
fn api_payloads_name_no_partner_so_their_deal_is_reported() {
    for name in ["create", "update"] {
        let Some(bytes) = sample(&format!("aws/partner-central-apis_sample-payloads_{name}Opportunity.json"))
        else {
            return;
        };
        let inputs = inputs(Format::AwsOpportunity, &bytes);
        assert_eq!(told(&inputs), ["account.opened", "deal.reported"]);
        assert_eq!(opened(&inputs).keys[0].key.as_str(), "duns:111100111");
        assert_eq!(opened(&inputs).keys[1].key.as_str(), "aws-account:909090909090");
    }
}

#[test]
fn a_result_file_is_turned_away_as_what_it_is() {
    let result =
        br#"{"success":"NONE","spmsId":"p","inboundApiResults":[{"errors":["no"]}],"fileName":"in/a.json"}"#;
    for (format, what) in [(Format::AwsOpportunity, "an opportunity"), (Format::AwsLead, "a lead")] {
        let problem = read(format, result).unwrap_err().to_string();
        let expected = format!(
            "/inboundApiResults: expected {what}; this is a result file, not {what}: it answers for in/a.json"
        );
        assert_eq!(problem, expected);
    }
    for (format, name) in
        [(Format::AwsOpportunity, "opportunity-samples_Opportunity"), (Format::AwsLead, "lead-samples_Lead")]
    {
        let Some(bytes) = sample(&format!("aws/{name}-Results_With-Errors-Sample.json")) else { return };
        assert!(read(format, &bytes).unwrap_err().to_string().contains("result file"));
    }
}

const LEAD: &str = r#"{"version":"1","spmsId":"p-1","leads":[{"apnCrmUniqueIdentifier":"L1","status":"Open",
  "company":"Contoso","website":"www.contoso.example","email":"ann@contoso.example","country":"US",
  "projectDescription":"Backup","createdDate":"2026-01-17T20:08:13.000Z"}]}"#;

#[test]
fn a_lead_is_an_invitation_in_its_customers_account() {
    let inputs = inputs(Format::AwsLead, LEAD.as_bytes());
    assert_eq!(told(&inputs), ["partner.enrolled", "account.opened", "handoff.reported"]);
    let keys: Vec<_> = opened(&inputs).keys.iter().map(|key| key.key.as_str()).collect();
    assert_eq!(keys, ["domain:contoso.example", "deal:aws:L1"]);
    let reported = invitation(&inputs);
    assert_eq!((reported.status, reported.need.as_str()), (InvitationStatus::Accepted, "Backup"));
    assert_eq!(inputs[2].producer.id.as_str(), "L1#invitation-accepted");
}

#[test]
fn a_lead_whose_company_is_hidden_is_pending_and_tells_nothing_of_the_customer() {
    let hidden = LEAD.replace("\"Contoso\"", "\"Accept To View\"").replace("\"US\"", "\"Accept To View\"");
    let hidden = inputs(Format::AwsLead, hidden.as_bytes());
    let opened = opened(&hidden);
    assert_eq!((opened.keys.len(), opened.keys[0].key.as_str()), (1, "deal:aws:L1"));
    assert_eq!((opened.legal_name.as_str(), &opened.country, &opened.customer), ("", &None, &None));
    assert_eq!(invitation(&hidden).status, InvitationStatus::Pending);
    for name in ["Outbound", "Update-Inbound"] {
        let Some(bytes) = sample(&format!("aws/lead-samples_Lead-{name}-Sample.json")) else { return };
        let inputs = inputs(Format::AwsLead, &bytes);
        assert_eq!(told(&inputs), ["partner.enrolled", "account.opened", "handoff.reported"]);
        assert!(!payloads(&inputs).contains("Accept To View"));
    }
}

#[test]
fn the_postcode_of_the_customers_seat_is_read_wherever_aws_writes_it() {
    let postcode = |format, text: &str| opened(&inputs(format, text.as_bytes())).postcode.clone();
    let seat = |text: &str| {
        text.replace(r#""country":"US""#, r#""country":"US","city":"Seattle","postalCode":"98052""#)
    };
    assert_eq!(postcode(Format::AwsOpportunity, &seat(OPPORTUNITY)).as_deref(), Some("98052"));
    assert_eq!(postcode(Format::AwsLead, &seat(LEAD)).as_deref(), Some("98052"));
    let payload = |code: &str| {
        format!(
            r#"{{"Identifier":"O7","LifeCycle":{{"Stage":"Prospect"}},"Customer":{{"Account":{{"CompanyName":"Contoso",
            "Address":{{"CountryCode":"US","City":"Seattle","PostalCode":{code}}}}}}}}}"#
        )
    };
    assert_eq!(postcode(Format::AwsOpportunity, &payload(r#""98052""#)).as_deref(), Some("98052"));
    assert_eq!(postcode(Format::AwsOpportunity, &payload("98052")).as_deref(), Some("98052"), "as a number");
    assert_eq!(postcode(Format::AwsOpportunity, &payload("null")), None);
    assert_eq!(postcode(Format::AwsLead, &seat(LEAD).replace("98052", "Accept To View")), None);
    let hidden = seat(LEAD).replace("\"Contoso\"", "\"Accept To View\"");
    assert_eq!(postcode(Format::AwsLead, &hidden), None, "where the company is hidden, its seat is as well");
    assert!(!payloads(&inputs(Format::AwsLead, seat(LEAD).as_bytes())).contains("Seattle"));
}

#[test]
fn what_has_no_postcode_is_still_the_input_it_was_before_postcodes_were_read() {
    let inputs = inputs(Format::AwsLead, LEAD.as_bytes());
    assert_eq!(inputs[1].producer.id.as_str(), "account:domain:contoso.example#18c00da5129bf78d");
}
