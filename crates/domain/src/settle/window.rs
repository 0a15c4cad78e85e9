//! Opening the objection window of a change: when the last notice to customer and losing side arrives.

use crate::account::guest::Change;
use crate::decide::Settled;
use crate::event::Event;
use crate::event::change::{ChangeEvent, WindowOpened};
use crate::protection::Known;
use crate::protection::procedure::opening::{Opening, opening};

/// The windows that opened and are not recorded yet, in the order the changes became known.
pub fn settle(known: Known<'_>) -> Vec<Settled> {
    let waiting = known.account.changes.iter().filter(|change| change.window_opened.is_none());
    waiting.filter_map(|change| open(known, change)).collect()
}

fn open(known: Known<'_>, change: &Change) -> Option<Settled> {
    let Opening { last, at, delivery, until, calendar, .. } = opening(known, change)?;
    let opened = WindowOpened {
        change: change.change.clone(),
        opened_by: last.notice.clone(),
        window_until: until,
        calendar: calendar.name.clone(),
    };
    let event = Event::Change(ChangeEvent::WindowOpened(opened));
    Some(Settled { valid_at: at, causation: delivery, event })
}
