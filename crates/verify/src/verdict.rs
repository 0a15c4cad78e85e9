//! Checking that the verdict on a finding changed when it should, by what was recorded up to then.
//!
//! What leaves a finding standing has to show it still. What clears or supersedes one has to leave nothing to show,
//! and without the event it names there has to be something again.

use std::collections::BTreeSet;

use domain::event::case::{ClearedBy, Finding, SupersededBy, Verdict, VerdictChanged};
use domain::fact::Fact;
use domain::id::EventId;
use domain::policy::Switch;

use crate::certificate::{
    Fault, Part, REGISTRATION, differences_of_verdict, fault, is_above, known_with, recorded_facts,
};
use crate::known::{Known, Recorded};
use crate::patterns::{CHECKS, Check, Shown};
use crate::scene::Scene;
use crate::{Certificate, Record};

/// Everything that keeps a change of the verdict on a finding from being accepted; nothing when it is as it says.
///
/// The certificate is that of the finding as it was recorded, known until the change; the record is what was known
/// then.
pub fn check_change(certificate: &Certificate<'_>, changed: &VerdictChanged, record: &Record) -> Vec<Fault> {
    let found = CHECKS.iter().find(|(pattern, ..)| *pattern == changed.pattern);
    let Some((_, _, check)) = found else {
        return vec![fault(Part::Pattern, format!("nothing is known of a pattern {}", changed.pattern))];
    };
    let (verdict, severity, known) = (changed.verdict.clone(), changed.severity, changed.known);
    let finding = Finding { verdict, severity, known, ..certificate.finding.clone() };
    let certificate = Certificate { finding: &finding, ..*certificate };
    let recorded = Recorded::of(record);
    let whole = Known::of(&recorded);
    let scene = Scene::of(&whole);
    let shown = shown(&certificate, (&whole, &scene), *check);
    let mut faults = not_on_record(changed, record);
    match &changed.verdict {
        Verdict::Pending | Verdict::Confirmed | Verdict::Indeterminate(_) => {
            faults.extend(stands(&certificate, &scene, shown));
        }
        Verdict::Cleared(ClearedBy::HeldBack) if is_left_to_policy(&finding, &scene) => {}
        Verdict::Cleared(ClearedBy::HeldBack) => {
            faults.push(fault(Part::Verdict, "the policy does not hold it back"));
        }
        Verdict::Cleared(_) | Verdict::Superseded(_) => {
            if shown.is_ok() && !is_left_to_policy(&finding, &scene) {
                faults.push(fault(Part::Verdict, "what was known shows it still"));
            }
            faults.extend(changes_nothing(&certificate, changed, record, *check));
        }
    }
    faults
}

fn shown(
    certificate: &Certificate<'_>,
    (whole, scene): (&Known, &Scene<'_>),
    check: Check,
) -> Result<Shown, String> {
    if whole.is_absorbed {
        return Err("the account had been merged into another one".to_owned());
    }
    let proof: BTreeSet<EventId> = certificate.finding.proof.iter().copied().collect();
    known_with(certificate, (whole, scene), check, proof)
}

/// It names the last event that was known, and what made the difference, if something was told that did.
fn not_on_record(changed: &VerdictChanged, record: &Record) -> Vec<Fault> {
    let known: BTreeSet<EventId> = recorded_facts(record).map(|fact| fact.meta.id).collect();
    let mut faults = Vec::new();
    for event in changed.because.into_iter().chain(by(&changed.verdict)) {
        if !known.contains(&event) {
            faults.push(fault(Part::Verdict, format!("event {event} was not in the journal")));
        }
    }
    if by(&changed.verdict).is_some_and(|event| changed.because != Some(event)) {
        faults.push(fault(Part::Verdict, "it is superseded by another event than it names"));
    }
    if record.facts.last().map(|fact| fact.meta.id) != Some(changed.known) {
        faults.push(fault(Part::Verdict, "it ends at an event that is not on the account's stream"));
    }
    faults
}

fn by(verdict: &Verdict) -> Option<EventId> {
    match verdict {
        Verdict::Superseded(SupersededBy::Late(event) | SupersededBy::Correction(event)) => Some(*event),
        Verdict::Pending | Verdict::Confirmed | Verdict::Cleared(_) | Verdict::Indeterminate(_) => None,
    }
}

/// What keeps it from standing as it says.
fn stands(certificate: &Certificate<'_>, scene: &Scene<'_>, shown: Result<Shown, String>) -> Vec<Fault> {
    let finding = certificate.finding;
    let shown = match shown {
        Ok(shown) => shown,
        Err(why) => return vec![fault(Part::Verdict, format!("what was known speaks against it: {why}"))],
    };
    let mut faults = differences_of_verdict(certificate, &shown);
    if is_above(finding.severity, &scene.policy_at(finding.violated_at).pattern(&finding.pattern)) {
        faults.push(fault(Part::Severity, "the policy caps it lower"));
    }
    // What was asked for when it was found may have been done since: papers may arrive until some time after that.
    let until = scene.papers_until(shown.at.max(finding.violated_at));
    let is_early = finding.verdict == Verdict::Confirmed && certificate.known_until < until;
    let is_late = finding.verdict == Verdict::Pending && until <= certificate.known_until;
    if (is_early || is_late) && finding.pattern != REGISTRATION {
        faults.push(fault(Part::Time, format!("it is provisional until {until}")));
    }
    faults
}

/// Whether the policy has a say in it that is not asked here: its pattern is off, or a guard may hold it back.
fn is_left_to_policy(finding: &Finding, scene: &Scene<'_>) -> bool {
    let said = scene.policy_at(finding.violated_at).pattern(&finding.pattern);
    said.switch == Switch::Off || said.guard.is_some()
}

/// A verdict that names what cleared it says that without that event it would stand. What ended because of another
/// account names no more than how far was known.
fn changes_nothing(
    certificate: &Certificate<'_>,
    changed: &VerdictChanged,
    record: &Record,
    check: Check,
) -> Option<Fault> {
    let because = changed.because.filter(|because| *because != changed.known)?;
    let fewer = without(record, because);
    let recorded = Recorded::of(&fewer);
    let whole = Known::of(&recorded);
    let scene = Scene::of(&whole);
    let shown = shown(certificate, (&whole, &scene), check);
    let why = |why| format!("without event {because} it is not shown either: {why}");
    shown.err().map(|without| fault(Part::Verdict, why(without)))
}

/// What the journal would have said had one event never been told.
fn without(record: &Record, event: EventId) -> Record {
    let mut fewer = record.clone();
    let stays = |fact: &Fact| fact.meta.id != event;
    for facts in [&mut fewer.facts, &mut fewer.identity, &mut fewer.program] {
        facts.retain(stays);
    }
    fewer.partners.retain(|(_, fact)| stays(fact));
    fewer.others.retain(|(_, fact)| stays(fact));
    for apart in &mut fewer.apart {
        apart.facts.retain(stays);
        apart.others.retain(|(_, fact)| stays(fact));
    }
    fewer
}
