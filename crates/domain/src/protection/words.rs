//! How scopes and days are said to a partner manager.

use crate::id::Term;
use crate::scope::{Dimension, Region, Scope};
use crate::time::Instant;

/// The day of an instant, in UTC.
pub fn day(at: Instant) -> String {
    at.to_string().chars().take_while(|c| *c != 'T').collect()
}

/// A scope by its terms: `gtx-pro in dach`, or `everything`.
pub fn scope(scope: &Scope) -> String {
    let lines = dimension(&scope.product_lines).unwrap_or_else(|| "everything".to_owned());
    let places = dimension(&scope.territories).map(|terms| format!(" in {terms}"));
    let segments = dimension(&scope.segments).map(|terms| format!(" for {terms}"));
    [Some(lines), places, segments].into_iter().flatten().collect()
}

/// The scopes a region consists of.
pub fn region(of: &Region) -> String {
    let scopes: Vec<String> = of.scopes().iter().map(scope).collect();
    scopes.join("; ")
}

fn dimension(dimension: &Dimension) -> Option<String> {
    let listed = |terms: &[Term]| terms.iter().map(Term::as_str).collect::<Vec<_>>().join(", ");
    match dimension {
        Dimension::Except(terms) if terms.is_empty() => None,
        Dimension::Except(terms) => Some(format!("all but {}", listed(terms))),
        Dimension::Only(terms) => Some(listed(terms)),
    }
}
