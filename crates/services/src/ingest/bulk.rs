//! The second pass over most of a journal: accounts are gathered by scanning it, not read one by one.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::Context as _;
use domain::account::history;
use domain::event::Event;
use domain::event::case::CaseEvent;
use domain::fact::Fact;
use domain::stream::Stream;
use ports::{Append, AppendError, Expect, Outcome, Position, Version};
use rustc_hash::FxHashSet;
use tokio::sync::mpsc;

use super::Progress;
use crate::accounts::Loaded;
use crate::book::Book;
use crate::elsewhere::Elsewhere;
use crate::pen::{self, Penned};
use crate::replay::{self, Gathering, map_accounts};
use crate::{intake, sentinel, settling};

/// What is kept in memory of the facts gathered, in bytes: 16 MiB, so that an ingest stays below 256 MB. The rest
/// stands in a file meanwhile.
const GATHERED_BYTES: u64 = 16 * 1024 * 1024;
/// A row is passed over in the time in which one of so many streams of twenty events is read by itself.
const ROWS_PER_STREAM: u64 = 512;
/// Derived entries written together, in entries.
const GROUP_ENTRIES: usize = 1_024;
/// Accounts judged together, in accounts: their facts, at some 20 KB an account, are kept until then.
const GROUP_LOOKED_AT: usize = 64;
/// Accounts decided ahead of those being written, in accounts.
const ACCOUNTS_AHEAD: usize = 64;

/// What a bulk pass did, and left to do.
pub(super) struct Done {
    /// Attempts on protected accounts that were refused.
    pub(super) refused: u64,
    /// Accounts that others wrote to meanwhile: to be settled one by one.
    pub(super) left: Vec<Stream>,
}

/// Whether scanning costs less than reading every touched stream.
pub(super) async fn pays(book: &Book, touched: usize) -> anyhow::Result<bool> {
    let events = book.journal.head().await?.position.lo();
    let touched = u64::try_from(touched).context("streams are counted in 64 bits")?;
    Ok(touched.saturating_mul(ROWS_PER_STREAM) >= events)
}

/// Decides what is due on every touched account and judges those that the sentinel looks at.
pub(super) async fn settle(
    book: &Arc<Book>,
    touched: Arc<FxHashSet<Arc<str>>>,
    progress: &mut impl FnMut(Progress),
) -> anyhow::Result<Done> {
    let of = u64::try_from(touched.len()).context("streams are counted in 64 bits")?;
    let upto = book.journal.head().await?.position;
    let (send, mut decided) = mpsc::channel(ACCOUNTS_AHEAD);
    let deciding = tokio::task::spawn_blocking({
        let book = Arc::clone(book);
        move || decide(&book, &touched, upto, &send)
    });
    let mut group = Group::default();
    let mut done = Done { refused: 0, left: Vec::new() };
    let mut streams = 0;
    while let Some(account) = decided.recv().await {
        streams += 1;
        if let Some(account) = account {
            group.take(account);
        }
        if group.is_full() {
            std::mem::take(&mut group).write(book, &mut done).await?;
            progress(Progress::Settled { streams, of });
        }
    }
    deciding.await??;
    group.write(book, &mut done).await?;
    progress(Progress::Settled { streams, of });
    Ok(done)
}

/// One account with what is due on it.
struct Account {
    stream: Stream,
    version: Option<Version>,
    /// What is due, and the facts that each of it adds.
    appends: Vec<Append>,
    due: Vec<Vec<Fact>>,
    /// Everything recorded about it, when the sentinel looks at it.
    facts: Option<Vec<Fact>>,
}

/// Works out what is due on every account and sends it, with nothing in place of an account without.
fn decide(
    book: &Book,
    touched: &FxHashSet<Arc<str>>,
    upto: Position,
    send: &mpsc::Sender<Option<Account>>,
) -> anyhow::Result<()> {
    let wanted = |name: &str| touched.contains(name);
    let gathering = Gathering {
        upto,
        wanted: &wanted,
        apart: None,
        threads: replay::threads(),
        memory_bytes: GATHERED_BYTES,
    };
    let work = |stream: Stream, facts: Vec<Fact>| {
        let world = book.world(stream.vendor());
        let entries = settling::due(&stream, &facts, &world);
        let is_tied = stream.account().is_some_and(|account| world.identities.concern(account));
        let is_looked_at = is_tied || sentinel::looks_at(&book.shelf(), &stream, &facts, &world.program);
        if entries.is_empty() && !is_looked_at {
            return Ok(None);
        }
        let version =
            facts.last().map(|last| Version { revision: last.meta.revision, token: last.meta.position });
        let expect = Expect::from(version);
        let pen = |entry: pen::Entry| {
            let Penned { append, facts } = entry.pen();
            (Append { expect, ..append }, facts)
        };
        let (appends, due) = entries.into_iter().map(pen).unzip();
        Ok(Some(Account { stream, version, appends, due, facts: is_looked_at.then_some(facts) }))
    };
    map_accounts(book.journal.as_ref(), &gathering, work, &mut |account| {
        send.blocking_send(account).context("nobody writes what was decided any more")
    })
}

/// Accounts whose derived entries are written together.
#[derive(Default)]
struct Group {
    accounts: Vec<Account>,
    appends: Vec<Append>,
    looked_at: usize,
}

impl Group {
    fn take(&mut self, mut account: Account) {
        self.appends.append(&mut account.appends);
        self.looked_at += usize::from(account.facts.is_some());
        self.accounts.push(account);
    }

