//! Every rule of consent, as data: letters as they come, tokens once.

use domain::account::guest::ChangeState;
use domain::command::{Command, ConsentCommand};
use domain::event::change::Basis;
use domain::event::consent::{Authority, ConsentEvent, Inducement, TokenFault};
use domain::event::consent::{LetterRecorded, LetterRescinded};
use domain::event::notice::{About, NoticeEvent};
use domain::event::{Event, Party};
use domain::id::Digest;
use domain::letter::{Defect, defects};

use crate::story::*;
use crate::words::{accepted, *};

const TOKEN: Digest = Digest([5; 32]);

fn rescind(signed_at: i64) -> Command {
    consent(ConsentCommand::RescindLetter(LetterRescinded {
        letter: id("l1"),
        signer: id("carla@acme"),
        signed_at: day(signed_at),
        document: Digest([2; 32]),
    }))
}

fn issue_to(contact: &str, line: &str) -> Command {
    consent(ConsentCommand::IssueToken {
        token: TOKEN,
        scope: lines(&[line]),
        gaining: id("guest"),
        terms: terms(),
        contact: id(contact),
    })
}

fn issue() -> Command {
    issue_to("carla@acme", "x")
}

fn void() -> Command {
    consent(ConsentCommand::VoidToken { token: TOKEN, reason: Some("sent by mistake".to_owned()) })
}

fn redeem(token: Digest) -> Command {
    consent(ConsentCommand::RedeemToken { token, change: id("c1"), terms: terms() })
}

/// Asked for on a token, which went to the customer on day 9.
fn issued() -> Story {
    let on_token =
        request_with(|r| (r.letter, r.token, r.basis_claimed) = (None, Some(TOKEN), Basis::CustomerLetter));
    accepted().and(9, officer(), issue()).and(10, user_of("guest"), on_token)
}

fn tried(times: i64) -> Story {
    (0..times).fold(issued(), |story, n| story.and(11 + n, customer(), redeem(Digest([6; 32]))))
}

pub(crate) fn said() -> Vec<Said> {
    [letters(), issuing(), redeeming(), voiding()].into_iter().flatten().collect()
}

fn letters() -> Vec<Said> {
    let recorded = accepted().and(9, user_of("guest"), record(letter()));
    let rescinded = recorded.clone().and(10, customer(), rescind(10));
    let poor = LetterRecorded { sole_purpose: false, inducement: Inducement::Found, ..letter() };
    vec![
        says(
            "a letter is recorded",
            accepted().when(9, &user_of("guest"), &record(letter())),
            "Consent::LetterRecorded",
        ),
        says(
            "a poor one too",
            accepted().when(9, &user_of("guest"), &record(poor.clone())),
            "Consent::LetterRecorded",
        ),
        says("recording again adds nothing", recorded.when(10, &user_of("guest"), &record(letter())), ""),
        says(
            "two letters have two ids",
            recorded.when(10, &user_of("guest"), &record(poor)),
            "!letter_id_taken",
        ),
        says("a customer rescinds", recorded.when(10, &customer(), &rescind(10)), "Consent::LetterRescinded"),
        says("rescinding again adds nothing", rescinded.when(11, &customer(), &rescind(10)), ""),
        says("a host does not", recorded.when(10, &user_of("host"), &rescind(10)), "!not_authorised"),
        says("nobody rescinds tomorrow", recorded.when(10, &customer(), &rescind(11)), "!in_future"),
        says("there was none", accepted().when(10, &customer(), &rescind(10)), "!unknown_letter"),
    ]
}

fn issuing() -> Vec<Said> {
    vec![
        says(
            "a token goes to the customer",
            accepted().when(9, &officer(), &issue()),
            "Consent::TokenIssued",
        ),
        says("issuing again adds nothing", issued().when(10, &officer(), &issue()), ""),
        says("never by a partner", accepted().when(9, &user_of("host"), &issue()), "!not_authorised"),
        says(
            "only to a contact on file",
            accepted().when(9, &officer(), &issue_to("eve@guest", "x")),
            "!contact_not_on_file",
        ),
        says(
            "one token is for one thing",
            issued().when(10, &officer(), &issue_to("carla@acme", "y")),
            "!token_taken",
        ),
        says(
            "a token is for something",
            accepted().when(
                9,
                &officer(),
                &consent(ConsentCommand::IssueToken {
                    token: TOKEN,
                    scope: lines(&[]),
                    gaining: id("guest"),
                    terms: terms(),
                    contact: id("carla@acme"),
                }),
            ),
            "!empty_scope",
        ),
    ]
}

