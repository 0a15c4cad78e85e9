//! Bulk intake of files: history is recorded first, then decided in a second pass.
//!
//! Both passes may be cut off at any point and run again: recorded inputs are repeats, derived events are
//! derived once. Every stream a record touches, new or repeated, is settled at the end, so that feeding the
//! same file again finishes what was cut off.

mod bulk;
mod in_turn;
pub mod lines;
mod record;
mod settle;

use std::sync::Arc;

use anyhow::Context as _;
use domain::id::{PartnerId, VendorId};
use domain::stream::Stream;
use futures::StreamExt as _;
use ports::Version;
use rustc_hash::{FxHashMap, FxHashSet};
use wire::answers::IngestSummary;

use crate::book::Book;
use crate::resolving;
use lines::Told;
use record::Prepared;

/// A chunk of records that is read where it is prepared, off the writing path; each is handed over as soon as
/// it is read.
pub type Chunk = Box<dyn FnOnce(&mut dyn FnMut(Told)) + Send>;

/// Records prepared together, in records: enough that a group commit carries thousands of events, few enough
/// that five chunks (one counted, one written, two prepared, one read) stay below 32 MB.
pub const CHUNK_RECORDS: usize = 1_024;
/// Chunks prepared ahead of the one being written; one per core of a small machine.
const CHUNKS_AHEAD: usize = 2;
/// Streams whose version is remembered, in streams; beyond that they are asked for again.
const VERSIONS_MAX: usize = 200_000;

/// How far an ingest is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Records recorded so far.
    Recorded { records: u64 },
    /// Streams settled so far, of all that were touched.
    Settled { streams: u64, of: u64 },
}

/// Records everything `chunks` yields, then lets the rules decide what is due.
///
/// # Errors
/// The journal or the quarantine cannot be written now; feed the same file again to finish.
pub async fn ingest<I>(
    book: Arc<Book>,
    source: &str,
    chunks: I,
    mut progress: impl FnMut(Progress),
) -> anyhow::Result<IngestSummary>
where
    I: Iterator<Item = std::io::Result<Chunk>> + Send + 'static,
{
    let cases_before = book.shelf().cases.len();
    let (mut summary, mut touched) = record(&book, source, chunks, &mut progress).await?;
    // Who is one customer is known before anything is decided or judged.
    let changed = resolving::after_all(&book, |stream| touched.contains(stream.to_string().as_str())).await?;
    touched.extend(changed.iter().map(|account| account.to_string().into()));
    let refused = settle::settle(&book, touched, &mut progress).await?;
    summary.refused = refused.min(summary.accepted);
    summary.accepted -= summary.refused;
    let cases = book.shelf().cases.len() - cases_before;
    summary.cases = u64::try_from(cases).unwrap_or(u64::MAX);
    Ok(summary)
}

/// The first pass; returns what it counted and the streams it touched. All it needed beside goes with it.
async fn record<I>(
    book: &Arc<Book>,
    source: &str,
    chunks: I,
    progress: &mut impl FnMut(Progress),
) -> anyhow::Result<(IngestSummary, FxHashSet<Arc<str>>)>
where
    I: Iterator<Item = std::io::Result<Chunk>> + Send + 'static,
{
    let mut run = Run::new(Arc::clone(book), source);
    let now = book.now();
    let sheets = Arc::default();
    let mut prepared = futures::stream::iter(chunks)
        .map(|chunk| {
            let sheets = Arc::clone(&sheets);
            tokio::task::spawn_blocking(move || chunk.map(|read| record::prepare(read, now, &sheets)))
        })
        .buffered(CHUNKS_AHEAD);
    // While the journal writes one chunk, the next is taken apart, and the one before it is counted.
    let mut flying = None;
    while let Some(chunk) = prepared.next().await {
        let next = run.begin(chunk?.context("reading the file")?);
        let landed = run.land(flying.take()).await?;
        flying = Some(run.launch(next).await?);
        run.finish(landed).await?;
        progress(Progress::Recorded { records: run.summary.read });
    }
    let landed = run.land(flying).await?;
    run.finish(landed).await?;
    progress(Progress::Recorded { records: run.summary.read });
    Ok((run.summary, run.touched))
}

/// One ingest under way.
struct Run {
    book: Arc<Book>,
    source: String,
    summary: IngestSummary,
    versions: FxHashMap<Arc<str>, Option<Version>>,
    touched: FxHashSet<Arc<str>>,
    known_partners: FxHashSet<(VendorId, PartnerId)>,
}

impl Run {
    fn new(book: Arc<Book>, source: &str) -> Self {
        let known = {
            let shelf = book.shelf();
            shelf.directory.partners().map(|(vendor, partner, _)| (vendor.clone(), partner.clone())).collect()
        };
        Self {
            book,
            source: source.to_owned(),
            summary: IngestSummary::default(),
            versions: FxHashMap::default(),
            touched: FxHashSet::default(),
            known_partners: known,
        }
    }

    async fn version(&mut self, stream: &Arc<str>) -> anyhow::Result<Option<Version>> {
        if let Some(version) = self.versions.get(stream) {
            return Ok(*version);
        }
        if self.versions.len() >= VERSIONS_MAX {
            self.versions.clear();
        }
        let version = self.book.journal.version(stream).await?;
        self.versions.insert(Arc::clone(stream), version);
        Ok(version)
    }

    /// Partners named by `prepared` that nobody enrolled: they become known before it is recorded.
    fn newly_seen(&mut self, prepared: &[Prepared]) -> Vec<Stream> {
        let mut seen = Vec::new();
        for (vendor, partner) in prepared.iter().flat_map(|one| &one.partners) {
            let place = (vendor.clone(), partner.clone());
            if self.known_partners.insert(place) {
                seen.push(Stream::Partner(vendor.clone(), partner.clone()));
            }
        }
        seen
    }
}
