//! Mistakes: no ill will, and the papers that people have who notice what they did.

use serde_json::json;

use crate::benign::{self, Life};
use crate::change::{Change, Wait};
use crate::intent::Plot;
use crate::stage::{Stage, Terms};

/// Every kind of mistake once.
pub(crate) const PLOTS: [Plot; 5] = [
    ("E1", wrong_line),
    ("E2", unnoticed_typing_error),
    ("E3", counted_wrongly),
    ("E4", unticked_box),
    ("E5", forgotten_share),
];

/// E1: the guest's clerk books a line that was not granted, and sends the order back.
fn wrong_line(stage: &mut Stage<'_>) {
    benign::begin(stage, &Terms::default());
    benign::live(stage, &Life::default());
    let (guest, prize) = (stage.guest.clone(), stage.prize());
    let at = stage.some_day(50, 300);
    let order = stage.order(&guest, &prize, at, true);
    stage.act(&order.cited);
    let days = stage.some(2, 9);
    stage.returned(&order, at.plus_days(days), "ordered by mistake");
}

/// E2: somebody types the wrong partner, and nobody notices for weeks.
fn unnoticed_typing_error(stage: &mut Stage<'_>) {
    benign::begin(stage, &Terms::default());
    benign::live(stage, &Life::default());
    let (host, guest, prize) = (stage.host.clone(), stage.guest.clone(), stage.prize());
    let at = stage.some_day(50, 250);
    let wrong = stage.holder(&guest, &prize, at, "order", json!({"previous": host}));
    stage.act(&wrong);
    let days = stage.some(20, 60);
    let right =
        json!({"holder": host, "scope": prize.json(), "from": at.to_string(), "basis_claimed": "order"});
    let noticed = at.plus_days(days).on_a_working_day();
    stage.correct(&wrong, "account.holder_recorded", right, noticed, "wrong_identity");
}

/// E3: all is in order, and the desk counts a holiday as a working day.
fn counted_wrongly(stage: &mut Stage<'_>) {
    let change = wanted_change(stage);
    let days = stage.some(5, 7);
    let done = stage.carry_out(&Change { wait: Wait::Days(days), ..change });
    stage.act(&done.executed);
}

/// E4: the customer forgets a box on the form, and sends a better letter a week later.
fn unticked_box(stage: &mut Stage<'_>) {
    let mut change = wanted_change(stage);
    if let Some(letter) = &mut change.letter {
        letter.sole_purpose = false;
    }
    let done = stage.carry_out(&change);
    stage.act(&done.executed);
    let (guest, prize) = (stage.guest.clone(), stage.prize());
    let mut cured = stage.sound_letter(&guest, &prize, done.executed.at.plus_days(5));
    cured.supersedes = change.letter.map(|letter| letter.id);
    stage.letter(&cured);
}

/// E5: the ledger forgets the finder's share of one order, and books it two months later.
fn forgotten_share(stage: &mut Stage<'_>) {
    benign::begin(stage, &Terms::default());
    benign::live(stage, &Life::default());
    let (guest, granted) = (stage.guest.clone(), stage.granted.clone());
    let at = stage.some_day(50, 250);
    let order = stage.order(&guest, &granted, at, true);
    stage.act(&order.cited);
    let days = stage.some(45, 80);
    stage.pay_after(&order, days);
}

/// A change the customer wants, not carried out yet.
fn wanted_change(stage: &mut Stage<'_>) -> Change {
    benign::begin(stage, &Terms::default());
    let begun = stage.some(60, 250);
    benign::live(stage, &Life { host_until: begun - 5, ..Life::default() });
    let (guest, prize, signed) = (stage.guest.clone(), stage.prize(), stage.day(begun));
    stage.by_letter(&guest, &prize, signed)
}
