//! Deal registrations: submitting, ruling, extending and ending them.

pub(crate) mod judgement;

use crate::account::Account;
use crate::account::registration::{Deal, OpenRegistrations, Outcome, Registration};
use crate::calendar::zone_or_utc;
use crate::command::DealCommand;
use crate::decide::authority::{Side, enrolled, ruling_person, side};
use crate::decide::{Context, Decided};
use crate::event::deal::{
    Approved, Cancelled, DealEvent, Extended, Progressed, Rejected, RejectionReason, Returned, Submitted,
    Withdrawn,
};
use crate::event::{DecidedBy, Event};
use crate::fact::Class;
use crate::id::{DealId, EventId, PrincipalId};
use crate::refusal::Refusal;
use crate::time::Instant;
use judgement::{Ask, Judgement, judge, rivals, takeover};

/// What follows from a command about a deal.
///
/// # Errors
/// The rule the command breaks.
pub fn decide(
    account: &Account,
    context: &Context<'_>,
    command: &DealCommand,
) -> Result<Vec<Decided>, Refusal> {
    match command {
        DealCommand::Submit(submitted) => submit(account, context, submitted),
        DealCommand::Withdraw { deal, reason } => withdraw(account, context, deal, reason.as_deref()),
        DealCommand::ReportActivity { deal, what, at } => report_activity(account, context, deal, what, *at),
        DealCommand::Approve { deal } => approve(account, context, deal),
        DealCommand::Reject { deal, reason } => reject(account, context, deal, *reason),
        DealCommand::Return { deal, missing } => send_back(account, context, deal, missing),
        DealCommand::Extend { deal } => extend(account, context, deal),
        DealCommand::Cancel { deal, reason } => cancel(account, context, deal, reason),
    }
}

/// What the program asks of every submission and this one lacks, in words of the payload.
pub fn missing(submitted: &Submitted) -> Vec<String> {
    let mut missing = Vec::new();
    if submitted.scope.product_lines.is_all() || submitted.scope.is_empty() {
        missing.push("product_lines".to_owned());
    }
    if submitted.need.trim().is_empty() {
        missing.push("need".to_owned());
    }
    missing
}

/// The ask and its answer in one: approved, rejected, or returned because something is missing.
fn submit(account: &Account, context: &Context<'_>, submitted: &Submitted) -> Result<Vec<Decided>, Refusal> {
    if let Side::Partner(partner) = side(context.actor, context.families)?
        && *partner != submitted.partner
    {
        return Err(Refusal::NotYourDeal);
    }
    enrolled(&submitted.partner, context.families)?;
    let submitted = Submitted { missing: missing(submitted), ..submitted.clone() };
    let known = account.deal(&submitted.deal);
    if let Some(known) = known {
        may_ask_again(known, &submitted, context.now)?;
    }
    let ask = Ask {
        deal: &submitted.deal,
        partner: &submitted.partner,
        scope: &submitted.scope,
        missing: &submitted.missing,
        tender: submitted.tender.unwrap_or(false),
        at: context.now,
    };
    let grounds = context.grounds();
    let rival = || rivals(account, &grounds, &ask).next().map(|rival| rival.deal.clone());
    let judgement = judge(account, &grounds, &ask, rival);
    if known
        .is_some_and(|known| says_the_same(known, &submitted) && judgement.is_in_effect(known, context.now))
    {
        return Ok(Vec::new());
    }
    if let Judgement::Approved { .. } = judgement {
        within_cap(account, context, &submitted)?;
    }
    let decided = judgement.events(&ask, by_policy(context));
    let asked = Decided { class: Class::Asked, event: Event::Deal(DealEvent::Submitted(submitted)) };
    Ok(std::iter::once(asked).chain(derived(decided)).collect())
}

