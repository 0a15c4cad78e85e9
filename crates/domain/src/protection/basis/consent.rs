//! V1: the customer chose, in a sound letter that somebody independent verified, or with its own token.

pub mod verification;

use crate::account::guest::{Change, ChangeState, Letter};
use crate::event::change::{Basis, ObjectionOutcome};
use crate::event::consent::LetterRecorded;
use crate::letter::{Defect, Use, defects, mending};
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
    if faults(question, change, letter).is_empty() {
        let scope = Some(letter.terms.scope.clone());
        return Some(Support::basis(Basis::CustomerLetter, scope, vec![letter.event, verified]));
    }
    let better = mended(question, change, letter)?;
    let scope = letter.terms.scope.and(&better.terms.scope)?;
    let events = vec![letter.event, better.event, verified];
    Some(Support::basis(Basis::CustomerLetter, Some(scope), events))
}

/// The letter without fault by which its signer made good that the one the change shows was not filled in as it
/// must be: on record while papers may arrive.
///
/// It mends the form and nothing else. The customer had chosen, and was asked, before the act.
fn mended<'a>(question: &Question<'a>, change: &Change, letter: &Letter) -> Option<&'a Letter> {
    let in_time = |better: &Letter| better.valid_at.max(better.terms.signed_at) <= question.lateness_ends();
    let undisputed = |letter: &Letter| besides(question, change, letter).next().is_none();
    let (account, program) = (question.known.account, question.known.program);
    let mending = mending(account, program, letter, change, used(question));
    mending.into_iter().find(|better| undisputed(letter) && in_time(better) && undisputed(better))
}

fn used(question: &Question<'_>) -> Use {
    Use { at: question.act.at, effective_from: question.act.effective_from() }
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
fn faults(question: &Question<'_>, change: &Change, letter: &Letter) -> Vec<&'static str> {
    let besides = besides(question, change, letter);
    let mut faults: Vec<&'static str> =
        in_use(question, change, letter).into_iter().map(Defect::as_str).chain(besides).collect();
    faults.dedup();
    faults
}

/// What is wrong with the letter itself. Both the act and its effect must lie in its days.
fn in_use(question: &Question<'_>, change: &Change, letter: &Letter) -> Vec<Defect> {
    let (account, program) = (question.known.account, question.known.program);
    let Use { at, effective_from } = used(question);
    let mut found = defects(account, program, letter, change, at);
    if effective_from != at {
        found.extend(defects(account, program, letter, change, effective_from));
    }
    found.sort();
    found.dedup();
    found
}

/// What became of the letter or its change, and who told of it when.
///
/// A rescission after the act is a reversal and not the loss of the basis.
fn besides(question: &Question<'_>, change: &Change, letter: &Letter) -> impl Iterator<Item = &'static str> {
    let at = question.act.at;
    let LetterRecorded { gaining, anchor, document, .. } = &letter.terms;
    let teller = letter.reported_by.as_ref();
    let told = credible::is_credible(question, teller, letter.recorded_at, anchor.as_ref(), Some(*document));
    let upheld = change.objections.iter().any(|objection| {
        matches!(objection.decided, Some((decided, ObjectionOutcome::Upheld, _)) if decided <= at)
    });
    let taken_back = change.rescinded.is_some_and(|(rescinded, _)| rescinded <= at);
    let found = [
        (gaining != question.act.partner, "names another gaining partner"),
        (taken_back, "was taken back with the request"),
        (upheld, "was successfully objected to"),
        (!told, "came late from the side it favours, and nothing anchors it"),
    ];
    found.into_iter().filter(|(found, _)| *found).map(|(_, words)| words)
}

/// What the nearest letter lacks, or that there is none.
pub fn missing(question: &Question<'_>, open: &Region) -> Option<Missing> {
    let nearest = shown(question).map(|shown| (lacks(question, open, shown), shown));
    let Some((lacks, (change, letter))) = nearest.min_by_key(|(lacks, _)| lacks.len()) else {
        let (partner, scope) = (question.act.partner, words::region(open));
        let day = words::day(question.act.at);
        let words = format!("a verified customer letter naming {partner} for {scope}, signed before {day}");
        return Some(Missing::new(3, words));
    };
    let steps = u8::try_from(lacks.len()).unwrap_or(u8::MAX);
    let named = lacks.join(" and ");
    let form = in_use(question, change, letter);
    let of_form = form.iter().all(|defect| defect.is_of_form()) && form.len() == lacks.len();
    let words = if of_form {
        let day = words::day(question.lateness_ends());
        format!(
            "a customer's letter without fault by the same signer, on record by {day}: the one on file {named}"
        )
    } else {
        format!("a customer's letter without fault: the one on file {named}")
    };
    Some(Missing::new(steps, words))
}

/// What keeps a letter from clearing all that is open.
fn lacks(question: &Question<'_>, open: &Region, (change, letter): (&Change, &Letter)) -> Vec<&'static str> {
    let mut lacks = faults(question, change, letter);
    if !open.scopes().iter().all(|part| letter.terms.scope.covers(part)) {
        lacks.push("does not cover the scope");
    }
    if verification::of(question, change).is_none() {
        lacks.push("was not independently verified before the act");
    }
    lacks
}
