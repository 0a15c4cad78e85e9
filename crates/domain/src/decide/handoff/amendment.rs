//! Changing the terms of a handoff: anybody of the two may propose, both must sign.

use super::asked;
use crate::account::Account;
use crate::account::guest::{Amendment, Handoff, Phase};
use crate::decide::parties::{acts_for, is_vendor, visible};
use crate::decide::{Context, Decided};
use crate::event::Party;
use crate::event::handoff::{Amended, HandoffEvent, Signature};
use crate::refusal::Refusal;

/// Records an amendment. Without the signatures of host and guest it has no effect on any right.
///
/// Nobody signs for the other side: a signature of the other side counts only if that side recorded the same
/// amendment before. An officer of the vendor may record a paper that bears both.
pub(super) fn amend(
    account: &Account,
    context: &Context<'_>,
    amended: &Amended,
) -> Result<Vec<Decided>, Refusal> {
    let known = visible(account, context, &amended.handoff)?;
    let is_party =
        known.guest.as_ref().is_some_and(|guest| acts_for(context, guest)) || acts_for(context, &known.host);
    if !is_party && !is_vendor(context.actor) {
        return Err(Refusal::NotAuthorised { needs: "a user of host or guest, or the vendor" });
    }
    if known.amendments.iter().any(|earlier| says_the_same(earlier, amended) && holds_all(earlier, amended)) {
        return Ok(Vec::new());
    }
    match known.phase {
        Phase::Accepted => {}
        Phase::Closed => return Err(Refusal::HandoffClosed),
        Phase::Requested | Phase::Invited | Phase::Declined | Phase::Revoked => {
            return Err(Refusal::NotAccepted);
        }
    }
    if known.terms != Some(amended.previous_terms) {
        return Err(Refusal::TermsDiffer);
    }
    if amended.signed.iter().any(|signature| signature.at > context.now) {
        return Err(Refusal::InFuture);
    }
    let signed = if is_party { signatures(context, known, amended)? } else { amended.signed.clone() };
    Ok(asked(HandoffEvent::Amended(Amended { signed, ..amended.clone() })))
}

/// The actor's own signatures and those the other side gave to the same amendment before.
fn signatures(context: &Context<'_>, known: &Handoff, amended: &Amended) -> Result<Vec<Signature>, Refusal> {
    let is_own = |party: &Party| known.partner_of(party).is_some_and(|partner| acts_for(context, &partner));
    let given: Vec<&Signature> = known
        .amendments
        .iter()
        .filter(|earlier| says_the_same(earlier, amended))
        .flat_map(|earlier| &earlier.signed)
        .filter(|signature| !is_own(&signature.party))
        .collect();
    let was_given = |claimed: &Signature| {
        let claimed = known.partner_of(&claimed.party);
        claimed.is_some() && given.iter().any(|given| known.partner_of(&given.party) == claimed)
    };
    let (own, others): (Vec<&Signature>, Vec<&Signature>) =
        amended.signed.iter().partition(|signature| is_own(&signature.party));
    if !others.into_iter().all(was_given) {
        return Err(Refusal::SignatureOfAnother);
    }
    let mut signed: Vec<Signature> = own.into_iter().cloned().collect();
    for signature in given {
        if !signed.contains(signature) {
            signed.push(signature.clone());
        }
    }
    Ok(signed)
}

fn says_the_same(earlier: &Amendment, amended: &Amended) -> bool {
    earlier.terms == amended.terms
        && earlier.granted_scope == amended.granted_scope
        && earlier.granted_acts == amended.granted_acts
        && earlier.role == amended.role
        && earlier.prime == amended.prime
}

fn holds_all(earlier: &Amendment, amended: &Amended) -> bool {
    amended.signed.iter().all(|signature| earlier.signed.contains(signature))
}
