//! Partners: enrolment, families, mergers and the end of an authorisation.

use crate::command::PartnerCommand;
use crate::decide::Decided;
use crate::decide::authority::{Side, officer, officer_or_system, side};
use crate::event::Event;
use crate::event::partner::{
    Affiliated, AffiliationEnded, Deauthorised, Enrolled, Merged, Origin, PartnerEvent,
};
use crate::fact::{Actor, Class, Role};
use crate::family::Families;
use crate::id::PartnerId;
use crate::refusal::Refusal;

/// What follows from a command about `partner`, whose stream is written.
///
/// # Errors
/// The rule the command breaks.
pub fn decide(
    partner: &PartnerId,
    families: &Families,
    actor: &Actor,
    command: &PartnerCommand,
) -> Result<Vec<Decided>, Refusal> {
    match command {
        PartnerCommand::Enroll(enrolled) => enroll(partner, families, actor, enrolled),
        PartnerCommand::Affiliate(link) => affiliate(partner, families, actor, link),
        PartnerCommand::EndAffiliation(ended) => end_affiliation(partner, families, actor, ended),
        PartnerCommand::Merge(merged) => merge(partner, families, actor, merged),
        PartnerCommand::Deauthorise(terms) => deauthorise(partner, families, actor, terms),
    }
}

/// The vendor enrols a partner, or the partner applies. One met in imported data may enrol now.
fn enroll(
    partner: &PartnerId,
    families: &Families,
    actor: &Actor,
    enrolled: &Enrolled,
) -> Result<Vec<Decided>, Refusal> {
    match actor.role {
        Role::PartnerUser if actor.partner.as_ref() == Some(partner) => {}
        Role::PartnerUser
        | Role::DirectSales
        | Role::Customer
        | Role::Verifier
        | Role::Adjudicator
        | Role::VendorOfficer
        | Role::System => officer_or_system(actor)?,
    }
    match families.origin(partner) {
        Some(Origin::Application | Origin::Import) => Ok(Vec::new()),
        Some(Origin::SeenInData) if enrolled.origin == Origin::SeenInData => Ok(Vec::new()),
        Some(Origin::SeenInData) | None => Ok(one(Class::Asked, PartnerEvent::Enrolled(enrolled.clone()))),
    }
}

/// A partner declares who it belongs to, or the vendor found out.
fn affiliate(
    partner: &PartnerId,
    families: &Families,
    actor: &Actor,
    link: &Affiliated,
) -> Result<Vec<Decided>, Refusal> {
    own_or_vendor(partner, families, actor)?;
    if link.with == *partner {
        return Err(Refusal::RelatedToItself);
    }
    if families.has_declared(partner, link) {
        return Ok(Vec::new());
    }
    let class = if actor.role == Role::PartnerUser { Class::Asked } else { Class::Observed };
    Ok(one(class, PartnerEvent::Affiliated(link.clone())))
}

/// Ending an affiliation frees a company from a family, so only the vendor records it, on evidence.
fn end_affiliation(
    partner: &PartnerId,
    families: &Families,
    actor: &Actor,
    ended: &AffiliationEnded,
) -> Result<Vec<Decided>, Refusal> {
    officer_or_system(actor)?;
    known(partner, families)?;
    match families.affiliated_until(partner, &ended.with) {
        None => Err(Refusal::NotAffiliated),
        Some(Some(until)) if until <= ended.at => Ok(Vec::new()),
        Some(_) => Ok(one(Class::Observed, PartnerEvent::AffiliationEnded(ended.clone()))),
    }
}

fn merge(
    partner: &PartnerId,
    families: &Families,
    actor: &Actor,
    merged: &Merged,
) -> Result<Vec<Decided>, Refusal> {
    officer_or_system(actor)?;
    known(partner, families)?;
    if merged.into == *partner {
        return Err(Refusal::RelatedToItself);
    }
    known(&merged.into, families)?;
    if merged.book_transferred && merged.certificate.is_none() {
        return Err(Refusal::CertificateMissing);
    }
    if families.mergers().iter().any(|past| past.partner == *partner && past.terms == *merged) {
        return Ok(Vec::new());
    }
    Ok(one(Class::Observed, PartnerEvent::Merged(merged.clone())))
}

fn deauthorise(
    partner: &PartnerId,
    families: &Families,
    actor: &Actor,
    terms: &Deauthorised,
) -> Result<Vec<Decided>, Refusal> {
    officer(actor)?;
    known(partner, families)?;
    if families.barred(partner).iter().any(|barred| barred.terms == *terms) {
        return Ok(Vec::new());
    }
    Ok(one(Class::Ruled, PartnerEvent::Deauthorised(terms.clone())))
}

fn own_or_vendor(partner: &PartnerId, families: &Families, actor: &Actor) -> Result<(), Refusal> {
    match side(actor, families)? {
        Side::Partner(own) if own != partner => {
            Err(Refusal::NotAuthorised { needs: "a user of the same partner, or the vendor" })
        }
        Side::Partner(_) | Side::Vendor => known(partner, families),
    }
}

fn known(partner: &PartnerId, families: &Families) -> Result<(), Refusal> {
    let unknown = || Refusal::NotEnrolled { partner: partner.clone() };
    families.origin(partner).map(|_| ()).ok_or_else(unknown)
}

fn one(class: Class, event: PartnerEvent) -> Vec<Decided> {
    vec![Decided { class, event: Event::Partner(event) }]
}
