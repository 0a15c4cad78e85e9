//! People who change sides or do it again and again, T23, T25 and R1.

use serde_json::json;

use super::plain;
use crate::benign;
use crate::book::{BEGINNING, By};
use crate::cast;
use crate::intent::Intent;
use crate::stage::{Fares, Ruling, Stage};

/// T23: the host's account manager joins the guest, and the accounts follow.
pub(super) fn account_follows_person(stage: &mut Stage<'_>) {
    let (day, _) = plain::until(stage, 60, 220);
    let (vendor, host, guest, scope) =
        (stage.vendor.clone(), stage.host.clone(), stage.guest.clone(), stage.prize());
    let left = stage.day(day - 30);
    let person = format!("person-{}", stage.book.number());
    let gone = json!({"person": person, "role": "account manager", "at": left.to_string()});
    let times = (left, left.plus_days(1));
    stage.book.tell_partner(&vendor, &host, "partner.person_left", times, By::Partner(host.clone()), gone);
    let joined = left.plus_days(14);
    let come =
        json!({"person": person, "role": "account manager", "at": joined.to_string(), "carry_list": []});
    let times = (joined, joined.plus_days(1));
    stage.book.tell_partner(
        &vendor,
        &guest,
        "partner.person_joined",
        times,
        By::Partner(guest.clone()),
        come,
    );
    let others = stage.some(2, 5);
    for _ in 0..others {
        let customer = cast::invent_customer(&mut stage.book.random);
        let opened = stage.account.opened_at.plus_days(1);
        let other = stage.another_account(customer, opened);
        let days = stage.some(20, 150);
        let at = joined.plus_days(days).on_a_working_day();
        let (host, guest, scope) = (host.clone(), guest.clone(), scope.clone());
        stage.on(&other, |stage| {
            stage.open_account(opened, By::System);
            stage.holder(&host, &scope, opened.plus_minutes(9), "initial", json!({}));
            let held = stage.holder(&guest, &scope, at, "order", json!({"previous": host}));
            stage.act(&held);
        });
    }
}

/// R1: a partner that is invited often, and keeps the account in four of ten cases.
pub(super) fn repeats(stage: &mut Stage<'_>) {
    let guest = stage.book.fresh_partner(&stage.vendor, BEGINNING);
    let (vendor, start) = (stage.vendor.clone(), stage.account.opened_at);
    stage.guest.clone_from(&guest);
    let (day, _) = plain::until(stage, 45, 250);
    plain::grab(stage, day);
    for number in 1..12 {
        let host = stage.book.cast.third(&vendor, &[], &mut stage.book.random);
        let mut meant = stage.meant.clone();
        let takes = number % 5 < 2;
        if !takes {
            meant.intent = Intent::Benign;
            meant.plan.clear();
        }
        let start = start.plus_days(number * 9);
        let mut next = Stage::between(stage.book, meant, (vendor.clone(), host, guest.clone()), start);
        if takes {
            let (day, _) = plain::until(&mut next, 45, 250);
            plain::grab(&mut next, day);
        } else {
            benign::ordinary(&mut next);
        }
        next.finish();
    }
}

/// T25: somebody at the vendor moves the account by an override that lacks what makes it one.
pub(super) fn insider(stage: &mut Stage<'_>) {
    let (day, _) = plain::until(stage, 45, 280);
    let (host, guest, prize, at) = (stage.host.clone(), stage.guest.clone(), stage.prize(), stage.day(day));
    let one: &[(&str, &str)] = match stage.some(0, 3) {
        0 => &[("account-desk", "vendor_officer")],
        1 => &[("account-desk", "vendor_officer"), ("account-desk", "vendor_officer")],
        _ => &[("account-desk", "vendor_officer"), ("direct-sales", "direct_sales")],
    };
    let about = json!({"kind": "handoff", "id": stage.handoff});
    let to_guest = format!("contact-{guest}-notices");
    let told = stage.notice("guest", about, &to_guest, at.plus_days(-1), Some(&guest), Fares::Arrives);
    let ruling = Ruling {
        reason: "other",
        text: if stage.chance(5_000) { "" } else { "better coverage" },
        officers: one,
        published_to: &[&told],
    };
    let overridden = stage.overridden(&prize, at, at.plus_days(300), Some(&guest), &ruling);
    stage.act(&overridden);
    let held = stage.holder(&guest, &prize, at.plus_hours(2), "migration", json!({"previous": host}));
    stage.act(&held);
}
