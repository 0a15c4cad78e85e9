//! The hearing: a side files the dispute, both say how it was, and each shows what it has.

use super::{asked, ruled, said};
use crate::case::{Case, stands};
use crate::decide::authority::ruling_person;
use crate::decide::parties::{acts_for, is_customer, is_vendor};
use crate::decide::{Context, Decided};
use crate::dispute::{self, Kept};
use crate::event::case::{CaseEvent, EvidenceAttached, Filed, Showing, Stated, StayDecided, StayOutcome};
use crate::event::{Evidence, Party};
use crate::refusal::Refusal;

/// What a dispute says beside its text: where the letter lies that the gaining side relies on, and why nothing may
/// move meanwhile.
pub(super) struct Relied<'a> {
    pub(super) letter: Option<Kept>,
    pub(super) stay: Option<&'a str>,
}

/// Every clock starts here, for both sides at once.
pub(super) fn file(
    case: &Case,
    context: &Context<'_>,
    by: &Party,
    text: &str,
    Relied { letter, stay }: &Relied<'_>,
) -> Result<Vec<Decided>, Refusal> {
    speaks_as(case, context, by)?;
    said(text)?;
    stay.map_or(Ok(()), said)?;
    if case.awaits_ruling() {
        let again = |(filed, _): &&(Filed, _)| {
            (&filed.by, filed.text.as_str(), filed.letter, filed.stay.as_deref())
                == (by, text, *letter, *stay)
        };
        return match case.filed.as_ref().filter(again) {
            Some(_) => Ok(Vec::new()),
            None => Err(Refusal::AlreadyFiled),
        };
    }
    if case.ruling.is_some() && !case.has_unruled() {
        return Err(Refusal::CaseDecided);
    }
    in_time(case, context)?;
    let clocks = dispute::clocks(context.program, context.now, letter.unwrap_or(Kept::OnFile));
    Ok(asked(CaseEvent::Filed(Filed {
        by: by.clone(),
        text: text.to_owned(),
        letter: *letter,
        stay: stay.map(ToOwned::to_owned),
        stay_until: stay.map(|_| clocks.stay_until),
        respondent_until: clocks.respondent_until,
        proof_until: letter.map(|_| clocks.proof_until),
        decision_until: clocks.decision_until,
    })))
}

/// A person decides at once whether the account stands still, and never for longer than until the ruling is due.
pub(super) fn decide_stay(
    case: &Case,
    context: &Context<'_>,
    outcome: StayOutcome,
    reason: &str,
) -> Result<Vec<Decided>, Refusal> {
    let decided_by = ruling_person(context.actor)?.clone();
    said(reason)?;
    if let Some((decided, _)) = &case.stay {
        let repeated = decided.outcome == outcome && decided.reason == reason;
        return if repeated { Ok(Vec::new()) } else { Err(Refusal::StayDecided) };
    }
    let (filed, _) = case.filed.as_ref().filter(|_| case.awaits_stay()).ok_or(Refusal::NoStayAsked)?;
    let until = match outcome {
        StayOutcome::Granted => Some(filed.decision_until),
        StayOutcome::Denied => None,
    };
    Ok(ruled(CaseEvent::StayDecided(StayDecided { outcome, reason: reason.to_owned(), decided_by, until })))
}

/// The last act that is found counts: while one of them may be disputed, the case may.
fn in_time(case: &Case, context: &Context<'_>) -> Result<(), Refusal> {
    let standing = case.findings.iter().filter(|finding| stands(&finding.verdict));
    let last = standing.map(|finding| finding.violated_at).max();
    let last = last.or_else(|| case.findings.iter().map(|finding| finding.violated_at).max());
    let Some(act_at) = last else { return Err(Refusal::UnknownFinding) };
    let knowable_at = case.opened_at.unwrap_or(act_at);
    dispute::may_file(context.program, act_at, knowable_at, context.now)
        .map_err(|late| Refusal::FiledTooLate { until: late.until })
}

/// Whoever the case concerns may speak until it is ruled on, also when its time is over and nobody has ruled yet.
pub(super) fn state(
    case: &Case,
    context: &Context<'_>,
    by: &Party,
    text: &str,
    evidence: &[Evidence],
) -> Result<Vec<Decided>, Refusal> {
    speaks_as(case, context, by)?;
    said(text)?;
    let stated = Stated { by: by.clone(), text: text.to_owned(), evidence: evidence.to_vec() };
    if case.statements.iter().any(|(known, _)| *known == stated) {
        return Ok(Vec::new());
    }
    waits_for_ruling(case)?;
    Ok(asked(CaseEvent::Stated(stated)))
}

/// A letter shown too late is recorded and counts for nothing; only an appeal helps then.
pub(super) fn attach(
    case: &Case,
    context: &Context<'_>,
    by: &Party,
    shows: Showing,
    evidence: &Evidence,
) -> Result<Vec<Decided>, Refusal> {
    speaks_as(case, context, by)?;
    let attached = EvidenceAttached { by: by.clone(), shows, evidence: evidence.clone() };
    if case.evidence.iter().any(|(known, _)| *known == attached) {
        return Ok(Vec::new());
    }
    waits_for_ruling(case)?;
    Ok(asked(CaseEvent::EvidenceAttached(attached)))
}

fn waits_for_ruling(case: &Case) -> Result<(), Refusal> {
    if case.ruling.is_some() && !case.is_open() { Err(Refusal::CaseDecided) } else { Ok(()) }
}

/// Refuses whoever does not stand on that side of the case.
pub(super) fn speaks_as(case: &Case, context: &Context<'_>, party: &Party) -> Result<(), Refusal> {
    let speaks = match party {
        Party::Customer => is_customer(context.actor),
        Party::Vendor => is_vendor(context.actor) && context.actor.principal.is_some(),
        Party::Host | Party::Guest => {
            case.partner_of(party).is_some_and(|partner| acts_for(context, partner))
        }
        Party::Partner(partner) => case.concerns(partner) && acts_for(context, partner),
    };
    if speaks { Ok(()) } else { Err(Refusal::NotYourCase) }
}
