//! Which editions of a view are on the bus, and taking away those that are no longer served.

use std::collections::BTreeMap;

use ports::Position;
use ports::bus::BusError;
use ports::projections::{Buckets, Projections};
use serde::{Deserialize, Serialize};

use super::view::View;
use super::{DIRECTORY, Edition, being_built, served, written};

/// How an edition stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Served,
    /// Being made, or left by whoever made it and went away; made anew, the view takes this edition up again.
    BeingBuilt,
    /// Another took its place.
    NoLongerServed,
}

/// An edition on the bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub edition: Edition,
    pub state: State,
    /// Up to which position it is written; none while it is made for the first time.
    pub written: Option<Position>,
    /// Whose values it holds, each in a bucket of its own.
    pub vendors: Vec<String>,
}

/// Why an edition stays.
#[derive(Debug, thiserror::Error)]
pub enum PruneError {
    #[error("edition {edition} of {view} is served")]
    Served { view: &'static str, edition: Edition },
    #[error(
        "edition {edition} of {view} is being built; if whoever built it is gone, \
         `chaperone projection rebuild {view}` ends it"
    )]
    BeingBuilt { view: &'static str, edition: Edition },
    #[error("no edition of {view} is served yet, so none is known to be out of use")]
    NothingServed { view: &'static str },
    #[error("edition {edition} of {view} is not on the bus")]
    Unknown { view: &'static str, edition: String },
    #[error(transparent)]
    Bus(#[from] BusError),
    /// What stands in the directory cannot be read.
    #[error(transparent)]
    Directory(#[from] anyhow::Error),
}

/// Every edition of a view that has a bucket on the bus, the oldest first.
///
/// # Errors
/// The bus cannot be reached, or somebody else wrote into the directory.
pub async fn found(
    projections: &dyn Projections,
    buckets: &dyn Buckets,
    view: &View,
) -> anyhow::Result<Vec<Found>> {
    let (is_served, is_built) = (served(projections, view).await?, being_built(projections, view).await?);
    let mut vendors: BTreeMap<(u32, u32), Vec<String>> = BTreeMap::new();
    for (edition, vendor) in buckets.names().await?.iter().filter_map(|bucket| read(view, bucket)) {
        vendors.entry((edition.version, edition.made)).or_default().push(vendor);
    }
    let mut found = Vec::new();
    for ((version, made), mut vendors) in vendors {
        vendors.sort_unstable();
        let edition = Edition { version, made };
        let state = match Some(edition) {
            edition if edition == is_served => State::Served,
            edition if edition == is_built => State::BeingBuilt,
            _ => State::NoLongerServed,
        };
        found.push(Found { edition, state, written: written(projections, view, edition).await?, vendors });
    }
    Ok(found)
}

/// Takes away every edition of a view that is no longer served, and returns them.
///
/// # Errors
/// See [`PruneError`]; some of it may be gone nevertheless.
pub async fn prune(
    projections: &dyn Projections,
    buckets: &dyn Buckets,
    view: &'static View,
) -> Result<Vec<Found>, PruneError> {
    let mut found = found(projections, buckets, view).await?;
    found.retain(|found| found.state == State::NoLongerServed);
    for found in &found {
        remove(projections, view, found).await?;
    }
    Ok(found)
}

/// Takes away one edition, named as in [`Edition`]'s text, and returns it.
///
/// # Errors
/// See [`PruneError`].
pub async fn prune_one(
    projections: &dyn Projections,
    buckets: &dyn Buckets,
    view: &'static View,
    edition: &str,
) -> Result<Found, PruneError> {
    let found = found(projections, buckets, view).await?;
    let named = found.into_iter().find(|found| found.edition.to_string() == edition);
    let unknown = || PruneError::Unknown { view: view.name, edition: edition.to_owned() };
    let found = named.ok_or_else(unknown)?;
    remove(projections, view, &found).await?;
    Ok(found)
}

/// Looks again right before, since another edition may have been begun or switched to meanwhile.
async fn remove(projections: &dyn Projections, view: &'static View, found: &Found) -> Result<(), PruneError> {
    let (view_name, edition) = (view.name, found.edition);
    let is_served = served(projections, view).await?;
    if is_served == Some(edition) {
        return Err(PruneError::Served { view: view_name, edition });
    }
    if being_built(projections, view).await? == Some(edition) {
        return Err(PruneError::BeingBuilt { view: view_name, edition });
    }
    if is_served.is_none() {
        return Err(PruneError::NothingServed { view: view_name });
    }
    // The buckets last: what was cut off in between is still found by them.
    projections.write(DIRECTORY, vec![(edition.head_key(view), None)]).await?;
    for vendor in &found.vendors {
        projections.remove(&edition.bucket(view, vendor)).await?;
    }
    Ok(())
}

/// The edition and the vendor of a bucket of this view.
fn read(view: &View, bucket: &str) -> Option<(Edition, String)> {
    let rest = bucket.strip_prefix("CHAPERONE_")?.strip_prefix(view.name)?.strip_prefix('_')?;
    let (front, last) = rest.rsplit_once('_')?;
    let (vendor, edition) = match last.strip_prefix('v') {
        Some(version) => (front, Edition { version: version.parse().ok()?, made: 1 }),
        None => {
            let (vendor, version) = front.rsplit_once("_v")?;
            (vendor, Edition { version: version.parse().ok()?, made: last.parse().ok()? })
        }
    };
    // Numbers may be written in several ways, of which one is ours.
    (edition.bucket(view, vendor) == bucket).then(|| (edition, vendor.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::view::VIEWS;
    use super::{Edition, read};

    #[test]
    fn a_bucket_is_read_as_it_is_named_whatever_the_vendor_is_called() {
        for view in &VIEWS {
            for vendor in ["acme", "acme_v2", "v1", "a_3", "a-b"] {
                for (version, made) in [(0, 1), (1, 1), (1, 2), (12, 34)] {
                    let edition = Edition { version, made };
                    let bucket = edition.bucket(view, vendor);
                    assert_eq!(read(view, &bucket), Some((edition, vendor.to_owned())), "{bucket}");
                }
            }
        }
    }

    #[test]
    fn a_bucket_of_somebody_else_is_none_of_ours() {
        let others = [
            "CHAPERONE_VIEWS",
            "CHAPERONE_deals_acme_v1",
            "CHAPERONE_accounts_acme_v01",
            "CHAPERONE_accounts_acme_v1_1",
            "CHAPERONE_accounts_acme",
            "accounts_acme_v1",
            "CHAPERONE_accounts_v1",
        ];
        for bucket in others {
            assert_eq!(read(&VIEWS[0], bucket), None, "{bucket}");
        }
    }
}
