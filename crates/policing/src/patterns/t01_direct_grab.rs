//! T01: the guest becomes holder of what a handoff protects, and nothing allows it.

use domain::account::gain::GainKind;
use domain::event::case::Severity;

use super::t07_relay::relay;
use super::takeover::{is_guests_own, sightings};
use crate::judged::Sighting;
use crate::scene::Scene;

/// Changes of holder to the guest, executed here or reported by another system.
pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    sightings(scene, Severity::S4, |assessment| {
        let moves =
            matches!(assessment.gain.kind, GainKind::ChangeExecuted { .. } | GainKind::HolderRecorded { .. });
        moves && is_guests_own(assessment) && relay(scene, assessment).is_none()
    })
}
