//! What people are reminded of: something is about to be due, or its time is over, and nobody was told yet.
//!
//! The rules need none of it: whatever ends by itself carries its end in the event that starts it.

use crate::account::Account;
use crate::account::guest::{ChangeState, Phase};
use crate::calendar::zone_or_utc;
use crate::case::Case;
use crate::event::case::{self, Nearness, Step};
use crate::event::notice::{About, Reminded};
use crate::program::Program;
use crate::time::Instant;

/// Civil days before the end at which a person is reminded, as the policy at `now` says.
struct Lead<'a> {
    program: &'a Program,
    now: Instant,
}

impl Lead<'_> {
    fn is_soon(&self, until: Instant, days: u16) -> bool {
        let zone = zone_or_utc(&self.program.policy_at(self.now).policy.zone);
        self.now < until && until <= self.now.plus_civil_days(i64::from(days), &zone)
    }
}

/// The clocks of a case that nobody was told of: what is due soon, and what is over.
pub fn of_case(case: &Case, program: &Program, now: Instant) -> Vec<case::Reminded> {
    let lead = Lead { program, now };
    let days = program.policy_at(now).policy.dispute.reminder_days;
    let near = |step: Step, until: Instant| match step {
        _ if until <= now => Some(Nearness::Elapsed),
        // Whoever laid a case aside needs no word before it is back.
        Step::Snooze => None,
        Step::Stay
        | Step::Answer
        | Step::Proof
        | Step::Decision
        | Step::Appeal
        | Step::AppealAnswer
        | Step::AppealDecision => lead.is_soon(until, days).then_some(Nearness::Soon),
    };
    let due = case.deadlines().into_iter().filter_map(|deadline| {
        let nearness = near(deadline.step, deadline.until)?;
        Some(case::Reminded { step: deadline.step, nearness, due_at: deadline.until })
    });
    due.filter(|reminded| !is_told(case, reminded)).collect()
}

fn is_told(case: &Case, reminded: &case::Reminded) -> bool {
    case.reminders.iter().any(|(known, ..)| known == reminded)
}

/// Whether there may ever be anything to remind of in a case that stands like this.
pub fn has_clock(case: &Case) -> bool {
    case.deadlines().into_iter().any(|deadline| {
        let (step, due_at) = (deadline.step, deadline.until);
        !is_told(case, &case::Reminded { step, nearness: Nearness::Elapsed, due_at })
    })
}

/// Whether what somebody was reminded of in a case still waits for somebody.
pub fn is_pending(case: &Case, reminded: &case::Reminded, now: Instant) -> bool {
    let runs =
        case.deadlines().iter().any(|known| (known.step, known.until) == (reminded.step, reminded.due_at));
    runs && match reminded.nearness {
        Nearness::Soon => now < reminded.due_at,
        Nearness::Elapsed => case.is_open(),
    }
}

/// Invitations that are about to lapse and objection windows that are about to end, of which nobody was told.
pub fn of_account(account: &Account, program: &Program, now: Instant) -> Vec<Reminded> {
    let lead = Lead { program, now };
    let policy = &program.policy_at(now).policy;
    let mut due: Vec<Reminded> = awaited(account)
        .filter(|reminded| {
            let days = match reminded.about {
                About::Change(_) => policy.change.reminder_days,
                About::Handoff(_)
                | About::Forfeiture(_)
                | About::Override(_)
                | About::Commitment(_)
                | About::Token(_) => policy.handoff.reminder_days,
            };
            lead.is_soon(reminded.due_at, days)
        })
        .collect();
    due.retain(|reminded| account.reminders.iter().all(|(known, ..)| known != reminded));
    due
}

/// Whether what somebody was reminded of is still to come.
pub fn is_awaited(account: &Account, reminded: &Reminded, now: Instant) -> bool {
    now < reminded.due_at && awaited(account).any(|known| known == *reminded)
}

/// What waits for somebody until an instant, however far away.
fn awaited(account: &Account) -> impl Iterator<Item = Reminded> {
    let invitations = account.handoffs.iter().filter(|handoff| handoff.phase == Phase::Invited);
    let invitations = invitations.filter_map(|handoff| {
        Some(Reminded { about: About::Handoff(handoff.handoff.clone()), due_at: handoff.expires_at? })
    });
    let is_open = |state| matches!(state, ChangeState::WindowOpen | ChangeState::Objected);
    let windows = account.changes.iter().filter(move |change| is_open(change.state));
    let windows = windows.filter_map(|change| {
        Some(Reminded { about: About::Change(change.change.clone()), due_at: change.window_until? })
    });
    invitations.chain(windows)
}