fn redeeming() -> Vec<Said> {
    let used = issued().and(11, customer(), redeem(TOKEN));
    let second = used.clone().and(
        12,
        user_of("guest"),
        request_with(|r| {
            (r.change, r.letter, r.token, r.effective_from) = (id("c2"), None, Some(TOKEN), day(12));
        }),
    );
    let elsewhere = consent(ConsentCommand::RedeemToken { token: TOKEN, change: id("c2"), terms: terms() });
    let for_y =
        accepted().and(9, officer(), issue_to("carla@acme", "y")).and(10, user_of("guest"), request());
    vec![
        says(
            "the customer redeems it",
            issued().when(11, &customer(), &redeem(TOKEN)),
            "Consent::TokenRedeemed",
        ),
        says("redeeming again adds nothing", used.when(12, &customer(), &redeem(TOKEN)), ""),
        says(
            "with it the customer has confirmed, and all three are told",
            used.when(12, &officer(), &notify()),
            "Notice::Sent Notice::Sent Notice::Sent Change::Notified",
        ),
        says("without it nobody is", issued().when(12, &officer(), &notify()), "!not_verified"),
        says(
            "a partner does not redeem",
            issued().when(11, &user_of("guest"), &redeem(TOKEN)),
            "!not_authorised",
        ),
        says("for a change there is", accepted().when(11, &customer(), &redeem(TOKEN)), "!unknown_change"),
        says("once only", second.when(13, &customer(), &elsewhere), "!token_used"),
        says("in time", issued().when(23, &customer(), &redeem(TOKEN)), "!token_expired"),
        says(
            "a wrong token is a failed try",
            issued().when(11, &customer(), &redeem(Digest([6; 32]))),
            "Consent::TokenTryFailed Notice::Sent",
        ),
        says(
            "one for another scope too",
            for_y.when(11, &customer(), &redeem(TOKEN)),
            "Consent::TokenTryFailed Notice::Sent",
        ),
        says(
            "after three even the right one is too late",
            tried(3).when(15, &customer(), &redeem(TOKEN)),
            "!token_tries_used_up",
        ),
        says("after two it is not", tried(2).when(15, &customer(), &redeem(TOKEN)), "Consent::TokenRedeemed"),
    ]
}

fn voiding() -> Vec<Said> {
    let voided = issued().and(11, customer(), void());
    let used = issued().and(11, customer(), redeem(TOKEN));
    let other_terms = ConsentCommand::RedeemToken { token: TOKEN, change: id("c1"), terms: Digest([8; 32]) };
    vec![
        says("the customer voids it", issued().when(11, &customer(), &void()), "Consent::TokenVoided"),
        says("or the vendor", issued().when(11, &officer(), &void()), "Consent::TokenVoided"),
        says("voiding again adds nothing", voided.when(12, &customer(), &void()), ""),
        says("a partner voids nothing", issued().when(11, &user_of("guest"), &void()), "!not_authorised"),
        says("what is not there is not voided", accepted().when(11, &customer(), &void()), "!unknown_token"),
        says("what was used is not voided", used.when(12, &customer(), &void()), "!token_used"),
        says("what is void is not redeemed", voided.when(12, &customer(), &redeem(TOKEN)), "!token_voided"),
        says(
            "other terms than it was given for are a failed try",
            issued().when(11, &customer(), &consent(other_terms)),
            "Consent::TokenTryFailed Notice::Sent",
        ),
    ]
}

