//! When a handoff protects: from acceptance to the end of its window, and in the tail if the guest's
//! side was already at work there unreported.

use crate::account::gain::Touch;
use crate::protection::kin;
use crate::protection::question::Question;
use crate::scope::Region;
use crate::time::Interval;

/// Where an act lies in the life of a handoff.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Phase<'a> {
    Before,
    Protected,
    /// In the tail, after this unreported touch in the last days of the window.
    Tail(&'a Touch),
    Over,
}

/// Where the act lies.
pub fn phase<'a>(question: &Question<'a>, touched: &Region) -> Phase<'a> {
    let at = question.act.at;
    let handoff = question.handoff;
    let protected_until = handoff.protected_until.unwrap_or(question.accepted_at);
    if at < question.accepted_at {
        return Phase::Before;
    }
    if at < protected_until {
        return Phase::Protected;
    }
    let in_tail = handoff.tail_until.is_some_and(|tail_until| at < tail_until);
    let touch = in_tail.then(|| unreported_touch(question, touched)).flatten();
    touch.map_or(Phase::Over, Phase::Tail)
}

fn unreported_touch<'a>(question: &Question<'a>, touched: &Region) -> Option<&'a Touch> {
    let until = question.handoff.protected_until?;
    let days = i64::from(question.rights.handoff.touch_days);
    let last_days = Interval::new(until.plus_civil_days(-days, &question.zone), until);
    let counts = |touch: &&Touch| {
        touch.reported_under.is_none()
            && last_days.contains(touch.at)
            && touch.scope.as_ref().is_none_or(|scope| touched.overlaps(scope))
            && kin::guests(question, &touch.partner, touched).is_some()
    };
    question.known.account.touches.iter().filter(counts).min_by_key(|touch| (touch.at, touch.event))
}
