//! T16 and T18: letters that lack what a letter needs, and letters that contradict each other.

use domain::event::Party;
use domain::event::account::ContactPurpose;
use domain::event::case::Severity;
use domain::event::change::{VerificationOutcome, Verifier};
use domain::event::consent::LetterRecorded;
use domain::id::{ContactRef, EventId, PartnerId};
use domain::time::Instant;

use super::{Claim, Shown};
use crate::bases::{defects, letter_of};
use crate::changes::Change;
use crate::family::Kin;
use crate::parts::meet;
use crate::people::contacts;
use crate::question::Answer;
use crate::scene::Scene;
use crate::told::On;
use crate::walk;

pub(super) fn defective(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let requested = scene.told.requested.iter().find(|on| on.id() == claim.act);
    let requested = requested.ok_or("its act is no request of a change")?;
    let change = Change::of(scene, &requested.said.change);
    let letter = letter_of(scene, &change);
    let faulty = letter.is_some_and(|letter| is_faulty(scene, &change, &letter, requested.at()));
    if !faulty && !is_token_reused(scene, &change) {
        return Err("the letter it claims has no fault, and its token is its own".to_owned());
    }
    let at = change.executed.first().map_or(requested.at(), |on| on.at());
    let excused = change.executed.iter().filter_map(|on| scene.gain(on.id())).any(|gain| {
        let mut answers = scene.terms.iter().map(|terms| walk::ask(scene, terms, gain, &|_| true));
        answers.any(|answer| matches!(answer, Answer::Cleared(_)))
    });
    if excused {
        return Err("the account was free to move without the letter".to_owned());
    }
    if letter.is_some_and(|letter| is_cured(scene, &change, &letter, at)) {
        return Err("a sound letter was on record in time".to_owned());
    }
    Ok(Shown::of(Severity::S3, Kin::Known, at, &requested.said.gaining))
}

/// Whether the letter lacks something where the change uses it: at the request, at each execution and its effect.
fn is_faulty(
    scene: &Scene<'_>,
    change: &Change<'_>,
    letter: &On<'_, LetterRecorded>,
    requested_at: Instant,
) -> bool {
    let used = change.executed.iter().flat_map(|on| [on.at(), on.said.effective_from]);
    let mut at = used.chain([requested_at.max(letter.said.signed_at)]);
    at.any(|at| !defects(scene, letter, change, at).is_empty())
}

fn is_token_reused(scene: &Scene<'_>, change: &Change<'_>) -> bool {
    let Some(named) = change.requested.and_then(|on| on.said.token) else { return false };
    let issued = scene.told.tokens.iter().any(|on| on.said.token == named);
    let uses = scene.told.redeemed.iter().filter(|on| on.said.token == named);
    let first = uses.min_by_key(|on| (on.at(), on.id()));
    issued && first.is_some_and(|on| on.said.change != *change.id)
}

fn is_cured(scene: &Scene<'_>, change: &Change<'_>, faulty: &On<'_, LetterRecorded>, at: Instant) -> bool {
    let until = scene.papers_until(at);
    scene.told.letters.iter().any(|on| {
        on.said.letter != faulty.said.letter
            && on.at() <= until
            && on.said.signed_at >= faulty.said.signed_at
            && defects(scene, on, change, at.max(on.said.signed_at)).is_empty()
    })
}

/// What the customer said in one paper: whom it wants, or that it takes a letter back.
#[derive(Clone, Copy)]
struct Paper<'a> {
    at: Instant,
    event: EventId,
    letter: On<'a, LetterRecorded>,
    takes_back: bool,
}

impl<'a> Paper<'a> {
    fn wants(&self) -> Option<&'a PartnerId> {
        (!self.takes_back).then_some(&self.letter.said.gaining)
    }

    fn reverses(&self, before: &Self) -> bool {
        if self.takes_back {
            return before.event == self.letter.id();
        }
        meet(&self.letter.said.scope, &before.letter.said.scope) && self.wants() != before.wants()
    }
}

fn papers<'a>(scene: &Scene<'a>) -> Vec<Paper<'a>> {
    let mut papers: Vec<Paper<'a>> = Vec::new();
    for letter in &scene.told.letters {
        let (at, event) = (letter.said.signed_at, letter.id());
        papers.push(Paper { at, event, letter: *letter, takes_back: false });
        if let Some((at, event, _)) = taken_back(scene, letter) {
            papers.push(Paper { at, event, letter: *letter, takes_back: true });
        }
    }
    papers.sort_by_key(|paper| (paper.at, paper.event));
    papers
}

