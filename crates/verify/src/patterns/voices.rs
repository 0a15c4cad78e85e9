//! T17: whoever vouches for the customer's will sits at the gaining side's desk.

use domain::event::Party;
use domain::event::case::Severity;
use domain::event::change::{VerificationOutcome, Verified, Verifier};
use domain::event::consent::Authority;
use domain::fact::{Actor, Fact};
use domain::id::{ContactRef, Digest, PartnerId, PrincipalId};
use domain::public_mail::is_public_mail;
use domain::time::Instant;

use super::{Claim, Shown};
use crate::bases::letter_of;
use crate::changes::Change;
use crate::family::Kin;
use crate::people::contacts;
use crate::scene::Scene;
use crate::terms::Terms;

/// Somebody who speaks for the customer in a change.
#[derive(Clone, Copy)]
struct Voice<'a> {
    fact: &'a Fact,
    verified: Option<&'a Verified>,
}

#[derive(PartialEq)]
enum Mark<'a> {
    Session(Digest),
    Principal(&'a PrincipalId),
    Network(Digest),
    MailDomain(&'a str),
}

pub(super) fn captive(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let mut why = "its act is no voice for the customer in a change".to_owned();
    for change in Change::all(scene) {
        let Some(gaining) = change.gaining().filter(|_| is_named(&change)) else { continue };
        let voices = voices(scene, &change);
        let Some(voice) = voices.iter().find(|voice| voice.fact.meta.id == claim.act) else { continue };
        let Some(kin) = link(scene, &change, gaining, voice) else {
            why = "nothing ties it to the gaining side".to_owned();
            continue;
        };
        let independent = voices.iter().any(|other| {
            other.verified.is_some()
                && other.fact.meta.id != claim.act
                && link(scene, &change, gaining, other).is_none()
        });
        if independent {
            why = "somebody independent asked the customer too".to_owned();
            continue;
        }
        let meta = &voice.fact.meta;
        let actor = meta.actor.partner.as_ref().unwrap_or(gaining);
        let shown = Shown::of(Severity::S4, kin, meta.valid_at, actor);
        return Ok(Shown { respondent: gaining.to_string(), ..shown });
    }
    Err(why)
}

fn is_named(change: &Change<'_>) -> bool {
    change.requested.is_some() || !change.executed.is_empty()
}

fn voices<'a>(scene: &Scene<'a>, change: &Change<'a>) -> Vec<Voice<'a>> {
    let yes = change.verified.iter().filter(|on| on.said.outcome == VerificationOutcome::Confirmed);
    let verified = yes.map(|on| Voice { fact: on.fact, verified: Some(on.said) });
    let redeemed = scene.told.redeemed.iter().filter(|on| {
        let issued = scene.told.tokens.iter().any(|token| token.said.token == on.said.token);
        on.said.change == *change.id && issued
    });
    let redeemed = redeemed.map(|on| Voice { fact: on.fact, verified: None });
    let letter = letter_of(scene, change).filter(|letter| letter.by().is_none());
    let written = letter.map(|letter| Voice { fact: letter.fact, verified: None });
    verified.chain(redeemed).chain(written).collect()
}

/// How sure it is that the voice is the gaining side's, if anything ties it to that.
fn link(scene: &Scene<'_>, change: &Change<'_>, gaining: &PartnerId, voice: &Voice<'_>) -> Option<Kin> {
    let (actor, at) = (&voice.fact.meta.actor, voice.fact.meta.valid_at);
    let kin = |partner: &PartnerId| scene.kin(gaining, partner, at);
    let verifier = voice.verified.and_then(|verified| match &verified.verifier {
        Verifier::Partner(partner) => Some(partner),
        Verifier::Vendor => None,
    });
    let told = verifier.and_then(kin).or_else(|| actor.partner.as_ref().and_then(kin));
    let told = told.or_else(|| shared_mark(scene, change, gaining, voice));
    if told.is_some() {
        return told;
    }
    let verified = voice.verified?;
    if verified.outcome_fee {
        return Some(Kin::Known);
    }
    if let Some(kin) = planted(scene, gaining, &verified.contact, at) {
        return Some(kin);
    }
    let letter = letter_of(scene, change)?;
    let asked_itself = letter.said.authority == Authority::Unknown && verified.contact == letter.said.signer;
    asked_itself.then_some(Kin::Known)
}

/// The contact that was asked was put on file by the gaining family not long before, and by nobody else.
fn planted(scene: &Scene<'_>, gaining: &PartnerId, asked: &ContactRef, at: Instant) -> Option<Kin> {
    let mut all = contacts(scene);
    all.retain(|known| *known.party == Party::Customer && known.contact == asked);
    let kin = |by: Option<&PartnerId>, from| by.and_then(|by| scene.kin(gaining, by, from));
    if all.iter().any(|known| kin(known.by, known.from).is_none()) {
        return None;
    }
    let policy = scene.policy_at(at);
    let zone = crate::days::zone(&policy.zone);
    let days = i64::from(policy.consent.contact_on_file_days);
    all.retain(|known| known.from <= at && at < crate::days::after(known.from, days, &zone));
    let first = all.iter().min_by_key(|known| (known.from, known.event))?;
    kin(first.by, first.from)
}

/// A session, person, network or mail domain that the gaining family acted with too, and no unrelated partner.
fn shared_mark(
    scene: &Scene<'_>,
    change: &Change<'_>,
    gaining: &PartnerId,
    voice: &Voice<'_>,
) -> Option<Kin> {
    let at = voice.fact.meta.valid_at;
    let terms = scene.protecting(gaining, &change.scope(), at);
    let verifier = voice.verified.map(|verified| Mark::Principal(&verified.verifier_principal));
    let own = marks(&voice.fact.meta.actor).into_iter().chain(verifier);
    own.filter(|mark| tells(mark, terms)).find_map(|mark| {
        let others = scene
            .told
            .acted
            .iter()
            .filter(|fact| fact.meta.id != voice.fact.meta.id && marks(&fact.meta.actor).contains(&mark));
        let bearers: Vec<(&Fact, &PartnerId)> =
            others.filter_map(|fact| Some((*fact, fact.meta.actor.partner.as_ref()?))).collect();
        let kin = |partner: &PartnerId| scene.kin(gaining, partner, at);
        if bearers.iter().any(|(_, partner)| kin(partner).is_none()) {
            return None;
        }
        let requested = change.requested.map(|on| on.id());
        let first = bearers
            .into_iter()
            .min_by_key(|(fact, _)| (Some(fact.meta.id) != requested, fact.meta.valid_at, fact.meta.id));
        first.and_then(|(_, partner)| kin(partner))
    })
}

fn marks(actor: &Actor) -> Vec<Mark<'_>> {
    let session = actor.session.map(Mark::Session);
    let principal = actor.principal.as_ref().map(Mark::Principal);
    let network = actor.network.map(Mark::Network);
    let domain = actor.email_domain.as_deref().map(Mark::MailDomain);
    [session, principal, network, domain].into_iter().flatten().collect()
}

fn tells(mark: &Mark<'_>, terms: Option<&Terms<'_>>) -> bool {
    match mark {
        Mark::Session(_) | Mark::Principal(_) => true,
        Mark::Network(network) => {
            terms.is_none_or(|terms| !terms.accepted.said.disclosed_networks.contains(network))
        }
        Mark::MailDomain(domain) => !is_public_mail(domain),
    }
}
