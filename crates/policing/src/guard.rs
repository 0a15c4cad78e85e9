//! What the policy itself says of a finding: its pattern may be off, its severity capped, and a guard may hold
//! it back.
//!
//! Procedure and thresholds follow the policy in force at the act. A guard is a text this crate cannot read:
//! whoever calls [`guarded`] brings what answers it.

use domain::account::Account;
use domain::account::gain::GainKind;
use domain::event::case::{CaseKind, ClearedBy, Severity, Unknown, Verdict};
use domain::policy::guard::HandoffSubject;
use domain::policy::{Measure, PatternPolicy, Subject, Switch};
use domain::program::Program;

use crate::judged::Judged;

/// The guard could not be answered for a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unanswered;

/// Whether any published policy looks for the pattern; what is off everywhere is not even looked at.
pub(crate) fn is_looked_for(program: &Program, pattern: &str) -> bool {
    program.published().any(|published| published.policy.pattern(pattern).switch == Switch::On)
}

/// The findings as the policy in force at each act leaves them. `holds` answers a guard's expression.
///
/// What is held back stays with the verdict `Cleared(held_back)`; what its guard cannot be answered for stays
/// as `Indeterminate(guard_errored)`: an error never means that there is nothing.
pub fn guarded(
    judged: Vec<Judged>,
    account: &Account,
    program: &Program,
    holds: &dyn Fn(&str, &Subject) -> Result<bool, Unanswered>,
) -> Vec<Judged> {
    let guard = |judged: Judged| {
        let said = program.policy_at(judged.finding.violated_at).policy.pattern(&judged.finding.pattern);
        as_said(judged, account, &said, holds)
    };
    judged.into_iter().map(guard).collect()
}

fn as_said(
    mut judged: Judged,
    account: &Account,
    said: &PatternPolicy,
    holds: &dyn Fn(&str, &Subject) -> Result<bool, Unanswered>,
) -> Judged {
    if matches!(judged.finding.verdict, Verdict::Cleared(_)) {
        return judged;
    }
    if said.switch == Switch::Off {
        return held_back(judged);
    }
    cap(&mut judged, said.severity_max);
    let Some(guard) = &said.guard else { return judged };
    match holds(&guard.when, &subject(&judged, account)) {
        Ok(false) => {}
        Ok(true) if guard.then == Measure::HoldBack => return held_back(judged),
        Ok(true) => cap(&mut judged, guard.then.severity_max()),
        Err(Unanswered) => {
            judged.finding.verdict = Verdict::Indeterminate(Unknown::GuardErrored);
            cap(&mut judged, Some(Severity::S3));
        }
    }
    judged
}

fn held_back(mut judged: Judged) -> Judged {
    judged.finding.verdict = Verdict::Cleared(ClearedBy::HeldBack);
    judged
}

fn cap(judged: &mut Judged, max: Option<Severity>) {
    judged.finding.severity = max.map_or(judged.finding.severity, |max| judged.finding.severity.min(max));
}

/// What a guard may look at of a finding.
fn subject(judged: &Judged, account: &Account) -> Subject {
    let finding = &judged.finding;
    let gain = account.gains.iter().find(|gain| gain.event == finding.act);
    let refused = account.refusals.iter().find(|refused| refused.event == finding.act);
    let of_gain = gain.and_then(|gain| match &gain.kind {
        GainKind::DealApproved { deal } => Some(deal),
        GainKind::OrderBooked { deal, .. } | GainKind::RenewalBooked { deal, .. } => deal.as_ref(),
        GainKind::HolderRecorded { .. }
        | GainKind::ChangeExecuted { .. }
        | GainKind::ContractSigned { .. } => None,
    });
    let deal = of_gain.or(refused.and_then(|refused| refused.refused.deal.as_ref()));
    let deal = deal.and_then(|deal| account.deal(deal));
    let decided = account.deals.iter().find(|deal| deal.decided == Some(finding.act));
    let scope = gain.and_then(|gain| gain.scope.clone());
    Subject {
        account: judged.opened.account.clone(),
        pattern: finding.pattern.clone(),
        severity: finding.severity,
        respondent: finding.respondent.clone(),
        act: act(judged, gain.map(|gain| &gain.kind)),
        by: finding.actor.clone(),
        at: finding.violated_at,
        scope: scope.or_else(|| refused.map(|refused| refused.refused.scope.clone())),
        value: deal.or(decided).and_then(|deal| deal.value),
        handoff: handoff(judged, account),
    }
}

fn act(judged: &Judged, gain: Option<&GainKind>) -> &'static str {
    match gain {
        Some(GainKind::HolderRecorded { .. }) => "holder",
        Some(GainKind::ChangeExecuted { .. }) => "change",
        Some(GainKind::DealApproved { .. }) => "registration",
        Some(GainKind::OrderBooked { .. }) => "order",
        Some(GainKind::RenewalBooked { .. }) => "renewal",
        Some(GainKind::ContractSigned { .. }) => "contract",
        None if judged.finding.kind == CaseKind::Registration => "registration",
        None if judged.finding.kind == CaseKind::Procedure => "change",
        None => "attempt",
    }
}

fn handoff(judged: &Judged, account: &Account) -> Option<HandoffSubject> {
    let handoff = account.handoff(judged.opened.handoff.as_ref()?)?;
    Some(HandoffSubject {
        host: handoff.host.clone(),
        guest: handoff.guest.clone()?,
        accepted_at: handoff.accepted_at,
        rate_bp: handoff.commission.as_ref().map(|commission| commission.rate.get()),
    })
}
