//! How many registrations a partner has open over all accounts: what a cap on them is decided on.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use anyhow::Context as _;
use domain::account::registration::OpenRegistrations;
use domain::account::{Account, history};
use domain::command::{Command, DealCommand};
use domain::id::PartnerId;
use domain::stream::Stream;
use domain::time::Instant;
use ports::{KindSet, Position, Scan, StreamNumber, StreamShare};
use tokio::sync::{Mutex, MutexGuard};
use wire::command::CommandInput;

use crate::book::{Book, kind_of};
use crate::world::World;
use crate::{accounts, replay};

/// The open registrations of all accounts, read when a cap first asks for them.
///
/// Who counts holds them until its answer is recorded, so two submissions in one process are never counted side by
/// side and no cap is exceeded. Processes that decide side by side on one journal do not wait for each other: each
/// of the others may add one to what a cap allows.
#[derive(Debug, Default)]
pub(crate) struct Registrations {
    kept: Mutex<Option<Kept>>,
}

/// As far as the journal was read.
#[derive(Debug)]
struct Kept {
    upto: Position,
    by_account: BTreeMap<Stream, Vec<Open>>,
}

/// One open registration, and until when it is one.
#[derive(Debug)]
struct Open {
    partner: PartnerId,
    until: Instant,
}

/// What a partner has open on other accounts, which nobody else counts as long as this is held.
pub(crate) struct Counted<'a> {
    pub(crate) open: OpenRegistrations,
    _turn: MutexGuard<'a, Option<Kept>>,
}

impl Registrations {
    /// What the partner that submits has open on other accounts; nothing where the policy has no cap, or for any other
    /// command.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub(crate) async fn elsewhere(
        &self,
        book: &Book,
        input: &CommandInput,
        world: &World,
        now: Instant,
    ) -> anyhow::Result<Option<Counted<'_>>> {
        let Command::Deal(DealCommand::Submit(submitted)) = &input.command else { return Ok(None) };
        if world.program.policy_at(now).policy.registration.open_max.is_none() {
            return Ok(None);
        }
        let mut kept = self.kept.lock().await;
        if kept.is_none() {
            *kept = Some(read(book).await.context("reading which registrations are open")?);
        }
        let Some(known) = kept.as_mut() else { return Ok(None) };
        known.read_on(book).await.context("reading which registrations are open")?;
        let open = known.count(&input.stream, &submitted.partner, now);
        Ok(Some(Counted { open, _turn: kept }))
    }
}

impl Kept {
    /// Looks again at every account of which something new is recorded.
    async fn read_on(&mut self, book: &Book) -> anyhow::Result<()> {
        let mut touched: BTreeSet<StreamNumber> = BTreeSet::new();
        let kinds = kinds();
        let scan = Scan { after: self.upto, upto: Position::END, kinds: &kinds, streams: StreamShare::ALL };
        self.upto = book.journal.scan_facts(scan, &mut |row| {
            touched.insert(row.stream);
            ControlFlow::Continue(())
        })?;
        for number in touched {
            let name = book.journal.stream_name(number).context("a scanned stream has a name")?;
            let stream: Stream = name.parse()?;
            // What the book keeps of it may be older than what was scanned.
            let loaded = accounts::read(book.journal.as_ref(), &stream).await?;
            self.put(stream, &loaded.account, book.now());
        }
        Ok(())
    }

    fn put(&mut self, stream: Stream, account: &Account, now: Instant) {
        let open: Vec<Open> = account
            .deals
            .iter()
            .filter_map(|deal| Some(Open { partner: deal.partner.clone()?, until: deal.open_until(now)? }))
            .collect();
        if open.is_empty() {
            self.by_account.remove(&stream);
        } else {
            self.by_account.insert(stream, open);
        }
    }

    fn count(&self, own: &Stream, partner: &PartnerId, now: Instant) -> OpenRegistrations {
        let others = self.by_account.iter();
        let others = others.filter(|(stream, _)| *stream != own && stream.vendor() == own.vendor());
        let open = others.flat_map(|(_, open)| open);
        open.filter(|one| one.partner == *partner && now < one.until)
            .fold(OpenRegistrations::default(), |open, one| open.and(one.until))
    }
}

/// Everything up to the end of the journal as it is now.
async fn read(book: &Book) -> anyhow::Result<Kept> {
    let upto = book.journal.head().await?.position;
    let (journal, now) = (Arc::clone(&book.journal), book.now());
    let reading = tokio::task::spawn_blocking(move || {
        let mut kept = Kept { upto, by_account: BTreeMap::new() };
        replay::each_account(journal.as_ref(), upto, &mut |stream, facts| {
            kept.put(stream.clone(), &history::fold(&facts), now);
            Ok(())
        })?;
        anyhow::Ok(kept)
    });
    reading.await?
}

/// What may open, change or end a registration.
pub(crate) fn kinds() -> KindSet {
    let of_deals = wire::event::TYPES.iter().filter(|one| one.name.starts_with("chaperone.deal."));
    let corrections = ["fact.corrected", "fact.retracted"].map(kind_of);
    KindSet::only(of_deals.map(|one| one.kind).chain(corrections))
}
