//! Opening the objection window of a change: when the last notice to customer and losing side arrives.

use crate::account::Account;
use crate::account::guest::{Change, Notice};
use crate::decide::Settled;
use crate::decide::change::is_gaining;
use crate::event::Event;
use crate::event::change::{ChangeEvent, WindowOpened};
use crate::program::Program;

/// The windows that opened and are not recorded yet, in the order the changes became known.
///
/// The day of the last delivery does not count; the window ends at 24:00 of its last business day in the
/// calendar's zone. Without delivery there is no window.
pub fn settle(account: &Account, program: &Program) -> Vec<Settled> {
    let waiting = account.changes.iter().filter(|change| change.window_opened.is_none());
    waiting.filter_map(|change| open(account, program, change)).collect()
}

fn open(account: &Account, program: &Program, change: &Change) -> Option<Settled> {
    let gaining = change.gaining.as_ref()?;
    let days = change.window_days_business?;
    let mut last: Option<(&Notice, crate::time::Instant, crate::id::EventId)> = None;
    for id in &change.notices {
        let notice = account.notices.iter().find(|notice| notice.notice == *id)?;
        if is_gaining(&notice.to, gaining) {
            continue;
        }
        let (at, event) = notice.delivered?;
        if last.is_none_or(|(_, latest, _)| latest < at) {
            last = Some((notice, at, event));
        }
    }
    let (notice, at, causation) = last?;
    let calendar = program.calendar_at(at);
    let opened = WindowOpened {
        change: change.change.clone(),
        opened_by: notice.notice.clone(),
        window_until: calendar.end_of_business_day(at, u16::from(days)),
        calendar: calendar.name.clone(),
    };
    Some(Settled { valid_at: at, causation, event: Event::Change(ChangeEvent::WindowOpened(opened)) })
}
