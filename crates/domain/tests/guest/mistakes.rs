//! The fast way back from a mistake, and how often a silent side is told: sentence by sentence.

use domain::command::{ChangeCommand, Command};
use domain::event::account::{AccountEvent, ContactPurpose, ContactReplaced};
use domain::event::change::{Basis, ChangeEvent, ErrorAnswer, ObjectionGround, ObjectionOutcome};
use domain::event::notice::{Answer, Answered, NoticeEvent};
use domain::event::{Event, Party};

use crate::changes::{executed, rule};
use crate::story::*;
use crate::words::*;

fn report(by: Party) -> Command {
    change(ChangeCommand::ReportError { change: id("c1"), by, text: "the wrong site".to_owned() })
}

fn answer(by: Party, answer: ErrorAnswer) -> Command {
    change(ChangeCommand::AnswerError { change: id("c1"), by, answer })
}

/// The host says on day 22 that the change was an error.
fn reported() -> Story {
    executed().and(22, user_of("host"), report(Party::Host))
}

/// Everything is done, but the host was told once only.
fn told_once() -> Story {
    let mut story = told_all();
    story.facts.retain(|fact| !format!("{:?}", fact.event).contains("n-again"));
    story
}

pub(crate) fn said() -> Vec<Said> {
    mistakes().into_iter().chain(silence()).collect()
}

fn mistakes() -> Vec<Said> {
    use ErrorAnswer::{Agrees, Disagrees};
    let (host, guest) = (user_of("host"), user_of("guest"));
    let agreed = reported().and(30, guest.clone(), answer(Party::Guest, Agrees));
    let refused = reported().and(30, guest.clone(), answer(Party::Guest, Disagrees));
    let empty = ChangeCommand::ReportError { change: id("c1"), by: Party::Host, text: " ".to_owned() };
    let by_guest = executed().and(22, guest.clone(), report(Party::Guest));
    vec![
        says(
            "a host reports an error",
            executed().when(22, &host, &report(Party::Host)),
            "Change::ErrorReported",
        ),
        says("a guest too", executed().when(22, &guest, &report(Party::Guest)), "Change::ErrorReported"),
        says("reporting again adds nothing", reported().when(23, &host, &report(Party::Host)), ""),
        says("with words", executed().when(22, &host, &change(empty)), "!reason_missing"),
        says(
            "a bystander reports nothing",
            executed().when(22, &user_of("beta"), &report(Party::Host)),
            "!not_authorised",
        ),
        says("nor the vendor", executed().when(22, &officer(), &report(Party::Vendor)), "!not_authorised"),
        says(
            "what was not done was no error",
            told_all().when(14, &host, &report(Party::Host)),
            "!not_executed",
        ),
        says(
            "when the other side agrees, the account goes back",
            reported().when(30, &guest, &answer(Party::Guest, Agrees)),
            "Change::ErrorAnswered Change::Reversed",
        ),
        says(
            "or the other way round",
            by_guest.when(30, &host, &answer(Party::Host, Agrees)),
            "Change::ErrorAnswered Change::Reversed",
        ),
        says(
            "nobody agrees with itself",
            reported().when(30, &host, &answer(Party::Host, Agrees)),
            "!no_error_reported",
        ),
        says("agreeing again adds nothing", agreed.when(31, &guest, &answer(Party::Guest, Agrees)), ""),
        says(
            "it may disagree",
            reported().when(30, &guest, &answer(Party::Guest, Disagrees)),
            "Change::ErrorAnswered",
        ),
        says("and stays with it", refused.when(31, &guest, &answer(Party::Guest, Agrees)), "!error_answered"),
        says(
            "there must be a report",
            executed().when(30, &guest, &answer(Party::Guest, Agrees)),
            "!no_error_reported",
        ),
        says(
            "on the twentieth business day they may still agree",
            reported().when(50, &guest, &answer(Party::Guest, Agrees)),
            "Change::ErrorAnswered Change::Reversed",
        ),
        says(
            "after it a person rules",
            reported().when(51, &guest, &answer(Party::Guest, Agrees)),
            "!too_late_to_agree",
        ),
        says("what went back is over", agreed.when(31, &host, &report(Party::Host)), "!change_over"),
    ]
}

