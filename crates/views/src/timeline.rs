//! One account as swim lanes: who held it, who was brought in, what was asked, locked and sold, and when.
//!
//! The picture itself is drawn elsewhere; here is only what stands where. Every bar and mark names the
//! event it comes from, so that a reader can get from the picture to the record, and a finding can be
//! shown on the act it is about.

mod freezes;
mod handoffs;
mod sales;
mod steps;

use domain::account::Account;
use domain::account::holding::{HeldBy, Holding};
use domain::id::EventId;
use domain::scope::{Dimension, Scope};
use domain::time::{DAY_MS, Instant, Interval};

/// Snapshots of another version are thrown away and rebuilt.
pub const VERSION: u32 = 1;

/// How far past `as_of` the picture reaches, in days: protection and tail of the default policy (365 + 90).
pub const DAYS_AHEAD_MAX: i64 = 455;

/// One account, lane by lane; every instant in it lies before `until`, open bars excepted.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    pub from: Instant,
    pub until: Instant,
    pub lanes: Vec<Lane>,
}

/// One row of the picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Lane {
    pub title: String,
    pub kind: LaneKind,
    pub bars: Vec<Bar>,
    pub marks: Vec<Mark>,
}

/// What a lane shows; lanes stand in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LaneKind {
    /// What one partner holds.
    Holder,
    /// One handoff: protection and tail.
    Guest,
    /// One deal: its protection and outcome.
    Deal,
    /// One change of holder: its objection window and the lock after it.
    Window,
    /// What may not move for now.
    Freeze,
    /// The vendor's own steps into the account: overrides and stewardships.
    Vendor,
    /// What one partner gained, and the sales acts before it.
    Sales,
}

/// Something that lasts `[from, until)`; without `until` it goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    pub from: Instant,
    pub until: Option<Instant>,
    pub label: String,
    pub event: EventId,
    pub tone: Tone,
}

/// Something that happened at one instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    pub at: Instant,
    pub label: String,
    pub event: EventId,
    pub tone: Tone,
}

/// How a bar or mark should look, by what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tone {
    /// Background: a step or contact that decides nothing.
    Quiet,
    /// Somebody holds or gains something.
    Held,
    /// Others are kept out.
    Protected,
    /// Protection that only binds who was in touch before.
    Tail,
    /// Protection given up, or an end everybody agreed to.
    Released,
    /// Nothing may move.
    Blocked,
    /// Two records contradict each other, or somebody objects.
    Contested,
}

/// The account as swim lanes at `as_of`: what began by then, with the ends known for it.
///
/// It leaves out what begins later and nothing else; to see what was so at an earlier instant, fold the
/// account no further than that.
pub fn timeline(account: &Account, as_of: Instant) -> Timeline {
    let mut lanes = holder_lanes(account);
    lanes.extend(handoffs::lanes(account));
    lanes.extend(sales::deal_lanes(account));
    lanes.extend(steps::lanes(account));
    lanes.extend(freezes::lanes(account));
    lanes.extend(sales::lanes(account));
    for lane in &mut lanes {
        lane.bars.retain(|bar| bar.from <= as_of && bar.until.is_none_or(|until| bar.from < until));
        lane.marks.retain(|mark| mark.at <= as_of);
        lane.bars.sort_by_key(|bar| (bar.from, bar.until, bar.event));
        lane.marks.sort_by_key(|mark| (mark.at, mark.event));
    }
    lanes.retain(|lane| !lane.bars.is_empty() || !lane.marks.is_empty());
    lanes.sort_by_key(|lane| (lane.kind, starts(lane)));
    framed(lanes, as_of)
}

fn starts(lane: &Lane) -> Option<Instant> {
    lane.bars.iter().map(|bar| bar.from).chain(lane.marks.iter().map(|mark| mark.at)).min()
}

fn framed(lanes: Vec<Lane>, as_of: Instant) -> Timeline {
    let from = lanes.iter().filter_map(starts).min().unwrap_or(as_of);
    let ends = lanes.iter().flat_map(|lane| lane.bars.iter().filter_map(|bar| bar.until)).max();
    let last = as_of.plus_ms(DAYS_AHEAD_MAX * DAY_MS);
    let until = ends.map_or(as_of, |end| end.clamp(as_of, last));
    Timeline { from, until, lanes }
}

/// One lane per partner that ever held a part of it.
fn holder_lanes(account: &Account) -> Vec<Lane> {
    let mut lanes: Vec<Lane> = Vec::new();
    for holding in &account.holdings {
        let title = holding.holder.to_string();
        let lane = lane_of(&mut lanes, LaneKind::Holder, title);
        lane.bars.push(held(holding));
    }
    lanes
}

fn held(holding: &Holding) -> Bar {
    let how = match &holding.basis {
        HeldBy::Recorded(_) => "as recorded",
        HeldBy::Change(_) => "by a change of holder",
        HeldBy::Override => "by an override",
    };
    let tone = if holding.contested.is_some() { Tone::Contested } else { Tone::Held };
    let label = format!("{} {how}", brief(&holding.scope));
    bar(holding.during, label, holding.event, tone)
}

/// The lane of this kind and title, added when it is not there yet.
fn lane_of(lanes: &mut Vec<Lane>, kind: LaneKind, title: String) -> &mut Lane {
    let index = lanes.iter().position(|lane| lane.title == title).unwrap_or_else(|| {
        lanes.push(Lane { title, kind, bars: Vec::new(), marks: Vec::new() });
        lanes.len() - 1
    });
    &mut lanes[index]
}

fn bar(during: Interval, label: impl Into<String>, event: EventId, tone: Tone) -> Bar {
    Bar { from: during.from, until: during.until, label: label.into(), event, tone }
}

fn mark(at: Instant, label: impl Into<String>, event: EventId, tone: Tone) -> Mark {
    Mark { at, label: label.into(), event, tone }
}

/// A scope short enough to stand in a bar.
fn brief(scope: &Scope) -> String {
    match &scope.product_lines {
        Dimension::Only(terms) => match terms.as_slice() {
            [] => "nothing".to_owned(),
            [one] => one.to_string(),
            [first, rest @ ..] => format!("{first} +{}", rest.len()),
        },
        Dimension::Except(terms) if terms.is_empty() => "all".to_owned(),
        Dimension::Except(terms) => format!("all but {}", terms.len()),
    }
}
