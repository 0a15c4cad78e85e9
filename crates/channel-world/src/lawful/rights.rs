//! The host's right ended by itself: L3, L4, L5, L6 and L17.

use serde_json::json;

use crate::benign::{self, Life};
use crate::book::By;
use crate::stage::{Fares, Paid, Stage, Terms};

/// L3: the host is told twice, has time, and does nothing.
pub(super) fn host_abandoned(stage: &mut Stage<'_>) {
    benign::begin(stage, &Terms::default());
    let silent = stage.some(60, 120);
    benign::live(stage, &Life { host_until: silent, ..Life::default() });
    let prize = stage.prize();
    let first = stage.day(silent + 60);
    let about = |handoff: &str| json!({"kind": "forfeiture", "id": handoff});
    let (handoff, address) = (stage.handoff.clone(), stage.host_address());
    let one = stage.notice("host", about(&handoff), &address, first, None, Fares::Arrives);
    let again = first.plus_days(12);
    let two = stage.notice("host", about(&handoff), &address, again, None, Fares::Arrives);
    let cure_until = first.plus_days(24);
    let claimed = cure_until.plus_days(1).on_a_working_day();
    stage.claim_forfeiture(&prize, claimed, &[&one, &two], cure_until);
    let guest = stage.guest.clone();
    let change = stage.by_basis("V3", &guest, &prize, claimed.plus_days(1));
    let done = stage.carry_out(&change);
    stage.act(&done.executed);
}

/// L4: window and tail are over, and nothing was prepared in them.
pub(super) fn window_over(stage: &mut Stage<'_>) {
    benign::begin(stage, &Terms::default());
    benign::live(stage, &Life::default());
    let (guest, prize) = (stage.guest.clone(), stage.prize());
    let at = stage.some_day(460, 560);
    stage.meeting(&guest, &prize, at, None);
    let gained = at.plus_days(20);
    let order = stage.order(&guest, &prize, gained, false);
    stage.pay(&order, Paid::InFull);
    stage.act(&order.cited);
    let host = stage.host.clone();
    let held = stage.holder(&guest, &prize, gained.plus_days(3), "order", json!({"previous": host}));
    stage.act(&held);
}

/// L5: the host may no longer sell there, and somebody has to serve the customer.
pub(super) fn host_deauthorised(stage: &mut Stage<'_>) {
    // A host of its own: its other accounts would fall with it.
    stage.host = stage.book.fresh_partner(&stage.vendor, stage.account.opened_at.plus_days(-3));
    benign::begin(stage, &Terms::default());
    let ends = stage.some(80, 250);
    benign::live(stage, &Life { host_until: ends - 10, ..Life::default() });
    let at = stage.day(ends);
    let reason = *stage.book.random.pick(&["insolvency", "agreement_ended", "breach"]);
    let data = json!({"scope": {}, "from": at.to_string(), "reason": reason});
    let times = (at, at.plus_hours(2));
    let (vendor, host) = (stage.vendor.clone(), stage.host.clone());
    stage.book.tell_partner(&vendor, &host, "partner.deauthorised", times, By::Desk("partner-desk"), data);
    let (guest, protected) = (stage.guest.clone(), stage.protected.clone());
    let days = stage.some(3, 40);
    let moved = at.plus_days(days).on_a_working_day();
    let held = stage.holder(&guest, &protected, moved, "migration", json!({"previous": host}));
    stage.act(&held);
    // What the finder earned outlives its contract with the vendor.
    let order = stage.order(&guest, &protected, moved.plus_days(15), false);
    stage.pay(&order, Paid::InFull);
}

/// L6: the host merges into another company, with its book and with notice to all.
pub(super) fn host_merged(stage: &mut Stage<'_>) {
    let early = stage.account.opened_at.plus_days(-3);
    stage.host = stage.book.fresh_partner(&stage.vendor, early);
    benign::begin(stage, &Terms::default());
    let ends = stage.some(80, 250);
    benign::live(stage, &Life { host_until: ends - 10, ..Life::default() });
    // Half of the buyers have nothing to do with the guest; for the others the guest itself buys the host.
    let buyer = if stage.chance(5_000) {
        stage.guest.clone()
    } else {
        stage.book.fresh_partner(&stage.vendor, early)
    };
    let at = stage.day(ends);
    let (vendor, host, protected) = (stage.vendor.clone(), stage.host.clone(), stage.protected.clone());
    let about = json!({"kind": "handoff", "id": stage.handoff});
    let contact = stage.account.contact.clone();
    stage.notice("customer", about, &contact, at.plus_days(-40), Some(&buyer), Fares::Arrives);
    let data = json!({"into": buyer, "at": at.to_string(), "book_transferred": true, "notice_days": 40,
        "exclusions": []});
    let told = (at, at.plus_hours(3));
    stage.book.tell_partner(&vendor, &host, "partner.merged", told, By::System, data);
    let days = stage.some(1, 20);
    let moved = at.plus_days(days).on_a_working_day();
    let held = stage.holder(&buyer, &protected, moved, "merger", json!({"previous": host}));
    stage.act(&held);
    stage.order(&buyer, &protected, moved.plus_days(20), false);
}

/// L17: the guest looks after the account for a month, as the vendor ruled, and gives it back.
pub(super) fn stewardship(stage: &mut Stage<'_>) {
    benign::begin(stage, &Terms::default());
    let begins = stage.some(80, 250);
    benign::live(stage, &Life { host_until: begins - 5, ..Life::default() });
    let (host, guest, prize) = (stage.host.clone(), stage.guest.clone(), stage.prize());
    let at = stage.day(begins);
    let until = at.plus_days(30);
    let data = json!({"steward": guest, "scope": prize.json(), "until": until.to_string(),
        "reason": "the host's engineers are on strike"});
    stage.tell("crm", "account.stewardship_started", at, By::Desk("account-desk"), data);
    let held = stage.holder(&guest, &prize, at.plus_hours(3), "order", json!({"previous": host}));
    stage.act(&held);
    stage.holder(&host, &prize, until, "initial", json!({"previous": guest}));
    let change_back = stage.some_day(begins + 45, begins + 90);
    stage.meeting(&host, &prize, change_back, None);
}
