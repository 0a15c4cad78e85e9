//! Cases, their findings and rulings, told in a sentence.

use domain::event::case::{
    CaseEvent, CaseKind, CaseOutcome, ClearedBy, Severity, SupersededBy, Unknown, Verdict,
};

use super::Telling;
use super::words::{day, of_basis};

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
            let outcome = match decided.outcome {
                CaseOutcome::Confirmed => "confirmed",
                CaseOutcome::Valuable => "of value",
                CaseOutcome::FalseAlarm => "a false alarm",
            };
            format!("the case is decided: {outcome}; an appeal is open until {}", day(decided.appeal_until))
        }
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
