//! One short check per pattern: whether one body of evidence shows it for the act a certificate names.

mod across;
mod chance;
mod claims;
mod contacts;
mod host;
mod lapsed;
mod late;
mod letters;
mod money;
mod officers;
mod people;
mod records;
mod sidestep;
mod steps;
mod takeover;
mod touch;
mod voices;

use std::collections::BTreeSet;

use domain::event::case::{Finding, Opened, Severity, Unknown};
use domain::id::{EventId, HandoffId, PartnerId};
use domain::time::Instant;

use crate::family::Kin;
use crate::scene::Scene;
use crate::terms::Terms;

/// What a certificate claims, for the checks.
#[derive(Debug)]
pub(crate) struct Claim<'c> {
    pub(crate) act: EventId,
    pub(crate) handoff: Option<&'c HandoffId>,
    /// The events it is proved by.
    pub(crate) proof: BTreeSet<EventId>,
    /// Up to when everybody had told what there was.
    pub(crate) known_until: Instant,
    pub(crate) evidence: Evidence,
}

/// What a claim is put before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Evidence {
    /// The events of its proof.
    Proof,
    /// All that was known.
    All,
}

impl<'c> Claim<'c> {
    pub(crate) fn of(finding: &'c Finding, opened: &'c Opened, known_until: Instant) -> Self {
        Self {
            act: finding.act,
            handoff: opened.handoff.as_ref(),
            proof: finding.proof.iter().copied().collect(),
            known_until,
            evidence: Evidence::All,
        }
    }

    /// The handoff the case is about.
    pub(crate) fn terms<'s, 'a>(&self, scene: &'s Scene<'a>) -> Result<&'s Terms<'a>, String> {
        let handoff = self.handoff.ok_or("its case names no handoff")?;
        scene
            .handoff(handoff)
            .ok_or_else(|| format!("handoff {handoff} is not shown as offered and accepted"))
    }
}

/// What the evidence shows of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) severity: Severity,
    pub(crate) at: Instant,
    pub(crate) actor: PartnerId,
    pub(crate) respondent: String,
    pub(crate) unknown: Option<Unknown>,
    /// How many cases speak against whoever is counted; none where nothing is.
    pub(crate) counted: usize,
}

impl Shown {
    /// Shown of a partner that answers for it itself.
    fn of(severity: Severity, kin: Kin, at: Instant, actor: &PartnerId) -> Self {
        let severity = capped(severity, kin);
        Self { severity, at, actor: actor.clone(), respondent: actor.to_string(), unknown: None, counted: 0 }
    }
}

/// A family that is only guessed is no ground to hold an account.
fn capped(severity: Severity, kin: Kin) -> Severity {
    if kin == Kin::Guessed { severity.min(Severity::S2) } else { severity }
}

/// Whether a body of evidence shows a pattern, or why it does not.
pub(crate) type Check = fn(&Scene<'_>, &Claim<'_>) -> Result<Shown, String>;

/// One check per pattern and rule version.
pub(crate) const CHECKS: [(&str, u32, Check); 29] = [
    ("T01", 1, takeover::direct_grab),
    ("T02", 1, takeover::registration),
    ("T03", 1, takeover::renewal),
    ("T04", 1, takeover::outside_terms),
    ("T05", 1, takeover::role_inversion),
    ("T06", 1, takeover::affiliate),
    ("T07", 1, takeover::relay),
    ("T08", 1, takeover::alias),
    ("T09", 1, sidestep::sidestep),
    ("T10", 1, across::ring),
    ("T11", 1, lapsed::pounce),
    ("T12", 1, lapsed::stall),
    ("T13", 1, claims::abandonment),
    ("T14", 1, late::backdating),
    ("T15", 1, steps::haste),
    ("T16", 1, letters::defective),
    ("T17", 1, voices::captive),
    ("T18", 1, letters::war),
    ("T19", 1, steps::frozen),
    ("T20", 1, contacts::capture_or_missing_notice),
    ("T21", 1, money::unpaid),
    ("T22", 1, touch::last_touch),
    ("T23", 1, people::follows),
    ("T24", 1, host::abuse),
    ("T25", 1, officers::without_form),
    ("R1", 1, across::repeated),
    ("procedure_unknown", 1, steps::unknown),
    ("contested_holder", 1, records::contested),
    ("registration", 1, records::registration),
];

/// What a verdict says where the evidence leaves something open.
pub(crate) fn at_most(severity: Severity, unknown: Option<Unknown>) -> Severity {
    match unknown {
        None => severity,
        Some(Unknown::Contested | Unknown::GuardErrored) => severity.min(Severity::S3),
        Some(Unknown::TooFew) => Severity::S1,
        Some(Unknown::ScopeUnknown | Unknown::IdentityAmbiguous | Unknown::Tender | Unknown::Erased) => {
            severity.min(Severity::S2)
        }
    }
}
