//! Leads AWS offers to a partner, and what the partner sends back: invitations without terms of ours.
//!
//! Reads `{version, spmsId, leads: [..]}` and `{version, spmsId, Leads: [..]}`. A file of results is turned
//! away. Accept To View is AWS's placeholder for what a partner may not see yet: it counts as absent, and a
//! lead whose company is hidden is pending, in an account of its own that knows nothing of the customer.
//!
//! | their field | ours | remark |
//! |---|---|---|
//! | `spmsId` | receiver, partner `aws-spms:<id>` | enrolled as seen in data; AWS, the sender, is not named |
//! | `apnCrmUniqueIdentifier` | handoff `aws:<id>` | |
//! | `partnerCrmLeadId` | handoff `aws-partner-crm:<spmsId>/<id>` | only without the above |
//! | `status`, else `leadStatus` | status | Open, Research, Contacted, Engaged, Qualified, Converted: accepted, or pending while the company is hidden; Disqualified, Rejected: rejected; Pending, Expired, Canceled as they are |
//! | `company` | legal name | never a key |
//! | `website` | account key `domain:` | host without `www.`; dropped while the company is hidden, which a website would give away |
//! | `country` | country | as written |
//! | `postalCode` | postcode | as written |
//! | `email`, else `phone` | customer contact reference | |
//! | `projectDescription`, else `useCaseWorkload` (`useCaseWorkLoad`) | need | free text, kept as written |
//! | `lastModifiedDate`, else `createdDate` | valid time | else when it is read |
//!
//! Dropped: names, titles and addresses of people, and campaign, industry and size fields; all of them are
//! named in `FORMATS.md`.

use domain::event::handoff::InvitationStatus;
use domain::id::Key;

use crate::foreign::aws_opportunity::no_result_file;
use crate::foreign::customer::{self, Customer, foreign_key, provisional};
use crate::foreign::document::Shape;
use crate::foreign::facts::{Partner, Run, is_foreign_id, reference};
use crate::foreign::imported_deal::{Invitation, invitation_inputs};
use crate::foreign::tree::{At, HIDDEN, Json};
use crate::input::Input;
use crate::problem::Problem;

pub(super) const SHAPE: Shape = Shape { lists: &["leads", "Leads"], recognise, inputs };

/// What a lead's status says of the invitation.
const STATUSES: [(&str, InvitationStatus); 12] = [
    ("Open", InvitationStatus::Accepted),
    ("Research", InvitationStatus::Accepted),
    ("Contacted", InvitationStatus::Accepted),
    ("Engaged", InvitationStatus::Accepted),
    ("Qualified", InvitationStatus::Accepted),
    ("Converted", InvitationStatus::Accepted),
    ("Disqualified", InvitationStatus::Rejected),
    ("Rejected", InvitationStatus::Rejected),
    ("Pending", InvitationStatus::Pending),
    ("Expired", InvitationStatus::Expired),
    ("Canceled", InvitationStatus::Cancelled),
    ("Cancelled", InvitationStatus::Cancelled),
];

fn recognise(document: &At<'_>) -> Result<(), Problem> {
    no_result_file(document, "a lead")?;
    for name in SHAPE.lists {
        if let Some(list) = document.written(name)? {
            return list.items().map(|_| ());
        }
    }
    Err(document.expected("an object with leads or Leads"))
}

fn inputs(run: &mut Run, file: &At<'_>) -> Result<Vec<Input>, Problem> {
    let list = file.first(SHAPE.lists)?.ok_or_else(|| file.expected("an object with leads or Leads"))?;
    let items = list.items()?;
    let lead = items.first().ok_or_else(|| list.expected("one lead"))?;
    let spms = file.required("spmsId")?;
    let receiver = run.partner(foreign_key(&spms, "aws-spms")?, spms.text()?);
    let (id, key) = identity(lead, &receiver)?;
    let hidden = is_hidden(lead)?;
    let at = lead.first(&["lastModifiedDate", "createdDate"])?.map(|at| at.instant()).transpose()?;
    let said = lead.first(&["status", "leadStatus"])?.map(|at| at.one_of(&STATUSES)).transpose()?;
    let said = said.unwrap_or(InvitationStatus::Pending);
    let is_unseen = hidden && said == InvitationStatus::Accepted;
    let status = if is_unseen { InvitationStatus::Pending } else { said };
    let need = lead.first_text(&["projectDescription", "useCaseWorkload", "useCaseWorkLoad"])?;
    let invitation = Invitation {
        source: run.source.clone(),
        id,
        customer: if hidden { Customer::of_deal(&key) } else { customer_of(run, lead, &key)? },
        key,
        sender: None,
        receiver: Some(receiver),
        status,
        need: need.unwrap_or_default().to_owned(),
        at: at.unwrap_or(run.now),
    };
    Ok(invitation_inputs(run, &invitation))
}

/// Whether AWS keeps the customer to itself until the partner accepts.
fn is_hidden(lead: &At<'_>) -> Result<bool, Problem> {
    let company = lead.written("company")?;
    Ok(company.is_some_and(|at| matches!(at.json, Json::Text(text) if text.trim() == HIDDEN)))
}

/// AWS's own id, else the partner's, which counts only beside the partner's name.
fn identity(lead: &At<'_>, partner: &Partner) -> Result<(String, Key), Problem> {
    if let Some(at) = lead.field("apnCrmUniqueIdentifier")? {
        return Ok((at.text()?.to_owned(), foreign_key(&at, "aws")?));
    }
    let at = lead.required("partnerCrmLeadId").map_err(|missing| Problem {
        expected: "expected apnCrmUniqueIdentifier or partnerCrmLeadId, found neither".to_owned(),
        ..missing
    })?;
    let id = format!("{}/{}", partner.name, at.text()?);
    if !is_foreign_id(&id) {
        return Err(at.expected("an id of 1 to 160 bytes, the spmsId included"));
    }
    let key = reference(&format!("aws-partner-crm:{id}"));
    Ok((id, key))
}

fn customer_of(run: &Run, lead: &At<'_>, id: &Key) -> Result<Customer, Problem> {
    let mut keys = vec![provisional(id)];
    keys.extend(lead.field("website")?.map(|at| customer::website(&at)).transpose()?.flatten());
    Ok(Customer {
        legal_name: lead.first_text(&["company"])?.unwrap_or_default().to_owned(),
        country: lead.first_text(&["country"])?.map(str::to_owned),
        postcode: lead.field("postalCode")?.map(|at| customer::postcode(&at)).transpose()?,
        contact: customer::contact_at(&run.vendor, lead, &["email", "phone"])?,
        ..Customer::known_by(keys)
    })
}
