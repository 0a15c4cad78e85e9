//! Findings are never rewritten: what changes is told as events.

use domain::event::case::{CaseEvent, ClearedBy, SupersededBy, Verdict};
use domain::event::change::Basis;
use domain::id::{CaseId, EventId};
use domain::time::Instant;
use policing::{CaseKey, Standing, Transition, Watermark, transitions};

use crate::stories::{hosted, moved};
use crate::story::{Story, day, id};
use crate::words::*;

fn case_id(key: &CaseKey) -> CaseId {
    match key {
        CaseKey::Handoff { handoff, guest } => id(&format!("{handoff}-{guest}")),
        CaseKey::Subject { pattern, subject } => id(&format!("{}-{subject}", pattern.to_lowercase())),
    }
}

pub(crate) fn told(previous: &[Standing], story: &Story, until: Instant) -> Vec<Transition> {
    let watermark = Watermark { until, head: story.head() };
    transitions(previous, &story.reviewed(until), &story.facts, watermark, case_id)
}

/// What stands after the transitions were recorded.
pub(crate) fn standing(mut before: Vec<Standing>, told: &[Transition]) -> Vec<Standing> {
    for transition in told {
        if let CaseEvent::FindingRecorded(finding) = &transition.event {
            before.push(Standing { case: transition.case.clone(), finding: finding.clone() });
        }
        if let CaseEvent::VerdictChanged(changed) = &transition.event {
            let same = |known: &&mut Standing| {
                (&known.finding.pattern, known.finding.act) == (&changed.pattern, changed.act)
            };
            let known = before.iter_mut().find(same).expect("it was recorded before");
            known.finding.verdict = changed.verdict.clone();
            known.finding.severity = changed.severity;
        }
    }
    before
}

pub(crate) fn verdicts(told: &[Transition]) -> Vec<(Verdict, Option<EventId>)> {
    let changed = told.iter().filter_map(|transition| {
        let CaseEvent::VerdictChanged(changed) = &transition.event else { return None };
        Some((changed.verdict.clone(), changed.because))
    });
    changed.collect()
}

/// The guest ordered on day 20, and that is recorded as a finding by `until`.
fn found_by(until: Instant) -> (Story, EventId, Vec<Standing>) {
    let mut story = hosted();
    let act = story.tell(20, booked("o2", "guest", gtx(), 20));
    let first = told(&[], &story, until);
    let standing = standing(Vec::new(), &first);
    (story, act, standing)
}

#[test]
fn a_case_is_opened_once_and_its_findings_follow() {
    let mut story = hosted();
    story.tell(20, holds("guest", gtx(), 20));
    let first = told(&[], &story, day(20));
    let [opened, rest @ ..] = first.as_slice() else { panic!("nothing was told") };
    assert!(matches!(opened.event, CaseEvent::Opened(_)) && rest.len() == 2, "{first:?}");
    assert!(rest.iter().all(|transition| matches!(transition.event, CaseEvent::FindingRecorded(_))));
    assert!(told(&standing(Vec::new(), &first), &story, day(20)).is_empty());
}

#[test]
fn a_pending_finding_is_confirmed_when_papers_can_no_longer_arrive() {
    let (story, _, standing) = found_by(day(20));
    assert_eq!(verdicts(&told(&standing, &story, day(34))), [(Verdict::Confirmed, None)]);
}

#[test]
fn a_pending_finding_is_cleared_by_the_paper_that_arrives() {
    let (mut story, act, before) = found_by(day(20));
    let release = story.tell(25, released(gtx(), 25, None, Some(act)));
    let cleared = Verdict::Cleared(ClearedBy::Basis(Basis::HostRelease));
    let told_now = told(&before, &story, day(25));
    assert_eq!(verdicts(&told_now), [(cleared, Some(release))]);
    assert!(told(&standing(before, &told_now), &story, Instant::LATEST).is_empty());
}

#[test]
fn a_confirmed_finding_is_superseded_by_a_paper_that_came_late() {
    let (mut story, act, before) = found_by(day(34));
    let release = story.tell_late(25, 50, None, released(gtx(), 25, None, Some(act)));
    let late = Verdict::Superseded(SupersededBy::Late(release));
    assert_eq!(verdicts(&told(&before, &story, day(50))), [(late, Some(release))]);
}

#[test]
fn a_correction_of_something_else_supersedes_nothing() {
    let mut story = hosted();
    let other = story.tell(5, quoted("third", 5, None));
    let act = story.tell(20, booked("o2", "guest", gtx(), 20));
    let before = standing(Vec::new(), &told(&[], &story, day(34)));
    story.tell(40, retracted(other));
    assert!(told(&before, &story, day(40)).is_empty());
    let release = story.tell_late(25, 50, None, released(gtx(), 25, None, Some(act)));
    let late = Verdict::Superseded(SupersededBy::Late(release));
    assert_eq!(verdicts(&told(&before, &story, day(50))), [(late, Some(release))]);
}

#[test]
fn a_finding_whose_act_left_the_record_is_superseded_by_the_correction() {
    let (mut story, act, before) = found_by(day(34));
    let correction = story.tell(40, retracted(act));
    let superseded = Verdict::Superseded(SupersededBy::Correction(correction));
    let told_now = told(&before, &story, day(40));
    assert_eq!(verdicts(&told_now), [(superseded, Some(correction))]);
    assert!(told(&standing(before, &told_now), &story, Instant::LATEST).is_empty());
}

#[test]
fn a_paper_that_is_withdrawn_leaves_the_finding_standing_again() {
    let (mut story, act, before) = found_by(day(20));
    let release = story.tell(25, released(gtx(), 25, None, Some(act)));
    let cleared = standing(before.clone(), &told(&before, &story, day(25)));
    story.tell(50, retracted(release));
    assert_eq!(verdicts(&told(&cleared, &story, day(50))), [(Verdict::Confirmed, None)]);
}

#[test]
fn one_act_under_two_handoffs_stands_in_two_cases() {
    let mut story = hosted();
    story.tell(2, invited_to("h2", "guest", &[], gtx()));
    story.tell(3, domain::event::handoff::HandoffEvent::Accepted(accepted("h2")));
    let act = story.tell(20, contracted("guest", 20));
    let before = standing(Vec::new(), &told(&[], &story, day(20)));
    assert_eq!(before.len(), 2);
    let release = story.tell(25, released(gtx(), 25, None, Some(act)));
    let told_now = told(&before, &story, day(25));
    assert_eq!(told_now.len(), 1);
    assert_eq!(told_now[0].case, id("h1-guest"));
    assert_eq!(verdicts(&told_now)[0].1, Some(release));
}

#[test]
fn a_lawful_act_that_was_never_found_is_never_told() {
    let mut story = hosted();
    moved(&mut story);
    assert!(told(&[], &story, Instant::LATEST).is_empty());
}
