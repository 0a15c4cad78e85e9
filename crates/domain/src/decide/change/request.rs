//! Asking for another holder.

use super::one;
use crate::account::Account;
use crate::account::guest::Change;
use crate::decide::authority::enrolled;
use crate::decide::parties::{acts_for, concerned, is_customer, is_vendor};
use crate::decide::{Context, Decided};
use crate::event::change::{Basis, ChangeEvent, Requested};
use crate::fact::Class;
use crate::refusal::Refusal;

/// Records the request; who would lose is filled in from the book when the sender does not say.
pub(super) fn request(
    account: &Account,
    context: &Context<'_>,
    requested: &Requested,
) -> Result<Vec<Decided>, Refusal> {
    let holding = account.holder(&requested.scope, context.now);
    let host = || {
        let scope = &requested.scope;
        let handoff = concerned(account, context.families, &requested.gaining, scope, context.now);
        handoff.map(|handoff| handoff.host.clone())
    };
    let losing =
        requested.losing.clone().or_else(|| holding.map(|holding| holding.holder.clone())).or_else(host);
    may_request(context, requested, losing.as_ref())?;
    enrolled(&requested.gaining, context.families)?;
    let known = account.change(&requested.change).filter(|known| known.requested.is_some());
    if let Some(known) = known {
        return if is_same(known, requested) { Ok(Vec::new()) } else { Err(Refusal::ChangeIdTaken) };
    }
    if requested.scope.is_empty() {
        return Err(Refusal::EmptyScope);
    }
    if losing.as_ref() == Some(&requested.gaining) {
        return Err(Refusal::GainsFromItself);
    }
    if holding.is_some_and(|holding| Some(&holding.holder) != losing.as_ref()) {
        return Err(Refusal::NotTheHolder);
    }
    if requested.effective_from < context.now {
        return Err(Refusal::Backdated);
    }
    let names_paper = requested.letter.is_some() || requested.token.is_some();
    if requested.basis_claimed == Basis::CustomerLetter && !names_paper {
        return Err(Refusal::PaperNotNamed);
    }
    Ok(one(Class::Asked, ChangeEvent::Requested(Requested { losing, ..requested.clone() })))
}

fn may_request(
    context: &Context<'_>,
    requested: &Requested,
    losing: Option<&crate::id::PartnerId>,
) -> Result<(), Refusal> {
    let actor = context.actor;
    let is_side =
        acts_for(context, &requested.gaining) || losing.is_some_and(|losing| acts_for(context, losing));
    if is_side || is_customer(actor) || is_vendor(actor) {
        return Ok(());
    }
    Err(Refusal::NotAuthorised { needs: "a side of the change, the customer or the vendor" })
}

fn is_same(known: &Change, requested: &Requested) -> bool {
    known.gaining.as_ref() == Some(&requested.gaining)
        && requested.losing.as_ref().is_none_or(|losing| known.losing.as_ref() == Some(losing))
        && known.scope == requested.scope
        && known.effective_from == Some(requested.effective_from)
        && known.basis_claimed == Some(requested.basis_claimed)
        && known.letter == requested.letter
        && known.token == requested.token
        && known.release == requested.release
}
