//! The projector: keeps projections on the bus for whoever watches them there.
//!
//! A projection is a folder of values, one for each stream it is made of, in a bucket of its vendor. The bucket
//! `CHAPERONE_VIEWS` says which one is current. A new version, or the same made anew, is built beside the
//! current one while that is served, compared with it, and then put in its place by writing one key.

pub mod build;
pub mod editions;
mod past;
pub mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display, Formatter};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use domain::stream::Stream;
use futures::StreamExt as _;
use futures::future::try_join_all;
use ports::projections::{Change, Projections};
use ports::{Position, Recorded, Tailed};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, timeout_at};

use crate::accounts::Loaded;
use crate::roles::standing::Standing;
use crate::roles::supervisor::Stopped;
pub use past::Past;
use view::{Said, VIEWS, View};

/// The bucket that says where each view is.
pub const DIRECTORY: &str = "CHAPERONE_VIEWS";
/// The key, in each bucket, of the position up to which its values are current; written once a second.
pub const HEAD: &str = "_head";
/// Streams written together while the journal is being caught up with, in streams: what changes more than once
/// meanwhile is written once.
const STREAMS_GATHERED_MAX: usize = 4_096;
/// How often it is written how far all values are: who starts again writes at most so much once more, and values that
/// change a thousand times a second wait for no other key.
const HEADS_EVERY: Duration = Duration::from_secs(1);
/// Streams read at a time: more than a few gain nothing on few cores.
const READS_MAX: usize = 4;

/// Which edition of a view is served: what the key with the view's name holds in [`DIRECTORY`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edition {
    pub version: u32,
    /// Counts how often this version was made anew.
    pub made: u32,
}

/// As buckets end: `v1`, and `v1_2` when it was made anew.
impl Display for Edition {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self.made {
            1 => write!(formatter, "v{}", self.version),
            made => write!(formatter, "v{}_{made}", self.version),
        }
    }
}

impl Edition {
    /// The bucket in which the vendor's values of a view are.
    pub fn bucket(self, view: &View, vendor: &str) -> String {
        format!("CHAPERONE_{}_{vendor}_{self}", view.name)
    }

    /// The key, in [`DIRECTORY`], of the position up to which this edition is written.
    fn head_key(self, view: &View) -> String {
        format!("{}.v{}.{}.head", view.name, self.version, self.made)
    }
}

/// The edition of a view that is served now; none before the first.
///
/// # Errors
/// The bus cannot be reached, or somebody else wrote the key.
pub async fn served(projections: &dyn Projections, view: &View) -> anyhow::Result<Option<Edition>> {
    edition_at(projections, view.name).await
}

/// The edition of a view that is being made, or was when whoever made it went away.
///
/// # Errors
/// The bus cannot be reached, or somebody else wrote the key.
pub async fn being_built(projections: &dyn Projections, view: &View) -> anyhow::Result<Option<Edition>> {
    edition_at(projections, &building_key(view)).await
}

/// The key, in [`DIRECTORY`], of the edition that is being made.
fn building_key(view: &View) -> String {
    format!("{}.building", view.name)
}

async fn edition_at(projections: &dyn Projections, key: &str) -> anyhow::Result<Option<Edition>> {
    let found = projections.get(DIRECTORY, key).await?;
    let read = |bytes: Bytes| serde_json::from_slice(&bytes);
    found.map(read).transpose().with_context(|| format!("reading {key} in {DIRECTORY}"))
}

/// The position up to which an edition is written; none while it is being made for the first time.
///
/// # Errors
/// The bus cannot be reached.
pub async fn written(
    projections: &dyn Projections,
    view: &View,
    edition: Edition,
) -> anyhow::Result<Option<Position>> {
    let head = projections.get(DIRECTORY, &edition.head_key(view)).await?;
    Ok(head.and_then(|head| std::str::from_utf8(&head).ok().and_then(|head| head.parse().ok())))
}

/// Keeps every view current, building first what is not there in this version, until the bus or the journal fails.
///
/// # Errors
/// The journal or the bus cannot be reached; started again, it goes on where it was.
pub async fn keep(past: Past, projections: Arc<dyn Projections>, standing: Standing) -> Result<(), Stopped> {
    projections.open(DIRECTORY).await.map_err(anyhow::Error::from)?;
    let mut kept = Vec::new();
    for view in &VIEWS {
        kept.push(Kept::open(&past, projections.as_ref(), view, &standing).await?);
    }
    let to = projections.as_ref();
    let after = kept.iter().map(|kept| kept.written).min().unwrap_or(Position::START);
    let mut tail = past.tail(after);
    let (mut gathered, mut heads_at) = (Gathered::new(), None);
    loop {
        if heads_at.is_some_and(|at| at <= Instant::now()) {
            try_join_all(kept.iter().map(|kept| kept.write_heads(to))).await?;
            heads_at = None;
        }
        let next = match heads_at {
            Some(at) => timeout_at(at, tail.next()).await,
            None => Ok(tail.next().await),
        };
        let (upto, recorded_ms, is_full) = match next {
            Err(_elapsed) => continue,
            Ok(None) => return Ok(()),
            Ok(Some(tailed)) => match tailed.map_err(anyhow::Error::from)? {
                Tailed::Event(recorded) => {
                    gather(&mut gathered, &recorded)?;
                    (recorded.position, Some(recorded.recorded_ms), gathered.len() >= STREAMS_GATHERED_MAX)
                }
                Tailed::CaughtUp(upto) => (upto, None, true),
            },
        };
        if !is_full {
            continue;
        }
        let streams = std::mem::take(&mut gathered);
        let moved = try_join_all(kept.iter().map(|kept| kept.moved(to)));
        let (moved, changes) = tokio::try_join!(moved, changes(&past, &kept, streams, &standing))?;
        if moved.contains(&true) {
            // Another edition took its place: what it lacks is found by starting from its own head.
            return Ok(());
        }
        let writing = kept.iter_mut().zip(changes).map(|(kept, changes)| kept.write(to, changes, upto));
        try_join_all(writing).await?;
        heads_at.get_or_insert_with(|| Instant::now() + HEADS_EVERY);
        standing.is_done(upto, recorded_ms);
    }
}