    fn is_full(&self) -> bool {
        self.appends.len() >= GROUP_ENTRIES || self.looked_at >= GROUP_LOOKED_AT
    }

    /// Records what is due, then judges the accounts as they stand with it.
    async fn write(self, book: &Arc<Book>, done: &mut Done) -> anyhow::Result<()> {
        let mut answers = book.journal.append_all(self.appends.into()).await.into_iter();
        let mut looked_at = Vec::with_capacity(self.looked_at);
        for mut account in self.accounts {
            let due = std::mem::take(&mut account.due);
            let mut lost = false;
            for (facts, answer) in due.into_iter().zip(&mut answers) {
                lost |= !account.record(book, facts, answer, done)?;
            }
            match account.facts {
                _ if lost => done.left.push(account.stream),
                Some(facts) => looked_at.push((account.stream, account.version, facts)),
                None => {}
            }
        }
        judge(book, looked_at, done).await
    }
}

impl Account {
    /// Takes in what became of one entry; says whether its stream still stood as it was gathered.
    fn record(
        &mut self,
        book: &Book,
        facts: Vec<Fact>,
        answer: Result<ports::Receipt, AppendError>,
        done: &mut Done,
    ) -> anyhow::Result<bool> {
        let receipt = match answer {
            Ok(receipt) if receipt.outcome == Outcome::Appended => receipt,
            // Derived before, under what held then: that stands.
            Ok(_) | Err(AppendError::KeyMismatch { .. }) => return Ok(true),
            Err(
                AppendError::Conflict { .. } | AppendError::Overloaded { .. } | AppendError::Indeterminate,
            ) => return Ok(false),
            Err(error @ (AppendError::Unavailable(_) | AppendError::TooLarge { .. })) => {
                return Err(error.into());
            }
        };
        book.forget(&self.stream);
        self.version = receipt.version;
        for fact in pen::placed(facts, &receipt)? {
            done.refused += u64::from(intake::refusal(&fact).is_some());
            book.shelve(&self.stream, &fact);
            if let Some(known) = &mut self.facts {
                known.push(fact);
            }
        }
        Ok(true)
    }
}

/// Whether a finding of several accounts begins or ends by the entry.
fn rests_on_others(entry: &pen::Entry) -> bool {
    let is_across = |pattern: &String| policing::across::PATTERNS.contains(&pattern.as_str());
    entry.lines.iter().any(|line| {
        let Event::Case(event) = &line.event else { return false };
        let found = matches!(event, CaseEvent::FindingRecorded(finding) if is_across(&finding.pattern));
        found || matches!(event, CaseEvent::VerdictChanged(changed) if is_across(&changed.pattern))
    })
}

type LookedAt = (Stream, Option<Version>, Vec<Fact>);

/// Judges accounts and records what changed about their cases, all in one group.
async fn judge(book: &Arc<Book>, looked_at: Vec<LookedAt>, done: &mut Done) -> anyhow::Result<()> {
    if looked_at.is_empty() {
        return Ok(());
    }
    let until = sentinel::recorded_until(book).await?;
    let mut gathered = Vec::with_capacity(looked_at.len());
    for one in looked_at {
        gathered.push((Elsewhere::of(book, &one.0, &one.2).await?, one));
    }
    let judging = Arc::clone(book);
    let judged = tokio::task::spawn_blocking(move || {
        let mut concerned = BTreeSet::new();
        let told = gathered.into_iter().flat_map(|(elsewhere, (stream, version, facts))| {
            let loaded = Loaded { account: history::fold(&facts), facts, version };
            let (told, others) = sentinel::told(&judging, &stream, &loaded, &elsewhere, until);
            concerned.extend(others);
            // What rests on other accounts is told once all of them were judged.
            let is_early = told.iter().any(rests_on_others);
            concerned.extend(is_early.then(|| stream.clone()));
            let told = if is_early { Vec::new() } else { told };
            told.into_iter().map(move |entry| (stream.clone(), entry))
        });
        let told = told.map(|(account, entry)| (account, entry.stream.clone(), entry.pen())).collect();
        (told, concerned)
    });
    let (judged, concerned): (Vec<(Stream, Stream, Penned)>, BTreeSet<Stream>) = judged.await?;
    // What others add to an account may not have been known when it was judged.
    done.left.extend(concerned);
    let mut appends: Vec<Append> = Vec::with_capacity(judged.len());
    let mut told = Vec::with_capacity(judged.len());
    for (account, case, Penned { append, facts }) in judged {
        let expect = book.load(&case).await?.version.into();
        appends.push(Append { expect, ..append });
        told.push((account, case, facts));
    }
    let answers = book.journal.append_all(appends.into()).await;
    for ((account, case, facts), answer) in told.into_iter().zip(answers) {
        match answer {
            Ok(receipt) if receipt.outcome == Outcome::Appended => {
                book.forget(&case);
                for fact in pen::placed(facts, &receipt)? {
                    book.shelve(&case, &fact);
                }
            }
            // Another sentinel was faster: look at what it left.
            Ok(_) | Err(AppendError::Conflict { .. } | AppendError::KeyMismatch { .. }) => {
                done.left.push(account);
            }
            Err(AppendError::Overloaded { .. } | AppendError::Indeterminate) => done.left.push(account),
            Err(error @ (AppendError::Unavailable(_) | AppendError::TooLarge { .. })) => {
                return Err(error.into());
            }
        }
    }
    Ok(())
}
