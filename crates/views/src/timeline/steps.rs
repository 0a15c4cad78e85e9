//! Changes of holder as lanes: what was asked, how long anybody could object, what followed.

use domain::account::Account;
use domain::account::guest::{Change, Lock};
use domain::event::change::VerificationOutcome;
use domain::event::notice::About;
use domain::id::EventId;
use domain::time::{Instant, Interval};

use super::{Lane, LaneKind, Mark, Tone, bar, brief, mark};

pub(super) fn lanes(account: &Account) -> Vec<Lane> {
    account.changes.iter().map(|change| lane(account, change)).collect()
}

fn lane(account: &Account, change: &Change) -> Lane {
    let title = match &change.gaining {
        Some(gaining) => format!("{} to {gaining}", brief(&change.scope)),
        None => format!("change {}", change.change),
    };
    let mut bars = Vec::new();
    if let (Some(event), Some(until)) = (change.window_opened, change.window_until) {
        let from = opened_at(account, change).unwrap_or(until);
        bars.push(bar(Interval::new(from, until), "open to objection", event, Tone::Blocked));
    }
    let after = account.locks.iter().filter(|lock| lock.change == change.change);
    bars.extend(after.map(|Lock { during, event, .. }| bar(*during, "locked", *event, Tone::Blocked)));
    Lane { title, kind: LaneKind::Window, bars, marks: marks(account, change) }
}

/// The window opens with the last notice delivered before it; without one, with the request.
fn opened_at(account: &Account, change: &Change) -> Option<Instant> {
    let about = About::Change(change.change.clone());
    let delivered = account
        .notices_about(&about)
        .filter_map(|notice| notice.delivered)
        .map(|(at, _)| at)
        .filter(|at| change.window_until.is_none_or(|until| *at < until));
    delivered.max().or(change.requested_at)
}

fn marks(account: &Account, change: &Change) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut step = |at: Option<Instant>, event: Option<EventId>, label: &str, tone: Tone| {
        if let (Some(at), Some(event)) = (at, event) {
            marks.push(mark(at, label, event, tone));
        }
    };
    let letter = account.letters.iter().find(|letter| Some(&letter.letter) == change.letter.as_ref());
    if let Some(letter) = letter {
        step(Some(letter.terms.signed_at), Some(letter.event), "letter signed", Tone::Quiet);
        if let Some((at, event)) = letter.rescinded {
            step(Some(at), Some(event), "letter taken back", Tone::Contested);
        }
    }
    step(change.requested_at, change.requested, "requested", Tone::Quiet);
    for verification in &change.verifications {
        let (label, tone) = match verification.verified.outcome {
            VerificationOutcome::Confirmed => ("customer confirms", Tone::Quiet),
            VerificationOutcome::Denied => ("customer denies", Tone::Contested),
            VerificationOutcome::Unreachable => ("customer not reached", Tone::Quiet),
        };
        step(Some(verification.at), Some(verification.event), label, tone);
    }
    for waiver in &change.waivers {
        step(Some(waiver.at), Some(waiver.event), "window waived", Tone::Released);
    }
    for objection in &change.objections {
        step(Some(objection.at), Some(objection.event), "objection", Tone::Contested);
        if let Some((at, _, event)) = objection.decided {
            step(Some(at), Some(event), "objection decided", Tone::Quiet);
        }
    }
    for execution in &change.executions {
        step(Some(execution.at), Some(execution.event), "executed", Tone::Held);
    }
    if let Some((at, event)) = change.rescinded {
        step(Some(at), Some(event), "taken back", Tone::Released);
    }
    if let Some((at, event)) = change.reversed {
        step(Some(at), Some(event), "reversed", Tone::Released);
    }
    marks
}
