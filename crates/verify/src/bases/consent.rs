//! V1: the customer chose, in a sound letter that somebody independent verified, or with its own token.

use domain::event::change::{Basis, VerificationMethod, VerificationOutcome, Verified, Verifier};
use domain::event::consent::{Authority, Inducement, LetterRecorded, TokenIssued};
use domain::fact::Role;
use domain::id::{EventId, PartnerId};
use domain::policy::Recordings;
use domain::scope::Scope;
use domain::time::Instant;

use super::{Support, is_credible};
use crate::changes::Change;
use crate::parts::{Part, covers, meet};
use crate::question::Question;
use crate::scene::Scene;
use crate::told::On;

pub(super) fn supports(question: &Question<'_, '_>, _: &Part) -> Vec<Support> {
    let changes = changes(question);
    let sound = changes.iter().filter_map(|change| {
        let letter = letter_of(question.scene, change)?;
        verified(question, change)?;
        if is_sound(question, change, &letter) {
            return Some(letter.said.scope.clone());
        }
        let better = mended(question, change, &letter)?;
        letter.said.scope.and(&better.said.scope)
    });
    let portal = question.scene.told.tokens.iter().filter_map(|token| {
        let redeemed = changes.iter().find_map(|change| redeemed(question, token, change))?;
        let redemption = question.scene.told.redeemed.iter().find(|on| on.id() == redeemed)?;
        (redemption.fact.meta.actor.role == Role::Customer).then(|| token.said.scope.clone())
    });
    let scopes: Vec<Scope> = sound.chain(portal).collect();
    scopes.into_iter().map(|scope| Support::basis(Basis::CustomerLetter, Some(scope))).collect()
}

/// The changes an act may rest on: the one it names, else all that would move the account to its partner.
fn changes<'a>(question: &Question<'_, 'a>) -> Vec<Change<'a>> {
    let act = question.act;
    if let Some(named) = act.change() {
        return vec![Change::of(question.scene, named)];
    }
    let mut changes = Change::all(question.scene);
    changes.retain(|change| {
        change.gaining() == Some(act.partner)
            && change.reversed_at.is_none_or(|at| act.at < at)
            && !change.is_refused()
    });
    changes
}

pub(crate) fn letter_of<'a>(scene: &Scene<'a>, change: &Change<'a>) -> Option<On<'a, LetterRecorded>> {
    let named = change.letter()?;
    scene.told.letters.iter().find(|on| on.said.letter == *named).copied()
}

fn is_sound(question: &Question<'_, '_>, change: &Change<'_>, letter: &On<'_, LetterRecorded>) -> bool {
    unfit(question, change, letter, question.act.at).is_empty() && is_undisputed(question, change, letter)
}

/// What is wrong with the letter at the act and its effect, neither of them looked at before `from`.
fn unfit(
    question: &Question<'_, '_>,
    change: &Change<'_>,
    letter: &On<'_, LetterRecorded>,
    from: Instant,
) -> Vec<Defect> {
    let used = [question.act.at, question.act.effective_from()];
    used.iter().flat_map(|at| defects(question.scene, letter, change, (*at).max(from))).collect()
}

fn is_undisputed(question: &Question<'_, '_>, change: &Change<'_>, letter: &On<'_, LetterRecorded>) -> bool {
    let (act, said) = (question.act, letter.said);
    let told = is_credible(question, letter.by(), letter.told_at(), said.anchor.as_ref(), said.document);
    told && said.gaining == *act.partner
        && change.rescinded_at.is_none_or(|at| act.at < at)
        && !change.is_upheld_by(act.at)
}

/// The letter that its signer wrote in the place of one that only was not filled in, told while papers may arrive.
fn mended<'a>(
    question: &Question<'_, 'a>,
    change: &Change<'_>,
    letter: &On<'_, LetterRecorded>,
) -> Option<On<'a, LetterRecorded>> {
    let of_form = unfit(question, change, letter, question.act.at).iter().all(|found| *found == Defect::Form);
    if !of_form || !is_undisputed(question, change, letter) {
        return None;
    }
    let until = question.days_after(question.act.at, question.procedure.policing.lateness_days);
    let mut better = question.scene.told.letters.iter().filter(|on| {
        let said = on.said;
        said.supersedes.as_ref() == Some(&letter.said.letter)
            && said.signer == letter.said.signer
            && letter.said.signed_at <= said.signed_at
            && said.signed_at <= until
            && on.at() <= until
            && unfit(question, change, on, question.act.at.max(said.signed_at)).is_empty()
            && is_undisputed(question, change, on)
    });
    better.next().copied()
}

/// The event that verifies the change before the act: the customer's last word to somebody independent, or a token.
pub(crate) fn verified(question: &Question<'_, '_>, change: &Change<'_>) -> Option<EventId> {
    let at = question.act.at;
    let independent = change.verified.iter().filter(|on| {
        on.at() <= at
            && on.said.outcome != VerificationOutcome::Unreachable
            && is_independent(question, on)
            && is_recorded(question, on)
            && question
                .days_after(on.said.contact_on_file_since, question.procedure.consent.contact_on_file_days)
                <= on.at()
    });
    let last = independent.max_by_key(|on| (on.at(), on.id()));
    let confirmed = last.filter(|on| on.said.outcome == VerificationOutcome::Confirmed);
    let tokens = question.scene.told.tokens.iter();
    confirmed.map(|on| on.id()).or_else(|| tokens.filter_map(|token| redeemed(question, token, change)).min())
}

