//! T18: the customer's papers contradict each other: a question to the customer, and a reproach to nobody.
//!
//! Trigger: two reversals of what the customer wrote about overlapping scopes within the days the policy names
//! (30), or a letter for the same side by another signer within the days it names (14) after one was taken back.
//! Key: the last of those papers; what goes on after is the same war. Respondent is the gaining side, as whoever
//! should ask.
//!
//! It clears when somebody outside the gaining family asked the customer after the last paper and was answered, and
//! when the customer itself put the last signer in charge between the papers (a reorganisation). S2.

use domain::account::Contact;
use domain::account::guest::Letter;
use domain::calendar::zone_or_utc;
use domain::event::Party;
use domain::event::account::ContactPurpose;
use domain::event::case::{ClearedBy, Ground, Severity};
use domain::event::change::{Basis, VerificationOutcome, Verifier};
use domain::id::{EventId, PartnerId};
use domain::protection::procedure::protecting;
use domain::protection::words;
use domain::scope::Scope;
use domain::time::Instant;

use super::of_change::{clearing, kin_of};
use crate::judged::{About, Breach, Seen, Sighting};
use crate::scene::Scene;

/// It takes three papers at least: two letters and what came between.
pub(crate) const LETTERS_MIN: usize = 2;

/// Papers that reverse what was reversed, and letters of another signer after a rescission.
pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    if scene.known.account.letters.len() < LETTERS_MIN {
        return Vec::new();
    }
    let mut wars = reversals(scene);
    wars.extend(new_signers(scene).into_iter().filter(|war| {
        // One paper may be both: the reversal says more.
        !reversals(scene).iter().any(|known| known.last == war.last)
    }));
    wars.into_iter().map(|war| sighting(scene, war)).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Reversed,
    /// Another signed after the customer's word had been taken back.
    NewSigner,
}

/// Papers that contradict each other, up to the last of them.
struct War<'a> {
    letter: &'a Letter,
    papers: Vec<EventId>,
    first_at: Instant,
    last_at: Instant,
    last: EventId,
    kind: Kind,
}

/// What the customer said in one paper.
#[derive(Clone, Copy)]
struct Said<'a> {
    at: Instant,
    event: EventId,
    letter: &'a Letter,
    takes_back: bool,
}

impl<'a> Said<'a> {
    /// Whom the account shall move to by this paper; nobody after a rescission.
    fn wants(&self) -> Option<&'a PartnerId> {
        (!self.takes_back).then_some(&self.letter.terms.gaining)
    }

    /// Whether this paper says otherwise than `before` about some of the same scope; a rescission only says so of
    /// its own letter.
    fn reverses(&self, before: &Self) -> bool {
        let (own, other): (&Scope, &Scope) = (&self.letter.terms.scope, &before.letter.terms.scope);
        if self.takes_back {
            return before.event == self.letter.event;
        }
        own.overlaps(other) && self.wants() != before.wants()
    }
}

/// Everything the customer said in papers, in the order it was signed.
fn said<'a>(scene: &Scene<'a>) -> Vec<Said<'a>> {
    let letters = scene.known.account.letters.iter();
    let mut said: Vec<Said<'a>> = letters
        .flat_map(|letter| {
            let wants = Said { at: letter.terms.signed_at, event: letter.event, letter, takes_back: false };
            let back = letter.rescinded.map(|(at, event)| Said { at, event, letter, takes_back: true });
            [Some(wants), back].into_iter().flatten()
        })
        .collect();
    said.sort_by_key(|said| (said.at, said.event));
    said
}

/// The first time that two reversals lie within the program's days; what goes on after is the same war.
fn reversals<'a>(scene: &Scene<'a>) -> Vec<War<'a>> {
    let said = said(scene);
    let mut wars: Vec<War<'a>> = Vec::new();
    for (place, paper) in said.iter().enumerate() {
        let days = scene.policy_at(paper.at).policy.consent.flip_days;
        let is_recent = |at: Instant| paper.at <= days_after(scene, at, days);
        if wars.last().is_some_and(|war| is_recent(war.last_at)) {
            continue;
        }
        let reversed = said[..place].iter().enumerate().rev();
        let mut reversed = reversed.filter(|(_, before)| is_recent(before.at) && paper.reverses(before));
        let Some(papers) = reversed.find_map(|(place, before)| reversal(&said[..place], before)) else {
            continue;
        };
        let first_at = papers.first().map_or(paper.at, |first| first.at);
        wars.push(War {
            letter: paper.letter,
            papers: papers.iter().map(|paper| paper.event).chain([paper.event]).collect(),
            first_at,
            last_at: paper.at,
            last: paper.event,
            kind: Kind::Reversed,
        });
    }
    wars
}

/// What `paper` reverses, oldest first, with itself; a letter says so with the fewest papers.
fn reversal<'a>(before: &[Said<'a>], paper: &Said<'a>) -> Option<Vec<Said<'a>>> {
    let reversed = || before.iter().rev().filter(|earlier| paper.reverses(earlier));
    if let Some(letter) = reversed().find(|earlier| !earlier.takes_back) {
        return Some(vec![*letter, *paper]);
    }
    let rescission = reversed().next()?;
    let own = before.iter().find(|earlier| earlier.event == rescission.letter.event)?;
    Some(vec![*own, *rescission, *paper])
}

