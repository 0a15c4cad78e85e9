//! T20: whoever should have heard of a change was cut off before it.

use domain::event::Party;
use domain::event::account::ContactPurpose;
use domain::event::case::{ClearedBy, Severity};
use domain::event::change::Basis;

use super::steps::{execution, of_executor};
use super::{Claim, Shown, capped};
use crate::gains::Gain;
use crate::people::{Contact, contacts};
use crate::procedure::{Haste, customer_told, haste};
use crate::question::{Answer, Question};
use crate::scene::Scene;
use crate::terms::Terms;
use crate::walk::{self, Ledger};

pub(super) fn capture_or_missing_notice(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    if scene.told.executed.iter().any(|on| on.id() == claim.act) {
        return missing_notice(scene, claim);
    }
    let terms = claim.terms(scene)?;
    let all = contacts(scene);
    let contact = all.iter().find(|contact| contact.event == claim.act);
    let contact = contact.ok_or("its act is no replaced contact and no executed change")?;
    let concerned = *contact.party == Party::Customer || terms.is_host(contact.party);
    let opened = scene.told.opened.first().map(|on| on.id());
    if !concerned || contact.purpose == ContactPurpose::Billing || opened == Some(contact.event) {
        return Err("it is no contact through which host or customer would hear of a change".to_owned());
    }
    let confirmed = all.iter().any(|known| {
        known.contact == contact.contact
            && known.party == contact.party
            && known.confirmed_by == Some(contact.party)
    });
    if confirmed {
        return Err("the party itself confirmed the contact".to_owned());
    }
    let by = contact.by.ok_or("nobody is shown to have replaced it")?;
    let kin =
        scene.of_guest(terms, by, contact.from).ok_or("who replaced it is not of the guest's family")?;
    let followed = scene.gains.iter().filter(|gain| follows(scene, contact, gain));
    let gainers = followed.filter(|gain| stands(scene, terms, gain));
    let gainer = gainers.filter_map(|gain| scene.of_guest(terms, gain.partner, gain.at)).max();
    let gainer = gainer.ok_or("no change to the guest's family followed that stands")?;
    Ok(Shown::of(capped(Severity::S3, gainer), kin, contact.from, by))
}

/// Whether a change of holder began within the program's days after the contact was replaced.
fn follows(scene: &Scene<'_>, contact: &Contact<'_>, gain: &Gain<'_>) -> bool {
    let requested = gain
        .change()
        .and_then(|change| scene.told.requested.iter().rfind(|on| on.said.change == *change))
        .map(|on| on.at());
    let begun = requested.map_or(gain.at, |at| at.min(gain.at));
    let days = scene.policy_at(gain.at).policing.capture_days;
    let from = scene.known.program.days_after(begun, -i64::from(days));
    gain.moves() && from <= contact.from && contact.from < gain.at
}

/// Whether the host had something to lose by it, whatever letter or forfeiture was got through the contact.
fn stands(scene: &Scene<'_>, terms: &Terms<'_>, gain: &Gain<'_>) -> bool {
    match walk::ask(scene, terms, gain, &|_| true) {
        Answer::Open(_) => true,
        Answer::Cleared(ClearedBy::Basis(Basis::CustomerLetter | Basis::Forfeiture)) => {
            let nothing_before = Ledger::default();
            let counts = |basis| !matches!(basis, Basis::CustomerLetter | Basis::Forfeiture);
            let without = Question::new(scene, terms, gain, &nothing_before).answer(&counts);
            !matches!(without, Answer::Cleared(_))
        }
        Answer::Cleared(_) | Answer::Unconcerned(_) => false,
    }
}

fn missing_notice(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let (done, change) = execution(scene, claim)?;
    let (holder, scope) = (&done.said.holder, &done.said.scope);
    let terms = scene.protecting(holder, scope, done.at()).ok_or("no handoff protects against it")?;
    let reached = scene.notices_of(change.id).any(|notice| {
        terms.is_host(&notice.sent.said.to) && notice.delivered.is_some_and(|on| on.said.at <= done.at())
    });
    if reached {
        return Err("a notice reached the host before".to_owned());
    }
    let on_record = match haste(scene, &change, &done) {
        Haste::InTime => change.opened.is_some(),
        Haste::TooEarly { window: None, .. } => customer_told(scene, &change, &done).is_some(),
        Haste::TooEarly { window: Some(_), .. } => false,
        Haste::Excused(by) => return Err(format!("it is excused: {by:?}")),
    };
    if !on_record {
        return Err("no window and no notice to the customer is on record".to_owned());
    }
    let gain = scene.gain(claim.act).ok_or("its act is no gain")?;
    if !stands(scene, terms, gain) {
        return Err("the host had nothing left to lose by it".to_owned());
    }
    let kin = scene.of_guest(terms, holder, done.at()).ok_or("the holder is not of the guest's family")?;
    Ok(of_executor(capped(Severity::S3, kin), &done))
}
