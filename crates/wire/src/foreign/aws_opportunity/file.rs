//! One opportunity of a file that a partner and AWS exchange.

use domain::event::handoff::InvitationStatus;
use domain::id::Key;
use domain::money::Money;

use super::{INVITATIONS, REVIEWS, STAGES, scope};
use crate::foreign::amount;
use crate::foreign::customer::{self, Customer, foreign_key, provisional};
use crate::foreign::facts::{Partner, Run, is_foreign_id, reference};
use crate::foreign::imported_deal::{
    Asked, Closing, ImportedDeal, Invitation, Kind, deal_inputs, invitation_inputs,
};
use crate::foreign::tree::At;
use crate::input::Input;
use crate::problem::Problem;

pub(super) fn inputs(run: &mut Run, file: &At<'_>, told: &At<'_>) -> Result<Vec<Input>, Problem> {
    let spms = file.required("spmsId")?;
    let partner = run.partner(foreign_key(&spms, "aws-spms")?, spms.text()?);
    let (id, key) = identity(told, &partner)?;
    let invited = told.field("partnerAcceptanceStatus")?.map(|at| at.one_of(&INVITATIONS)).transpose()?;
    let waits = invited.is_some_and(|status| status != InvitationStatus::Accepted);
    let changed_at = told.field("lastModifiedDate")?.map(|at| at.instant()).transpose()?;
    let created_at = told.field("createdDate")?.map(|at| at.instant()).transpose()?;
    let need =
        told.first_text(&["projectDescription", "partnerProjectTitle"])?.unwrap_or_default().to_owned();
    let asked = asked(told, partner.clone(), &need)?;
    let deal = ImportedDeal {
        source: run.source.clone(),
        id,
        customer: customer_of(run, told, &key)?,
        key,
        opened_at: created_at.or(changed_at).unwrap_or(run.now),
        changed_at,
        outcome: closing(told, asked.expected_value)?,
        kind: if waits { Kind::Reported } else { Kind::Submitted(Box::new(asked)) },
    };
    let mut inputs = deal_inputs(run, &deal);
    if let Some(status) = invited {
        let invitation = Invitation {
            source: deal.source,
            id: deal.id,
            key: deal.key,
            customer: deal.customer,
            sender: None,
            receiver: Some(partner),
            status,
            need,
            at: deal.changed_at.unwrap_or(deal.opened_at),
        };
        inputs.extend(invitation_inputs(run, &invitation));
    }
    Ok(inputs)
}

/// AWS's own id, else the partner's, which counts only beside the partner's name.
fn identity(told: &At<'_>, partner: &Partner) -> Result<(String, Key), Problem> {
    if let Some(at) = told.field("apnCrmUniqueIdentifier")? {
        return Ok((at.text()?.to_owned(), foreign_key(&at, "aws")?));
    }
    let at = told.required("partnerCrmUniqueIdentifier").map_err(|missing| Problem {
        expected: "expected apnCrmUniqueIdentifier or partnerCrmUniqueIdentifier, found neither".to_owned(),
        ..missing
    })?;
    let id = format!("{}/{}", partner.name, at.text()?);
    if !is_foreign_id(&id) {
        return Err(at.expected("an id of 1 to 160 bytes, the spmsId included"));
    }
    let key = reference(&format!("aws-partner-crm:{id}"));
    Ok((id, key))
}

fn customer_of(run: &Run, told: &At<'_>, deal: &Key) -> Result<Customer, Problem> {
    let mut keys = vec![provisional(deal)];
    keys.extend(told.field("customerDuns")?.map(|at| customer::duns(&at)).transpose()?);
    keys.extend(told.field("awsAccountId")?.map(|at| customer::system_id(&at, "aws-account")).transpose()?);
    keys.extend(told.field("customerWebsite")?.map(|at| customer::website(&at)).transpose()?.flatten());
    Ok(Customer {
        legal_name: told.first_text(&["customerCompanyName"])?.unwrap_or_default().to_owned(),
        country: told.first_text(&["country"])?.map(str::to_owned),
        postcode: told.field("postalCode")?.map(|at| customer::postcode(&at)).transpose()?,
        contact: customer::contact_at(&run.vendor, told, &["customerEmail", "customerPhone"])?,
        ..Customer::known_by(keys)
    })
}

fn asked(told: &At<'_>, partner: Partner, need: &str) -> Result<Asked, Problem> {
    let lacks = told.field("status")?.map(|at| at.one_of(&REVIEWS)).transpose()?.flatten();
    let stage = told.first_text(&["stage"])?.unwrap_or("not given");
    let review = told.first_text(&["status"])?.unwrap_or("not given");
    Ok(Asked {
        partner,
        scope: scope(&[told.field("awsProducts")?, told.field("solutionOffered")?])?,
        need: need.to_owned(),
        expected_value: amount::priced(told, "customerSoftwareValue", "customerSoftwareValueCurrency")?,
        expected_close: told.field("targetCloseDate")?.map(|at| at.date()).transpose()?,
        lacks,
        standing: format!("aws: stage {stage}, review status {review}"),
    })
}

fn closing(told: &At<'_>, value: Option<Money>) -> Result<Option<Closing>, Problem> {
    let closed = told.field("stage")?.map(|at| at.one_of(&STAGES)).transpose()?.flatten();
    let reason = told.first_text(&["closedLostReason"])?.map(str::to_owned);
    Ok(closed.map(|closed| Closing { closed, value, reason }))
}
