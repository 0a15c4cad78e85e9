//! Mistakes of others, acts of the vendor, and look-alike companies: L7, L11 to L15 and L19.

use serde_json::json;

use crate::benign::{self, Life};
use crate::book::By;
use crate::cast;
use crate::stage::{Fares, Paid, Ruling, Stage, Terms};

/// L7: somebody types the wrong partner and puts it right within days.
pub(super) fn typing_error(stage: &mut Stage<'_>) {
    benign::begin(stage, &Terms::default());
    let day = stage.some(50, 300);
    benign::live(stage, &Life::default());
    let (host, guest, prize, at) = (stage.host.clone(), stage.guest.clone(), stage.prize(), stage.day(day));
    let wrong = stage.holder(&guest, &prize, at, "order", json!({"previous": host}));
    stage.act(&wrong);
    let noticed = stage.some(1, 9);
    let right = at.plus_days(noticed).on_a_working_day();
    if stage.chance(6_000) {
        let said = json!({"holder": host, "scope": prize.json(), "from": at.to_string(),
            "basis_claimed": "order"});
        stage.correct(&wrong, "account.holder_recorded", said, right, "wrong_identity");
    } else {
        stage.holder(&host, &prize, right, "correction", json!({"previous": guest}));
    }
}

/// L11: procurement law decides, two officers confirm that, and the guest wins the tender.
pub(super) fn public_tender(stage: &mut Stage<'_>) {
    benign::begin(stage, &Terms::default());
    let day = stage.some(60, 280);
    benign::live(stage, &Life { host_until: day - 5, ..Life::default() });
    let (host, guest, prize, at) = (stage.host.clone(), stage.guest.clone(), stage.prize(), stage.day(day));
    let about = json!({"kind": "handoff", "id": stage.handoff});
    let (to_host, to_guest) = (stage.host_address(), format!("contact-{guest}-notices"));
    let one = stage.notice("host", about.clone(), &to_host, at.plus_days(-3), Some(&guest), Fares::Arrives);
    let two = stage.notice("guest", about, &to_guest, at.plus_days(-3), Some(&guest), Fares::Arrives);
    let officers = [("account-desk", "vendor_officer"), ("program-lead", "vendor_officer")];
    let ruling = Ruling {
        reason: "public_tender",
        text: "open procedure of the public buyer, published in the official journal",
        officers: &officers,
        published_to: &[&one, &two],
    };
    stage.overridden(&prize, at, at.plus_days(120), Some(&guest), &ruling);
    let days = stage.some(5, 60);
    let order = stage.order(&guest, &prize, at.plus_days(days), false);
    stage.pay(&order, Paid::InFull);
    stage.act(&order.cited);
    let held = order.cited.at.plus_days(1);
    let held = stage.holder(&guest, &prize, held, "order", json!({"previous": host}));
    stage.act(&held);
}

/// L12: a customer of the guest buys the customer, and keeps to its own supplier.
pub(super) fn customer_acquired(stage: &mut Stage<'_>) {
    benign::begin(stage, &Terms::default());
    let day = stage.some(60, 280);
    benign::live(stage, &Life { host_until: day - 5, ..Life::default() });
    let (host, guest, protected) = (stage.host.clone(), stage.guest.clone(), stage.protected.clone());
    let buyer = cast::invent_customer(&mut stage.book.random);
    let opened = stage.account.opened_at.plus_days(-20);
    let buyer = stage.another_account(buyer, opened);
    stage.on(&buyer, |stage| {
        stage.open_account(opened, By::System);
        stage.holder(&guest, &protected, opened.plus_minutes(9), "initial", json!({}));
    });
    let at = stage.day(day);
    let data = json!({"account": stage.account.id, "other": buyer.id, "relation": "acquired_by",
        "during": {"from": at.to_string()}, "basis": "registry",
        "evidence": crate::book::paper(&format!("register extract {}", stage.handoff))});
    stage.identity("identity.related", at, By::Desk("record-officer"), data);
    let days = stage.some(10, 50);
    let moved = at.plus_days(days).on_a_working_day();
    let held = stage.holder(&guest, &protected, moved, "merger", json!({"previous": host}));
    stage.act(&held);
}

