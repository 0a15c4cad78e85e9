//! Acts just beside a look-alike: one condition is missing, and something is found.

use crate::stories::{Case, check, moved};
use crate::words::*;
use domain::event::change::ReversalReason;
use domain::event::partner::AffiliationBasis::Declared;

/// The neighbours of the look-alikes, on the other side of each border.
pub(crate) const NEARLY: [Case; 19] = [
    Case {
        name: "a release for another line",
        tell: |story| {
            story.tell(10, released(lines(&["rtx"]), 10, None, None));
            story.tell(20, booked("o2", "guest", gtx(), 20));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "a ratification after ten business days",
        tell: |story| {
            let act = story.tell(20, booked("o2", "guest", gtx(), 20));
            story.tell(34, released(gtx(), 34, None, None));
            story.tell(35, released(gtx(), 35, None, Some(act)));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "a release told late without an anchor",
        tell: |story| {
            story.tell(20, booked("o2", "guest", gtx(), 20));
            story.tell(40, released(gtx(), 10, None, None));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "a third party that lost it within the relay window had not won it",
        tell: |story| {
            story.tell(20, holds("third", gtx(), 20));
            story.tell(50, holds("guest", gtx(), 50));
            story.tell(90, renewed("o2", "o-host", "guest", gtx(), 90));
        },
        found: &["T03 S3", "T07 S4", "procedure_unknown S2"],
    },
    Case {
        name: "a release that had ended",
        tell: |story| {
            story.tell(10, released(gtx(), 10, Some(20), None));
            story.tell(20, booked("o2", "guest", gtx(), 20));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "a release that the guest shows late, without an anchor",
        tell: |story| {
            story.tell_late(10, 100, Some("guest"), released(gtx(), 10, None, None));
            story.tell(20, booked("o2", "guest", gtx(), 20));
        },
        found: &["T04 S3", "T14 S3"],
    },
    Case {
        name: "a book that left this account out of the merger",
        tell: |story| {
            story.tell_of("host", 40, merged("guest", 40, 30, &[("acme", gtx())]));
            story.tell(50, holds("guest", gtx(), 50));
        },
        found: &["T01 S4", "procedure_unknown S2"],
    },
    Case {
        name: "the guest buys the host's shell the day before",
        tell: |story| {
            story.tell_of("host", 49, owned_by("guest", Declared, 10_000, 49));
            story.tell(50, holds("guest", gtx(), 50));
        },
        found: &["T01 S4", "procedure_unknown S2"],
    },
    Case {
        name: "a merger without notice",
        tell: |story| {
            story.tell_of("host", 49, merged("guest", 49, 0, &[]));
            story.tell(50, holds("guest", gtx(), 50));
        },
        found: &["T01 S4", "procedure_unknown S2"],
    },
    Case {
        name: "an error put right after an order",
        tell: |story| {
            story.tell(20, holds("guest", gtx(), 20));
            story.tell(22, booked("o2", "guest", gtx(), 22));
            story.tell(25, put_back("host", gtx(), 25));
        },
        found: &["T01 S4", "T04 S3", "procedure_unknown S2"],
    },
    Case {
        name: "an error put right too late",
        tell: |story| {
            story.tell(20, holds("guest", gtx(), 20));
            story.tell(35, put_back("host", gtx(), 35));
        },
        found: &["T01 S4", "procedure_unknown S2"],
    },
    Case {
        name: "an earlier order that only the guest tells of, later",
        tell: |story| {
            story.tell_late(-60, 40, Some("guest"), booked("o-old", "guest", gtx(), -60));
            story.tell(20, booked("o2", "guest", gtx(), 20));
        },
        found: &["T04 S3", "T14 S3"],
    },
    Case {
        name: "an earlier order of another line",
        tell: |story| {
            story.tell(-60, booked("o-old", "guest", lines(&["rtx"]), -60));
            story.tell(20, holds("guest", lines(&["gtx", "rtx"]), 20));
        },
        found: &["T01 S4", "procedure_unknown S2"],
    },
    Case {
        name: "a uniform action over too few accounts",
        tell: |story| {
            story.cover("territories-2026", &["acme", "globex"]);
            story.tell(20, uniform("guest", gtx(), 20));
        },
        found: &["T01 S4", "procedure_unknown S2"],
    },
    Case {
        name: "a uniform action that only the guest tells of",
        tell: |story| {
            story.cover("territories-2026", &["acme", "globex", "initech"]);
            story.tell_by(20, "guest", uniform("guest", gtx(), 20));
        },
        found: &["T01 S4", "procedure_unknown S2"],
    },
    Case {
        name: "a renewal of an order without a basis, after the release of another",
        tell: |story| {
            story.tell(10, released(gtx(), 10, Some(30), None));
            story.tell(20, booked("o2", "guest", gtx(), 20));
            story.tell(100, renewed("o3", "o-host", "guest", gtx(), 100));
        },
        found: &["T03 S3"],
    },
    Case {
        name: "a reversed move leaves no exit",
        tell: |story| {
            moved(story);
            story.tell(40, reversed("c1", ReversalReason::Ruling));
            story.tell(100, renewed("o3", "o-host", "guest", gtx(), 100));
        },
        found: &["T03 S3"],
    },
    Case {
        name: "an error put right leaves no exit",
        tell: |story| {
            story.tell(20, holds("guest", gtx(), 20));
            story.tell(25, put_back("host", gtx(), 25));
            story.tell(100, holds("guest", gtx(), 100));
        },
        found: &["T01 S4", "procedure_unknown S2"],
    },
    Case {
        name: "a lawful move of one line is none of the other",
        tell: |story| {
            moved(story);
            story.tell(100, holds("guest", lines(&["rtx"]), 100));
        },
        found: &["T01 S4", "procedure_unknown S2"],
    },
];

#[test]
fn just_beside_each_look_alike_something_is_found() {
    check(&NEARLY);
}
