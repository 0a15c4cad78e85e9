//! Deals with their protection and outcome, and what each partner gained.

use domain::account::Account;
use domain::account::gain::{Gain, GainKind, TouchKind};
use domain::account::registration::{Deal, Outcome, Registration};
use domain::time::Interval;

use super::{Lane, LaneKind, Mark, Tone, bar, brief, lane_of, mark};

pub(super) fn deal_lanes(account: &Account) -> Vec<Lane> {
    account.deals.iter().map(deal_lane).collect()
}

fn deal_lane(deal: &Deal) -> Lane {
    let title = match &deal.partner {
        Some(partner) => format!("{partner} registers {}", brief(&deal.scope)),
        None => format!("deal {}", deal.deal),
    };
    let mut lane = Lane { title, kind: LaneKind::Deal, bars: Vec::new(), marks: Vec::new() };
    if let (Some(event), Some(at)) = (deal.submission, deal.submitted_at) {
        let decided = deal.decided_at.or(deal.outcome_at).unwrap_or(at);
        lane.bars.push(bar(Interval::new(at, decided), "waits for a decision", event, Tone::Quiet));
        lane.marks.push(mark(at, "submitted", event, Tone::Quiet));
    }
    if let (Some(event), Some(window)) = (deal.decided, deal.protection) {
        lane.bars.push(bar(window, "protected", event, Tone::Protected));
    }
    lane.marks.extend(decision(deal));
    lane.marks.extend(deal.activity.iter().map(|(at, event)| mark(*at, "activity", *event, Tone::Quiet)));
    lane.marks.extend(outcome(deal));
    lane
}

fn decision(deal: &Deal) -> Option<Mark> {
    let (label, tone) = match deal.registration {
        Registration::Reported | Registration::Submitted | Registration::InReview => return None,
        Registration::Returned => ("returned", Tone::Quiet),
        Registration::Approved => ("approved", Tone::Protected),
        Registration::Rejected => ("rejected", Tone::Blocked),
        Registration::Withdrawn => ("withdrawn", Tone::Released),
        Registration::Cancelled => ("cancelled", Tone::Blocked),
    };
    Some(mark(deal.decided_at?, label, deal.decided?, tone))
}

fn outcome(deal: &Deal) -> Option<Mark> {
    let (label, tone) = match deal.outcome {
        Outcome::Open => return None,
        Outcome::Won => ("won", Tone::Held),
        Outcome::Lost => ("lost", Tone::Released),
    };
    Some(mark(deal.outcome_at?, label, deal.outcome_event?, tone))
}

/// One lane per partner with what it gained, and the sales acts before.
pub(super) fn lanes(account: &Account) -> Vec<Lane> {
    let mut lanes = Vec::new();
    for gain in &account.gains {
        lane_of(&mut lanes, LaneKind::Sales, format!("{} gains", gain.partner)).marks.push(gained(gain));
    }
    for touch in &account.touches {
        let label = match touch.kind {
            TouchKind::Quote => "quote",
            TouchKind::Meeting => "meeting",
            TouchKind::Contact => "contact",
            TouchKind::Submission => continue,
        };
        let lane = lane_of(&mut lanes, LaneKind::Sales, format!("{} gains", touch.partner));
        lane.marks.push(mark(touch.at, label, touch.event, Tone::Quiet));
    }
    lanes
}

fn gained(gain: &Gain) -> Mark {
    let what = match &gain.kind {
        GainKind::HolderRecorded { .. } => "recorded as holder".to_owned(),
        GainKind::ChangeExecuted { .. } => "becomes holder".to_owned(),
        GainKind::DealApproved { deal } => format!("deal {deal} approved"),
        GainKind::OrderBooked { order, .. } => format!("order {order}"),
        GainKind::RenewalBooked { order, renews, .. } => format!("order {order} renews {renews}"),
        GainKind::ContractSigned { .. } => "contract signed".to_owned(),
    };
    let tone = if gain.scope_disagrees { Tone::Contested } else { Tone::Held };
    mark(gain.at, what, gain.event, tone)
}
