//! Replay: every account's facts from the journal, account by account.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;

use anyhow::Context as _;
use domain::fact::{Class, Fact};
use domain::id::{EventId, VendorId};
use domain::stream::Stream;
use domain::time::Instant;
use policing::Watermark;
use ports::{Journal, KindSet, Position, Scan, StreamNumber};
use wire::answers::{FindingRow, StorySummary};
use wire::record::{self, Place};

use crate::book::Book;
use crate::queries::{Moment, cases};
use crate::world::World;
use crate::{sentinel, settling};

/// Events gathered in one pass over the journal, in events: at some 250 bytes each this bounds a replay's
/// memory to about 250 MB, however long the journal.
const PASS_EVENTS_MAX: u64 = 1_000_000;

/// Hands over every account's facts up to the position `upto`, each account once.
///
/// A long journal is read in several passes, each gathering a share of the streams, so that memory stays
/// bounded. It blocks: call it from a blocking thread.
///
/// # Errors
/// The journal cannot be read, holds something that is not ours, or `each` failed.
pub fn each_account(
    journal: &dyn Journal,
    upto: Position,
    each: &mut dyn FnMut(&Stream, Vec<Fact>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let passes =
        u32::try_from(upto.lo() / PASS_EVENTS_MAX + 1).context("a journal is read in fewer passes")?;
    for pass in 0..passes {
        let gathered = gather(journal, upto, |number| number.0 % passes == pass)?;
        let mut named = BTreeMap::new();
        for (number, rows) in gathered {
            let name = journal.stream_name(number).context("a scanned stream has a name")?;
            let stream: Stream = name.parse().with_context(|| format!("reading stream name {name}"))?;
            if let Stream::Account(..) = stream {
                named.insert(stream, rows);
            }
        }
        for (stream, rows) in named {
            each(&stream, rows.facts()?)?;
        }
    }
    Ok(())
}

/// The compact rows of one stream, in journal order.
#[derive(Default)]
struct Rows {
    places: Vec<(Place, usize)>,
    bytes: Vec<u8>,
}

impl Rows {
    fn facts(self) -> anyhow::Result<Vec<Fact>> {
        let mut start = 0;
        let mut facts = Vec::with_capacity(self.places.len());
        for (place, end) in self.places {
            let id = place.id;
            let fact = record::read_fact(&self.bytes[start..end], place);
            facts.push(fact.with_context(|| format!("reading event {id}"))?);
            start = end;
        }
        Ok(facts)
    }
}

fn gather(
    journal: &dyn Journal,
    upto: Position,
    wanted: impl Fn(StreamNumber) -> bool,
) -> anyhow::Result<HashMap<StreamNumber, Rows>> {
    let mut gathered: HashMap<StreamNumber, Rows> = HashMap::new();
    let scan = Scan { after: Position::START, upto, kinds: &KindSet::ALL };
    journal.scan_facts(scan, &mut |row| {
        if wanted(row.stream) {
            let rows = gathered.entry(row.stream).or_default();
            rows.bytes.extend_from_slice(row.fact);
            let place = Place {
                id: EventId(row.id),
                position: row.position.lo(),
                revision: row.revision,
                recorded_ms: row.recorded_ms,
            };
            rows.places.push((place, rows.bytes.len()));
        }
        ControlFlow::Continue(())
    })?;
    Ok(gathered)
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
    let mut worlds: HashMap<VendorId, World> = HashMap::new();
    each_account(book.journal.as_ref(), moment.known, &mut |stream, facts| {
        summary.accounts += 1;
        let vendor = stream.vendor();
        let world = worlds.entry(vendor.clone()).or_insert_with(|| book.world_at(vendor, moment.known.lo()));
        summary.findings.extend(judge(stream, facts, world, moment, until));
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
    let account = Moment { known: Position::END, ..moment }.account(&facts);
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
