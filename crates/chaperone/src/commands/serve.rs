//! `serve`: HTTP and the dashboard, on loopback.

use std::path::Path;

use services::api;

use crate::cli::Serve;
use crate::data;
use crate::exit::{Exit, stop};
use crate::output::talk;

pub(super) async fn run(folder: &Path, serve: Serve) -> anyhow::Result<Exit> {
    let listener = api::bind(serve.listen).await.map_err(|error| stop(Exit::Usage, format!("{error:#}")))?;
    let opened = data::own(folder).await?;
    talk(format_args!("listening on http://{}", listener.local_addr()?));
    api::serve(opened.book, listener, stopped()).await?;
    Ok(Exit::Ok)
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
