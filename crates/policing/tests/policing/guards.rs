//! What a guard of the policy is told of a finding.

use std::cell::RefCell;

use domain::event::case::{ClearedBy, Severity, Unknown, Verdict};
use domain::policy::guard::{Guard, Measure, Subject};
use domain::policy::{PatternPolicy, Policy};
use policing::guard::Unanswered;

use crate::stories::hosted;
use crate::story::{Story, day, id};
use crate::words::*;

/// The policy says this of `pattern`.
fn under(story: &mut Story, pattern: &str, said: PatternPolicy) {
    let mut policy = Policy::default();
    policy.patterns.insert(pattern.to_owned(), said);
    let version = domain::event::PolicyRef { version: 1, digest: digest(9) };
    story.program = std::mem::take(&mut story.program).under(version, policy);
}

fn guard(then: Measure) -> PatternPolicy {
    let guard = Guard { when: "anything".to_owned(), then };
    PatternPolicy { guard: Some(guard), ..PatternPolicy::default() }
}

/// What the guard of `pattern` is asked about.
fn asked(story: &mut Story, pattern: &str) -> Vec<Subject> {
    under(story, pattern, guard(Measure::HoldBack));
    let asked = RefCell::new(Vec::new());
    let judged = policing::guarded(story.judged(), &story.account(), &story.program, &|_, subject| {
        asked.borrow_mut().push(subject.clone());
        Ok(false)
    });
    assert!(!judged.is_empty());
    asked.into_inner()
}

#[test]
fn a_guard_is_told_what_was_refused() {
    let mut story = hosted();
    let refusal = story.tell(20, refused("d1"));
    story.tell(21, disputed(refusal));
    let subjects = asked(&mut story, "T02");
    assert_eq!(subjects.len(), 1);
    let subject = &subjects[0];
    assert_eq!((subject.act, subject.scope.clone()), ("attempt", Some(gtx())));
    assert_eq!((subject.by.clone(), subject.at), (id("guest"), day(20)));
}

/// The guest orders what it was not granted, which is S3; the policy says this of it, and its guard answers.
fn left_of_an_order(said: PatternPolicy, answer: Result<bool, Unanswered>) -> (Severity, Verdict) {
    let mut story = hosted();
    story.tell(20, booked("o2", "guest", gtx(), 20));
    under(&mut story, "T04", said);
    let judged = policing::guarded(story.judged(), &story.account(), &story.program, &|_, _| answer);
    (judged[0].finding.severity, judged[0].finding.verdict.clone())
}

#[test]
fn a_policy_caps_a_finding_and_its_guard_lowers_it_or_holds_it_back() {
    let capped = PatternPolicy { severity_max: Some(Severity::S2), ..PatternPolicy::default() };
    let confirmed = Verdict::Confirmed;
    assert_eq!(left_of_an_order(PatternPolicy::default(), Ok(true)), (Severity::S3, confirmed.clone()));
    assert_eq!(left_of_an_order(capped, Ok(true)), (Severity::S2, confirmed.clone()));
    assert_eq!(left_of_an_order(guard(Measure::DemoteToS1), Ok(true)), (Severity::S1, confirmed.clone()));
    assert_eq!(left_of_an_order(guard(Measure::DemoteToS1), Ok(false)), (Severity::S3, confirmed));
    let held_back = Verdict::Cleared(ClearedBy::HeldBack);
    assert_eq!(left_of_an_order(guard(Measure::HoldBack), Ok(true)), (Severity::S3, held_back));
    let unanswered = Verdict::Indeterminate(Unknown::GuardErrored);
    assert_eq!(left_of_an_order(guard(Measure::HoldBack), Err(Unanswered)), (Severity::S3, unanswered));
}
