//! Executing a change of holder, or recording the attempt.

use super::obstacle::{Obstacle, Step, emergency, obstacle, takeover};
use super::{by_policy, decided, is_losing, known, losing_side, ongoing};
use crate::account::Account;
use crate::account::guest::{Change, ChangeState};
use crate::calendar::zone_or_utc;
use crate::decide::parties::{acts_for, is_customer};
use crate::decide::{Context, Decided};
use crate::event::Event;
use crate::event::account::{AccountEvent, Locked, TakeoverRefused};
use crate::event::change::{Basis, ChangeEvent, Executed};
use crate::fact::{Class, Role};
use crate::id::{ChangeId, EventId, HandoffId, PartnerId};
use crate::letter;
use crate::protection::Refusable;
use crate::refusal::Refusal;
use crate::time::Instant;

/// Executes the change with the basis it claims and locks what moved, or records why it may not.
///
/// An obstacle that protects a handoff is recorded as a refused takeover, for attempts are the best early
/// signal; without a handoff it is a plain refusal.
pub(super) fn execute(
    account: &Account,
    context: &Context<'_>,
    change: &ChangeId,
    effective_from: Option<Instant>,
) -> Result<Vec<Decided>, Refusal> {
    let (known, gaining) = known(account, change)?;
    may_execute(context, gaining)?;
    if known.state == ChangeState::Executed {
        return Ok(Vec::new());
    }
    ongoing(known)?;
    let requested = known.effective_from.unwrap_or(context.now).max(context.now);
    let step = Step { change: known, gaining, effective_from: effective_from.unwrap_or(requested) };
    if let Some(Refusable { handoff, rule, nearest_clearing }) = takeover(account, context, &step) {
        return Ok(prevented(&step, handoff, rule, nearest_clearing));
    }
    if let Some(Obstacle { handoff, rule, nearest_clearing, refusal }) = obstacle(account, context, &step) {
        let handoff = handoff.ok_or(refusal)?;
        return Ok(prevented(&step, handoff, rule, nearest_clearing.into_owned()));
    }
    let emergency = emergency(account, context, &step).map(|overriding| overriding.event);
    let confirmation = letter::confirmation(account, context.program, known, context.now);
    if confirmation.is_none() && emergency.is_none() {
        return Err(Refusal::NotVerified);
    }
    if step.effective_from < context.now && known.window_until.is_none_or(|until| step.effective_from < until)
    {
        return Err(Refusal::Backdated);
    }
    let losing = losing_side(account, context, known, gaining);
    let waiver = known.waivers.iter().find(|waiver| is_losing(&waiver.by, losing.as_ref()));
    let policy = &context.program.policy_at(context.now).policy;
    let days = i64::from(policy.change.lock_days);
    let until = context.now.plus_civil_days(days, &zone_or_utc(&policy.zone));
    let executed = Executed {
        change: change.clone(),
        holder: gaining.clone(),
        scope: known.scope.clone(),
        effective_from: step.effective_from,
        basis: known.basis_claimed.unwrap_or(Basis::CustomerLetter),
        basis_events: basis_events(account, known, confirmation),
        waiver: waiver.map(|waiver| waiver.event),
        emergency,
        decided_by: Some(by_policy(context)),
        lock_until: Some(until),
    };
    let (scope, change) = (known.scope.clone(), change.clone());
    let locked = AccountEvent::Locked(Locked { change, scope, from: context.now, until });
    Ok(vec![
        decided(Class::Derived, ChangeEvent::Executed(executed)),
        Decided { class: Class::Derived, event: Event::Account(locked) },
    ])
}

fn may_execute(context: &Context<'_>, gaining: &PartnerId) -> Result<(), Refusal> {
    let may = match context.actor.role {
        Role::PartnerUser => acts_for(context, gaining),
        // The vendor's own sales team may try; the safeguards judge it like anybody.
        Role::DirectSales | Role::VendorOfficer | Role::System => true,
        Role::Customer => is_customer(context.actor),
        Role::Verifier | Role::Adjudicator => false,
    };
    let needs = "the gaining side, the customer or the vendor";
    if may { Ok(()) } else { Err(Refusal::NotAuthorised { needs }) }
}

fn prevented(step: &Step<'_>, handoff: HandoffId, rule: &str, nearest_clearing: String) -> Vec<Decided> {
    let refused = TakeoverRefused {
        command: "change.execute".to_owned(),
        gaining: step.gaining.clone(),
        scope: step.change.scope.clone(),
        deal: None,
        change: Some(step.change.change.clone()),
        order: None,
        rule: rule.to_owned(),
        handoff,
        nearest_clearing,
    };
    let event = Event::Account(AccountEvent::TakeoverRefused(refused));
    vec![Decided { class: Class::Derived, event }]
}

/// The papers it rests on: the letter, the customer's confirmation, the host's release.
fn basis_events(account: &Account, change: &Change, confirmation: Option<EventId>) -> Vec<EventId> {
    let letter = change.letter.as_ref().and_then(|letter| account.letter(letter));
    letter.map(|letter| letter.event).into_iter().chain(confirmation).chain(change.release).collect()
}