/// Whether the partner may have one more registration open: what the rules turn down anyhow needs no place.
fn within_cap(account: &Account, context: &Context<'_>, submitted: &Submitted) -> Result<(), Refusal> {
    let max = context.program.policy_at(context.now).policy.registration.open_max;
    let (Some(max), Some(open_elsewhere)) = (max, context.open_elsewhere) else { return Ok(()) };
    let others = account
        .deals
        .iter()
        .filter(|known| known.deal != submitted.deal && known.partner.as_ref() == Some(&submitted.partner));
    let open =
        others.filter_map(|known| known.open_until(context.now)).fold(open_elsewhere, OpenRegistrations::and);
    if open.count < u32::from(max) {
        return Ok(());
    }
    let OpenRegistrations { count, first_end } = open;
    Err(Refusal::TooManyOpen { partner: submitted.partner.clone(), open: count, max, first_end })
}

/// Whether a deal that is already known may be submitted (again).
fn may_ask_again(known: &Deal, submitted: &Submitted, now: Instant) -> Result<(), Refusal> {
    if known.partner.as_ref().is_some_and(|partner| *partner != submitted.partner) {
        return Err(Refusal::NotYourDeal);
    }
    if let (Outcome::Won | Outcome::Lost, Some(at)) = (known.outcome, known.outcome_at) {
        return Err(Refusal::CustomerDecided { at });
    }
    let registration = known.registration;
    match registration {
        Registration::Cancelled => Err(Refusal::AlreadyDecided { registration }),
        // What is approved and protected is not changed under way: cancel or withdraw it first.
        Registration::Approved if known.protects(now) && !says_the_same(known, submitted) => {
            Err(Refusal::AlreadyDecided { registration })
        }
        Registration::Reported
        | Registration::Submitted
        | Registration::InReview
        | Registration::Returned
        | Registration::Approved
        | Registration::Rejected
        | Registration::Withdrawn => Ok(()),
    }
}

fn says_the_same(known: &Deal, submitted: &Submitted) -> bool {
    known.scope == submitted.scope
        && known.need == submitted.need
        && known.missing == submitted.missing
        && known.tender == submitted.tender.unwrap_or(false)
        && known.under_handoff == submitted.under_handoff
        && known.renews == submitted.renews
}

fn withdraw(
    account: &Account,
    context: &Context<'_>,
    deal: &DealId,
    reason: Option<&str>,
) -> Result<Vec<Decided>, Refusal> {
    let known = own(account, context, deal)?;
    let registration = known.registration;
    match registration {
        Registration::Withdrawn => return Ok(Vec::new()),
        Registration::Reported => return Err(Refusal::NotSubmitted),
        Registration::Rejected | Registration::Cancelled => {
            return Err(Refusal::AlreadyDecided { registration });
        }
        Registration::Submitted
        | Registration::InReview
        | Registration::Returned
        | Registration::Approved => {}
    }
    let withdrawn = Withdrawn { deal: deal.clone(), reason: reason.map(str::to_owned) };
    Ok(one(Class::Asked, DealEvent::Withdrawn(withdrawn)))
}

fn report_activity(
    account: &Account,
    context: &Context<'_>,
    deal: &DealId,
    what: &str,
    at: Option<Instant>,
) -> Result<Vec<Decided>, Refusal> {
    let known = own(account, context, deal)?;
    let at = at.unwrap_or(context.now);
    if at > context.now {
        return Err(Refusal::ActivityInFuture);
    }
    let registration = known.registration;
    if matches!(registration, Registration::Rejected | Registration::Withdrawn | Registration::Cancelled) {
        return Err(Refusal::AlreadyDecided { registration });
    }
    still_open(known)?;
    if known.activity.iter().any(|(reported, _)| *reported == at) {
        return Ok(Vec::new());
    }
    let progressed = Progressed { deal: deal.clone(), what: what.to_owned(), at };
    Ok(one(Class::Asked, DealEvent::Progressed(progressed)))
}

