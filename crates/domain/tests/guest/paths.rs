//! Whole ways through: the lawful moves that must succeed, and what each shortcut is recorded as.

use domain::account::guest::ChangeState;
use domain::command::{AccountCommand, ChangeCommand, Command, HandoffCommand};
use domain::decide::Decided;
use domain::event::account::{AccountEvent, FreezeTarget, Lifted, TakeoverRefused};
use domain::event::change::{Basis, ObjectionGround, Requested};
use domain::event::consent::LetterRecorded;
use domain::event::notice::{About, NoticeEvent, Sent};
use domain::event::{Event, Party};
use domain::protection::procedure::opening::opening;
use domain::protection::{Known, Outcome, assess};

use crate::story::*;
use crate::words::{accepted, *};

/// All steps of a change from day `first` on: asked, verified, told, delivered on `first + 3`, window opened.
fn prepared(story: Story, first: i64, alter: impl FnOnce(&mut Requested)) -> Story {
    let gaining = |r: &mut Requested| {
        r.effective_from = day(first);
        alter(r);
    };
    let request = request_with(gaining);
    let Command::Change(ChangeCommand::Request(requested)) = &request else { panic!() };
    let asking = user_of(requested.gaining.as_str());
    let gaining = Some(requested.gaining.clone());
    let tell = notify_with(|all| all.iter_mut().for_each(|n| n.names_gaining.clone_from(&gaining)));
    story
        .and(first, asking, request)
        .and(first + 1, verifier(), verify())
        .and(first + 2, officer(), tell)
        .but(first + 3, delivered("n-customer", first + 3))
        .but(first + 3, delivered("n-host", first + 3))
        .settled()
}

fn claims(basis: Basis) -> impl FnOnce(&mut Requested) {
    move |r| (r.basis_claimed, r.letter) = (basis, None)
}

/// The rule an attempt to execute is recorded under.
fn rule(story: &Story, at: i64) -> String {
    refused(story, at).rule
}

fn refused(story: &Story, at: i64) -> TakeoverRefused {
    let decided = story.when(at, &user_of("guest"), &execute()).expect("an attempt is recorded, not refused");
    let [Decided { event: Event::Account(AccountEvent::TakeoverRefused(refused)), .. }] = &decided[..] else {
        panic!("{decided:?} is no refused attempt");
    };
    refused.clone()
}

fn goes_through(story: &Story, at: i64, who: &str) -> Story {
    assert_eq!(in_words(&story.when(at, &user_of(who), &execute())), "Change::Executed Account::Locked");
    story.clone().and(at, user_of(who), execute())
}

#[test]
fn a_customer_that_chooses_the_guest_in_a_verified_letter_gets_it() {
    let story = goes_through(&told_all(), 21, "guest");
    let account = story.now();
    assert_eq!(account.holder(&lines(&["x"]), day(21)).unwrap().holder, id("guest"));
    assert!(account.holder(&lines(&["y"]), day(21)).is_none());
    let change = account.change(&id("c1")).unwrap();
    assert_eq!(change.state, ChangeState::Executed);
    assert_eq!(change.executions[0].executed.basis, Basis::CustomerLetter);
    assert_eq!(change.executions[0].executed.basis_events.len(), 2);
    assert_eq!(account.locks.len(), 1);
    assert_eq!(account.locks[0].during.until, Some(day(51)));
    let assessments = assess(&account, &story.account, &story.families, &story.program);
    assert!(!assessments.is_empty());
    assert!(!assessments.iter().any(|a| matches!(a.outcome, Outcome::Violation(_))), "{assessments:?}");
}

#[test]
fn a_scope_the_host_released_moves_without_a_letter() {
    let released = accepted().and(5, user_of("host"), release(lines(&["x"])));
    goes_through(&prepared(released, 10, claims(Basis::HostRelease)), 21, "guest");
}

#[test]
fn a_scope_the_host_forfeited_moves_after_its_time_to_answer() {
    let reminded = |story: Story, name: &str, at: i64| {
        let about = About::Forfeiture(id("h1"));
        let sent = Sent { about, names_gaining: None, ..notice(name, Party::Host) };
        story.but(at, Event::Notice(NoticeEvent::Sent(sent))).but(at, delivered(name, at))
    };
    let reminded = reminded(reminded(accepted(), "r1", 10), "r2", 20);
    let claim = handoff(HandoffCommand::ClaimForfeiture {
        handoff: id("h1"),
        scope: lines(&["x"]),
        claimed_by: Party::Guest,
        notices: vec![id("r1"), id("r2")],
    });
    let claimed = reminded.and(21, user_of("guest"), claim);
    let early = prepared(claimed.clone(), 19, claims(Basis::Forfeiture));
    assert_eq!(rule(&early, 30), "T01");
    goes_through(&prepared(claimed, 32, claims(Basis::Forfeiture)), 45, "guest");
}

#[test]
fn when_window_and_tail_are_over_the_guest_is_free() {
    goes_through(&prepared(accepted(), 460, claims(Basis::WindowOver)), 471, "guest");
}

#[test]
fn a_third_party_wins_the_account_in_open_competition() {
    let letter = LetterRecorded { gaining: id("beta"), ..letter() };
    let told = accepted().and(9, user_of("beta"), record(letter));
    goes_through(&prepared(told, 10, |r| r.gaining = id("beta")), 21, "beta");
}

#[test]
fn out_of_the_protected_scope_nothing_is_protected() {
    let opened = given([]).and(0, user_of("host"), invite_with(|i| i.protected_scope = lines(&["z"])));
    let accepted = opened.and(1, user_of("guest"), accept());
    let told = accepted.and(9, user_of("guest"), record(letter()));
    goes_through(&prepared(told, 10, |_| {}), 21, "guest");
}

