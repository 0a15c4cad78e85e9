//! What every account adds to what others are judged by, kept by vendor: read when it is first needed, and kept
//! current by whoever judges accounts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use anyhow::Context as _;
use domain::account::history;
use domain::id::{AccountId, PartnerId, VendorId};
use domain::stream::Stream;
use domain::time::Instant;
use futures::StreamExt as _;
use policing::patterns::r1_repeated::{self, Tally};
use policing::{Gains, OfAccount, Others, Watermark, across};
use rustc_hash::FxHashSet;
use tokio::sync::OnceCell;
use views::cases::{Case, stands};

use super::{Elsewhere, Subject};
use crate::accounts;
use crate::book::Book;
use crate::world::World;

/// Accounts read at a time when the ledger is first needed; a few per core hide the waiting for the disk.
const ACCOUNTS_AT_A_TIME: usize = 8;

/// The records of all accounts.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    by_vendor: RwLock<BTreeMap<VendorId, OfVendor>>,
    /// Whether the accounts that were there before this process were read.
    is_read: OnceCell<()>,
    /// Whether it was read and nobody has looked at [`Ledger::to_look_at`] since.
    is_fresh: AtomicBool,
}

/// The records of one vendor's accounts.
#[derive(Debug, Default)]
struct OfVendor {
    gains: Gains,
    /// Accounts whose records were read and that were not judged since: whoever recorded something about them may
    /// have been stopped before it looked at the others.
    unjudged: BTreeSet<AccountId>,
}

impl Ledger {
    /// Asks what is known of a vendor's accounts, recorded up to a position.
    pub(super) fn ask<T>(&self, vendor: &VendorId, upto: u64, ask: impl FnOnce(Others<'_>) -> T) -> T {
        let by_vendor = self.by_vendor.read().unwrap_or_else(PoisonError::into_inner);
        match by_vendor.get(vendor) {
            Some(of_vendor) => ask(Others::upto(&of_vendor.gains, upto)),
            None => ask(Others::none()),
        }
    }

    /// Takes in what an account adds now; the accounts on which a finding may begin or end because of that.
    pub(crate) fn put(
        &self,
        vendor: &VendorId,
        account: &AccountId,
        world: &World,
        adds: OfAccount,
    ) -> BTreeSet<AccountId> {
        if adds.is_empty() && self.ask(vendor, u64::MAX, |others| others.of(account).is_none()) {
            return BTreeSet::new();
        }
        let mut by_vendor = self.by_vendor.write().unwrap_or_else(PoisonError::into_inner);
        let OfVendor { gains, unjudged } = by_vendor.entry(vendor.clone()).or_default();
        let is_first = unjudged.remove(account);
        if gains.of(account).unwrap_or(&OfAccount::default()) == &adds && !is_first {
            return BTreeSet::new();
        }
        gains.renew(account, adds, &world.families, &world.program)
    }

    /// What the closed handoffs to each of these partners' families say as of `at`, by all accounts of a vendor.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub(crate) async fn tallies(
        &self,
        book: &Book,
        vendor: &VendorId,
        partners: &[PartnerId],
        at: Instant,
    ) -> anyhow::Result<Vec<Tally>> {
        self.read(book).await?;
        let world = book.world(vendor);
        let by_vendor = self.by_vendor.read().unwrap_or_else(PoisonError::into_inner);
        let none = Gains::default();
        let gains = by_vendor.get(vendor).map_or(&none, |of_vendor| &of_vendor.gains);
        Ok(r1_repeated::tallies(gains, &world.families, &world.program, partners, at))
    }