/// What was only heard leaves a recording, where the policy asks for one; a no counts all the same.
fn is_recorded(question: &Question<'_, '_>, on: &On<'_, Verified>) -> bool {
    let is_seen = matches!(on.said.method, VerificationMethod::InPerson | VerificationMethod::Token);
    question.procedure.consent.recordings != Some(Recordings::Required)
        || on.said.recording.is_some()
        || on.said.outcome == VerificationOutcome::Denied
        || is_seen
}

fn is_independent(question: &Question<'_, '_>, on: &On<'_, Verified>) -> bool {
    let kin = |partner: &PartnerId| {
        let of = |family| question.scene.kin(family, partner, question.act.at).is_some();
        of(question.act.partner) || of(question.terms.guest())
    };
    let by_kin = match &on.said.verifier {
        Verifier::Vendor => false,
        Verifier::Partner(partner) => kin(partner),
    };
    !by_kin && !on.by().is_some_and(kin) && !on.said.outcome_fee
}

/// The redemption of a token for a change before the act: the first there was, in time and after few tries.
fn redeemed(
    question: &Question<'_, '_>,
    token: &On<'_, TokenIssued>,
    change: &Change<'_>,
) -> Option<EventId> {
    let told = &question.scene.told;
    let of_token = told.redeemed.iter().filter(|on| on.said.token == token.said.token);
    let first = of_token.min_by_key(|on| (on.at(), on.id()))?;
    let voided = told.voided.iter().find(|on| on.said.token == token.said.token).map(|on| on.at());
    let good = first.said.change == *change.id
        && token.said.gaining == *question.act.partner
        && token.at() <= first.at()
        && first.at() < token.said.expires_at
        && first.at() <= question.act.at
        && voided.is_none_or(|at| first.at() < at)
        && change.rescinded_at.is_none_or(|at| question.act.at < at)
        && first.said.tries_failed < question.procedure.consent.token_tries_max;
    good.then(|| first.id())
}

/// What makes a letter unfit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Defect {
    /// Something is not filled in.
    Form,
    Authority,
    Induced,
    OtherAccount,
    OtherGainer,
    ScopeNotCovered,
    NotSignedYet,
    Stale,
    Rescinded,
    Used,
    Overtaken,
}

/// Everything that makes `letter` unfit for `change` at `at`.
pub(crate) fn defects(
    scene: &Scene<'_>,
    letter: &On<'_, LetterRecorded>,
    change: &Change<'_>,
    at: Instant,
) -> Vec<Defect> {
    let said = letter.said;
    let mut keys = scene.told.opened.iter().flat_map(|on| &on.said.keys).peekable();
    let other_account = keys.peek().is_some() && !keys.any(|known| known.key == said.account_key);
    let days = scene.policy_at(at).consent.letter_days;
    let until = crate::days::after(said.signed_at, i64::from(days), &scene.known.program.zone_at(at));
    let of_form =
        said.legal_name.trim().is_empty() || !said.sole_purpose || said.statement_version.trim().is_empty();
    let checks = [
        (of_form, Defect::Form),
        (said.authority == Authority::Unknown, Defect::Authority),
        (said.inducement != Inducement::None, Defect::Induced),
        (other_account, Defect::OtherAccount),
        (change.gaining() != Some(&said.gaining), Defect::OtherGainer),
        (!covers(&said.scope, &change.scope()), Defect::ScopeNotCovered),
        (at < said.signed_at, Defect::NotSignedYet),
        (until < at, Defect::Stale),
        (is_taken_back(scene, letter, at), Defect::Rescinded),
        (used_by(scene, letter).is_some_and(|other| other != change.id), Defect::Used),
        (overtaken_by(scene, letter, change, at).is_some(), Defect::Overtaken),
    ];
    checks.into_iter().filter(|(found, _)| *found).map(|(_, defect)| defect).collect()
}

fn is_taken_back(scene: &Scene<'_>, letter: &On<'_, LetterRecorded>, at: Instant) -> bool {
    let taken = scene.told.taken_back.iter().rfind(|on| on.said.letter == letter.said.letter);
    taken.is_some_and(|on| on.said.signed_at <= at)
}

/// The change that was executed first on the letter.
pub(crate) fn used_by<'a>(
    scene: &Scene<'a>,
    letter: &On<'_, LetterRecorded>,
) -> Option<&'a domain::id::ChangeId> {
    let shows = |change: &domain::id::ChangeId| {
        let requested = scene.told.requested.iter().rfind(|on| on.said.change == *change);
        requested.and_then(|on| on.said.letter.as_ref()) == Some(&letter.said.letter)
    };
    let first = scene.told.executed.iter().find(|on| shows(&on.said.change));
    first.map(|on| &on.said.change)
}

/// A later letter of the customer for somebody else, complete and not taken back.
pub(crate) fn overtaken_by(
    scene: &Scene<'_>,
    letter: &On<'_, LetterRecorded>,
    change: &Change<'_>,
    at: Instant,
) -> Option<EventId> {
    let later = scene.told.letters.iter().find(|other| {
        let said = other.said;
        said.signed_at > letter.said.signed_at
            && said.signed_at <= at
            && said.gaining != letter.said.gaining
            && meet(&said.scope, &change.scope())
            && said.authority != Authority::Unknown
            && said.sole_purpose
            && said.inducement == Inducement::None
            && !said.legal_name.trim().is_empty()
            && !is_taken_back(scene, other, at)
    });
    later.map(|on| on.id())
}
