//! What a guard of the policy is told of a finding.

use std::cell::RefCell;

use domain::policy::guard::{Guard, Measure, Subject};
use domain::policy::{PatternPolicy, Policy};

use crate::stories::hosted;
use crate::story::{Story, day, id};
use crate::words::*;

/// What the guard of `pattern` is asked about.
fn asked(story: &mut Story, pattern: &str) -> Vec<Subject> {
    let mut policy = Policy::default();
    let guard = Guard { when: "anything".to_owned(), then: Measure::HoldBack };
    let guarded = PatternPolicy { guard: Some(guard), ..PatternPolicy::default() };
    policy.patterns.insert(pattern.to_owned(), guarded);
    let version = domain::event::PolicyRef { version: 1, digest: digest(9) };
    story.program = std::mem::take(&mut story.program).under(version, policy);
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
