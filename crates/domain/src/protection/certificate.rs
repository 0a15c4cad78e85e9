//! The formula with every part bound to the events that make it true.

use std::collections::HashSet;

use crate::event::case::Ground;
use crate::event::change::Basis;
use crate::family::Kinship;
use crate::id::EventId;
use crate::protection::basis::{self, BASES};
use crate::protection::question::Question;
use crate::protection::window::Phase;
use crate::protection::{kin, words};
use crate::scope::Region;

/// One line per part of the formula.
pub fn grounds(
    question: &Question<'_>,
    open: &Region,
    kinship: Option<&Kinship>,
    phase: Phase<'_>,
    counts: &dyn Fn(Basis) -> bool,
) -> Vec<Ground> {
    let mut grounds =
        vec![gain(question), protected(question, open, phase), family(question, kinship), granted(question)];
    let not_prior = format!(
        "nobody of the guest's family is on record for {} before {}",
        words::region(open),
        words::day(question.accepted_at)
    );
    grounds.push(Ground::new("not_prior", not_prior, Vec::new()));
    let bases = BASES.iter().filter(|row| counts(row.basis));
    grounds.extend(bases.filter_map(|row| no_basis(question, open, row)));
    grounds
}

fn gain(question: &Question<'_>) -> Ground {
    let act = question.act;
    let scope = act.scope.map_or_else(|| "a scope it does not say".to_owned(), words::scope);
    let because = format!("{} {} {scope} on {}", act.partner, act.act.words(), words::day(act.at));
    Ground::new("gain", because, act.event().into_iter().collect())
}

fn protected(question: &Question<'_>, open: &Region, phase: Phase<'_>) -> Ground {
    let handoff = question.handoff;
    let until = handoff.protected_until.map(words::day).unwrap_or_default();
    let touch = match phase {
        Phase::Tail(touch) => Some(touch),
        Phase::Before | Phase::Protected | Phase::Over => None,
    };
    let tail =
        touch.map(|touch| format!(", and in its tail after an unreported touch on {}", words::day(touch.at)));
    let because = format!(
        "handoff {} protects {} from {} until {until}{}",
        handoff.handoff,
        words::region(open),
        words::day(question.accepted_at),
        tail.unwrap_or_default()
    );
    let events = [handoff.invited, handoff.accepted, touch.map(|touch| touch.event)];
    Ground::new("protected", because, events.into_iter().flatten().collect())
}

fn family(question: &Question<'_>, kinship: Option<&Kinship>) -> Ground {
    let (partner, guest) = (question.act.partner, question.guest);
    let (holds_because, events) = match kinship {
        None => (format!("{guest} is the guest"), Vec::new()),
        Some(kinship) => {
            let basis = kinship.basis.as_str();
            (format!("{partner} belongs to the family of {guest} ({basis})"), kinship.path.clone())
        }
    };
    Ground::new("family", holds_because, events)
}

fn granted(question: &Question<'_>) -> Ground {
    let grant = question.handoff.grant_at(question.act.at);
    let terms = grant.map_or_else(
        || "the terms grant nothing".to_owned(),
        |grant| {
            let acts: Vec<&str> = grant.acts.iter().map(|act| act.as_str()).collect();
            format!("the terms grant {} in {}", acts.join(", "), words::scope(&grant.scope))
        },
    );
    let events = grant.map(|grant| grant.event).into_iter().collect();
    Ground::new("not_granted", terms, events)
}

fn no_basis(question: &Question<'_>, open: &Region, row: &basis::Row) -> Option<Ground> {
    let missing = (row.missing)(question, open)?;
    let part = format!("no_basis:{}", row.basis.number());
    Some(Ground::new(&part, format!("there is not {}", missing.words), Vec::new()))
}

/// The events without any one of which the formula would not hold.
pub fn proof(question: &Question<'_>, kinship: Option<&Kinship>, phase: Phase<'_>) -> Vec<EventId> {
    let handoff = question.handoff;
    // A registration's approval does not say whose it is: its submission does.
    let submission = question.act.gain.and(question.act.deal()).filter(|_| question.act.is_registration());
    let submission = submission.and_then(|deal| question.known.account.deal(deal)?.submission);
    let path = kinship.into_iter().flat_map(|kinship| kinship.path.iter().copied());
    let mut proof: Vec<EventId> = [handoff.invited, handoff.accepted, submission, question.act.event()]
        .into_iter()
        .flatten()
        .chain(path)
        .chain(at_work(question, phase))
        .collect();
    let mut seen = HashSet::new();
    proof.retain(|event| seen.insert(*event));
    proof
}

/// The touch that carried protection into the tail, and how whoever made it belongs to the guest's family.
fn at_work(question: &Question<'_>, phase: Phase<'_>) -> Vec<EventId> {
    match phase {
        Phase::Tail(touch) => {
            let kinship = kin::guests(question, &touch.partner, &question.touched());
            let path = kinship.map(|kinship| kinship.path).unwrap_or_default();
            [touch.event].into_iter().chain(path).collect()
        }
        Phase::Before | Phase::Protected | Phase::Over => Vec::new(),
    }
}
