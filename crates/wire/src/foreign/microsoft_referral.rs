//! Co-sell referrals of Microsoft Partner Center: an invitation each, and a deal once it is accepted.
//!
//! Reads one referral (a create request or a stored one), a list, or `{value: [..]}`. Field names are those
//! of the REST API. Partner: the organisation that owns the referral.
//!
//! | their field | ours | remark |
//! |---|---|---|
//! | `id`, else `externalReferenceId` | deal and handoff `microsoft:<id>` | a create request has neither: `microsoft:content-<digest>`, so that the same request is the same referral |
//! | `organizationId`, `organizationName` | receiver and registering partner `microsoft-org:<id>` | without one the deal is reported, not submitted |
//! | `inviteContext.invitedBy.organizationId`, `organizationName` | sender `microsoft-org:<id>` | |
//! | `status` + `substatus` | invitation, registration, outcome | New/Pending and New/Received: pending; Active/Accepted: accepted and submitted; Closed/Won, Closed/Lost: accepted, submitted, won or lost; Closed/Declined: rejected; Closed/Expired: expired |
//! | `statusReason` | reason of the outcome | |
//! | `customerProfile.ids` | account keys | `Duns` is `duns:`; `External` is `microsoft-org:<owner>/<id>`, for it is the owner's own |
//! | `customerProfile.name` | legal name | never a key |
//! | `customerProfile.address.country`, `postalCode` | country, postcode | as written; the rest of the address is dropped |
//! | `customerProfile.team` | customer contact reference | the first one's e-mail, else phone |
//! | `details.dealValue` + `details.currency` | expected value, value of the win | by its digits |
//! | `details.closingDateTime` | expected close | |
//! | `details.notes`, else `name` | need | free text, kept as written |
//! | `details.requirements.products`, else `solutions` | scope, product lines | everything without them |
//! | `acceptedDateTime`, else `createdDateTime` | valid time of the submission | else when it is read |
//! | `updatedDateTime` | valid time of invitation, progress and outcome | |
//! | `engagementId`, `qualification`, `type`, `target`, `consent`, `team`, `eTag`, `links`, `expirationDateTime`, `inviteContext.notes` | dropped | see `FORMATS.md` |

use domain::event::account::{AccountKey, KeyStrength};
use domain::event::handoff::InvitationStatus;
use domain::id::{Key, VendorId};
use domain::scope::Scope;

use crate::foreign::amount;
use crate::foreign::customer::{self, Customer, foreign_key, provisional};
use crate::foreign::document::Shape;
use crate::foreign::facts::{Partner, Run, digest_of, is_foreign_id, reference, short_hex};
use crate::foreign::imported_deal::{
    Asked, Closed, Closing, ImportedDeal, Invitation, Kind, deal_inputs, invitation_inputs,
};
use crate::foreign::tree::At;
use crate::ids;
use crate::input::Input;
use crate::problem::Problem;

pub(super) const SHAPE: Shape = Shape { lists: &["value"], recognise, inputs };

/// What a substatus says of the invitation and the outcome.
const SUBSTATUSES: [(&str, (InvitationStatus, Option<Closed>)); 7] = [
    ("Pending", (InvitationStatus::Pending, None)),
    ("Received", (InvitationStatus::Pending, None)),
    ("Accepted", (InvitationStatus::Accepted, None)),
    ("Won", (InvitationStatus::Accepted, Some(Closed::Won))),
    ("Lost", (InvitationStatus::Accepted, Some(Closed::Lost))),
    ("Declined", (InvitationStatus::Rejected, None)),
    ("Expired", (InvitationStatus::Expired, None)),
];

/// Which substatus each status allows.
const STATUSES: [(&str, &[&str]); 3] = [
    ("New", &["Pending", "Received"]),
    ("Active", &["Accepted"]),
    ("Closed", &["Won", "Lost", "Declined", "Expired"]),
];