fn taken_back<'a>(
    scene: &Scene<'a>,
    letter: &On<'_, LetterRecorded>,
) -> Option<(Instant, EventId, &'a ContactRef)> {
    let taken = scene.told.taken_back.iter().rfind(|on| on.said.letter == letter.said.letter)?;
    Some((taken.said.signed_at, taken.id(), &taken.said.signer))
}

pub(super) fn war(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let papers = papers(scene);
    let last = papers.iter().find(|paper| paper.event == claim.act);
    let last = last.ok_or("its act is no letter and no rescission")?;
    let reversed = reversed_since(scene, &papers, last);
    let first_at = reversed.or_else(|| new_signer_since(scene, last));
    let first_at = first_at.ok_or("the papers were not reversed twice, and no other signer wrote")?;
    if is_called_back(scene, last) {
        return Err("somebody outside the gaining family asked the customer since".to_owned());
    }
    if is_reorganised(scene, last, first_at) {
        return Err("the customer put the signer in charge itself".to_owned());
    }
    Ok(Shown::of(Severity::S2, Kin::Known, last.at, &last.letter.said.gaining))
}

/// When the first of two reversals within the program's days was signed, the second being `last`.
fn reversed_since(scene: &Scene<'_>, papers: &[Paper<'_>], last: &Paper<'_>) -> Option<Instant> {
    let days = scene.policy_at(last.at).consent.flip_days;
    let is_recent = |at: Instant| last.at <= scene.known.program.days_after(at, days);
    let earlier = |paper: &Paper<'_>| (paper.at, paper.event) < (last.at, last.event);
    let before: Vec<&Paper<'_>> = papers.iter().filter(|paper| earlier(paper)).collect();
    let reversed = before.iter().rev().filter(|paper| is_recent(paper.at) && last.reverses(paper));
    reversed.into_iter().find_map(|paper| first_of(&before, paper))
}

/// What `paper` itself reversed: the letter of last, else the rescission and with it its letter.
fn first_of(before: &[&Paper<'_>], paper: &Paper<'_>) -> Option<Instant> {
    let older = before.iter().rev().filter(|other| (other.at, other.event) < (paper.at, paper.event));
    let reversed: Vec<_> = older.filter(|other| paper.reverses(other)).collect();
    if let Some(letter) = reversed.iter().find(|other| !other.takes_back) {
        return Some(letter.at);
    }
    let rescission = reversed.first()?;
    let own = before.iter().find(|other| other.event == rescission.letter.id() && !other.takes_back)?;
    Some(own.at)
}

/// When the letter was signed that was taken back before another signer wrote for the same side.
fn new_signer_since(scene: &Scene<'_>, last: &Paper<'_>) -> Option<Instant> {
    let new = last.letter.said;
    let days = scene.policy_at(new.signed_at).policing.new_signer_days;
    let old = scene.told.letters.iter().filter(|old| {
        let Some((at, _, by)) = taken_back(scene, old) else { return false };
        let said = old.said;
        at < new.signed_at
            && new.signed_at <= scene.known.program.days_after(at, days)
            && new.signer != said.signer
            && *by != new.signer
            && meet(&new.scope, &said.scope)
            && scene.kin(&said.gaining, &new.gaining, new.signed_at).is_some()
    });
    let old = old.filter(|_| !last.takes_back);
    old.map(|on| on.said.signed_at).max()
}

/// Somebody outside the gaining family reached the customer on a contact long on file after the last paper.
fn is_called_back(scene: &Scene<'_>, last: &Paper<'_>) -> bool {
    let said = last.letter.said;
    let changes = Change::all(scene).into_iter().filter(|change| meet(&change.scope(), &said.scope));
    changes.flat_map(|change| change.verified).any(|on| {
        let outside = match &on.said.verifier {
            Verifier::Vendor => true,
            Verifier::Partner(partner) => scene.kin(&said.gaining, partner, on.at()).is_none(),
        };
        let days = scene.policy_at(on.at()).consent.contact_on_file_days;
        let since = on.said.contact_on_file_since;
        let on_file = scene.known.program.days_after(since, days) <= on.at();
        let answered = on.said.outcome != VerificationOutcome::Unreachable;
        outside && on_file && answered && on.at() >= last.at
    })
}

fn is_reorganised(scene: &Scene<'_>, last: &Paper<'_>, first_at: Instant) -> bool {
    let said = last.letter.said;
    contacts(scene).into_iter().any(|contact| {
        let own = contact.by.is_none_or(|by| scene.kin(&said.gaining, by, contact.from).is_none());
        *contact.party == Party::Customer
            && contact.purpose == ContactPurpose::CustomerAuthority
            && *contact.contact == said.signer
            && first_at < contact.from
            && contact.from <= last.at
            && own
    })
}
