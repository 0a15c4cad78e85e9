//! T15, T19 and changes without a step on record: what a change of holder owes to whoever loses by it.

use domain::event::case::Severity;
use domain::event::change::Executed;
use domain::fact::Fact;

use super::takeover::{gain_of, violation};
use super::{Claim, Shown};
use crate::changes::Change;
use crate::freeze::is_frozen;
use crate::gains::Kind;
use crate::parts::meet;
use crate::procedure::{self, Haste};
use crate::scene::Scene;
use crate::told::On;

/// The execution that is the act, and its change.
pub(super) fn execution<'a>(
    scene: &Scene<'a>,
    claim: &Claim<'_>,
) -> Result<(On<'a, Executed>, Change<'a>), String> {
    let done = scene.told.executed.iter().find(|on| on.id() == claim.act).copied();
    let done = done.ok_or("its act is no executed change")?;
    Ok((done, Change::of(scene, &done.said.change)))
}

/// Whoever executed it answers for it: the partner that did, or the vendor.
pub(super) fn of_executor(severity: Severity, done: &On<'_, Executed>) -> Shown {
    let by = executor(done.fact);
    Shown {
        severity,
        at: done.at(),
        actor: by.cloned().unwrap_or_else(|| done.said.holder.clone()),
        respondent: by.map_or_else(|| "vendor".to_owned(), ToString::to_string),
        unknown: None,
        counted: 0,
    }
}

fn executor(fact: &Fact) -> Option<&domain::id::PartnerId> {
    fact.meta.actor.partner.as_ref()
}

pub(super) fn haste(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let (done, change) = execution(scene, claim)?;
    match procedure::haste(scene, &change, &done) {
        Haste::InTime => Err("nobody loses by it, or its window was over".to_owned()),
        Haste::Excused(by) => Err(format!("its haste is excused: {by:?}")),
        Haste::TooEarly { .. } => Ok(of_executor(Severity::S4, &done)),
    }
}

pub(super) fn frozen(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let (done, _) = execution(scene, claim)?;
    let gain = scene.gain(claim.act).ok_or("its act is no gain")?;
    is_frozen(scene, gain)?;
    Ok(of_executor(Severity::S4, &done))
}

pub(super) fn unknown(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let (terms, gain) = gain_of(scene, claim)?;
    if !matches!(gain.kind, Kind::Held { .. }) {
        return Err("it is no record of another system".to_owned());
    }
    let has_steps = Change::all(scene).into_iter().any(|change| {
        let concerns = gain.scope.as_ref().is_none_or(|scope| meet(&change.scope(), scope));
        change.gaining() == Some(gain.partner) && concerns
    });
    if has_steps {
        return Err("a step of such a change is on record".to_owned());
    }
    violation(scene, terms, gain)?;
    Ok(Shown {
        severity: Severity::S2,
        at: gain.at,
        actor: gain.partner.clone(),
        respondent: "vendor".to_owned(),
        unknown: None,
        counted: 0,
    })
}
