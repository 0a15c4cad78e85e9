//! T23: accounts that follow a person.

use domain::event::consent::{Authority, Inducement, LetterRecorded};

use super::*;

/// A person of the host joins the guest on day 10; `follow` of `left` accounts go where the person went.
pub(super) fn followed(follow: usize, left: usize) -> Vendor {
    let mut vendor = Vendor { program: followed_persons(), ..Vendor::default() };
    vendor.partners = Story::after(100_000);
    let person = || id("person-7");
    let gone = PersonLeft { person: person(), role: "account manager".to_owned(), at: day(0) };
    vendor.partners.tell_of("host", 0, PartnerEvent::PersonLeft(gone));
    let role = "account manager".to_owned();
    let come = PersonJoined { person: person(), role, at: day(10), carry_list: vec![id("a99")] };
    vendor.partners.tell_of("guest", 10, PartnerEvent::PersonJoined(come));
    for number in 0..left {
        let to = if number < follow { "guest".to_owned() } else { format!("other{number}") };
        let at = 20 + i64::try_from(number).expect("a small number");
        vendor.moved(&format!("a{number:02}"), "host", &to, at);
    }
    vendor
}

pub(crate) fn followed_persons() -> Program {
    let mut policy = Policy::default();
    policy.patterns.insert("T23".to_owned(), PatternPolicy::default());
    Program::default().under(domain::event::PolicyRef { version: 1, digest: digest(9) }, policy)
}

#[test]
fn two_accounts_that_follow_a_person_are_counted_and_too_few_to_judge() {
    let vendor = followed(2, 3);
    assert_eq!(vendor.found("T23"), ["a01 S1 Indeterminate(TooFew)"]);
    vendor.has_minimal_proof("T23", |_| true);
    vendor.ends_the_same_in_any_order();
    assert_eq!(followed(1, 9).found("T23"), [""; 0], "one is nothing to count");
}

#[test]
fn what_is_found_on_the_second_account_moves_on_when_an_earlier_one_comes_to_light() {
    // Told of a02 and a01 first, a02 is the second that followed; a00 makes it a01.
    let vendor = followed(3, 3);
    assert_eq!(vendor.found("T23"), ["a01 S1 Indeterminate(TooFew)"]);
    vendor.ends_the_same_in_any_order();
}

#[test]
fn of_ten_that_leave_six_that_follow_are_no_chance() {
    let vendor = followed(6, 10);
    assert_eq!(vendor.found("T23"), ["a09 S2"]);
    vendor.has_minimal_proof("T23", |event| matches!(event, Event::Partner(_)));
    let (_, finding) = vendor.findings("T23").remove(0);
    assert!(
        finding.sentence.contains("6 of 10 accounts that left host went to guest"),
        "{}",
        finding.sentence
    );
    assert!(!finding.sentence.contains("person-7"), "nothing says who it was");
    vendor.ends_the_same_in_any_order();
}

#[test]
fn of_forty_that_leave_two_that_follow_are_chance() {
    let mut vendor = followed(0, 38);
    for (account, at) in [("b1", 70), ("b2", 71)] {
        vendor.moved(account, "host", "guest", at);
    }
    assert_eq!(vendor.found("T23"), [""; 0]);
}

#[test]
fn accounts_do_not_follow_where_the_customer_wrote_or_a_list_was_agreed() {
    let mut vendor = followed(1, 1);
    vendor.moved("a99", "host", "guest", 40);
    let mut wrote_it = letter("l-1");
    (wrote_it.signed_at, wrote_it.gaining) = (day(30), id("guest"));
    vendor.story("a50").tell(30, wrote(wrote_it));
    vendor.moved("a50", "host", "guest", 41);
    assert_eq!(vendor.found("T23"), [""; 0]);
    vendor.moved("a51", "host", "guest", 42);
    assert_eq!(vendor.found("T23"), ["a51 S1 Indeterminate(TooFew)"]);
}

#[test]
fn only_a_good_letter_says_why_an_account_moved() {
    let counted = |letter: LetterRecorded, taken_back: Option<i64>| {
        let mut vendor = followed(1, 1);
        let story = vendor.story("a50");
        story.tell(30, wrote(LetterRecorded { gaining: id("guest"), signed_at: day(30), ..letter }));
        if let Some(at) = taken_back {
            crate::papers::rescinded(story, "l-1", "customer-cio", at);
        }
        vendor.moved("a50", "host", "guest", 41);
        !vendor.found("T23").is_empty()
    };
    assert!(!counted(letter("l-1"), None));
    assert!(!counted(letter("l-1"), Some(42)), "taken back after the move");
    assert!(counted(letter("l-1"), Some(40)), "taken back before it");
    let no_authority = LetterRecorded { authority: Authority::Unknown, ..letter("l-1") };
    assert!(counted(no_authority, None), "by nobody who may");
    let induced = LetterRecorded { inducement: Inducement::Found, ..letter("l-1") };
    assert!(counted(induced, None), "induced");
    assert!(counted(LetterRecorded { scope: lines(&["rtx"]), ..letter("l-1") }, None), "for another line");
}

#[test]
fn accounts_that_come_before_the_person_or_long_after_it_do_not_follow() {
    let mut vendor = followed(1, 1);
    vendor.moved("early", "host", "guest", 5);
    vendor.moved("late", "host", "guest", 191);
    assert_eq!(vendor.found("T23"), [""; 0]);
}

#[test]
fn persons_are_followed_only_where_a_policy_says_so() {
    let vendor = Vendor { program: Program::default(), ..followed(6, 10) };
    assert!(vendor.judged().values().all(Vec::is_empty));
}
