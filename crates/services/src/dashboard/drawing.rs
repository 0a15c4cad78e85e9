//! The timeline of an account as geometry: where every bar, mark, tick and label of the picture stands.

mod ticks;

use std::collections::BTreeSet;

use askama::Template;
use domain::time::Instant;
use views::timeline::{Bar, Lane, LaneKind, Mark, Timeline, Tone};

/// Width of the whole picture, in its own units (pixels at full size).
const WIDTH: f64 = 1160.0;
/// Where time begins; the titles of the lanes stand left of it.
const PLOT_LEFT: f64 = 236.0;
const PLOT_RIGHT: f64 = WIDTH - 14.0;
const AXIS_HEIGHT: f64 = 30.0;
/// Room below the lanes for the label of the line that marks `as of`.
const NOW_HEIGHT: f64 = 20.0;
const HEADING_HEIGHT: f64 = 22.0;
const ROW_HEIGHT: f64 = 24.0;
const BAR_HEIGHT: f64 = 18.0;
const LANE_PADDING: f64 = 3.0;
/// The shortest bar that can still be seen and clicked.
const BAR_WIDTH_MIN: f64 = 4.0;
/// Average width of a character at the size labels are set in.
const CHARACTER_WIDTH: f64 = 6.4;
/// Characters of a lane's title that fit left of the plot.
const TITLE_CHARS_MAX: usize = 35;

/// The whole picture.
#[derive(Template)]
#[template(path = "timeline.svg")]
pub(super) struct Drawing {
    height: f64,
    ticks: Vec<Tick>,
    now: f64,
    now_label: String,
    now_label_is_left: bool,
    headings: Vec<Heading>,
    lanes: Vec<DrawnLane>,
}

struct Tick {
    x: f64,
    label: String,
}

struct Heading {
    y: f64,
    label: &'static str,
}

struct DrawnLane {
    top: f64,
    height: f64,
    is_shaded: bool,
    title: String,
    full_title: String,
    bars: Vec<DrawnBar>,
    marks: Vec<DrawnMark>,
}

struct DrawnBar {
    x: f64,
    y: f64,
    width: f64,
    is_open: bool,
    is_found: bool,
    tone: &'static str,
    label: Option<Label>,
    says: String,
    event: String,
}

struct DrawnMark {
    x: f64,
    y: f64,
    is_found: bool,
    tone: &'static str,
    label: Option<Label>,
    says: String,
    event: String,
}

struct Label {
    x: f64,
    text: String,
}

impl DrawnLane {
    fn mark_found(&mut self, acts: &BTreeSet<String>) {
        for bar in self.bars.iter_mut().filter(|bar| acts.contains(&bar.event)) {
            bar.is_found = true;
            bar.says.push_str(" (a finding is about this)");
        }
        for mark in self.marks.iter_mut().filter(|mark| acts.contains(&mark.event)) {
            mark.is_found = true;
            mark.says.push_str(" (a finding is about this)");
        }
    }
}

impl Drawing {
    /// The picture of `timeline`; the acts of findings that stand are marked.
    pub(super) fn of(timeline: &Timeline, as_of: Instant, acts: &BTreeSet<String>) -> Self {
        let scale = Scale::of(timeline, as_of);
        let (mut headings, mut lanes) = (Vec::new(), Vec::new());
        let mut y = AXIS_HEIGHT;
        let mut kind = None;
        for (index, lane) in timeline.lanes.iter().enumerate() {
            if kind != Some(lane.kind) {
                kind = Some(lane.kind);
                headings.push(Heading { y: y + HEADING_HEIGHT - 7.0, label: heading(lane.kind) });
                y += HEADING_HEIGHT;
            }
            let mut drawn = lane_at(lane, y, index % 2 == 0, &scale);
            drawn.mark_found(acts);
            y += drawn.height;
            lanes.push(drawn);
        }
        let now = scale.x(as_of);
        Self {
            height: y + NOW_HEIGHT,
            ticks: ticks::of(scale.from, scale.until, |at| scale.x(at)),
            now,
            now_label: super::markup::minute(&as_of.to_string()),
            now_label_is_left: now > PLOT_RIGHT - 140.0,
            headings,
            lanes,
        }
    }

    fn is_empty(&self) -> bool {
        self.lanes.is_empty()
    }

    fn width(&self) -> f64 {
        WIDTH
    }

    fn plot_left(&self) -> f64 {
        PLOT_LEFT
    }

