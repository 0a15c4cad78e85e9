//! Every rule of deal registration, as data: what is allowed, what is refused, and why.

mod capped;
mod ruling;

use domain::command::{Command, DealCommand};
use domain::event::Event;
use domain::event::deal::{DealEvent, Notification, RejectionReason, Reported, ReviewStarted, Submitted};
use domain::fact::{Actor, Role};

use crate::story::*;

fn deal(command: DealCommand) -> Command {
    Command::Deal(command)
}

fn withdraw(name: &str) -> Command {
    deal(DealCommand::Withdraw { deal: id(name), reason: None })
}

fn approve(name: &str) -> Command {
    deal(DealCommand::Approve { deal: id(name) })
}

fn reject(name: &str) -> Command {
    deal(DealCommand::Reject { deal: id(name), reason: RejectionReason::NotQualified })
}

fn send_back(name: &str, missing: &[&str]) -> Command {
    let missing = missing.iter().map(|&what| what.to_owned()).collect();
    deal(DealCommand::Return { deal: id(name), missing })
}

fn extend(name: &str) -> Command {
    deal(DealCommand::Extend { deal: id(name) })
}

fn cancel(name: &str) -> Command {
    deal(DealCommand::Cancel { deal: id(name), reason: "entered twice".to_owned() })
}

fn activity(name: &str, at: Option<i64>) -> Command {
    deal(DealCommand::ReportActivity { deal: id(name), what: "met the buyer".to_owned(), at: at.map(day) })
}

fn submit_with(change: impl FnOnce(&mut Submitted)) -> Command {
    let mut submission = submission("d1", "alpha", "x");
    change(&mut submission);
    deal(DealCommand::Submit(Box::new(submission)))
}

fn adjudicator() -> Actor {
    actor(Role::Adjudicator, Some("ada"), None)
}

/// `d1` of alpha, approved on day 0 for line x.
pub(crate) fn approved() -> Story {
    told([(0, user_of("alpha"), submit("d1", "alpha", "x"))])
}

/// `d2` of beta, rejected on day 1 as a duplicate of `d1`.
fn rejected() -> Story {
    approved().and(1, user_of("beta"), submit("d2", "beta", "x"))
}

fn in_review() -> Story {
    let review = ReviewStarted { deal: id("d1"), reason: "unusual".to_owned(), decide_until: day(2) };
    given([(0, submitted("d1", "alpha", "x")), (0, Event::Deal(DealEvent::ReviewStarted(review)))])
}

fn reported() -> Story {
    let reported = Reported {
        deal: id("d1"),
        system: id("crm:1"),
        notification: Notification::Created,
        snapshot_revision: None,
    };
    given([(0, Event::Deal(DealEvent::Reported(reported)))])
}

fn incomplete() -> Command {
    submit_with(|submission| submission.need.clear())
}

/// The guest was invited on day 0 and accepted on day 1.
pub(crate) fn guarded() -> Story {
    given([(0, invited()), (1, accepted())])
}

pub(crate) fn cases() -> Vec<Case> {
    [submitting(), asking_again(), asking_in_vain(), capped::cases(), ruling::cases(), acting_for_others()]
        .into_iter()
        .flatten()
        .collect()
}

fn submitting() -> Vec<Case> {
    let nothing = given([]);
    let tender = submit_with(|submission| submission.tender = Some(true));
    let everything = submit_with(|submission| submission.scope = domain::scope::Scope::all());
    vec![
        allowed(
            "a complete submission is approved at once",
            nothing.when(0, &user_of("alpha"), &submit("d1", "alpha", "x")),
            &["submitted", "approved"],
        ),
        allowed(
            "a submission without a need is returned",
            nothing.when(0, &user_of("alpha"), &incomplete()),
            &["submitted", "returned"],
        ),
        allowed(
            "a submission must name its product lines",
            nothing.when(0, &user_of("alpha"), &everything),
            &["submitted", "returned"],
        ),
        allowed(
            "a published tender is rejected",
            nothing.when(0, &user_of("alpha"), &tender),
            &["submitted", "rejected"],
        ),
        allowed(
            "a duplicate inside another's window is rejected",
            approved().when(89, &user_of("beta"), &submit("d2", "beta", "x")),
            &["submitted", "rejected"],
        ),
        allowed(
            "the instant the window ends is free again",
            approved().when(90, &user_of("beta"), &submit("d2", "beta", "x")),
            &["submitted", "approved"],
        ),
        allowed(
            "another product line is no duplicate",
            approved().when(1, &user_of("beta"), &submit("d2", "beta", "y")),
            &["submitted", "approved"],
        ),
        allowed(
            "a partner's own second deal is no duplicate",
            approved().when(1, &user_of("alpha"), &submit("d2", "alpha", "x")),
            &["submitted", "approved"],
        ),
        allowed(
            "a deal the customer decided keeps nobody out",
            approved().but(5, lost("d1", day(5))).when(5, &user_of("beta"), &submit("d2", "beta", "x")),
            &["submitted", "approved"],
        ),
        allowed(
            "a guest that registers the protected account is refused, and the attempt is recorded",
            guarded().when(10, &user_of("guest"), &submit("d9", "guest", "x")),
            &["submitted", "takeover_refused", "rejected"],
        ),
        allowed(
            "an unrelated partner may register there in open competition",
            guarded().when(10, &user_of("beta"), &submit("d9", "beta", "x")),
            &["submitted", "approved"],
        ),
    ]
}

