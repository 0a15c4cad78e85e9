//! The table of patterns. Each row is one kind of act the program's terms speak of; its file says when it is seen.

pub mod contested_holder;
mod lapsed;
mod of_change;
pub mod procedure_unknown;
pub mod t01_direct_grab;
pub mod t02_registration;
pub mod t03_renewal;
pub mod t04_outside_terms;
pub mod t05_role_inversion;
pub mod t06_affiliate;
pub mod t07_relay;
pub mod t08_alias;
pub mod t09_sidestep;
pub mod t11_pounce;
pub mod t12_stall;
pub mod t13_abandonment;
pub mod t14_backdating;
pub mod t15_haste;
pub mod t16_defective_letter;
pub mod t17_captive_verification;
pub mod t18_letter_war;
pub mod t19_freeze;
pub mod t20_contact_capture;
pub mod t21_commission;
pub mod t22_last_touch;
pub mod t24_host_abuse;
pub mod t25_override;
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
pub const PATTERNS: &[Row] = &[
    row("T01", "Direct change of holder", CaseKind::Takeover, t01_direct_grab::look),
    row("T02", "Registration over a protected account", CaseKind::Takeover, t02_registration::look),
    row("T03", "Renewal outside the terms", CaseKind::Takeover, t03_renewal::look),
    row("T04", "Order or contract outside the terms", CaseKind::Takeover, t04_outside_terms::look),
    row("T05", "Contract as prime without the host", CaseKind::Takeover, t05_role_inversion::look),
    row("T06", "Gain by an affiliate", CaseKind::Takeover, t06_affiliate::look),
    row("T07", "Relay through a third party", CaseKind::Takeover, t07_relay::look),
    row("T08", "Gain on an alias account", CaseKind::Takeover, t08_alias::look),
    row("T09", "Gain at a related customer", CaseKind::Takeover, t09_sidestep::look),
    row("T11", "Gain right after the tail", CaseKind::Takeover, t11_pounce::look),
    row("T12", "Gain after a stall", CaseKind::Takeover, t12_stall::look),
    row("T13", "Abandonment claimed against the record", CaseKind::Takeover, t13_abandonment::look),
    row("T14", "Paper told long after its date", CaseKind::Takeover, t14_backdating::look),
    row("T15", "Change before the window ended", CaseKind::Procedure, t15_haste::look),
    row("T16", "Defective letter relied on", CaseKind::Takeover, t16_defective_letter::look),
    row("T17", "Verification that is not independent", CaseKind::Takeover, t17_captive_verification::look),
    row("T18", "Papers that contradict each other", CaseKind::Takeover, t18_letter_war::look),
    row("T19", "Change while frozen", CaseKind::Procedure, t19_freeze::look),
    row("T20", "Contact replaced or notice missing", CaseKind::Procedure, t20_contact_capture::look),
    row("T21", "Commission that did not accrue", CaseKind::Takeover, t21_commission::look),
    row("T22", "Late touch, then a claim", CaseKind::Takeover, t22_last_touch::look),
    row("T24", "Protection used against the customer", CaseKind::HostAbuse, t24_host_abuse::look),
    row("T25", "Override without its form", CaseKind::Procedure, t25_override::look),
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