    /// The accounts with a finding that rests on others, once after the ledger was read: what it rested on may be gone
    /// from the record since somebody looked.
    pub(crate) fn to_look_at(&self, book: &Book) -> BTreeSet<Stream> {
        if !self.is_fresh.swap(false, Ordering::Relaxed) {
            return BTreeSet::new();
        }
        let shelf = book.shelf();
        let rests_on_others = |case: &Case| {
            let mut standing = case.findings.iter().filter(|finding| stands(&finding.verdict));
            standing.any(|finding| across::PATTERNS.contains(&finding.pattern.as_str()))
        };
        let cases = shelf.cases.iter().filter(|(_, case)| rests_on_others(case));
        let account = |(stream, case): (&Stream, Case)| {
            Some(Stream::Account(stream.vendor().clone(), case.opened?.account))
        };
        cases.filter_map(account).collect()
    }

    /// Takes in what an account adds when all accounts are read anew.
    pub(crate) fn keep(&mut self, stream: &Stream, adds: OfAccount) {
        let Stream::Account(vendor, account) = stream else { return };
        let by_vendor = self.by_vendor.get_mut().unwrap_or_else(PoisonError::into_inner);
        by_vendor.entry(vendor.clone()).or_default().gains.put(account, adds);
    }

    /// Every account that may add something is about to be judged by this process: none has to be read before.
    pub(crate) fn expect_all(&self, book: &Book, touched: &FxHashSet<Arc<str>>) {
        let is_touched = |stream: &Stream| touched.contains(stream.to_string().as_str());
        if candidates(book, &|vendor| book.world(vendor)).iter().all(is_touched) {
            // Read before or not, it is read now.
            let _ = self.is_read.set(());
        }
    }

    /// Reads what the accounts in the journal add, unless that was done before.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub(super) async fn read(&self, book: &Book) -> anyhow::Result<()> {
        let read = || async {
            let mut adding = futures::stream::iter(candidates(book, &|vendor| book.world(vendor)))
                .map(|stream| async move { anyhow::Ok((adds(book, &stream).await?, stream)) })
                .buffer_unordered(ACCOUNTS_AT_A_TIME);
            while let Some(one) = adding.next().await {
                let (adds, stream) = one.context("reading what accounts add to one another")?;
                let (Stream::Account(vendor, account), Some(adds)) = (&stream, adds) else { continue };
                let mut by_vendor = self.by_vendor.write().unwrap_or_else(PoisonError::into_inner);
                let of_vendor = by_vendor.entry(vendor.clone()).or_default();
                of_vendor.gains.put(account, adds);
                of_vendor.unjudged.insert(account.clone());
            }
            self.is_fresh.store(true, Ordering::Relaxed);
            anyhow::Ok(())
        };
        self.is_read.get_or_try_init(read).await.map(drop)
    }
}

/// The accounts that may add something under the rules of a vendor's world.
pub(crate) fn candidates(book: &Book, world: &dyn Fn(&VendorId) -> Arc<World>) -> BTreeSet<Stream> {
    let (guarded, moved) = {
        let shelf = book.shelf();
        (shelf.guarded.clone(), shelf.moved.clone())
    };
    let follows = |stream: &Stream| policing::follows_persons(&world(stream.vendor()).program);
    guarded.into_iter().chain(moved.into_iter().filter(follows)).collect()
}

/// What one account adds; `None` where nothing is known of it.
async fn adds(book: &Book, stream: &Stream) -> anyhow::Result<Option<OfAccount>> {
    let Stream::Account(vendor, account_id) = stream else { return Ok(None) };
    let (facts, _) = accounts::facts(book.journal.as_ref(), stream).await?;
    let Some(last) = facts.last() else { return Ok(None) };
    let world = book.world(vendor);
    if !policing::may_add(&facts, &world.program) {
        return Ok(None);
    }
    let watermark = Watermark { head: last.meta.id, until: last.meta.recorded_at };
    let elsewhere = Elsewhere::tied_to(book, stream, &book.world(stream.vendor())).await?;
    let account = history::fold(&facts);
    let subject = Subject { vendor, account_id, account: &account, facts: &facts };
    let told = |_: &Stream, facts: &[domain::fact::Fact]| facts.to_vec();
    Ok(Some(super::adds(&subject, &world, &elsewhere, &told, watermark)))
}