    fn plot_right(&self) -> f64 {
        PLOT_RIGHT
    }

    fn axis(&self) -> f64 {
        AXIS_HEIGHT
    }

    fn bar_height(&self) -> f64 {
        BAR_HEIGHT
    }

    /// How much of the picture lies after `as_of`.
    fn future_width(&self) -> f64 {
        (PLOT_RIGHT - self.now).max(0.0)
    }
}

/// From instants to places.
struct Scale {
    from: Instant,
    until: Instant,
}

impl Scale {
    /// A little room at both ends, so that nothing stands on the edge.
    fn of(timeline: &Timeline, as_of: Instant) -> Self {
        let until = timeline.until.max(as_of);
        let span = (until.unix_ms() - timeline.from.unix_ms()).max(domain::time::DAY_MS);
        Self { from: timeline.from.plus_ms(-span / 60), until: until.plus_ms(span / 30) }
    }

    #[expect(clippy::cast_precision_loss, reason = "a picture is not exact to the millisecond")]
    fn x(&self, at: Instant) -> f64 {
        let whole = (self.until.unix_ms() - self.from.unix_ms()) as f64;
        let part = (at.unix_ms() - self.from.unix_ms()) as f64;
        round(PLOT_LEFT + (part / whole).clamp(0.0, 1.0) * (PLOT_RIGHT - PLOT_LEFT))
    }
}

/// To a tenth of a pixel, which keeps the page small.
fn round(x: f64) -> f64 {
    (x * 10.0).round() / 10.0
}

fn lane_at(lane: &Lane, top: f64, is_shaded: bool, scale: &Scale) -> DrawnLane {
    let rows = rows(&lane.bars);
    let row_count = rows.iter().copied().max().map_or(0, |last| last + 1);
    let marks_row = usize::from(!lane.marks.is_empty());
    let y = |row: usize| top + LANE_PADDING + ROW_HEIGHT * f64::from(u32::try_from(row).unwrap_or(u32::MAX));
    let bar_y = |row: usize| y(row) + (ROW_HEIGHT - BAR_HEIGHT) / 2.0;
    let bars = lane.bars.iter().enumerate().map(|(index, bar)| {
        let follower = lane.bars.iter().zip(&rows).skip(index + 1).find(|(_, row)| **row == rows[index]);
        let free_until = follower.map_or(PLOT_RIGHT, |(next, _)| scale.x(next.from));
        drawn_bar(bar, bar_y(rows[index]), free_until, scale)
    });
    let marks = lane.marks.iter().enumerate().map(|(index, mark)| {
        let free_until = lane.marks.get(index + 1).map_or(PLOT_RIGHT, |next| scale.x(next.at) - 6.0);
        drawn_mark(mark, y(row_count) + ROW_HEIGHT / 2.0, free_until, scale)
    });
    DrawnLane {
        top,
        height: ROW_HEIGHT * f64::from(u32::try_from(row_count + marks_row).unwrap_or(u32::MAX))
            + 2.0 * LANE_PADDING,
        is_shaded,
        title: shortened(&lane.title),
        full_title: lane.title.clone(),
        bars: bars.collect(),
        marks: marks.collect(),
    }
}

/// The row of each bar: the first one in which nothing overlaps it.
fn rows(bars: &[Bar]) -> Vec<usize> {
    let mut ends: Vec<Option<Instant>> = Vec::new();
    let mut rows = Vec::with_capacity(bars.len());
    for bar in bars {
        let free = ends.iter().position(|end| end.is_some_and(|end| end <= bar.from));
        match free {
            Some(row) => {
                ends[row] = bar.until;
                rows.push(row);
            }
            None => {
                ends.push(bar.until);
                rows.push(ends.len() - 1);
            }
        }
    }
    rows
}

fn drawn_bar(bar: &Bar, y: f64, free_until: f64, scale: &Scale) -> DrawnBar {
    let x = scale.x(bar.from);
    let end = bar.until.map_or(PLOT_RIGHT, |until| scale.x(until));
    let width = round((end - x).max(BAR_WIDTH_MIN));
    let text_width = text_width(&bar.label);
    let label_x = if text_width + 14.0 <= width {
        Some(x + 8.0)
    } else {
        (x + width + 6.0 + text_width <= free_until).then_some(x + width + 5.0)
    };
    let until =
        bar.until.map_or_else(|| "open".to_owned(), |until| super::markup::minute(&until.to_string()));
    DrawnBar {
        x,
        y,
        width,
        is_open: bar.until.is_none(),
        is_found: false,
        tone: tone(bar.tone),
        label: label_x.map(|x| Label { x: round(x), text: bar.label.clone() }),
        says: format!("{}, {} to {until}", bar.label, super::markup::minute(&bar.from.to_string())),
        event: bar.event.to_string(),
    }
}