fn recognise(document: &At<'_>) -> Result<(), Problem> {
    if let Some(list) = document.written("value")? {
        return list.items().map(|_| ());
    }
    if document.first(&["customerProfile", "substatus"])?.is_some() {
        return Ok(());
    }
    Err(document.expected("a referral with customerProfile and substatus, or an object with value"))
}

fn inputs(run: &mut Run, document: &At<'_>) -> Result<Vec<Input>, Problem> {
    let Some(list) = document.field("value")? else { return of_referral(run, document) };
    let items = list.items()?;
    of_referral(run, items.first().ok_or_else(|| list.expected("one referral"))?)
}

fn of_referral(run: &mut Run, told: &At<'_>) -> Result<Vec<Input>, Problem> {
    let (id, key) = identity(told)?;
    let (status, closed) = standing(told)?;
    let receiver = organization(run, told)?;
    let changed_at = told.field("updatedDateTime")?.map(|at| at.instant()).transpose()?;
    let opened_at = told.first(&["acceptedDateTime", "createdDateTime"])?;
    let opened_at = opened_at.map(|at| at.instant()).transpose()?.or(changed_at).unwrap_or(run.now);
    let details = told.field("details")?;
    let notes = details.as_ref().map(|details| details.first_text(&["notes"])).transpose()?.flatten();
    let need = notes.or(told.first_text(&["name"])?).unwrap_or_default().to_owned();
    let asked = match &receiver {
        Some(partner) if status == InvitationStatus::Accepted => {
            Some(asked(told, details.as_ref(), partner.clone(), &need)?)
        }
        Some(_) | None => None,
    };
    let value = match &details {
        Some(details) => amount::priced(details, "dealValue", "currency")?,
        None => None,
    };
    let reason = told.first_text(&["statusReason"])?.map(str::to_owned);
    let customer = customer_of(&run.vendor, told, &key, receiver.as_ref())?;
    let deal = ImportedDeal {
        source: run.source.clone(),
        id: id.clone(),
        key: key.clone(),
        customer: customer.clone(),
        kind: asked.map_or(Kind::Reported, |asked| Kind::Submitted(Box::new(asked))),
        opened_at,
        changed_at,
        outcome: closed.map(|closed| Closing { closed, value, reason }),
    };
    let invitation = Invitation {
        source: run.source.clone(),
        id,
        key,
        customer,
        sender: sender(run, told)?,
        receiver,
        status,
        need,
        at: changed_at.unwrap_or(opened_at),
    };
    let mut inputs = invitation_inputs(run, &invitation);
    inputs.extend(deal_inputs(run, &deal));
    Ok(inputs)
}

/// The referral's id, else the caller's, else one made of its content.
fn identity(told: &At<'_>) -> Result<(String, Key), Problem> {
    if let Some(at) = told.first(&["id", "externalReferenceId"])? {
        return Ok((at.text()?.to_owned(), foreign_key(&at, "microsoft")?));
    }
    let id = format!("content-{}", short_hex(&digest_of(&told.json.content())));
    let key = reference(&format!("microsoft:{id}"));
    Ok((id, key))
}

fn standing(told: &At<'_>) -> Result<(InvitationStatus, Option<Closed>), Problem> {
    let substatus = told.required("substatus")?;
    let standing = substatus.one_of(&SUBSTATUSES)?;
    if let Some(status) = told.field("status")? {
        let allowed = status.one_of(&STATUSES)?;
        if !allowed.iter().any(|word| word.eq_ignore_ascii_case(substatus.text().unwrap_or_default())) {
            let words = allowed.join(" or ");
            return Err(substatus.expected(&format!("{words}, which the status {} allows", status.text()?)));
        }
    }
    Ok(standing)
}

fn organization(run: &Run, told: &At<'_>) -> Result<Option<Partner>, Problem> {
    let Some(at) = told.field("organizationId")? else { return Ok(None) };
    let name = told.first_text(&["organizationName"])?.unwrap_or(at.text()?);
    Ok(Some(run.partner(foreign_key(&at, "microsoft-org")?, name)))
}

