//! Presenting and voiding a token: it stands for one account, scope, gaining partner and terms, once.

use super::one;
use crate::account::Account;
use crate::account::guest::{Change, Token};
use crate::decide::parties::{is_customer, is_vendor};
use crate::decide::{Context, Decided, change};
use crate::event::consent::{ConsentEvent, TokenFault, TokenRedeemed, TokenTryFailed, TokenVoided};
use crate::event::notice::{About, NoticeEvent, NoticeMethod, Sent};
use crate::event::{Event, Party};
use crate::fact::{Class, Role};
use crate::id::{ChangeId, ContactRef, Digest, NoticeId};
use crate::refusal::Refusal;
use crate::time::Instant;

/// A token as the customer presents it, with the terms it was shown.
pub(super) struct Presented<'a> {
    pub(super) token: Digest,
    pub(super) change: &'a ChangeId,
    pub(super) terms: Digest,
}

/// The customer presents its token. One that is unknown here, or stands for something else, is a failed try:
/// recorded under the name of what is wrong, counted for the change, and told to the customer.
pub(super) fn redeem(
    account: &Account,
    context: &Context<'_>,
    presented: &Presented<'_>,
) -> Result<Vec<Decided>, Refusal> {
    if !is_customer(context.actor) && context.actor.role != Role::System {
        return Err(Refusal::NotAuthorised { needs: "the customer" });
    }
    let known = account.change(presented.change).filter(|known| known.requested.is_some());
    let known = known.ok_or(Refusal::UnknownChange)?;
    let token = account.tokens.iter().find(|issued| issued.issued.token == presented.token);
    let used = token.and_then(|token| token.redemptions.first());
    if let Some((_, redeemed, _)) = used {
        return if redeemed.change == *presented.change { Ok(Vec::new()) } else { Err(Refusal::TokenUsed) };
    }
    change::ongoing(known)?;
    let max = context.program.policy_at(context.now).policy.consent.token_tries_max;
    if known.token_tries_failed >= max {
        return Err(Refusal::TokenTriesUsedUp { max });
    }
    let token = match token {
        None => return Ok(failed(account, context, known, presented, TokenFault::Unknown)),
        Some(token) => token,
    };
    if let Some(fault) = fault(token, known, presented.terms) {
        return Ok(failed(account, context, known, presented, fault));
    }
    if let Some((at, _)) = token.voided {
        return Err(Refusal::TokenVoided { at });
    }
    if token.issued.expires_at <= context.now {
        return Err(Refusal::TokenExpired { at: token.issued.expires_at });
    }
    let (token, change, tries_failed) = (presented.token, presented.change.clone(), known.token_tries_failed);
    Ok(one(Class::Asked, ConsentEvent::TokenRedeemed(TokenRedeemed { token, change, tries_failed })))
}

/// What the token stands for that the change is not.
fn fault(token: &Token, change: &Change, terms: Digest) -> Option<TokenFault> {
    if change.gaining.as_ref() != Some(&token.issued.gaining) {
        Some(TokenFault::OtherGainer)
    } else if !token.issued.scope.covers(&change.scope) {
        Some(TokenFault::OtherScope)
    } else if token.issued.terms != terms {
        Some(TokenFault::OtherTerms)
    } else {
        None
    }
}

/// The try that failed, and the notice of it to the customer's contact, where one is known.
fn failed(
    account: &Account,
    context: &Context<'_>,
    change: &Change,
    presented: &Presented<'_>,
    fault: TokenFault,
) -> Vec<Decided> {
    let tries_failed = change.token_tries_failed.saturating_add(1);
    let token = presented.token;
    let failed = TokenTryFailed { token, change: change.change.clone(), tries_failed, fault };
    let mut events = one(Class::Asked, ConsentEvent::TokenTryFailed(failed));
    if let Some((address, address_on_file_since)) = contact(account, context.now) {
        let notice = Sent {
            notice: notice(&change.change, tries_failed),
            to: Party::Customer,
            about: About::Token(token),
            address,
            address_on_file_since,
            method: NoticeMethod::Email,
            names_gaining: change.gaining.clone(),
        };
        events.push(Decided { class: Class::Derived, event: Event::Notice(NoticeEvent::Sent(notice)) });
    }
    events
}

/// The customer's contact that has been on file longest.
fn contact(account: &Account, now: Instant) -> Option<(ContactRef, Instant)> {
    let of_customer =
        |known: &&crate::account::Contact| known.party == Party::Customer && known.during.contains(now);
    let known = account.contacts.iter().filter(of_customer).min_by_key(|known| known.during.from)?;
    Some((known.contact.clone(), known.during.from))
}

/// One notice for each try of each change.
fn notice(change: &ChangeId, tries_failed: u8) -> NoticeId {
    let start: String = change.as_str().chars().take(48).collect();
    format!("token-try-{tries_failed}-{start}").parse().expect("a change's id and a number are an id")
}

/// A token that was not used yet is taken back, by whoever it was given to or whoever gave it.
pub(super) fn void(
    account: &Account,
    context: &Context<'_>,
    token: Digest,
    reason: Option<&str>,
) -> Result<Vec<Decided>, Refusal> {
    let by = match (is_customer(context.actor), is_vendor(context.actor)) {
        (true, _) => Party::Customer,
        (_, true) => Party::Vendor,
        (false, false) => return Err(Refusal::NotAuthorised { needs: "the customer or the vendor" }),
    };
    let known = account.tokens.iter().find(|known| known.issued.token == token);
    let known = known.ok_or(Refusal::UnknownToken)?;
    if known.voided.is_some() {
        return Ok(Vec::new());
    }
    if !known.redemptions.is_empty() {
        return Err(Refusal::TokenUsed);
    }
    let reason = reason.map(str::to_owned);
    Ok(one(Class::Asked, ConsentEvent::TokenVoided(TokenVoided { token, by, reason })))
}
