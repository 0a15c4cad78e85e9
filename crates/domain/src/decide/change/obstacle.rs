//! What stands in the way of executing a change: the published safeguards, in the order they are named.

use super::{is_losing, losing_side, notices};
use crate::account::Account;
use crate::account::guest::{Change, Override};
use crate::decide::Context;
use crate::decide::parties::concerned;
use crate::event::account::OverrideAct;
use crate::event::change::Basis;
use crate::freeze::frozen;
use crate::id::{HandoffId, PartnerId};
use crate::letter;
use crate::protection::{self, Act, Attempt, Refusable};
use crate::refusal::Refusal;
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
    pub(super) nearest_clearing: &'static str,
    /// What is answered where no handoff is protected.
    pub(super) refusal: Refusal,
}

/// Why the change would be a takeover of a protected account, if it would.
pub(super) fn takeover(account: &Account, context: &Context<'_>, step: &Step<'_>) -> Option<Refusable> {
    let act = Act::ChangeHolder { change: Some(&step.change.change), effective_from: step.effective_from };
    let attempt = Attempt { partner: step.gaining, scope: &step.change.scope, act, at: context.now };
    protection::attempt(account, context.account, context.families, context.program, &attempt)
}

/// The first safeguard in the way; a valid basis does not clear it.
pub(super) fn obstacle(account: &Account, context: &Context<'_>, step: &Step<'_>) -> Option<Obstacle> {
    let emergency = emergency(account, context, step);
    let found = unfit_letter(account, context, step)
        .or_else(|| frozen_toward(account, context, step))
        .or_else(|| locked(account, context, step))
        .or_else(|| objected(step))
        .or_else(|| unnoticed(account, context, step, emergency))
        .or_else(|| too_early(account, context, step, emergency))?;
    let protects = || concerned(account, context.families, step.gaining, &step.change.scope, context.now);
    let handoff = found.handoff.or_else(|| protects().map(|handoff| handoff.handoff.clone()));
    Some(Obstacle { handoff, ..found })
}

/// An override by officers that speeds up or replaces this very change (basis V9).
pub(super) fn emergency<'a>(
    account: &'a Account,
    context: &Context<'_>,
    step: &Step<'_>,
) -> Option<&'a Override> {
    account.overrides.iter().find(|overriding| {
        let meant = match overriding.act {
            OverrideAct::Change => overriding.holder.as_ref() == Some(step.gaining),
            OverrideAct::Waive => true,
            OverrideAct::Lift => false,
        };
        meant && overriding.during.contains(context.now) && overriding.scope.covers(&step.change.scope)
    })
}

/// A claim of the customer's letter needs one that is fit, from now until it takes effect (ruling 42).
fn unfit_letter(account: &Account, context: &Context<'_>, step: &Step<'_>) -> Option<Obstacle> {
    if step.change.basis_claimed != Some(Basis::CustomerLetter) {
        return None;
    }
    let Some(named) = &step.change.letter else { return None };
    let Some(letter) = account.letter(named) else {
        return Some(obstructed("T16", "the letter it names", Refusal::UnknownLetter));
    };
    let unfit = |at| letter::defects(account, context.program, letter, step.change, at).into_iter().next();
    let defect = unfit(context.now).or_else(|| unfit(step.effective_from))?;
    Some(obstructed("T16", "a new letter without that defect", Refusal::LetterDefective { defect }))
}

fn frozen_toward(account: &Account, context: &Context<'_>, step: &Step<'_>) -> Option<Obstacle> {
    let scope = &step.change.scope;
    let freeze = frozen(account, context.families, context.program, step.gaining, scope, context.now)?;
    let clearing = "a lift by customer or host, or the customer's verified letter for the scope";
    Some(Obstacle { handoff: freeze.handoff.clone(), ..obstructed("T19", clearing, Refusal::Frozen) })
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
    let published = account
        .notices
        .iter()
        .filter(|notice| emergency.is_some_and(|known| known.published_to.contains(&notice.notice)));
    let knows = notices(account, step.change).chain(published).any(|notice| {
        is_losing(&notice.to, losing.as_ref()) && notice.delivered.is_some_and(|(at, _)| at <= context.now)
    });
    let needed = losing.is_some() && !knows;
    needed.then(|| obstructed("T20", "a delivered notice to the losing side", Refusal::LosingSideNotTold))
}

/// Before the window is over only a waiver by the losing side or an emergency lets a change through, and
/// nothing takes effect before it either.
fn too_early(
    account: &Account,
    context: &Context<'_>,
    step: &Step<'_>,
    emergency: Option<&Override>,
) -> Option<Obstacle> {
    let losing = losing_side(account, context, step.change, step.gaining);
    let waived = step.change.waivers.iter().any(|waiver| is_losing(&waiver.by, losing.as_ref()));
    if waived || emergency.is_some() {
        return None;
    }
    let until = step.change.window_until;
    let over = until.is_some_and(|until| until <= context.now && until <= step.effective_from);
    let clearing = "the end of the window, or a waiver by the losing side";
    (!over).then(|| obstructed("T15", clearing, Refusal::WindowNotOver { until }))
}

fn obstructed(rule: &'static str, nearest_clearing: &'static str, refusal: Refusal) -> Obstacle {
    Obstacle { rule, handoff: None, nearest_clearing, refusal }
}
