//! Two records of one instant that name different holders are a case until one of them is taken back.

use domain::event::case::{CaseKind, SupersededBy, Unknown, Verdict};
use domain::time::Instant;
use policing::CaseKey;

use crate::story::{Story, id};
use crate::transitions::{standing, told, verdicts};
use crate::words::*;

/// Two systems say on day 5 who holds the account from then on.
fn contested() -> Story {
    let mut story = Story::default();
    story.tell(5, holds("alpha", gtx(), 5));
    story.tell(5, holds("beta", lines(&["gtx", "rtx"]), 5));
    story
}

#[test]
fn two_records_that_contradict_each_other_are_one_case_about_the_account() {
    let judged = contested().judged();
    assert_eq!(judged.len(), 1);
    let (case, finding) = (&judged[0].case, &judged[0].finding);
    assert_eq!(*case, CaseKey::Subject { pattern: "contested_holder", subject: "acme".to_owned() });
    assert_eq!(judged[0].opened.kind, CaseKind::Procedure);
    assert_eq!((&judged[0].opened.host, &judged[0].opened.guest), (&Some(id("alpha")), &Some(id("beta"))));
    assert_eq!(finding.verdict, Verdict::Indeterminate(Unknown::Contested));
    assert_eq!(finding.respondent, "vendor");
    assert!(
        finding.sentence.contains("alpha and beta are both recorded as the holder of gtx"),
        "{}",
        finding.sentence
    );
}

#[test]
fn records_of_other_instants_scopes_or_the_same_holder_contradict_nothing() {
    let mut story = Story::default();
    story.tell(5, holds("alpha", gtx(), 5));
    story.tell(6, holds("beta", gtx(), 6));
    story.tell(6, holds("beta", gtx(), 6));
    story.tell(6, holds("alpha", lines(&["rtx"]), 6));
    assert_eq!(story.found(), [""; 0]);
}

#[test]
fn two_that_take_over_different_lines_at_one_instant_contradict_nothing() {
    let mut story = contested();
    story.tell(9, holds("gamma", lines(&["ztx"]), 9));
    story.tell(9, holds("delta", lines(&["qtx"]), 9));
    assert_eq!(story.found(), ["contested_holder S2 Contested"]);
}

#[test]
fn a_later_record_leaves_the_case_and_a_retraction_of_either_ends_it() {
    for which in [0, 1] {
        let mut story = contested();
        story.tell(9, holds("gamma", gtx(), 9));
        assert_eq!(story.found(), ["contested_holder S2 Contested"]);
        let before = standing(Vec::new(), &told(&[], &story, Instant::LATEST));
        let target = story.facts[which].meta.id;
        let by = story.tell(10, retracted(target));
        let after = told(&before, &story, Instant::LATEST);
        let superseded = Verdict::Superseded(SupersededBy::Correction(by));
        assert_eq!(verdicts(&after), [(superseded, Some(by))]);
        assert_eq!(told(&standing(before, &after), &story, Instant::LATEST), []);
    }
}

#[test]
fn the_case_follows_from_the_facts_in_whatever_order_they_are_looked_for() {
    let story = contested();
    assert!(policing::may_be_looked_at(&story.facts));
    assert!(!policing::may_be_looked_at(&story.facts[..1]));
}
