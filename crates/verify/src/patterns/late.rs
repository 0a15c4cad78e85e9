//! T14: a paper that favours the gaining side is dated before the act and was told long after it.

use domain::event::case::Severity;
use domain::event::consent::LetterRecorded;
use domain::event::handoff::Released;
use domain::id::PartnerId;
use domain::time::Instant;

use super::takeover::violation;
use super::{Claim, Shown, capped};
use crate::bases::{anchored, proves};
use crate::family::Kin;
use crate::gains::{Gain, Kind};
use crate::question::Open;
use crate::scene::Scene;
use crate::terms::Terms;
use crate::told::On;

/// A fact that would allow an act if it could be believed.
struct Late<'a> {
    teller: &'a PartnerId,
    told: Instant,
    /// What it is dated before.
    undercuts: Instant,
    /// When that was recorded.
    known_at: Instant,
    is_anchored: bool,
}

pub(super) fn backdating(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let terms = claim.terms(scene)?;
    let mut why = "nothing that its act would allow is shown to stand against the terms".to_owned();
    for gain in &scene.gains {
        let Ok(open) = violation(scene, terms, gain) else { continue };
        let Some(late) = late_fact(scene, claim, terms, gain, &open) else { continue };
        match self_serving(scene, terms, &late) {
            Ok(kin) => {
                let severity = capped(Severity::S3, open.kin);
                let shown = Shown::of(severity, kin, late.told, late.teller);
                return Ok(Shown { unknown: open.unknown, ..shown });
            }
            Err(reason) => why = reason,
        }
    }
    Err(why)
}

fn self_serving(scene: &Scene<'_>, terms: &Terms<'_>, late: &Late<'_>) -> Result<Kin, String> {
    let kin = scene.of_guest(terms, late.teller, late.told);
    let kin = kin.ok_or("who told it is not of the side it favours")?;
    if late.told <= scene.papers_until(late.undercuts.max(late.known_at)) {
        return Err("it was told while papers may still arrive".to_owned());
    }
    if late.is_anchored {
        return Err("its digest was laid down in time".to_owned());
    }
    Ok(kin)
}

fn late_fact<'a>(
    scene: &Scene<'a>,
    claim: &Claim<'_>,
    terms: &Terms<'a>,
    gain: &Gain<'a>,
    open: &Open,
) -> Option<Late<'a>> {
    let letter = scene.told.letters.iter().find(|on| on.id() == claim.act);
    let release = terms.released.iter().find(|on| on.id() == claim.act);
    letter
        .and_then(|on| late_letter(scene, gain, open, on))
        .or_else(|| release.and_then(|on| late_release(scene, gain, open, on)))
        .or_else(|| late_tie(scene, terms, gain, open, scene.gain(claim.act)?))
}

fn late_letter<'a>(
    scene: &Scene<'a>,
    gain: &Gain<'a>,
    open: &Open,
    on: &On<'a, LetterRecorded>,
) -> Option<Late<'a>> {
    let said = on.said;
    let favours = said.gaining == *gain.partner && open.part.meets(&said.scope);
    let dated = on.at().min(said.signed_at);
    let anchor = said.anchor.as_ref().is_some_and(|anchor| proves(scene, anchor, gain.at));
    let late = Late {
        teller: on.by()?,
        told: on.told_at(),
        undercuts: gain.at,
        known_at: gain.told_at,
        is_anchored: anchor || anchored(scene, said.document, gain.at),
    };
    (favours && dated < gain.at).then_some(late)
}

fn late_release<'a>(
    scene: &Scene<'a>,
    gain: &Gain<'a>,
    open: &Open,
    on: &On<'a, Released>,
) -> Option<Late<'a>> {
    let favours = on.said.from <= gain.at && open.part.meets(&on.said.scope);
    let late = Late {
        teller: on.by()?,
        told: on.told_at().max(on.at()),
        undercuts: gain.at,
        known_at: gain.told_at,
        is_anchored: on.said.anchor.as_ref().is_some_and(|anchor| proves(scene, anchor, gain.at)),
    };
    favours.then_some(late)
}

/// A holding or order said to be older than the handoff.
fn late_tie<'a>(
    scene: &Scene<'a>,
    terms: &Terms<'a>,
    gain: &Gain<'a>,
    open: &Open,
    tie: &Gain<'a>,
) -> Option<Late<'a>> {
    let accepted_at = terms.accepted_at();
    let is_tie = match tie.kind {
        Kind::Held { batch, .. } => batch.is_none(),
        Kind::Executed { .. } | Kind::Ordered { .. } | Kind::Renewed { .. } => true,
        Kind::Approved { .. } | Kind::Contracted { .. } => false,
    };
    let own = tie.partner == gain.partner || scene.of_guest(terms, tie.partner, accepted_at).is_some();
    let concerns = tie.scope.as_ref().is_some_and(|scope| open.part.meets(scope));
    let late = Late {
        teller: tie.by?,
        told: tie.told_at,
        undercuts: accepted_at,
        known_at: terms.accepted.told_at(),
        is_anchored: false,
    };
    (is_tie && own && concerns && tie.at < accepted_at).then_some(late)
}
