//! What stands in the way of executing a change: the published safeguards, in the order they are named.

use std::borrow::Cow;

use super::{is_losing, losing_side};
use crate::account::Account;
use crate::account::guest::{Change, Notice, Override};
use crate::choice::{self, StandStill};
use crate::decide::Context;
use crate::decide::parties::concerned;
use crate::event::account::ContactPurpose;
use crate::event::change::Basis;
use crate::freeze::{Hold, hold};
use crate::id::{HandoffId, PartnerId};
use crate::letter;
use crate::protection::act::Judged;
use crate::protection::basis::overriding;
use crate::protection::procedure::opening::notices;
use crate::protection::{Act, Attempt, Haste, Known, Refusable, haste, procedure};
use crate::refusal::Refusal;
use crate::scope::Region;
use crate::time::Instant;

/// One step to be taken: who would gain what, from when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step<'a> {
    pub(super) change: &'a Change,
    pub(super) gaining: &'a PartnerId,
    pub(super) effective_from: Instant,
}

/// A safeguard that a change would breach if it were executed now.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Obstacle {
    /// The pattern or safeguard.
    pub(super) rule: &'static str,
    /// The handoff it protects, if it protects one.
    pub(super) handoff: Option<HandoffId>,
    pub(super) nearest_clearing: Cow<'static, str>,
    /// What is answered where no handoff is protected.
    pub(super) refusal: Refusal,
}

/// Why the change would be a takeover of a protected account, if it would.
pub(super) fn takeover(account: &Account, context: &Context<'_>, step: &Step<'_>) -> Option<Refusable> {
    context.grounds().refusable(account, &attempt(context, step))
}

/// The first safeguard in the way; a valid basis does not clear it.
pub(super) fn obstacle(account: &Account, context: &Context<'_>, step: &Step<'_>) -> Option<Obstacle> {
    let emergency = emergency(account, context, step);
    let found = unfit_letter(account, context, step)
        .or_else(|| frozen_toward(account, context, step))
        .or_else(|| locked(account, context, step))
        .or_else(|| standing_still(account, context, step, emergency))
        .or_else(|| objected(step))
        .or_else(|| unnoticed(account, context, step, emergency))
        .or_else(|| too_early(account, context, step))
        .or_else(|| silent(account, context, step))?;
    let protects = || concerned(account, context.families, step.gaining, &step.change.scope, context.now);
    let handoff = found.handoff.or_else(|| protects().map(|handoff| handoff.handoff.clone()));
    Some(Obstacle { handoff, ..found })
}

/// An override in due form that hurries this very change (basis V9): both sides were told of it.
pub(super) fn emergency<'a>(
    account: &'a Account,
    context: &Context<'_>,
    step: &Step<'_>,
) -> Option<&'a Override> {
    let losing = losing_side(account, context, step.change, step.gaining)?;
    let scope = Region::from(step.change.scope.clone());
    overriding::emergency(account, &[&losing, step.gaining], step.gaining, &scope, context.now)
}

/// A claim of the customer's letter needs one that is fit, from now until it takes effect. A token alone will do
/// only where the customer redeemed it itself.
fn unfit_letter(account: &Account, context: &Context<'_>, step: &Step<'_>) -> Option<Obstacle> {
    if step.change.basis_claimed != Some(Basis::CustomerLetter) {
        return None;
    }
    let Some(named) = &step.change.letter else {
        let clearing = "the customer's letter, or its token redeemed in its own portal";
        let own_word = letter::in_portal(account, step.change, context.now).is_some();
        return (!own_word).then(|| obstructed("T16", clearing, Refusal::LetterMissing));
    };
    let Some(letter) = account.letter(named) else {
        return Some(obstructed("T16", "the letter it names", Refusal::UnknownLetter));
    };
    let unfit = |at| letter::defects(account, context.program, letter, step.change, at).into_iter().next();
    let defect = unfit(context.now).or_else(|| unfit(step.effective_from))?;
    let used = letter::Use { at: context.now, effective_from: step.effective_from };
    let mending = letter::mending(account, context.program, letter, step.change, used);
    if mending.iter().any(|better| better.terms.signed_at <= context.now) {
        return None;
    }
    Some(obstructed("T16", "a new letter without that defect", Refusal::LetterDefective { defect }))
}

/// A freeze that neither customer nor host lifted.
fn frozen_toward(account: &Account, context: &Context<'_>, step: &Step<'_>) -> Option<Obstacle> {
    match hold(known(account, context), &Judged::from(&attempt(context, step))) {
        Hold::Free | Hold::Fallen { .. } => None,
        Hold::Frozen(freeze) => {
            let clearing = "a lift of the freeze by customer or host";
            Some(Obstacle { handoff: freeze.handoff.clone(), ..obstructed("T19", clearing, Refusal::Frozen) })
        }
    }
}

fn locked(account: &Account, context: &Context<'_>, step: &Step<'_>) -> Option<Obstacle> {
    let lock = account.locks.iter().find(|lock| {
        lock.change != step.change.change
            && lock.during.contains(context.now)
            && lock.scope.overlaps(&step.change.scope)
    })?;
    let until = lock.during.until.unwrap_or(Instant::LATEST);
    Some(obstructed("lock", "the end of the lock", Refusal::AccountLocked { until }))
}

