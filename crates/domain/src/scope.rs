//! What part of a customer's business an act concerns: product lines x territories x segments.
//!
//! An absent dimension means all. A [`Scope`] is one box; a [`Region`] is what is left of a box when
//! others were cut out of it (releases, forfeits, exits).

use crate::id::Term;

/// One dimension of a scope: these terms, or all but these.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Dimension {
    Only(Vec<Term>),
    Except(Vec<Term>),
}

impl Default for Dimension {
    fn default() -> Self {
        Self::ALL
    }
}

impl Dimension {
    /// Every term there is.
    pub const ALL: Self = Self::Except(Vec::new());

    /// Exactly these terms, sorted and without repeats.
    pub fn only(terms: impl IntoIterator<Item = Term>) -> Self {
        let mut terms: Vec<Term> = terms.into_iter().collect();
        terms.sort();
        terms.dedup();
        Self::Only(terms)
    }

    pub fn is_all(&self) -> bool {
        matches!(self, Self::Except(terms) if terms.is_empty())
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::Only(terms) if terms.is_empty())
    }

    fn and(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Only(a), Self::Only(b)) => {
                Self::Only(a.iter().filter(|t| b.contains(t)).cloned().collect())
            }
            (Self::Only(a), Self::Except(b)) | (Self::Except(b), Self::Only(a)) => {
                Self::Only(a.iter().filter(|t| !b.contains(t)).cloned().collect())
            }
            (Self::Except(a), Self::Except(b)) => Self::Except(merged(a, b)),
        }
    }

    fn minus(&self, other: &Self) -> Self {
        match other {
            Self::Only(terms) => self.and(&Self::Except(terms.clone())),
            Self::Except(terms) => self.and(&Self::Only(terms.clone())),
        }
    }

    fn overlaps(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Only(a), Self::Only(b)) => a.iter().any(|t| b.contains(t)),
            (Self::Only(a), Self::Except(b)) | (Self::Except(b), Self::Only(a)) => {
                a.iter().any(|t| !b.contains(t))
            }
            (Self::Except(_), Self::Except(_)) => true,
        }
    }
}

fn merged(a: &[Term], b: &[Term]) -> Vec<Term> {
    let mut all: Vec<Term> = a.iter().chain(b).cloned().collect();
    all.sort();
    all.dedup();
    all
}

/// Product lines x territories x segments.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Scope {
    pub product_lines: Dimension,
    pub territories: Dimension,
    pub segments: Dimension,
}

impl Scope {
    /// Everything.
    pub fn all() -> Self {
        Self::default()
    }

    /// These product lines, everywhere.
    pub fn of_product_lines(lines: impl IntoIterator<Item = Term>) -> Self {
        Self { product_lines: Dimension::only(lines), ..Self::default() }
    }

    /// Whether every dimension overlaps.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.product_lines.overlaps(&other.product_lines)
            && self.territories.overlaps(&other.territories)
            && self.segments.overlaps(&other.segments)
    }

    /// The part both have, or `None` when they have none.
    pub fn and(&self, other: &Self) -> Option<Self> {
        let both = Self {
            product_lines: self.product_lines.and(&other.product_lines),
            territories: self.territories.and(&other.territories),
            segments: self.segments.and(&other.segments),
        };
        (!both.is_empty()).then_some(both)
    }

    /// Whether all of `other` lies in this scope.
    pub fn covers(&self, other: &Self) -> bool {
        Region::from(other.clone()).minus(self).is_empty()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.product_lines.is_empty() || self.territories.is_empty() || self.segments.is_empty()
    }
}

/// A set of scopes that do not overlap each other: what is left after cutting.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Region(Vec<Scope>);

impl From<Scope> for Region {
    fn from(scope: Scope) -> Self {
        Self(if scope.is_empty() { Vec::new() } else { vec![scope] })
    }
}

impl Region {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The boxes it consists of.
    pub fn scopes(&self) -> &[Scope] {
        &self.0
    }

    /// What is left when `cut` is taken out.
    pub fn minus(self, cut: &Scope) -> Self {
        Self(self.0.into_iter().flat_map(|scope| without(scope, cut)).collect())
    }

    /// The part that also lies in `scope`.
    pub fn and(self, scope: &Scope) -> Self {
        Self(self.0.into_iter().filter_map(|own| own.and(scope)).collect())
    }

    /// This region and `scope` too.
    pub fn plus(self, scope: Scope) -> Self {
        let mut rest = Self::from(scope);
        for own in &self.0 {
            rest = rest.minus(own);
        }
        Self(self.0.into_iter().chain(rest.0).collect())
    }

    /// Whether all of `scope` lies in this region.
    pub fn covers(&self, scope: &Scope) -> bool {
        self.0.iter().fold(Self::from(scope.clone()), |rest, own| rest.minus(own)).is_empty()
    }

    pub fn overlaps(&self, scope: &Scope) -> bool {
        self.0.iter().any(|own| own.overlaps(scope))
    }
}

fn without(scope: Scope, cut: &Scope) -> Vec<Scope> {
    if !scope.overlaps(cut) {
        return vec![scope];
    }
    let outside_lines =
        Scope { product_lines: scope.product_lines.minus(&cut.product_lines), ..scope.clone() };
    let lines = scope.product_lines.and(&cut.product_lines);
    let outside_places = Scope {
        product_lines: lines.clone(),
        territories: scope.territories.minus(&cut.territories),
        segments: scope.segments.clone(),
    };
    let outside_segments = Scope {
        product_lines: lines,
        territories: scope.territories.and(&cut.territories),
        segments: scope.segments.minus(&cut.segments),
    };
    [outside_lines, outside_places, outside_segments].into_iter().filter(|part| !part.is_empty()).collect()
}
