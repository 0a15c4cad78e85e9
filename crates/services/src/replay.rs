//! Replay: every account's facts from the journal, account by account.

mod gather;
mod holders;

use std::collections::HashMap;
use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};

use domain::account::{Account, history};
use domain::fact::{Class, Fact};
use domain::id::VendorId;
use domain::stream::Stream;
use domain::time::Instant;
use policing::Watermark;
use ports::{Journal, Position};
use wire::answers::{FindingRow, StorySummary};

use crate::book::Book;
use crate::queries::{Moment, cases};
use crate::world::World;
use crate::{sentinel, settling};
pub use gather::{Gathering, map_accounts};
pub use holders::holders;

/// Events gathered in one pass over the journal, in events: at some 250 bytes each this bounds a replay's
/// memory to about 250 MB, however long the journal.
const PASS_EVENTS: u64 = 1_000_000;
/// Threads that fold and judge, at most: what is gathered on each costs memory.
const THREADS_MAX: usize = 4;

/// Hands over every account's facts up to the position `upto`, each account once.
///
/// It blocks: call it from a blocking thread.
///
/// # Errors
/// The journal cannot be read, holds something that is not ours, or `each` failed.
pub fn each_account(
    journal: &dyn Journal,
    upto: Position,
    each: &mut dyn FnMut(&Stream, Vec<Fact>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let gathering = Gathering { upto, wanted: &|_| true, threads: 1, pass_events: PASS_EVENTS };
    let facts = |stream, facts| Ok((stream, facts));
    map_accounts(journal, &gathering, facts, &mut |(stream, facts)| each(&stream, facts))
}

/// How many threads work on accounts here: one per core, up to a few.
pub(crate) fn threads() -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    u32::try_from(cores.min(THREADS_MAX)).unwrap_or(1)
}

/// Decides and judges every account again, from what was asked, observed and ruled by the moment.
///
/// What the rules derived from recorded facts is dropped and derived anew; what they decided about a command
/// when it was given stands, since the command was answered with it. `until` is the recorded time up to which
/// the story is known. It blocks.
///
/// # Errors
/// The journal cannot be read, or holds something that is not ours.
pub fn judge_all(book: &Book, moment: Moment, until: Instant) -> anyhow::Result<StorySummary> {
    let started = book.clock.now_ms();
    let mut summary = StorySummary { events: moment.known.lo(), ..StorySummary::default() };
    let worlds: Mutex<HashMap<VendorId, Arc<World>>> = Mutex::default();
    let world_of = |vendor: &VendorId| {
        let mut worlds = worlds.lock().unwrap_or_else(PoisonError::into_inner);
        let folded = || Arc::new(book.world_at(vendor, moment.known.lo()));
        Arc::clone(worlds.entry(vendor.clone()).or_insert_with(folded))
    };
    let gathering =
        Gathering { upto: moment.known, wanted: &|_| true, threads: threads(), pass_events: PASS_EVENTS };
    let judge = |stream: Stream, facts| {
        let world = world_of(stream.vendor());
        Ok(judge(&stream, facts, &world, moment, until))
    };
    map_accounts(book.journal.as_ref(), &gathering, judge, &mut |findings| {
        summary.accounts += 1;
        summary.findings.extend(findings);
        Ok(())
    })?;
    summary.findings.sort();
    summary.elapsed_ms = u64::try_from(book.clock.now_ms() - started).unwrap_or_default();
    Ok(summary)
}

/// The findings that stand about one account.
fn judge(
    stream: &Stream,
    facts: Vec<Fact>,
    world: &World,
    moment: Moment,
    until: Instant,
) -> Vec<FindingRow> {
    let Stream::Account(vendor, account_id) = stream else { return Vec::new() };
    let head = facts.last().map(|fact| fact.meta.id);
    let Some(head) = head else { return Vec::new() };
    let told: Vec<Fact> = facts
        .into_iter()
        .filter(|fact| fact.meta.class != Class::Derived || fact.meta.causation.is_none())
        .collect();
    let facts = derived_anew(stream, told, world);
    let effective = history::effective(&facts);
    let so_far = effective.iter().filter(|fact| fact.meta.valid_at <= moment.as_of);
    let account = so_far.fold(Account::default(), |account, fact| account.evolve(fact));
    let watermark = Watermark { head, until };
    let judged = policing::judge(account_id, &account, &world.families, &world.program, watermark);
    judged
        .iter()
        .map(|judged| {
            cases::finding_row(&sentinel::case_id(vendor, &judged.case), &judged.opened, &judged.finding)
        })
        .collect()
}

/// The facts with what the rules derive from them, in the places it would have been recorded at.
fn derived_anew(stream: &Stream, mut facts: Vec<Fact>, world: &World) -> Vec<Fact> {
    let mut position = facts.last().map_or(0, |fact| fact.meta.position);
    for entry in settling::due(stream, &facts, world) {
        for mut fact in entry.pen().facts {
            position += 1;
            fact.meta.position = position;
            let cause = facts.iter().find(|known| Some(known.meta.id) == fact.meta.causation);
            fact.meta.recorded_at = cause.map_or(fact.meta.valid_at, |cause| cause.meta.recorded_at);
            facts.push(fact);
        }
    }
    facts
}