/// One view that is kept current.
struct Kept {
    view: &'static View,
    edition: Edition,
    written: Position,
    /// The buckets written to since this process started.
    buckets: BTreeSet<String>,
}

impl Kept {
    async fn open(
        past: &Past,
        projections: &dyn Projections,
        view: &'static View,
        standing: &Standing,
    ) -> anyhow::Result<Self> {
        let edition = match served(projections, view).await? {
            Some(edition) if edition.version == view.version => edition,
            older => {
                let edition = Edition { version: view.version, made: 1 };
                let vendors = build::build(past, projections, view, edition, standing).await?;
                let report = build::compare(projections, view, &vendors, older, edition).await?;
                tracing::info!(
                    view = view.name,
                    "view {} takes the place of the one before: {report:?}",
                    view.name
                );
                build::switch(projections, view, edition).await?;
                edition
            }
        };
        let written = written(projections, view, edition).await?.unwrap_or(Position::START);
        Ok(Self { view, edition, written, buckets: BTreeSet::new() })
    }

    /// Whether another edition is served now.
    async fn moved(&self, projections: &dyn Projections) -> anyhow::Result<bool> {
        Ok(served(projections, self.view).await? != Some(self.edition))
    }

    /// Writes the changes bucket by bucket.
    async fn write(
        &mut self,
        projections: &dyn Projections,
        changes: ByBucket,
        upto: Position,
    ) -> anyhow::Result<()> {
        if upto <= self.written {
            return Ok(());
        }
        for (bucket, changes) in changes {
            projections.write(&bucket, changes).await?;
            self.buckets.insert(bucket);
        }
        self.written = upto;
        Ok(())
    }

    /// Says how far everything is written, also in buckets in which nothing changed for a while.
    async fn write_heads(&self, projections: &dyn Projections) -> anyhow::Result<()> {
        let head = || Some(Bytes::from(self.written.to_string()));
        for bucket in &self.buckets {
            projections.write(bucket, vec![(HEAD.to_owned(), head())]).await?;
        }
        Ok(projections.write(DIRECTORY, vec![(self.edition.head_key(self.view), head())]).await?)
    }
}

/// Streams with news.
type Gathered = BTreeMap<Stream, News>;
type ByBucket = BTreeMap<String, Vec<Change>>;

/// What is known of a stream before it is read.
#[derive(Debug, Default)]
struct News {
    /// Its last revision.
    revision: u64,
    /// Which of [`VIEWS`] it may change.
    turned: [bool; VIEWS.len()],
}

fn gather(gathered: &mut Gathered, recorded: &Recorded) -> anyhow::Result<()> {
    let stream = recorded.stream.parse().context("reading a stream's name")?;
    let turned = VIEWS.each_ref().map(|view| view.turns_on(&stream, recorded.kind));
    if turned.contains(&true) {
        let news = gathered.entry(stream).or_default();
        news.revision = recorded.revision;
        news.turned.iter_mut().zip(turned).for_each(|(known, turned)| *known |= turned);
    }
    Ok(())
}

/// What the streams say now in each view that is kept; every stream is read once.
async fn changes(
    past: &Past,
    kept: &[Kept],
    streams: Gathered,
    standing: &Standing,
) -> anyhow::Result<Vec<ByBucket>> {
    let mut by_view = vec![ByBucket::new(); kept.len()];
    let mut read = futures::stream::iter(streams)
        .map(|(stream, News { revision, turned })| async move {
            let loaded = readable(&stream, past.stream_since(&stream, revision).await, standing);
            loaded.map(|loaded| (stream, turned, loaded))
        })
        .buffered(READS_MAX);
    while let Some(read) = read.next().await {
        let (stream, turned, loaded) = read?;
        let Some(loaded) = loaded.as_deref() else { continue };
        let said = Said { stream: &stream, loaded };
        for ((Kept { view, edition, .. }, by_bucket), turned) in kept.iter().zip(&mut by_view).zip(turned) {
            let Some(value) = turned.then(|| view.value(&said)).flatten() else { continue };
            let bucket = edition.bucket(view, stream.vendor().as_str());
            by_bucket.entry(bucket).or_default().push((view::key(&stream), Some(value)));
        }
    }
    Ok(by_view)
}

/// What a stream says in a view, or nothing when it cannot be read.
async fn value(
    past: &Past,
    view: &View,
    stream: &Stream,
    standing: &Standing,
) -> anyhow::Result<Option<Change>> {
    let loaded = readable(stream, past.stream(stream).await, standing)?;
    let value = loaded.as_deref().and_then(|loaded| view.value(&Said { stream, loaded }));
    Ok(value.map(|value| (view::key(stream), Some(value))))
}

/// The stream as read; none when it cannot be understood: it is then set aside and shown as such.
fn readable(
    stream: &Stream,
    read: anyhow::Result<Arc<Loaded>>,
    standing: &Standing,
) -> anyhow::Result<Option<Arc<Loaded>>> {
    match read {
        Ok(loaded) => Ok(Some(loaded)),
        Err(error) if error.downcast_ref::<ports::ReadError>().is_some() => Err(error),
        Err(error) => {
            tracing::error!(stream = %stream, "{stream} is set aside: {error:#}");
            standing.park(stream.to_string());
            Ok(None)
        }
    }
}
