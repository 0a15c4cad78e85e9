//! How a host loses what a handoff protects, as data: by letting go in writing, or by silence.

use domain::command::{Command, HandoffCommand};
use domain::event::correction::{Committed, CorrectionEvent};
use domain::event::handoff::HandoffEvent;
use domain::event::notice::{About, Answer, Answered, NoticeEvent, Sent};
use domain::event::{Anchor, Event, Party};
use domain::id::{Digest, EventId};

use crate::handoffs::progress;
use crate::story::*;
use crate::words::{accepted, invited, *};

pub(crate) fn said() -> Vec<Said> {
    releasing().into_iter().chain(forfeiting()).collect()
}

fn release_with(
    from: Option<i64>,
    until: Option<i64>,
    ratifies: Option<EventId>,
    anchor: Option<Anchor>,
) -> Command {
    handoff(HandoffCommand::Release {
        handoff: id("h1"),
        scope: lines(&["x"]),
        from: from.map(day),
        until: until.map(day),
        ratifies,
        anchor,
    })
}

/// The guest booked an order on day 20, recorded as the last fact.
fn ordered() -> Story {
    accepted().but(20, guest_order(20))
}

/// The release was written on day 5, when its digest was laid down.
fn laid_down() -> (Story, Anchor) {
    let digest = Digest([4; 32]);
    let committed = Committed { digest, kind: "release".to_owned() };
    let story = accepted().but(5, Event::Correction(CorrectionEvent::Committed(committed)));
    let anchor = Anchor { digest, committed_event: last(&story) };
    (story, anchor)
}

fn releasing() -> Vec<Said> {
    let host = user_of("host");
    let released = accepted().and(5, user_of("host"), release(lines(&["x"])));
    let (anchored, anchor) = laid_down();
    let act = last(&ordered());
    let unknown = Anchor { digest: Digest([5; 32]), ..anchor.clone() };
    let when = |command: Command| accepted().when(30, &host, &command);
    vec![
        says("a host releases", when(release(lines(&["x"]))), "Handoff::Released"),
        says("releasing again adds nothing", released.when(6, &host, &release(lines(&["x"]))), ""),
        says(
            "a guest does not",
            accepted().when(5, &user_of("guest"), &release(lines(&["x"]))),
            "!not_authorised",
        ),
        says(
            "nor does the vendor",
            accepted().when(5, &officer(), &release(lines(&["x"]))),
            "!not_authorised",
        ),
        says("an offer is not released", invited().when(5, &host, &release(lines(&["x"]))), "!not_accepted"),
        says("a release releases something", when(release(lines(&[]))), "!empty_scope"),
        says("it may start later", when(release_with(Some(31), None, None, None)), "Handoff::Released"),
        says("it does not end first", when(release_with(None, Some(30), None, None)), "!end_not_in_future"),
        says("it does not start before now", when(release_with(Some(5), None, None, None)), "!backdated"),
        says(
            "unless its paper was laid down by then",
            anchored.when(30, &host, &release_with(Some(5), None, None, Some(anchor.clone()))),
            "Handoff::Released",
        ),
        says(
            "and not later",
            anchored.when(30, &host, &release_with(Some(4), None, None, Some(anchor))),
            "!backdated",
        ),
        says(
            "the paper has that digest",
            anchored.when(30, &host, &release_with(Some(5), None, None, Some(unknown))),
            "!unknown_anchor",
        ),
        says(
            "a host ratifies an order in time",
            ordered().when(30, &host, &release_with(None, None, Some(act), None)),
            "Handoff::Released",
        ),
        says(
            "and not too late",
            ordered().when(40, &host, &release_with(None, None, Some(act), None)),
            "!ratified_too_late",
        ),
        says(
            "an act that was none is not ratified",
            ordered().when(30, &host, &release_with(None, None, Some(event_id(999)), None)),
            "!nothing_to_ratify",
        ),
    ]
}

