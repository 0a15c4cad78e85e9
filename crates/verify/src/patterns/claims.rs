//! T13: the guest says that the host abandoned the account, though the record says otherwise.

use domain::event::account::ContactPurpose;
use domain::event::case::Severity;
use domain::event::change::Basis;
use domain::event::handoff::ForfeitureClaimed;
use domain::event::notice::About;
use domain::id::PartnerId;
use domain::time::Instant;

use super::takeover::stands;
use super::{Claim, Shown, capped};
use crate::family::Kin;
use crate::gains::{Gain, Kind};
use crate::people::{Contact, contacts};
use crate::scene::{Notice, Scene};
use crate::terms::Terms;
use crate::told::On;
use crate::walk;

pub(super) fn abandonment(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let terms = claim.terms(scene)?;
    let claimed = terms.forfeited.iter().find(|on| on.id() == claim.act);
    let claimed = claimed.ok_or("its act is no claim of forfeiture under the handoff")?;
    let at = claimed.at();
    if at < terms.accepted_at() || terms.tail_until() <= at {
        return Err("the handoff was not running".to_owned());
    }
    let claimant = terms.partner(&claimed.said.claimed_by);
    let kin = claimant.and_then(|claimant| scene.of_guest(terms, claimant, at));
    let against_record =
        kin.is_some() && (is_undelivered(scene, claimed) || is_answered(scene, terms, claimed));
    let (severity, by) = if against_record {
        (Severity::S4, None)
    } else {
        let (contact, planted) = readdressed(scene, terms, claimed)
            .ok_or("every notice arrived, the host did not answer, and its address was its own")?;
        match planted {
            Some(kin) => (capped(Severity::S4, kin), contact.by),
            None => (Severity::S2, None),
        }
    };
    let attempt = Gain {
        kind: Kind::Held { change: None, batch: None, corrects: false },
        partner: terms.guest(),
        scope: Some(claimed.said.scope.clone()),
        at,
        event: claimed.id(),
        told_at: claimed.told_at(),
        by: None,
        net: None,
        tried: true,
    };
    stands(walk::ask(scene, terms, &attempt, &|basis| basis != Basis::Forfeiture))?;
    let actor: &PartnerId = by.or(claimant.filter(|_| kin.is_some())).unwrap_or(terms.guest());
    Ok(Shown::of(severity, kin.unwrap_or(Kin::Known), at, actor))
}

fn named<'a>(scene: &Scene<'a>, claimed: &On<'_, ForfeitureClaimed>) -> Vec<Notice<'a>> {
    let mut named: Vec<Notice<'a>> = scene.notices().collect();
    named.retain(|notice| claimed.said.notices.contains(&notice.sent.said.notice));
    named
}

/// All the notices it names were sent, and one neither arrived nor was answered.
fn is_undelivered(scene: &Scene<'_>, claimed: &On<'_, ForfeitureClaimed>) -> bool {
    let sent = named(scene, claimed);
    let all = claimed.said.notices.iter().all(|id| sent.iter().any(|notice| notice.sent.said.notice == *id));
    all && sent.iter().any(|notice| {
        let answered = scene.told.answered.iter().any(|on| on.said.notice == notice.sent.said.notice);
        notice.delivered.is_none() && !answered
    })
}

/// The cure period as the claim itself states it.
fn cure_from(scene: &Scene<'_>, claimed: &On<'_, ForfeitureClaimed>) -> Instant {
    let days = scene.policy_at(claimed.at()).handoff.forfeiture_cure_days;
    scene.known.program.days_after(claimed.said.cure_until, -i64::from(days))
}

/// The host did something inside the cure period, after the first notice and before the claim.
fn is_answered(scene: &Scene<'_>, terms: &Terms<'_>, claimed: &On<'_, ForfeitureClaimed>) -> bool {
    let sent = named(scene, claimed);
    let first = sent.iter().filter_map(|notice| notice.delivered).map(|on| on.said.at).min();
    let from = cure_from(scene, claimed);
    let in_time = |at: Instant| {
        from <= at
            && at < claimed.said.cure_until
            && at <= claimed.at()
            && first.is_none_or(|first| first <= at)
    };
    let owed: Vec<_> = sent
        .iter()
        .filter_map(|notice| match &notice.sent.said.about {
            About::Commitment(commitment) => Some(commitment),
            About::Change(_)
            | About::Handoff(_)
            | About::Forfeiture(_)
            | About::Override(_)
            | About::Token(_)
            | About::Registration(_) => None,
        })
        .collect();
    let progressed = terms.progressed.iter().any(|on| {
        let keeps = owed.is_empty() || on.said.commitment.as_ref().is_some_and(|of| owed.contains(&of));
        keeps && terms.is_host(&on.said.by) && in_time(on.said.at)
    });
    if progressed || !owed.is_empty() {
        return progressed;
    }
    let host = terms.host();
    let touched = scene.touches.iter().any(|touch| touch.partner == host && in_time(touch.at));
    let ordered =
        scene.gains.iter().any(|gain| gain.partner == host && gain.order().is_some() && in_time(gain.at));
    let answered = scene.told.answered.iter().any(|on| {
        let sent = scene.told.sent.iter().find(|sent| sent.said.notice == on.said.notice);
        sent.is_some_and(|sent| terms.is_host(&sent.said.to)) && in_time(on.said.at)
    });
    touched || ordered || (claimed.said.notices.len() > 1 && answered)
}

/// The first address of the host that was not its own doing, and how whoever put it there belongs to the guest.
fn readdressed<'a>(
    scene: &Scene<'a>,
    terms: &Terms<'a>,
    claimed: &On<'_, ForfeitureClaimed>,
) -> Option<(Contact<'a>, Option<Kin>)> {
    let all = contacts(scene);
    let days = scene.policy_at(claimed.at()).policing.address_days;
    let fresh_from = scene.known.program.days_after(cure_from(scene, claimed), -i64::from(days));
    let sent = named(scene, claimed);
    let hosts_own = |contact: &Contact<'_>| {
        contact.by == Some(terms.host()) || contact.confirmed_by.is_some_and(|by| terms.is_host(by))
    };
    let suspect = all.iter().filter(|contact| {
        let used = sent.is_empty() || sent.iter().any(|notice| notice.sent.said.address == *contact.contact);
        let confirmed = all.iter().any(|known| known.contact == contact.contact && hosts_own(known));
        terms.is_host(contact.party)
            && contact.purpose == ContactPurpose::Notice
            && contact.from < claimed.at()
            && used
            && !confirmed
    });
    let faults = suspect.filter_map(|contact| {
        let planted = contact.by.and_then(|by| scene.of_guest(terms, by, contact.from));
        let foreign = !contact.by.is_some_and(|by| scene.of_host(terms, by, contact.from));
        let fresh = foreign && fresh_from <= contact.from;
        (planted.is_some() || fresh).then_some((*contact, planted))
    });
    faults.min_by_key(|(contact, planted)| (planted.is_none(), contact.from, contact.event))
}
