//! Plain takeovers, T01 to T05.

use serde_json::json;

use crate::benign::{self, Life};
use crate::book::digest;
use crate::change::{Change, Wait};
use crate::stage::{Around, Fares, Order, Paid, Stage, Terms};

/// The account under a handoff, with ordinary life until the day something is done: that day, and the
/// host's order from before.
pub(super) fn until(stage: &mut Stage<'_>, from: i64, before: i64) -> (i64, Order) {
    let first = benign::begin(stage, &Terms::default());
    let day = stage.some(from, before);
    benign::live(stage, &Life { host_until: day - 3, ..Life::default() });
    (day, first)
}

/// T01: the guest has itself recorded as holder, with no paper or with a claim that nothing supports.
pub(super) fn direct_grab(stage: &mut Stage<'_>) {
    let (day, _) = until(stage, 45, 300);
    grab(stage, day);
}

pub(super) fn grab(stage: &mut Stage<'_>, day: i64) {
    let (host, guest, prize, at) = (stage.host.clone(), stage.guest.clone(), stage.prize(), stage.day(day));
    if stage.chance(5_000) {
        let basis = *stage.book.random.pick(&["order", "release", "customer_letter", "migration"]);
        let held = stage.holder(&guest, &prize, at, basis, json!({"previous": host}));
        stage.act(&held);
    } else {
        let basis = *stage.book.random.pick(&["V1", "V2", "V4"]);
        let host_notice = *stage.book.random.pick(&[Fares::Arrives, Fares::Vanishes]);
        let change = stage.by_basis(basis, &guest, &prize, at);
        let done = stage.carry_out(&Change { wait: Wait::Days(9), host_notice, ..change });
        stage.act(&done.executed);
    }
    if stage.chance(5_000) {
        let at = stage.last.plus_days(12);
        stage.order(&guest, &prize, at, false);
    }
}

/// T02: the guest registers what the host holds, and the desk approves it or is asked again and again.
pub(super) fn registration(stage: &mut Stage<'_>) {
    let (day, _) = until(stage, 45, 280);
    let (guest, prize, at) = (stage.guest.clone(), stage.prize(), stage.day(day));
    let deal = stage.submit(&guest, &prize, at, json!({}));
    stage.act(&deal.cited);
    if stage.chance(7_000) {
        let approved = stage.approve(&deal, &prize, at.plus_days(1));
        stage.act(&approved);
        if stage.chance(6_000) {
            let around = Around { deal: Some(&deal), ..Around::default() };
            let order = stage.order_of(&guest, &prize, at.plus_days(35), 4_200_000, &around);
            stage.won(&deal, at.plus_days(35).plus_hours(1), Some(&order));
        }
    } else {
        let days = stage.some(20, 90);
        let again = stage.submit(&guest, &prize, at.plus_days(days), json!({}));
        stage.act(&again.cited);
    }
}

/// T03: the guest books the renewal of what the host had sold.
pub(super) fn renewal(stage: &mut Stage<'_>) {
    let (day, first) = until(stage, 200, 360);
    let (guest, prize, at) = (stage.guest.clone(), stage.prize(), stage.day(day));
    let renewed = stage.renewal(&guest, &prize, at, &first);
    stage.act(&renewed.cited);
}

/// T04: the guest sells what it was not invited for.
pub(super) fn scope_creep(stage: &mut Stage<'_>) {
    let (day, _) = until(stage, 45, 300);
    let (guest, prize, handoff) = (stage.guest.clone(), stage.prize(), stage.handoff.clone());
    let at = stage.day(day);
    stage.quote(&guest, &prize, at.plus_days(-15), stage_reports(&handoff, day));
    if stage.chance(7_000) {
        let named = stage.chance(5_000);
        let order = stage.order(&guest, &prize, at, named);
        stage.act(&order.cited);
    } else {
        let contract = stage.contract(&guest, &prize, at, None);
        stage.act(&contract);
    }
}

/// Some quotes of this kind are reported under the handoff, as if they belonged there.
fn stage_reports(handoff: &str, day: i64) -> Option<&str> {
    (day % 2 == 0).then_some(handoff)
}

/// T05: the guest hands in terms the host never signed, and acts as prime.
pub(super) fn role_inversion(stage: &mut Stage<'_>) {
    let (day, _) = until(stage, 45, 280);
    let (host, guest, protected, at) =
        (stage.host.clone(), stage.guest.clone(), stage.protected.clone(), stage.day(day));
    let terms = digest(&format!("other terms {}", stage.handoff));
    let data = json!({"handoff": stage.handoff, "terms": terms, "previous_terms": stage.terms,
        "granted_scope": protected.json(), "role": "Prime", "prime": "guest",
        "granted_acts": ["quote", "order", "deliver", "support", "renew", "register", "contract"],
        "signed": [{"party": "guest", "at": at.to_string()}], "reason": "amendment"});
    let by = crate::book::By::Partner(guest.clone());
    let amended = stage.tell("portal", "handoff.amended", at, by, data);
    stage.act(&amended);
    let days = stage.some(5, 40);
    let contract = stage.contract(&guest, &protected, at.plus_days(days), Some(&host));
    stage.act(&contract);
}

/// A sequel: what was sold before is renewed by the guest.
pub(super) fn then_renews(stage: &mut Stage<'_>) {
    let (host, guest, prize) = (stage.host.clone(), stage.guest.clone(), stage.prize());
    let sold = stage.account.opened_at.plus_days(6);
    let original = stage.order(&host, &prize, sold, false);
    let at = stage.some_day(300, 360);
    let renewed = stage.renewal(&guest, &prize, at, &original);
    stage.act(&renewed.cited);
}

/// A sequel: orders outside the terms.
pub(super) fn then_orders_more(stage: &mut Stage<'_>) {
    let (guest, prize) = (stage.guest.clone(), stage.prize());
    for _ in 0..2 {
        let at = stage.some_day(310, 362);
        let order = stage.order(&guest, &prize, at, false);
        stage.pay(&order, Paid::Never);
        stage.act(&order.cited);
    }
}
