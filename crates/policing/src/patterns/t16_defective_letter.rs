//! T16: a change claims a customer's letter that lacks what a letter needs.
//!
//! Trigger: a request that names a letter with a fault, or a token that opened another change before. Key: the
//! request. The faults are those of the form (name, account, signer's authority, gainer, scope, sole purpose, no
//! inducement, statement) and of its use: older than sixty days, later than the act, taken back, overtaken, used
//! before; they are looked for where the change was executed and took effect, else where it was requested. All are
//! named; the one that the fewest events show is the proof. A letter that no change claims is nobody's fault.
//!
//! It clears where the account was free to move without the letter (any basis of the gain), and by a sound letter
//! on record before papers can no longer arrive; a letter corrected as a typing error has no fault. S3 against
//! whoever would gain.

use domain::account::guest::{Change, Letter};
use domain::calendar::zone_or_utc;
use domain::event::case::{ClearedBy, Ground, Severity};
use domain::event::change::Basis;
use domain::id::EventId;
use domain::letter::{Defect, defects, overtaken_by};
use domain::protection::{Outcome, words};
use domain::time::Instant;

use super::of_change::{about, clearing};
use crate::judged::{Breach, Seen, Sighting};
use crate::scene::Scene;

/// One sighting per change that claims a letter with a defect, or a token that was used before.
pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    scene.known.account.changes.iter().filter_map(|change| claimed(scene, change)).collect()
}

/// A part of a letter that is not as it must be.
struct Fault {
    words: &'static str,
    /// What shows it beside the letter and the request.
    shown_by: Vec<EventId>,
}

fn claimed<'a>(scene: &Scene<'a>, change: &'a Change) -> Option<Sighting<'a>> {
    let (request, gaining) = (change.requested?, change.gaining.as_ref()?);
    let letter = change.letter.as_ref().and_then(|letter| scene.known.account.letter(letter));
    let mut faults = letter.map(|letter| faults(scene, change, letter)).unwrap_or_default();
    faults.extend(reused_token(scene, change));
    // The fault that the fewest events show stands for the others.
    let decisive = faults.iter().min_by_key(|fault| fault.shown_by.len())?;
    let at = change.executions.first().map(|done| done.at).or(change.requested_at)?;
    // A sound letter may be what let the account move, too: it is named, and not what came with it.
    let cured = letter.and_then(|letter| cured(scene, change, letter, at));
    let seen = match cured.or_else(|| excused(scene, change)) {
        Some((by, because)) => Seen::Cleared { by, because },
        None => {
            let mut proof: Vec<EventId> = letter.map(|letter| letter.event).into_iter().collect();
            proof.extend(decisive.shown_by.iter().copied().chain([request]));
            Seen::Breach(breach(scene, change, &faults, proof))
        }
    };
    Some(Sighting {
        act: request,
        at,
        actor: gaining.clone(),
        respondent: gaining.to_string(),
        severity: Severity::S3,
        about: about(scene, change, gaining, at),
        seen,
    })
}

/// Everything wrong with the letter where the change uses it: at each execution and its effect, else at the
/// request, or at the signature if that came later.
fn faults(scene: &Scene<'_>, change: &Change, letter: &Letter) -> Vec<Fault> {
    let (account, program) = (scene.known.account, scene.known.program);
    let claimed_at = change.requested_at.map(|at| at.max(letter.terms.signed_at));
    let mut found: Vec<(Defect, Vec<EventId>)> = Vec::new();
    let mut note = |at: Instant, used: Option<EventId>| {
        for defect in defects(account, program, letter, change, at) {
            if !found.iter().any(|(known, _)| *known == defect) {
                let later = overtaken_by(account, letter, change, at).map(|later| later.event);
                let later = later.filter(|_| defect == Defect::Overtaken);
                let shown_by = shown_by(scene, letter, defect, used);
                found.push((defect, later.into_iter().chain(shown_by).collect()));
            }
        }
    };
    if let Some(at) = claimed_at {
        note(at, None);
    }
    for done in &change.executions {
        note(done.at, Some(done.event));
        note(done.executed.effective_from, Some(done.event));
    }
    found.into_iter().map(|(defect, shown_by)| Fault { words: defect.as_str(), shown_by }).collect()
}