fn drawn_mark(mark: &Mark, y: f64, free_until: f64, scale: &Scale) -> DrawnMark {
    let x = scale.x(mark.at);
    let fits = x + 9.0 + text_width(&mark.label) <= free_until;
    DrawnMark {
        x,
        y,
        is_found: false,
        tone: tone(mark.tone),
        label: fits.then(|| Label { x: round(x + 9.0), text: mark.label.clone() }),
        says: format!("{}, {}", mark.label, super::markup::minute(&mark.at.to_string())),
        event: mark.event.to_string(),
    }
}

fn text_width(text: &str) -> f64 {
    CHARACTER_WIDTH * f64::from(u32::try_from(text.chars().count()).unwrap_or(u32::MAX))
}

fn shortened(title: &str) -> String {
    if title.chars().count() <= TITLE_CHARS_MAX {
        return title.to_owned();
    }
    title.chars().take(TITLE_CHARS_MAX - 1).chain(['…']).collect()
}

fn heading(kind: LaneKind) -> &'static str {
    match kind {
        LaneKind::Holder => "Holders",
        LaneKind::Guest => "Guests",
        LaneKind::Deal => "Deals",
        LaneKind::Window => "Changes of holder",
        LaneKind::Freeze => "Freezes",
        LaneKind::Vendor => "The vendor",
        LaneKind::Sales => "Sales",
    }
}

fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Quiet => "quiet",
        Tone::Held => "held",
        Tone::Protected => "protected",
        Tone::Tail => "tail",
        Tone::Released => "released",
        Tone::Blocked => "blocked",
        Tone::Contested => "contested",
    }
}

#[cfg(test)]
mod tests {
    use domain::id::EventId;
    use domain::time::Instant;
    use views::timeline::{Bar, Lane, LaneKind, Mark, Timeline, Tone};

    use super::{Drawing, PLOT_RIGHT, rows};

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn bar(from: &str, until: Option<&str>) -> Bar {
        let (from, until) = (at(from), until.map(at));
        Bar { from, until, label: "all <b>".to_owned(), event: EventId(uuid::Uuid::nil()), tone: Tone::Held }
    }

    #[test]
    fn bars_that_overlap_stand_in_rows_of_their_own() {
        let bars = [
            bar("2026-01-01T00:00:00Z", Some("2026-03-01T00:00:00Z")),
            bar("2026-02-01T00:00:00Z", None),
            bar("2026-03-01T00:00:00Z", Some("2026-04-01T00:00:00Z")),
            bar("2026-03-15T00:00:00Z", None),
        ];
        assert_eq!(rows(&bars), [0, 1, 0, 2]);
    }

    #[test]
    fn everything_stands_inside_the_picture_and_labels_are_escaped() {
        let mark = Mark {
            at: at("2026-02-01T00:00:00Z"),
            label: "x".to_owned(),
            event: EventId(uuid::Uuid::nil()),
            tone: Tone::Quiet,
        };
        let bars = vec![
            bar("2026-01-01T00:00:00Z", None),
            bar("2026-01-02T00:00:00Z", Some("2027-01-01T00:00:00Z")),
        ];
        let lanes = vec![Lane { title: "t".to_owned(), kind: LaneKind::Holder, bars, marks: vec![mark] }];
        let timeline =
            Timeline { from: at("2026-01-01T00:00:00Z"), until: at("2026-06-01T00:00:00Z"), lanes };
        let acts = [uuid::Uuid::nil().to_string()].into();
        let drawing = Drawing::of(&timeline, at("2026-03-01T00:00:00Z"), &acts);
        for bar in &drawing.lanes[0].bars {
            assert!(bar.x + bar.width <= PLOT_RIGHT + 0.1, "{} + {}", bar.x, bar.width);
        }
        let svg = askama::Template::render(&drawing).unwrap();
        assert!(!svg.contains("<b>"), "{svg}");
        assert!(svg.contains("2026-02"), "{svg}");
        assert!(svg.contains("found"), "{svg}");
    }
}
