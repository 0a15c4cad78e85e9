//! Rulings: nobody is ruled against unheard, what is ordered was computed, and an appeal goes to somebody else.

use super::hearing::speaks_as;
use super::{asked, ruled, said};
use crate::case::Case;
use crate::decide::authority::ruling_person;
use crate::decide::{Context, Decided};
use crate::dispute::{self, Kept, Proof};
use crate::event::case::{
    AppealDecided, Appealed, CaseEvent, CaseOutcome, Decided as Ruling, OwedCommission, RemedyOrdered,
    Restoration,
};
use crate::event::{Evidence, Party};
use crate::id::{EventId, PrincipalId};
use crate::refusal::Refusal;
use crate::remedy::Proposal;

/// The first ruling, or the next one where something was found since the last.
pub(super) fn rule(
    case: &Case,
    context: &Context<'_>,
    outcome: CaseOutcome,
    grounds: &str,
    remedy: Option<&str>,
) -> Result<Vec<Decided>, Refusal> {
    let person = ruling_person(context.actor)?;
    said(grounds)?;
    if let Some((ruling, _)) = case.ruling.as_ref().filter(|_| !case.awaits_ruling() && !case.has_unruled()) {
        let repeated =
            (ruling.outcome, ruling.grounds.as_str(), ruling.remedy.as_deref()) == (outcome, grounds, remedy);
        return if repeated { Ok(Vec::new()) } else { Err(Refusal::CaseDecided) };
    }
    if case.awaits_appeal() {
        return Err(Refusal::AppealPending);
    }
    heard(case, context, outcome)?;
    Ok(ruled(CaseEvent::Decided(Ruling {
        outcome,
        grounds: grounds.to_owned(),
        remedy: remedy.map(ToOwned::to_owned),
        decided_by: person.clone(),
        appeal_until: dispute::appeal_until(context.program, context.now),
    })))
}

/// A ruling against the respondent needs a dispute it could answer; one against whoever disputes it waits for the
/// letter that the other side relies on, and cannot be given once that letter is missing.
fn heard(case: &Case, context: &Context<'_>, outcome: CaseOutcome) -> Result<(), Refusal> {
    let filed = case.filed.as_ref().filter(|_| case.awaits_ruling()).map(|(filed, _)| filed);
    match outcome {
        CaseOutcome::Confirmed => {
            let filed = filed.ok_or(Refusal::NotFiled)?;
            let until = filed.respondent_until;
            if case.is_answered() || until <= context.now {
                Ok(())
            } else {
                Err(Refusal::SideNotHeard { until })
            }
        }
        CaseOutcome::Valuable | CaseOutcome::FalseAlarm => {
            let Some(until) = filed.and_then(|filed| filed.proof_until) else { return Ok(()) };
            match dispute::proof(until, case.letter_shown_at(), context.now) {
                Proof::Shown => Ok(()),
                Proof::Awaited => Err(Refusal::SideNotHeard { until }),
                Proof::Missing => Err(Refusal::LetterNotShown { until }),
            }
        }
    }
}

/// A person orders what the rules computed, neither more nor less.
pub(super) fn order_remedy(
    case: &Case,
    context: &Context<'_>,
    act: EventId,
    remedy: Option<&Proposal>,
) -> Result<Vec<Decided>, Refusal> {
    let person = ruling_person(context.actor)?;
    if case.findings.iter().all(|finding| finding.act != act) {
        return Err(Refusal::UnknownFinding);
    }
    if case.awaits_appeal() {
        return Err(Refusal::AppealPending);
    }
    if case.outcome() != Some(CaseOutcome::Confirmed) {
        return Err(Refusal::NotConfirmed);
    }
    if case.remedies.iter().any(|(ordered, _)| ordered.act == act) {
        return Ok(Vec::new());
    }
    let proposal = remedy.ok_or(Refusal::NothingToPutRight)?;
    Ok(ruled(CaseEvent::RemedyOrdered(Box::new(ordered(act, proposal, person)))))
}

