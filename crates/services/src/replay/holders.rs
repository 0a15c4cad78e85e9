//! Who holds each account, from nothing but the facts that move a holding.
//!
//! Most accounts are folded by [`views::holders::Holders`] on the way through the journal. Those in which
//! something was corrected or retracted are folded in full afterwards, since a correction may reach any fact.

use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;
use std::sync::{Arc, LazyLock};

use anyhow::Context as _;
use domain::account::history;
use domain::account::holding::Holding;
use domain::fact::Fact;
use domain::stream::Stream;
use ports::{Journal, KindSet, Position, Scan, StreamNumber, StreamShare};
use views::holders::Holders;

use super::gather::{Gathering, map_accounts};
use super::{GATHERED_BYTES, threads};
use crate::book::kind_of;
use crate::pen;

/// Types whose facts move a holding: those [`views::holders::begun`] looks at.
const MOVING: [&str; 4] =
    ["account.holder_recorded", "account.override_recorded", "change.executed", "change.reversed"];
const AMENDING: [&str; 2] = ["fact.corrected", "fact.retracted"];

static AMENDING_KINDS: LazyLock<KindSet> = LazyLock::new(|| KindSet::only(AMENDING.map(kind_of)));
static KINDS: LazyLock<KindSet> =
    LazyLock::new(|| KindSet::only(MOVING.into_iter().chain(AMENDING).map(kind_of)));

/// Every account somebody held up to the position `upto`, with its holdings in the order they took effect.
///
/// It blocks: call it from a blocking thread.
///
/// # Errors
/// The journal cannot be read, or holds something that is not ours.
pub fn holders(journal: &dyn Journal, upto: Position) -> anyhow::Result<BTreeMap<Stream, Vec<Holding>>> {
    let Folded { holders, amended } = fold(journal, upto)?;
    let mut held = BTreeMap::new();
    for (number, holdings) in holders.settle() {
        let name = name(journal, number)?;
        if !amended.contains(&name) {
            held.insert(parse(&name)?, holdings);
        }
    }
    if !amended.is_empty() {
        held.extend(in_full(journal, upto, &amended)?);
    }
    Ok(held)
}

/// What one or more ranges of the journal say.
#[derive(Default)]
struct Folded {
    holders: Holders<StreamNumber>,
    /// Names of streams with a correction or retraction.
    amended: HashSet<Arc<str>>,
}

/// Folds the journal in as many ranges as there are threads.
fn fold(journal: &dyn Journal, upto: Position) -> anyhow::Result<Folded> {
    let threads = u64::from(threads());
    let bound = |part: u64| Position::new(0, upto.lo() / threads * part);
    let ranges =
        (0..threads).map(|part| (bound(part), if part + 1 == threads { upto } else { bound(part + 1) }));
    std::thread::scope(|scope| {
        let folding: Vec<_> =
            ranges.map(|(after, upto)| scope.spawn(move || fold_range(journal, after, upto))).collect();
        let mut all = Folded::default();
        for range in folding {
            let range = range.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            all.holders.merge(range.holders);
            all.amended.extend(range.amended);
        }
        Ok(all)
    })
}

fn fold_range(journal: &dyn Journal, after: Position, upto: Position) -> anyhow::Result<Folded> {
    let mut folded = Folded::default();
    let mut failed = None;
    journal.scan_facts(Scan { after, upto, kinds: &KINDS, streams: StreamShare::ALL }, &mut |row| {
        if AMENDING_KINDS.contains(row.kind) {
            folded.amended.extend(journal.stream_name(row.stream));
            return ControlFlow::Continue(());
        }
        match pen::scanned(&row) {
            Ok(fact) => {
                folded.holders.take(row.stream, &fact);
                ControlFlow::Continue(())
            }
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    failed.map_or(Ok(folded), Err)
}

/// The holdings of some accounts with everything that was corrected.
fn in_full(
    journal: &dyn Journal,
    upto: Position,
    amended: &HashSet<Arc<str>>,
) -> anyhow::Result<Vec<(Stream, Vec<Holding>)>> {
    let wanted = |name: &str| amended.contains(name);
    let gathering =
        Gathering { upto, wanted: &wanted, apart: None, threads: threads(), memory_bytes: GATHERED_BYTES };
    let fold = |stream: Stream, facts: Vec<Fact>| Ok((stream, history::fold(&facts).holdings));
    let mut held = Vec::new();
    map_accounts(journal, &gathering, fold, &mut |(stream, holdings)| {
        if !holdings.is_empty() {
            held.push((stream, holdings));
        }
        Ok(())
    })?;
    Ok(held)
}

fn name(journal: &dyn Journal, number: StreamNumber) -> anyhow::Result<Arc<str>> {
    journal.stream_name(number).context("a scanned stream has a name")
}

fn parse(name: &str) -> anyhow::Result<Stream> {
    name.parse().with_context(|| format!("reading stream name {name}"))
}
