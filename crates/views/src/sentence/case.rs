//! Cases, their findings and rulings, told in a sentence.

use domain::event::case::{
    CaseEvent, CaseKind, CaseOutcome, ClearedBy, Nearness, RemedyOrdered, Severity, Showing, Step,
    SupersededBy, Unknown, Verdict,
};

use super::Telling;
use super::words::{counted, day, of_basis};

pub(super) fn sentence(event: &CaseEvent, telling: Telling<'_>) -> String {
    match event {
        CaseEvent::Opened(opened) => {
            let kind = match opened.kind {
                CaseKind::Takeover => "a possible takeover",
                CaseKind::Procedure => "a possible breach of procedure",
                CaseKind::HostAbuse => "a possible abuse by the host",
                CaseKind::Statistical => "repeated findings",
                CaseKind::Registration => "a registration",
            };
            let guest = opened.guest.as_ref().map_or_else(String::new, |p| format!(" by {}", telling.who(p)));
            format!("a case is opened about {kind}{guest} in account {}", opened.account)
        }
        CaseEvent::FindingRecorded(finding) => {
            let (actor, at) = (telling.who(&finding.actor), day(finding.violated_at));
            let weight = weight(finding.severity, &finding.verdict);
            format!(
                "possible breach of program terms: {} in an act of {actor} on {at} ({weight})",
                finding.pattern
            )
        }
        CaseEvent::VerdictChanged(changed) => {
            format!("the finding {} is now {}", changed.pattern, weight(changed.severity, &changed.verdict))
        }
        CaseEvent::Decided(decided) => {
            let outcome = of_outcome(decided.outcome);
            format!("the case is decided: {outcome}; an appeal is open until {}", day(decided.appeal_until))
        }
        CaseEvent::Assigned(_) => "somebody looks at the case from now on".to_owned(),
        CaseEvent::Snoozed(snoozed) => format!("the case is laid aside until {}", day(snoozed.until)),
        CaseEvent::Filed(filed) => {
            let (by, until) = (telling.party(&filed.by, None), day(filed.respondent_until));
            format!("{by} disputes the act; the other side is asked to answer by {until}")
        }
        CaseEvent::StayDecided(decided) => match decided.until {
            Some(until) => format!("the account stands still until {} at most", day(until)),
            None => "the account does not stand still meanwhile".to_owned(),
        },
        CaseEvent::Stated(stated) => format!("{} makes a statement", telling.party(&stated.by, None)),
        CaseEvent::EvidenceAttached(attached) => {
            let what = match attached.shows {
                Showing::Letter => "the letter it relied on",
                Showing::Other => "evidence",
            };
            format!("{} shows {what}", telling.party(&attached.by, None))
        }
        CaseEvent::RemedyOrdered(ordered) => of_remedy(ordered, telling),
        CaseEvent::Appealed(appealed) => {
            let (by, until) = (telling.party(&appealed.by, None), day(appealed.decision_until));
            format!("{by} appeals; another officer rules by {until}")
        }
        CaseEvent::AppealDecided(decided) => {
            format!("the appeal is decided: {}", of_outcome(decided.outcome))
        }
        CaseEvent::Reminded(reminded) => {
            let (step, due) = (of_step(reminded.step), day(reminded.due_at));
            match reminded.nearness {
                Nearness::Soon => format!("a reminder: {step} is due by {due}"),
                Nearness::Elapsed => format!("a reminder: the time for {step} was over on {due}"),
            }
        }
    }
}

fn of_remedy(ordered: &RemedyOrdered, telling: Telling<'_>) -> String {
    let restored = ordered.restore.as_ref().map_or_else(String::new, |restored| {
        let (holder, instead_of) = (telling.who(&restored.holder), telling.who(&restored.instead_of));
        format!("{holder} holds it again instead of {instead_of}, and ")
    });
    let (host, orders) = (telling.who(&ordered.host), counted(ordered.owed.len(), "order"));
    format!("a remedy is ordered: {restored}{host} is owed commission for {orders}")
}

fn of_outcome(outcome: CaseOutcome) -> &'static str {
    match outcome {
        CaseOutcome::Confirmed => "confirmed",
        CaseOutcome::Valuable => "of value",
        CaseOutcome::FalseAlarm => "a false alarm",
    }
}

/// What is due, as part of a sentence.
fn of_step(step: Step) -> &'static str {
    match step {
        Step::Stay => "the word whether the account stands still",
        Step::Answer => "the other side's answer",
        Step::Proof => "the letter that was relied on",
        Step::Decision => "the ruling",
        Step::Appeal => "an appeal",
        Step::AppealAnswer => "the answer to the appeal",
        Step::AppealDecision => "the ruling on the appeal",
        Step::Snooze => "laying it aside",
    }
}

fn weight(severity: Severity, verdict: &Verdict) -> String {
    let severity = match severity {
        Severity::S1 => "S1",
        Severity::S2 => "S2",
        Severity::S3 => "S3",
        Severity::S4 => "S4",
    };
    let verdict = match verdict {
        Verdict::Pending => "pending".to_owned(),
        Verdict::Confirmed => "confirmed".to_owned(),
        Verdict::Cleared(by) => format!("cleared by {}", of_clearing(*by)),
        Verdict::Superseded(SupersededBy::Late(_)) => "superseded by a late fact".to_owned(),
        Verdict::Superseded(SupersededBy::Correction(_)) => "superseded by a correction".to_owned(),
        Verdict::Indeterminate(unknown) => format!("open, as {}", of_unknown(*unknown)),
    };
    format!("{severity}, {verdict}")
}

fn of_clearing(by: ClearedBy) -> &'static str {
    match by {
        ClearedBy::Basis(basis) => of_basis(basis),
        ClearedBy::Prior => "a prior relationship",
        ClearedBy::Granted => "the signed terms",
        ClearedBy::UniformAction => "a uniform act of the vendor",
        ClearedBy::Acquired => "an acquisition of the customer",
        ClearedBy::Stewardship => "a stewardship",
        ClearedBy::Tender => "a public tender",
        ClearedBy::HeldBack => "the policy, which holds it back",
    }
}

fn of_unknown(unknown: Unknown) -> &'static str {
    match unknown {
        Unknown::ScopeUnknown => "the scope is unknown",
        Unknown::IdentityAmbiguous => "the customer's identity is unclear",
        Unknown::Contested => "two records contradict each other",
        Unknown::Tender => "a tender is claimed and not shown",
        Unknown::Erased => "what it rests on was erased",
        Unknown::GuardErrored => "the policy's guard cannot be answered",
        Unknown::TooFew => "there are too few cases to tell it from chance",
    }
}
