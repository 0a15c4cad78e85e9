//! How states and scopes are put in words.

use domain::account::guest::{ChangeState, Phase};
use domain::account::holding::HeldBy;
use domain::account::registration::Outcome;
use domain::event::Party;
use domain::event::case::{ClearedBy, SupersededBy, Unknown, Verdict};
use domain::scope::{Dimension, Scope};
use wire::shape::Words as _;

pub(crate) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Open => "open",
        Outcome::Won => "won",
        Outcome::Lost => "lost",
    }
}

pub(crate) fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Requested => "requested",
        Phase::Invited => "invited",
        Phase::Accepted => "accepted",
        Phase::Declined => "declined",
        Phase::Revoked => "revoked",
        Phase::Closed => "closed",
    }
}

pub(crate) fn change_state(state: ChangeState) -> &'static str {
    match state {
        ChangeState::Requested => "requested",
        ChangeState::Verified => "verified",
        ChangeState::Notified => "notified",
        ChangeState::WindowOpen => "window_open",
        ChangeState::Objected => "objected",
        ChangeState::Executed => "executed",
        ChangeState::Rescinded => "rescinded",
        ChangeState::Reversed => "reversed",
        ChangeState::Refused => "refused",
    }
}

pub(crate) fn held_by(basis: &HeldBy) -> String {
    match basis {
        HeldBy::Recorded(basis) => basis.word().to_owned(),
        HeldBy::Change(change) => format!("change {change}"),
        HeldBy::Override => "override".to_owned(),
    }
}

/// `pending`, `confirmed`, `cleared(V1)`, `superseded(late)`, `indeterminate(scope_unknown)`.
pub(crate) fn verdict(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Pending => "pending".to_owned(),
        Verdict::Confirmed => "confirmed".to_owned(),
        Verdict::Cleared(by) => format!("cleared({})", cleared_by(*by)),
        Verdict::Superseded(SupersededBy::Late(_)) => "superseded(late)".to_owned(),
        Verdict::Superseded(SupersededBy::Correction(_)) => "superseded(correction)".to_owned(),
        Verdict::Indeterminate(unknown) => format!("indeterminate({})", unknown_word(*unknown)),
    }
}

fn cleared_by(by: ClearedBy) -> &'static str {
    match by {
        ClearedBy::Basis(basis) => basis.word(),
        ClearedBy::Prior => "prior",
        ClearedBy::Granted => "granted",
        ClearedBy::UniformAction => "uniform_action",
        ClearedBy::Acquired => "acquired",
        ClearedBy::Stewardship => "stewardship",
        ClearedBy::Tender => "tender",
        ClearedBy::HeldBack => "held_back",
    }
}

fn unknown_word(unknown: Unknown) -> &'static str {
    match unknown {
        Unknown::ScopeUnknown => "scope_unknown",
        Unknown::IdentityAmbiguous => "identity_ambiguous",
        Unknown::Contested => "contested",
        Unknown::Tender => "tender",
        Unknown::Erased => "erased",
        Unknown::GuardErrored => "guard_errored",
        Unknown::TooFew => "too_few",
    }
}

/// A side, as it is written in events.
pub(crate) fn party(party: &Party) -> String {
    match party {
        Party::Customer => "customer".to_owned(),
        Party::Host => "host".to_owned(),
        Party::Guest => "guest".to_owned(),
        Party::Vendor => "vendor".to_owned(),
        Party::Partner(partner) => format!("partner:{partner}"),
    }
}

/// `everything`, or the dimensions that narrow it: `gtx-pro, gtx-basic in emea`.
pub(crate) fn scope(scope: &Scope) -> String {
    let lines = dimension(&scope.product_lines);
    let places = dimension(&scope.territories).map(|places| format!("in {places}"));
    let segments = dimension(&scope.segments).map(|segments| format!("for {segments}"));
    let parts: Vec<String> = [lines, places, segments].into_iter().flatten().collect();
    if parts.is_empty() { "everything".to_owned() } else { parts.join(" ") }
}

fn dimension(dimension: &Dimension) -> Option<String> {
    let joined = |terms: &[domain::id::Term]| {
        terms.iter().map(domain::id::Term::as_str).collect::<Vec<_>>().join(", ")
    };
    match dimension {
        Dimension::Except(terms) if terms.is_empty() => None,
        Dimension::Except(terms) => Some(format!("all but {}", joined(terms))),
        Dimension::Only(terms) => Some(joined(terms)),
    }
}
