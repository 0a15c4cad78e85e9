//! Faked or spoilt consent, T16 to T20.

use super::plain;
use crate::book::By;
use crate::change::{Change, Check, Done, Letter, Wait};
use crate::stage::{Fares, Scope, Stage};

/// T16: the letter lacks what makes it one.
pub(super) fn defective_letter(stage: &mut Stage<'_>) {
    let (day, _) = plain::until(stage, 100, 260);
    let (guest, prize, signed) = (stage.guest.clone(), stage.prize(), stage.day(day));
    let mut change = stage.by_letter(&guest, &prize, signed);
    let spoilt = stage.some(0, 6);
    if spoilt == 5 {
        reused(stage, change);
        return;
    }
    if let Some(letter) = &mut change.letter {
        match spoilt {
            0 => letter.signed = letter.signed.plus_days(-85),
            1 => letter.scope = Scope { lines: prize.lines[..1].to_vec(), ..prize },
            2 => letter.authority = "unknown",
            3 => letter.sole_purpose = false,
            _ => letter.inducement = "found",
        }
    }
    if spoilt == 0
        && let Some(letter) = &mut change.letter
    {
        letter.told_after_days = 84;
    }
    let done = stage.carry_out(&change);
    stage.act(&done.executed);
}

/// One letter moves two lines, one after the other.
fn reused(stage: &mut Stage<'_>, change: Change) {
    let (one, other) = change.scope.lines.split_at(1);
    let part = |lines: &[&'static str]| Scope { lines: lines.to_vec(), ..change.scope.clone() };
    let first = Change { scope: part(one), ..change.clone() };
    stage.carry_out(&first);
    let begun = change.begun.plus_days(30).on_a_working_day();
    let second = Change { scope: part(other), begun, ..change };
    let done = stage.carry_out(&second);
    stage.act(&done.executed);
}

/// T17: the customer is asked by people of the guest.
pub(super) fn captive_verification(stage: &mut Stage<'_>) {
    let how = stage.some(0, 4);
    let owned = if how == 0 { Some(stage.subsidiary_of_guest()) } else { None };
    let (day, _) = plain::until(stage, 60, 260);
    let (guest, prize, signed) = (stage.guest.clone(), stage.prize(), stage.day(day));
    let mut change = stage.by_letter(&guest, &prize, signed);
    let honest = stage.sound_check();
    let own_network =
        |principal: String, domain: String| By::Verifier { principal, network_of: guest.clone(), domain };
    change.check = Some(match (how, owned) {
        (0, Some(owned)) => Check {
            principal: format!("{owned}/call-centre"),
            by: By::Verifier {
                principal: format!("{owned}/call-centre"),
                network_of: owned.clone(),
                domain: format!("{owned}.example"),
            },
            verifier: owned,
            ..honest
        },
        (1, _) => Check { by: own_network(honest.principal.clone(), format!("{guest}.example")), ..honest },
        (2, _) => Check { paid_by_outcome: true, ..honest },
        _ => {
            let contact = format!("{}-new", honest.contact);
            stage.contact(
                "customer",
                "customer_authority",
                &contact,
                signed.plus_days(-4),
                By::Partner(guest.clone()),
                false,
            );
            if let Some(letter) = &mut change.letter {
                letter.signer.clone_from(&contact);
                letter.authority = "contact_on_file";
            }
            Check { contact, on_file_since: signed.plus_days(-4), ..honest }
        }
    });
    let done = stage.carry_out(&change);
    stage.act(&done.executed);
}

/// T18: when one signer takes its letter back, another is found.
pub(super) fn letter_war(stage: &mut Stage<'_>) {
    let (day, _) = plain::until(stage, 60, 240);
    let (guest, prize, signed) = (stage.guest.clone(), stage.prize(), stage.day(day));
    let first = stage.sound_letter(&guest, &prize, signed);
    if stage.chance(5_000) {
        moved_and_moved_back(stage, first);
        return;
    }
    stage.letter(&first);
    let taken_back = signed.plus_days(4).on_a_working_day();
    stage.rescind_letter(&first, taken_back);
    let second = next_letter(stage, &first, taken_back.plus_days(3));
    stage.letter(&second);
    let again = second.signed.plus_days(5).on_a_working_day();
    stage.rescind_letter(&second, again);
    let third = next_letter(stage, &second, again.plus_days(4));
    let done = carry_out_with(stage, third);
    stage.act(&done.executed);
}

/// The account moves, the customer takes that back, and somebody else there signs again.
fn moved_and_moved_back(stage: &mut Stage<'_>, first: Letter) {
    let done = carry_out_with(stage, first.clone());
    stage.act(&done.executed);
    let taken_back = done.executed.at.plus_days(6).on_a_working_day();
    stage.rescind_letter(&first, taken_back);
    let host = stage.host.clone();
    stage.reverse(&done.id, &host, &first.scope, taken_back.plus_hours(5), "rescission");
    let second = next_letter(stage, &first, taken_back.plus_days(5).on_a_working_day());
    let again = carry_out_with(stage, second);
    stage.act(&again.executed);
}

fn next_letter(stage: &mut Stage<'_>, before: &Letter, signed: crate::at::At) -> Letter {
    let guest = stage.guest.clone();
    let mut letter = stage.sound_letter(&guest, &before.scope, signed);
    letter.signer = format!("contact-{}-{}", stage.account.customer.slug, stage.book.number());
    letter.authority = "delegated";
    letter.supersedes = Some(before.id.clone());
    letter
}

fn carry_out_with(stage: &mut Stage<'_>, letter: Letter) -> Done {
    let guest = stage.guest.clone();
    let mut change = stage.by_letter(&guest, &letter.scope, letter.signed);
    if letter.supersedes.is_some()
        && let Some(check) = &mut change.check
    {
        // The first signer would say no; the one who answers is the one who signed.
        check.contact.clone_from(&letter.signer);
        check.on_file_since = letter.signed.plus_days(-2);
    }
    change.letter = Some(letter);
    stage.carry_out(&change)
}

/// T19: the account is frozen and moves all the same.
pub(super) fn freeze_bypass(stage: &mut Stage<'_>) {
    let (day, _) = plain::until(stage, 60, 260);
    let (guest, prize, signed) = (stage.guest.clone(), stage.prize(), stage.day(day));
    let change = stage.by_letter(&guest, &prize, signed);
    let done = stage.carry_out(&Change { lifted_by: None, ..change });
    stage.act(&done.executed);
}

/// T20: the host's mail goes elsewhere, or never out, so that it cannot object.
pub(super) fn suppressed_notice(stage: &mut Stage<'_>) {
    let (day, _) = plain::until(stage, 60, 260);
    let (guest, prize, signed) = (stage.guest.clone(), stage.prize(), stage.day(day));
    let change = stage.by_letter(&guest, &prize, signed);
    let change = if stage.chance(5_000) {
        let days = stage.some(2, 20);
        let address = capture(stage, signed.plus_days(-days));
        Change { host_address: address, ..change }
    } else {
        Change { host_notice: *stage.book.random.pick(&[Fares::Bounces, Fares::Vanishes]), ..change }
    };
    let done = stage.carry_out(&change);
    stage.act(&done.executed);
}

/// The guest has itself entered as where the host reads its mail: that address.
fn capture(stage: &mut Stage<'_>, at: crate::at::At) -> String {
    let guest = stage.guest.clone();
    let address = format!("contact-{guest}-other-desk");
    stage.contact("host", "notice", &address, at, By::Partner(guest), false);
    address
}

/// A sequel: the host's mail is turned aside and the rest of the account is moved in a hurry.
pub(super) fn then_captures_contact(stage: &mut Stage<'_>) {
    let at = stage.some_day(310, 330);
    let address = capture(stage, at);
    let (guest, prize) = (stage.guest.clone(), stage.prize());
    let change = stage.by_letter(&guest, &prize, at.plus_days(5).on_a_working_day());
    let done = stage.carry_out(&Change { host_address: address, wait: Wait::Days(3), ..change });
    stage.act(&done.executed);
}
