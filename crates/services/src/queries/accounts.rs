//! Accounts: lists, one account with all that concerns it, and its history.

use domain::account::Account;
use domain::account::guest::{Handoff, Phase};
use domain::event::Event;
use domain::fact::Fact;
use domain::id::{AccountId, VendorId};
use domain::stream::Stream;
use domain::time::Instant;
use ports::Position;
use views::holders;
use views::sentence::{self, Audience, Telling};
use wire::answers::{
    AccountAnswer, AccountDifference, AccountRow, ChangeRow, HandoffRow, HistoryRow, HolderRow,
};
use wire::shape::Words as _;

use super::{Asked, KnownAt, Moment, account_facts, cases, customers, deals, words};
use crate::book::Book;
use crate::elsewhere::Elsewhere;
use crate::replay;

/// One account at a moment: the customer it is known to be, with what is recorded under its other accounts.
///
/// # Errors
/// The journal cannot be read.
pub async fn show(
    book: &Book,
    vendor: &VendorId,
    account_id: &AccountId,
    asked: Asked,
) -> anyhow::Result<AccountAnswer> {
    let moment = asked.moment(book).await?;
    let customer = customers::of(book, vendor, account_id, moment).await?;
    let others: Vec<String> = customer.others.iter().map(ToString::to_string).collect();
    let mut cases = Vec::new();
    for one in [&customer.account].into_iter().chain(&customer.others) {
        cases.extend(cases::of_account(book, vendor, one, moment).await?);
    }
    let stands = customer.account.clone();
    let account = moment.account(&customer.into_facts());
    Ok(AccountAnswer { cases, others, ..answer(vendor, &stands, &account, moment.as_of, moment.known) })
}

/// One account as folded, without its cases, which stand on streams of their own.
pub(crate) fn answer(
    vendor: &VendorId,
    account_id: &AccountId,
    account: &Account,
    as_of: Instant,
    known: Position,
) -> AccountAnswer {
    AccountAnswer {
        account: account_id.to_string(),
        vendor: vendor.to_string(),
        name: account.legal_name.clone(),
        keys: keys(account),
        others: Vec::new(),
        absorbed_into: account.into.as_ref().map(ToString::to_string),
        as_of: as_of.to_string(),
        known_at: known.to_string(),
        holders: holders::rows(account_id, account, as_of).into_iter().map(holder).collect(),
        deals: deals::of(account_id, account),
        handoffs: handoffs(account_id, account, as_of),
        changes: account.changes.iter().map(change).collect(),
        cases: Vec::new(),
    }
}

/// What changed about an account for one instant between two states of knowledge, each change with one cause.
///
/// # Errors
/// The journal cannot be read.
pub async fn changed(
    book: &Book,
    vendor: &VendorId,
    account_id: &AccountId,
    known_from: KnownAt,
    asked: Asked,
) -> anyhow::Result<AccountDifference> {
    let later = asked.moment(book).await?;
    let asked_before = Asked { as_of: Some(later.as_of), known_at: Some(known_from) };
    let earlier = asked_before.moment(book).await?;
    let known = |moment: Moment, until| replay::Known { position: moment.known, until };
    let between =
        [known(earlier, earlier.known_until(book).await?), known(later, later.known_until(book).await?)];
    let facts = account_facts(book, vendor, account_id).await?;
    let stream = Stream::Account(vendor.clone(), account_id.clone());
    let elsewhere = Elsewhere::of(book, &stream, &facts).await?;
    Ok(AccountDifference {
        account: account_id.to_string(),
        as_of: later.as_of.to_string(),
        known_from: earlier.known.to_string(),
        known_at: later.known.to_string(),
        differences: replay::changed(book, &stream, (&facts, &elsewhere), later.as_of, between),
    })
}

/// The account folded at a moment, for what draws its own picture of it.
///
/// # Errors
/// The journal cannot be read.
pub async fn folded(
    book: &Book,
    vendor: &VendorId,
    account_id: &AccountId,
    asked: Asked,
) -> anyhow::Result<(Account, Moment)> {
    let moment = asked.moment(book).await?;
    let customer = customers::of(book, vendor, account_id, moment).await?;
    Ok((moment.account(&customer.into_facts()), moment))
}

/// The account's events up to a moment, in the order they took effect.
///
/// # Errors
/// The journal cannot be read.
pub async fn history(
    book: &Book,
    vendor: &VendorId,
    account_id: &AccountId,
    asked: Asked,
) -> anyhow::Result<Vec<HistoryRow>> {
    told_of(book, vendor, account_id, asked, |_| true).await
}