#[test]
fn a_failed_try_says_what_is_wrong_and_goes_to_the_customers_own_contact() {
    let fault = |answered: Vec<domain::decide::Decided>| {
        let Event::Consent(ConsentEvent::TokenTryFailed(failed)) = &answered[0].event else {
            panic!("{answered:?} is no failed try")
        };
        failed.fault
    };
    let with = |terms: Digest, token: Digest| {
        consent(ConsentCommand::RedeemToken { token, change: id("c1"), terms })
    };
    let tried = |story: &Story, command: &Command| story.when(11, &customer(), command).unwrap();
    assert_eq!(fault(tried(&issued(), &with(terms(), Digest([6; 32])))), TokenFault::Unknown);
    assert_eq!(fault(tried(&issued(), &with(Digest([8; 32]), TOKEN))), TokenFault::OtherTerms);
    let for_y =
        accepted().and(9, officer(), issue_to("carla@acme", "y")).and(10, user_of("guest"), request());
    assert_eq!(fault(tried(&for_y, &redeem(TOKEN))), TokenFault::OtherScope);
    let answered = tried(&issued(), &redeem(Digest([6; 32])));
    let Event::Notice(NoticeEvent::Sent(notice)) = &answered[1].event else { panic!("{answered:?}") };
    assert_eq!((notice.to.clone(), notice.address.clone()), (Party::Customer, id("carla@acme")));
    assert_eq!(notice.about, About::Token(Digest([6; 32])));
}

#[test]
fn a_notice_about_a_token_opens_no_window_of_the_change() {
    let tried = issued().and(11, customer(), redeem(Digest([6; 32])));
    let notices = domain::protection::procedure::opening::notices;
    let account = tried.now();
    assert_eq!(account.notices.len(), 1);
    assert_eq!(notices(&account, account.change(&id("c1")).unwrap()).count(), 0);
}

#[test]
fn every_rule_of_consent_answers_as_its_sentence_says() {
    check(&said());
}

#[test]
fn a_redeemed_token_confirms_the_change_as_a_call_back_would() {
    let redeemed = issued().and(11, customer(), redeem(TOKEN));
    assert_eq!(redeemed.now().change(&id("c1")).unwrap().state, ChangeState::Verified);
}

#[test]
fn every_defect_of_a_letter_is_named() {
    let found = |alter: &dyn Fn(&mut LetterRecorded), at: i64| {
        let mut terms = letter();
        alter(&mut terms);
        let story = accepted().and(9, user_of("guest"), record(terms)).and(10, user_of("guest"), request());
        let account = story.now();
        let (letter, change) = (account.letter(&id("l1")).unwrap(), account.change(&id("c1")).unwrap());
        defects(&account, &story.program, letter, change, day(at))
    };
    assert_eq!(found(&|_| {}, 69), []);
    assert_eq!(found(&|_| {}, 70), [Defect::Stale]);
    assert_eq!(found(&|_| {}, 8), [Defect::NotSignedYet]);
    assert_eq!(found(&|l| l.legal_name = " ".to_owned(), 12), [Defect::NoLegalName]);
    assert_eq!(found(&|l| l.authority = Authority::Unknown, 12), [Defect::SignerWithoutAuthority]);
    assert_eq!(found(&|l| l.gaining = id("beta"), 12), [Defect::OtherGainer]);
    assert_eq!(found(&|l| l.scope = lines(&["y"]), 12), [Defect::ScopeNotCovered]);
    assert_eq!(found(&|l| l.sole_purpose = false, 12), [Defect::NotSolePurpose]);
    assert_eq!(found(&|l| l.inducement = Inducement::Declared, 12), [Defect::Induced]);
    assert_eq!(found(&|l| l.statement_version = " ".to_owned(), 12), [Defect::NoStatement]);
    let rescinded = verified().and(12, customer(), rescind(12));
    let account = rescinded.now();
    let (letter, change) = (account.letter(&id("l1")).unwrap(), account.change(&id("c1")).unwrap());
    assert_eq!(defects(&account, &rescinded.program, letter, change, day(12)), [Defect::Rescinded]);
}

#[test]
fn the_last_letter_that_is_worth_anything_wins() {
    let later = |alter: &dyn Fn(&mut LetterRecorded)| {
        let mut terms =
            LetterRecorded { letter: id("l2"), gaining: id("beta"), signed_at: day(11), ..letter() };
        alter(&mut terms);
        let story = verified().and(11, user_of("beta"), record(terms));
        let account = story.now();
        let (letter, change) = (account.letter(&id("l1")).unwrap(), account.change(&id("c1")).unwrap());
        defects(&account, &story.program, letter, change, day(12))
    };
    assert_eq!(later(&|_| {}), [Defect::Overtaken]);
    assert_eq!(later(&|l| l.signed_at = day(8)), []);
    assert_eq!(later(&|l| l.scope = lines(&["y"])), []);
    assert_eq!(later(&|l| l.gaining = id("guest")), []);
    assert_eq!(later(&|l| l.authority = Authority::Unknown), []);
}
