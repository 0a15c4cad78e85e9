//! A cap on a partner's open registrations: what counts, what needs no place, and who is never refused.

use domain::account::registration::{OpenRegistrations, Registration};
use domain::policy::Policy;

use super::*;

/// The story under a policy that lets a partner have so many open.
fn up_to(open_max: u16, mut story: Story) -> Story {
    let mut policy = Policy::default();
    policy.registration.open_max = Some(open_max);
    let name = story.program.policy_at(day(0)).name.clone();
    story.program = story.program.under(name, policy);
    story
}

/// Nothing on this account, and one registration open elsewhere, which ends on day 40.
fn one_elsewhere() -> Story {
    Story { open_elsewhere: OpenRegistrations::default().and(day(40)), ..given([]) }
}

pub(super) fn cases() -> Vec<Case> {
    [counting(), needing_no_place()].into_iter().flatten().collect()
}

fn counting() -> Vec<Case> {
    let alpha = user_of("alpha");
    let full = || up_to(1, approved());
    let another = submit("d2", "alpha", "y");
    let free = |story: Story, at| story.when(at, &alpha, &another);
    let ok = ["submitted", "approved"];
    vec![
        refused("a registration beyond the cap is refused", free(full(), 1), "too_many_open"),
        refused("registrations on other accounts count", free(up_to(1, one_elsewhere()), 1), "too_many_open"),
        refused(
            "here and elsewhere count together",
            free(up_to(2, Story { facts: approved().facts, ..one_elsewhere() }), 1),
            "too_many_open",
        ),
        refused("what waits for a person counts", free(up_to(1, in_review()), 1), "too_many_open"),
        allowed("within the cap a registration is approved", free(up_to(2, approved()), 1), &ok),
        allowed(
            "without a cap any number is",
            free(Story { facts: approved().facts, ..one_elsewhere() }, 1),
            &ok,
        ),
        allowed(
            "another partner's registrations do not count",
            full().when(1, &user_of("beta"), &submit("d2", "beta", "y")),
            &ok,
        ),
        allowed("a registration that ended leaves its place", free(full(), 90), &ok),
        allowed("a won deal leaves its place", free(full().but(1, won("d1", day(1))), 2), &ok),
        allowed(
            "a withdrawn deal leaves its place",
            free(full().and(1, user_of("alpha"), withdraw("d1")), 2),
            &ok,
        ),
    ]
}

fn needing_no_place() -> Vec<Case> {
    let alpha = user_of("alpha");
    let full = up_to(1, approved());
    let returned = submit_with(|submission| {
        submission.deal = id("d2");
        submission.need.clear();
    });
    let crowded = up_to(1, Story { open_elsewhere: OpenRegistrations::default().and(day(40)), ..guarded() });
    let rejected = up_to(1, rejected());
    let elsewhere = Story { open_elsewhere: OpenRegistrations::default().and(day(40)), ..rejected };
    vec![
        allowed(
            "a registration that has its place may be sent again",
            full.when(1, &alpha, &submit("d1", "alpha", "x")),
            &[],
        ),
        allowed(
            "what is incomplete is sent back, cap or no cap",
            full.when(1, &alpha, &returned),
            &["submitted", "returned"],
        ),
        allowed(
            "an attempt on a protected account is recorded, cap or no cap",
            crowded.when(10, &user_of("guest"), &submit("d9", "guest", "x")),
            &["submitted", "takeover_refused", "rejected"],
        ),
        allowed(
            "a person approves beyond the cap",
            elsewhere.when(2, &officer(), &approve("d2")),
            &["approved"],
        ),
    ]
}

#[test]
fn imported_history_is_approved_beyond_the_cap() {
    let history = [(0, submitted("d1", "alpha", "x")), (1, submitted("d2", "alpha", "y"))];
    let story = up_to(1, Story { facts: given(history).facts, ..one_elsewhere() }).settled();
    assert_eq!(["d1", "d2"].map(|deal| story.registration(deal)), [Registration::Approved; 2]);
}

#[test]
fn the_refusal_names_how_many_are_open_how_many_may_be_and_what_helps() {
    let story = up_to(2, Story { facts: approved().facts, ..one_elsewhere() });
    let refusal = story.when(1, &user_of("alpha"), &submit("d2", "alpha", "y")).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "2 registrations of alpha are open and the program allows 2: withdraw one, report one as won or lost, \
         or wait until the first ends on 2026-02-10T09:00:00.000Z"
    );
}
