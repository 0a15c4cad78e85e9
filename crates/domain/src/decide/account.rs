//! Who holds the account by the vendor's word: holders, overrides, stewardships, and disputed refusals.

use crate::account::Account;
use crate::decide::authority::{Side, enrolled, officer, officer_or_system, side, two_officers};
use crate::decide::{Context, Decided};
use crate::event::Event;
use crate::event::account::{
    AccountEvent, HolderRecorded, HoldingBasis, OverrideAct, OverrideRecorded, RefusalDisputed,
    StewardshipStarted, TakeoverRefused,
};
use crate::fact::Class;
use crate::id::{EventId, PartnerId};
use crate::protection::{Act, Attempt};
use crate::refusal::Refusal;
use crate::scope::Scope;

/// A vendor officer or system records who holds a scope from now on.
///
/// # Errors
/// The rule the command breaks.
pub fn record_holder(
    account: &Account,
    context: &Context<'_>,
    holder: &PartnerId,
    scope: &Scope,
    basis: HoldingBasis,
) -> Result<Vec<Decided>, Refusal> {
    officer_or_system(context.actor)?;
    if context.families.origin(holder).is_none() {
        return Err(Refusal::NotEnrolled { partner: holder.clone() });
    }
    let holding = |by: &PartnerId| {
        let held = account.holdings.iter().filter(|held| held.during.contains(context.now));
        held.filter(|held| held.holder == *by)
            .fold(crate::scope::Region::default(), |region, held| region.plus(held.scope.clone()))
    };
    if holding(holder).covers(scope) {
        return Ok(Vec::new());
    }
    let locks = account.locks.iter().filter(|lock| lock.scope.overlaps(scope));
    let lock =
        locks.filter(|lock| lock.during.contains(context.now)).filter_map(|lock| lock.during.until).max();
    if let Some(until) = lock {
        return Err(Refusal::AccountLocked { until });
    }
    if let Some(refused) = takeover(account, context, holder, scope) {
        let repeated = |known: &crate::account::Refused| known.refused == refused && known.at == context.now;
        if account.refusals.iter().any(repeated) {
            return Ok(Vec::new());
        }
        return Ok(one(Class::Derived, AccountEvent::TakeoverRefused(refused)));
    }
    let recorded = HolderRecorded {
        holder: holder.clone(),
        scope: scope.clone(),
        from: context.now,
        previous: account.holder(scope, context.now).map(|held| held.holder.clone()),
        basis_claimed: basis,
        change: None,
        batch: None,
    };
    Ok(one(Class::Observed, AccountEvent::HolderRecorded(recorded)))
}

fn takeover(
    account: &Account,
    context: &Context<'_>,
    holder: &PartnerId,
    scope: &Scope,
) -> Option<TakeoverRefused> {
    let act = Act::ChangeHolder { change: None, effective_from: context.now };
    let attempt = Attempt { partner: holder, scope, act, at: context.now };
    let refusable = context.grounds().refusable(account, &attempt)?;
    Some(TakeoverRefused {
        command: "account.record_holder".to_owned(),
        gaining: holder.clone(),
        scope: scope.clone(),
        deal: None,
        change: None,
        order: None,
        rule: refusable.rule.to_owned(),
        handoff: refusable.handoff,
        nearest_clearing: refusable.nearest_clearing,
    })
}

/// Two officers step over the rules, with a reason and an end (basis V9).
///
/// # Errors
/// The rule the command breaks.
pub fn override_rules(
    account: &Account,
    context: &Context<'_>,
    asked: &OverrideRecorded,
) -> Result<Vec<Decided>, Refusal> {
    officer(context.actor)?;
    two_officers(&asked.officers)?;
    if asked.reason_text.trim().is_empty() {
        return Err(Refusal::ReasonMissing);
    }
    if asked.until <= context.now {
        return Err(Refusal::EndNotInFuture);
    }
    match (asked.act, &asked.holder) {
        (OverrideAct::Change, None) => return Err(Refusal::OverrideWithoutHolder),
        (OverrideAct::Change | OverrideAct::Lift | OverrideAct::Waive, Some(holder)) => {
            enrolled(holder, context.families)?;
        }
        (OverrideAct::Lift | OverrideAct::Waive, None) => {}
    }
    let repeated = account.overrides.iter().any(|known| {
        known.during.contains(context.now)
            && known.during.until == Some(asked.until)
            && (&known.scope, &known.holder, known.act) == (&asked.scope, &asked.holder, asked.act)
            && known.officers == asked.officers
    });
    if repeated {
        return Ok(Vec::new());
    }
    Ok(one(Class::Ruled, AccountEvent::OverrideRecorded(asked.clone())))
}

/// The vendor lets somebody keep the account for a time that ends by itself.
///
/// # Errors
/// The rule the command breaks.
pub fn start_stewardship(
    account: &Account,
    context: &Context<'_>,
    started: &StewardshipStarted,
) -> Result<Vec<Decided>, Refusal> {
    officer(context.actor)?;
    enrolled(&started.steward, context.families)?;
    if started.reason.trim().is_empty() {
        return Err(Refusal::ReasonMissing);
    }
    if started.until <= context.now {
        return Err(Refusal::EndNotInFuture);
    }
    let repeated = account.stewardships.iter().any(|known| {
        known.during.contains(context.now)
            && known.during.until == Some(started.until)
            && (&known.partner, &known.scope) == (&started.steward, &started.scope)
    });
    if repeated {
        return Ok(Vec::new());
    }
    Ok(one(Class::Ruled, AccountEvent::StewardshipStarted(started.clone())))
}

/// The refused partner, and nobody else, disputes a refused attempt.
///
/// # Errors
/// The rule the command breaks.
pub fn dispute_refusal(
    account: &Account,
    context: &Context<'_>,
    refused: EventId,
    text: &str,
) -> Result<Vec<Decided>, Refusal> {
    let Side::Partner(partner) = side(context.actor, context.families)? else {
        return Err(Refusal::NotAuthorised { needs: "the partner that was refused" });
    };
    let known = account.refusals.iter().find(|known| known.event == refused);
    let known = known.ok_or(Refusal::UnknownRefusal)?;
    if known.refused.gaining != *partner {
        return Err(Refusal::NotYourRefusal);
    }
    if known.disputed.is_some() {
        return Ok(Vec::new());
    }
    let disputed = RefusalDisputed { refused, by: partner.clone(), text: text.to_owned() };
    Ok(one(Class::Asked, AccountEvent::RefusalDisputed(disputed)))
}

fn one(class: Class, event: AccountEvent) -> Vec<Decided> {
    vec![Decided { class, event: Event::Account(event) }]
}
