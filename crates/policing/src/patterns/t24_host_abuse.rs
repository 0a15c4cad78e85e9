//! T24: the host's side abuses what protects it: it objects without a ground the program knows or without having
//! asked, objects in vain again and again, or keeps a customer that knows nothing of it. Respondent is the host.

use domain::account::Account;
use domain::account::guest::{Asked, Change, Objection};
use domain::account::registration::{Deal, Outcome, Registration};
use domain::calendar::zone_or_utc;
use domain::event::Party;
use domain::event::case::{ClearedBy, Ground, Severity};
use domain::event::change::{Basis, ObjectionGround, ObjectionOutcome, VerificationOutcome, Verifier};
use domain::event::consent::AskedAbout;
use domain::id::{EventId, PartnerId};
use domain::protection::words;
use domain::time::Instant;

use super::of_change::{about, clearing, kin_of};
use crate::judged::{About, Breach, Seen, Sighting};
use crate::scene::Scene;

pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    let mut seen = objections(scene);
    seen.extend(denied(scene));
    seen.extend(idle(scene));
    seen
}

/// Whether one of several registrations may have been kept without activity, though somebody is at work.
pub(crate) fn may_be_idle(account: &Account) -> bool {
    account.deals.len() > 1 && is_worked_on(account)
}

/// When the next registration lapses, after `until`.
pub(crate) fn due_after(account: &Account, until: Instant) -> Option<Instant> {
    let ends = account.deals.iter().filter_map(|deal| deal.protection?.until);
    ends.filter(|at| until < *at).min()
}

/// An objection of the side that would lose, and who that is.
struct Objected<'a> {
    change: &'a Change,
    objection: &'a Objection,
    by: PartnerId,
    /// What shows who objected, where the objection does not say so itself.
    shown_by: Option<EventId>,
}

fn objections<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    let changes = scene.known.account.changes.iter();
    let all = changes.flat_map(|change| change.objections.iter().map(move |objection| (change, objection)));
    let mut objected: Vec<Objected<'a>> =
        all.filter_map(|(change, objection)| by_losing_side(scene, change, objection)).collect();
    objected.sort_by_key(|known| (known.objection.at, known.objection.event));
    let mut seen: Vec<Sighting<'a>> = objected.iter().filter_map(|known| baseless(scene, known)).collect();
    seen.extend(in_vain(scene, &objected));
    seen
}

/// The objection with its objector, unless it is the customer's, the vendor's, or of the gaining family.
fn by_losing_side<'a>(
    scene: &Scene<'a>,
    change: &'a Change,
    objection: &'a Objection,
) -> Option<Objected<'a>> {
    let named = || (change.losing.clone(), change.requested);
    let (by, shown_by) = match &objection.by {
        Party::Customer | Party::Vendor | Party::Guest => return None,
        Party::Partner(partner) => (Some(partner.clone()), None),
        Party::Host if objection.reported_by.is_some() => (objection.reported_by.clone(), None),
        Party::Host => named(),
    };
    let by = by?;
    let gainers = change.gaining.as_ref();
    let own = gainers.is_some_and(|gaining| kin_of(scene, gaining, &by, objection.at).is_some());
    (!own).then_some(Objected { change, objection, by, shown_by })
}

/// Outside the closed list of grounds, or without reasonable inquiry.
fn baseless<'a>(scene: &Scene<'a>, known: &Objected<'a>) -> Option<Sighting<'a>> {
    let objection = known.objection;
    let why = match (objection.ground, objection.inquiry_attested) {
        (ObjectionGround::Other, _) => "on no ground the program knows",
        (_, false) => "without attesting that it had looked into the matter",
        (_, true) => return None,
    };
    let upheld = objection.decided.filter(|(_, outcome, _)| *outcome == ObjectionOutcome::Upheld);
    let sentence = format!(
        "{} objected to change {} on {} {why}",
        known.by,
        known.change.change,
        words::day(objection.at)
    );
    let proof = [Some(objection.event), known.shown_by].into_iter().flatten().collect();
    let seen = match upheld {
        // It turned out to be right: how it was put forward is then no abuse.
        Some((_, _, ruling)) => {
            Seen::Cleared { by: ClearedBy::Basis(Basis::Override), because: vec![ruling] }
        }
        None => Seen::Breach(breach(
            "objection",
            sentence,
            proof,
            Vec::new(),
            vec![
                clearing("ruling", "a decision that upholds the objection"),
                clearing(
                    "correction",
                    "a correction of the objection that names its ground and the inquiry made",
                ),
            ],
        )),
    };
    Some(sighting(scene, known, objection.event, objection.at, seen))
}

