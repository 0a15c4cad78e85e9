//! Who asked the customer: somebody outside the gaining family who reached a contact on file and is not
//! paid by the answer, or the customer itself with a one-time token.

use crate::account::guest::{Change, Token, Verification};
use crate::event::change::{Basis, VerificationOutcome, Verifier};
use crate::id::{EventId, PartnerId};
use crate::protection::basis::Support;
use crate::protection::basis::consent;
use crate::protection::question::Question;
use crate::time::Instant;

/// The event that verifies the change before the act, if one does: a call-back, or a token.
pub fn of(question: &Question<'_>, change: &Change) -> Option<EventId> {
    let tokens = question.known.account.tokens.iter();
    confirmed(question, change).or_else(|| tokens.filter_map(|token| redeemed(question, token, change)).min())
}

/// The customer's last word in an independent verification before the act, if it was yes.
fn confirmed(question: &Question<'_>, change: &Change) -> Option<EventId> {
    let independent = change.verifications.iter().filter(|verification| {
        verification.at <= question.act.at
            && verification.verified.outcome != VerificationOutcome::Unreachable
            && is_independent(question, verification)
            && is_on_file(question, verification)
            && verification.verified.is_on_tape(question.procedure.consent.recordings)
    });
    let last = independent.max_by_key(|verification| (verification.at, verification.event))?;
    (last.verified.outcome == VerificationOutcome::Confirmed).then_some(last.event)
}

/// The verifier and whoever reported it stand outside the gaining family, and no outcome pays them.
fn is_independent(question: &Question<'_>, verification: &Verification) -> bool {
    let families = question.known.families;
    let kin = |partner: &PartnerId| {
        families.kinship(question.act.partner, partner, question.act.at).is_some()
            || families.kinship(question.guest, partner, question.act.at).is_some()
    };
    let by_kin = match &verification.verified.verifier {
        Verifier::Vendor => false,
        Verifier::Partner(partner) => kin(partner),
    };
    let told_by_kin = verification.actor.partner.as_ref().is_some_and(kin);
    !by_kin && !told_by_kin && !verification.verified.outcome_fee
}

/// The contact was on file long enough not to have been put there for the occasion.
fn is_on_file(question: &Question<'_>, verification: &Verification) -> bool {
    let days = i64::from(question.procedure.consent.contact_on_file_days);
    let since = verification.verified.contact_on_file_since;
    since.plus_civil_days(days, &question.zone) <= verification.at
}

/// Tokens the customer redeemed in its own portal need no letter beside them.
pub fn portal_tokens(question: &Question<'_>) -> Vec<Support> {
    let changes: Vec<&Change> = consent::changes(question).collect();
    let support = |token: &Token| {
        let redeemed = changes.iter().find_map(|change| redeemed(question, token, change))?;
        let by_customer = token.redeemed_in_portal.contains(&redeemed);
        let events = vec![token.event, redeemed];
        by_customer.then(|| Support::basis(Basis::CustomerLetter, Some(token.issued.scope.clone()), events))
    };
    question.known.account.tokens.iter().filter_map(support).collect()
}

/// The redemption of `token` for `change` before the act: the first there was, in time, after few tries.
fn redeemed(question: &Question<'_>, token: &Token, change: &Change) -> Option<EventId> {
    let (at, first, event) = token.redemptions.iter().min_by_key(|(at, _, event)| (*at, *event))?;
    let in_time = |at: Instant| token.issued_at <= at && at < token.issued.expires_at;
    let rescinded = change.rescinded.is_some_and(|(rescinded, _)| rescinded <= question.act.at);
    let voided = token.voided.is_some_and(|(voided, _)| voided <= *at);
    let good = !voided
        && first.change == change.change
        && token.issued.gaining == *question.act.partner
        && in_time(*at)
        && *at <= question.act.at
        && !rescinded
        && first.tries_failed < question.procedure.consent.token_tries_max;
    good.then_some(*event)
}
