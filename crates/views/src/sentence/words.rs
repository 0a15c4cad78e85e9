//! How scopes, days and the shorter vocabularies read in a sentence.

use std::fmt::Display;

use domain::event::change::{Basis, Verifier};
use domain::scope::{Dimension, Scope};
use domain::time::Instant;
use jiff::tz::TimeZone;

/// Terms named before the rest is counted, so that a sentence stays a line.
const TERMS_NAMED_MAX: usize = 3;

/// The UTC day of an instant, as 2026-03-01.
pub(super) fn day(at: Instant) -> String {
    at.date_in(&TimeZone::UTC).to_string()
}

/// A scope as `gtx-pro and backup in dach`; all of it is `everything`.
pub(super) fn of_scope(scope: &Scope) -> String {
    let lines =
        if scope.product_lines.is_all() { "everything".to_owned() } else { of_terms(&scope.product_lines) };
    let place = [&scope.territories, &scope.segments]
        .into_iter()
        .filter(|dimension| !dimension.is_all())
        .map(|dimension| format!(" in {}", of_terms(dimension)));
    std::iter::once(lines).chain(place).collect()
}

fn of_terms(dimension: &Dimension) -> String {
    match dimension {
        Dimension::Only(terms) => listed(terms),
        Dimension::Except(terms) => format!("all but {}", listed(terms)),
    }
}

/// `a`, `a and b`, `a, b and c`, `a, b, c and 4 more`; `nothing` when there is none.
pub(super) fn listed(terms: &[impl Display]) -> String {
    let named = &terms[..terms.len().min(TERMS_NAMED_MAX)];
    let mut words: Vec<String> = named.iter().map(ToString::to_string).collect();
    if terms.len() > named.len() {
        words.push(format!("{} more", terms.len() - named.len()));
    }
    match words.pop() {
        None => "nothing".to_owned(),
        Some(last) if words.is_empty() => last,
        Some(last) => format!("{} and {last}", words.join(", ")),
    }
}

/// `1 notice`, `3 notices`.
pub(super) fn counted(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

/// The ground of a gain, in words and as the program numbers it.
pub(super) fn of_basis(basis: Basis) -> &'static str {
    match basis {
        Basis::CustomerLetter => "a customer letter (V1)",
        Basis::HostRelease => "a release by the host (V2)",
        Basis::Forfeiture => "a forfeiture (V3)",
        Basis::WindowOver => "the end of the window (V4)",
        Basis::HostDeauthorised => "the host's deauthorisation (V5)",
        Basis::Inheritance => "an inheritance on the host's side (V6)",
        Basis::DeclaredPrior => "a declared prior relationship (V7)",
        Basis::Correction => "a correction (V8)",
        Basis::Override => "an override by two officers (V9)",
    }
}

pub(super) fn of_verifier(verifier: &Verifier, telling: super::Telling<'_>) -> String {
    match verifier {
        Verifier::Vendor => "the vendor".to_owned(),
        Verifier::Partner(partner) => telling.who(partner),
    }
}