fn ordered(act: EventId, proposal: &Proposal, person: &PrincipalId) -> RemedyOrdered {
    let restore = proposal.restore.as_ref().map(|restore| Restoration {
        holder: restore.holder.clone(),
        instead_of: restore.instead_of.clone(),
        scopes: restore.scopes.clone(),
    });
    let owed = proposal.commission.iter().map(|owed| OwedCommission {
        order: owed.order.clone(),
        event: owed.event,
        outstanding: owed.outstanding,
    });
    RemedyOrdered {
        act,
        handoff: proposal.handoff.clone(),
        host: proposal.host.clone(),
        restore,
        owed: owed.collect(),
        restitution: proposal.restitution,
        margin_during: proposal.margin.during,
        margin_orders: proposal.margin.orders.clone(),
        margin_net: proposal.margin.net.clone(),
        ordered_by: person.clone(),
    }
}

/// Once, in time, and with something that was not on the table when it was ruled.
pub(super) fn appeal(
    case: &Case,
    context: &Context<'_>,
    by: &Party,
    grounds: &str,
    evidence: &[Evidence],
) -> Result<Vec<Decided>, Refusal> {
    speaks_as(case, context, by)?;
    said(grounds)?;
    let (ruling, _) = case.ruling.as_ref().ok_or(Refusal::NotDecided)?;
    if let Some((appeal, _)) = &case.appeal {
        let repeated = appeal.by == *by && appeal.grounds == grounds && appeal.evidence == evidence;
        return if repeated { Ok(Vec::new()) } else { Err(Refusal::AlreadyAppealed) };
    }
    if ruling.appeal_until <= context.now {
        return Err(Refusal::AppealTooLate { until: ruling.appeal_until });
    }
    if evidence.iter().all(|shown| is_on_the_table(case, shown)) {
        return Err(Refusal::NothingNew);
    }
    let clocks = dispute::clocks(context.program, context.now, Kept::OnFile);
    Ok(asked(CaseEvent::Appealed(Appealed {
        by: by.clone(),
        grounds: grounds.to_owned(),
        evidence: evidence.to_vec(),
        respondent_until: clocks.respondent_until,
        decision_until: clocks.decision_until,
    })))
}

fn is_on_the_table(case: &Case, shown: &Evidence) -> bool {
    let is_found = match shown {
        Evidence::Event(event) => case.findings.iter().any(|finding| {
            finding.act == *event || finding.proof.contains(event) || finding.context.contains(event)
        }),
        Evidence::Paper { .. } => false,
    };
    let same = |known: &Evidence| match (known, shown) {
        // Whoever holds a paper, it is the same paper.
        (Evidence::Paper { digest: known, .. }, Evidence::Paper { digest: shown, .. }) => known == shown,
        (Evidence::Event(known), Evidence::Event(shown)) => known == shown,
        (Evidence::Paper { .. }, Evidence::Event(_)) | (Evidence::Event(_), Evidence::Paper { .. }) => false,
    };
    is_found
        || case.statements.iter().flat_map(|(stated, _)| &stated.evidence).any(same)
        || case.evidence.iter().any(|(attached, _)| same(&attached.evidence))
}

/// Another officer rules, for the last time.
pub(super) fn rule_on_appeal(
    case: &Case,
    context: &Context<'_>,
    outcome: CaseOutcome,
    grounds: &str,
) -> Result<Vec<Decided>, Refusal> {
    let person = ruling_person(context.actor)?;
    said(grounds)?;
    let (appeal, _) = case.appeal.as_ref().ok_or(Refusal::NotAppealed)?;
    if let Some((ruling, _)) = &case.appeal_ruling {
        let repeated = ruling.outcome == outcome && ruling.grounds == grounds;
        return if repeated { Ok(Vec::new()) } else { Err(Refusal::CaseDecided) };
    }
    if case.ruling.as_ref().is_some_and(|(ruling, _)| ruling.decided_by == *person) {
        return Err(Refusal::RuledBefore);
    }
    let until = appeal.respondent_until;
    if !case.is_appeal_answered() && context.now < until {
        return Err(Refusal::SideNotHeard { until });
    }
    let (grounds, decided_by) = (grounds.to_owned(), person.clone());
    Ok(ruled(CaseEvent::AppealDecided(AppealDecided { outcome, grounds, decided_by })))
}
