//! Opportunities as partners exchange them with AWS Partner Central: files of a list, or API payloads.
//!
//! Reads `{version, spmsId, opportunities: [..]}` (inbound and outbound, version 2.0), and one request or
//! answer of CreateOpportunity, UpdateOpportunity or GetOpportunity. A file of results is turned away.
//! Accept To View is AWS's placeholder for what a partner may not see yet: it counts as absent.
//!
//! | their field | ours | remark |
//! |---|---|---|
//! | `spmsId` | partner `aws-spms:<id>` | API payloads name no partner: such a deal is reported, not submitted |
//! | `apnCrmUniqueIdentifier`, `Identifier`, `Id` | deal `aws:<id>` | |
//! | `partnerCrmUniqueIdentifier`, `PartnerOpportunityIdentifier` | deal `aws-partner-crm:<spmsId>/<id>` | while AWS has given no id of its own; the two are not joined |
//! | `ClientToken` | deal `aws-request:<token>` | the id the caller gave, when there is no other |
//! | `customerDuns`, `Customer.Account.Duns` | account key `duns:` | strongest key first: D-U-N-S, AWS account, website, deal |
//! | `awsAccountId`, `Customer.Account.AwsAccountId` | account key `aws-account:` | |
//! | `customerWebsite`, `Customer.Account.WebsiteUrl` | account key `domain:` | host without `www.`; an e-mail address there is dropped |
//! | `customerCompanyName`, `Customer.Account.CompanyName` | legal name | never a key |
//! | `country`, `Customer.Account.Address.CountryCode` | country | as written |
//! | `postalCode`, `Customer.Account.Address.PostalCode` | postcode | as written |
//! | `customerEmail`, `customerPhone`, `Customer.Contacts` | customer contact reference | the first that is given; names and titles are dropped |
//! | `awsProducts`, else `solutionOffered` | scope, product lines | everything without them |
//! | `projectDescription`, else `partnerProjectTitle` | need | free text, kept as written |
//! | `customerSoftwareValue` + `customerSoftwareValueCurrency`, `SoftwareRevenue.Value` | expected value, value of the win | |
//! | `targetCloseDate` | expected close | |
//! | `createdDate`, `CreatedDate` | valid time of the submission | else the last change, else when it is read |
//! | `lastModifiedDate`, `LastModifiedDate` | valid time of progress and outcome | a later change is progress on the deal |
//! | `stage`, `LifeCycle.Stage` | outcome | Launched is won, Closed Lost is lost, the others are open; in words in the progress |
//! | `closedLostReason`, `LifeCycle.ClosedLostReason` | reason of the loss | |
//! | `status` (`LifeCycle.ReviewStatus` is only checked) | missing, and in words in the progress | a review of AWS decides nothing here; Draft and Pending Submission miss `review_submission`, Action Required `review_action`, Rejected `review_approval`, the others nothing |
//! | `partnerAcceptanceStatus` | handoff status | an AWS referral that is not accepted is an invitation, not a submission |
//!
//! Dropped: people of AWS and of the partner, streets and cities, and marketing, industry and monthly-revenue fields
//! (a rate per month is no deal value); all of them are named in `FORMATS.md`.

mod api;
mod file;

use domain::event::handoff::InvitationStatus;
use domain::scope::Scope;

use crate::foreign::document::Shape;
use crate::foreign::facts::Run;
use crate::foreign::imported_deal::Closed;
use crate::foreign::tree::At;
use crate::ids;
use crate::input::Input;
use crate::problem::Problem;

pub(super) const SHAPE: Shape = Shape { lists: &["opportunities"], recognise, inputs };

/// Fields of which every API payload has at least one.
const API_FIELDS: [&str; 5] = ["Customer", "LifeCycle", "Project", "Identifier", "Id"];

/// What a stage says of the outcome.
const STAGES: [(&str, Option<Closed>); 7] = [
    ("Prospect", None),
    ("Qualified", None),
    ("Technical Validation", None),
    ("Business Validation", None),
    ("Committed", None),
    ("Launched", Some(Closed::Won)),
    ("Closed Lost", Some(Closed::Lost)),
];

/// What keeps an opportunity in this review status from being complete.
const REVIEWS: [(&str, Option<&str>); 7] = [
    ("Draft", Some("review_submission")),
    ("Pending Submission", Some("review_submission")),
    ("Submitted", None),
    ("In review", None),
    ("Approved", None),
    ("Action Required", Some("review_action")),
    ("Rejected", Some("review_approval")),
];

/// Where an invitation of AWS stands.
pub(super) const INVITATIONS: [(&str, InvitationStatus); 6] = [
    ("Pending", InvitationStatus::Pending),
    ("Accepted", InvitationStatus::Accepted),
    ("Rejected", InvitationStatus::Rejected),
    ("Expired", InvitationStatus::Expired),
    ("Canceled", InvitationStatus::Cancelled),
    ("Cancelled", InvitationStatus::Cancelled),
];

fn recognise(document: &At<'_>) -> Result<(), Problem> {
    no_result_file(document, "an opportunity")?;
    if let Some(list) = document.written("opportunities")? {
        return list.items().map(|_| ());
    }
    if document.first(&API_FIELDS)?.is_some() {
        return Ok(());
    }
    Err(document.expected(&format!("an object with opportunities or one of {}", API_FIELDS.join(", "))))
}

/// Turns away what AWS answers about a file it was sent.
pub(super) fn no_result_file(document: &At<'_>, what: &str) -> Result<(), Problem> {
    let Some(results) = document.written("inboundApiResults")?.or(document.written("success")?) else {
        return Ok(());
    };
    let about = match document.first_text(&["fileName"]) {
        Ok(Some(file)) => format!(": it answers for {file}"),
        Ok(None) | Err(_) => String::new(),
    };
    Err(results.problem(format!("expected {what}; this is a result file, not {what}{about}")))
}

fn inputs(run: &mut Run, document: &At<'_>) -> Result<Vec<Input>, Problem> {
    let Some(list) = document.field("opportunities")? else { return api::inputs(run, document) };
    let items = list.items()?;
    let one = items.first().ok_or_else(|| list.expected("one opportunity"))?;
    file::inputs(run, document, one)
}

/// These product lines, or everything when none is named.
fn scope(lists: &[Option<At<'_>>]) -> Result<Scope, Problem> {
    for list in lists.iter().flatten() {
        let items = list.items()?;
        let named = items.iter().map(|item| item.text().map(ids::slug));
        let lines = named.collect::<Result<Vec<_>, _>>()?;
        if !lines.is_empty() {
            return Ok(Scope::of_product_lines(lines));
        }
    }
    Ok(Scope::all())
}
