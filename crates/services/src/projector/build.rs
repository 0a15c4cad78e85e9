//! Building an edition beside the one that is served, comparing the two, and the one switch.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use domain::stream::Stream;
use futures::StreamExt as _;
use ports::projections::{Change, Projections};
use serde::{Deserialize, Serialize};

use super::view::View;
use super::{DIRECTORY, Edition, HEAD, Past, being_built, building_key, served, value};
use crate::roles::standing::Standing;

/// Streams read and folded at a time: a few per core hide the waiting for the disk.
const STREAMS_AT_A_TIME: usize = 8;
/// Values written together, in values.
const VALUES_WRITTEN: usize = 512;
/// Keys named in a report, in keys; the counts are whole.
const KEYS_NAMED: usize = 20;

/// How two editions of a view differ.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub same: u64,
    pub changed: u64,
    pub only_before: u64,
    pub only_now: u64,
    /// The first keys that are not the same, with their vendor.
    pub keys: Vec<String>,
}

/// Makes the edition from the first event on, and returns the vendors it has values of; what was left of an earlier
/// try is taken away first. Until it is switched to, the directory says that it is being made.
///
/// # Errors
/// The journal or the bus cannot be reached.
pub async fn build(
    past: &Past,
    projections: &dyn Projections,
    view: &View,
    edition: Edition,
    standing: &Standing,
) -> anyhow::Result<Vec<String>> {
    projections.write(DIRECTORY, vec![(building_key(view), Some(written(edition)))]).await?;
    let upto = past.head().await?;
    let streams: Vec<Stream> = past.streams().into_iter().filter(view.concerns).collect();
    let vendors: BTreeSet<String> = streams.iter().map(|stream| stream.vendor().to_string()).collect();
    for vendor in &vendors {
        let bucket = edition.bucket(view, vendor);
        projections.remove(&bucket).await?;
        projections.open(&bucket).await?;
    }
    let mut values = futures::stream::iter(streams)
        .map(|stream| async move {
            let value = value(past, view, &stream, standing).await;
            (stream, value)
        })
        .buffered(STREAMS_AT_A_TIME);
    let mut by_bucket: BTreeMap<String, Vec<Change>> = BTreeMap::new();
    while let Some((stream, value)) = values.next().await {
        let Some(value) = value? else { continue };
        let bucket = edition.bucket(view, stream.vendor().as_str());
        let changes = by_bucket.entry(bucket.clone()).or_default();
        changes.push(value);
        if changes.len() >= VALUES_WRITTEN {
            projections.write(&bucket, std::mem::take(changes)).await?;
        }
    }
    for (bucket, mut changes) in by_bucket {
        changes.push((HEAD.to_owned(), Some(upto.to_string().into())));
        projections.write(&bucket, changes).await?;
    }
    let head = (edition.head_key(view), Some(Bytes::from(upto.to_string())));
    projections.write(DIRECTORY, vec![head]).await?;
    Ok(vendors.into_iter().collect())
}

/// How `now` differs from the edition before it; the report is kept beside the view's own key.
///
/// # Errors
/// The bus cannot be reached.
pub async fn compare(
    projections: &dyn Projections,
    view: &View,
    vendors: &[String],
    before: Option<Edition>,
    now: Edition,
) -> anyhow::Result<Report> {
    let mut report = Report::default();
    for vendor in vendors {
        let old = match before {
            Some(before) => entries(projections, &before.bucket(view, vendor)).await?,
            None => BTreeMap::new(),
        };
        let new = entries(projections, &now.bucket(view, vendor)).await?;
        for key in old.keys().chain(new.keys().filter(|key| !old.contains_key(*key))) {
            match (old.get(key), new.get(key)) {
                (Some(one), Some(other)) if one == other => report.same += 1,
                (Some(_), Some(_)) => report.note_changed(vendor, key),
                (Some(_), None) => report.note_lost(vendor, key),
                (None, _) => report.note_gained(vendor, key),
            }
        }
    }
    let kept = serde_json::to_vec(&report).expect("numbers and texts are JSON");
    projections.write(DIRECTORY, vec![(format!("{}.report", view.name), Some(kept.into()))]).await?;
    Ok(report)
}

/// Serves `edition` from now on: one key is written.
///
/// # Errors
/// The bus cannot be reached, or another edition began to be made meanwhile: this one may be taken away.
pub async fn switch(projections: &dyn Projections, view: &View, edition: Edition) -> anyhow::Result<()> {
    if being_built(projections, view).await? != Some(edition) {
        anyhow::bail!("another edition of {} began to be made while {edition} was", view.name);
    }
    let (served, building) = (view.name.to_owned(), building_key(view));
    Ok(projections.write(DIRECTORY, vec![(served, Some(written(edition))), (building, None)]).await?)
}

fn written(edition: Edition) -> Bytes {
    serde_json::to_vec(&edition).expect("numbers are JSON").into()
}

/// Makes the view anew beside the edition that is served, and puts it in its place; returns both and how they
/// differ.
///
/// # Errors
/// The journal or the bus cannot be reached.
pub async fn rebuild(
    past: &Past,
    projections: &dyn Projections,
    view: &View,
    standing: &Standing,
) -> anyhow::Result<(Option<Edition>, Edition, Report)> {
    projections.open(DIRECTORY).await?;
    let before = served(projections, view).await?;
    let made = before.filter(|before| before.version == view.version).map_or(1, |before| before.made + 1);
    let now = Edition { version: view.version, made };
    let vendors = build(past, projections, view, now, standing).await?;
    let report = compare(projections, view, &vendors, before, now).await?;
    switch(projections, view, now).await?;
    Ok((before, now, report))
}

impl Report {
    fn note_changed(&mut self, vendor: &str, key: &str) {
        self.changed += 1;
        self.name(vendor, key);
    }

    fn note_lost(&mut self, vendor: &str, key: &str) {
        self.only_before += 1;
        self.name(vendor, key);
    }

    fn note_gained(&mut self, vendor: &str, key: &str) {
        self.only_now += 1;
        self.name(vendor, key);
    }

    fn name(&mut self, vendor: &str, key: &str) {
        if self.keys.len() < KEYS_NAMED {
            self.keys.push(format!("{vendor}/{key}"));
        }
    }
}

async fn entries(projections: &dyn Projections, bucket: &str) -> anyhow::Result<BTreeMap<String, Bytes>> {
    let mut entries: BTreeMap<String, Bytes> = projections.all(bucket).await?.into_iter().collect();
    entries.remove(HEAD);
    Ok(entries)
}
