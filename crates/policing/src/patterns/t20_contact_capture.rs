//! T20: whoever should have heard of a change was cut off before it: by the gaining side, which put its own
//! contact in the place of the host's or the customer's, or because no notice to the host is on record.
//!
//! *Capture.* Trigger: a change of holder to the guest's family over what the handoff protects, and within the days
//! before it that the policy names (30) an actor of that family replaced the contact for notices of host or customer,
//! or the customer's authority, and the party itself has not confirmed it (staff turnover confirmed by the party
//! is none). The act is the replacement, the respondent the family of the actor. A letter or a forfeiture does not
//! clear it, for both were got through that contact; every other basis does.
//!
//! *Missing notice.* Trigger: a change was executed of which the customer was told, or after a window that is on record
//! as opened, yet no notice to the host is on record as delivered. The respondent is whoever executed it.
//!
//! A missing notice is said once, by whichever of three knows most: where the customer was told and the host was not,
//! or the record claims a window that nobody was told of, it is T20; where nobody was told the change was hasty and
//! T15 says so at S4; where another system reports a change of which no step is known it is one question to the vendor
//! (`procedure_unknown`, S2).

use std::collections::HashSet;

use domain::account::Contact;
use domain::account::gain::GainKind;
use domain::account::guest::{Change, Execution, Handoff};
use domain::event::Party;
use domain::event::account::ContactPurpose;
use domain::event::case::{ClearedBy, Clearing, Ground, Severity};
use domain::event::change::Basis;
use domain::event::notice::About as Subject;
use domain::id::{EventId, PartnerId};
use domain::protection::act::Judged as Act;
use domain::protection::procedure::{Step, opening::notices, protecting};
use domain::protection::question::Question;
use domain::protection::walk::Ledger;
use domain::protection::{Assessment, Haste, Outcome, haste, kin, words};
use domain::time::Interval;

use super::t15_haste;
use super::takeover::{bare_proof, capped_by};
use crate::judged::{About, Breach, Seen, Sighting};
use crate::scene::Scene;

pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    let mut seen = HashSet::new();
    let captures = scene.assessments.iter().flat_map(|assessment| captured(scene, assessment));
    // One replacement is one finding, however many changes follow it.
    let mut found: Vec<Sighting<'a>> = captures
        .filter(|(handoff, sighting)| seen.insert((&handoff.handoff, sighting.act)))
        .map(|(_, sighting)| sighting)
        .collect();
    let changes = scene.known.account.changes.iter();
    let executions = changes.flat_map(|change| change.executions.iter().map(move |done| (change, done)));
    found.extend(executions.filter_map(|(change, done)| untold(scene, change, done)));
    found
}

/// How far a finding about the steps to a gain stands: against nothing where the host had nothing left to lose by
/// it, and against a letter or forfeiture all the same, unless something else lets it pass too.
fn cleared(scene: &Scene<'_>, assessment: &Assessment<'_>) -> Option<Option<(ClearedBy, Vec<EventId>)>> {
    match &assessment.outcome {
        Outcome::NotConcerned(_) => None,
        Outcome::Violation(_) => Some(None),
        Outcome::Cleared { by: ClearedBy::Basis(Basis::CustomerLetter | Basis::Forfeiture), .. } => {
            Some(cleared_otherwise(scene, assessment))
        }
        Outcome::Cleared { by, because } => Some(Some((*by, because.clone()))),
    }
}

fn cleared_otherwise(scene: &Scene<'_>, assessment: &Assessment<'_>) -> Option<(ClearedBy, Vec<EventId>)> {
    let nothing_before = Ledger::default();
    let act = Act::from(assessment.gain);
    let question = Question::new(scene.known, assessment.handoff, act, &nothing_before)?;
    let counts = |basis: Basis| !matches!(basis, Basis::CustomerLetter | Basis::Forfeiture);
    match question.answer_by(&counts) {
        Outcome::Cleared { by, because } => Some((by, because)),
        Outcome::NotConcerned(_) | Outcome::Violation(_) => None,
    }
}