/// Letters by another signer, for the same side, soon after a letter was taken back.
fn new_signers<'a>(scene: &Scene<'a>) -> Vec<War<'a>> {
    let letters = &scene.known.account.letters;
    let taken_back = letters.iter().filter_map(|letter| Some((letter, letter.rescinded?)));
    let pairs =
        taken_back.flat_map(|(old, (at, event))| letters.iter().map(move |new| (old, at, event, new)));
    let shops = pairs.filter(|(old, at, _, new)| {
        let (old, new, signed_at) = (&old.terms, &new.terms, new.terms.signed_at);
        let days = scene.policy_at(signed_at).policy.policing.new_signer_days;
        *at < signed_at
            && signed_at <= days_after(scene, *at, days)
            && new.signer != old.signer
            && new.scope.overlaps(&old.scope)
            && kin_of(scene, &old.gaining, &new.gaining, signed_at).is_some()
    });
    let shops = shops.filter(|(old, _, _, new)| old.rescinded_by.as_ref() != Some(&new.terms.signer));
    let war = |(old, _, rescission, new): (&'a Letter, Instant, EventId, &'a Letter)| {
        let kinship = kin_of(scene, &old.terms.gaining, &new.terms.gaining, new.terms.signed_at);
        let mut papers = vec![old.event, rescission, new.event];
        papers.extend(kinship.into_iter().flat_map(|kinship| kinship.path));
        War {
            letter: new,
            papers,
            first_at: old.terms.signed_at,
            last_at: new.terms.signed_at,
            last: new.event,
            kind: Kind::NewSigner,
        }
    };
    let mut wars: Vec<War<'a>> = shops.map(war).collect();
    wars.sort_by_key(|war| (war.last, std::cmp::Reverse(war.first_at)));
    wars.dedup_by_key(|war| war.last);
    wars
}

fn days_after(scene: &Scene<'_>, at: Instant, days: u16) -> Instant {
    at.plus_civil_days(i64::from(days), &zone_or_utc(&scene.policy_at(at).policy.zone))
}

fn sighting<'a>(scene: &Scene<'a>, war: War<'a>) -> Sighting<'a> {
    let terms = &war.letter.terms;
    let gaining = &terms.gaining;
    let about = match protecting(scene.known, gaining, &terms.scope, war.last_at) {
        Some(handoff) => About::Handoff(handoff),
        None => About::Subject {
            subject: war.letter.letter.to_string(),
            losing: terms.losing.clone().unwrap_or_else(|| gaining.clone()),
            gaining: gaining.clone(),
        },
    };
    let seen = match called_back(scene, &war).or_else(|| reorganised(scene, &war)) {
        Some(event) => Seen::Cleared { by: ClearedBy::Basis(Basis::CustomerLetter), because: vec![event] },
        None => Seen::Breach(breach(&war)),
    };
    Sighting {
        act: war.last,
        at: war.last_at,
        actor: gaining.clone(),
        respondent: gaining.to_string(),
        severity: Severity::S2,
        about,
        seen,
    }
}

/// Somebody outside the gaining family asked the customer after the last paper, on a contact long on file, and was
/// answered: whoever was found to sign would also be found to answer.
fn called_back(scene: &Scene<'_>, war: &War<'_>) -> Option<EventId> {
    let terms = &war.letter.terms;
    let verified = scene.known.account.changes.iter().filter(|change| change.scope.overlaps(&terms.scope));
    let asked = verified.flat_map(|change| &change.verifications).filter(|known| {
        let outside = match &known.verified.verifier {
            Verifier::Vendor => true,
            Verifier::Partner(partner) => kin_of(scene, &terms.gaining, partner, known.at).is_none(),
        };
        let days = scene.policy_at(known.at).policy.consent.contact_on_file_days;
        let on_file = days_after(scene, known.verified.contact_on_file_since, days) <= known.at;
        let answered = known.verified.outcome != VerificationOutcome::Unreachable;
        outside && on_file && known.at >= war.last_at && answered
    });
    asked.min_by_key(|known| (known.at, known.event)).map(|known| known.event)
}

/// The customer itself put whoever signed last in charge, after it had written otherwise.
fn reorganised(scene: &Scene<'_>, war: &War<'_>) -> Option<EventId> {
    let signer = &war.letter.terms.signer;
    let gaining = &war.letter.terms.gaining;
    let own = |contact: &&Contact| {
        contact.party == Party::Customer
            && contact.purpose == ContactPurpose::CustomerAuthority
            && contact.contact == *signer
            && (war.first_at < contact.during.from && contact.during.from <= war.last_at)
            && contact.by.as_ref().is_none_or(|by| kin_of(scene, gaining, by, contact.during.from).is_none())
    };
    scene.known.account.contacts.iter().find(own).map(|contact| contact.event)
}

fn breach(war: &War<'_>) -> Breach {
    let terms = &war.letter.terms;
    let (scope, gaining) = (words::scope(&terms.scope), &terms.gaining);
    let (from, until) = (words::day(war.first_at), words::day(war.last_at));
    let sentence = match war.kind {
        Kind::NewSigner => format!(
            "soon after a letter for {gaining} was taken back, another signer of the customer wrote for {gaining} again on {until} about {scope}; the customer itself should be asked"
        ),
        Kind::Reversed => format!(
            "between {from} and {until} the customer's papers about {scope} were reversed twice, the last of them about {gaining}; the customer itself should be asked"
        ),
    };
    Breach {
        unknown: None,
        grounds: vec![
            Ground::new("papers", sentence.clone(), war.papers.clone()),
            Ground::new(
                "no_call_back",
                "nobody outside the gaining family asked the customer since",
                Vec::new(),
            ),
        ],
        context: Vec::new(),
        proof: war.papers.clone(),
        clearing: vec![
            clearing("V1", format!("a call-back to the customer about {scope} after {until}")),
            clearing(
                "reorganised",
                "the customer's own record that the new signer is in charge, from before the letter",
            ),
        ],
        sentence,
    }
}
