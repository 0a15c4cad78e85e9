//! Money and merit, T21 and T22.

use serde_json::json;

use super::disguise;
use crate::at::At;
use crate::benign::{self, Life};
use crate::stage::{Around, Paid, Scope, Stage, Terms};

/// T21: the guest sells as agreed, and the finder sees nothing of it.
pub(super) fn evasion(stage: &mut Stage<'_>) {
    benign::begin(stage, &Terms::default());
    benign::live(stage, &Life::default());
    let at = stage.some_day(60, 250);
    evade(stage, at);
}

fn evade(stage: &mut Stage<'_>, at: At) {
    let (guest, granted) = (stage.guest.clone(), stage.granted.clone());
    match stage.some(0, 3) {
        0 => {
            let order = stage.order(&guest, &granted, at, true);
            stage.pay(&order, Paid::Never);
            stage.act(&order.cited);
        }
        1 => {
            // One project in five small orders.
            for part in 0..5 {
                let around = Around { under_handoff: false, ..Around::default() };
                let order = stage.order_of(&guest, &granted, at.plus_days(part * 3), 180_000, &around);
                stage.act(&order.cited);
            }
        }
        _ => {
            let distributor = stage.third();
            let around = Around { sold_through: Some(&distributor), ..Around::default() };
            let order = stage.order_of(&guest, &granted, at, 3_900_000, &around);
            stage.act(&order.cited);
        }
    }
}

/// A sequel: nothing is paid for what follows.
pub(super) fn then_pays_nothing(stage: &mut Stage<'_>) {
    let at = stage.some_day(320, 350);
    evade(stage, at);
}

/// T22: the host works on a deal for months; somebody drops in at the end and claims it.
pub(super) fn last_touch(stage: &mut Stage<'_>) {
    disguise::quiet_until(stage, 60);
    let (host, scope) = (stage.host.clone(), stage.elsewhere());
    let claimant = if stage.chance(5_000) { stage.guest.clone() } else { stage.third() };
    let begun = stage.some(70, 140);
    let deal = stage_deal(stage, &host, &scope, begun);
    let mut day = begun;
    while day < begun + 120 {
        let at = stage.day(day);
        if stage.chance(3_000) {
            stage.quote(&host, &scope, at, None);
        } else {
            stage.meeting(&host, &scope, at, None);
        }
        day += stage.some(7, 17);
    }
    let close = stage.day(begun + 122);
    let touched = stage.some(3, 12);
    stage.meeting(&claimant, &scope, close.plus_days(-touched), None);
    let claim = stage.submit(&claimant, &scope, close.plus_days(-2), json!({}));
    stage.act(&claim.cited);
    let won = stage.won(&claim, close, None);
    stage.act(&won);
    stage.lost(&deal, close.plus_days(3));
}

fn stage_deal(stage: &mut Stage<'_>, host: &str, scope: &Scope, day: i64) -> crate::stage::Deal {
    let at = stage.day(day);
    let confirmation = stage.confirmation();
    stage.submit(host, scope, at, confirmation)
}
