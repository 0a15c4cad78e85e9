//! T03: a member of the guest's family renews an order that belongs to what a handoff protects.

use domain::account::Account;
use domain::account::gain::GainKind;
use domain::event::case::Severity;
use domain::protection::Assessment;

use super::takeover::sightings;
use crate::judged::Sighting;
use crate::scene::Scene;

pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    let account = scene.known.account;
    sightings(scene, Severity::S3, |assessment| renews_protected(account, assessment))
}

/// Whether it renews an order in the handoff's scope; one that is not on record counts by the renewal's scope.
pub(super) fn renews_protected(account: &Account, assessment: &Assessment<'_>) -> bool {
    let GainKind::RenewalBooked { renews, .. } = &assessment.gain.kind else { return false };
    let original = account.gains.iter().find(|gain| gain.order() == Some(renews));
    let scope = original.and_then(|gain| gain.scope.as_ref());
    scope.is_none_or(|scope| assessment.handoff.protected_scope.overlaps(scope))
}
