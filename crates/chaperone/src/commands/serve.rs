//! `serve`: all roles of the program, or some; HTTP and the dashboard on loopback.

use std::sync::Arc;

use anyhow::Context as _;
use services::api;
use services::roles::{HasBus, Role, Roles};

use crate::bus::Bus;
use crate::cli::Serve;
use crate::data::{self, Home};
use crate::exit::{Exit, stop};
use crate::output::talk;
use crate::playing::{self, Stage};

pub(super) async fn run(home: &Home, serve: Serve) -> anyhow::Result<Exit> {
    let listener = api::bind(serve.listen).await.map_err(|error| stop(Exit::Usage, format!("{error:#}")))?;
    let roles = roles(&serve)?;
    let bus = Bus::at(&serve.bus).await?;
    let opened = data::own(home).await?;
    let book = Arc::into_inner(opened.book).context("the book was just opened and nobody else holds it")?;
    let book = book.doing_at_once(playing::at_once(&roles));
    // On a server others write too; a folder has one process.
    let book = Arc::new(if home.journal.is_some() { book.shared() } else { book });
    talk(format_args!("listening on http://{}", listener.local_addr()?));
    let stage = Stage { book, roles, bus };
    playing::play(stage, &home.folder, listener, stopped()).await?;
    Ok(Exit::Ok)
}

/// The roles that were asked for, or all that can work.
fn roles(serve: &Serve) -> anyhow::Result<Roles> {
    let has_bus = if serve.bus.nats.is_some() { HasBus::Yes } else { HasBus::No };
    let roles =
        if serve.roles.is_empty() { Roles::all(has_bus) } else { Roles::of(serve.roles.iter().copied()) };
    let idle: Vec<&str> = roles.iter().filter(|role| role.needs_bus()).map(Role::name).collect();
    if has_bus == HasBus::No && !idle.is_empty() {
        let message = format!("expected --nats with the roles {}, which live on the bus", idle.join(", "));
        return Err(stop(Exit::Usage, message));
    }
    let missing: Vec<&str> =
        playing::ANSWERING.into_iter().filter(|role| !roles.has(*role)).map(Role::name).collect();
    if has_bus == HasBus::No && roles.has(Role::Api) && !missing.is_empty() {
        let message = format!(
            "expected --nats or the roles {} too: the api role has nobody to answer their commands",
            missing.join(", ")
        );
        return Err(stop(Exit::Usage, message));
    }
    Ok(roles)
}

/// Resolves when the process is asked to stop.
pub(super) async fn stopped() {
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(signal) => signal,
        // Without the signal, ctrl-c still stops it.
        Err(_) => return drop(tokio::signal::ctrl_c().await),
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