fn captured<'a>(scene: &Scene<'a>, assessment: &Assessment<'a>) -> Vec<(&'a Handoff, Sighting<'a>)> {
    let (gain, handoff, known) = (assessment.gain, assessment.handoff, scene.known);
    if !matches!(gain.kind, GainKind::ChangeExecuted { .. } | GainKind::HolderRecorded { .. }) {
        return Vec::new();
    }
    let Some(clear) = cleared(scene, assessment) else { return Vec::new() };
    let days = i64::from(scene.policy_at(gain.at).policy.policing.capture_days);
    // A change begins with its request.
    let change = Act::from(gain).change().and_then(|change| known.account.change(change));
    let request = change.and_then(|change| change.requested_at.zip(change.requested));
    let begun = request.map_or(gain.at, |(at, _)| at.min(gain.at));
    let before = Interval::new(scene.days_after(begun, -days), gain.at);
    let replaced = known.account.contacts.iter().filter(|contact| {
        before.contains(contact.during.from)
            && Some(contact.event) != known.account.opened
            && contact.purpose != ContactPurpose::Billing
            && (contact.party == Party::Customer || is_host(handoff, &contact.party))
            && !is_confirmed(known.account, contact)
    });
    let captured = replaced.filter_map(|contact| {
        let by = contact.by.as_ref()?;
        let kinship = kin::of_guest(known, handoff, by, contact.during.from)?;
        let gainer = kin::of_guest(known, handoff, &gain.partner, gain.at)?;
        let seen = match &clear {
            Some((by, because)) => Seen::Cleared { by: *by, because: because.clone() },
            None => {
                // The request is needed where only its day lies near enough.
                let near = scene.days_after(gain.at, -days) <= contact.during.from;
                let request = request.map(|(_, event)| event).filter(|_| !near);
                let path = kinship.path.iter().copied().chain(request).collect();
                Seen::Breach(capture(scene, assessment, contact, by, path))
            }
        };
        let sighting = Sighting {
            act: contact.event,
            at: contact.during.from,
            actor: by.clone(),
            respondent: by.to_string(),
            severity: capped_by(capped_by(Severity::S3, Some(&kinship)), Some(&gainer)),
            about: About::Handoff(handoff),
            seen,
        };
        Some((handoff, sighting))
    });
    captured.collect()
}

fn is_host(handoff: &Handoff, party: &Party) -> bool {
    handoff.partner_of(party).as_ref() == Some(&handoff.host)
}

/// Whether the party itself said that this contact is its own.
fn is_confirmed(account: &domain::account::Account, contact: &Contact) -> bool {
    account.contacts.iter().any(|known| {
        known.contact == contact.contact
            && known.party == contact.party
            && known.confirmed_by.as_ref() == Some(&contact.party)
    })
}

fn capture(
    scene: &Scene<'_>,
    assessment: &Assessment<'_>,
    contact: &Contact,
    by: &PartnerId,
    path: Vec<EventId>,
) -> Breach {
    let (gain, handoff) = (assessment.gain, assessment.handoff);
    let whose = if contact.party == Party::Customer { "the customer's" } else { "the host's" };
    let on = words::day(contact.during.from);
    let sentence = format!(
        "{by} replaced {whose} contact on {on}, and {} became holder on {} of what handoff {} protects for {}",
        gain.partner,
        words::day(gain.at),
        handoff.handoff,
        handoff.host,
    );
    let mut proof = bare_proof(scene, assessment);
    proof.extend(path.into_iter().chain([contact.event]));
    let mut seen = HashSet::new();
    proof.retain(|event| seen.insert(*event));
    let not_confirmed = format!("{whose} side has not said that the contact is its own");
    let confirmed = format!("{whose} own word that the contact of {on} is its own");
    let released = format!("a host release valid at {}", words::day(gain.at));
    let clearing = |basis: &str, missing: String| Clearing { basis: basis.to_owned(), missing };
    Breach {
        unknown: None,
        proof,
        context: Vec::new(),
        grounds: vec![
            Ground::new(
                "contact_replaced",
                format!("{by} replaced {whose} contact on {on}"),
                vec![contact.event],
            ),
            Ground::new("change_followed", sentence.clone(), vec![gain.event]),
            Ground::new("not_confirmed", not_confirmed, Vec::new()),
        ],
        clearing: vec![clearing("confirmation", confirmed), clearing("V2", released)],
        sentence,
    }
}

