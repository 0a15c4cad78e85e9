//! Asking the customer: by somebody who belongs to neither side and earns nothing by the answer.

use super::{known, losing_side, one, ongoing};
use crate::account::Account;
use crate::decide::consent::long_on_file;
use crate::decide::parties::signer;
use crate::decide::{Context, Decided};
use crate::event::change::{ChangeEvent, Verified, Verifier};
use crate::fact::{Class, Role};
use crate::id::PartnerId;
use crate::refusal::Refusal;

/// Records what the customer answered, whatever it was.
pub(super) fn verify(
    account: &Account,
    context: &Context<'_>,
    verified: &Verified,
) -> Result<Vec<Decided>, Refusal> {
    if context.actor.role != Role::Verifier {
        return Err(Refusal::NotAuthorised { needs: "a verifier" });
    }
    let principal = signer(context.actor)?;
    let (change, gaining) = known(account, &verified.change)?;
    if change.verifications.iter().any(|earlier| earlier.verified == *verified) {
        return Ok(Vec::new());
    }
    ongoing(change)?;
    if principal != verified.verifier_principal {
        return Err(Refusal::NotAuthorised { needs: "the verifier who asked the customer" });
    }
    let losing = losing_side(account, context, change, gaining);
    let claimed = match &verified.verifier {
        Verifier::Vendor => None,
        Verifier::Partner(partner) => Some(partner),
    };
    if claimed.is_some() && claimed != context.actor.partner.as_ref() {
        return Err(Refusal::NotAuthorised { needs: "a verifier of the partner it names" });
    }
    for verifier in claimed.into_iter().chain(&context.actor.partner) {
        independent(context, verifier, gaining, losing.as_ref())?;
    }
    if verified.outcome_fee {
        return Err(Refusal::VerifierPaidByOutcome);
    }
    let recordings = context.program.policy_at(context.now).policy.consent.recordings;
    if !verified.is_on_tape(recordings) {
        return Err(Refusal::RecordingMissing);
    }
    if verified.contact_on_file_since > context.now {
        return Err(Refusal::InFuture);
    }
    long_on_file(account, context, &verified.contact, Some(verified.contact_on_file_since))?;
    Ok(one(Class::Asked, ChangeEvent::Verified(verified.clone())))
}

/// Refuses verifiers of either family, and the vendor's own sales team.
fn independent(
    context: &Context<'_>,
    verifier: &PartnerId,
    gaining: &PartnerId,
    losing: Option<&PartnerId>,
) -> Result<(), Refusal> {
    let related = |side: &PartnerId| context.families.kinship(side, verifier, context.now).is_some();
    if related(gaining) || losing.is_some_and(related) || context.families.is_direct(verifier) {
        return Err(Refusal::VerifierNotIndependent { verifier: verifier.clone() });
    }
    Ok(())
}
