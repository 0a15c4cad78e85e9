//! Games with time, T11 to T15.

use serde_json::json;

use super::{disguise, plain};
use crate::benign::{self, Guest, Life};
use crate::book::By;
use crate::change::{Change, Wait};
use crate::stage::{Fares, Paid, Stage, Terms};

/// T11: all is prepared in the last weeks of the tail, and taken on the morning after.
pub(super) fn pounce(stage: &mut Stage<'_>) {
    disguise::quiet_until(stage, 360);
    let (host, guest, prize) = (stage.host.clone(), stage.guest.clone(), stage.prize());
    let times = stage.some(2, 5);
    for _ in 0..times {
        let at = stage.some_day(398, 452);
        if stage.chance(5_000) {
            stage.meeting(&guest, &prize, at, None);
        } else {
            stage.quote(&guest, &prize, at, None);
        }
    }
    let at = stage.some_day(457, 482);
    let order = stage.order(&guest, &prize, at, false);
    stage.act(&order.cited);
    let held = stage.holder(&guest, &prize, at.plus_days(1), "order", json!({"previous": host}));
    stage.act(&held);
}

/// T12: the guest does nothing of what it promised until the window is over, then sells.
pub(super) fn stall(stage: &mut Stage<'_>) {
    benign::begin(stage, &Terms::default());
    benign::live(stage, &Life { guest: Guest::Sleeps, ..Life::default() });
    let about = json!({"kind": "commitment", "id": "first-visit"});
    let address = format!("contact-{}-notices", stage.guest);
    for day in [20, 60, 150] {
        let at = stage.day(day);
        stage.notice("guest", about.clone(), &address, at, None, Fares::Arrives);
        stage.progress("contacted", "host", at.plus_days(2), None);
    }
    let (host, guest, prize) = (stage.host.clone(), stage.guest.clone(), stage.prize());
    let at = stage.some_day(460, 530);
    let order = stage.order(&guest, &prize, at, false);
    stage.pay(&order, Paid::Never);
    stage.act(&order.cited);
    let held = stage.holder(&guest, &prize, at.plus_days(2), "order", json!({"previous": host}));
    stage.act(&held);
}

/// T13: the host is said to have abandoned an account it was never asked about, or answered for.
pub(super) fn manufactured_abandonment(stage: &mut Stage<'_>) {
    let (day, _) = plain::until(stage, 80, 220);
    let (host, guest, prize) = (stage.host.clone(), stage.guest.clone(), stage.prize());
    let first = stage.day(day + 5);
    let about = json!({"kind": "forfeiture", "id": stage.handoff});
    let mut address = stage.host_address();
    let how = stage.some(0, 3);
    if how == 0 {
        address = format!("contact-{guest}-other-desk");
        let days = stage.some(1, 7);
        let by = By::Partner(guest.clone());
        stage.contact("host", "notice", &address, first.plus_days(-days), by, false);
    }
    let fares = if how == 1 { Fares::Bounces } else { Fares::Arrives };
    let one = stage.notice("host", about.clone(), &address, first, None, fares);
    let two = stage.notice("host", about, &address, first.plus_days(11), None, fares);
    if how == 2 {
        stage.answer(&one, first.plus_days(3), &host, "still_active");
        stage.meeting(&host, &prize, first.plus_days(8), None);
    }
    let cure_until = first.plus_days(24);
    let claimed = cure_until.plus_days(1);
    stage.claim_forfeiture(&prize, claimed, &[&one, &two], cure_until);
    let change = stage.by_basis("V3", &guest, &prize, claimed.plus_days(1));
    let done = stage.carry_out(&Change { host_address: address, ..change });
    stage.act(&done.executed);
}

/// T14: after the act a paper turns up that bears an earlier date.
pub(super) fn backdating(stage: &mut Stage<'_>) {
    let (day, _) = plain::until(stage, 60, 260);
    let (guest, prize, signed) = (stage.guest.clone(), stage.prize(), stage.day(day));
    let mut change = stage.by_letter(&guest, &prize, signed);
    if let Some(letter) = &mut change.letter {
        letter.told_by = By::Partner(guest);
        letter.told_after_days = stage.book.random.between(35, 110);
    }
    let done = stage.carry_out(&Change { check: None, ..change });
    stage.act(&done.executed);
}

/// T15: the letter is good, and nobody is given the time to object.
pub(super) fn rush(stage: &mut Stage<'_>) {
    let (day, _) = plain::until(stage, 60, 260);
    let (guest, prize, signed) = (stage.guest.clone(), stage.prize(), stage.day(day));
    let change = stage.by_letter(&guest, &prize, signed);
    let days = stage.some(1, 4);
    let done = stage.carry_out(&Change { wait: Wait::Days(days), ..change });
    stage.act(&done.executed);
}