/// The customer went back and forth: nothing moves for some days, and then only on the vendor's own call-back.
fn standing_still(
    account: &Account,
    context: &Context<'_>,
    step: &Step<'_>,
    emergency: Option<&Override>,
) -> Option<Obstacle> {
    if emergency.is_some() {
        return None;
    }
    let StandStill { since, until, .. } =
        choice::back_and_forth(account, context.program, &step.change.scope, context.now)?;
    if context.now < until {
        let clearing = format!("the end of the stand-still on {until}, and a call-back by the vendor");
        return Some(obstructed("stand_still", clearing, Refusal::StandStill { until }));
    }
    let called = choice::called_back(step.change, since, context.now);
    let clearing = "a call-back by the vendor itself, after the customer's last change of mind";
    (!called).then(|| obstructed("stand_still", clearing, Refusal::CallBackNeeded { since }))
}

fn objected(step: &Step<'_>) -> Option<Obstacle> {
    let pending = step.change.objections.iter().any(|objection| objection.is_pending());
    pending.then(|| obstructed("objection", "an adjudicator's ruling", Refusal::ObjectionPending))
}

/// The losing side has to know: by a delivered notice of the change, or of the override.
fn unnoticed(
    account: &Account,
    context: &Context<'_>,
    step: &Step<'_>,
    emergency: Option<&Override>,
) -> Option<Obstacle> {
    let losing = losing_side(account, context, step.change, step.gaining);
    let delivered = notices(account, step.change).any(|notice| {
        is_losing(&notice.to, losing.as_ref()) && notice.delivered.is_some_and(|(at, _)| at <= context.now)
    });
    let knows = delivered || emergency.is_some();
    let needed = losing.is_some() && !knows;
    needed.then(|| obstructed("T20", "a delivered notice to the losing side", Refusal::LosingSideNotTold))
}

/// The losing side said nothing to a single notice: that is no consent, unless nobody has to wait for one.
fn silent(account: &Account, context: &Context<'_>, step: &Step<'_>) -> Option<Obstacle> {
    let losing = losing_side(account, context, step.change, step.gaining)?;
    if procedure::need_not_be_heard(known(account, context), &taken(context, step)) {
        return None;
    }
    let told: Vec<&Notice> = notices(account, step.change)
        .filter(|notice| is_losing(&notice.to, Some(&losing)))
        .filter(|notice| notice.delivered.is_some_and(|(at, _)| at <= context.now))
        .collect();
    let spoke = told.iter().any(|notice| !notice.answers.is_empty())
        || step.change.objections.iter().any(|objection| is_losing(&objection.by, Some(&losing)));
    let is_deputy = |notice: &&Notice| {
        account.contacts.iter().any(|contact| {
            contact.purpose == ContactPurpose::Deputy
                && is_losing(&contact.party, Some(&losing))
                && contact.contact == notice.address
                && contact.during.contains(context.now)
        })
    };
    let needed = context.program.policy_at(context.now).policy.change.silence_notices;
    let enough = told.len() >= usize::from(needed) || told.iter().any(is_deputy);
    let clearing = "another delivered notice to the losing side, one to its deputy, or its answer";
    (!spoke && !enough).then(|| obstructed("silence", clearing, Refusal::SilenceIsNoConsent { needed }))
}

fn taken<'a>(context: &Context<'_>, step: &Step<'a>) -> procedure::Step<'a> {
    procedure::Step {
        change: step.change,
        gaining: step.gaining,
        scope: &step.change.scope,
        at: context.now,
        effective_from: step.effective_from,
        executed: None,
    }
}

/// The window is not over, and nothing excuses haste: the very question policing asks (T15).
fn too_early(account: &Account, context: &Context<'_>, step: &Step<'_>) -> Option<Obstacle> {
    match haste(known(account, context), &taken(context, step)) {
        Haste::InTime | Haste::Excused { .. } => None,
        Haste::TooEarly { window, .. } => {
            let until = window.map(|window| window.until);
            let clearing = "the end of the window, or a waiver by the losing side";
            Some(obstructed("T15", clearing, Refusal::WindowNotOver { until }))
        }
    }
}

fn attempt<'a>(context: &Context<'_>, step: &Step<'a>) -> Attempt<'a> {
    let act = Act::ChangeHolder { change: Some(&step.change.change), effective_from: step.effective_from };
    Attempt { partner: step.gaining, scope: &step.change.scope, act, at: context.now }
}

fn known<'a>(account: &'a Account, context: &Context<'a>) -> Known<'a> {
    Known { account, account_id: context.account, families: context.families, program: context.program }
}

fn obstructed(
    rule: &'static str,
    nearest_clearing: impl Into<Cow<'static, str>>,
    refusal: Refusal,
) -> Obstacle {
    Obstacle { rule, handoff: None, nearest_clearing: nearest_clearing.into(), refusal }
}
