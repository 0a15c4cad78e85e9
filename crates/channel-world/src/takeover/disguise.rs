//! Takeovers under another name, T06 to T10.

use serde_json::json;

use super::plain;
use crate::benign::{self, Life};
use crate::book::By;
use crate::cast;
use crate::label::Link;
use crate::stage::{Stage, Terms};

/// T06: a company the guest owns takes the account.
pub(super) fn affiliate(stage: &mut Stage<'_>) {
    let owned = stage.subsidiary_of_guest();
    let (day, _) = plain::until(stage, 45, 300);
    take_through(stage, &owned, day);
}

fn take_through(stage: &mut Stage<'_>, owned: &str, day: i64) {
    let (host, prize, at) = (stage.host.clone(), stage.prize(), stage.day(day));
    match stage.some(0, 3) {
        0 => {
            let held = stage.holder(owned, &prize, at, "order", json!({"previous": host}));
            stage.act(&held);
        }
        1 => {
            let order = stage.order(owned, &prize, at, false);
            stage.act(&order.cited);
        }
        _ => {
            let deal = stage.submit(owned, &prize, at, json!({}));
            let approved = stage.approve(&deal, &prize, at.plus_days(1));
            stage.act(&approved);
            stage.order(owned, &prize, at.plus_days(30), false);
        }
    }
}

/// A sequel: more of it is booked by a company of the guest.
pub(super) fn then_books_through_affiliate(stage: &mut Stage<'_>) {
    let owned = stage.subsidiary_of_guest();
    let day = stage.some(310, 360);
    take_through(stage, &owned, day);
}

/// T07: a stranger takes the account and passes it on to the guest's side.
pub(super) fn straw(stage: &mut Stage<'_>) {
    let early = stage.account.opened_at.plus_days(-2);
    let straw = stage.book.fresh_partner(&stage.vendor, early);
    let taker = if stage.chance(5_000) { stage.guest.clone() } else { stage.subsidiary_of_guest() };
    let (day, _) = plain::until(stage, 45, 250);
    let (host, prize, at) = (stage.host.clone(), stage.prize(), stage.day(day));
    let first = if stage.chance(5_000) {
        // The customer wanted the straw, as far as its letter goes.
        let change = stage.by_letter(&straw, &prize, at);
        stage.carry_out(&change).executed
    } else {
        stage.holder(&straw, &prize, at, "order", json!({"previous": host}))
    };
    let days = stage.some(8, 55);
    let passed = first.at.plus_days(days).on_a_working_day();
    let second = stage.holder(&taker, &prize, passed, "order", json!({"previous": straw}));
    stage.act(&first);
    stage.act(&second);
}

/// T08: the same customer is opened once more under another spelling, and the deal goes there.
pub(super) fn alias(stage: &mut Stage<'_>) {
    let (day, _) = plain::until(stage, 45, 280);
    let (guest, prize, at) = (stage.guest.clone(), stage.prize(), stage.day(day));
    let mut customer = stage.account.customer.clone();
    customer.name = cast::noisy(&customer.name, &mut stage.book.random);
    let mut alias = stage.another_account(customer, at);
    let same_key = stage.account.key.starts_with("duns:") && stage.chance(6_000);
    if same_key {
        alias.key.clone_from(&stage.account.key);
        stage.link = Link::Filed;
    } else {
        alias.key = format!("portal:{}", stage.book.number());
        stage.link = Link::Unfiled;
    }
    let here = stage.account.id.clone();
    stage.on(&alias, |stage| {
        stage.open_account(at, By::Partner(guest.clone()));
        let deal = stage.submit(&guest, &prize, at.plus_days(1), json!({}));
        let approved = stage.approve(&deal, &prize, at.plus_days(2));
        stage.act(&approved);
        let order = stage.order(&guest, &prize, at.plus_days(25), false);
        stage.act(&order.cited);
    });
    if same_key {
        // The record desk finds two accounts with one number, some weeks later.
        let days = stage.some(28, 60);
        let weights = json!([{"field": "duns", "agree": true, "weight_millibit": 21_000},
            {"field": "name", "agree": true, "weight_millibit": 6_000}]);
        let data = json!({"absorbed": alias.id, "survivor": here, "band": "auto", "weights": weights,
            "hard_keys": [alias.key], "decided_by": {"kind": "person", "person": "master-data/clerk"}});
        stage.identity("identity.merged", at.plus_days(days), By::Desk("record-officer"), data);
    }
}

/// T09: the need is the customer's, the deal is registered with its sister company.
pub(super) fn sister_company(stage: &mut Stage<'_>) {
    let (day, _) = plain::until(stage, 60, 280);
    let (guest, prize, at) = (stage.guest.clone(), stage.prize(), stage.day(day));
    let mut customer = cast::invent_customer(&mut stage.book.random);
    customer.territory = prize.territory;
    let mut sister = stage.another_account(customer, at.plus_days(-20));
    // The same buyer signs for both.
    sister.contact.clone_from(&stage.account.contact);
    let need = json!({"need": "replacement of the core network at headquarters",
        "related_accounts": [stage.account.id]});
    let need = if stage.chance(5_000) { need } else { json!({"need": need["need"]}) };
    let host = stage.host.clone();
    stage.submit(&host, &prize, at.plus_days(-30), json!({"need": need["need"]}));
    let filed = !stage.book.random.chance(stage.book.rates.unknown_affiliations_bp);
    if filed {
        let relation = *stage.book.random.pick(&["subsidiary", "sister", "parent"]);
        let data = json!({"account": stage.account.id, "other": sister.id, "relation": relation,
            "during": {"from": at.plus_days(-2_000).to_string()}, "basis": "registry"});
        stage.identity("identity.related", at.plus_days(-15), By::Desk("record-officer"), data);
    }
    stage.link = if filed { Link::Filed } else { Link::Unfiled };
    stage.on(&sister, |stage| {
        stage.open_account(at.plus_days(-20), By::System);
        let deal = stage.submit(&guest, &prize, at, need);
        let approved = stage.approve(&deal, &prize, at.plus_days(1));
        stage.act(&approved);
        let order = stage.order(&guest, &prize, at.plus_days(30), false);
        stage.act(&order.cited);
    });
}

/// T10: three partners invite each other, and each keeps what it was invited into.
pub(super) fn ring(stage: &mut Stage<'_>) {
    let (day, _) = plain::until(stage, 45, 120);
    plain::grab(stage, day);
    let (vendor, first, second) = (stage.vendor.clone(), stage.host.clone(), stage.guest.clone());
    let third = stage.third();
    let start = stage.account.opened_at;
    for (number, host, guest) in [(1, second, third.clone()), (2, third, first)] {
        let start = start.plus_days(number * 60);
        let meant = stage.meant.clone();
        let mut next = Stage::between(stage.book, meant, (vendor.clone(), host, guest), start);
        let (day, _) = plain::until(&mut next, 45, 120);
        plain::grab(&mut next, day);
        next.finish();
    }
}

/// A handoff whose host is soon not heard of.
pub(super) fn quiet_until(stage: &mut Stage<'_>, host_until: i64) {
    benign::begin(stage, &Terms::default());
    benign::live(stage, &Life { host_until, ..Life::default() });
}
