//! What the customer said over time about who shall serve it, and what follows when it says too many things.

use crate::account::Account;
use crate::account::guest::Change;
use crate::calendar::zone_or_utc;
use crate::event::change::{Basis, ReversalReason, VerificationMethod, VerificationOutcome, Verifier};
use crate::id::{EventId, PartnerId};
use crate::program::Program;
use crate::scope::Scope;
use crate::time::Instant;

/// One word of the customer about a scope.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Choice {
    pub at: Instant,
    pub event: EventId,
    /// Whom it wants; `None` when it takes its word back.
    pub wants: Option<PartnerId>,
}

/// Reversals [`back_and_forth`] counts from.
const REVERSALS_MIN: usize = 2;

/// The customer changed its mind twice in a short time: nothing moves for a while, and then not before the
/// vendor has called it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandStill {
    /// The words that reversed one before, the last last.
    pub reversals: Vec<EventId>,
    pub since: Instant,
    pub until: Instant,
}

/// The customer's words about part of `scope` until `at`, in order: letters, tokens, changes made on them, and
/// what took them back. A word counts from when it was told, so that an old date moves nothing.
pub fn choices(account: &Account, scope: &Scope, at: Instant) -> Vec<Choice> {
    let mut choices = Vec::new();
    let mut say = |at: Instant, event: EventId, wants: Option<&PartnerId>| {
        choices.push(Choice { at, event, wants: wants.cloned() });
    };
    for letter in account.letters.iter().filter(|letter| letter.terms.scope.overlaps(scope)) {
        say(letter.valid_at.max(letter.terms.signed_at), letter.event, Some(&letter.terms.gaining));
        if let Some((rescinded, event)) = letter.rescinded {
            say(rescinded, event, None);
        }
    }
    for token in account.tokens.iter().filter(|token| token.issued.scope.overlaps(scope)) {
        if let Some((redeemed, _, event)) = token.redemptions.first() {
            say(*redeemed, *event, Some(&token.issued.gaining));
        }
    }
    for change in account.changes.iter().filter(|change| change.scope.overlaps(scope)) {
        for done in change.executions.iter().filter(|done| done.executed.basis == Basis::CustomerLetter) {
            say(done.at, done.event, Some(&done.executed.holder));
        }
        if let Some((rescinded, event)) = change.rescinded {
            say(rescinded, event, None);
        }
        let by_customer = change.reversed_for == Some(ReversalReason::Rescission);
        if let Some((reversed, event)) = change.reversed.filter(|_| by_customer) {
            say(reversed, event, None);
        }
    }
    choices.retain(|choice| choice.at <= at);
    choices.sort();
    choices
}

/// The stand-still that reversals until `at` brought about: in force, or over and still to be followed by a
/// call-back.
pub fn back_and_forth(
    account: &Account,
    program: &Program,
    scope: &Scope,
    at: Instant,
) -> Option<StandStill> {
    let policy = &program.policy_at(at).policy;
    let zone = zone_or_utc(&policy.zone);
    let after = |instant: Instant, days: u16| instant.plus_civil_days(i64::from(days), &zone);
    let choices = choices(account, scope, at);
    let reversals: Vec<&Choice> =
        choices.windows(2).filter(|two| two[0].wants != two[1].wants).map(|two| &two[1]).collect();
    let last = reversals.windows(REVERSALS_MIN).rev().find(|within| {
        within.iter().all(|reversal| {
            within.last().is_some_and(|last| last.at < after(reversal.at, policy.consent.flip_days))
        })
    })?;
    let since = last.last()?.at;
    let until = after(since, policy.consent.stand_still_days);
    let forgotten = until.max(after(since, policy.consent.flip_days));
    let reversals = last.iter().map(|reversal| reversal.event).collect();
    (at < forgotten).then_some(StandStill { reversals, since, until })
}

/// Whether the vendor itself called the customer back about `change` after `since`, and it said yes.
pub fn called_back(change: &Change, since: Instant, at: Instant) -> bool {
    change.verifications.iter().any(|verification| {
        let verified = &verification.verified;
        verified.verifier == Verifier::Vendor
            && verified.method == VerificationMethod::CallBack
            && verified.outcome == VerificationOutcome::Confirmed
            && since <= verification.at
            && verification.at <= at
    })
}
