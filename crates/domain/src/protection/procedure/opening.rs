//! How the objection window of a change opens: when the last of customer and losing side was reached.

use super::{Step, is_losing, losing_side};
use crate::account::Account;
use crate::account::guest::{Change, Notice};
use crate::calendar::Calendar;
use crate::event::Party;
use crate::event::notice::About;
use crate::id::{EventId, PartnerId};
use crate::program::Program;
use crate::protection::Known;
use crate::time::Instant;

/// The time in which host and customer may object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// When it is over: 24:00 of its last business day, in the calendar's zone.
    pub until: Instant,
    /// The deliveries that opened it, or the event that says it was opened.
    pub opened_by: Vec<EventId>,
}

/// The deliveries that open a window, and when it ends by the rules and the calendar then in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Opening<'a> {
    /// What arrived last.
    pub last: &'a Notice,
    pub at: Instant,
    /// The delivery of `last`.
    pub delivery: EventId,
    pub until: Instant,
    pub calendar: &'a Calendar,
    /// The deliveries to the losing side and to the customer.
    pub reached: [EventId; 2],
}

/// The opening of the window of `change`, or `None` while customer or losing side was not reached.
///
/// It takes no more than the deliveries: a change that another system notified of opens its window too.
/// Who loses is judged as of the request; where nobody does, the vendor stands in for the losing side.
pub fn opening<'a>(known: Known<'a>, change: &Change) -> Option<Opening<'a>> {
    let first = change.executions.first();
    let at = change.requested_at.or(first.map(|done| done.at))?;
    let step = Step {
        change,
        gaining: change.gaining.as_ref()?,
        scope: &change.scope,
        at,
        effective_from: at,
        executed: first.map(|done| done.event),
    };
    let losing = losing_side(known, &step).map(|(losing, _)| losing);
    opened(known.account, change, losing.as_ref(), known.program)
}

/// The window of `change` when `losing` loses by it. What was recorded as its end counts where no notice is
/// on record, or if it is later.
pub(super) fn window(
    account: &Account,
    change: &Change,
    losing: &PartnerId,
    program: &Program,
) -> Option<Window> {
    let recorded = change.window_until.zip(change.window_opened);
    let recorded = recorded.map(|(until, event)| Window { until, opened_by: vec![event] });
    if notices(account, change).next().is_none() {
        return recorded;
    }
    let Opening { until, reached, .. } = opened(account, change, Some(losing), program)?;
    let computed = Window { until, opened_by: reached.to_vec() };
    recorded.into_iter().chain([computed]).max_by_key(|window| window.until)
}

/// The day of the last delivery does not count; the window ends at 24:00 of its last business day in the
/// calendar's zone.
fn opened<'a>(
    account: &'a Account,
    change: &Change,
    losing: Option<&PartnerId>,
    program: &'a Program,
) -> Option<Opening<'a>> {
    let reached = first_delivery(account, change, &|notice| is_losing(&notice.to, losing))?;
    let customer = first_delivery(account, change, &|notice| notice.to == Party::Customer)?;
    let (at, delivery, last) = [reached, customer].into_iter().max_by_key(|(at, event, _)| (*at, *event))?;
    let rules = &program.policy_at(at).policy.change;
    let asked = change.window_days_business.unwrap_or(rules.window_days_business);
    let days = asked.min(rules.window_days_business_max).max(rules.window_days_business);
    let calendar = program.calendar_at(at);
    let until = calendar.end_of_business_day(at, u16::from(days));
    Some(Opening { last, at, delivery, until, calendar, reached: [reached.1, customer.1] })
}

/// What was sent about `change`: the notices it names, and those that name it.
pub fn notices<'a>(account: &'a Account, change: &Change) -> impl Iterator<Item = &'a Notice> {
    let about = About::Change(change.change.clone());
    let named = change.notices.clone();
    let sent = account.notices.iter();
    sent.filter(move |notice| notice.about == about || named.contains(&notice.notice))
}

fn first_delivery<'a>(
    account: &'a Account,
    change: &Change,
    is_for: &dyn Fn(&Notice) -> bool,
) -> Option<(Instant, EventId, &'a Notice)> {
    let delivered = notices(account, change).filter(|notice| is_for(notice)).filter_map(|notice| {
        let (at, event) = notice.delivered?;
        Some((at, event, notice))
    });
    delivered.min_by_key(|(at, event, _)| (*at, *event))
}
