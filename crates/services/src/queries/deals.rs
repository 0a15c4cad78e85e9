//! Deals: lists, one deal with its explanation, and the claim check.

mod explanation;

use std::ops::ControlFlow;

use anyhow::Context as _;
use domain::account::registration::Registration;
use domain::account::{Account, history};
use domain::claim::{self, Claim, Claimed};
use domain::decide::Grounds;
use domain::event::Event;
use domain::event::deal::DealEvent;
use domain::fact::Fact;
use domain::id::{AccountId, PartnerId, VendorId};
use domain::scope::Scope;
use domain::stream::Stream;
use ports::{KindSet, Position, Scan, StreamShare};
use views::deals;
use wire::answers::{ClaimAnswer, DealExplanation, DealRow};
use wire::shape::Words as _;

use super::{Asked, Moment, account_facts, customers, find_account, words};
use crate::book::{Book, kind_of};
use crate::elsewhere::customers::Read;
use crate::elsewhere::{self, Subject};
use crate::pen;
use crate::world::World;

/// Which deals a list shows; an absent condition lets all through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DealFilter {
    pub partner: Option<PartnerId>,
    /// `approved`, `rejected`, ...
    pub registration: Option<String>,
    /// `open`, `won` or `lost`.
    pub outcome: Option<String>,
}

impl DealFilter {
    fn lets(&self, row: &DealRow) -> bool {
        let same = |wanted: Option<&str>, found: &str| wanted.is_none_or(|wanted| wanted == found);
        same(self.registration.as_deref(), &row.registration)
            && same(self.outcome.as_deref(), &row.outcome)
            && self.partner.as_ref().is_none_or(|wanted| row.partner.as_deref() == Some(wanted.as_str()))
    }
}

/// Every deal in the book that the filter lets through; reads the whole journal, so it blocks.
///
/// # Errors
/// The journal cannot be read.
pub fn all(book: &Book, moment: Moment, filter: &DealFilter) -> anyhow::Result<Vec<DealRow>> {
    let mut rows = Vec::new();
    customers::each(book, moment.known, &mut |stream, facts| {
        if let Some(account) = stream.account() {
            let listed = of(account, &moment.account(&facts));
            rows.extend(listed.into_iter().filter(|row| filter.lets(row)));
        }
        Ok(())
    })?;
    Ok(rows)
}

/// The deals of one account.
pub(crate) fn of(account_id: &AccountId, account: &Account) -> Vec<DealRow> {
    deals::rows(account_id, account).into_iter().map(row).collect()
}

fn row(row: deals::DealRow) -> DealRow {
    DealRow {
        deal: row.deal.to_string(),
        source_id: row.source.map(|key| key.to_string()),
        account: row.account.to_string(),
        partner: row.partner.map(|partner| partner.to_string()),
        registration: row.registration.as_str().to_owned(),
        rejection_reason: row.rejection.map(|reason| reason.word().to_owned()),
        outcome: words::outcome(row.outcome).to_owned(),
        protected_until: row.protected_until.map(|until| until.to_string()),
    }
}

/// One deal, by our id or as its source knows it, and why it stands as it does.
///
/// # Errors
/// The journal cannot be read.
pub async fn explain(book: &Book, text: &str, asked: Asked) -> anyhow::Result<Option<DealExplanation>> {
    let Some((vendor, account_id)) = account_of(book, text)? else { return Ok(None) };
    let moment = asked.moment(book).await?;
    let customer = customers::of(book, &vendor, &account_id, moment).await?;
    let account_id = customer.account.clone();
    let account = moment.account(&customer.into_facts());
    let named = |deal: &&domain::account::registration::Deal| {
        deal.deal.as_str() == text
            || deal.source.as_ref().is_some_and(|source| is_named(source.as_str(), text))
    };
    let Some(deal) = account.deals.iter().find(named) else { return Ok(None) };
    let Some(explained) = claim::explain(&account, &deal.deal, moment.as_of) else { return Ok(None) };
    let listed = deals::row(&account_id, deal);
    let events = listed.events.iter().map(ToString::to_string).collect();
    Ok(Some(explanation::put_in_words(row(listed), &explained, events, moment.as_of)))
}

