//! T14: what favours the gaining side, is dated before the act and told long after it.

use domain::event::Anchor;
use domain::event::account::AccountEvent;
use domain::event::account::{HolderRecorded, HoldingBasis};
use domain::event::change::ChangeEvent;
use domain::event::consent::LetterRecorded;
use domain::event::handoff::HandoffEvent;
use domain::event::partner::AffiliationBasis::Declared;

use crate::stories::{Case, check, hosted, notified, thawed};
use crate::story::{Story, day, id};
use crate::words::*;

/// A change on a letter of day 10 that is recorded on `recorded` by `teller`, executed on day 30.
fn moved_on(story: &mut Story, letter: LetterRecorded, recorded: i64, teller: Option<&str>) {
    thawed(story);
    story.tell_late(10, recorded, teller, wrote(letter));
    story.tell(15, requested("c1", "guest", gtx(), Some("l1")));
    story.tell(16, ChangeEvent::Verified(verification("c1")));
    notified(story, 17);
    story.tell(30, executed("c1", "guest", gtx(), 30));
}

fn migrated(batch: Option<&str>) -> AccountEvent {
    AccountEvent::HolderRecorded(HolderRecorded {
        basis_claimed: HoldingBasis::Migration,
        batch: batch.map(id),
        ..held("guest", gtx(), -60)
    })
}

pub(crate) const CASES: [Case; 15] = [
    Case {
        name: "T14: the guest shows a letter long after the change",
        tell: |story| moved_on(story, letter("l1"), 45, Some("guest")),
        found: &["T01 S4", "T14 S3"],
    },
    Case {
        name: "T14: within the days in which papers may arrive",
        tell: |story| moved_on(story, letter("l1"), 44, Some("guest")),
        found: &[],
    },
    Case {
        name: "T14: a company of the guest's family shows it",
        tell: |story| {
            story.tell_of("sister", -50, owned_by("guest", Declared, 10_000, -50));
            moved_on(story, letter("l1"), 45, Some("sister"));
        },
        found: &["T01 S4", "T14 S3"],
    },
    Case {
        name: "T14: somebody else tells it late",
        tell: |story| moved_on(story, letter("l1"), 45, None),
        found: &[],
    },
    Case {
        name: "T14: its digest was laid down in time",
        tell: |story| {
            story.tell(11, committed(7));
            moved_on(story, letter("l1"), 300, Some("guest"));
        },
        found: &[],
    },
    Case {
        name: "T14: it names the event that laid its digest down",
        tell: |story| {
            let committed_event = story.tell(11, committed(5));
            let anchor = Some(Anchor { digest: digest(5), committed_event });
            moved_on(story, LetterRecorded { anchor, ..letter("l1") }, 300, Some("guest"));
        },
        found: &[],
    },
    Case {
        name: "T14: its digest was laid down after the change",
        tell: |story| {
            story.tell(31, committed(7));
            moved_on(story, letter("l1"), 300, Some("guest"));
        },
        found: &["T01 S4", "T14 S3"],
    },
    Case {
        name: "T14: a letter for somebody else favours nobody here",
        tell: |story| {
            moved_on(story, LetterRecorded { gaining: id("third"), ..letter("l1") }, 45, Some("guest"))
        },
        found: &["T01 S4", "T16 S3"],
    },
    Case {
        name: "T14: a letter that nothing was done on",
        tell: |story| {
            story.tell_late(10, 100, Some("guest"), wrote(letter("l1")));
        },
        found: &[],
    },
    Case {
        name: "T14: a release the guest shows on day 40, dated before its order",
        tell: |story| {
            story.tell(20, booked("o2", "guest", gtx(), 20));
            story.tell_by(40, "guest", released(gtx(), 10, None, None));
        },
        found: &["T04 S3", "T14 S3"],
    },
    Case {
        name: "T14: a release with an anchor",
        tell: |story| {
            let committed_event = story.tell(11, committed(6));
            let HandoffEvent::Released(mut release) = released(gtx(), 10, None, None) else { return };
            release.anchor = Some(Anchor { digest: digest(6), committed_event });
            story.tell(20, booked("o2", "guest", gtx(), 20));
            story.tell_by(40, "guest", HandoffEvent::Released(release));
        },
        found: &[],
    },
    Case {
        name: "T14: the guest finds an order from before the handoff",
        tell: |story| {
            story.tell_late(-60, 16, Some("guest"), booked("o-old", "guest", gtx(), -60));
            story.tell(20, booked("o2", "guest", gtx(), 20));
        },
        found: &["T04 S3", "T14 S3"],
    },
    Case {
        name: "T14: it told of that order within days of the handoff",
        tell: |story| {
            story.tell_late(-60, 15, Some("guest"), booked("o-old", "guest", gtx(), -60));
            story.tell(20, booked("o2", "guest", gtx(), 20));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "L13: a bulk migration brings what is older than the handoff",
        tell: |story| {
            story.cover("history-2026", &["acme", "globex", "initech"]);
            story.tell_late(-60, 40, Some("guest"), migrated(Some("history-2026")));
            story.tell(20, booked("o2", "guest", gtx(), 20));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "L13: a migration that brings the act and its letter together, years late",
        tell: |story| {
            thawed(story);
            story.tell_late(10, 900, Some("guest"), wrote(letter("l1")));
            story.tell(15, requested("c1", "guest", gtx(), Some("l1")));
            story.tell(16, ChangeEvent::Verified(verification("c1")));
            notified(story, 17);
            story.tell_late(30, 900, None, executed("c1", "guest", gtx(), 30));
        },
        found: &["T01 S4"],
    },
];

#[test]
fn what_is_told_late_by_the_side_it_favours_is_found() {
    check(&CASES);
}

#[test]
fn one_late_paper_is_one_finding_whatever_it_would_allow() {
    let mut story = hosted();
    story.tell(20, booked("o2", "guest", gtx(), 20));
    story.tell(21, booked("o3", "guest", gtx(), 21));
    let release = story.tell_by(40, "guest", released(gtx(), 10, None, None));
    let late: Vec<_> = story.judged().into_iter().filter(|judged| judged.finding.pattern == "T14").collect();
    assert_eq!(late.len(), 1);
    let finding = &late[0].finding;
    assert_eq!(finding.act, release);
    assert_eq!(finding.violated_at, day(40));
    assert_eq!(finding.respondent, "guest");
    assert_eq!(finding.clearing[0].basis, "anchor");
}
