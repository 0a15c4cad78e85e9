//! Accepting an invitation: the signature from which protection, tail and commission are counted.

use super::asked;
use super::invitation::{as_guest, pending};
use crate::account::Account;
use crate::account::guest::Handoff;
use crate::calendar::zone_or_utc;
use crate::decide::parties::{signer, visible};
use crate::decide::{Context, Decided};
use crate::event::handoff::{Accepted, DeclaredPrior, HandoffEvent};
use crate::id::{Digest, HandoffId, PartnerId};
use crate::refusal::Refusal;

/// What a guest declares about itself; the list is closed by its signature.
#[derive(Debug, Clone, Copy)]
pub(super) struct Declared<'a> {
    pub(super) prior: &'a [DeclaredPrior],
    pub(super) family: &'a [PartnerId],
    pub(super) disclosed_networks: &'a [Digest],
}

/// The guest signs the very terms it was offered.
///
/// Protection runs the invitation's days from now, the tail from its end. The finder's commission runs the
/// terms' months from the end of protection, beside the tail: it pays for work done under protection.
pub(super) fn accept(
    account: &Account,
    context: &Context<'_>,
    handoff: &HandoffId,
    terms: Digest,
    declared: &Declared<'_>,
) -> Result<Vec<Decided>, Refusal> {
    let known = visible(account, context, handoff)?;
    as_guest(context, known)?;
    let signed_by = signer(context.actor)?;
    if known.terms != Some(terms) {
        return Err(Refusal::TermsDiffer);
    }
    if known.accepted_at.is_some() {
        return Ok(Vec::new());
    }
    pending(known, context.now)?;
    own_past(context, known, declared)?;
    let policy = context.program.policy_at(context.now);
    let zone = zone_or_utc(&policy.policy.zone);
    let protected_until = context.now.plus_civil_days(i64::from(known.protection_days), &zone);
    let tail_months = known.commission.as_ref().map_or(0, |commission| commission.tail_months);
    Ok(asked(HandoffEvent::Accepted(Accepted {
        handoff: handoff.clone(),
        terms,
        signed_by,
        protected_until,
        tail_until: protected_until.plus_civil_days(i64::from(known.tail_days), &zone),
        commission_until: protected_until.plus_civil_months(tail_months, &zone),
        declared_prior: declared.prior.to_vec(),
        declared_family: declared.family.to_vec(),
        disclosed_networks: declared.disclosed_networks.to_vec(),
        policy: policy.name.clone(),
    })))
}

/// A prior relationship is the guest's own or its family's, and it lies in the past.
fn own_past(context: &Context<'_>, known: &Handoff, declared: &Declared<'_>) -> Result<(), Refusal> {
    let guest = known.guest.as_ref().ok_or(Refusal::NotInvited)?;
    let family = context.families.family(guest, context.now);
    for prior in declared.prior {
        if !family.contains(&prior.partner) && !declared.family.contains(&prior.partner) {
            return Err(Refusal::PriorOfStranger { partner: prior.partner.clone() });
        }
        if prior.since > context.now {
            return Err(Refusal::InFuture);
        }
    }
    Ok(())
}
