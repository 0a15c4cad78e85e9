//! A customer that changes its mind twice in a month: nothing moves for ten days, and then on the vendor's call.

use domain::choice;
use domain::command::{ChangeCommand, Command, ConsentCommand};
use domain::event::Event;
use domain::event::account::AccountEvent;
use domain::event::change::{Basis, VerificationMethod};
use domain::event::consent::{LetterRecorded, LetterRescinded};
use domain::id::Digest;

use crate::executions::open_market;
use crate::story::*;
use crate::words::{accepted, *};

const TOKEN: Digest = Digest([5; 32]);

fn letter_of(named: &str, gaining: &str, at: i64) -> Command {
    record(LetterRecorded { letter: id(named), gaining: id(gaining), signed_at: day(at), ..letter() })
}

fn rescind(named: &str, at: i64) -> Command {
    let (letter, signer) = (id(named), id("carla@acme"));
    consent(ConsentCommand::RescindLetter(LetterRescinded {
        letter,
        signer,
        signed_at: day(at),
        document: Digest([2; 32]),
    }))
}

/// `alpha` asked on a letter of day 9; the customer took it back on day 12 and wrote again on day 14.
fn back_and_forth() -> Story {
    let again = request_with(|r| {
        (r.change, r.gaining, r.letter, r.effective_from) = (id("c2"), id("alpha"), Some(id("l2")), day(15));
    });
    open_market()
        .and(12, customer(), rescind("l1", 12))
        .and(14, user_of("alpha"), letter_of("l2", "alpha", 14))
        .and(15, user_of("alpha"), again)
}

/// Everybody was told and the window is over on day 24 at 24:00.
fn noticed(story: Story) -> Story {
    let notify = notify_with(|notices| {
        for notice in notices {
            (notice.names_gaining, notice.about) =
                (Some(id("alpha")), domain::event::notice::About::Change(id("c2")));
        }
    });
    let Command::Change(ChangeCommand::Notify { notices, .. }) = notify else { panic!("it notifies") };
    let again = domain::event::notice::Sent { notice: id("n-again"), ..notices[1].clone() };
    let again = change(ChangeCommand::Remind { change: id("c2"), notice: again });
    story
        .and(16, officer(), change(ChangeCommand::Notify { change: id("c2"), notices }))
        .and(16, officer(), again)
        .but(16, delivered("n-again", 16))
        .but(16, delivered("n-customer", 16))
        .but(16, delivered("n-host", 16))
        .settled()
}

fn verified_by(method: VerificationMethod, at: i64) -> Story {
    noticed(back_and_forth().and(at, verifier(), verify_with(|v| (v.change, v.method) = (id("c2"), method))))
}

fn execute_c2() -> Command {
    change(ChangeCommand::Execute { change: id("c2"), effective_from: None })
}

pub(crate) fn said() -> Vec<Said> {
    let when = |story: Story, at: i64| story.when(at, &user_of("alpha"), &execute_c2());
    let called = || verified_by(VerificationMethod::CallBack, 16);
    let seen = verified_by(VerificationMethod::InPerson, 16);
    let by_system = accepted()
        .and(
            9,
            officer(),
            consent(ConsentCommand::IssueToken {
                token: TOKEN,
                scope: lines(&["x"]),
                gaining: id("beta"),
                terms: terms(),
                contact: id("carla@acme"),
            }),
        )
        .and(
            10,
            user_of("beta"),
            request_with(|r| {
                (r.gaining, r.letter, r.token, r.basis_claimed) =
                    (id("beta"), None, Some(TOKEN), Basis::CustomerLetter)
            }),
        )
        .and(
            11,
            actor(domain::fact::Role::System, None, None),
            consent(ConsentCommand::RedeemToken { token: TOKEN, change: id("c1"), terms: terms() }),
        );
    vec![
        says(
            "nothing moves for ten days after the second change of mind",
            when(called(), 23),
            "!stand_still",
        ),
        says("on the tenth it does", when(called(), 25), "Change::Executed Account::Locked"),
        says("but only when the vendor called back itself", when(seen, 25), "!call_back_needed"),
        says(
            "a token that a system redeemed is no customer's word without a letter",
            by_system.when(40, &user_of("beta"), &execute()),
            "!letter_missing",
        ),
    ]
}

#[test]
fn every_rule_of_changing_ones_mind_answers_as_its_sentence_says() {
    check(&said());
}

#[test]
fn one_change_of_mind_or_two_in_two_months_hold_nothing_up() {
    let story = open_market();
    let still = |story: &Story, at: i64| {
        choice::back_and_forth(&story.now(), &story.program, &lines(&["x"]), day(at))
    };
    let once = story.and(12, customer(), rescind("l1", 12));
    assert_eq!(still(&once, 13), None);
    let slowly = once.clone().and(43, user_of("alpha"), letter_of("l2", "alpha", 43));
    assert_eq!(still(&slowly, 44), None);
    let soon = once.and(41, user_of("alpha"), letter_of("l2", "alpha", 41));
    let held = still(&soon, 44).expect("it went back and forth within a month");
    assert_eq!((held.since, held.until, held.reversals.len()), (day(41), day(51), 2));
    assert_eq!(still(&soon, 71), None, "a month later it is forgotten");
}

#[test]
fn where_a_handoff_protects_the_attempt_names_the_end_of_the_stand_still() {
    let there_and_back = told_all().and(13, user_of("beta"), letter_of("l2", "beta", 13)).and(
        14,
        user_of("guest"),
        letter_of("l3", "guest", 14),
    );
    let again =
        request_with(|r| (r.change, r.letter, r.effective_from) = (id("c2"), Some(id("l3")), day(14)));
    let story = there_and_back.and(14, user_of("guest"), again).and(
        14,
        verifier(),
        verify_with(|v| v.change = id("c2")),
    );
    let answered = story.when(21, &user_of("guest"), &execute_c2()).expect("it is recorded");
    let Event::Account(AccountEvent::TakeoverRefused(refused)) = &answered[0].event else {
        panic!("{answered:?}")
    };
    assert_eq!(refused.rule, "stand_still");
    assert!(refused.nearest_clearing.contains(&day(24).to_string()), "{}", refused.nearest_clearing);
}
