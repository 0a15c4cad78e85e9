//! Parts of a customer's business, told apart cell by cell: every product line, territory and segment that is named,
//! and one that is not.

use domain::id::Term;
use domain::scope::{Dimension, Scope};

/// What lies in all of some scopes and in none of others.
#[derive(Debug, Clone, Default)]
pub(crate) struct Part {
    within: Vec<Scope>,
    without: Vec<Scope>,
    parts_without: Vec<Part>,
}

/// Whether two scopes share anything.
pub(crate) fn meet(one: &Scope, other: &Scope) -> bool {
    Part::of(one).meets(other)
}

/// Whether all of `part` lies in `whole`.
pub(crate) fn covers(whole: &Scope, part: &Scope) -> bool {
    Part::of(part).minus(whole).is_empty()
}

impl Part {
    pub(crate) fn of(scope: &Scope) -> Self {
        Self { within: vec![scope.clone()], ..Self::default() }
    }

    pub(crate) fn and(mut self, scope: &Scope) -> Self {
        self.within.push(scope.clone());
        self
    }

    pub(crate) fn minus(mut self, scope: &Scope) -> Self {
        self.without.push(scope.clone());
        self
    }

    pub(crate) fn meets(&self, scope: &Scope) -> bool {
        !self.clone().and(scope).is_empty()
    }

    /// This part without all of `other`.
    pub(crate) fn minus_part(mut self, other: &Self) -> Self {
        self.parts_without.push(other.clone());
        self
    }

    /// Whether all of this part lies in `other`.
    pub(crate) fn is_within_part(&self, other: &Self) -> bool {
        self.clone().minus_part(other).is_empty()
    }

    pub(crate) fn is_empty(&self) -> bool {
        let lines = self.terms(|scope| &scope.product_lines);
        let places = self.terms(|scope| &scope.territories);
        let segments = self.terms(|scope| &scope.segments);
        !lines.iter().any(|line| {
            places.iter().any(|place| segments.iter().any(|segment| self.holds(*line, *place, *segment)))
        })
    }

    /// Every term that is named, and `None` for all others.
    fn terms<'a>(&'a self, dimension: impl Fn(&'a Scope) -> &'a Dimension) -> Vec<Option<&'a Term>> {
        let named = self.scopes().into_iter().flat_map(|scope| match dimension(scope) {
            Dimension::Only(terms) | Dimension::Except(terms) => terms,
        });
        let mut terms: Vec<Option<&Term>> = named.map(Some).chain([None]).collect();
        terms.sort();
        terms.dedup();
        terms
    }

    /// Every scope it is made of.
    fn scopes(&self) -> Vec<&Scope> {
        let nested = self.parts_without.iter().flat_map(Self::scopes);
        self.within.iter().chain(&self.without).chain(nested).collect()
    }

    fn holds(&self, line: Option<&Term>, place: Option<&Term>, segment: Option<&Term>) -> bool {
        let in_scope = |scope: &Scope| {
            has(&scope.product_lines, line) && has(&scope.territories, place) && has(&scope.segments, segment)
        };
        self.within.iter().all(in_scope)
            && !self.without.iter().any(in_scope)
            && !self.parts_without.iter().any(|part| part.holds(line, place, segment))
    }
}

fn has(dimension: &Dimension, term: Option<&Term>) -> bool {
    match dimension {
        Dimension::Only(terms) => term.is_some_and(|term| terms.contains(term)),
        Dimension::Except(terms) => term.is_none_or(|term| !terms.contains(term)),
    }
}
