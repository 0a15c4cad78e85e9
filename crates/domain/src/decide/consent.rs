//! The customer's own voice: letters are recorded as they come, tokens are issued once and used once.

mod token;

use crate::account::Account;
use crate::calendar::zone_or_utc;
use crate::command::ConsentCommand;
use crate::decide::parties::{is_customer, is_vendor, may_ask};
use crate::decide::{Context, Decided};
use crate::event::consent::{ConsentEvent, LetterRecorded, LetterRescinded, TokenIssued};
use crate::event::{Event, Party};
use crate::fact::{Class, Role};
use crate::id::ContactRef;
use crate::refusal::Refusal;
use crate::time::Instant;

/// What follows from a command about the customer's consent.
///
/// # Errors
/// The rule the command breaks.
pub(crate) fn decide(
    account: &Account,
    context: &Context<'_>,
    command: &ConsentCommand,
) -> Result<Vec<Decided>, Refusal> {
    may_ask(context)?;
    match command {
        ConsentCommand::RecordLetter(letter) => record(account, letter),
        ConsentCommand::RescindLetter(rescinded) => rescind(account, context, rescinded),
        ConsentCommand::IssueToken { token, scope, gaining, terms, contact } => {
            let policy = &context.program.policy_at(context.now).policy;
            let days = i64::from(policy.consent.token_days);
            let expires_at = context.now.plus_civil_days(days, &zone_or_utc(&policy.zone));
            let (token, terms, scope) = (*token, *terms, scope.clone());
            let (gaining, contact) = (gaining.clone(), contact.clone());
            issue(account, context, TokenIssued { token, scope, gaining, terms, contact, expires_at })
        }
        ConsentCommand::RedeemToken { token, change, terms } => {
            token::redeem(account, context, &token::Presented { token: *token, change, terms: *terms })
        }
        ConsentCommand::VoidToken { token, reason } => {
            token::void(account, context, *token, reason.as_deref())
        }
    }
}

/// A letter is an observation: a defective one is recorded too, and counts when somebody relies on it.
fn record(account: &Account, letter: &LetterRecorded) -> Result<Vec<Decided>, Refusal> {
    match account.letter(&letter.letter) {
        Some(known) if known.terms == *letter => Ok(Vec::new()),
        Some(_) => Err(Refusal::LetterIdTaken),
        None => Ok(one(Class::Observed, ConsentEvent::LetterRecorded(Box::new(letter.clone())))),
    }
}

/// Only the customer takes its word back; the vendor may record a paper that says so.
fn rescind(
    account: &Account,
    context: &Context<'_>,
    rescinded: &LetterRescinded,
) -> Result<Vec<Decided>, Refusal> {
    if !is_customer(context.actor) && !is_vendor(context.actor) {
        return Err(Refusal::NotAuthorised { needs: "the customer or the vendor" });
    }
    let known = account.letter(&rescinded.letter).ok_or(Refusal::UnknownLetter)?;
    if known.rescinded.is_some() {
        return Ok(Vec::new());
    }
    if rescinded.signed_at > context.now {
        return Err(Refusal::InFuture);
    }
    Ok(one(Class::Observed, ConsentEvent::LetterRescinded(rescinded.clone())))
}

/// A token goes to a contact of the customer that has long been on file, never by way of a partner.
fn issue(account: &Account, context: &Context<'_>, issued: TokenIssued) -> Result<Vec<Decided>, Refusal> {
    match context.actor.role {
        Role::VendorOfficer | Role::System | Role::Customer => {}
        Role::PartnerUser | Role::DirectSales | Role::Verifier | Role::Adjudicator => {
            return Err(Refusal::NotAuthorised { needs: "the customer or the vendor" });
        }
    }
    if let Some(known) = account.tokens.iter().find(|known| known.issued.token == issued.token) {
        let again = TokenIssued { expires_at: known.issued.expires_at, ..issued };
        return if known.issued == again { Ok(Vec::new()) } else { Err(Refusal::TokenTaken) };
    }
    if issued.scope.is_empty() {
        return Err(Refusal::EmptyScope);
    }
    long_on_file(account, context, &issued.contact, None)?;
    Ok(one(Class::Derived, ConsentEvent::TokenIssued(issued)))
}

/// Refuses a contact of the customer that is not on file, or not for as long as the policy asks.
///
/// The account's own record decides. Only where it has no contact of the customer at all, `claimed` stands:
/// since when the vendor's directory knows the contact.
pub(crate) fn long_on_file(
    account: &Account,
    context: &Context<'_>,
    contact: &ContactRef,
    claimed: Option<Instant>,
) -> Result<(), Refusal> {
    let mut customers = account.contacts.iter().filter(|known| known.party == Party::Customer).peekable();
    let since = if customers.peek().is_none() {
        claimed
    } else {
        let on_file = |known: &&crate::account::Contact| {
            known.contact == *contact && known.during.contains(context.now)
        };
        customers.filter(on_file).map(|known| known.during.from).min()
    };
    let since = since.ok_or(Refusal::ContactNotOnFile)?;
    let policy = &context.program.policy_at(context.now).policy;
    let days = i64::from(policy.consent.contact_on_file_days);
    if since.plus_civil_days(days, &zone_or_utc(&policy.zone)) <= context.now {
        Ok(())
    } else {
        Err(Refusal::ContactTooNew { since })
    }
}

fn one(class: Class, event: ConsentEvent) -> Vec<Decided> {
    vec![Decided { class, event: Event::Consent(event) }]
}