fn asking_again() -> Vec<Case> {
    let other_need = submit_with(|submission| submission.need = "something else".to_owned());
    let returned = told([(0, user_of("alpha"), incomplete())]);
    let withdrawn = approved().and(1, user_of("alpha"), withdraw("d1"));
    vec![
        allowed(
            "the same submission again adds nothing",
            approved().when(1, &user_of("alpha"), &submit("d1", "alpha", "x")),
            &[],
        ),
        allowed(
            "a rejected deal sent again adds nothing while the answer is the same",
            rejected().when(2, &user_of("beta"), &submit("d2", "beta", "x")),
            &[],
        ),
        allowed(
            "a rejected deal sent again is approved once the other's window is over",
            rejected().when(90, &user_of("beta"), &submit("d2", "beta", "x")),
            &["submitted", "approved"],
        ),
        allowed(
            "a returned deal is completed",
            returned.when(1, &user_of("alpha"), &submit("d1", "alpha", "x")),
            &["submitted", "approved"],
        ),
        allowed(
            "a returned deal sent again as it was adds nothing",
            returned.when(1, &user_of("alpha"), &incomplete()),
            &[],
        ),
        allowed(
            "an expired registration may be submitted anew",
            approved().when(90, &user_of("alpha"), &submit("d1", "alpha", "x")),
            &["submitted", "approved"],
        ),
        allowed(
            "submitting anew does not outrank a claim filed in the gap",
            approved().and(90, user_of("beta"), submit("d2", "beta", "x")).when(
                91,
                &user_of("alpha"),
                &submit("d1", "alpha", "x"),
            ),
            &["submitted", "rejected"],
        ),
        allowed(
            "a withdrawn deal may be submitted anew",
            withdrawn.when(2, &user_of("alpha"), &submit("d1", "alpha", "x")),
            &["submitted", "approved"],
        ),
        allowed(
            "a deal known by id alone may be registered",
            reported().when(1, &user_of("alpha"), &submit("d1", "alpha", "x")),
            &["submitted", "approved"],
        ),
        allowed(
            "what is in review may be said more fully",
            in_review().when(1, &user_of("alpha"), &other_need),
            &["submitted", "approved"],
        ),
    ]
}

fn asking_in_vain() -> Vec<Case> {
    let other_need = submit_with(|submission| submission.need = "something else".to_owned());
    vec![
        refused(
            "what is approved and protected does not change under way",
            approved().when(1, &user_of("alpha"), &other_need),
            "already_decided",
        ),
        refused(
            "a cancelled deal stays cancelled",
            approved().and(1, officer(), cancel("d1")).when(
                2,
                &user_of("alpha"),
                &submit("d1", "alpha", "x"),
            ),
            "already_decided",
        ),
        refused(
            "a deal the customer decided is not registered any more",
            reported().but(1, won("d1", day(1))).when(2, &user_of("alpha"), &submit("d1", "alpha", "x")),
            "customer_decided",
        ),
    ]
}

fn acting_for_others() -> Vec<Case> {
    let as_beta = user_of("beta");
    vec![
        refused(
            "nobody registers in another's name",
            given([]).when(0, &as_beta, &submit("d1", "alpha", "x")),
            "not_your_deal",
        ),
        refused(
            "nobody withdraws another's deal",
            approved().when(1, &as_beta, &withdraw("d1")),
            "not_your_deal",
        ),
        refused(
            "nobody takes over another's deal id",
            approved().when(1, &as_beta, &submit("d1", "beta", "x")),
            "not_your_deal",
        ),
        allowed(
            "an officer registers on a partner's behalf",
            given([]).when(0, &officer(), &submit("d1", "alpha", "x")),
            &["submitted", "approved"],
        ),
        allowed(
            "direct sales registers under the same rules",
            given([]).when(0, &direct_sales(), &submit("d1", "direct", "x")),
            &["submitted", "approved"],
        ),
        refused(
            "a customer registers nothing",
            given([]).when(0, &actor(Role::Customer, Some("carla"), None), &submit("d1", "alpha", "x")),
            "not_authorised",
        ),
        refused(
            "a partner user belongs to a partner",
            given([]).when(0, &actor(Role::PartnerUser, Some("u"), None), &submit("d1", "alpha", "x")),
            "not_authorised",
        ),
        refused(
            "a stranger asks for nothing",
            given([]).when(0, &user_of("stranger"), &submit("d1", "stranger", "x")),
            "not_enrolled",
        ),
        refused(
            "a partner met in imported data asks for nothing",
            given([]).when(0, &user_of("met"), &submit("d1", "met", "x")),
            "only_seen_in_data",
        ),
    ]
}

#[test]
fn every_rule_of_registration_answers_as_its_sentence_says() {
    cases().iter().for_each(Case::check);
}

#[test]
fn an_approval_over_a_rival_names_the_rival() {
    let decided = rejected().when(2, &officer(), &approve("d2")).unwrap();
    let Event::Deal(DealEvent::Approved(approval)) = &decided[0].event else { panic!("an approval") };
    assert_eq!(approval.rivals_considered, vec![id("d1")]);
    assert_eq!(approval.decided_by.person, Some(id("olga")));
}

#[test]
fn a_window_is_ninety_civil_days_also_across_a_change_of_the_clock() {
    let mut story = given([]);
    story.program = crate::outside::published(|policy| policy.zone = "Europe/Berlin".to_owned());
    let decided = story.when(0, &user_of("alpha"), &submit("d1", "alpha", "x")).unwrap();
    let Event::Deal(DealEvent::Approved(approval)) = &decided[1].event else { panic!("an approval") };
    // 10:00 in Berlin is 09:00 UTC in winter and 08:00 UTC in summer.
    assert_eq!(approval.protected_until.to_string(), "2026-04-01T08:00:00.000Z");
}
