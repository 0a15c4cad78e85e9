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
