//! The table of patterns. Each row is one kind of act the program's terms speak of; its file says when it is seen.

pub mod contested_holder;
pub mod procedure_unknown;
pub mod t01_direct_grab;
pub mod t02_registration;
pub mod t03_renewal;
pub mod t04_outside_terms;
pub mod t06_affiliate;
pub mod t15_haste;
pub mod t19_freeze;
mod takeover;

use domain::event::case::CaseKind;

use crate::judged::Sighting;
use crate::scene::Scene;

/// One pattern.
pub struct Row {
    pub pattern: &'static str,
    /// What it is called on screens.
    pub name: &'static str,
    pub rule_version: u32,
    pub kind: CaseKind,
    pub look: for<'a> fn(&Scene<'a>) -> Vec<Sighting<'a>>,
}

/// Every pattern that is looked for.
pub const PATTERNS: [Row; 9] = [
    row("T01", "Direct change of holder", CaseKind::Takeover, t01_direct_grab::look),
    row("T02", "Registration over a protected account", CaseKind::Takeover, t02_registration::look),
    row("T03", "Renewal outside the terms", CaseKind::Takeover, t03_renewal::look),
    row("T04", "Order or contract outside the terms", CaseKind::Takeover, t04_outside_terms::look),
    row("T06", "Gain by an affiliate", CaseKind::Takeover, t06_affiliate::look),
    row("T15", "Change before the window ended", CaseKind::Procedure, t15_haste::look),
    row("T19", "Change while frozen", CaseKind::Procedure, t19_freeze::look),
    row("procedure_unknown", "Change without a step on record", CaseKind::Procedure, procedure_unknown::look),
    row("contested_holder", "Two records of one holder", CaseKind::Procedure, contested_holder::look),
];

const fn row(
    pattern: &'static str,
    name: &'static str,
    kind: CaseKind,
    look: for<'a> fn(&Scene<'a>) -> Vec<Sighting<'a>>,
) -> Row {
    Row { pattern, name, rule_version: 1, kind, look }
}
