//! Where one instant, or one digest, decides.

use domain::event::consent::LetterRecorded;

use crate::stories::{hosted, moved, notified, thawed};
use crate::story::{Story, day, id};
use crate::words::*;

fn takes(story: &Story) -> bool {
    story.found().iter().any(|found| found.starts_with("T01"))
}

#[test]
fn of_two_letters_signed_at_one_instant_neither_is_the_later() {
    let signed = |signed_at| {
        let mut story = hosted();
        moved(&mut story);
        let other = LetterRecorded { gaining: id("third"), signed_at, document: digest(9), ..letter("l2") };
        story.tell(11, wrote(other));
        takes(&story)
    };
    assert!(!signed(day(10)));
    assert!(signed(day(10).plus_ms(1)), "the later letter wins");
}

/// The guest shows its letter a hundred days late, and some digest was laid down on some day.
fn shown_late(digest_of: u8, laid_down: i64) -> Story {
    let mut story = hosted();
    story.tell(laid_down, committed(digest_of));
    story.tell_late(10, 100, Some("guest"), wrote(letter("l1")));
    thawed(&mut story);
    story.tell(15, requested("c1", "guest", gtx(), Some("l1")));
    story.tell(16, domain::event::change::ChangeEvent::Verified(verification("c1")));
    notified(&mut story, 17);
    story.tell(30, executed("c1", "guest", gtx(), 30));
    story
}

#[test]
fn a_late_letter_is_anchored_by_its_own_digest_laid_down_by_the_change() {
    let of_the_letter = 7;
    assert!(!takes(&shown_late(of_the_letter, 11)));
    assert!(!takes(&shown_late(of_the_letter, 30)));
    assert!(takes(&shown_late(of_the_letter, 31)), "laid down after the change");
    assert!(takes(&shown_late(of_the_letter + 1, 11)), "of another paper");
}

#[test]
fn what_a_third_party_won_at_the_instant_of_acceptance_it_won_under_the_handoff() {
    let won = |at| {
        let mut story = hosted();
        story.tell(at, holds("third", gtx(), at));
        story.tell(100, holds("guest", gtx(), 100));
        takes(&story)
    };
    assert!(!won(1), "kept past the relay window");
    assert!(won(0), "before the handoff nobody had anything to win from its host");
}

#[test]
fn a_late_letter_is_backdated_only_if_it_is_dated_before_the_change() {
    let backdated = |dated| {
        let mut story = hosted();
        story.tell_late(30, 60, Some("guest"), wrote(LetterRecorded { signed_at: dated, ..letter("l1") }));
        thawed(&mut story);
        story.tell(15, requested("c1", "guest", gtx(), Some("l1")));
        story.tell(16, domain::event::change::ChangeEvent::Verified(verification("c1")));
        notified(&mut story, 17);
        story.tell(30, executed("c1", "guest", gtx(), 30));
        story.found().iter().any(|found| found.starts_with("T14"))
    };
    assert!(backdated(day(30).plus_ms(-1)));
    assert!(!backdated(day(30)));
}

#[test]
fn at_one_instant_the_account_moves_before_anything_is_ordered_on_it() {
    for told_before in 0..8 {
        let mut story = hosted();
        for _ in 0..told_before {
            story.tell(3, quoted("third", 3, None));
        }
        story.tell(30, booked("o2", "guest", gtx(), 30));
        let change = story.tell(30, executed("c1", "guest", gtx(), 30));
        story.tell(35, released(gtx(), 35, None, Some(change)));
        let found = story.found();
        assert!(!found.contains(&"T04 S3".to_owned()), "with {told_before} events before: {found:?}");
    }
}

#[test]
fn an_account_is_looked_at_again_after_a_lapse_and_not_at_it() {
    let mut story = Story::default();
    story.tell(-10, quoted("third", -10, None));
    for deal in ["d1", "d2"] {
        story.tell(20, submitted(deal, "host", None));
        story.tell(20, approved(deal));
    }
    let again = |until| policing::look_again_at(&story.account(), &story.program, until);
    assert_eq!(again(day(20)), Some(day(110)));
    assert_eq!(again(day(110).plus_ms(-1)), Some(day(110)));
    assert_eq!(again(day(110)), None);
}

#[test]
fn an_account_is_looked_at_where_two_claim_it_and_somebody_is_at_work() {
    let told = |deals: &[(&str, &str)], at_work: bool| {
        let mut story = Story::default();
        story.tell(-100, holds("host", gtx(), -100));
        for (deal, partner) in deals {
            story.tell(20, submitted(deal, partner, None));
        }
        if at_work {
            story.tell(10, quoted("third", 10, None));
        }
        policing::may_be_looked_at(&story.facts)
    };
    assert!(told(&[("d1", "guest")], true), "a claim on what another holds");
    assert!(told(&[("d1", "host"), ("d2", "host")], true), "two registrations");
    assert!(!told(&[("d1", "host")], true), "the holder registers its own");
    assert!(!told(&[], true), "work without a registration");
    let mut laid_down = Story::default();
    laid_down.tell(10, committed(7));
    assert!(!policing::may_be_looked_at(&laid_down.facts), "a digest corrects nothing");
    assert!(!told(&[("d1", "guest"), ("d2", "third")], false), "registrations without work");
}

#[test]
fn an_account_is_quiet_unless_somebody_is_at_work_and_two_have_to_do_with_it() {
    let quiet = |deals: &[(&str, &str)], holder: Option<&str>, at_work: bool| {
        let mut story = Story::default();
        if let Some(holder) = holder {
            story.tell(-100, holds(holder, gtx(), -100));
        }
        for (deal, partner) in deals {
            story.tell(20, submitted(deal, partner, None));
        }
        if at_work {
            story.tell(10, quoted("third", 10, None));
        }
        policing::is_quiet(&story.account())
    };
    let one = [("d1", "guest")];
    let two = [("d1", "guest"), ("d2", "third")];
    assert!(!quiet(&two, None, true), "two claim it");
    assert!(!quiet(&one, Some("host"), true), "one claims what another holds");
    assert!(quiet(&two, None, false), "nobody is at work");
    assert!(quiet(&one, Some("host"), false), "nobody is at work on what another holds");
    assert!(quiet(&one, Some("guest"), true), "its own account");
    assert!(quiet(&one, None, true), "nobody else is there");
    assert!(quiet(&[], Some("host"), true), "nobody claims it");
}
