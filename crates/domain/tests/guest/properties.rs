//! What holds for any sequence of commands, not only for the stories.

use domain::command::{ChangeCommand, Command, ConsentCommand, HandoffCommand};
use domain::event::account::Lifted;
use domain::event::change::{Basis, ObjectionGround, ObjectionOutcome, ReversalReason};
use domain::event::handoff::HandoffOutcome;
use domain::event::{Event, Party};
use domain::fact::Actor;
use domain::id::Digest;
use proptest::prelude::*;

use crate::story::*;
use crate::words::*;

/// Every command the stories know, most of them in some state out of order.
fn commands() -> Vec<Command> {
    let objection = event_id(30);
    let token = Digest([5; 32]);
    let reason = "so".to_owned();
    vec![
        invite(),
        accept(),
        handoff(HandoffCommand::Decline { handoff: id("h1"), reason: None }),
        handoff(HandoffCommand::Revoke { handoff: id("h1"), reason: None }),
        handoff(HandoffCommand::Close { handoff: id("h1"), outcome: HandoffOutcome::Lost }),
        release(lines(&["x"])),
        record(letter()),
        request(),
        request_with(|r| {
            (r.change, r.letter, r.token, r.basis_claimed) =
                (id("c2"), None, Some(token), Basis::CustomerLetter)
        }),
        verify(),
        notify(),
        object(Party::Host, ObjectionGround::Fraud),
        object(Party::Host, ObjectionGround::Other),
        change(ChangeCommand::DecideObjection {
            change: id("c1"),
            objection,
            outcome: ObjectionOutcome::Rejected,
            reason,
        }),
        change(ChangeCommand::Waive { change: id("c1"), by: Party::Host }),
        execute(),
        change(ChangeCommand::Rescind { change: id("c1"), letter: None }),
        change(ChangeCommand::Reverse { change: id("c1"), reason: ReversalReason::Ruling }),
        change(ChangeCommand::Reverse { change: id("c1"), reason: ReversalReason::Rescission }),
        consent(ConsentCommand::IssueToken {
            token,
            scope: lines(&["x"]),
            gaining: id("guest"),
            terms: terms(),
            contact: id("carla@acme"),
        }),
        consent(ConsentCommand::RedeemToken { token, change: id("c2"), terms: terms() }),
        place("f1", Party::Host),
        lift(Lifted::Handoff(id("h1")), Party::Customer),
        lift(Lifted::Freeze(id("f1")), Party::Host),
    ]
}

fn actors() -> Vec<Actor> {
    vec![
        user_of("host"),
        user_of("guest"),
        user_of("beta"),
        user_of("met"),
        customer(),
        officer(),
        direct_sales(),
        verifier(),
        adjudicator(),
        Actor::system(),
    ]
}

/// A step: who asks what how many days later, and whether the post comes on that day.
fn steps() -> impl Strategy<Value = Vec<(usize, usize, i64, bool)>> {
    // Of one instant, ends are folded before beginnings: a story takes its time.
    let step = (0..commands().len(), 0..actors().len(), 1..4_i64, any::<bool>());
    prop::collection::vec(step, 0..40)
}

/// Where a story starts: nothing, accepted, asked for, told, over.
fn starts() -> Vec<(Story, i64)> {
    vec![(given([]), 0), (crate::words::accepted(), 9), (verified(), 11), (told_all(), 14), (told_all(), 21)]
}

/// Attempts and failed tries take no effect, so they may be made again.
fn takes_effect(event: &Event) -> bool {
    !matches!(name(event).as_str(), "Account::TakeoverRefused" | "Consent::TokenTryFailed")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_command_repeated_after_it_took_effect_adds_nothing(start in 0..5_usize, steps in steps()) {
        let (commands, actors) = (commands(), actors());
        let (mut story, mut at) = starts().swap_remove(start);
        for (command, actor, days, post) in steps {
            at += days;
            let (command, actor) = (&commands[command], &actors[actor]);
            let Ok(decided) = story.when(at, actor, command) else { continue };
            story = story.and(at, actor.clone(), command.clone());
            if decided.iter().all(|decided| takes_effect(&decided.event)) {
                let again = story.when(at, actor, command);
                prop_assert_eq!(in_words(&again), "", "{:?} of {:?}", command, actor);
            }
            if post {
                story = story.but(at, delivered("n-customer", at)).but(at, delivered("n-host", at)).settled();
            }
        }
    }

    /// From the first to the last instant there is, whoever asks for whatever in whatever state.
    #[test]
    fn every_command_gets_an_answer(start in 0..5_usize, steps in steps(), at in -800_000..3_000_000_i64) {
        let (commands, actors) = (commands(), actors());
        let (mut story, _) = starts().swap_remove(start);
        for (command, actor, _, _) in steps {
            let answered = story.when(at, &actors[actor], &commands[command]);
            prop_assert!(!in_words(&answered).contains(' ') || answered.is_ok());
            if answered.is_ok() {
                story = story.and(at, actors[actor].clone(), commands[command].clone()).settled();
            }
        }
    }

    #[test]
    fn a_window_is_opened_once(start in 2..5_usize, days in 0..9_i64) {
        let (story, at) = starts().swap_remove(start);
        let story = story.but(at + days, delivered("n-host", at + days)).settled();
        prop_assert_eq!(story.settle(), Vec::new());
    }

    /// Whatever is tried, the guest becomes holder only by an executed change that nobody could have prevented:
    /// its notices had reached customer and host.
    #[test]
    fn no_sequence_of_commands_moves_the_account_before_the_host_was_told(steps in steps()) {
        let (commands, actors) = (commands(), actors());
        let (mut story, mut at) = (verified(), 11);
        for (command, actor, days, _) in steps {
            at += days;
            if story.when(at, &actors[actor], &commands[command]).is_ok() {
                story = story.and(at, actors[actor].clone(), commands[command].clone());
            }
        }
        let account = story.now();
        prop_assert!(account.changes.iter().all(|change| change.executions.is_empty()));
    }
}