/// As many objections of one partner were rejected on this account as the program lets pass, each counted once.
fn in_vain<'a>(scene: &Scene<'a>, objected: &[Objected<'a>]) -> Vec<Sighting<'a>> {
    let mut seen = Vec::new();
    let mut counted: Vec<&PartnerId> = Vec::new();
    for known in objected {
        if counted.contains(&&known.by) {
            continue;
        }
        counted.push(&known.by);
        let mut rejected: Vec<(Instant, EventId, &Objected<'a>)> = objected
            .iter()
            .filter(|other| other.by == known.by)
            .filter_map(|other| match other.objection.decided {
                Some((at, ObjectionOutcome::Rejected, ruling)) => Some((at, ruling, other)),
                Some((_, ObjectionOutcome::Upheld, _)) | None => None,
            })
            .collect();
        rejected.sort_by_key(|(at, ruling, _)| (*at, *ruling));
        let Some((first_at, _, _)) = rejected.first() else { continue };
        let min = usize::from(scene.policy_at(*first_at).policy.policing.objections_rejected_min);
        let Some(&(at, ruling, last)) = rejected.get(min - 1) else { continue };
        let mut proof: Vec<EventId> = Vec::new();
        for (_, ruling, other) in &rejected[..min] {
            let events = [Some(other.objection.event), other.shown_by, Some(*ruling)];
            proof.extend(events.into_iter().flatten());
        }
        proof.dedup();
        let sentence = format!(
            "{min} objections of {} to changes of this account were rejected, the last on {}",
            known.by,
            words::day(at)
        );
        let open = vec![clearing("ruling", "a decision on appeal that upholds one of the objections")];
        let seen_breach = Seen::Breach(breach("rejected", sentence, proof, Vec::new(), open));
        seen.push(sighting(scene, last, ruling, at, seen_breach));
    }
    seen
}

fn sighting<'a>(
    scene: &Scene<'a>,
    known: &Objected<'a>,
    act: EventId,
    at: Instant,
    seen: Seen,
) -> Sighting<'a> {
    let gaining = known.change.gaining.clone().unwrap_or_else(|| known.by.clone());
    Sighting {
        act,
        at,
        actor: known.by.clone(),
        respondent: known.by.to_string(),
        severity: Severity::S3,
        about: about(scene, known.change, &gaining, known.objection.at),
        seen,
    }
}

/// Handoffs and registrations of which the customer, asked on its contact on file, knows nothing.
fn denied<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    let account = scene.known.account;
    let mut asked: Vec<&Asked> = account.asked.iter().filter(|asked| speaks(scene, asked)).collect();
    asked.sort_by_key(|asked| (asked.at, asked.event));
    let mut abouts: Vec<&AskedAbout> = Vec::new();
    for known in &asked {
        if !abouts.contains(&&known.asked.about) {
            abouts.push(&known.asked.about);
        }
    }
    abouts.into_iter().filter_map(|about| squatted(scene, &asked, about)).collect()
}

/// Whether an answer counts: the customer was reached on a contact long on file, by somebody who neither gains by
/// the answer nor is of the family of whoever does.
fn speaks(scene: &Scene<'_>, known: &Asked) -> bool {
    let account = scene.known.account;
    let policy = &scene.policy_at(known.at).policy;
    let days = i64::from(policy.consent.contact_on_file_days);
    let on_file =
        known.asked.contact_on_file_since.plus_civil_days(days, &zone_or_utc(&policy.zone)) <= known.at;
    let parties: Vec<&PartnerId> =
        account.handoffs.iter().filter_map(|handoff| handoff.guest.as_ref()).collect();
    let biased = |partner: &PartnerId| {
        let rival = account.deals.iter().filter_map(|deal| deal.partner.as_ref());
        let is_kin = |other: &PartnerId| kin_of(scene, other, partner, known.at).is_some();
        parties.iter().any(|guest| is_kin(guest)) || rival.into_iter().any(is_kin)
    };
    let verifier = match &known.asked.verifier {
        Verifier::Vendor => None,
        Verifier::Partner(partner) => Some(partner),
    };
    let independent = !verifier.into_iter().chain(&known.reported_by).any(biased);
    on_file && independent && known.asked.outcome != VerificationOutcome::Unreachable
}

/// The first denial about one thing, unless the customer said otherwise since.
fn squatted<'a>(scene: &Scene<'a>, asked: &[&'a Asked], thing: &AskedAbout) -> Option<Sighting<'a>> {
    let account = scene.known.account;
    let of_thing = || asked.iter().filter(|known| known.asked.about == *thing);
    let is = |known: &Asked, outcome| known.asked.outcome == outcome;
    let denial = of_thing().find(|known| is(known, VerificationOutcome::Denied))?;
    let last = of_thing().next_back()?;
    let (by, shown_by, about, named) = match thing {
        AskedAbout::Handoff(id) => {
            let handoff = account.handoff(id)?;
            (&handoff.host, handoff.invited?, About::Handoff(handoff), format!("handoff {id}"))
        }
        AskedAbout::Deal(id) => {
            let deal = account.deal(id)?;
            let by = deal.partner.as_ref()?;
            (by, deal.submission?, subject(id.to_string(), by), format!("registration {id}"))
        }
    };
    let sentence = format!(
        "asked on {}, the customer knows nothing of {named}, which {by} put on record",
        words::day(denial.at)
    );
    let seen = if is(last, VerificationOutcome::Confirmed) {
        Seen::Cleared { by: ClearedBy::Basis(Basis::CustomerLetter), because: vec![last.event] }
    } else {
        Seen::Breach(breach(
            "denied",
            sentence,
            vec![denial.event, shown_by],
            Vec::new(),
            vec![
                clearing("V1", format!("the customer's confirmation of {named} on another call")),
                clearing("correction", format!("the withdrawal of {named} as an error")),
            ],
        ))
    };
    Some(Sighting {
        act: denial.event,
        at: denial.at,
        actor: by.clone(),
        respondent: by.to_string(),
        severity: Severity::S3,
        about,
        seen,
    })
}

/// Registrations that lapsed, as many as the program lets pass, without anything done about them. Where nobody
/// ever reports activity on an account, silence says nothing.
fn idle<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    let account = scene.known.account;
    if !may_be_idle(account) {
        return Vec::new();
    }
    let mut lapsed: Vec<(Instant, &Deal, &PartnerId)> =
        account.deals.iter().filter_map(|deal| lapsed_idle(scene, deal)).collect();
    lapsed.sort_by_key(|(at, deal, _)| (*at, deal.submission));
    let mut partners: Vec<&PartnerId> = lapsed.iter().map(|(_, _, partner)| *partner).collect();
    partners.sort();
    partners.dedup();
    partners.into_iter().filter_map(|partner| kept_idle(scene, &lapsed, partner)).collect()
}

