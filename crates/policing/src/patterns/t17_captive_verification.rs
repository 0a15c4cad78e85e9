//! T17: whoever vouches for the customer's will sits at the gaining side's desk.
//!
//! Trigger: a verification that said yes, the use of a token, or a letter handed in in the customer's name, whose
//! verifier or teller is of the gaining family, or which shares a session, a person, a network or a mail domain
//! with an act of that family on this account; also a verifier paid by the answer, and one who asked nobody but a
//! contact that family put on file, or the signer whose authority is unknown. Key: change and voice. What an unrelated partner shares too, a mail domain
//! that anybody may use, and a network the guest disclosed when it accepted (it may host the customer) tie nobody.
//!
//! Another verification that nothing ties to the gaining side clears it. S4 against the gaining side; S2 where its
//! family is only guessed.

use domain::account::Contact;
use domain::account::bearer::{Mark, marks};
use domain::account::guest::{Change, Handoff, Verification};
use domain::calendar::zone_or_utc;
use domain::event::Party;
use domain::event::case::{ClearedBy, Ground, Severity};
use domain::event::change::{Basis, VerificationOutcome, Verifier};
use domain::event::consent::Authority;
use domain::fact::Actor;
use domain::family::Kinship;
use domain::id::{ContactRef, EventId, PartnerId};
use domain::protection::procedure::protecting;
use domain::protection::words;
use domain::public_mail::is_public_mail;
use domain::time::Instant;

use super::of_change::{about, capped, clearing, kin_of, named_by};
use crate::judged::{Breach, Seen, Sighting};
use crate::scene::Scene;

/// One sighting per voice for the customer that is captive: a verification, a token's use, the letter itself.
pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    let changes = scene.known.account.changes.iter();
    changes.filter_map(|change| Some(sightings(scene, change, change.gaining.as_ref()?))).flatten().collect()
}

/// Somebody who speaks for the customer in a change.
struct Voice<'a> {
    event: EventId,
    at: Instant,
    actor: &'a Actor,
    what: &'static str,
    /// What it needs beside itself to be one.
    needs: Option<EventId>,
    verification: Option<&'a Verification>,
}

/// What ties a voice to the gaining side.
struct Link {
    words: String,
    shown_by: Vec<EventId>,
    kinship: Kinship,
}

fn sightings<'a>(scene: &Scene<'a>, change: &'a Change, gaining: &'a PartnerId) -> Vec<Sighting<'a>> {
    let Some(named_by) = named_by(change) else { return Vec::new() };
    let found = voices(scene, change).into_iter().filter_map(|voice| {
        let link = link(scene, change, gaining, &voice)?;
        let severity = capped(Severity::S4, &link.kinship);
        let seen = match independent(scene, change, gaining, &voice) {
            Some(other) => {
                Seen::Cleared { by: ClearedBy::Basis(Basis::CustomerLetter), because: vec![other] }
            }
            None => Seen::Breach(breach(change, gaining, &voice, link, named_by)),
        };
        Some(Sighting {
            act: voice.event,
            at: voice.at,
            actor: voice.actor.partner.clone().unwrap_or_else(|| gaining.clone()),
            respondent: gaining.to_string(),
            severity,
            about: about(scene, change, gaining, voice.at),
            seen,
        })
    });
    found.collect()
}

