//! It was agreed, or never at stake: L9, L10, L16 and L20.

use serde_json::json;

use crate::benign::{self, Life};
use crate::book::{digest, paper};
use crate::stage::{Around, Paid, Scope, Stage, Terms};

/// L9: the guest sells another line, or in another country.
pub(super) fn out_of_scope(stage: &mut Stage<'_>) {
    benign::begin(stage, &Terms::default());
    benign::live(stage, &Life::default());
    let guest = stage.guest.clone();
    let mut scope = stage.elsewhere();
    if stage.chance(3_000) {
        scope = stage.prize();
        scope.territory = if scope.territory == "dach" { "nordics" } else { "dach" };
    }
    let at = stage.some_day(60, 300);
    if stage.chance(5_000) {
        let deal = stage.submit(&guest, &scope, at.plus_days(-30), json!({}));
        stage.approve(&deal, &scope, at.plus_days(-28));
        let around = Around { deal: Some(&deal), ..Around::default() };
        let order = stage.order_of(&guest, &scope, at, 3_100_000, &around);
        stage.won(&deal, at.plus_hours(1), Some(&order));
        stage.act(&order.cited);
    } else {
        let held = stage.holder(&guest, &scope, at, "order", json!({}));
        stage.act(&held);
    }
}

/// L10: the guest served the customer there before, and said so when it accepted.
pub(super) fn prior_relationship(stage: &mut Stage<'_>) {
    let (guest, prize) = (stage.guest.clone(), stage.prize());
    let before = stage.account.opened_at.plus_days(2).plus_hours(4);
    let evidence = paper(&format!("old contract {}", stage.handoff));
    let prior = json!({"partner": guest, "scope": prize.json(),
        "since": before.plus_days(-700).to_string(), "evidence": evidence});
    stage.open();
    // The digest of the old contract is laid down, and half of them have an order on record as well.
    let anchor = stage.commit(&digest(&format!("old contract {}", stage.handoff)), before);
    if stage.chance(5_000) {
        stage.order(&guest, &prize, before.plus_hours(1), false);
    }
    let mut declared = prior;
    declared["anchor"] = json!({"digest": digest(&format!("old contract {}", stage.handoff)),
        "committed_event": anchor.json()});
    stage.hand_over(&Terms { declared_prior: vec![declared], ..Terms::default() });
    benign::live(stage, &Life::default());
    let at = stage.some_day(50, 300);
    let order = stage.order(&guest, &prize, at, false);
    stage.pay(&order, Paid::InFull);
    stage.act(&order.cited);
}

/// L16: the order runs through the guest, as agreed, and the finder is paid.
pub(super) fn agreed_fulfilment(stage: &mut Stage<'_>) {
    let terms = Terms {
        granted_acts: vec!["quote", "order", "deliver", "support", "renew"],
        granted_lines: 3,
        ..Terms::default()
    };
    benign::begin(stage, &terms);
    benign::live(stage, &Life::default());
    let (guest, protected) = (stage.guest.clone(), stage.protected.clone());
    let at = stage.some_day(40, 150);
    let order = stage.order(&guest, &protected, at, true);
    stage.pay(&order, Paid::InFull);
    stage.act(&order.cited);
    let renewed = stage.some_day(250, 350);
    let renewal = stage.renewal(&guest, &protected, renewed, &order);
    stage.pay(&renewal, Paid::InFull);
    stage.act(&renewal.cited);
}

/// L20: host and guest hold different lines of one customer, as both signed.
pub(super) fn split_scope(stage: &mut Stage<'_>) {
    let terms = Terms {
        granted_acts: vec!["quote", "order", "deliver", "support", "renew", "register", "contract"],
        granted_lines: 1,
        ..Terms::default()
    };
    benign::begin(stage, &terms);
    benign::live(stage, &Life::default());
    let (guest, granted) = (stage.guest.clone(), stage.granted.clone());
    let both = Scope { lines: granted.lines.clone(), territory: granted.territory };
    let at = stage.some_day(60, 200);
    let handoff = json!({"under_handoff": stage.handoff});
    let deal = stage.submit(&guest, &both, at, handoff);
    stage.approve(&deal, &both, at.plus_days(1));
    let around = Around { under_handoff: true, deal: Some(&deal), sold_through: None };
    let order = stage.order_of(&guest, &both, at.plus_days(40), 2_750_000, &around);
    stage.won(&deal, at.plus_days(40).plus_hours(1), Some(&order));
    stage.pay(&order, Paid::InFull);
    stage.act(&order.cited);
}
