//! T08: the same customer under another name. The guest's family opened a second account for it, and gains there
//! what the handoff protects here.
//!
//! Trigger: a gain on an account that identity decisions (a merge, a linked key) found to be this one, if that was
//! opened by the guest's family since it accepted, itself or by the first registration on it. Key: handoff and
//! gain; the window, the family and the bases are those of any takeover, judged on both streams together. A
//! duplicate that somebody else opened is no alias: its gains are found by the patterns of plain takeover.
//!
//! Where a command asks for it, the same is refused beforehand (`domain::decide::Customer`); found are gains that were
//! reported, or allowed before anybody knew that the two are one.
//!
//! S4 against whoever gained, if a hard id agrees in every decision on the way; without one, or where a family is
//! only guessed, S2. A split of the two accounts takes the finding back; a namesake that nobody matched is none.

use domain::event::case::{Ground, Severity};
use domain::id::EventId;
use domain::protection::{Assessment, kin, words};

use super::of_change::{capped, clearing};
use super::takeover;
use crate::judged::{Seen, Sighting};
use crate::scene::Scene;
use crate::tied::Tied;

/// Gains on an account that the guest's family opened since it accepted and that identity decisions found to be
/// this one; S4 only if a hard id says so.
pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    if scene.ties.is_empty() {
        return Vec::new();
    }
    scene.assessments.iter().filter_map(|assessment| on_alias(scene, assessment)).collect()
}

fn on_alias<'a>(scene: &Scene<'a>, assessment: &Assessment<'a>) -> Option<Sighting<'a>> {
    let alias = scene.alias_of(assessment.handoff, assessment.gain.event)?;
    let founder = alias.account.opened_by.as_ref()?;
    let mut sighting = takeover::sighting(scene, Severity::S4, assessment)?;
    let kinship = kin::of_guest(scene.known, assessment.handoff, &founder.partner, founder.at)?;
    sighting.severity = capped(sighting.severity, &kinship);
    let Seen::Breach(breach) = &mut sighting.seen else { return Some(sighting) };
    let named = format!(
        "account {}, which {} opened on {}, is the same customer",
        alias.account_id,
        founder.partner,
        words::day(founder.at)
    );
    for event in founded(alias, &breach.proof).into_iter().chain(kinship.path) {
        if !breach.proof.contains(&event) {
            breach.proof.push(event);
        }
    }
    breach.grounds.push(Ground::new("alias", named.clone(), vec![founder.event]));
    breach.context.push(founder.event);
    breach.sentence = format!("{}; {named}", breach.sentence);
    breach
        .clearing
        .push(clearing("identity", "a decision that the two accounts are different customers after all"));
    Some(sighting)
}

/// What shows who opened the account: its opening, unless a registration in the proof shows the same.
fn founded(alias: &Tied<'_>, proof: &[EventId]) -> Option<EventId> {
    let founder = alias.account.opened_by.as_ref()?;
    let registers = alias.account.deals.iter().any(|deal| {
        deal.partner.as_ref() == Some(&founder.partner)
            && deal.submission.is_some_and(|submission| proof.contains(&submission))
    });
    (!registers).then_some(founder.event)
}