fn sender(run: &Run, told: &At<'_>) -> Result<Option<Partner>, Problem> {
    let Some(context) = told.field("inviteContext")? else { return Ok(None) };
    let Some(by) = context.field("invitedBy")? else { return Ok(None) };
    organization(run, &by)
}

fn customer_of(
    vendor: &VendorId,
    told: &At<'_>,
    deal: &Key,
    owner: Option<&Partner>,
) -> Result<Customer, Problem> {
    let mut keys = vec![provisional(deal)];
    let Some(profile) = told.field("customerProfile")? else { return Ok(Customer::known_by(keys)) };
    if let Some(ids) = profile.field("ids")? {
        for id in ids.items()? {
            keys.extend(profile_key(&id, owner)?);
        }
    }
    let team = profile.field("team")?.map(|list| list.items()).transpose()?.unwrap_or_default();
    let contact = match team.first() {
        Some(first) => customer::contact_at(vendor, first, &["email", "phoneNumber"])?,
        None => None,
    };
    let address = profile.field("address")?;
    let address = address.as_ref();
    let country = address.map(|address| address.first_text(&["country"])).transpose()?.flatten();
    let postcode = address.map(|address| address.field("postalCode")).transpose()?.flatten();
    Ok(Customer {
        legal_name: profile.first_text(&["name"])?.unwrap_or_default().to_owned(),
        country: country.map(str::to_owned),
        postcode: postcode.map(|at| customer::postcode(&at)).transpose()?,
        contact,
        ..Customer::known_by(keys)
    })
}

/// One external id of a customer; the owner's own ids say nothing without the owner.
fn profile_key(told: &At<'_>, owner: Option<&Partner>) -> Result<Option<AccountKey>, Problem> {
    #[derive(Clone, Copy)]
    enum Profile {
        Duns,
        External,
    }
    let id = told.required("id")?;
    match told.required("profileType")?.one_of(&[("Duns", Profile::Duns), ("External", Profile::External)])? {
        Profile::Duns => customer::duns(&id).map(Some),
        Profile::External => {
            let Some(owner) = owner else { return Ok(None) };
            let key = format!("{}/{}", owner.key, id.text()?);
            if !is_foreign_id(&key) {
                return Err(id.expected("an id of 1 to 160 bytes, the organization's included"));
            }
            Ok(Some(AccountKey { key: reference(&key), strength: KeyStrength::SystemId }))
        }
    }
}

fn asked(told: &At<'_>, details: Option<&At<'_>>, partner: Partner, need: &str) -> Result<Asked, Problem> {
    let status = told.first_text(&["status"])?.unwrap_or("not given");
    let substatus = told.first_text(&["substatus"])?.unwrap_or("not given");
    let standing = format!("microsoft: status {status}, substatus {substatus}");
    let (scope, expected_value, expected_close) = match details {
        Some(details) => (
            scope(details)?,
            amount::priced(details, "dealValue", "currency")?,
            details.field("closingDateTime")?.map(|at| at.date()).transpose()?,
        ),
        None => (Scope::all(), None, None),
    };
    let need = need.to_owned();
    Ok(Asked { partner, scope, need, expected_value, expected_close, lacks: None, standing })
}

/// The products a customer asks for, else the solutions, else everything.
fn scope(details: &At<'_>) -> Result<Scope, Problem> {
    let Some(requirements) = details.field("requirements")? else { return Ok(Scope::all()) };
    for name in ["products", "solutions"] {
        let items = requirements.field(name)?.map(|list| list.items()).transpose()?.unwrap_or_default();
        let lines = items.iter().map(|item| item.required("id")?.text().map(ids::slug));
        let lines = lines.collect::<Result<Vec<_>, _>>()?;
        if !lines.is_empty() {
            return Ok(Scope::of_product_lines(lines));
        }
    }
    Ok(Scope::all())
}
