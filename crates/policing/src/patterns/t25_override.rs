//! T25: an officer of the vendor steps over the rules without what that takes: two of them, neither from direct
//! sales, a reason, an end, and word to both sides. One such override is a breach; whom it favoured is no part of it.
//!
//! Trigger: an override that lacks any of these; word to both sides is only missed when the days in which papers
//! may arrive (14) are over. Key: the override. The sides are host and guest of the handoff it touches, else
//! whoever held the scope and whoever is to get it. An override in form is none; one in form that came later does
//! not heal the first. S4 against the vendor.

use domain::account::Account;
use domain::account::guest::{Handoff, Override};
use domain::calendar::zone_or_utc;
use domain::event::case::{Ground, Severity};
use domain::fact::Role;
use domain::id::{EventId, PartnerId};
use domain::program::Program;
use domain::protection::basis::overriding::was_told;
use domain::protection::{kin, words};
use domain::time::Instant;

use super::of_change::clearing;
use crate::judged::{About, Breach, Seen, Sighting};
use crate::scene::Scene;

/// One sighting per override that lacks something.
pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    scene.known.account.overrides.iter().filter_map(|known| overridden(scene, known)).collect()
}

/// When the next override has to have been told to both sides, after `until`.
pub(crate) fn due_after(program: &Program, account: &Account, until: Instant) -> Option<Instant> {
    let told_by = account.overrides.iter().map(|known| published_by(program, known));
    told_by.filter(|at| until < *at).min()
}

/// Until when word of an override may take: as long as any other paper.
fn published_by(program: &Program, known: &Override) -> Instant {
    let policy = &program.policy_at(known.during.from).policy;
    let zone = zone_or_utc(&policy.zone);
    known.during.from.plus_civil_days(i64::from(policy.policing.lateness_days), &zone)
}

/// Those an override concerns: the host and guest it is about, else whoever held the account and whoever gets it.
struct Sides<'a> {
    handoff: Option<&'a Handoff>,
    losing: Option<&'a PartnerId>,
    gaining: Option<&'a PartnerId>,
    shown_by: Vec<EventId>,
}

fn overridden<'a>(scene: &Scene<'a>, known: &'a Override) -> Option<Sighting<'a>> {
    let sides = sides(scene, known);
    let lacks = lacks(scene, known, &sides);
    if lacks.is_empty() {
        return None;
    }
    let actor = sides.gaining.or(sides.losing).cloned();
    let actor = actor.unwrap_or_else(|| "vendor".parse().expect("a lower-case word is a partner id"));
    let about = match sides.handoff {
        Some(handoff) => About::Handoff(handoff),
        None => About::Subject {
            subject: known.event.to_string(),
            losing: sides.losing.cloned().unwrap_or_else(|| actor.clone()),
            gaining: actor.clone(),
        },
    };
    Some(Sighting {
        act: known.event,
        at: known.during.from,
        actor,
        respondent: "vendor".to_owned(),
        severity: Severity::S4,
        about,
        seen: Seen::Breach(breach(known, &sides, &lacks)),
    })
}

fn sides<'a>(scene: &Scene<'a>, known: &'a Override) -> Sides<'a> {
    let at = known.during.from;
    let concerns = |handoff: &&Handoff| {
        handoff.accepted_at.is_some_and(|accepted| accepted <= at)
            && handoff.protected_scope.overlaps(&known.scope)
            && known.holder.as_ref().is_none_or(|holder| {
                *holder == handoff.host || kin::of_guest(scene.known, handoff, holder, at).is_some()
            })
    };
    let handoffs = scene.known.account.handoffs.iter().filter(concerns);
    if let Some(handoff) = handoffs.max_by_key(|handoff| (handoff.accepted_at, &handoff.handoff)) {
        let shown_by = [handoff.invited, handoff.accepted].into_iter().flatten().collect();
        let (losing, gaining) = (Some(&handoff.host), handoff.guest.as_ref());
        return Sides { handoff: Some(handoff), losing, gaining, shown_by };
    }
    let held = scene.known.account.holdings.iter().find(|holding| {
        holding.event != known.event
            && holding.covers(&known.scope)
            && holding.during.from < at
            && holding.during.until.is_none_or(|until| until >= at)
    });
    let shown_by = held.map(|holding| holding.event).into_iter().collect();
    Sides {
        handoff: None,
        losing: held.map(|holding| &holding.holder),
        gaining: known.holder.as_ref(),
        shown_by,
    }
}

/// What the override lacks, in words that continue "the override".
fn lacks(scene: &Scene<'_>, known: &Override, sides: &Sides<'_>) -> Vec<&'static str> {
    let second = known.officers.iter().any(|a| known.officers.iter().any(|b| a.principal != b.principal));
    let sales = known.officers.iter().any(|officer| officer.role == Role::DirectSales);
    let told = [(0, sides.losing), (1, sides.gaining)].into_iter().all(|(side, partner)| {
        partner.is_none_or(|partner| was_told(scene.known.account, known, side, partner))
    });
    let may_be_told = scene.watermark.until < published_by(scene.known.program, known);
    let checks = [
        (!second, "was not signed by two officers"),
        (sales, "was signed by an officer of direct sales"),
        (known.reason_text.trim().is_empty(), "gives no reason"),
        (known.during.is_empty(), "has no end"),
        (!told && !may_be_told, "was not made known to both sides"),
    ];
    checks.into_iter().filter(|(lacks, _)| *lacks).map(|(_, words)| words).collect()
}

fn breach(known: &Override, sides: &Sides<'_>, lacks: &[&str]) -> Breach {
    let scope = words::scope(&known.scope);
    let toward = known.holder.as_ref().map(|holder| format!(" toward {holder}")).unwrap_or_default();
    let sentence = format!(
        "the vendor's override of {scope}{toward} on {} {}",
        words::day(known.during.from),
        lacks.join(" and ")
    );
    // Where it names nobody, only what shows its sides tells that they should have heard of it.
    let unheard = lacks == ["was not made known to both sides"] && known.holder.is_none();
    let mut proof = vec![known.event];
    if unheard {
        proof.extend(sides.shown_by.iter().copied());
    }
    let mut grounds = vec![Ground::new("override", sentence.clone(), vec![known.event])];
    grounds
        .extend(lacks.iter().map(|lack| Ground::new("no_form", format!("the override {lack}"), Vec::new())));
    Breach {
        unknown: None,
        grounds,
        context: sides.shown_by.clone(),
        proof,
        clearing: vec![
            clearing("published", "notices of the override, delivered to both sides in time"),
            clearing(
                "V9",
                format!("an override of {scope} by two officers outside direct sales, with reason and end"),
            ),
            clearing("correction", "a retraction of the override"),
        ],
        sentence,
    }
}
