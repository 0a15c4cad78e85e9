//! T04: the guest orders or contracts outside what the terms grant it, inside what they protect.

use domain::account::gain::GainKind;
use domain::event::case::Severity;

use super::t03_renewal::renews_protected;
use super::t05_role_inversion::is_inversion;
use super::takeover::{is_guests_own, sightings};
use crate::judged::Sighting;
use crate::scene::Scene;

/// Orders and contracts; a quote gains nothing and is none.
pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    let account = scene.known.account;
    sightings(scene, Severity::S3, |assessment| {
        let trades = match assessment.gain.kind {
            GainKind::OrderBooked { .. } | GainKind::ContractSigned { .. } => true,
            // A renewal of something else that reaches into the protected scope is an order like any other.
            GainKind::RenewalBooked { .. } => !renews_protected(account, assessment),
            GainKind::HolderRecorded { .. }
            | GainKind::ChangeExecuted { .. }
            | GainKind::DealApproved { .. } => false,
        };
        trades && is_guests_own(assessment) && !is_inversion(scene, assessment)
    })
}
