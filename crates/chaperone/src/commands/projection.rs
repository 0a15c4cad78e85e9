//! `projection`: which editions of the views are served on the bus, and making one anew.

use ports::projections::Projections;
use serde::Serialize;
use services::projector::build::{self, Report};
use services::projector::view::{self, VIEWS, View};
use services::projector::{self, Edition, Past};
use services::roles::Role;
use services::roles::standing::Standing;

use crate::bus::Bus;
use crate::cli::{AtBus, Projection};
use crate::data::{self, Home};
use crate::exit::{Exit, stop};
use crate::output::{self, Format, talk};

const COLUMNS: &[&str] = &["view", "version", "made", "position"];

/// What is served of a view.
#[derive(Debug, Serialize)]
struct ServedRow {
    view: &'static str,
    version: Option<u32>,
    made: Option<u32>,
    position: Option<String>,
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
        Projection::Rebuild { view, bus } => {
            let known = || VIEWS.iter().map(|view| view.name).collect::<Vec<_>>().join(", ");
            let wrong = || stop(Exit::Usage, format!("expected one of {}, found {view:?}", known()));
            rebuild(home, output, view::named(&view).ok_or_else(wrong)?, &bus).await
        }
    }
}

async fn list(output: Format, at: &AtBus) -> anyhow::Result<Exit> {
    let bus = reached(at).await?;
    let projections = bus.projections();
    let mut rows = Vec::new();
    for view in &VIEWS {
        let edition = projector::served(projections.as_ref(), view).await?;
        let position = match edition {
            Some(edition) => position(projections.as_ref(), view, edition).await?,
            None => None,
        };
        let (version, made) = edition.map(|edition| (edition.version, edition.made)).unzip();
        rows.push(ServedRow { view: view.name, version, made, position });
    }
    output::rows(output, COLUMNS, &rows)?;
    Ok(Exit::Ok)
}

async fn position(
    projections: &dyn Projections,
    view: &View,
    edition: Edition,
) -> anyhow::Result<Option<String>> {
    let written = projector::written(projections, view, edition).await?;
    Ok(written.map(|position| position.to_string()))
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
