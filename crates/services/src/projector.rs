//! The projector: keeps projections on the bus for whoever watches them there.
//!
//! A projection is a folder of values, one for each stream it is made of, in a bucket of its vendor. The bucket
//! `CHAPERONE_VIEWS` says which one is current. A new version, or the same made anew, is built beside the
//! current one while that is served, compared with it, and then put in its place by writing one key.

pub mod build;
pub mod editions;
mod past;
pub mod view;

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

use anyhow::Context as _;
use bytes::Bytes;
use domain::stream::Stream;
use futures::StreamExt as _;
use futures::future::try_join_all;
use ports::projections::{Change, Projections};
use ports::{Position, Tailed};
use serde::{Deserialize, Serialize};

use crate::accounts::Loaded;
use crate::roles::standing::Standing;
use crate::roles::supervisor::Stopped;
pub use past::Past;
use view::{Said, VIEWS, View};

/// The bucket that says where each view is.
pub const DIRECTORY: &str = "CHAPERONE_VIEWS";
/// The key, in each bucket, of the position up to which its values are current.
pub const HEAD: &str = "_head";
/// Streams written together while the journal is being caught up with, in streams: what changes more than once
/// meanwhile is written once.
const STREAMS_GATHERED_MAX: usize = 4_096;
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
    let after = kept.iter().map(|kept| kept.written).min().unwrap_or(Position::START);
    let mut tail = past.tail(after);
    let mut gathered = Gathered::new();
    while let Some(tailed) = tail.next().await {
        let (upto, recorded_ms, is_full) = match tailed.map_err(anyhow::Error::from)? {
            Tailed::Event(recorded) => {
                let stream = recorded.stream.parse().context("reading a stream's name")?;
                gathered.insert(stream, recorded.revision);
                (recorded.position, Some(recorded.recorded_ms), gathered.len() >= STREAMS_GATHERED_MAX)
            }
            Tailed::CaughtUp(upto) => (upto, None, true),
        };
        if !is_full {
            continue;
        }
        let streams = std::mem::take(&mut gathered);
        let to = projections.as_ref();
        let moved = try_join_all(kept.iter().map(|kept| kept.moved(to))).await?;
        if moved.contains(&true) {
            // Another edition took its place: what it lacks is found by starting from its own head.
            return Ok(());
        }
        let changes = changes(&past, &kept, streams, &standing).await?;
        let writing = kept.iter_mut().zip(changes).map(|(kept, changes)| kept.write(to, changes, upto));
        try_join_all(writing).await?;
        standing.is_done(upto, recorded_ms);
    }
    Ok(())
}

/// One view that is kept current.
struct Kept {
    view: &'static View,
    edition: Edition,
    written: Position,
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
        Ok(Self { view, edition, written })
    }

    /// Whether another edition is served now.
    async fn moved(&self, projections: &dyn Projections) -> anyhow::Result<bool> {
        Ok(served(projections, self.view).await? != Some(self.edition))
    }

    /// Writes the changes bucket by bucket, and in each its head last.
    async fn write(
        &mut self,
        projections: &dyn Projections,
        changes: ByBucket,
        upto: Position,
    ) -> anyhow::Result<()> {
        if upto <= self.written {
            return Ok(());
        }
        for (bucket, mut changes) in changes {
            changes.push((HEAD.to_owned(), Some(upto.to_string().into())));
            projections.write(&bucket, changes).await?;
        }
        let head = (self.edition.head_key(self.view), Some(Bytes::from(upto.to_string())));
        projections.write(DIRECTORY, vec![head]).await?;
        self.written = upto;
        Ok(())
    }
}

/// Streams with news, each with its last revision.
type Gathered = BTreeMap<Stream, u64>;
type ByBucket = BTreeMap<String, Vec<Change>>;

/// What the streams say now in each view that is kept; every stream is read once.
async fn changes(
    past: &Past,
    kept: &[Kept],
    streams: Gathered,
    standing: &Standing,
) -> anyhow::Result<Vec<ByBucket>> {
    let mut by_view = vec![ByBucket::new(); kept.len()];
    let is_viewed = |(stream, _): &(Stream, u64)| kept.iter().any(|kept| (kept.view.concerns)(stream));
    let mut read = futures::stream::iter(streams.into_iter().filter(is_viewed))
        .map(|(stream, revision)| async move {
            let loaded = readable(&stream, past.stream_since(&stream, revision).await, standing);
            loaded.map(|loaded| (stream, loaded))
        })
        .buffered(READS_MAX);
    while let Some(read) = read.next().await {
        let (stream, loaded) = read?;
        let Some(said) = loaded.as_deref().and_then(|loaded| Said::of(&stream, loaded)) else { continue };
        for (Kept { view, edition, .. }, by_bucket) in kept.iter().zip(&mut by_view) {
            let value = (view.concerns)(&stream).then(|| view.value(&said)).flatten();
            let Some(value) = value else { continue };
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
    let said = loaded.as_deref().and_then(|loaded| Said::of(stream, loaded));
    let value = said.and_then(|said| view.value(&said));
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