/// The events of one handoff of the account up to a moment, in the order they took effect.
///
/// # Errors
/// The journal cannot be read.
pub async fn handoff_history(
    book: &Book,
    (vendor, account_id): &(VendorId, AccountId),
    handoff: &str,
    asked: Asked,
) -> anyhow::Result<Vec<HistoryRow>> {
    let is_about =
        |event: &Event| matches!(event, Event::Handoff(event) if event.handoff().as_str() == handoff);
    told_of(book, vendor, account_id, asked, is_about).await
}

async fn told_of(
    book: &Book,
    vendor: &VendorId,
    account_id: &AccountId,
    asked: Asked,
    wanted: impl Fn(&Event) -> bool,
) -> anyhow::Result<Vec<HistoryRow>> {
    let moment = asked.moment(book).await?;
    let customer = customers::of(book, vendor, account_id, moment).await?;
    let is_told = |fact: &Fact| {
        fact.meta.position <= moment.known.lo() && fact.meta.valid_at <= moment.as_of && wanted(&fact.event)
    };
    let mut known: Vec<(&Stream, &Fact)> = customer.told().filter(|(_, fact)| is_told(fact)).collect();
    known.sort_by_key(|(_, fact)| domain::rank::fold_key(fact));
    let account = moment.account(&customer.told().map(|(_, fact)| fact.clone()).collect::<Vec<Fact>>());
    Ok(known.into_iter().map(|(stream, fact)| told(stream, fact, Some(&account))).collect())
}

/// One fact as a line of a story; the account it is about makes the sentence more telling.
pub fn told(stream: &Stream, fact: &Fact, account: Option<&Account>) -> HistoryRow {
    let telling = Telling { stream, account, audience: &Audience::Vendor };
    HistoryRow {
        position: fact.meta.position.to_string(),
        event: fact.meta.id.to_string(),
        kind: wire::event::name(&fact.event).to_owned(),
        stream: stream.to_string(),
        valid_at: fact.meta.valid_at.to_string(),
        recorded_at: fact.meta.recorded_at.to_string(),
        class: fact.meta.class.word().to_owned(),
        sentence: sentence::sentence(&fact.event, telling),
    }
}

/// Accounts known at a moment, in order of vendor and id, after the one `after` names; at most `limit`.
///
/// # Errors
/// The journal cannot be read.
pub async fn page(
    book: &Book,
    after: Option<&str>,
    limit: usize,
    asked: Asked,
) -> anyhow::Result<Vec<AccountRow>> {
    let moment = asked.moment(book).await?;
    let mut after = match after {
        None => None,
        Some(after) => match super::find_account(book, after) {
            None => return Ok(Vec::new()),
            found => found,
        },
    };
    let mut rows = Vec::with_capacity(limit);
    loop {
        let places: Vec<(VendorId, AccountId)> = {
            let shelf = book.shelf();
            let places = shelf.directory.accounts_after(after.as_ref()).take(limit);
            places.map(|(vendor, account)| (vendor.clone(), account.clone())).collect()
        };
        let Some(last) = places.last().cloned() else { return Ok(rows) };
        after = Some(last);
        for (vendor, account_id) in places {
            let customer = customers::of(book, &vendor, &account_id, moment).await?;
            let stands_for_itself = customer.account == account_id;
            let facts = customer.into_facts();
            if stands_for_itself && moment.known(&facts).next().is_some() {
                rows.push(row(&account_id, &moment.account(&facts), moment.as_of));
            }
            if rows.len() == limit {
                return Ok(rows);
            }
        }
    }
}

/// Every account in the book; reads the whole journal, so it blocks.
///
/// # Errors
/// The journal cannot be read.
pub fn all(book: &Book, moment: Moment) -> anyhow::Result<Vec<AccountRow>> {
    let mut rows = Vec::new();
    customers::each(book, moment.known, &mut |stream, facts| {
        if let Some(account_id) = stream.account() {
            rows.push(row(account_id, &moment.account(&facts), moment.as_of));
        }
        Ok(())
    })?;
    Ok(rows)
}

fn row(account_id: &AccountId, account: &Account, as_of: Instant) -> AccountRow {
    let mut held: Vec<String> =
        holders::rows(account_id, account, as_of).iter().map(|row| row.holder.to_string()).collect();
    held.sort();
    held.dedup();
    let live = account.handoffs.iter().filter(|handoff| is_live(handoff, as_of)).count();
    AccountRow {
        account: account_id.to_string(),
        name: account.legal_name.clone(),
        keys: keys(account),
        holders: held,
        deals: count(account.deals.len()),
        live_handoffs: count(live),
    }
}

