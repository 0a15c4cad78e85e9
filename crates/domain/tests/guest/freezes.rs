//! Every rule of freezes, as data: who may place one, who may lift one.

use domain::command::{AccountCommand, Command};
use domain::event::Party;
use domain::event::account::{FreezeTarget, HoldingBasis, Lifted};
use domain::freeze::{Hold, hold};
use domain::protection::act::Judged;
use domain::protection::{Act, Known};
use domain::scope::Scope;

use crate::story::*;
use crate::words::{accepted, *};

fn default_freeze() -> Lifted {
    Lifted::Handoff(id("h1"))
}

/// A host's own freeze beside the default one.
fn placed() -> Story {
    accepted().and(5, user_of("host"), place("f1", Party::Host))
}

fn place_with(scope: Scope, until: i64) -> Command {
    Command::Account(AccountCommand::PlaceFreeze {
        freeze: id("f1"),
        scope,
        against: FreezeTarget::All,
        until: day(until),
        requested_by: Party::Customer,
    })
}

fn lift_from(from: i64) -> Command {
    Command::Account(AccountCommand::LiftFreeze {
        lifted: default_freeze(),
        scope: Scope::all(),
        from: Some(day(from)),
        by: Party::Customer,
        evidence: None,
        anchor: None,
    })
}

pub(crate) fn said() -> Vec<Said> {
    placing().into_iter().chain(lifting()).collect()
}

fn placing() -> Vec<Said> {
    let host = user_of("host");
    let hold = AccountCommand::RecordHolder {
        holder: id("alpha"),
        scope: Scope::all(),
        basis: HoldingBasis::Initial,
    };
    let held = given([]).and(0, officer(), Command::Account(hold));
    let when = |who, command: Command| accepted().when(5, &who, &command);
    vec![
        says("a host freezes", when(user_of("host"), place("f1", Party::Host)), "Account::FreezePlaced"),
        says("a customer freezes", when(customer(), place("f1", Party::Customer)), "Account::FreezePlaced"),
        says("the vendor freezes", when(officer(), place("f1", Party::Vendor)), "Account::FreezePlaced"),
        says(
            "a holder freezes",
            held.when(1, &user_of("alpha"), &place("f1", Party::Partner(id("alpha")))),
            "Account::FreezePlaced",
        ),
        says("freezing again adds nothing", placed().when(6, &host, &place("f1", Party::Host)), ""),
        says("a guest does not freeze", when(user_of("guest"), place("f1", Party::Guest)), "!not_authorised"),
        says(
            "nobody freezes what it does not hold",
            when(user_of("beta"), place("f1", Party::Partner(id("beta")))),
            "!not_authorised",
        ),
        says("nothing is not frozen", when(customer(), place_with(lines(&[]), 9)), "!empty_scope"),
        says(
            "a freeze ends in the future",
            when(customer(), place_with(Scope::all(), 5)),
            "!end_not_in_future",
        ),
        says(
            "a freeze has an id of its own",
            when(officer(), place("h1", Party::Vendor)),
            "!freeze_id_taken",
        ),
    ]
}

fn lifting() -> Vec<Said> {
    let lifted = accepted().and(5, customer(), lift(default_freeze(), Party::Customer));
    let when = |who, command: Command| accepted().when(5, &who, &command);
    vec![
        says(
            "a customer lifts",
            when(customer(), lift(default_freeze(), Party::Customer)),
            "Account::FreezeLifted",
        ),
        says(
            "a host lifts",
            when(user_of("host"), lift(default_freeze(), Party::Host)),
            "Account::FreezeLifted",
        ),
        says(
            "the default freeze has its handoff's id",
            when(customer(), lift(Lifted::Freeze(id("h1")), Party::Customer)),
            "Account::FreezeLifted",
        ),
        says(
            "lifting again adds nothing",
            lifted.when(6, &customer(), &lift(default_freeze(), Party::Customer)),
            "",
        ),
        says(
            "a guest does not lift",
            when(user_of("guest"), lift(default_freeze(), Party::Guest)),
            "!not_authorised",
        ),
        says(
            "nor under its own name",
            when(user_of("guest"), lift(default_freeze(), Party::Partner(id("guest")))),
            "!frozen_out",
        ),
        says("nor as host", when(user_of("guest"), lift(default_freeze(), Party::Host)), "!frozen_out"),
        says(
            "another does not lift",
            when(user_of("beta"), lift(default_freeze(), Party::Host)),
            "!not_authorised",
        ),
        says(
            "the vendor overrides instead",
            when(officer(), lift(default_freeze(), Party::Vendor)),
            "!not_authorised",
        ),
        says(
            "a freeze that is none is not lifted",
            when(customer(), lift(Lifted::Freeze(id("f9")), Party::Customer)),
            "!unknown_freeze",
        ),
        says("a lift does not start before now", when(customer(), lift_from(4)), "!backdated"),
        says("it may start later", when(customer(), lift_from(6)), "Account::FreezeLifted"),
    ]
}

#[test]
fn every_rule_of_freezes_answers_as_its_sentence_says() {
    check(&said());
}

fn is_frozen(story: &Story, partner: &str, scope: &Scope, at: i64) -> bool {
    let (account, partner, at) = (story.now(), id(partner), day(at));
    let known = Known {
        account: &account,
        account_id: &story.account,
        families: &story.families,
        program: &story.program,
    };
    let act = Act::ChangeHolder { change: None, effective_from: at };
    let moved = Judged { act, partner: &partner, scope: Some(scope), at, gain: None };
    matches!(hold(known, &moved), Hold::Frozen(_))
}

#[test]
fn an_accepted_handoff_freezes_its_scope_toward_the_guest_until_protection_ends() {
    let story = accepted();
    assert!(!is_frozen(&story, "guest", &Scope::all(), 0));
    assert!(is_frozen(&story, "guest", &Scope::all(), 1));
    assert!(is_frozen(&story, "guest", &lines(&["x"]), 365));
    assert!(!is_frozen(&story, "guest", &Scope::all(), 366));
    assert!(!is_frozen(&story, "beta", &Scope::all(), 1));
}

#[test]
fn a_lift_of_one_line_leaves_the_others_frozen() {
    let lift = AccountCommand::LiftFreeze {
        lifted: default_freeze(),
        scope: lines(&["x"]),
        from: None,
        by: Party::Host,
        evidence: None,
        anchor: None,
    };
    let story = accepted().and(5, user_of("host"), Command::Account(lift));
    assert!(is_frozen(&story, "guest", &lines(&["x"]), 4));
    assert!(!is_frozen(&story, "guest", &lines(&["x"]), 5));
    assert!(is_frozen(&story, "guest", &lines(&["x", "y"]), 5));
}

#[test]
fn a_release_thaws_the_default_freeze_but_not_one_placed_by_hand() {
    let released = |story: Story| story.and(6, user_of("host"), release(lines(&["x"])));
    assert!(!is_frozen(&released(accepted()), "guest", &lines(&["x"]), 6));
    assert!(is_frozen(&released(placed()), "guest", &lines(&["x"]), 6));
}

#[test]
fn a_letter_thaws_nothing_however_well_it_was_verified() {
    assert!(is_frozen(&requested(), "guest", &lines(&["x"]), 11));
    assert!(is_frozen(&verified(), "guest", &lines(&["x"]), 11));
    let lifted = verified().and(11, customer(), lift(default_freeze(), Party::Customer));
    assert!(!is_frozen(&lifted, "guest", &lines(&["x"]), 11));
}
