//! The customer or the host agreed: L1, L2, L8 and L18.

use crate::benign::{self, Life};
use crate::stage::{Paid, Stage, Terms};

/// L1: the customer wants the guest, says so in a letter, and every step is taken.
pub(super) fn customer_chose(stage: &mut Stage<'_>) {
    let begun = stage.some(60, 250);
    change_by_letter(stage, begun);
    afterwards(stage, begun + 25);
}

fn change_by_letter(stage: &mut Stage<'_>, begun: i64) {
    benign::begin(stage, &Terms::default());
    benign::live(stage, &Life { host_until: begun - 5, ..Life::default() });
    let (guest, prize, signed) = (stage.guest.clone(), stage.prize(), stage.day(begun));
    let change = stage.by_letter(&guest, &prize, signed);
    let done = stage.carry_out(&change);
    stage.act(&done.executed);
}

/// The guest serves the customer it lawfully has, and the finder is paid on.
fn afterwards(stage: &mut Stage<'_>, from: i64) {
    let (guest, prize) = (stage.guest.clone(), stage.prize());
    let at = stage.some_day(from, from + 60);
    let order = stage.order(&guest, &prize, at, false);
    stage.pay(&order, Paid::InFull);
    if stage.chance(4_000) {
        let renewal = stage.renewal(&guest, &prize, at.plus_days(200), &order);
        stage.pay(&renewal, Paid::InFull);
    }
}

/// L2: the host lets go, before or shortly after.
pub(super) fn host_agreed(stage: &mut Stage<'_>) {
    benign::begin(stage, &Terms::default());
    let begun = stage.some(60, 250);
    benign::live(stage, &Life { host_until: begun - 5, ..Life::default() });
    let (guest, prize, at) = (stage.guest.clone(), stage.prize(), stage.day(begun));
    match stage.some(0, 3) {
        0 => {
            stage.release(&prize, at, None, None);
            let change = stage.by_basis("V2", &guest, &prize, at);
            let change = crate::change::Change { lifted_by: Some("host"), ..change };
            let done = stage.carry_out(&change);
            stage.act(&done.executed);
            afterwards(stage, begun + 25);
        }
        1 => {
            let until = at.plus_days(90);
            stage.release(&prize, at, Some(until), None);
            let days = stage.some(5, 80);
            let order = stage.order(&guest, &prize, at.plus_days(days), false);
            stage.pay(&order, Paid::InFull);
            stage.act(&order.cited);
        }
        _ => {
            let order = stage.order(&guest, &prize, at, false);
            let days = stage.some(1, 8);
            let signed = at.plus_days(days).on_a_working_day();
            stage.release(&prize, signed, Some(signed.plus_days(30)), Some(&order.cited));
            stage.pay(&order, Paid::InFull);
            stage.act(&order.cited);
        }
    }
}

/// L8: the letter was signed and its digest laid down in time, and the paper itself turns up late.
pub(super) fn letter_came_late(stage: &mut Stage<'_>) {
    benign::begin(stage, &Terms::default());
    let begun = stage.some(60, 250);
    benign::live(stage, &Life { host_until: begun - 5, ..Life::default() });
    let (guest, prize, signed) = (stage.guest.clone(), stage.prize(), stage.day(begun));
    let mut change = stage.by_letter(&guest, &prize, signed);
    let mut letter = stage.sound_letter(&guest, &prize, signed);
    letter.anchor = Some(stage.commit(&letter.document.clone(), signed.plus_hours(2)));
    letter.told_by = crate::book::By::Partner(guest);
    letter.told_after_days = stage.some(25, 55);
    change.letter = Some(letter);
    let done = stage.carry_out(&change);
    stage.act(&done.executed);
    afterwards(stage, begun + 60);
}

/// L18: a lawful change whose every step is told again by a second system that forwards the first.
pub(super) fn told_twice(stage: &mut Stage<'_>) {
    customer_chose(stage);
    stage.repeat_everything();
}
