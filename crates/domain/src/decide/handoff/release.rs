//! A host lets go of part of what a handoff protects (basis V2).

use super::asked;
use super::progress::accepted;
use crate::account::Account;
use crate::account::guest::{Handoff, Release};
use crate::decide::parties::{acts_for, anchored, signer, visible};
use crate::decide::{Context, Decided};
use crate::event::Anchor;
use crate::event::handoff::{HandoffEvent, Released};
use crate::id::{EventId, HandoffId};
use crate::refusal::Refusal;
use crate::scope::Scope;
use crate::time::Instant;

/// What the host signs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) scope: &'a Scope,
    pub(super) from: Option<Instant>,
    pub(super) until: Option<Instant>,
    pub(super) ratifies: Option<EventId>,
    pub(super) anchor: Option<&'a Anchor>,
}

/// Only the host releases. It starts now, or later; earlier only with a paper that was laid down by then, or
/// from an act it ratifies in time.
pub(super) fn release(
    account: &Account,
    context: &Context<'_>,
    handoff: &HandoffId,
    wanted: &Wanted<'_>,
) -> Result<Vec<Decided>, Refusal> {
    let known = visible(account, context, handoff)?;
    if !acts_for(context, &known.host) {
        return Err(Refusal::NotAuthorised { needs: "a user of the host" });
    }
    let signed_by = signer(context.actor)?;
    accepted(known)?;
    if known.releases.iter().any(|earlier| is_in_effect(earlier, wanted, context.now)) {
        return Ok(Vec::new());
    }
    if !wanted.scope.overlaps(&known.protected_scope) || wanted.scope.is_empty() {
        return Err(Refusal::EmptyScope);
    }
    let from = start(account, context, known, wanted)?;
    if wanted.until.is_some_and(|until| until <= from) {
        return Err(Refusal::EndNotInFuture);
    }
    Ok(asked(HandoffEvent::Released(Released {
        handoff: handoff.clone(),
        scope: wanted.scope.clone(),
        from,
        until: wanted.until,
        signed_by,
        signed_at: context.now,
        ratifies: wanted.ratifies,
        anchor: wanted.anchor.cloned(),
    })))
}

fn is_in_effect(earlier: &Release, wanted: &Wanted<'_>, now: Instant) -> bool {
    let starts_so = wanted.from.map_or_else(
        || wanted.ratifies.is_some() || earlier.during.contains(now),
        |from| earlier.during.from == from,
    );
    starts_so
        && earlier.scope == *wanted.scope
        && earlier.ratifies == wanted.ratifies
        && earlier.during.until == wanted.until
}

fn start(
    account: &Account,
    context: &Context<'_>,
    known: &Handoff,
    wanted: &Wanted<'_>,
) -> Result<Instant, Refusal> {
    let earliest = match wanted.ratifies {
        Some(act) => ratifiable(account, context, known, act)?,
        None => context.now,
    };
    let from = wanted.from.unwrap_or(earliest);
    if from < earliest {
        anchored(account, wanted.anchor, from)?;
    }
    Ok(from)
}

/// When the ratified act happened: something the guest's family gained, not longer ago than the policy allows.
fn ratifiable(
    account: &Account,
    context: &Context<'_>,
    known: &Handoff,
    act: EventId,
) -> Result<Instant, Refusal> {
    let gain = account.gains.iter().find(|gain| gain.event == act).ok_or(Refusal::NothingToRatify)?;
    let guest = known.guest.as_ref().ok_or(Refusal::NothingToRatify)?;
    if context.families.kinship(guest, &gain.partner, gain.at).is_none() || gain.at > context.now {
        return Err(Refusal::NothingToRatify);
    }
    let days = context.program.policy_at(context.now).policy.handoff.ratify_days_business;
    let until = context.program.calendar_at(gain.at).end_of_business_day(gain.at, days);
    if context.now < until { Ok(gain.at) } else { Err(Refusal::RatifiedTooLate { until }) }
}