/// A person approves: also over a rival, which is then named, but never over a handoff.
fn approve(account: &Account, context: &Context<'_>, deal: &DealId) -> Result<Vec<Decided>, Refusal> {
    let person = ruling_person(context.actor)?;
    let known = account.deal(deal).ok_or(Refusal::UnknownDeal)?;
    let registration = known.registration;
    let Some(partner) = &known.partner else { return Err(Refusal::NotSubmitted) };
    match registration {
        Registration::Approved => return Ok(Vec::new()),
        Registration::Withdrawn | Registration::Cancelled => {
            return Err(Refusal::AlreadyDecided { registration });
        }
        Registration::Reported => return Err(Refusal::NotSubmitted),
        Registration::Submitted
        | Registration::InReview
        | Registration::Returned
        | Registration::Rejected => {}
    }
    still_open(known)?;
    if !known.missing.is_empty() {
        return Err(Refusal::Incomplete { missing: known.missing.clone() });
    }
    let ask = Ask {
        deal,
        partner,
        scope: &known.scope,
        missing: &known.missing,
        tender: known.tender,
        at: context.now,
    };
    let grounds = context.grounds();
    if let Some(refused) = takeover(account, &grounds, &ask, "deal.approve") {
        let repeated = account.refusals.iter().any(|known| known.refused == refused && known.at == ask.at);
        if repeated {
            return Ok(Vec::new());
        }
        let events = Judgement::Takeover(Box::new(refused)).events(&ask, by_policy(context));
        // A rejected deal stays as it is; the attempt is recorded all the same.
        let rejected_before = registration == Registration::Rejected;
        return Ok(derived(events).take(if rejected_before { 1 } else { 2 }).collect());
    }
    let approved = Approved {
        deal: deal.clone(),
        scope: known.scope.clone(),
        protected_from: context.now,
        protected_until: judgement::protected_until(&grounds, context.now),
        decided_by: by_person(context, person),
        rivals_considered: rivals(account, &grounds, &ask).map(|rival| rival.deal.clone()).collect(),
    };
    Ok(one(Class::Ruled, DealEvent::Approved(approved)))
}

fn reject(
    account: &Account,
    context: &Context<'_>,
    deal: &DealId,
    reason: RejectionReason,
) -> Result<Vec<Decided>, Refusal> {
    let person = ruling_person(context.actor)?;
    if undecided(account, deal, Registration::Rejected)?.is_none() {
        return Ok(Vec::new());
    }
    let decided_by = by_person(context, person);
    let rejected = Rejected { deal: deal.clone(), reason, rival: None, decided_by, case: None };
    Ok(one(Class::Ruled, DealEvent::Rejected(rejected)))
}

fn send_back(
    account: &Account,
    context: &Context<'_>,
    deal: &DealId,
    missing: &[String],
) -> Result<Vec<Decided>, Refusal> {
    let person = ruling_person(context.actor)?;
    if undecided(account, deal, Registration::Returned)?.is_none() {
        return Ok(Vec::new());
    }
    if missing.is_empty() {
        return Err(Refusal::ReasonMissing);
    }
    let decided_by = by_person(context, person);
    let returned = Returned { deal: deal.clone(), missing: missing.to_vec(), decided_by };
    Ok(one(Class::Ruled, DealEvent::Returned(returned)))
}

/// The deal while it waits for a decision or for its partner; `None` when it is already in `wanted`.
fn undecided<'a>(
    account: &'a Account,
    deal: &DealId,
    wanted: Registration,
) -> Result<Option<&'a Deal>, Refusal> {
    let known = account.deal(deal).ok_or(Refusal::UnknownDeal)?;
    let registration = known.registration;
    match registration {
        _ if registration == wanted => Ok(None),
        Registration::Submitted | Registration::InReview | Registration::Returned => Ok(Some(known)),
        Registration::Reported => Err(Refusal::NotSubmitted),
        Registration::Approved
        | Registration::Rejected
        | Registration::Withdrawn
        | Registration::Cancelled => Err(Refusal::AlreadyDecided { registration }),
    }
}

