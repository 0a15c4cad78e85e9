//! The second pass: every touched account is decided and judged with all its history known.

use std::collections::HashSet;
use std::sync::Arc;

use anyhow::Context as _;
use domain::fact::Fact;
use domain::id::VendorId;
use domain::stream::Stream;
use futures::StreamExt as _;
use ports::{Append, AppendError, Version};
use rustc_hash::FxHashSet;

use super::{Progress, bulk};
use crate::accounts;
use crate::book::{Book, expect};
use crate::{intake, pen, sentinel, settling};

/// Accounts read and decided at a time; a few per core hide the waiting for the disk.
const ACCOUNTS_AT_A_TIME: usize = 8;
/// Derived entries written together, in entries.
const GROUP_ENTRIES: usize = 4_096;
/// How often the whole pass looks again for accounts that others wrote to meanwhile.
const ROUNDS_MAX: usize = 16;

/// Settles and judges the touched accounts; returns how many attempts on protected accounts were refused.
pub(super) async fn settle(
    book: &Arc<Book>,
    touched: FxHashSet<Arc<str>>,
    progress: &mut impl FnMut(Progress),
) -> anyhow::Result<u64> {
    let touched = Arc::new(with_concerned(book, touched));
    book.ledger.expect_all(book, &touched);
    let mut refused = 0;
    let in_bulk = bulk::pays(book, touched.len()).await?;
    let mut open = if in_bulk {
        let done = bulk::settle(book, Arc::clone(&touched), progress).await?;
        refused += done.refused;
        done.left
    } else {
        accounts(&touched)
    };
    let mut unjudged: HashSet<Stream> = open.iter().cloned().collect();
    // What was told of one account may speak against what was decided about another of the customer.
    let told: Vec<Stream> = touched.iter().filter_map(|name| name.parse().ok()).collect();
    unjudged.extend(settling::decided_with(book, &told).await?);
    for _ in 0..ROUNDS_MAX {
        if open.is_empty() {
            break;
        }
        let round = decide(book, open, progress).await?;
        refused += round.refused;
        open = round.again;
    }
    anyhow::ensure!(open.is_empty(), "other writers kept changing the same accounts; feed the file again");
    let mut guarded: Vec<Stream> = unjudged.into_iter().collect();
    guarded.sort();
    for stream in guarded {
        sentinel::look(book, &stream).await?;
    }
    sentinel::look_at_ripe(book).await?;
    Ok(refused)
}

/// What was touched, and the accounts that are decided or judged differently because of it.
fn with_concerned(book: &Book, mut touched: FxHashSet<Arc<str>>) -> FxHashSet<Arc<str>> {
    let changed: Vec<Stream> =
        touched.iter().filter_map(|name| name.parse().ok()).filter(crate::world::Worlds::concerns).collect();
    // One partner of a vendor stands for all of them: which accounts are concerned is the same.
    let mut met: HashSet<(VendorId, bool)> = HashSet::new();
    for stream in changed {
        let is_program = matches!(stream, Stream::Program(_));
        if met.insert((stream.vendor().clone(), is_program)) {
            touched
                .extend(settling::concerned(book, &stream).iter().map(|account| account.to_string().into()));
        }
    }
    touched
}

fn accounts(touched: &FxHashSet<Arc<str>>) -> Vec<Stream> {
    let streams = touched.iter().filter_map(|name| name.parse().ok());
    let mut accounts: Vec<Stream> = streams.filter(|stream| matches!(stream, Stream::Account(..))).collect();
    accounts.sort();
    accounts
}

struct Round {
    refused: u64,
    again: Vec<Stream>,
}

async fn decide(
    book: &Arc<Book>,
    streams: Vec<Stream>,
    progress: &mut impl FnMut(Progress),
) -> anyhow::Result<Round> {
    let of = u64::try_from(streams.len()).context("streams are counted in 64 bits")?;
    let mut round = Round { refused: 0, again: Vec::new() };
    let mut decided = futures::stream::iter(streams)
        .map(|stream| tokio::spawn(due(Arc::clone(book), stream)))
        .buffer_unordered(ACCOUNTS_AT_A_TIME);
    let (mut group, mut done) = (Vec::new(), 0);
    while let Some(account) = decided.next().await {
        let Some(account) = account?? else {
            done += 1;
            continue;
        };
        group.extend(account);
        done += 1;
        if group.len() >= GROUP_ENTRIES {
            write(book, std::mem::take(&mut group), &mut round).await?;
            progress(Progress::Settled { streams: done, of });
        }
    }
    write(book, group, &mut round).await?;
    progress(Progress::Settled { streams: done, of });
    Ok(round)
}

/// One derived entry, ready to be written.
struct Due {
    stream: Stream,
    penned: pen::Penned,
}

async fn due(book: Arc<Book>, stream: Stream) -> anyhow::Result<Option<Vec<Due>>> {
    let (facts, version): (_, Option<Version>) = accounts::facts(book.journal.as_ref(), &stream).await?;
    let world = book.world(stream.vendor());
    let entries = settling::due(&stream, &facts, &world);
    if entries.is_empty() {
        return Ok(None);
    }
    let pen = |entry: pen::Entry| {
        let mut penned = entry.pen();
        penned.append.expect = expect(version);
        Due { stream: stream.clone(), penned }
    };
    Ok(Some(entries.into_iter().map(pen).collect()))
}

async fn write(book: &Arc<Book>, group: Vec<Due>, round: &mut Round) -> anyhow::Result<()> {
    let mut appends: Vec<Append> = Vec::with_capacity(group.len());
    let group: Vec<(Stream, Vec<Fact>)> = group
        .into_iter()
        .map(|Due { stream, penned }| {
            appends.push(penned.append);
            (stream, penned.facts)
        })
        .collect();
    let answers = book.journal.append_all(appends.into()).await;
    for ((stream, facts), answer) in group.into_iter().zip(answers) {
        match answer {
            Ok(receipt) => {
                book.forget(&stream);
                for fact in pen::placed(facts, &receipt)? {
                    round.refused += u64::from(intake::refusal(&fact).is_some());
                    book.shelve(&stream, &fact);
                }
            }
            // Derived before, under what held then: that stands.
            Err(AppendError::KeyMismatch { .. }) => {}
            Err(
                AppendError::Conflict { .. } | AppendError::Overloaded { .. } | AppendError::Indeterminate,
            ) => {
                if round.again.last() != Some(&stream) {
                    round.again.push(stream);
                }
            }
            Err(error @ (AppendError::Unavailable(_) | AppendError::TooLarge { .. })) => {
                return Err(error.into());
            }
        }
    }
    Ok(())
}