fn is_about(event: &Event, text: &str) -> bool {
    let Event::Deal(event) = event else { return false };
    match event {
        DealEvent::Submitted(submitted) => {
            submitted.deal.as_str() == text
                || submitted.source.as_ref().is_some_and(|source| is_named(source.as_str(), text))
        }
        DealEvent::Reported(reported) => {
            reported.deal.as_str() == text || is_named(reported.system.as_str(), text)
        }
        DealEvent::ReviewStarted(_)
        | DealEvent::Returned(_)
        | DealEvent::Approved(_)
        | DealEvent::Rejected(_)
        | DealEvent::Extended(_)
        | DealEvent::Progressed(_)
        | DealEvent::Withdrawn(_)
        | DealEvent::Cancelled(_)
        | DealEvent::Won(_)
        | DealEvent::Lost(_) => false,
    }
}

fn is_named(source: &str, text: &str) -> bool {
    source == text || source.split_once(':').is_some_and(|(_, id)| id == text)
}

/// The account that holds the deal `text` names.
fn account_of(book: &Book, text: &str) -> anyhow::Result<Option<(VendorId, AccountId)>> {
    let kinds = KindSet::only(["deal.submitted", "deal.reported"].map(kind_of));
    let (mut found, mut failed) = (None, None);
    let scan = Scan { after: Position::START, upto: Position::END, kinds: &kinds, streams: StreamShare::ALL };
    book.journal.scan_facts(scan, &mut |row| {
        let named = pen::scanned(&row).map(|fact| is_about(&fact.event, text));
        match named {
            Ok(false) => ControlFlow::Continue(()),
            Ok(true) => {
                found = Some(row.stream);
                ControlFlow::Break(())
            }
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    if let Some(error) = failed {
        return Err(error);
    }
    let Some(number) = found else { return Ok(None) };
    let name = book.journal.stream_name(number).context("a scanned stream has a name")?;
    match name.parse()? {
        Stream::Account(vendor, account) => Ok(Some((vendor, account))),
        Stream::Partner(..)
        | Stream::Program(_)
        | Stream::Identity(_)
        | Stream::Case(..)
        | Stream::Partnership(..) => Ok(None),
    }
}

/// Whether a partner may claim a scope of an account: free, held or contested, without names.
///
/// # Errors
/// The journal cannot be read.
pub async fn claim(
    book: &Book,
    place: &(VendorId, AccountId),
    partner: &PartnerId,
    scope: &Scope,
    asked: Asked,
) -> anyhow::Result<ClaimAnswer> {
    let moment = asked.moment(book).await?;
    // Absence looks like a free account: who asks learns nothing about customers we do not know.
    let (vendor, account_id) = place;
    let world = book.world_at(vendor, moment.known.lo());
    let claimed = Claimed { partner, scope, at: moment.as_of };
    let World { families, program, .. } = &world;
    let check = |account: &Account, id: &AccountId, Read { customers, surely }: Read<'_>| {
        let grounds = Grounds { account: id, families, program, customers: &customers, surely: &surely };
        claim::check(account, &grounds, &claimed)
    };
    let claim = if find_account(book, account_id.as_str()).is_some() {
        let customer = customers::of(book, vendor, account_id, moment).await?;
        let stands = customer.account.clone();
        let together = check(&moment.account(&customer.into_facts()), &stands, Read::default());
        // Nothing is held on a match without a hard id: a person would look at the registration afterwards.
        match (together, surely(book, &world, place, moment, &check).await?) {
            (Claim::Held, Claim::Free) => Claim::Contested,
            (Claim::Free, sure) => sure,
            (together, _) => together,
        }
    } else {
        check(&Account::default(), account_id, Read::default())
    };
    Ok(ClaimAnswer { claim: claim.as_str().to_owned(), as_of: moment.as_of.to_string() })
}

/// The answer to a claim as the desk would decide the registration.
async fn surely(
    book: &Book,
    world: &World,
    (vendor, account_id): &(VendorId, AccountId),
    moment: Moment,
    check: &(impl Fn(&Account, &AccountId, Read<'_>) -> Claim + Sync),
) -> anyhow::Result<Claim> {
    let facts = moment.facts(&account_facts(book, vendor, account_id).await?);
    let account = history::fold(&facts);
    let subject = Subject { vendor, account_id, account: &account, facts: &facts };
    let gathered = elsewhere::customers::gathered(book, &subject, world).await?;
    let told = |_: &Stream, facts: &[Fact]| moment.facts(facts);
    let whole = gathered.map(|gathered| elsewhere::customers::known(&subject, world, &gathered, &told));
    Ok(check(&account, account_id, whole.unwrap_or_default().read()))
}

/// Whether a word names a state of a registration, for filters.
pub fn is_registration(word: &str) -> bool {
    use Registration::*;
    [Reported, Submitted, InReview, Returned, Approved, Rejected, Withdrawn, Cancelled]
        .into_iter()
        .any(|known| known.as_str() == word)
}