fn reminder(name: &str, about: About, to: Party) -> Event {
    let sent = Sent { about, names_gaining: None, ..notice(name, to) };
    Event::Notice(NoticeEvent::Sent(sent))
}

/// Told on these days, delivered the same day.
fn reminded(days: &[i64], about: &About) -> Story {
    days.iter().fold(accepted(), |story, at| {
        let name = format!("r{at}");
        story.but(*at, reminder(&name, about.clone(), Party::Host)).but(*at, delivered(&name, *at))
    })
}

fn claim(by: Party, notices: &[&str]) -> Command {
    handoff(HandoffCommand::ClaimForfeiture {
        handoff: id("h1"),
        scope: lines(&["x"]),
        claimed_by: by,
        notices: notices.iter().map(|name| id(name)).collect(),
    })
}

fn forfeiting() -> Vec<Said> {
    let guest = user_of("guest");
    let about = About::Forfeiture(id("h1"));
    let twice = || reminded(&[10, 20], &about);
    let claimed = twice().and(21, user_of("guest"), claim(Party::Guest, &["r10", "r20"]));
    let answer = Answered { notice: id("r20"), at: day(21), by: id("hans"), answer: Answer::StillActive };
    let answered = twice().but(21, Event::Notice(NoticeEvent::Answered(answer)));
    let active = twice().and(21, user_of("host"), progress(Party::Host, 21, None));
    let unsent = reminded(&[10], &about).but(20, reminder("r20", about.clone(), Party::Host));
    let astray = reminded(&[10], &about).but(20, reminder("r20", about.clone(), Party::Guest));
    let commitment = reminded(&[20], &About::Commitment(id("call-back")));
    let early = reminded(&[5], &About::Commitment(id("call-back")));
    let when = |story: Story, notices: &[&str]| story.when(22, &guest, &claim(Party::Guest, notices));
    vec![
        says("a silent host forfeits", when(twice(), &["r10", "r20"]), "Handoff::ForfeitureClaimed"),
        says("claiming again adds nothing", when(claimed, &["r10", "r20"]), ""),
        says(
            "a host does not claim against itself",
            twice().when(22, &user_of("host"), &claim(Party::Host, &["r10", "r20"])),
            "!not_authorised",
        ),
        says("one notice is not enough", when(twice(), &["r10"]), "!too_few_notices"),
        says("none is not enough", when(twice(), &[]), "!too_few_notices"),
        says("one notice twice is one", when(twice(), &["r10", "r10"]), "!too_few_notices"),
        says("they lie apart", when(reminded(&[10, 19], &about), &["r10", "r19"]), "!notices_too_close"),
        says("they arrived", when(unsent, &["r10", "r20"]), "!not_delivered"),
        says("they went to the host", when(astray, &["r10", "r20"]), "!not_the_hosts_address"),
        says("they exist", when(twice(), &["r10", "r30"]), "!unknown_notice"),
        says("a host that answers keeps it", when(answered, &["r10", "r20"]), "!host_responded"),
        says("a host at work keeps it", when(active, &["r10", "r20"]), "!host_responded"),
        says(
            "an overdue commitment takes one notice",
            when(commitment, &["r20"]),
            "Handoff::ForfeitureClaimed",
        ),
        says("one that is not due does not", when(early, &["r5"]), "!too_few_notices"),
        says(
            "something is forfeited",
            invited().when(22, &guest, &claim(Party::Guest, &["r10"])),
            "!not_accepted",
        ),
    ]
}

#[test]
fn every_rule_of_releases_and_forfeitures_answers_as_its_sentence_says() {
    check(&said());
}

#[test]
fn a_forfeiture_takes_effect_only_after_the_time_to_answer() {
    let story = reminded(&[10, 20], &About::Forfeiture(id("h1")));
    let decided = story.when(22, &user_of("guest"), &claim(Party::Guest, &["r10", "r20"])).unwrap();
    let Event::Handoff(HandoffEvent::ForfeitureClaimed(claimed)) = &decided[0].event else { panic!() };
    assert_eq!(claimed.cure_until, day(31));
}
