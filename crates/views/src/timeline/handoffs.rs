//! Handoffs as lanes: from the question to the close, with protection, tail and what was given up.

use domain::account::Account;
use domain::account::guest::{Handoff, Phase, Progress, ReportedInvitation};
use domain::event::handoff::{InvitationStatus, ProgressKind};
use domain::time::Interval;

use super::{Bar, Lane, LaneKind, Mark, Tone, bar, brief, mark};

pub(super) fn lanes(account: &Account) -> Vec<Lane> {
    let ours = account.handoffs.iter().map(lane);
    ours.chain(account.invitations.iter().map(reported)).collect()
}

fn lane(handoff: &Handoff) -> Lane {
    let title = match &handoff.guest {
        Some(guest) => format!("{} invited {guest}", handoff.host),
        None => format!("{} asks for help", handoff.host),
    };
    Lane { title, kind: LaneKind::Guest, bars: bars(handoff), marks: marks(handoff) }
}

fn bars(handoff: &Handoff) -> Vec<Bar> {
    let mut bars = Vec::new();
    if let (Some(event), Some(from), Some(until)) =
        (handoff.invited, handoff.invited_at, handoff.accepted_at.or(handoff.expires_at))
    {
        bars.push(bar(Interval::new(from, until), "invited", event, Tone::Quiet));
    }
    if let (Some(event), Some(from), Some(until)) =
        (handoff.accepted, handoff.accepted_at, handoff.protected_until)
    {
        let label = format!("{} protected", brief(&handoff.protected_scope));
        bars.push(bar(Interval::new(from, until), label, event, Tone::Protected));
        if let Some(tail) = handoff.tail_until {
            bars.push(bar(Interval::new(until, tail), "tail", event, Tone::Tail));
        }
    }
    bars.extend(handoff.releases.iter().map(|release| {
        let label = format!("{} released", brief(&release.scope));
        bar(release.during, label, release.event, Tone::Released)
    }));
    bars.extend(handoff.forfeitures.iter().map(|claim| {
        let during = Interval::new(claim.claimed_at, claim.cure_until);
        bar(during, "forfeiture claimed", claim.event, Tone::Contested)
    }));
    bars
}

fn marks(handoff: &Handoff) -> Vec<Mark> {
    let mut marks = Vec::new();
    if let (Some(event), Some(at)) = (handoff.accepted, handoff.accepted_at) {
        marks.push(mark(at, "terms accepted", event, Tone::Protected));
    }
    marks.extend(handoff.progress.iter().map(progressed));
    marks.extend(handoff.amendments.iter().map(|amendment| {
        let (label, tone) = if amendment.effective {
            ("terms amended", Tone::Quiet)
        } else {
            ("terms amended without both signatures", Tone::Contested)
        };
        mark(amendment.at, label, amendment.event, tone)
    }));
    if let (Phase::Invited, Some(event), Some(at)) = (handoff.phase, handoff.lapse_noted, handoff.expires_at)
    {
        marks.push(mark(at, "lapsed", event, Tone::Quiet));
    }
    if let Some((at, _, event)) = handoff.closed {
        marks.push(mark(at, "closed", event, Tone::Released));
    }
    marks
}

fn progressed(progress: &Progress) -> Mark {
    let label = match progress.kind {
        ProgressKind::Contacted => "contacted",
        ProgressKind::Quoted => "quoted",
        ProgressKind::Met => "met",
        ProgressKind::Delivered => "delivered",
        ProgressKind::BlockedByCustomer => "held up by the customer",
    };
    mark(progress.at, label, progress.event, Tone::Quiet)
}

/// An invitation of another system: no terms of ours, hence no bar.
fn reported(invitation: &ReportedInvitation) -> Lane {
    let status = match invitation.reported.status {
        InvitationStatus::Pending => "pending",
        InvitationStatus::Accepted => "accepted",
        InvitationStatus::Rejected => "declined",
        InvitationStatus::Expired => "expired",
        InvitationStatus::Cancelled => "cancelled",
    };
    let receiver = invitation.reported.receiver.as_ref();
    let title =
        receiver.map_or_else(|| "invitation elsewhere".to_owned(), |p| format!("{p} invited elsewhere"));
    let marks = vec![mark(invitation.at, status, invitation.event, Tone::Quiet)];
    Lane { title, kind: LaneKind::Guest, bars: Vec::new(), marks }
}
