//! The vendor's word on who holds an account: holders, overrides, stewardships, disputes.

use domain::command::{AccountCommand, Command};
use domain::event::Event;
use domain::event::account::{
    AccountEvent, HolderRecorded, HoldingBasis, Locked, OverrideAct, OverrideReason, OverrideRecorded,
};
use domain::fact::Role;
use domain::scope::Scope;

use crate::registration::guarded;
use crate::story::*;

fn hold(holder: &str, scope: Scope) -> Command {
    Command::Account(AccountCommand::RecordHolder { holder: id(holder), scope, basis: HoldingBasis::Initial })
}

fn override_rules(change: impl FnOnce(&mut OverrideRecorded)) -> Command {
    let mut asked = OverrideRecorded {
        scope: Scope::all(),
        holder: Some(id("beta")),
        act: OverrideAct::Change,
        reason: OverrideReason::Continuity,
        reason_text: "the holder closed its office".to_owned(),
        officers: vec![signed("olga", Role::VendorOfficer), signed("otto", Role::VendorOfficer)],
        until: day(30),
        published_to: Vec::new(),
    };
    change(&mut asked);
    Command::Account(AccountCommand::Override(asked))
}

fn steward(name: &str, until: i64, reason: &str) -> Command {
    let (steward, reason) = (id(name), reason.to_owned());
    Command::Account(AccountCommand::StartStewardship {
        steward,
        scope: Scope::all(),
        until: day(until),
        reason,
    })
}

/// The guest tried to register on day 10 and was refused.
fn attempted() -> Story {
    guarded().and(10, user_of("guest"), submit("d9", "guest", "x"))
}

fn dispute(story: &Story) -> Command {
    let refused = story.now().refusals.first().map_or(event_id(999), |refused| refused.event);
    Command::Account(AccountCommand::DisputeRefusal { refused, text: "the customer asked us".to_owned() })
}

pub(crate) fn cases() -> Vec<Case> {
    [holding(), overriding(), keeping(), disputing(), elsewhere()].into_iter().flatten().collect()
}

fn holding() -> Vec<Case> {
    let held = told([(0, officer(), hold("alpha", Scope::all()))]);
    let locked = Locked { change: id("c1"), scope: lines(&["x"]), from: day(0), until: day(30) };
    let locked = given([(0, Event::Account(AccountEvent::Locked(locked)))]);
    vec![
        allowed(
            "an officer records a holder",
            given([]).when(0, &officer(), &hold("alpha", Scope::all())),
            &["holder_recorded"],
        ),
        allowed(
            "who holds all holds each part: nothing to record",
            held.when(1, &officer(), &hold("alpha", lines(&["x"]))),
            &[],
        ),
        allowed(
            "another may be recorded for a part",
            held.when(1, &officer(), &hold("beta", lines(&["x"]))),
            &["holder_recorded"],
        ),
        refused(
            "no partner records itself as holder",
            given([]).when(0, &user_of("alpha"), &hold("alpha", Scope::all())),
            "not_authorised",
        ),
        refused(
            "a stranger holds nothing",
            given([]).when(0, &officer(), &hold("stranger", Scope::all())),
            "not_enrolled",
        ),
        refused(
            "after a change the account rests",
            locked.when(29, &officer(), &hold("beta", Scope::all())),
            "account_locked",
        ),
        allowed(
            "a lock ends by itself",
            locked.when(30, &officer(), &hold("beta", Scope::all())),
            &["holder_recorded"],
        ),
        allowed(
            "recording the guest over its host is refused, and the attempt is recorded",
            guarded().when(10, &officer(), &hold("guest", Scope::all())),
            &["takeover_refused"],
        ),
    ]
}

fn overriding() -> Vec<Case> {
    let asked = override_rules(|_| {});
    let done = told([(0, officer(), override_rules(|_| {}))]);
    let when = |command: Command| given([]).when(0, &officer(), &command);
    vec![
        allowed("two officers override the rules", when(asked.clone()), &["override_recorded"]),
        allowed("the same override again adds nothing", done.when(1, &officer(), &asked), &[]),
        refused(
            "only an officer enters an override",
            given([]).when(0, &direct_sales(), &asked),
            "not_authorised",
        ),
        refused(
            "one officer is not enough",
            when(override_rules(|o| drop(o.officers.pop()))),
            "needs_two_officers",
        ),
        refused(
            "three are not two",
            when(override_rules(|o| o.officers.push(signed("oda", Role::VendorOfficer)))),
            "needs_two_officers",
        ),
        refused(
            "one officer twice is not two",
            when(override_rules(|o| o.officers[1] = o.officers[0].clone())),
            "needs_two_officers",
        ),
        refused(
            "direct sales does not sign an override",
            when(override_rules(|o| o.officers[1].role = Role::DirectSales)),
            "officer_of_direct_sales",
        ),
        refused(
            "a partner does not sign an override",
            when(override_rules(|o| o.officers[1].role = Role::PartnerUser)),
            "not_an_officer",
        ),
        refused(
            "an override gives its reason in words",
            when(override_rules(|o| o.reason_text = "  ".to_owned())),
            "reason_missing",
        ),
        refused(
            "an override ends in the future",
            when(override_rules(|o| o.until = day(0))),
            "end_not_in_future",
        ),
        refused(
            "an override of the holder names one",
            when(override_rules(|o| o.holder = None)),
            "override_without_holder",
        ),
        allowed(
            "an override that only waives needs no holder",
            when(override_rules(|o| (o.act, o.holder) = (OverrideAct::Waive, None))),
            &["override_recorded"],
        ),
        refused(
            "an override does not install a stranger",
            when(override_rules(|o| o.holder = Some(id("stranger")))),
            "not_enrolled",
        ),
    ]
}

