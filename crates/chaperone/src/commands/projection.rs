//! `projection`: which editions of the views are on the bus, making one anew, and taking away what is not served.

use serde::Serialize;
use services::projector::build::{self, Report};
use services::projector::editions::{self, Found, PruneError, State};
use services::projector::view::{self, VIEWS, View};
use services::projector::{Edition, Past};
use services::roles::Role;
use services::roles::standing::Standing;

use crate::bus::Bus;
use crate::cli::{AtBus, Projection};
use crate::data::{self, Home};
use crate::exit::{Exit, stop};
use crate::output::{self, Format, talk};

const COLUMNS: &[&str] = &["view", "edition", "state", "position", "vendors"];

/// An edition of a view; none when the view has none yet.
#[derive(Debug, Default, Serialize)]
struct EditionRow {
    view: &'static str,
    edition: Option<String>,
    state: Option<State>,
    version: Option<u32>,
    made: Option<u32>,
    position: Option<String>,
    vendors: Vec<String>,
}

/// What came of making a view anew.
#[derive(Debug, Serialize)]
struct Rebuilt {
    view: &'static str,
    before: Option<Edition>,
    now: Edition,
    #[serde(flatten)]
    report: Report,
}

pub(super) async fn run(home: &Home, output: Format, asked: Projection) -> anyhow::Result<Exit> {
    match asked {
        Projection::List(at) => list(output, &at).await,
        Projection::Rebuild { view, bus } => rebuild(home, output, named(&view)?, &bus).await,
        Projection::Prune { view, edition, bus } => {
            let views: Vec<&'static View> = match &view {
                Some(view) => vec![named(view)?],
                None => VIEWS.iter().collect(),
            };
            prune(output, &views, edition.as_deref(), &bus).await
        }
    }
}

fn named(name: &str) -> anyhow::Result<&'static View> {
    let known = || VIEWS.iter().map(|view| view.name).collect::<Vec<_>>().join(", ");
    view::named(name).ok_or_else(|| stop(Exit::Usage, format!("expected one of {}, found {name:?}", known())))
}

async fn list(output: Format, at: &AtBus) -> anyhow::Result<Exit> {
    let bus = reached(at).await?;
    let (projections, buckets) = (bus.projections(), bus.buckets());
    let mut rows = Vec::new();
    for view in &VIEWS {
        let found = editions::found(projections.as_ref(), buckets.as_ref(), view).await?;
        match found.is_empty() {
            true => rows.push(EditionRow { view: view.name, ..EditionRow::default() }),
            false => rows.extend(found.into_iter().map(|found| row(view, found))),
        }
    }
    output::rows(output, COLUMNS, &rows)?;
    Ok(Exit::Ok)
}

fn row(view: &View, found: Found) -> EditionRow {
    let Found { edition, state, written, vendors } = found;
    EditionRow {
        view: view.name,
        edition: Some(edition.to_string()),
        state: Some(state),
        version: Some(edition.version),
        made: Some(edition.made),
        position: written.map(|position| position.to_string()),
        vendors,
    }
}

async fn prune(
    output: Format,
    views: &[&'static View],
    edition: Option<&str>,
    at: &AtBus,
) -> anyhow::Result<Exit> {
    let bus = reached(at).await?;
    let (projections, buckets) = (bus.projections(), bus.buckets());
    let (projections, buckets) = (projections.as_ref(), buckets.as_ref());
    let mut rows = Vec::new();
    for view in views {
        let pruned = match edition {
            Some(edition) => {
                editions::prune_one(projections, buckets, view, edition).await.map(|one| vec![one])
            }
            None => editions::prune(projections, buckets, view).await,
        };
        rows.extend(pruned.map_err(refused)?.into_iter().map(|found| row(view, found)));
    }
    output::rows(output, COLUMNS, &rows)?;
    Ok(Exit::Ok)
}

fn refused(error: PruneError) -> anyhow::Error {
    let exit = match error {
        PruneError::Served { .. } | PruneError::BeingBuilt { .. } | PruneError::NothingServed { .. } => {
            Exit::Conflict
        }
        PruneError::Unknown { .. } => Exit::NotFound,
        PruneError::Bus(error) => return error.into(),
        // What it is about stands in its chain, the bus among it.
        PruneError::Directory(error) => return error,
    };
    stop(exit, error.to_string())
}

async fn rebuild(home: &Home, output: Format, view: &'static View, at: &AtBus) -> anyhow::Result<Exit> {
    let bus = reached(at).await?;
    let opened = data::read(home).await?;
    let standing = Standing::new(Role::Projector);
    let projections = bus.projections();
    let (before, now, report) =
        build::rebuild(&Past::of(&opened.book), projections.as_ref(), view, &standing).await?;
    for parked in standing.read().parked {
        talk(format_args!("{parked} is set aside: its events cannot be read"));
    }
    output::one(output, &Rebuilt { view: view.name, before, now, report })?;
    Ok(Exit::Ok)
}

/// The bus, once a server has answered.
async fn reached(at: &AtBus) -> anyhow::Result<Bus> {
    let bus =
        Bus::at(at).await?.ok_or_else(|| stop(Exit::Usage, "expected --nats URL, where the views are"))?;
    bus.reached().await?;
    Ok(bus)
}
