//! V1: the customer chose, in a sound letter that somebody independent verified, or with its own token.

pub mod verification;

use crate::account::guest::{Change, ChangeState, Letter};
use crate::event::change::{Basis, ObjectionOutcome};
use crate::event::consent::LetterRecorded;
use crate::letter::defects;
use crate::protection::basis::{Missing, Support};
use crate::protection::question::Question;
use crate::protection::{credible, words};
use crate::scope::Region;

/// Letters and tokens that hold for the act.
pub fn supports(question: &Question<'_>, _: &Region) -> Vec<Support> {
    let mut sound: Vec<Support> = shown(question).filter_map(|shown| sound(question, shown)).collect();
    sound.sort_by(|a, b| a.events.cmp(&b.events));
    sound.extend(verification::portal_tokens(question));
    sound
}

fn sound(question: &Question<'_>, (change, letter): (&Change, &Letter)) -> Option<Support> {
    let verified = verification::of(question, change)?;
    let fit = faults(question, change, letter).is_empty();
    let scope = Some(letter.terms.scope.clone());
    fit.then(|| Support::basis(Basis::CustomerLetter, scope, vec![letter.event, verified]))
}

/// The changes an act may rest on: the one it names, else all that would move the account to its partner.
fn changes<'a>(question: &Question<'a>) -> impl Iterator<Item = &'a Change> {
    let act = question.act;
    question.known.account.changes.iter().filter(move |change| match act.change() {
        Some(named) => change.change == *named,
        None => {
            let reversed = change.reversed.is_some_and(|(at, _)| at <= act.at);
            change.gaining.as_ref() == Some(act.partner) && !reversed && change.state != ChangeState::Refused
        }
    })
}

/// Those changes that show a letter, with the letter.
fn shown<'a>(question: &Question<'a>) -> impl Iterator<Item = (&'a Change, &'a Letter)> {
    let account = question.known.account;
    changes(question).filter_map(|change| Some((change, account.letter(change.letter.as_ref()?)?)))
}

/// Everything about the letter that keeps it from carrying the act, in words that continue "the letter".
///
/// Both the act and its effect must lie in the letter's days. A rescission after the act is a
/// reversal and not the loss of the basis.
fn faults(question: &Question<'_>, change: &Change, letter: &Letter) -> Vec<&'static str> {
    let (account, program) = (question.known.account, question.known.program);
    let (at, effective_from) = (question.act.at, question.act.effective_from());
    let mut found = defects(account, program, letter, change, at);
    if effective_from != at {
        found.extend(defects(account, program, letter, change, effective_from));
    }
    found.sort();
    found.dedup();
    let LetterRecorded { gaining, anchor, document, .. } = &letter.terms;
    let teller = letter.reported_by.as_ref();
    let told = credible::is_credible(question, teller, letter.recorded_at, anchor.as_ref(), Some(*document));
    let upheld = change.objections.iter().any(|objection| {
        matches!(objection.decided, Some((decided, ObjectionOutcome::Upheld, _)) if decided <= at)
    });
    let taken_back = change.rescinded.is_some_and(|(rescinded, _)| rescinded <= at);
    let more = [
        (gaining != question.act.partner, "names another gaining partner"),
        (taken_back, "was taken back with the request"),
        (upheld, "was successfully objected to"),
        (!told, "came late from the side it favours, and nothing anchors it"),
    ];
    let more = more.into_iter().filter(|(found, _)| *found).map(|(_, words)| words);
    let mut faults: Vec<&'static str> = found.into_iter().map(|defect| defect.as_str()).chain(more).collect();
    faults.dedup();
    faults
}

/// What the nearest letter lacks, or that there is none.
pub fn missing(question: &Question<'_>, open: &Region) -> Option<Missing> {
    let lacks = shown(question).map(|(change, letter)| {
        let mut lacks = faults(question, change, letter);
        if !open.scopes().iter().all(|part| letter.terms.scope.covers(part)) {
            lacks.push("does not cover the scope");
        }
        if verification::of(question, change).is_none() {
            lacks.push("was not independently verified before the act");
        }
        lacks
    });
    let Some(lacks) = lacks.min_by_key(Vec::len) else {
        let (partner, scope) = (question.act.partner, words::region(open));
        let day = words::day(question.act.at);
        let words = format!("a verified customer letter naming {partner} for {scope}, signed before {day}");
        return Some(Missing::new(3, words));
    };
    let steps = u8::try_from(lacks.len()).unwrap_or(u8::MAX);
    let words = format!("a customer's letter without fault: the one on file {}", lacks.join(" and "));
    Some(Missing::new(steps, words))
}
