//! Telling customer, losing and gaining side at once who would gain.

use super::{decided, is_gaining, is_losing, known, losing_side, ongoing};
use crate::account::Account;
use crate::account::guest::Change;
use crate::calendar::zone_or_utc;
use crate::decide::parties::is_vendor;
use crate::decide::{Context, Decided};
use crate::event::change::{ChangeEvent, Notified};
use crate::event::notice::{About, NoticeEvent, Sent};
use crate::event::{Event, Party};
use crate::fact::Class;
use crate::id::{ChangeId, NoticeId, PartnerId};
use crate::letter;
use crate::refusal::Refusal;

/// Sends exactly three notices, once the customer has confirmed. They may be sent anew while one of the
/// earlier ones came back.
pub(super) fn notify(
    account: &Account,
    context: &Context<'_>,
    change: &ChangeId,
    sent: &[Sent],
) -> Result<Vec<Decided>, Refusal> {
    if !is_vendor(context.actor) {
        return Err(Refusal::NotAuthorised { needs: "the vendor" });
    }
    let (known, gaining) = known(account, change)?;
    let ids: Vec<NoticeId> = sent.iter().map(|notice| notice.notice.clone()).collect();
    if !known.notices.is_empty() && known.notices == ids {
        return Ok(Vec::new());
    }
    ongoing(known)?;
    if !known.notices.is_empty() && !came_back(account, known) {
        return Err(Refusal::AlreadyNotified);
    }
    if letter::confirmation(account, context.program, known, context.now).is_none() {
        return Err(Refusal::NotVerified);
    }
    let losing = losing_side(account, context, known, gaining);
    all_three(sent, losing.as_ref(), gaining)?;
    for notice in sent {
        sound(account, context, known, gaining, notice)?;
    }
    let policy = &context.program.policy_at(context.now).policy.change;
    let window_days_business = policy.window_days_business.min(policy.window_days_business_max);
    let notified = Notified {
        change: change.clone(),
        notices: ids,
        window_days_business,
        names_gaining: gaining.clone(),
    };
    let derived = |event| Decided { class: Class::Derived, event: Event::Notice(event) };
    let mut events: Vec<Decided> =
        sent.iter().map(|notice| derived(NoticeEvent::Sent(notice.clone()))).collect();
    events.push(decided(Class::Derived, ChangeEvent::Notified(notified)));
    Ok(events)
}

/// One more notice to the losing side, or to its deputy, while the change waits. It moves no window.
pub(super) fn remind(
    account: &Account,
    context: &Context<'_>,
    change: &ChangeId,
    notice: &Sent,
) -> Result<Vec<Decided>, Refusal> {
    if !is_vendor(context.actor) {
        return Err(Refusal::NotAuthorised { needs: "the vendor" });
    }
    let (known, gaining) = known(account, change)?;
    let sent_before = |sent: &&crate::account::guest::Notice| sent.notice == notice.notice;
    if let Some(sent) = account.notices.iter().find(sent_before) {
        let same = (&sent.to, &sent.about, &sent.address) == (&notice.to, &notice.about, &notice.address);
        return if same { Ok(Vec::new()) } else { Err(Refusal::NoticeIdTaken) };
    }
    ongoing(known)?;
    if known.notices.is_empty() {
        return Err(Refusal::NotNotified);
    }
    let losing = losing_side(account, context, known, gaining);
    if losing.is_none() || !is_losing(&notice.to, losing.as_ref()) {
        return Err(Refusal::NotTheLosingSide);
    }
    sound(account, context, known, gaining, notice)?;
    let event = Event::Notice(NoticeEvent::Sent(notice.clone()));
    Ok(vec![Decided { class: Class::Derived, event }])
}

/// Whether one of the notices sent last came back.
fn came_back(account: &Account, known: &Change) -> bool {
    let mut sent = account.notices.iter().filter(|notice| known.notices.contains(&notice.notice));
    sent.any(|notice| notice.bounced.is_some() && notice.delivered.is_none())
}

/// One to the customer, one to the losing and one to the gaining side, under ids of their own.
fn all_three(sent: &[Sent], losing: Option<&PartnerId>, gaining: &PartnerId) -> Result<(), Refusal> {
    let to = |is: &dyn Fn(&Party) -> bool| sent.iter().filter(|notice| is(&notice.to)).count();
    let once_each = to(&|to| *to == Party::Customer) == 1
        && to(&|to| is_losing(to, losing)) == 1
        && to(&|to| is_gaining(to, gaining)) == 1;
    let mut ids: Vec<&NoticeId> = sent.iter().map(|notice| &notice.notice).collect();
    ids.sort();
    ids.dedup();
    if sent.len() == 3 && ids.len() == 3 && once_each { Ok(()) } else { Err(Refusal::NotAllThree) }
}

/// A notice says who gains, is about this change, and goes where its receiver can be reached.
fn sound(
    account: &Account,
    context: &Context<'_>,
    change: &Change,
    gaining: &PartnerId,
    notice: &Sent,
) -> Result<(), Refusal> {
    if account.notices.iter().any(|known| known.notice == notice.notice) {
        return Err(Refusal::NoticeIdTaken);
    }
    let about = About::Change(change.change.clone());
    if notice.about != about || notice.names_gaining.as_ref() != Some(gaining) {
        return Err(Refusal::GainingNotNamed);
    }
    if notice.address_on_file_since > context.now {
        return Err(Refusal::InFuture);
    }
    if !is_gaining(&notice.to, gaining) && is_captured(account, context, gaining, notice) {
        return Err(Refusal::AddressCaptured);
    }
    Ok(())
}

/// Whether the gaining family lately replaced the address and its owner never confirmed that (T20).
fn is_captured(account: &Account, context: &Context<'_>, gaining: &PartnerId, notice: &Sent) -> bool {
    let policy = &context.program.policy_at(context.now).policy;
    let days = i64::from(policy.consent.contact_on_file_days);
    let since = context.now.plus_civil_days(-days, &zone_or_utc(&policy.zone));
    account.contacts.iter().any(|contact| {
        let by_gaining = contact
            .by
            .as_ref()
            .is_some_and(|by| context.families.kinship(gaining, by, contact.during.from).is_some());
        contact.contact == notice.address
            && contact.during.from >= since
            && contact.confirmed_by.as_ref() != Some(&contact.party)
            && by_gaining
    })
}
