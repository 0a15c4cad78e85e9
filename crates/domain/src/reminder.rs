//! What people are reminded of: something is about to be due, or its time is over, and nobody was told yet.
//!
//! The rules need none of it: whatever ends by itself carries its end in the event that starts it.

use jiff::tz::TimeZone;

use crate::account::Account;
use crate::account::guest::{ChangeState, Phase};
use crate::account::registration::{Outcome, Registration};
use crate::calendar::zone_or_utc;
use crate::case::Case;
use crate::event::case::{self, Nearness, Step};
use crate::event::notice::{About, Reminded};
use crate::id::EventId;
use crate::policy::Policy;
use crate::program::Program;
use crate::time::Instant;

/// How long before an end a person is reminded, as one policy says.
pub struct Leads<'a> {
    policy: &'a Policy,
    zone: TimeZone,
}

impl<'a> Leads<'a> {
    /// As the policy at `now` says.
    pub fn at(program: &'a Program, now: Instant) -> Self {
        let policy = &program.policy_at(now).policy;
        Self { policy, zone: zone_or_utc(&policy.zone) }
    }

    /// Civil days before the end of a thing on an account, in no order.
    fn days(&self, about: &About) -> &[u16] {
        match about {
            About::Registration(_) => &self.policy.registration.reminder_days,
            About::Change(_) => std::slice::from_ref(&self.policy.change.reminder_days),
            About::Handoff(_)
            | About::Forfeiture(_)
            | About::Override(_)
            | About::Commitment(_)
            | About::Token(_) => std::slice::from_ref(&self.policy.handoff.reminder_days),
        }
    }

    /// Since when people should know at `now` that something ends; nothing while that is far, and once it is over.
    ///
    /// Of several leads the nearest to the end counts: whoever slept across some of them says one thing, not three.
    pub fn since(&self, about: &About, due_at: Instant, now: Instant) -> Option<Instant> {
        let begun = self.days(about).iter().map(|days| self.before(due_at, *days));
        begun.filter(|since| *since <= now && now < due_at).max()
    }

    /// The last end on an account of which people may have to know at `now`.
    pub fn horizon(&self, now: Instant) -> Instant {
        let single = [self.policy.handoff.reminder_days, self.policy.change.reminder_days];
        let days = self.policy.registration.reminder_days.iter().chain(&single).max();
        // A civil day may be an hour longer on the way back than on the way there.
        now.plus_civil_days(i64::from(days.copied().unwrap_or_default()) + 1, &self.zone)
    }

    fn before(&self, due_at: Instant, days: u16) -> Instant {
        due_at.plus_civil_days(-i64::from(days), &self.zone)
    }
}

/// The clocks of a case that nobody was told of: what is due soon, and what is over.
pub fn of_case(case: &Case, program: &Program, now: Instant) -> Vec<case::Reminded> {
    let leads = Leads::at(program, now);
    let days = leads.policy.dispute.reminder_days;
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
        | Step::AppealDecision => (leads.before(until, days) <= now).then_some(Nearness::Soon),
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

/// Invitations that are about to lapse, and objection windows and registrations that are about to end, of which nobody
/// was told since it was time to.
pub fn of_account(account: &Account, program: &Program, now: Instant) -> Vec<Reminded> {
    let leads = Leads::at(program, now);
    let is_due = |awaited: &Awaited| {
        let Reminded { about, due_at } = &awaited.reminded;
        // What began within the lead was known to be this short.
        let since = leads.since(about, *due_at, now).filter(|since| awaited.from <= *since);
        since.is_some_and(|since| {
            let told = account.reminders.iter().filter(|(known, ..)| *known == awaited.reminded);
            told.map(|(.., told_at)| *told_at).all(|told_at| told_at < since)
        })
    };
    awaited(account, now).filter(is_due).map(|awaited| awaited.reminded).collect()
}

/// What people were reminded of on an account and is still to come: of each thing the last word, the event that said
/// it, and when.
pub fn pending(account: &Account, now: Instant) -> Vec<&(Reminded, EventId, Instant)> {
    let to_come = awaited(account, now).filter(|awaited| now < awaited.reminded.due_at);
    let last_word = |awaited: Awaited| {
        account.reminders.iter().rev().find(|(reminded, ..)| *reminded == awaited.reminded)
    };
    to_come.filter_map(last_word).collect()
}

/// Something that waits for somebody, and since when.
struct Awaited {
    reminded: Reminded,
    from: Instant,
}

/// What waits for somebody until an instant, however far away.
fn awaited(account: &Account, now: Instant) -> impl Iterator<Item = Awaited> {
    let invitations = account.handoffs.iter().filter(|handoff| handoff.phase == Phase::Invited);
    let invitations = invitations.filter_map(|handoff| {
        let reminded =
            Reminded { about: About::Handoff(handoff.handoff.clone()), due_at: handoff.expires_at? };
        Some(Awaited { reminded, from: Instant::EARLIEST })
    });
    let is_open = |state| matches!(state, ChangeState::WindowOpen | ChangeState::Objected);
    let windows = account.changes.iter().filter(move |change| is_open(change.state));
    let windows = windows.filter_map(|change| {
        let reminded = Reminded { about: About::Change(change.change.clone()), due_at: change.window_until? };
        Some(Awaited { reminded, from: Instant::EARLIEST })
    });
    let protecting = account.deals.iter().filter(move |deal| {
        deal.registration == Registration::Approved && deal.outcome == Outcome::Open && deal.protects(now)
    });
    let registrations = protecting.filter_map(|deal| {
        let protection = deal.protection?;
        let reminded = Reminded { about: About::Registration(deal.deal.clone()), due_at: protection.until? };
        Some(Awaited { reminded, from: protection.from })
    });
    invitations.chain(windows).chain(registrations)
}