#[test]
fn a_change_nobody_has_a_ground_for_is_a_takeover() {
    assert_eq!(rule(&prepared(accepted(), 10, claims(Basis::HostRelease)), 21), "T01");
    assert_eq!(rule(&requested(), 21), "T01");
}

#[test]
fn a_change_on_a_poor_letter_is_a_takeover() {
    let poor = LetterRecorded { sole_purpose: false, ..letter() };
    let told = accepted().and(9, user_of("guest"), record(poor));
    assert_eq!(rule(&prepared(told, 10, |_| {}), 21), "T01");
}

#[test]
fn a_hurried_change_is_recorded_as_haste() {
    assert_eq!(rule(&told_all(), 20), "T15");
}

#[test]
fn a_verified_letter_moves_nothing_that_customer_and_host_left_frozen() {
    let story = told_all_but_frozen();
    let refused = refused(&story, 21);
    assert_eq!(refused.rule, "T19");
    assert_eq!(refused.handoff, id("h1"));
    assert_eq!(refused.nearest_clearing, "a lift of the freeze by customer or host");
    for (who, by) in [(customer(), Party::Customer), (user_of("host"), Party::Host)] {
        goes_through(&story.clone().and(20, who, lift(Lifted::Handoff(id("h1")), by)), 21, "guest");
    }
}

#[test]
fn a_change_against_a_freeze_placed_by_hand_is_recorded_as_such() {
    let frozen = Command::Account(AccountCommand::PlaceFreeze {
        freeze: id("f1"),
        scope: lines(&["x"]),
        against: FreezeTarget::FamilyOf(id("guest")),
        until: day(99),
        requested_by: Party::Host,
    });
    assert_eq!(rule(&told_all().and(14, user_of("host"), frozen), 21), "T19");
}

#[test]
fn a_change_the_host_was_not_told_of_is_recorded_as_such() {
    let story =
        thawed(verified()).and(12, officer(), notify()).but(13, delivered("n-customer", 13)).settled();
    assert!(story.now().change(&id("c1")).unwrap().window_until.is_none());
    assert_eq!(rule(&story, 40), "T20");
}

#[test]
fn a_change_against_a_pending_objection_is_recorded_as_such() {
    let objected = told_all().and(14, user_of("host"), object(Party::Host, ObjectionGround::Fraud));
    assert_eq!(rule(&objected, 21), "objection");
}

#[test]
fn a_window_opens_with_the_last_delivery_and_ends_after_five_business_days() {
    let account = told_all().now();
    let change = account.change(&id("c1")).unwrap();
    // Delivered on Wednesday 14 January; Wednesday 21 January is the fifth business day after it.
    assert_eq!(change.window_until, Some("2026-01-22T00:00:00Z".parse().unwrap()));
    assert_eq!(change.state, ChangeState::WindowOpen);
}

/// Another system tells of these notices about the change, and of no step of ours that sent them.
fn noticed_elsewhere(story: Story, notices: &[(&str, Party, i64)]) -> Story {
    let told = |story: Story, (name, to, at): &(&str, Party, i64)| {
        let sent = Event::Notice(NoticeEvent::Sent(notice(name, to.clone())));
        story.but(12, sent).but(*at, delivered(name, *at))
    };
    notices.iter().fold(story, told).settled()
}

#[test]
fn a_change_that_another_system_notified_of_opens_its_window_too() {
    let both =
        [("n-customer", Party::Customer, 12), ("n-host", Party::Host, 13), ("n-again", Party::Host, 13)];
    let story = noticed_elsewhere(thawed(verified()), &both);
    let account = story.now();
    let change = account.change(&id("c1")).unwrap();
    assert_eq!(change.window_until, Some("2026-01-22T00:00:00Z".parse().unwrap()));
    assert_eq!(change.state, ChangeState::WindowOpen);
    let known = Known {
        account: &account,
        account_id: &story.account,
        families: &story.families,
        program: &story.program,
    };
    assert_eq!(opening(known, change).map(|opening| opening.until), change.window_until);
    assert_eq!(story.clone().settled().facts.len(), story.facts.len(), "it opens once");
    assert_eq!(rule(&story, 20), "T15");
    let objection = object(Party::Host, ObjectionGround::Fraud);
    assert_eq!(in_words(&story.when(20, &user_of("host"), &objection)), "Change::Objected");
    goes_through(&story, 21, "guest");
}

#[test]
fn a_window_waits_for_customer_and_losing_side_whoever_else_was_told() {
    let window = |notices: &[(&str, Party, i64)]| {
        noticed_elsewhere(thawed(verified()), notices).now().change(&id("c1")).unwrap().window_until
    };
    let (customer, guest) = (("n-customer", Party::Customer, 13), ("n-guest", Party::Guest, 13));
    let by_name = ("n-host", Party::Partner(id("host")), 13);
    assert_eq!(window(&[customer.clone(), guest.clone()]), None);
    assert_eq!(window(&[by_name.clone(), guest]), None);
    assert_eq!(window(&[customer, by_name]), Some("2026-01-22T00:00:00Z".parse().unwrap()));
}

#[test]
fn a_reversed_change_gives_the_account_back_and_ends_its_lock() {
    let reverse = ChangeCommand::Reverse {
        change: id("c1"),
        reason: domain::event::change::ReversalReason::Rescission,
    };
    let story = told_all().and(21, user_of("guest"), execute()).and(22, customer(), change(reverse));
    let account = story.now();
    assert_eq!(account.holder(&lines(&["x"]), day(22)).unwrap().holder, id("host"));
    assert!(account.locks.iter().all(|lock| !lock.during.contains(day(22))));
}