/// Who spoke for the customer: those that said yes, redeemed its token, or handed in its letter in its name.
fn voices<'a>(scene: &Scene<'a>, change: &'a Change) -> Vec<Voice<'a>> {
    let account = scene.known.account;
    let said_yes = |known: &&Verification| known.verified.outcome == VerificationOutcome::Confirmed;
    let verified = change.verifications.iter().filter(said_yes).map(|known| Voice {
        event: known.event,
        at: known.at,
        actor: &known.actor,
        what: "the verification",
        needs: None,
        verification: Some(known),
    });
    let redeemed = account.tokens.iter().flat_map(|token| {
        let of_change = token.redemptions.iter().filter(|(_, redeemed, _)| redeemed.change == change.change);
        of_change.filter_map(|(at, _, event)| {
            let actor =
                token.redeemers.iter().find(|(redeemed, _)| redeemed == event).map(|(_, actor)| actor)?;
            let (what, needs) = ("the use of the customer's token", Some(token.event));
            Some(Voice { event: *event, at: *at, actor, what, needs, verification: None })
        })
    });
    // A partner may hand the letter on; whoever does so in the customer's name must be the customer.
    let letter = change.letter.as_ref().and_then(|letter| account.letter(letter));
    let written = letter.filter(|letter| letter.actor.partner.is_none()).map(|letter| Voice {
        event: letter.event,
        at: letter.valid_at,
        actor: &letter.actor,
        what: "the customer's letter",
        needs: None,
        verification: None,
    });
    verified.chain(redeemed).chain(written).collect()
}

fn link(scene: &Scene<'_>, change: &Change, gaining: &PartnerId, voice: &Voice<'_>) -> Option<Link> {
    let kin = |partner: &PartnerId| kin_of(scene, gaining, partner, voice.at);
    let verified = voice.verification.map(|known| &known.verified);
    if let Some(Verifier::Partner(verifier)) = verified.map(|verified| &verified.verifier)
        && let Some(kinship) = kin(verifier)
    {
        let words = format!("the verifier {verifier} belongs to the family of {gaining}");
        return Some(Link { words, shown_by: kinship.path.clone(), kinship });
    }
    if let Some(kinship) = voice.actor.partner.as_ref().and_then(kin) {
        let words = format!("it was told by the family of {gaining} itself");
        return Some(Link { words, shown_by: kinship.path.clone(), kinship });
    }
    if let Some(link) = shared_mark(scene, change, gaining, voice) {
        return Some(link);
    }
    let itself = || kin(gaining);
    if verified.is_some_and(|verified| verified.outcome_fee) {
        let words = "the verifier is paid by the answer".to_owned();
        return Some(Link { words, shown_by: Vec::new(), kinship: itself()? });
    }
    let verified = verified?;
    if let Some(link) = planted_contact(scene, gaining, &verified.contact, voice.at) {
        return Some(link);
    }
    let letter = change.letter.as_ref().and_then(|letter| scene.known.account.letter(letter))?;
    let asked_itself =
        letter.terms.authority == Authority::Unknown && verified.contact == letter.terms.signer;
    let words = "nobody was asked but the signer, whose authority is unknown".to_owned();
    let kinship = itself()?;
    asked_itself.then_some(Link { words, shown_by: vec![letter.event], kinship })
}

/// The contact that was asked is one that the gaining family put on file not long before, and nobody else ever did.
fn planted_contact(scene: &Scene<'_>, gaining: &PartnerId, asked: &ContactRef, at: Instant) -> Option<Link> {
    let contacts = || {
        let customers = scene.known.account.contacts.iter().filter(|known| known.party == Party::Customer);
        customers.filter(|known| known.contact == *asked)
    };
    let by_family = |known: &Contact| kin_of(scene, gaining, known.by.as_ref()?, known.during.from);
    if contacts().any(|known| by_family(known).is_none()) {
        return None;
    }
    let policy = &scene.policy_at(at).policy;
    let days = i64::from(policy.consent.contact_on_file_days);
    let settled =
        |known: &&Contact| known.during.from.plus_civil_days(days, &zone_or_utc(&policy.zone)) <= at;
    let planted = contacts().filter(|known| known.during.from <= at && !settled(known));
    let first = planted.min_by_key(|known| (known.during.from, known.event))?;
    let kinship = by_family(first)?;
    let shown_by = kinship.path.iter().copied().chain([first.event]).collect();
    Some(Link {
        words: format!("the contact that was asked was put on file by {gaining}"),
        shown_by,
        kinship,
    })
}

