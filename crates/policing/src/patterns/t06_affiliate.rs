//! T06: not the guest but a company of its family gains what a handoff protects.

use domain::event::case::Severity;

use super::t07_relay::relay;
use super::takeover::{is_guests_own, sightings};
use crate::judged::Sighting;
use crate::scene::Scene;

/// Any gain by an affiliate; S4 only if every link is declared or on a register.
pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    sightings(scene, Severity::S4, |assessment| {
        !is_guests_own(assessment) && relay(scene, assessment).is_none()
    })
}
