//! When a paper told late may be believed.

use domain::event::Anchor;
use domain::id::{Digest, PartnerId};
use domain::time::Instant;

use crate::question::Question;
use crate::scene::Scene;

/// Whether `digest` was laid down by `by`.
pub(crate) fn anchored(scene: &Scene<'_>, digest: Digest, by: Instant) -> bool {
    let laid = scene.told.committed.iter().any(|on| on.said.digest == digest && on.told_at() <= by);
    laid || scene.told.letters.iter().any(|on| on.said.document == digest && on.told_at() <= by)
}

/// Whether `anchor` holds: its digest was laid down by `by`.
pub(crate) fn proves(scene: &Scene<'_>, anchor: &Anchor, by: Instant) -> bool {
    anchored(scene, anchor.digest, by)
}

/// Whether a paper that favours the guest's side may clear: told by somebody else, in time, or anchored before.
pub(crate) fn is_credible(
    question: &Question<'_, '_>,
    told_by: Option<&PartnerId>,
    told_at: Instant,
    anchor: Option<&Anchor>,
    document: Digest,
) -> bool {
    let touched = question.touched();
    let (scene, at) = (question.scene, question.act.at);
    let self_serving = told_by.is_some_and(|by| question.guests(by, &touched).is_some());
    let until = question.days_after(at, question.procedure.policing.lateness_days);
    let laid = || scene.told.committed.iter().any(|on| on.said.digest == document && on.told_at() <= at);
    !self_serving || told_at <= until || anchor.is_some_and(|anchor| proves(scene, anchor, at)) || laid()
}
