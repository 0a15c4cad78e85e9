//! Corrections: who may say that a fact was wrong, and who must agree.

use domain::account::history::fold;
use domain::command::{Command, CorrectionCommand};
use domain::decide::Decided;
use domain::decide::correction::{Effect, Sender, Target, decide};
use domain::event::Event;
use domain::event::correction::{Committed, Corrected, CorrectionEvent, CorrectionReason, Retracted};
use domain::event::trade::{Order, TradeEvent};
use domain::fact::{Actor, Fact};
use domain::id::Digest;
use domain::refusal::Refusal;

use crate::story::*;

/// A fact that alpha told through the portal.
fn told_by_alpha() -> Fact {
    let mut fact = fact(1, day(0), submitted("d1", "alpha", "x"));
    fact.meta.actor = user_of("alpha");
    fact.meta.producer.source = id("portal");
    fact
}

fn retraction(approved_by: Option<&str>) -> Retracted {
    let target = told_by_alpha().meta.id;
    Retracted { target, reason: CorrectionReason::Typo, approved_by: approved_by.map(id), evidence: None }
}

fn correction(at: Option<i64>) -> CorrectionCommand {
    CorrectionCommand::Correct(Box::new(Corrected {
        target: told_by_alpha().meta.id,
        replaces: None,
        valid_at: at.map(day),
        reason: CorrectionReason::WrongDate,
        approved_by: None,
        evidence: None,
    }))
}

fn ask(
    actor: &Actor,
    effect: Effect,
    last_word: Option<&CorrectionEvent>,
    command: &CorrectionCommand,
) -> Result<Vec<Decided>, Refusal> {
    let fact = told_by_alpha();
    let target = Target { fact: &fact, last_word, effect };
    decide(Some(&target), &Sender { actor, source: &id("portal") }, command)
}

pub(crate) fn cases() -> Vec<Case> {
    let retract = |by| CorrectionCommand::Retract(retraction(by));
    let said = CorrectionEvent::Retracted(retraction(None));
    let committed =
        CorrectionCommand::Commit(Committed { digest: Digest([9; 32]), kind: "letter".to_owned() });
    let commit = Command::Correction(committed);
    let laid_down = told([(0, user_of("alpha"), commit.clone())]);
    let alpha = user_of("alpha");
    let none = Effect::FavoursNobody;
    let own = Effect::FavoursItsOwnSide;
    vec![
        allowed("who told a fact may retract it", ask(&alpha, none, None, &retract(None)), &["correction"]),
        allowed("an officer may retract it", ask(&officer(), none, None, &retract(None)), &["correction"]),
        allowed("a date may be corrected", ask(&alpha, none, None, &correction(Some(1))), &["correction"]),
        allowed("retracting twice adds nothing", ask(&alpha, none, Some(&said), &retract(None)), &[]),
        refused(
            "nobody corrects what another told",
            ask(&user_of("beta"), none, None, &retract(None)),
            "not_your_fact",
        ),
        refused(
            "a correction says what was so",
            ask(&alpha, none, None, &correction(None)),
            "nothing_corrected",
        ),
        refused(
            "nobody retracts a finding against itself away",
            ask(&alpha, own, None, &retract(None)),
            "needs_second_person",
        ),
        refused(
            "one person is not two",
            ask(&alpha, own, None, &retract(Some("user@alpha"))),
            "needs_second_person",
        ),
        allowed("a second person may agree", ask(&alpha, own, None, &retract(Some("olga"))), &["correction"]),
        refused(
            "what is not there is not corrected",
            decide(None, &Sender { actor: &alpha, source: &id("portal") }, &retract(None)),
            "unknown_fact",
        ),
        refused(
            "an account by itself knows no single facts",
            given([]).when(0, &officer(), &Command::Correction(retract(None))),
            "unknown_fact",
        ),
        allowed("a paper's digest is laid down", given([]).when(0, &alpha, &commit), &["correction"]),
        allowed("laying it down twice adds nothing", laid_down.when(1, &alpha, &commit), &[]),
    ]
}

#[test]
fn every_rule_of_correcting_answers_as_its_sentence_says() {
    cases().iter().for_each(Case::check);
}

#[test]
fn a_retracted_submission_is_gone_and_a_corrected_one_moves() {
    let story = given([(0, submitted("d1", "alpha", "x"))]);
    let retracted = Event::Correction(CorrectionEvent::Retracted(Retracted {
        target: story.facts[0].meta.id,
        ..retraction(None)
    }));
    assert!(story.clone().but(5, retracted).settle().is_empty());
    let CorrectionCommand::Correct(corrected) = correction(Some(3)) else { panic!("a correction") };
    let corrected = Corrected { target: story.facts[0].meta.id, ..*corrected };
    let moved = story.but(5, Event::Correction(CorrectionEvent::Corrected(Box::new(corrected)))).settle();
    assert_eq!(moved[0].valid_at, day(3));
}

#[test]
fn a_correction_waits_for_a_target_that_is_recorded_after_it() {
    let target = fact(2, day(0), submitted("d1", "alpha", "x"));
    let retracted = Retracted { target: target.meta.id, ..retraction(None) };
    let early = fact(1, day(5), Event::Correction(CorrectionEvent::Retracted(retracted)));
    let taken_back = Retracted { target: early.meta.id, ..retraction(None) };
    let earlier = fact(0, day(6), Event::Correction(CorrectionEvent::Retracted(taken_back)));
    assert!(fold(&[early.clone(), target.clone()]).deals.is_empty());
    assert!(!fold(&[earlier, early, target]).deals.is_empty());
}

#[test]
fn a_partner_cannot_take_back_what_it_gained_without_a_second_person() {
    let deals = |approved_by: Option<&str>, sender: &str| {
        let told = told_by_alpha();
        let retracted = Retracted { target: told.meta.id, ..retraction(approved_by) };
        let mut later = fact(2, day(1), Event::Correction(CorrectionEvent::Retracted(retracted)));
        later.meta.actor = user_of(sender);
        later.meta.producer.source = id("portal");
        fold(&[told, later]).deals.len()
    };
    assert_eq!(deals(None, "alpha"), 1);
    assert_eq!(deals(Some("vendor/second"), "alpha"), 0);
    assert_eq!(deals(Some("vendor/second"), "beta"), 1);
}

#[test]
fn a_corrected_date_moves_an_order_that_repeats_it() {
    let order = Order {
        order: id("o1"),
        partner: id("alpha"),
        sold_through: None,
        scope: None,
        lines: Vec::new(),
        net: None,
        booked_at: day(0),
        end_customer_key: None,
        under_handoff: None,
        deal: None,
        term: None,
        previous_order: None,
    };
    let booked = fact(1, day(0), Event::Trade(TradeEvent::OrderBooked(order)));
    let CorrectionCommand::Correct(corrected) = correction(Some(3)) else { panic!("a correction") };
    let corrected = Corrected { target: booked.meta.id, ..*corrected };
    let moved = fact(2, day(5), Event::Correction(CorrectionEvent::Corrected(Box::new(corrected))));
    assert_eq!(fold(&[booked, moved]).gains[0].at, day(3));
}
