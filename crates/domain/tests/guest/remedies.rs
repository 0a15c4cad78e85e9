//! What would put a takeover right, and who speaks for a host whose book was sold.

use domain::commission::Due;
use domain::event::account::{AccountEvent, HolderRecorded, HoldingBasis};
use domain::event::partner::{BookExclusion, Merged, PartnerEvent};
use domain::event::trade::{Order, TradeEvent};
use domain::event::{Event, Party};
use domain::id::EventId;
use domain::money::Money;
use domain::protection::Known;
use domain::remedy::{self, Proposal};
use domain::scope::Scope;

use crate::story::*;
use crate::words::{accepted, *};

fn holder(holder: &str, at: i64) -> Event {
    Event::Account(AccountEvent::HolderRecorded(HolderRecorded {
        holder: id(holder),
        scope: lines(&["y"]),
        from: day(at),
        previous: None,
        basis_claimed: HoldingBasis::Order,
        change: None,
        batch: None,
    }))
}

fn euros(whole: i64) -> Money {
    Money::new(whole * 100, "EUR".parse().expect("a currency"))
}

fn order(named: &str, partner: &str, at: i64, whole: i64) -> Event {
    let Event::Trade(TradeEvent::OrderBooked(order)) = guest_order(at) else { panic!("it is an order") };
    let (order_id, partner, net) = (id(named), id(partner), Some(euros(whole)));
    let scope = Some(lines(&["y"]));
    Event::Trade(TradeEvent::OrderBooked(Order { order: order_id, partner, net, scope, ..order }))
}

fn proposed(story: &Story, act: EventId) -> Option<Proposal> {
    let account = story.now();
    let known = Known {
        account: &account,
        account_id: &story.account,
        families: &story.families,
        program: &story.program,
    };
    remedy::propose(known, act)
}

/// `beta` held line `y`; the guest is recorded on day 20 and orders on days 25, 49 and 60.
fn taken() -> (Story, EventId) {
    let story = accepted().but(2, holder("beta", 2)).but(20, holder("guest", 20));
    let act = last(&story);
    let story = story
        .but(10, order("o-before", "guest", 10, 900))
        .but(25, order("o-1", "guest", 25, 1_000))
        .but(49, order("o-2", "guest", 49, 2_000))
        .but(60, order("o-3", "guest", 60, 4_000))
        .but(30, order("o-other", "beta", 30, 7_000));
    (story, act)
}

#[test]
fn a_takeover_is_put_right_by_owner_commission_and_the_margin_of_a_month() {
    let (story, act) = taken();
    let proposal = proposed(&story, act).expect("it stands");
    let restore = proposal.restore.expect("a holder was moved");
    assert_eq!((restore.holder, restore.instead_of), (id("beta"), id("guest")));
    let owed: Vec<_> = proposal.commission.iter().map(|owed| (owed.order.to_string(), owed.due)).collect();
    let due = |whole: i64| Due::Amount(euros(whole));
    assert_eq!(
        owed,
        [("o-1".to_owned(), due(50)), ("o-2".to_owned(), due(100)), ("o-3".to_owned(), due(200))]
    );
    assert_eq!(proposal.commission[0].outstanding, Some(euros(50)));
    assert_eq!(proposal.margin.orders.len(), 2, "the third order came after a month");
    assert_eq!(proposal.margin.net, [euros(3_000)]);
    assert_eq!(proposal.restitution.get(), 10_000);
}

#[test]
fn what_stands_against_nobody_needs_no_remedy() {
    let story = accepted().and(2, user_of("host"), release(Scope::all())).but(20, holder("guest", 20));
    assert_eq!(proposed(&story, last(&story)), None);
}

/// The host's book goes to `beta` on day 5, without the accounts listed.
fn merged(excluded: &[&str]) -> Story {
    let exclusions =
        excluded.iter().map(|account| BookExclusion { account: id(account), scope: Scope::all() }).collect();
    let terms = Merged {
        into: id("beta"),
        at: day(5),
        book_transferred: true,
        notice_days: 30,
        exclusions,
        certificate: None,
    };
    let mut story = accepted();
    let merger = fact(900, day(5), Event::Partner(PartnerEvent::Merged(terms)));
    story.families = story.families.evolve(&id("host"), &merger, 5_000);
    story
}

#[test]
fn whoever_took_over_the_book_speaks_for_the_host() {
    let release = || release(lines(&["x"]));
    let says = |story: Story, at: i64, who: &str| in_words(&story.when(at, &user_of(who), &release()));
    assert_eq!(says(merged(&[]), 6, "beta"), "Handoff::Released");
    assert_eq!(says(merged(&[]), 4, "beta"), "!not_your_handoff");
    assert_eq!(says(merged(&["acme"]), 6, "beta"), "!not_your_handoff");
    assert_eq!(says(merged(&["other"]), 6, "beta"), "Handoff::Released");
    assert_eq!(says(merged(&[]), 6, "alpha"), "!not_your_handoff");
    let asked = object(Party::Host, domain::event::change::ObjectionGround::Fraud);
    let mut story = told_all();
    story.families = merged(&[]).families;
    assert_eq!(in_words(&story.when(14, &user_of("beta"), &asked)), "Change::Objected");
}