/// What shows a defect beside letter and request: `used` where only the execution brought it about.
fn shown_by(scene: &Scene<'_>, letter: &Letter, defect: Defect, used: Option<EventId>) -> Vec<EventId> {
    let account = scene.known.account;
    let more: Vec<EventId> = match defect {
        Defect::OtherAccount => account.opened.into_iter().collect(),
        Defect::Rescinded => letter.rescinded.map(|(_, event)| event).into_iter().collect(),
        Defect::Used => {
            let first = letter.used_by.as_ref().and_then(|change| account.change(change));
            let done = first.and_then(|change| change.executions.first()).map(|done| done.event);
            first.and_then(|change| change.requested).into_iter().chain(done).collect()
        }
        Defect::NoLegalName
        | Defect::SignerWithoutAuthority
        | Defect::OtherGainer
        | Defect::ScopeNotCovered
        | Defect::NotSignedYet
        | Defect::Stale
        | Defect::NotSolePurpose
        | Defect::Induced
        | Defect::NoStatement
        | Defect::Overtaken => Vec::new(),
    };
    more.into_iter().chain(used).collect()
}

/// A token opens one change; the second that shows it shows nothing.
fn reused_token(scene: &Scene<'_>, change: &Change) -> Option<Fault> {
    let token = scene.known.account.tokens.iter().find(|token| Some(token.issued.token) == change.token)?;
    let (_, first, event) = token.redemptions.iter().min_by_key(|(at, _, event)| (*at, *event))?;
    let shown_by = vec![token.event, *event];
    (first.change != change.change)
        .then_some(Fault { words: "comes with a token that was used before", shown_by })
}

/// The account was free to move without the customer's letter.
fn excused(scene: &Scene<'_>, change: &Change) -> Option<(ClearedBy, Vec<EventId>)> {
    let executed = |event: EventId| change.executions.iter().any(|done| done.event == event);
    scene.assessments.iter().filter(|assessment| executed(assessment.gain.event)).find_map(|assessment| {
        match &assessment.outcome {
            Outcome::Cleared { by, because } => Some((*by, because.clone())),
            Outcome::NotConcerned(_) | Outcome::Violation(_) => None,
        }
    })
}

/// A sound letter for the same change was on record before papers could no longer arrive.
fn cured(
    scene: &Scene<'_>,
    change: &Change,
    faulty: &Letter,
    at: Instant,
) -> Option<(ClearedBy, Vec<EventId>)> {
    let (account, program) = (scene.known.account, scene.known.program);
    let grace = scene.provisional_until(at);
    let sound = account.letters.iter().find(|letter| {
        letter.letter != faulty.letter
            && letter.valid_at <= grace
            && letter.terms.signed_at >= faulty.terms.signed_at
            && defects(account, program, letter, change, at.max(letter.terms.signed_at)).is_empty()
    })?;
    Some((ClearedBy::Basis(Basis::CustomerLetter), vec![sound.event]))
}

fn breach(scene: &Scene<'_>, change: &Change, faults: &[Fault], proof: Vec<EventId>) -> Breach {
    let mut named: Vec<&str> = faults.iter().map(|fault| fault.words).collect();
    named.dedup();
    let gaining = change.gaining.as_ref().map(ToString::to_string).unwrap_or_default();
    let scope = words::scope(&change.scope);
    let sentence = format!(
        "change {} of {scope} to {gaining} claims a customer's letter that {}",
        change.change,
        named.join(" and ")
    );
    let at = change.executions.first().map(|done| done.at).or(change.requested_at);
    let policy = at.map(|at| &scene.policy_at(at).policy);
    let until = at.zip(policy).map(|(at, policy)| {
        words::day(at.plus_civil_days(i64::from(policy.policing.lateness_days), &zone_or_utc(&policy.zone)))
    });
    let grounds = faults
        .iter()
        .map(|fault| Ground::new("defect", format!("the letter {}", fault.words), fault.shown_by.clone()));
    Breach {
        unknown: None,
        grounds: grounds.collect(),
        context: change.executions.iter().map(|done| done.event).collect(),
        proof,
        clearing: vec![
            clearing("correction", "a correction of the letter's record, if the fault is one of typing"),
            clearing(
                "V1",
                format!(
                    "a sound letter for {scope} naming {gaining}, on record by {}",
                    until.unwrap_or_default()
                ),
            ),
            clearing("V2", format!("a host release covering {scope}")),
        ],
        sentence,
    }
}