fn count(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

fn is_live(handoff: &Handoff, as_of: Instant) -> bool {
    handoff.accepted_at.is_some_and(|from| from <= as_of)
        && handoff.tail_until.is_none_or(|until| as_of < until)
}

fn keys(account: &Account) -> Vec<String> {
    let mut keys: Vec<_> = account.keys.iter().collect();
    keys.sort_by_key(|key| std::cmp::Reverse(key.strength));
    keys.into_iter().map(|key| key.key.to_string()).collect()
}

fn holder(row: holders::HolderRow) -> HolderRow {
    HolderRow {
        account: row.account.to_string(),
        holder: row.holder.to_string(),
        scope: words::scope(&row.scope),
        since: row.since.to_string(),
        until: row.until.map(|until| until.to_string()),
        basis: words::held_by(&row.basis),
        event: row.event.to_string(),
        contested_by: row.contested.map(|event| event.to_string()),
    }
}

/// The handoffs of an account, invitations of other systems among them.
pub(super) fn handoffs(account_id: &AccountId, account: &Account, as_of: Instant) -> Vec<HandoffRow> {
    let own = account.handoffs.iter().map(|handoff| handoff_row(account_id, handoff, as_of));
    let reported = account.invitations.iter().map(|invitation| HandoffRow {
        handoff: invitation.reported.handoff.to_string(),
        account: account_id.to_string(),
        host: invitation.reported.sender.as_ref().map(ToString::to_string),
        guest: invitation.reported.receiver.as_ref().map(ToString::to_string),
        phase: format!("reported {}", invitation.reported.status.word()),
        protected_scope: "nothing".to_owned(),
        granted_scope: None,
        granted_acts: Vec::new(),
        accepted_at: None,
        protected_until: None,
        tail_until: None,
        events: vec![invitation.event.to_string()],
    });
    own.chain(reported).collect()
}

fn handoff_row(account_id: &AccountId, handoff: &Handoff, as_of: Instant) -> HandoffRow {
    let grant = handoff.grant_at(as_of).or(handoff.grants.last());
    let lapsed = handoff.phase == Phase::Invited && handoff.expires_at.is_some_and(|until| until <= as_of);
    let acts = grant.map(|grant| grant.acts.iter().map(|act| act.word().to_owned()).collect());
    HandoffRow {
        handoff: handoff.handoff.to_string(),
        account: account_id.to_string(),
        host: Some(handoff.host.to_string()),
        guest: handoff.guest.as_ref().map(ToString::to_string),
        phase: if lapsed { "lapsed" } else { words::phase(handoff.phase) }.to_owned(),
        protected_scope: words::scope(&handoff.protected_scope),
        granted_scope: grant.map(|grant| words::scope(&grant.scope)),
        granted_acts: acts.unwrap_or_default(),
        accepted_at: handoff.accepted_at.map(|at| at.to_string()),
        protected_until: handoff.protected_until.map(|at| at.to_string()),
        tail_until: handoff.tail_until.map(|at| at.to_string()),
        events: [handoff.requested, handoff.invited, handoff.accepted]
            .iter()
            .flatten()
            .map(ToString::to_string)
            .collect(),
    }
}

fn change(change: &domain::account::guest::Change) -> ChangeRow {
    ChangeRow {
        change: change.change.to_string(),
        state: words::change_state(change.state).to_owned(),
        losing: change.losing.as_ref().map(ToString::to_string),
        gaining: change.gaining.as_ref().map(ToString::to_string),
        scope: words::scope(&change.scope),
        window_until: change.window_until.map(|until| until.to_string()),
        executed_at: change.executions.first().map(|execution| execution.at.to_string()),
    }
}

/// Every handoff in the book; reads the whole journal, so it blocks.
///
/// # Errors
/// The journal cannot be read.
pub fn all_handoffs(book: &Book, moment: Moment) -> anyhow::Result<Vec<HandoffRow>> {
    let mut rows = Vec::new();
    customers::each(book, moment.known, &mut |stream, facts| {
        if let Some(account_id) = stream.account() {
            rows.extend(handoffs(account_id, &moment.account(&facts), moment.as_of));
        }
        Ok(())
    })?;
    Ok(rows)
}
