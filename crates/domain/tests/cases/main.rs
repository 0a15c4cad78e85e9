//! Cases from the first finding to the last ruling: given a case, when somebody asks, then these events or this
//! refusal.

mod story;
mod told;

use std::collections::BTreeSet;

use domain::case::{Due, RespondentRole};
use domain::dispute::Kept;
use domain::event::Party;
use domain::event::case::*;
use domain::program::Program;
use domain::refusal::Refusal;
use domain::reminder;
use domain::time::Instant;

use story::*;
use told::stories;

#[test]
fn every_rule_of_cases_answers_as_its_sentence_says() {
    for (says, expected, answered) in stories() {
        let answered = match answered {
            Ok(decided) => decided.iter().map(|decided| word(&decided.event)).collect::<Vec<_>>().join(" "),
            Err(refusal) => format!("!{}", refusal.code()),
        };
        assert_eq!(answered, expected, "{says}");
    }
}

#[test]
fn every_refusal_of_cases_is_told_in_a_story() {
    let told: BTreeSet<String> = stories()
        .into_iter()
        .filter_map(|(_, expected, _)| expected.strip_prefix('!').map(ToOwned::to_owned))
        .collect();
    let missing: Vec<_> = Refusal::CASE_CODES.iter().filter(|code| !told.contains(**code)).collect();
    assert!(missing.is_empty(), "no story tells {missing:?}");
}

#[test]
fn a_snoozed_case_comes_back_when_its_date_is_reached_or_something_new_is_shown() {
    let snoozed = found().and(12, &officer(), snooze(20, "on leave"));
    assert!(snoozed.case().is_snoozed(day(19)) && !snoozed.case().is_snoozed(day(20)));
    let told = snoozed.clone().and(13, &user_of("host"), state(Party::Host, "look at this"));
    assert!(!told.case().is_snoozed(day(14)));
    let found_more = snoozed.but(14, finding(ACT + 1, 14));
    assert!(!found_more.case().is_snoozed(day(15)));
}

#[test]
fn a_case_is_open_until_it_is_ruled_and_again_when_it_is_appealed_or_something_new_is_found() {
    assert!(found().case().is_open());
    assert!(!confirmed().case().is_open());
    assert!(appealed().case().is_open());
    let over = appealed().and(23, &officer(), rule_on_appeal(CaseOutcome::FalseAlarm));
    assert!(!over.case().is_open());
    assert_eq!(over.case().outcome(), Some(CaseOutcome::FalseAlarm));
    assert!(confirmed().but(60, finding(ACT + 1, 59)).case().is_open());
}

fn clocks(story: &Story) -> Vec<(Step, Instant)> {
    story.case().deadlines().into_iter().map(|deadline| (deadline.step, deadline.until)).collect()
}

#[test]
fn every_step_has_a_clock_until_it_is_done() {
    assert_eq!(clocks(&found()), []);
    let relied = found().and(13, &user_of("host"), file(Party::Host, Some(Kept::OnFile)));
    let (answer, proof, decision) =
        ((Step::Answer, day(20)), (Step::Proof, day(28)), (Step::Decision, day(43)));
    assert_eq!(clocks(&relied), [answer, proof, decision]);
    assert_eq!(clocks(&relied_on_letter()), [proof, decision]);
    // Filed at nine on a Wednesday: four hours of that day are left.
    let stay = (Step::Stay, day(13).plus_ms(4 * 3_600_000));
    assert_eq!(clocks(&halted()), [stay, answer, decision]);
    let granted = halted().and(13, &officer(), decide_stay(StayOutcome::Granted, "it moves"));
    assert_eq!(clocks(&granted), [answer, decision]);
    let shown = relied_on_letter().and(15, &user_of("guest"), attach(Showing::Letter, paper(3)));
    assert_eq!(clocks(&shown), [decision]);
    let appealable: Instant = "2026-01-31T00:00:00Z".parse().expect("an instant");
    assert_eq!(clocks(&confirmed()), [(Step::Appeal, appealable)]);
    assert_eq!(clocks(&appealed()), [(Step::AppealAnswer, day(23)), (Step::AppealDecision, day(46))]);
    let running = confirmed().case().deadlines()[0];
    assert_eq!((running.at(day(29)), running.at(appealable)), (Due::Running, Due::Elapsed));
    assert_eq!(running.follows(), "the ruling is final");
}

#[test]
fn people_are_reminded_once_before_a_clock_runs_out_and_once_after() {
    let reminded = |story: &Story, at: i64| -> Vec<(Step, Nearness)> {
        let due = reminder::of_case(&story.case(), &Program::default(), day(at));
        due.into_iter().map(|reminded| (reminded.step, reminded.nearness)).collect()
    };
    assert_eq!(reminded(&filed(), 17), []);
    assert_eq!(reminded(&filed(), 18), [(Step::Answer, Nearness::Soon)]);
    assert_eq!(reminded(&filed(), 20), [(Step::Answer, Nearness::Elapsed)]);
    let told = reminder::of_case(&filed().case(), &Program::default(), day(18));
    let told = told.into_iter().fold(filed(), |story, reminded| story.but(18, CaseEvent::Reminded(reminded)));
    assert_eq!(reminded(&told, 19), []);
    assert_eq!(reminded(&told, 20), [(Step::Answer, Nearness::Elapsed)]);
    let snoozed = found().and(12, &officer(), snooze(20, "on leave"));
    assert_eq!(reminded(&snoozed, 19), []);
    assert_eq!(reminded(&snoozed, 20), [(Step::Snooze, Nearness::Elapsed)]);
}

#[test]
fn the_respondent_is_known_by_its_side() {
    assert_eq!(found().case().respondent_role(), Some(RespondentRole::Guest));
}