/// A mark of the voice that the gaining family acted with too, and no unrelated partner.
fn shared_mark(scene: &Scene<'_>, change: &Change, gaining: &PartnerId, voice: &Voice<'_>) -> Option<Link> {
    let bearers = &scene.known.account.bearers;
    if bearers.is_empty() {
        return None;
    }
    let handoff = protecting(scene.known, gaining, &change.scope, voice.at);
    let verifier = voice.verification.map(|known| Mark::Principal(known.verified.verifier_principal.clone()));
    for mark in marks(voice.actor).chain(verifier).filter(|mark| tells(mark, handoff)) {
        let of_mark = || bearers.iter().filter(|known| known.mark == mark && known.event != voice.event);
        let kin = |partner: &PartnerId| kin_of(scene, gaining, partner, voice.at);
        if of_mark().any(|known| kin(&known.partner).is_none()) {
            continue;
        }
        // The request shows it with the fewest further events.
        let first =
            of_mark().min_by_key(|known| (Some(known.event) != change.requested, known.at, known.event));
        let Some((known, kinship)) = first.and_then(|known| Some((known, kin(&known.partner)?))) else {
            continue;
        };
        let words = format!("it came from {} that {} acted with", said(&mark), known.partner);
        let shown_by = kinship.path.iter().copied().chain([known.event]).collect();
        return Some(Link { words, shown_by, kinship });
    }
    None
}

/// Whether sharing the mark tells anything.
fn tells(mark: &Mark, handoff: Option<&Handoff>) -> bool {
    match mark {
        Mark::Session(_) | Mark::Principal(_) => true,
        Mark::Network(network) => handoff.is_none_or(|handoff| !handoff.disclosed_networks.contains(network)),
        Mark::MailDomain(domain) => !is_public_mail(domain.as_str()),
    }
}

fn said(mark: &Mark) -> String {
    match mark {
        Mark::Session(_) => "a session".to_owned(),
        Mark::Principal(_) => "a person".to_owned(),
        Mark::Network(_) => "a network".to_owned(),
        Mark::MailDomain(domain) => format!("the mail domain {domain}"),
    }
}

/// Another verification of the same change that nothing ties to the gaining side: the customer did want it.
fn independent(
    scene: &Scene<'_>,
    change: &Change,
    gaining: &PartnerId,
    captive: &Voice<'_>,
) -> Option<EventId> {
    let others = voices(scene, change).into_iter().filter(|voice| voice.verification.is_some());
    let mut others = others.filter(|voice| voice.event != captive.event);
    others.find(|voice| link(scene, change, gaining, voice).is_none()).map(|voice| voice.event)
}

fn breach(change: &Change, gaining: &PartnerId, voice: &Voice<'_>, link: Link, named_by: EventId) -> Breach {
    let scope = words::scope(&change.scope);
    let sentence = format!(
        "{} for change {} of {scope} to {gaining} on {} is not independent: {}",
        voice.what,
        change.change,
        words::day(voice.at),
        link.words
    );
    let mut proof = vec![voice.event, named_by];
    for event in link.shown_by.iter().copied().chain(voice.needs) {
        if !proof.contains(&event) {
            proof.push(event);
        }
    }
    Breach {
        unknown: None,
        grounds: vec![
            Ground::new("voice", sentence.clone(), vec![voice.event]),
            Ground::new("captive", link.words, link.shown_by),
            Ground::new(
                "no_independent_verification",
                "nobody outside the gaining family asked the customer",
                Vec::new(),
            ),
        ],
        context: change.executions.iter().map(|done| done.event).collect(),
        proof,
        clearing: vec![
            clearing(
                "V1",
                format!(
                    "a call-back about {scope} by somebody outside the family of {gaining}, on a contact on file"
                ),
            ),
            clearing("disclosed", format!("the network in the list {gaining} disclosed when it accepted")),
        ],
        sentence,
    }
}