fn keeping() -> Vec<Case> {
    let kept = told([(0, officer(), steward("beta", 30, "illness"))]);
    vec![
        allowed(
            "a steward keeps the account for a time",
            given([]).when(0, &officer(), &steward("beta", 30, "illness")),
            &["stewardship_started"],
        ),
        allowed(
            "the same stewardship again adds nothing",
            kept.when(1, &officer(), &steward("beta", 30, "illness")),
            &[],
        ),
        refused(
            "a stewardship has an end",
            given([]).when(0, &officer(), &steward("beta", 0, "illness")),
            "end_not_in_future",
        ),
        refused(
            "a stewardship has a reason",
            given([]).when(0, &officer(), &steward("beta", 30, "")),
            "reason_missing",
        ),
        refused(
            "a partner makes nobody steward",
            given([]).when(0, &user_of("beta"), &steward("beta", 30, "illness")),
            "not_authorised",
        ),
    ]
}

fn disputing() -> Vec<Case> {
    let attempted = attempted();
    let disputed = attempted.clone().and(11, user_of("guest"), dispute(&attempted));
    vec![
        allowed(
            "the refused partner disputes",
            attempted.when(11, &user_of("guest"), &dispute(&attempted)),
            &["refusal_disputed"],
        ),
        allowed(
            "disputing twice adds nothing",
            disputed.when(12, &user_of("guest"), &dispute(&attempted)),
            &[],
        ),
        refused(
            "nobody else disputes it",
            attempted.when(11, &user_of("beta"), &dispute(&attempted)),
            "not_your_refusal",
        ),
        refused(
            "the vendor does not dispute its own refusal",
            attempted.when(11, &officer(), &dispute(&attempted)),
            "not_authorised",
        ),
        refused(
            "what was not refused is not disputed",
            guarded().when(11, &user_of("guest"), &dispute(&guarded())),
            "unknown_refusal",
        ),
    ]
}

fn elsewhere() -> Vec<Case> {
    let absorbed = domain::event::account::Absorbed { into: id("other"), identity_event: event_id(1) };
    let absorbed = given([(0, Event::Account(AccountEvent::Absorbed(absorbed)))]);
    let ruling = domain::command::CaseCommand::Decide {
        outcome: domain::event::case::CaseOutcome::Confirmed,
        grounds: "the letter was false".to_owned(),
        remedy: None,
    };
    vec![
        refused(
            "a merged account answers where it went",
            absorbed.when(1, &user_of("alpha"), &submit("d1", "alpha", "x")),
            "account_absorbed",
        ),
        refused(
            "a case is not decided in an account",
            given([]).when(0, &officer(), &Command::Case(ruling)),
            "wrong_stream",
        ),
    ]
}

#[test]
fn every_rule_of_holding_answers_as_its_sentence_says() {
    cases().iter().for_each(Case::check);
}

#[test]
fn two_observations_of_one_instant_contest_each_other_only_where_they_overlap() {
    let recorded = |holder: &str, names: &[&str]| {
        Event::Account(AccountEvent::HolderRecorded(HolderRecorded {
            holder: id(holder),
            scope: lines(names),
            from: crate::story::day(0),
            previous: None,
            basis_claimed: HoldingBasis::Initial,
            change: None,
            batch: None,
        }))
    };
    let story = given([(0, recorded("alpha", &["x", "y"])), (0, recorded("beta", &["x"]))]);
    let account = story.now();
    let held = |line: &str| account.holder(&lines(&[line]), crate::story::day(1)).unwrap();
    assert_eq!(held("x").holder, id("beta"));
    assert_eq!(held("x").contested, Some(story.facts[0].meta.id));
    assert_eq!(held("y").contested, None);
}