fn silence() -> Vec<Said> {
    let guest = user_of("guest");
    let done = "Change::Executed Account::Locked";
    let attempt = "Account::TakeoverRefused";
    let answered =
        Answered { notice: id("n-host"), at: day(14), by: id("user@host"), answer: Answer::Acknowledges };
    let acknowledged = told_once().but(14, Event::Notice(NoticeEvent::Answered(answered)));
    let (objected, objection) = {
        let story = told_once().and(14, user_of("host"), object(Party::Host, ObjectionGround::Fraud));
        let objection = last(&story);
        (story, objection)
    };
    let overruled = objected.and(15, adjudicator(), rule(objection, ObjectionOutcome::Rejected, "no proof"));
    let waived = told_once().and(
        14,
        user_of("host"),
        change(ChangeCommand::Waive { change: id("c1"), by: Party::Host }),
    );
    let deputy = ContactReplaced {
        party: Party::Host,
        purpose: ContactPurpose::Deputy,
        previous: None,
        contact: id("post@n-host"),
        confirmed_by: None,
    };
    let named = told_once().but(1, Event::Account(AccountEvent::ContactReplaced(deputy)));
    let to_guest = ChangeCommand::Remind { change: id("c1"), notice: notice("n-9", Party::Guest) };
    let unguarded = {
        let mut story = crate::executions::open_market_told();
        story.facts.retain(|fact| !format!("{:?}", fact.event).contains("n-again"));
        story
    };
    vec![
        says("one notice and no word is no consent", told_once().when(21, &guest, &execute()), attempt),
        says(
            "where nobody is protected it is refused by name",
            unguarded.when(21, &user_of("alpha"), &execute()),
            "!silence_is_no_consent",
        ),
        says("a second notice will do", told_all().when(21, &guest, &execute()), done),
        says("an acknowledgement will do", acknowledged.when(21, &guest, &execute()), done),
        says("an objection that was rejected will do", overruled.when(21, &guest, &execute()), done),
        says("a waiver will do", waived.when(21, &guest, &execute()), done),
        says("one notice to the deputy will do", named.when(21, &guest, &execute()), done),
        says("the vendor reminds the host", told_once().when(14, &officer(), &remind()), "Notice::Sent"),
        says("reminding again adds nothing", told_all().when(14, &officer(), &remind()), ""),
        says("nobody else reminds", told_once().when(14, &guest, &remind()), "!not_authorised"),
        says(
            "only who loses is reminded",
            told_once().when(14, &officer(), &change(to_guest)),
            "!not_the_losing_side",
        ),
        says("first all three are told", verified().when(12, &officer(), &remind()), "!not_notified"),
    ]
}

#[test]
fn every_rule_of_mistakes_and_silence_answers_as_its_sentence_says() {
    check(&said());
}

#[test]
fn a_report_carries_the_clocks_of_the_fast_way_back() {
    let answered = executed().when(22, &user_of("host"), &report(Party::Host)).expect("it is recorded");
    let Event::Change(ChangeEvent::ErrorReported(reported)) = &answered[0].event else {
        panic!("{answered:?}")
    };
    // Day 22 is Friday 23 January 2026; business days begin on the Monday after it.
    let until = |text: &str| text.parse::<domain::time::Instant>().expect("an instant");
    assert_eq!(reported.reply_until, until("2026-01-31T00:00:00Z"));
    assert_eq!(reported.agree_until, until("2026-02-21T00:00:00Z"));
    assert_eq!(reported.restore_until, until("2026-02-24T00:00:00Z"));
}

#[test]
fn a_reminder_moves_no_window() {
    let until = |story: &Story| story.now().change(&id("c1")).expect("it was asked for").window_until;
    assert!(until(&told_once()).is_some());
    assert_eq!(until(&told_all()), until(&told_once()));
}

#[test]
fn an_agreed_error_gives_the_account_back_to_who_lost_it() {
    let agreed = reported().and(30, user_of("guest"), answer(Party::Guest, ErrorAnswer::Agrees));
    let account = agreed.now();
    let change = account.change(&id("c1")).expect("it was asked for");
    assert_eq!(change.reversed_for, Some(domain::event::change::ReversalReason::Error));
    assert_eq!(change.executions[0].executed.basis, Basis::CustomerLetter);
    assert_eq!(account.holder(&lines(&["x"]), day(31)).map(|held| &held.holder), change.losing.as_ref());
}