/// Whether somebody's work on the account is on record at all, and where.
fn activity(account: &Account) -> Option<EventId> {
    use domain::account::gain::TouchKind;
    let touches = account.touches.iter().filter(|touch| touch.kind != TouchKind::Submission);
    let touches = touches.map(|touch| (touch.at, touch.event));
    let progress = account.deals.iter().flat_map(|deal| &deal.activity).copied();
    touches.chain(progress).min().map(|(_, event)| event)
}

fn is_worked_on(account: &Account) -> bool {
    activity(account).is_some()
}

fn lapsed_idle<'a>(scene: &Scene<'a>, deal: &'a Deal) -> Option<(Instant, &'a Deal, &'a PartnerId)> {
    let (window, partner) = (deal.protection?, deal.partner.as_ref()?);
    let until = window.until.filter(|until| *until <= scene.watermark.until)?;
    let open = deal.outcome == Outcome::Open && deal.registration == Registration::Approved;
    (open && deal.activity.is_empty() && !worked(scene, deal, partner)).then_some((until, deal, partner))
}

/// Whether the partner's family did anything in the account from the registration on, whatever it was.
fn worked(scene: &Scene<'_>, deal: &Deal, partner: &PartnerId) -> bool {
    use domain::account::gain::{GainKind, TouchKind};
    let account = scene.known.account;
    let Some(from) = deal.submitted_at else { return true };
    let own = |other: &PartnerId, at: Instant| at >= from && kin_of(scene, partner, other, at).is_some();
    let touched = account
        .touches
        .iter()
        .any(|touch| touch.kind != TouchKind::Submission && own(&touch.partner, touch.at));
    let gained = account
        .gains
        .iter()
        .any(|gain| !matches!(gain.kind, GainKind::DealApproved { .. }) && own(&gain.partner, gain.at));
    touched
        || gained
        || account.handoffs.iter().any(|handoff| own(&handoff.host, handoff.invited_at.unwrap_or(from)))
}

fn kept_idle<'a>(
    scene: &Scene<'a>,
    lapsed: &[(Instant, &'a Deal, &'a PartnerId)],
    partner: &PartnerId,
) -> Option<Sighting<'a>> {
    let own: Vec<(Instant, &Deal)> =
        lapsed.iter().filter(|(_, _, by)| *by == partner).map(|(at, deal, _)| (*at, *deal)).collect();
    let (first, _) = own.first()?;
    let min = usize::from(scene.policy_at(*first).policy.policing.idle_registrations_min);
    let kept = own.get(..min)?;
    let &(at, last) = kept.last()?;
    let mut proof: Vec<EventId> =
        kept.iter().flat_map(|(_, deal)| [deal.submission, deal.decided]).flatten().collect();
    proof.extend(activity(scene.known.account));
    let sentence = format!(
        "{min} registrations of {partner} kept this customer without any activity, the last until {}",
        words::day(at)
    );
    let open = vec![
        clearing("activity", "a report of what was done about one of them while it ran"),
        clearing("V1", "the customer's confirmation that it wanted them"),
    ];
    Some(Sighting {
        act: last.decided?,
        at,
        actor: partner.clone(),
        respondent: partner.to_string(),
        severity: Severity::S3,
        about: subject(last.deal.to_string(), partner),
        seen: Seen::Breach(breach("idle", sentence, proof, Vec::new(), open)),
    })
}

fn subject<'a>(subject: String, by: &PartnerId) -> About<'a> {
    About::Subject { subject, losing: by.clone(), gaining: by.clone() }
}

fn breach(
    part: &str,
    sentence: String,
    proof: Vec<EventId>,
    context: Vec<EventId>,
    clearing: Vec<domain::event::case::Clearing>,
) -> Breach {
    let grounds = vec![Ground::new(part, sentence.clone(), proof.clone())];
    Breach { unknown: None, proof, context, grounds, clearing, sentence }
}
