//! Of what people are reminded on an account: invitations before they lapse, windows before they end.

use domain::event::Event;
use domain::event::notice::{About, NoticeEvent, Reminded};
use domain::reminder;
use domain::time::Instant;

use crate::story::*;
use crate::words::told_all;

fn due(story: &Story, now: Instant) -> Vec<Reminded> {
    reminder::of_account(&story.now(), &story.program, now)
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
    assert!(reminder::is_awaited(&told.now(), &reminded, day(12)));
    let answered = told.but(12, accepted());
    assert!(!reminder::is_awaited(&answered.now(), &reminded, day(12)));
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
