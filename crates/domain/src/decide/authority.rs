//! Who may ask for what: partners for themselves, officers for the vendor.

use crate::event::Officer;
use crate::event::partner::Origin;
use crate::fact::{Actor, Role};
use crate::family::Families;
use crate::id::{PartnerId, PrincipalId};
use crate::refusal::Refusal;

/// On whose side an actor stands, as far as deals and accounts go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side<'a> {
    Partner(&'a PartnerId),
    Vendor,
}

/// The side of an actor that may ask for a partner's things: a user of an enrolled partner, or the vendor
/// on a partner's behalf. Direct sales is a partner like any other.
pub(crate) fn side<'a>(actor: &'a Actor, families: &Families) -> Result<Side<'a>, Refusal> {
    match actor.role {
        Role::PartnerUser | Role::DirectSales => {
            let needs = "a user who belongs to a partner";
            let partner = actor.partner.as_ref().ok_or(Refusal::NotAuthorised { needs })?;
            enrolled(partner, families)?;
            Ok(Side::Partner(partner))
        }
        Role::VendorOfficer | Role::System => Ok(Side::Vendor),
        Role::Customer | Role::Verifier | Role::Adjudicator => {
            Err(Refusal::NotAuthorised { needs: "a partner or the vendor" })
        }
    }
}

/// Refuses a partner the program does not know, or knows only from imported history.
pub(crate) fn enrolled(partner: &PartnerId, families: &Families) -> Result<(), Refusal> {
    match families.origin(partner) {
        None => Err(Refusal::NotEnrolled { partner: partner.clone() }),
        Some(Origin::SeenInData) => Err(Refusal::OnlySeenInData { partner: partner.clone() }),
        Some(Origin::Application | Origin::Import) => Ok(()),
    }
}

/// The named person who rules: a vendor officer or an adjudicator, never direct sales.
pub(crate) fn ruling_person(actor: &Actor) -> Result<&PrincipalId, Refusal> {
    let needs = "a named vendor officer or adjudicator";
    match actor.role {
        Role::VendorOfficer | Role::Adjudicator => {
            actor.principal.as_ref().ok_or(Refusal::NotAuthorised { needs })
        }
        Role::PartnerUser | Role::DirectSales | Role::Customer | Role::Verifier | Role::System => {
            Err(Refusal::NotAuthorised { needs })
        }
    }
}

/// A named vendor officer.
pub(crate) fn officer(actor: &Actor) -> Result<&PrincipalId, Refusal> {
    let needs = "a named vendor officer";
    match (actor.role, &actor.principal) {
        (Role::VendorOfficer, Some(principal)) => Ok(principal),
        _ => Err(Refusal::NotAuthorised { needs }),
    }
}

/// A vendor officer, or a system of the vendor.
pub(crate) fn officer_or_system(actor: &Actor) -> Result<(), Refusal> {
    match actor.role {
        Role::VendorOfficer | Role::System => Ok(()),
        Role::PartnerUser | Role::DirectSales | Role::Customer | Role::Verifier | Role::Adjudicator => {
            Err(Refusal::NotAuthorised { needs: "a vendor officer or a system of the vendor" })
        }
    }
}

/// Exactly two different officers of the vendor, neither from direct sales (basis V9).
pub(crate) fn two_officers(officers: &[Officer]) -> Result<(), Refusal> {
    let [first, second] = officers else { return Err(Refusal::NeedsTwoOfficers) };
    if first.principal == second.principal {
        return Err(Refusal::NeedsTwoOfficers);
    }
    for officer in officers {
        let principal = officer.principal.clone();
        match officer.role {
            Role::VendorOfficer | Role::Adjudicator => {}
            Role::DirectSales => return Err(Refusal::OfficerOfDirectSales { principal }),
            Role::PartnerUser | Role::Customer | Role::Verifier | Role::System => {
                return Err(Refusal::NotAnOfficer { principal });
            }
        }
    }
    Ok(())
}