/// L13: the vendor moves a whole territory to other partners, guest and strangers alike.
pub(super) fn uniform_action(stage: &mut Stage<'_>) {
    benign::begin(stage, &Terms::default());
    let day = stage.some(80, 300);
    benign::live(stage, &Life { host_until: day - 5, ..Life::default() });
    let batch = format!("territory-plan-{}", stage.book.number());
    let (host, guest, protected) = (stage.host.clone(), stage.guest.clone(), stage.protected.clone());
    let at = stage.day(day).midnight().plus_hours(22);
    let others = stage.some(4, 8);
    for _ in 0..others {
        let other = cast::invent_customer(&mut stage.book.random);
        let opened = stage.account.opened_at.plus_days(-9);
        let other = stage.another_account(other, opened);
        let (from, to) = (stage.third(), stage.third());
        let batch = batch.clone();
        let scope = protected.clone();
        stage.on(&other, |stage| {
            stage.open_account(opened, By::System);
            stage.holder(&from, &scope, opened.plus_minutes(9), "initial", json!({}));
            stage.holder(&to, &scope, at, "migration", json!({"previous": from, "batch": batch}));
        });
    }
    let extra = json!({"previous": host, "batch": batch});
    let held = stage.holder(&guest, &protected, at, "migration", extra);
    stage.act(&held);
}

/// L14: the guest has a customer of nearly the same name, which is another company.
pub(super) fn namesake(stage: &mut Stage<'_>) {
    benign::begin(stage, &Terms::default());
    benign::live(stage, &Life::default());
    let (guest, prize) = (stage.guest.clone(), stage.prize());
    let mut other = cast::invent_customer(&mut stage.book.random);
    other.name = cast::noisy(&stage.account.customer.name, &mut stage.book.random);
    other.slug.clone_from(&stage.account.customer.slug);
    other.territory = stage.account.customer.territory;
    let at = stage.some_day(40, 250);
    let other = stage.another_account(other, at);
    let mistaken = stage.chance(4_000);
    let here = stage.account.id.clone();
    if mistaken {
        // A clerk takes the two for one, until somebody calls.
        merge_and_split(stage, &here, &other.id, at);
    }
    stage.on(&other, |stage| {
        stage.open_account(at, By::Partner(guest.clone()));
        let deal = stage.submit(&guest, &prize, at.plus_days(20), json!({}));
        stage.approve(&deal, &prize, at.plus_days(21));
        let order = stage.order(&guest, &prize, at.plus_days(45), false);
        stage.won(&deal, at.plus_days(45).plus_hours(1), Some(&order));
        stage.act(&order.cited);
    });
}

fn merge_and_split(stage: &mut Stage<'_>, survivor: &str, absorbed: &str, at: crate::at::At) {
    let by = || json!({"kind": "person", "person": "master-data/clerk"});
    let weights = json!([{"field": "name", "agree": true, "weight_millibit": 7_100},
        {"field": "street", "agree": false, "weight_millibit": -2_300}]);
    let data = json!({"absorbed": absorbed, "survivor": survivor, "band": "clerical", "weights": weights,
        "hard_keys": [], "decided_by": by()});
    stage.identity("identity.merged", at.plus_days(5), By::Desk("record-officer"), data);
    let data = json!({"survivor": survivor, "restored": absorbed, "decided_by": by(), "moved": []});
    stage.identity("identity.split", at.plus_days(12), By::Desk("record-officer"), data);
}

/// L15: a company the guest owned until shortly before wins the customer by itself.
pub(super) fn ended_affiliation(stage: &mut Stage<'_>) {
    let early = stage.account.opened_at.plus_days(-5);
    let sold = stage.book.fresh_partner(&stage.vendor, early);
    let (vendor, guest) = (stage.vendor.clone(), stage.guest.clone());
    let since = early.plus_days(-1_400);
    stage.book.affiliate(&vendor, &guest, &sold, since, early);
    let ended = early.plus_days(1);
    let data = json!({"with": sold, "at": ended.to_string()});
    let times = (ended, ended.plus_hours(30));
    stage.book.tell_partner(&vendor, &guest, "partner.affiliation_ended", times, By::System, data);
    benign::begin(stage, &Terms::default());
    let day = stage.some(60, 280);
    benign::live(stage, &Life { host_until: day - 5, ..Life::default() });
    won_in_competition(stage, &sold, day);
}

/// L19: a stranger makes the better offer.
pub(super) fn third_party_won(stage: &mut Stage<'_>) {
    benign::begin(stage, &Terms::default());
    let day = stage.some(60, 280);
    benign::live(stage, &Life { host_until: day - 5, ..Life::default() });
    let third = stage.third();
    won_in_competition(stage, &third, day);
}

fn won_in_competition(stage: &mut Stage<'_>, winner: &str, day: i64) {
    let (host, prize, at) = (stage.host.clone(), stage.prize(), stage.day(day));
    for back in [75, 50, 30, 12] {
        stage.meeting(winner, &prize, at.plus_days(-back), None);
    }
    stage.quote(winner, &prize, at.plus_days(-8), None);
    let order = stage.order(winner, &prize, at, false);
    stage.act(&order.cited);
    let held = stage.holder(winner, &prize, at.plus_days(2), "order", json!({"previous": host}));
    stage.act(&held);
}
