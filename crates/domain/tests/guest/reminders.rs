//! Of what people are reminded on an account: invitations before they lapse, windows and registrations before they
//! end.

use domain::command::{Command, DealCommand};
use domain::event::Event;
use domain::event::correction::{CorrectionEvent, CorrectionReason, Retracted};
use domain::event::notice::{About, NoticeEvent, Reminded};
use domain::policy::Policy;
use domain::reminder;
use domain::time::Instant;

use crate::story::*;
use crate::words::told_all;

fn due(story: &Story, now: Instant) -> Vec<Reminded> {
    reminder::of_account(&story.now(), &story.program, now)
}

fn waits(story: &Story, now: Instant) -> Vec<Reminded> {
    reminder::pending(&story.now(), now).into_iter().map(|(reminded, ..)| reminded.clone()).collect()
}

#[test]
fn an_invitation_is_said_three_days_before_it_lapses_and_once() {
    let story = given([(0, invited())]);
    let reminded = Reminded { about: About::Handoff(id("h1")), due_at: day(14) };
    assert_eq!(due(&story, day(10)), []);
    assert_eq!(due(&story, day(11)), std::slice::from_ref(&reminded));
    assert_eq!(due(&story, day(14)), [], "it has lapsed");
    let told = story.clone().but(11, Event::Notice(NoticeEvent::Reminded(reminded.clone())));
    assert_eq!(due(&told, day(12)), []);
    assert_eq!(waits(&told, day(12)), [reminded]);
    let answered = told.but(12, accepted());
    assert_eq!(waits(&answered, day(12)), []);
    assert_eq!(due(&story.but(5, accepted()), day(12)), []);
}

#[test]
fn a_window_is_said_a_day_before_it_ends() {
    let story = told_all().settled();
    let until: Instant = "2026-01-22T00:00:00Z".parse().unwrap();
    let reminded = Reminded { about: About::Change(id("c1")), due_at: until };
    assert_eq!(due(&story, until.plus_ms(-domain::time::DAY_MS - 1)), []);
    assert_eq!(due(&story, until.plus_ms(-domain::time::DAY_MS)), [reminded]);
    assert_eq!(due(&story, until), []);
}

/// `d1` of alpha, approved on day 0 and protected until day 90.
fn registered() -> Story {
    told([(0, user_of("alpha"), submit("d1", "alpha", "x"))])
}

fn ends_on(at: i64) -> Reminded {
    Reminded { about: About::Registration(id("d1")), due_at: day(at) }
}

/// The days from `from` on, up to `until`, on which somebody is reminded; each reminder is recorded.
fn reminded_on(mut story: Story, days: std::ops::Range<i64>) -> (Story, Vec<(i64, Reminded)>) {
    let mut told = Vec::new();
    for at in days {
        for reminded in due(&story, day(at)) {
            told.push((at, reminded.clone()));
            story = story.but(at, Event::Notice(NoticeEvent::Reminded(reminded)));
        }
    }
    (story, told)
}

fn incomplete(name: &str) -> Command {
    let mut submission = submission(name, "alpha", "x");
    submission.need.clear();
    deal(DealCommand::Submit(Box::new(submission)))
}

fn deal(command: DealCommand) -> Command {
    Command::Deal(command)
}

#[test]
fn a_registration_is_said_thirty_fourteen_and_seven_days_before_it_ends_and_each_once() {
    let (story, told) = reminded_on(registered(), 0..100);
    assert_eq!(told, [60, 76, 83].map(|at| (at, ends_on(90))));
    assert_eq!(waits(&story, day(84)), [ends_on(90)], "the last word alone waits");
    assert_eq!(waits(&story, day(90)), []);
}

#[test]
fn whoever_slept_across_reminders_says_the_nearest_one() {
    let (_, told) = reminded_on(registered(), 80..100);
    assert_eq!(told, [(80, ends_on(90)), (83, ends_on(90))]);
    assert_eq!(due(&registered(), day(90)), [], "it is over, and nobody is told any more");
}

#[test]
fn an_extension_moves_the_end_that_is_reminded_of() {
    let (story, _) = reminded_on(registered(), 0..80);
    let worked = DealCommand::ReportActivity { deal: id("d1"), what: "met the buyer".to_owned(), at: None };
    let extended = story.and(80, user_of("alpha"), deal(worked)).and(
        80,
        user_of("alpha"),
        deal(DealCommand::Extend { deal: id("d1") }),
    );
    assert_eq!(waits(&extended, day(80)), []);
    let (_, told) = reminded_on(extended, 80..130);
    assert_eq!(told, [90, 106, 113].map(|at| (at, ends_on(120))));
}

#[test]
fn what_ended_before_is_not_reminded_of() {
    let alpha = || user_of("alpha");
    let withdraw = deal(DealCommand::Withdraw { deal: id("d1"), reason: None });
    let cancel = deal(DealCommand::Cancel { deal: id("d1"), reason: "entered twice".to_owned() });
    let approval = registered().facts.last().unwrap().meta.id;
    let retracted = Retracted {
        target: approval,
        reason: CorrectionReason::DecidedAnew,
        approved_by: None,
        evidence: None,
    };
    let over = [
        registered().but(70, won("d1", day(70))),
        registered().but(70, lost("d1", day(70))),
        registered().and(70, alpha(), withdraw),
        registered().and(70, officer(), cancel),
        registered().but(70, Event::Correction(CorrectionEvent::Retracted(retracted))),
        given([]).and(0, alpha(), incomplete("d1")),
    ];
    for story in over {
        assert_eq!(due(&story, day(70)).len() + due(&story, day(77)).len(), 0, "{:?}", story.facts.last());
    }
}

#[test]
fn nobody_is_reminded_at_the_approval_that_a_short_registration_is_short() {
    let mut policy = Policy::default();
    policy.registration.protection_days = 10;
    let mut story = given([]);
    let name = story.program.policy_at(day(0)).name.clone();
    story.program = story.program.under(name, policy);
    let (_, told) = reminded_on(story.and(0, user_of("alpha"), submit("d1", "alpha", "x")), 0..20);
    assert_eq!(told, [(3, ends_on(10))]);
}
