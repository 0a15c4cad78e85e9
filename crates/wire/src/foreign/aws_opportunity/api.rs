//! One opportunity as the Partner Central API has it: a create, an update or an answer.

use domain::id::Key;

use super::{REVIEWS, STAGES};
use crate::foreign::amount;
use crate::foreign::customer::{self, Customer, foreign_key, provisional};
use crate::foreign::facts::Run;
use crate::foreign::imported_deal::{Closing, ImportedDeal, Kind, deal_inputs};
use crate::foreign::tree::At;
use crate::input::Input;
use crate::problem::Problem;

/// The payload names no partner, so nobody's submission can be made of it: the deal is reported.
pub(super) fn inputs(run: &mut Run, told: &At<'_>) -> Result<Vec<Input>, Problem> {
    let (id, key) = identity(told)?;
    let changed_at = told.field("LastModifiedDate")?.map(|at| at.instant()).transpose()?;
    let created_at = told.field("CreatedDate")?.map(|at| at.instant()).transpose()?;
    let deal = ImportedDeal {
        source: run.source.clone(),
        id,
        customer: customer_of(run, told, &key)?,
        key,
        kind: Kind::Reported,
        opened_at: created_at.or(changed_at).unwrap_or(run.now),
        changed_at,
        outcome: closing(told)?,
    };
    Ok(deal_inputs(run, &deal))
}

/// AWS's own id, else the partner's, else the token the caller made its request with.
fn identity(told: &At<'_>) -> Result<(String, Key), Problem> {
    let given = [
        (["Identifier", "Id"].as_slice(), "aws"),
        (&["PartnerOpportunityIdentifier"], "aws-partner-crm"),
        (&["ClientToken"], "aws-request"),
    ];
    for (fields, system) in given {
        if let Some(at) = told.first(fields)? {
            return Ok((at.text()?.to_owned(), foreign_key(&at, system)?));
        }
    }
    Err(told.expected("an object with Identifier, Id, PartnerOpportunityIdentifier or ClientToken"))
}

fn customer_of(run: &Run, told: &At<'_>, deal: &Key) -> Result<Customer, Problem> {
    let mut keys = vec![provisional(deal)];
    let Some(customer) = told.field("Customer")? else { return Ok(Customer::known_by(keys)) };
    let contacts = customer.field("Contacts")?.map(|list| list.items()).transpose()?.unwrap_or_default();
    let contact = match contacts.first() {
        Some(first) => customer::contact_at(&run.vendor, first, &["Email", "Phone"])?,
        None => None,
    };
    let Some(account) = customer.field("Account")? else {
        return Ok(Customer { contact, ..Customer::known_by(keys) });
    };
    keys.extend(account.field("Duns")?.map(|at| customer::duns(&at)).transpose()?);
    keys.extend(
        account.field("AwsAccountId")?.map(|at| customer::system_id(&at, "aws-account")).transpose()?,
    );
    keys.extend(account.field("WebsiteUrl")?.map(|at| customer::website(&at)).transpose()?.flatten());
    let address = account.field("Address")?;
    let address = address.as_ref();
    let country = address.map(|address| address.first_text(&["CountryCode"])).transpose()?.flatten();
    let postcode = address.map(|address| address.field("PostalCode")).transpose()?.flatten();
    Ok(Customer {
        legal_name: account.first_text(&["CompanyName"])?.unwrap_or_default().to_owned(),
        country: country.map(str::to_owned),
        postcode: postcode.map(|at| customer::postcode(&at)).transpose()?,
        contact,
        ..Customer::known_by(keys)
    })
}

fn closing(told: &At<'_>) -> Result<Option<Closing>, Problem> {
    let Some(life) = told.field("LifeCycle")? else { return Ok(None) };
    life.field("ReviewStatus")?.map(|at| at.one_of(&REVIEWS)).transpose()?;
    let Some(closed) = life.field("Stage")?.map(|at| at.one_of(&STAGES)).transpose()?.flatten() else {
        return Ok(None);
    };
    let revenue = told.field("SoftwareRevenue")?;
    let value = revenue.map(|revenue| revenue.field("Value")).transpose()?.flatten();
    let value = value.map(|value| amount::priced(&value, "Amount", "CurrencyCode")).transpose()?.flatten();
    let reason = life.first_text(&["ClosedLostReason"])?.map(str::to_owned);
    Ok(Some(Closing { closed, value, reason }))
}