/// A change of which the host was not told, though a window is on record or the customer was told.
pub(super) fn untold<'a>(scene: &Scene<'a>, change: &'a Change, done: &'a Execution) -> Option<Sighting<'a>> {
    let known = scene.known;
    let (holder, scope) = (&done.executed.holder, &done.executed.scope);
    let effective_from = done.executed.effective_from;
    let step =
        Step { change, gaining: holder, scope, at: done.at, effective_from, executed: Some(done.event) };
    let handoff = protecting(known, holder, scope, done.at)?;
    let reached = notices(known.account, change)
        .any(|notice| is_host(handoff, &notice.to) && notice.delivered.is_some_and(|(at, _)| at <= done.at));
    if reached {
        return None;
    }
    let judged = |assessment: &&Assessment<'a>| {
        assessment.gain.event == done.event && assessment.handoff.handoff == handoff.handoff
    };
    let assessment = scene.assessments.iter().find(judged)?;
    let kinship = kin::of_guest(known, handoff, holder, done.at)?;
    let excused = |step: Step<'_>| match haste(known, &step) {
        Haste::InTime => change.window_opened.map(|event| Ok(Instead::window(event))),
        Haste::Excused { by, because } => customer_told(scene, change, done).map(|_| Err((by, because))),
        Haste::TooEarly { window: None, .. } => customer_told(scene, change, done).map(Ok),
        Haste::TooEarly { window: Some(_), .. } => None,
    };
    let instead = excused(step)?;
    let seen = match (cleared(scene, assessment)?, instead) {
        (Some((by, because)), _) | (None, Err((by, because))) => Seen::Cleared { by, because },
        (None, Ok(instead)) => Seen::Breach(missing(scene, assessment, change, done, instead)),
    };
    Some(Sighting {
        act: done.event,
        at: done.at,
        respondent: done.by.as_ref().map_or_else(|| "vendor".to_owned(), ToString::to_string),
        actor: done.by.clone().unwrap_or_else(|| holder.clone()),
        severity: capped_by(Severity::S3, Some(&kinship)),
        about: About::Handoff(handoff),
        seen,
    })
}

/// What is on record of the steps, where no notice to the host is.
struct Instead {
    part: &'static str,
    words: &'static str,
    shown_by: Vec<EventId>,
}

impl Instead {
    fn window(opened: EventId) -> Self {
        Self { part: "window_recorded", words: "a window is on record as opened", shown_by: vec![opened] }
    }
}

/// The notice of the change that reached the customer first, before it was executed.
fn customer_told(scene: &Scene<'_>, change: &Change, done: &Execution) -> Option<Instead> {
    let about = Subject::Change(change.change.clone());
    let to_customer = scene.known.account.notices_about(&about).filter(|notice| notice.to == Party::Customer);
    let reached = to_customer.filter_map(|notice| {
        let (at, delivery) = notice.delivered.filter(|(at, _)| *at <= done.at)?;
        Some((at, delivery, notice.sent))
    });
    let (_, delivery, sent) = reached.min()?;
    let words = "the customer was told of the change";
    Some(Instead { part: "customer_told", words, shown_by: vec![sent, delivery] })
}

fn missing(
    scene: &Scene<'_>,
    assessment: &Assessment<'_>,
    change: &Change,
    done: &Execution,
    instead: Instead,
) -> Breach {
    let handoff = assessment.handoff;
    let sentence = format!(
        "change {} moved {} to {} on {}, and {}, but no notice to {} is on record as delivered",
        change.change,
        words::scope(&done.executed.scope),
        done.executed.holder,
        words::day(done.at),
        instead.words,
        handoff.host,
    );
    let mut proof = bare_proof(scene, assessment);
    proof.extend(instead.shown_by.iter().copied());
    let receipt = format!("the receipt of a notice to {} before {}", handoff.host, words::day(done.at));
    let mut clearing = vec![Clearing { basis: "receipt".to_owned(), missing: receipt }];
    clearing.extend(t15_haste::clearing());
    let grounds = vec![
        Ground::new("executed", sentence.clone(), vec![done.event]),
        Ground::new(instead.part, instead.words, instead.shown_by),
        Ground::new("no_notice", format!("no notice to {} was delivered before", handoff.host), Vec::new()),
    ];
    Breach { unknown: None, proof, context: Vec::new(), grounds, clearing, sentence }
}
