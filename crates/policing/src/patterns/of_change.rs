//! What the patterns about a change of holder share: whose case it is, who gains, and who vouches for a mark.

use domain::account::guest::Change;
use domain::event::case::{Clearing, Severity};
use domain::event::partner::AffiliationBasis;
use domain::family::Kinship;
use domain::id::{EventId, PartnerId};
use domain::protection::procedure::protecting;
use domain::time::Instant;

use crate::judged::About;
use crate::scene::Scene;

/// The case a change belongs to: that of the handoff which protects against its gainer, else its own.
pub(super) fn about<'a>(
    scene: &Scene<'a>,
    change: &'a Change,
    gaining: &PartnerId,
    at: Instant,
) -> About<'a> {
    match protecting(scene.known, gaining, &change.scope, at) {
        Some(handoff) => About::Handoff(handoff),
        None => About::Subject {
            subject: change.change.to_string(),
            losing: change.losing.clone().unwrap_or_else(|| gaining.clone()),
            gaining: gaining.clone(),
        },
    }
}

/// The event that says who gains by a change: its request, else its first execution.
pub(super) fn named_by(change: &Change) -> Option<EventId> {
    change.requested.or(change.executions.first().map(|done| done.event))
}

/// How `partner` belongs to the family of `gaining` at `at`; an empty path when it is the gainer itself.
pub(super) fn kin_of(
    scene: &Scene<'_>,
    gaining: &PartnerId,
    partner: &PartnerId,
    at: Instant,
) -> Option<Kinship> {
    scene.known.families.kinship(gaining, partner, at)
}

/// A family that was only guessed is no ground to hold an account.
pub(super) fn capped(severity: Severity, kinship: &Kinship) -> Severity {
    let guessed = !kinship.path.is_empty() && kinship.basis == AffiliationBasis::Inferred;
    if guessed { severity.min(Severity::S2) } else { severity }
}

pub(super) fn clearing(basis: &str, missing: impl Into<String>) -> Clearing {
    Clearing { basis: basis.to_owned(), missing: missing.into() }
}