/// One more stretch of protection, for work that was reported. How long and how often is a right of the
/// approval, so the policy of that day says; what counts as recent is procedure, so today's policy says.
fn extend(account: &Account, context: &Context<'_>, deal: &DealId) -> Result<Vec<Decided>, Refusal> {
    let known = own(account, context, deal)?;
    let (Registration::Approved, Some(window), Some(approved_at)) =
        (known.registration, known.protection, known.decided_at)
    else {
        return Err(Refusal::NotApproved);
    };
    still_open(known)?;
    let until = window.until.unwrap_or(Instant::LATEST);
    if !window.contains(context.now) {
        return Err(Refusal::ProtectionOver { at: until });
    }
    let rights = context.program.policy_at(approved_at);
    let max = rights.policy.registration.extensions_max;
    if known.extensions >= max {
        return Err(Refusal::ExtensionsUsedUp { max });
    }
    let today = context.program.policy_at(context.now);
    let days = i64::from(today.policy.registration.activity_days);
    let since = context.now.plus_civil_days(-days, &zone_or_utc(&today.policy.zone));
    let recent = known.activity.iter().filter(|(at, _)| since <= *at && *at <= context.now);
    let activity: Vec<EventId> = recent.map(|(_, event)| *event).collect();
    if activity.is_empty() {
        return Err(Refusal::NoActivityToExtend { since });
    }
    let days = i64::from(rights.policy.registration.extension_days);
    let protected_until = until.plus_civil_days(days, &zone_or_utc(&rights.policy.zone));
    let decided_by = by_policy(context);
    let extended = Extended { deal: deal.clone(), protected_until, activity, decided_by };
    Ok(one(Class::Derived, DealEvent::Extended(extended)))
}

fn cancel(
    account: &Account,
    context: &Context<'_>,
    deal: &DealId,
    reason: &str,
) -> Result<Vec<Decided>, Refusal> {
    let person = ruling_person(context.actor)?;
    let known = account.deal(deal).ok_or(Refusal::UnknownDeal)?;
    match known.registration {
        Registration::Cancelled => return Ok(Vec::new()),
        Registration::Approved => {}
        Registration::Reported
        | Registration::Submitted
        | Registration::InReview
        | Registration::Returned
        | Registration::Rejected
        | Registration::Withdrawn => return Err(Refusal::NotApproved),
    }
    if reason.trim().is_empty() {
        return Err(Refusal::ReasonMissing);
    }
    let decided_by = by_person(context, person);
    let cancelled = Cancelled { deal: deal.clone(), reason: reason.to_owned(), decided_by };
    Ok(one(Class::Ruled, DealEvent::Cancelled(cancelled)))
}

/// The deal, if the actor may act for its partner.
fn own<'a>(account: &'a Account, context: &Context<'_>, deal: &DealId) -> Result<&'a Deal, Refusal> {
    let side = side(context.actor, context.families)?;
    let known = account.deal(deal).ok_or(Refusal::UnknownDeal)?;
    match side {
        Side::Partner(partner) if known.partner.as_ref() != Some(partner) => Err(Refusal::NotYourDeal),
        Side::Partner(_) | Side::Vendor => Ok(known),
    }
}

fn still_open(known: &Deal) -> Result<(), Refusal> {
    known.outcome_at.map_or(Ok(()), |at| Err(Refusal::CustomerDecided { at }))
}

fn by_policy(context: &Context<'_>) -> DecidedBy {
    DecidedBy { policy: context.program.policy_at(context.now).name.clone(), person: None }
}

fn by_person(context: &Context<'_>, person: &PrincipalId) -> DecidedBy {
    DecidedBy { person: Some(person.clone()), ..by_policy(context) }
}

fn one(class: Class, event: DealEvent) -> Vec<Decided> {
    vec![Decided { class, event: Event::Deal(event) }]
}

fn derived(events: Vec<Event>) -> impl Iterator<Item = Decided> {
    events.into_iter().map(|event| Decided { class: Class::Derived, event })
}
