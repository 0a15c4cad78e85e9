//! What an account adds for the others to be judged by.

use super::*;

#[test]
fn what_an_account_adds_is_known_of_it_afterwards() {
    let mut vendor = Vendor::default();
    vendor.taken("a", "ames", "bond", 50);
    let account_id: AccountId = id("a");
    let (account, families) = (fold(&vendor.stories[&account_id].facts), vendor.families());
    let watermark = Watermark { until: Instant::LATEST, head: vendor.stories[&account_id].head() };
    let known =
        Known { account: &account, account_id: &account_id, families: &families, program: &vendor.program };
    let adds = review_among(known, &[], watermark, Others::none()).adds;
    assert!(!adds.is_empty());
    let mut gains = Gains::default();
    gains.put(&account_id, adds.clone());
    assert_eq!(Others::all(&gains).of(&account_id), Some(&adds));
    assert_eq!(Others::all(&gains).of(&id("b")), None);
}

#[test]
fn an_account_may_add_what_a_handoff_came_to_and_where_persons_are_followed_who_left() {
    let may_add = |vendor: &Vendor, program: &Program| {
        policing::may_add(&vendor.stories[&id::<AccountId>("a")].facts, program)
    };
    let (plain, followed) = (Program::default(), follow::followed_persons());
    let mut running = Vendor::default();
    running.story("a").tell(0, invited_to("h1", "guest", &[], gtx()));
    running.story("a").tell(1, HandoffEvent::Accepted(accepted("h1")));
    assert!(!may_add(&running, &plain), "it runs");
    running.story("a").tell(20, booked("o2", "guest", gtx(), 20));
    assert!(may_add(&running, &plain), "somebody gained under it");
    let mut left = Vendor::default();
    left.moved("a", "host", "guest", 20);
    assert!(!may_add(&left, &plain) && may_add(&left, &followed), "who left whom");
}

#[test]
fn only_who_left_the_host_in_the_persons_days_concerns_those_that_followed_it() {
    let mut vendor = follow::followed(2, 3);
    vendor.moved("late", "host", "guest", 191);
    vendor.moved("early", "host", "guest", 9);
    vendor.moved("stranger", "third", "guest", 30);
    vendor.moved("with-it", "host", "other", 31);
    let (families, mut gains) = (vendor.families(), Gains::default());
    let mut judged_again = |name: &str| {
        let account_id: AccountId = id(name);
        let (account, story) = (fold(&vendor.stories[&account_id].facts), &vendor.stories[&account_id]);
        let watermark = Watermark { until: Instant::LATEST, head: story.head() };
        let known = Known {
            account: &account,
            account_id: &account_id,
            families: &families,
            program: &vendor.program,
        };
        let adds = review_among(known, &[], watermark, Others::all(&gains)).adds;
        gains.renew(&account_id, adds, &families, &vendor.program).len()
    };
    for name in ["a00", "a01", "a02"] {
        judged_again(name);
    }
    for name in ["late", "early", "stranger"] {
        assert_eq!(judged_again(name), 0, "{name}");
    }
    assert_eq!(judged_again("with-it"), 1, "the account it is found on");
}
