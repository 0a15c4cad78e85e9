//! Swim lanes: what stands where, from which event, and what a given day leaves out.

use domain::time::{DAY_MS, Instant};
use views::timeline::{DAYS_AHEAD_MAX, Lane, LaneKind, Timeline, Tone, timeline};

use crate::sample::*;

fn picture(as_of: &str) -> Timeline {
    timeline(&account(story()), day(as_of))
}

fn lanes(timeline: &Timeline, kind: LaneKind) -> Vec<&Lane> {
    timeline.lanes.iter().filter(|lane| lane.kind == kind).collect()
}

/// Bars of a lane as (from, until, label).
fn bars(lane: &Lane) -> Vec<(Instant, Option<Instant>, &str)> {
    lane.bars.iter().map(|bar| (bar.from, bar.until, bar.label.as_str())).collect()
}

fn marks(lane: &Lane) -> Vec<(Instant, &str)> {
    lane.marks.iter().map(|mark| (mark.at, mark.label.as_str())).collect()
}

#[test]
fn each_holder_has_a_lane_that_ends_where_the_next_begins() {
    let timeline = picture("2026-05-01");
    let holders = lanes(&timeline, LaneKind::Holder);
    assert_eq!(
        holders.iter().map(|lane| lane.title.as_str()).collect::<Vec<_>>(),
        ["northwind", "contoso-services"]
    );
    let change = Some(day("2026-04-20"));
    assert_eq!(
        bars(holders[0]),
        [
            (day("2026-02-02"), None, "wireless as recorded"),
            (day("2026-02-02"), change, "gtx-pro as recorded"),
        ]
    );
    assert_eq!(bars(holders[1]), [(day("2026-04-20"), None, "gtx-pro by a change of holder")]);
    assert_eq!(holders[1].bars[0].event, event_id(15));
}

#[test]
fn a_handoff_shows_invitation_protection_and_tail() {
    let timeline = picture("2026-03-01");
    let guest = lanes(&timeline, LaneKind::Guest);
    assert_eq!(guest[0].title, "northwind invited contoso-services");
    assert_eq!(
        bars(guest[0]),
        [
            (day("2026-02-06"), Some(day("2026-02-10")), "invited"),
            (day("2026-02-10"), Some(day("2027-02-10")), "gtx-pro +1 protected"),
        ]
    );
    let later = picture("2027-03-01");
    let last = lanes(&later, LaneKind::Guest)[0].bars.last().unwrap();
    assert_eq!((last.from, last.until, last.tone), (day("2027-02-10"), Some(day("2027-05-11")), Tone::Tail));
}

#[test]
fn a_deal_shows_its_protection_cut_at_its_outcome() {
    let timeline = picture("2026-05-01");
    let deals = lanes(&timeline, LaneKind::Deal);
    assert_eq!(
        bars(deals[0]),
        [
            (day("2026-02-03"), Some(day("2026-02-04")), "waits for a decision"),
            (day("2026-02-04"), Some(day("2026-03-02")), "protected"),
        ]
    );
    assert_eq!(
        marks(deals[0]),
        [(day("2026-02-03"), "submitted"), (day("2026-02-04"), "approved"), (day("2026-03-02"), "won"),]
    );
    assert_eq!(marks(deals[1]).last(), Some(&(day("2026-02-05"), "rejected")));
    assert_eq!(deals[1].bars, []);
}

#[test]
fn a_change_shows_its_window_from_the_last_delivery_and_the_lock_after_it() {
    let timeline = picture("2026-05-01");
    let window = lanes(&timeline, LaneKind::Window);
    assert_eq!(
        bars(window[0]),
        [
            (day("2026-04-08"), Some(day("2026-04-16")), "open to objection"),
            (day("2026-04-20"), Some(day("2026-05-20")), "locked"),
        ]
    );
    assert_eq!(marks(window[0]), [(day("2026-04-06"), "requested"), (day("2026-04-20"), "executed")]);
}

#[test]
fn the_default_freeze_ends_where_the_customer_lifts_all_of_it() {
    let timeline = picture("2026-05-01");
    let freeze = lanes(&timeline, LaneKind::Freeze);
    assert_eq!(bars(freeze[0]), [(day("2026-02-10"), Some(day("2026-04-10")), "gtx-pro +1 frozen")]);

    let mut story = story();
    story[13] = ("2026-04-10", lifted(sample_part(), "2026-04-10"));
    let partly = timeline_of(story);
    let freeze = lanes(&partly, LaneKind::Freeze);
    assert_eq!(bars(freeze[0]), [(day("2026-02-10"), Some(day("2027-02-10")), "gtx-pro +1 frozen")]);
    assert_eq!(marks(freeze[0]), [(day("2026-04-10"), "gtx-pro lifted by the customer")]);
}

fn sample_part() -> domain::scope::Scope {
    crate::sample::lines(&["gtx-pro"])
}

fn timeline_of(story: Vec<(&str, domain::event::Event)>) -> Timeline {
    timeline(&account(story), day("2026-05-01"))
}

#[test]
fn gains_are_marks_that_name_their_event() {
    let timeline = picture("2026-05-01");
    let sales = lanes(&timeline, LaneKind::Sales);
    let guest = sales.iter().find(|lane| lane.title == "contoso-services gains").unwrap();
    assert_eq!(marks(guest), [(day("2026-02-18"), "order so-1"), (day("2026-04-20"), "becomes holder")]);
    assert_eq!(guest.marks[0].event, event_id(8));
}

#[test]
fn a_day_leaves_out_what_begins_later() {
    let timeline = picture("2026-02-09");
    assert!(lanes(&timeline, LaneKind::Freeze).is_empty(), "the terms were accepted a day later");
    assert!(lanes(&timeline, LaneKind::Window).is_empty());
    let starts = timeline.lanes.iter().flat_map(|lane| &lane.bars).map(|bar| bar.from);
    assert!(starts.chain([timeline.from]).all(|from| from <= day("2026-02-09")));
}

#[test]
fn the_frame_reaches_from_the_first_event_to_the_last_known_end() {
    let timeline = picture("2026-05-01");
    assert_eq!((timeline.from, timeline.until), (day("2026-02-02"), day("2027-02-10")));
    let mut endless = story();
    endless.push(("2026-04-30", approved("d-2", "2026-04-30", "9000-01-01")));
    let limit = day("2026-05-01").plus_ms(DAYS_AHEAD_MAX * DAY_MS);
    assert_eq!(timeline_of(endless).until, limit);
}

#[test]
fn an_account_without_a_story_has_no_lanes() {
    let timeline = timeline_of(Vec::new());
    assert_eq!(timeline, Timeline { from: day("2026-05-01"), until: day("2026-05-01"), lanes: Vec::new() });
}
