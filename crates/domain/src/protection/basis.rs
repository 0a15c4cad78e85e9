//! What lets go of a protected scope: grants and earlier relationships, the nine bases V1 to V9, and the
//! vendor's uniform acts. One row in a table, one short function each.

pub mod consent;
pub mod correction;
pub mod forfeiture;
pub mod host;
pub mod overriding;
pub mod prior;
pub mod release;
pub mod terms;
pub mod uniform;

use crate::event::case::{ClearedBy, Clearing};
use crate::event::change::Basis;
use crate::id::EventId;
use crate::protection::question::Question;
use crate::scope::{Region, Scope};

/// Something lets go of a scope.
#[derive(Debug, Clone, PartialEq)]
pub struct Support {
    pub by: ClearedBy,
    /// `None` lets go of everything.
    pub scope: Option<Scope>,
    /// The events that make it so.
    pub events: Vec<EventId>,
}

impl Support {
    pub fn basis(basis: Basis, scope: Option<Scope>, events: Vec<EventId>) -> Self {
        Self { by: ClearedBy::Basis(basis), scope, events }
    }
}

/// What a rule lets go of, given what is still open.
pub type Supports = fn(&Question<'_>, &Region) -> Vec<Support>;

/// One of the nine bases.
pub struct Row {
    pub basis: Basis,
    pub supports: Supports,
    /// What is missing for the open scope and how far away that is, or `None` when nothing can be done
    /// any more. A small number is near.
    pub missing: fn(&Question<'_>, &Region) -> Option<Missing>,
}

/// What a basis lacks.
pub struct Missing {
    /// Steps until it would hold.
    pub steps: u8,
    pub words: String,
}

/// Asked before the bases: what was agreed, what was there before, and what earlier acts left behind.
pub const BEFORE_BASES: [Supports; 4] =
    [terms::stewardship, terms::granted, terms::left_behind, prior::known];

/// V1 to V9, the cheapest to ask first.
pub const BASES: [Row; 9] = [
    Row { basis: Basis::WindowOver, supports: host::window_over, missing: host::window_not_over },
    Row { basis: Basis::HostRelease, supports: release::supports, missing: release::missing },
    Row { basis: Basis::Forfeiture, supports: forfeiture::supports, missing: forfeiture::missing },
    Row { basis: Basis::HostDeauthorised, supports: host::deauthorised, missing: host::not_deauthorised },
    Row { basis: Basis::Inheritance, supports: host::inherited, missing: host::not_inherited },
    Row { basis: Basis::CustomerLetter, supports: consent::supports, missing: consent::missing },
    Row { basis: Basis::DeclaredPrior, supports: prior::declared, missing: prior::not_declared },
    Row { basis: Basis::Correction, supports: correction::supports, missing: correction::missing },
    Row { basis: Basis::Override, supports: overriding::supports, missing: overriding::missing },
];

/// Asked after the bases.
pub const AFTER_BASES: [Supports; 2] = [uniform::action, uniform::tender];

/// What would clear the open scope, nearest first.
pub fn clearing(question: &Question<'_>, open: &Region, counts: &dyn Fn(Basis) -> bool) -> Vec<Clearing> {
    let bases = BASES.iter().filter(|row| counts(row.basis));
    let missing = bases.filter_map(|row| Some((row.basis, (row.missing)(question, open)?)));
    let mut missing: Vec<(Basis, Missing)> = missing.collect();
    missing.sort_by_key(|(basis, missing)| (missing.steps, *basis));
    let clearing = |(basis, missing): (Basis, Missing)| Clearing {
        basis: basis.number().to_owned(),
        missing: missing.words,
    };
    missing.into_iter().map(clearing).collect()
}

impl Missing {
    pub fn new(steps: u8, words: String) -> Self {
        Self { steps, words }
    }
}

impl Basis {
    /// The number under which the program's rules know it.
    pub fn number(self) -> &'static str {
        match self {
            Self::CustomerLetter => "V1",
            Self::HostRelease => "V2",
            Self::Forfeiture => "V3",
            Self::WindowOver => "V4",
            Self::HostDeauthorised => "V5",
            Self::Inheritance => "V6",
            Self::DeclaredPrior => "V7",
            Self::Correction => "V8",
            Self::Override => "V9",
        }
    }
}
