//! T15: a change of holder is executed before its objection window ended. Whoever executed it answers for
//! that; what the customer wants heals a takeover and not this.

use domain::account::guest::{Change, Execution};
use domain::event::case::{Clearing, Ground, Severity};
use domain::protection::procedure::{Step, protecting};
use domain::protection::{Haste, Window, haste, words};

use super::t20_contact_capture::untold;
use crate::judged::{About, Breach, Seen, Sighting};
use crate::scene::Scene;

/// Executions too early.
pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    let changes = scene.known.account.changes.iter();
    let executions = changes.flat_map(|change| change.executions.iter().map(move |done| (change, done)));
    executions.filter_map(|(change, done)| executed(scene, change, done)).collect()
}

fn executed<'a>(scene: &Scene<'a>, change: &'a Change, done: &'a Execution) -> Option<Sighting<'a>> {
    let step = Step {
        change,
        gaining: &done.executed.holder,
        scope: &done.executed.scope,
        at: done.at,
        effective_from: done.executed.effective_from,
        executed: Some(done.event),
    };
    let handoff = protecting(scene.known, step.gaining, step.scope, step.at);
    let about = |losing: &domain::id::PartnerId| match handoff {
        Some(handoff) => About::Handoff(handoff),
        None => About::Subject {
            subject: change.change.to_string(),
            losing: losing.clone(),
            gaining: step.gaining.clone(),
        },
    };
    let (seen, about) = match haste(scene.known, &step) {
        Haste::InTime => return None,
        Haste::Excused { by, because } => {
            (Seen::Cleared { by, because }, about(change.losing.as_ref().unwrap_or(step.gaining)))
        }
        // Where the customer was told and the host was not, the missing notice says it all.
        Haste::TooEarly { window: None, .. } if is_untold(scene, change, done) => return None,
        Haste::TooEarly { losing, shown_by, window } => {
            let opened = window.as_ref().map(|window| window.opened_by.clone()).unwrap_or_default();
            let mut proof = shown_by;
            proof.push(done.event);
            let sentence = format!(
                "change {} moved {} from {losing} to {} on {}, {}",
                change.change,
                words::scope(step.scope),
                step.gaining,
                words::day(done.at),
                window_words(window.as_ref()),
            );
            let grounds = vec![
                Ground::new("executed", sentence.clone(), vec![done.event]),
                Ground::new("window_not_over", window_words(window.as_ref()), opened.clone()),
                Ground::new(
                    "no_waiver",
                    "the losing side waived nothing and no emergency was signed",
                    Vec::new(),
                ),
            ];
            let breach =
                Breach { unknown: None, proof, context: opened, grounds, clearing: clearing(), sentence };
            (Seen::Breach(breach), about(&losing))
        }
    };
    let by = done.by.clone();
    Some(Sighting {
        act: done.event,
        at: done.at,
        respondent: by.as_ref().map_or_else(|| "vendor".to_owned(), ToString::to_string),
        actor: by.unwrap_or_else(|| done.executed.holder.clone()),
        severity: Severity::S4,
        about,
        seen,
    })
}

fn is_untold(scene: &Scene<'_>, change: &Change, done: &Execution) -> bool {
    untold(scene, change, done).is_some_and(|sighting| matches!(sighting.seen, Seen::Breach(_)))
}

fn window_words(window: Option<&Window>) -> String {
    match window {
        Some(window) => format!("before its window ended on {}", words::day(window.until)),
        None => "without a window: no notice reached both the losing side and the customer".to_owned(),
    }
}

pub(super) fn clearing() -> Vec<Clearing> {
    let waiver = "a waiver by the losing side, given before the change";
    let emergency = "an override for the change, by two officers outside direct sales, with both sides told";
    [("waiver", waiver), ("V9", emergency)]
        .map(|(basis, missing)| Clearing { basis: basis.to_owned(), missing: missing.to_owned() })
        .into()
}
