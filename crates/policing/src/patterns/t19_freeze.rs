//! T19: a change of holder is executed while the account is frozen toward the gaining family, and neither
//! customer nor host had lifted that. The customer's letter is no lift.

use domain::account::guest::{Change, Execution, Freeze};
use domain::event::Party;
use domain::event::account::{FreezeTarget, Lifted};
use domain::event::case::{ClearedBy, Clearing, Ground, Severity};
use domain::event::change::Basis;
use domain::freeze::{Hold, hold, is_against, may_lift};
use domain::id::EventId;
use domain::protection::act::Judged;
use domain::protection::procedure::protecting;
use domain::protection::words;

use crate::judged::{About, Breach, Seen, Sighting};
use crate::scene::Scene;

pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    let changes = scene.known.account.changes.iter();
    let executions = changes.flat_map(|change| change.executions.iter().map(move |done| (change, done)));
    executions.filter_map(|(change, done)| executed(scene, change, done)).collect()
}

fn executed<'a>(scene: &Scene<'a>, change: &'a Change, done: &'a Execution) -> Option<Sighting<'a>> {
    let known = scene.known;
    let (holder, scope) = (&done.executed.holder, &done.executed.scope);
    let gain = known.account.gains.iter().find(|gain| gain.event == done.event)?;
    let seen = match hold(known, &Judged::from(gain)) {
        Hold::Frozen(freeze) => Seen::Breach(breach(scene, change, done, freeze)),
        Hold::Fallen { by, because } => Seen::Cleared { by, because },
        Hold::Free => lifted(scene, done)?,
    };
    let about = match protecting(known, holder, scope, done.at) {
        Some(handoff) => About::Handoff(handoff),
        None => About::Subject {
            subject: change.change.to_string(),
            losing: change.losing.clone().unwrap_or_else(|| holder.clone()),
            gaining: holder.clone(),
        },
    };
    let by = done.by.clone();
    Some(Sighting {
        act: done.event,
        at: done.at,
        respondent: by.as_ref().map_or_else(|| "vendor".to_owned(), ToString::to_string),
        actor: by.unwrap_or_else(|| holder.clone()),
        severity: Severity::S4,
        about,
        seen,
    })
}

fn breach(scene: &Scene<'_>, change: &Change, done: &Execution, freeze: &Freeze) -> Breach {
    let (holder, scope) = (&done.executed.holder, words::scope(&done.executed.scope));
    let named = match &freeze.name {
        Lifted::Freeze(freeze) => format!("freeze {freeze}"),
        Lifted::Handoff(handoff) => format!("the freeze of handoff {handoff}"),
    };
    let sentence = format!(
        "change {} moved {scope} to {holder} on {} while {named} held, and neither customer nor host had lifted it",
        change.change,
        words::day(done.at),
    );
    let mut proof = freeze_proof(scene, freeze);
    proof.extend(kin(scene, done, freeze));
    proof.push(done.event);
    let until = freeze.during.until.map(words::day).unwrap_or_default();
    let grounds = vec![
        Ground::new("executed", sentence.clone(), vec![done.event]),
        Ground::new(
            "frozen",
            format!("{named} holds from {} until {until}", words::day(freeze.during.from)),
            vec![freeze.event],
        ),
        Ground::new("not_lifted", "no lift by customer or host was in force", lifts(freeze)),
    ];
    let clearing = vec![
        clearing(
            "lift",
            format!(
                "a lift for {scope} by customer or host in force on {}, on paper if told later",
                words::day(done.at)
            ),
        ),
        clearing("V9", "an override for the change, by two officers outside direct sales".to_owned()),
    ];
    Breach { unknown: None, proof, context: lifts(freeze), grounds, clearing, sentence }
}

fn clearing(basis: &str, missing: String) -> Clearing {
    Clearing { basis: basis.to_owned(), missing }
}

fn lifts(freeze: &Freeze) -> Vec<EventId> {
    freeze.lifts.iter().map(|lift| lift.event).collect()
}

/// What made the freeze: its own event, or the handoff it came with.
fn freeze_proof(scene: &Scene<'_>, freeze: &Freeze) -> Vec<EventId> {
    let handoff = match &freeze.name {
        Lifted::Handoff(handoff) => scene.known.account.handoff(handoff),
        Lifted::Freeze(_) => None,
    };
    handoff.and_then(|handoff| handoff.invited).into_iter().chain([freeze.event]).collect()
}

/// How the holder belongs to the family that is kept out.
fn kin(scene: &Scene<'_>, done: &Execution, freeze: &Freeze) -> Vec<EventId> {
    match &freeze.against {
        FreezeTarget::All => Vec::new(),
        FreezeTarget::FamilyOf(guest) => {
            let kinship = scene.known.families.kinship(guest, &done.executed.holder, done.at);
            kinship.map(|kinship| kinship.path).unwrap_or_default()
        }
    }
}

/// A freeze was there and somebody who may lifts it: nothing to find, but a finding made before is cleared.
fn lifted(scene: &Scene<'_>, done: &Execution) -> Option<Seen> {
    let (account, holder) = (scene.known.account, &done.executed.holder);
    let concerns = |freeze: &&Freeze| {
        freeze.during.contains(done.at)
            && freeze.scope.overlaps(&done.executed.scope)
            && is_against(freeze, scene.known.families, holder, done.at)
    };
    let freeze = account.freezes.iter().find(concerns)?;
    let lift = freeze.lifts.iter().find(|lift| may_lift(freeze, scene.known.families, &lift.by, done.at));
    let by_lift = lift.map(|lift| {
        let basis = if lift.by == Party::Customer { Basis::CustomerLetter } else { Basis::HostRelease };
        (basis, lift.event)
    });
    let overridden = account.overrides.iter().find(|known| known.during.contains(done.at));
    let (basis, event) = by_lift.or(overridden.map(|known| (Basis::Override, known.event)))?;
    Some(Seen::Cleared { by: ClearedBy::Basis(basis), because: vec![event] })
}
